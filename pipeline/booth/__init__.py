"""The booth: chunks become circled takes, each listened to, recorded again when it is wrong, and never twice."""

from pipeline.booth.auditioning import Listening, words_are_heard_in
from pipeline.booth.choosing import choose, own_attempts
from pipeline.booth.estimating import Estimate, unheard_errors
from pipeline.booth.expecting import Wording
from pipeline.booth.judging import Judge
from pipeline.booth.ladder import Attempt, ladder
from pipeline.booth.narrating import NarratorAside, NoSound
from pipeline.booth.pacing import lengths_of
from pipeline.booth.recording import Booth, circled_in_vault, record, settled_in_vault
from pipeline.booth.references import sound_checks
from pipeline.booth.slots import Slot, plan_takes
from pipeline.booth.takes import GENERATIONS
from pipeline.booth.voices import SAME_VOICE, drift
from pipeline.booth.words import WORD_CHECKS

__all__ = [
    "GENERATIONS",
    "SAME_VOICE",
    "WORD_CHECKS",
    "Attempt",
    "Booth",
    "Estimate",
    "Judge",
    "Listening",
    "NarratorAside",
    "NoSound",
    "Slot",
    "Wording",
    "choose",
    "circled_in_vault",
    "drift",
    "ladder",
    "lengths_of",
    "own_attempts",
    "plan_takes",
    "record",
    "settled_in_vault",
    "sound_checks",
    "unheard_errors",
    "words_are_heard_in",
]
