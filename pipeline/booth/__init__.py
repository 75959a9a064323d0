"""The booth: chunks become circled takes, each listened to, recorded again when it is wrong, and never twice."""

from pipeline.booth.auditioning import Listening
from pipeline.booth.expecting import Wording
from pipeline.booth.judging import Judge
from pipeline.booth.ladder import Attempt, ladder
from pipeline.booth.narrating import NarratorAside, NoSound
from pipeline.booth.pacing import lengths_of
from pipeline.booth.recording import BATCH, Booth, circled_in_vault, record
from pipeline.booth.slots import Slot, plan_takes

__all__ = [
    "BATCH",
    "Attempt",
    "Booth",
    "Judge",
    "Listening",
    "NarratorAside",
    "NoSound",
    "Slot",
    "Wording",
    "circled_in_vault",
    "ladder",
    "lengths_of",
    "plan_takes",
    "record",
]
