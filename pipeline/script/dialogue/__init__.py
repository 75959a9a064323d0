"""Quoted speech of novels: found, given to speakers, written to a sheet that a person edits, and read back."""

from pipeline.script.dialogue.recasting import recasting

__all__ = ["recasting"]
