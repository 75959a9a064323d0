"""Chapterhouse: long-form audio from a manuscript and one production file, on your own machine."""

__version__ = "0.1.0"
