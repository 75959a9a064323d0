"""Is it clean speech? Noise, music and noises instead of speech."""

from __future__ import annotations

from pipeline.booth.expecting import VoiceReference
from pipeline.booth.verdicts import at_least
from pipeline.hearing import Quality
from pipeline.materials import Verdict

SIGNAL_FALL = 1.0
BACKGROUND_FALL = 0.6
LEAST_SIGNAL, LEAST_BACKGROUND = 2.0, 2.8


def clean_sound(quality: Quality, reference: VoiceReference | None = None) -> tuple[Verdict, Verdict]:
    """Verdicts on the speech and on what is behind it, each against the voice's own.

    Args:
        quality: of the take.
        reference: with the quality at the sound check; without it only what is bad by itself fails.
    """
    own = reference.quality if reference else None
    least_signal = max(own.signal - SIGNAL_FALL, LEAST_SIGNAL) if own else LEAST_SIGNAL
    least_background = max(own.background - BACKGROUND_FALL, LEAST_BACKGROUND) if own else LEAST_BACKGROUND
    return (
        at_least("clean-speech", quality.signal, least_signal, "does not sound like clean speech"),
        at_least("clean-background", quality.background, least_background, "noise or music behind the voice"),
    )
