"""Bark: the narrator with the most life in it, and the slowest. Reads with transformers' own ``BarkModel``."""

from pipeline.engines.bark.engine import BarkEngine

__all__ = ["BarkEngine"]
