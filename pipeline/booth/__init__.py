"""The booth: chunks become circled takes, each listened to, recorded again when it is wrong, and never twice."""

from pipeline.booth.listening import FREE_CHECKS, listen
from pipeline.booth.recording import Slot, plan_takes, record, take_in_vault

__all__ = ["FREE_CHECKS", "Slot", "listen", "plan_takes", "record", "take_in_vault"]
