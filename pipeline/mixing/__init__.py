"""Mixing: takes and pauses become a chapter mix, exact to the sample."""

from pipeline.mixing.assembly import mix_chapter, mix_in_vault
from pipeline.mixing.lost import TakeLost

__all__ = ["TakeLost", "mix_chapter", "mix_in_vault"]
