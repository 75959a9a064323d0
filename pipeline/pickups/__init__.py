"""Pickups: a person's decisions about single lines, found again in a script that has been edited.

`load_pickups` reads them, `Pickups.on` finds their lines in the script as it is now, `Pickups.of` gives a chunk's
decision, `respelled` gives the chunk as it is to be read.
"""

from __future__ import annotations

from pipeline.pickups.decisions import Pickup, Redo, first_words, words_of
from pipeline.pickups.file import load_pickups, pickups_path, save_pickups
from pipeline.pickups.matching import Pickups
from pipeline.pickups.respelling import misplaced, respelled

__all__ = [
    "Pickup",
    "Pickups",
    "Redo",
    "first_words",
    "load_pickups",
    "misplaced",
    "pickups_path",
    "respelled",
    "save_pickups",
    "words_of",
]
