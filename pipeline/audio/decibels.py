"""Decibels and back."""

from __future__ import annotations

import math

SILENCE_DB = -120.0
"""What digital silence is reported as: a float that JSON can carry, 24 dB under the 16-bit noise floor."""


def db_to_gain(decibels: float) -> float:
    """Amplitude factor of a level in dB."""
    return float(10.0 ** (decibels / 20.0))


def gain_to_db(gain: float) -> float:
    """Level in dB of an amplitude factor; `SILENCE_DB` for zero and for anything quieter."""
    return max(20.0 * math.log10(gain), SILENCE_DB) if gain > 0.0 else SILENCE_DB
