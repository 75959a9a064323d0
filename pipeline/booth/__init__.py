"""The booth: chunks become circled takes, each listened to, recorded again when it is wrong, and never twice."""

from pipeline.booth.listening import FREE_CHECKS, listen
from pipeline.booth.pacing import lengths_of
from pipeline.booth.recording import Slot, plan_takes, record, take_in_vault

__all__ = ["FREE_CHECKS", "Slot", "lengths_of", "listen", "plan_takes", "record", "take_in_vault"]
