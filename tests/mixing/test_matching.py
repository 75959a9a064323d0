"""Every role is as loud as the one that speaks most, by BS.1770, before its own gain."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from pipeline.audio.sound import Samples
from pipeline.mixing.matching import VoiceLevels

RATE = 24_000


def voice(seconds: float, level: float, hz: float) -> Samples:
    time = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hz * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time))).astype(np.float32)


def loudness(samples: Samples) -> float:
    return float(pyloudnorm.Meter(RATE, filter_class="DeMan").integrated_loudness(samples.astype(np.float64)))


def test_a_quiet_voice_is_raised_to_the_leading_one() -> None:
    levels = VoiceLevels(RATE)
    leading, quiet = voice(20.0, 0.3, 200.0), voice(4.0, 0.12, 1500.0)
    levels.hear("NARRATOR", leading)
    levels.hear("ANNA", quiet)
    gains = levels.gains_db()
    assert gains["NARRATOR"] == 0.0
    assert loudness(quiet) + gains["ANNA"] == pytest.approx(loudness(leading), abs=0.01)


def test_who_leads_does_not_depend_on_who_speaks_first() -> None:
    levels = VoiceLevels(RATE)
    levels.hear("ANNA", voice(4.0, 0.12, 1500.0))
    levels.hear("NARRATOR", voice(20.0, 0.3, 200.0))
    assert levels.gains_db()["NARRATOR"] == 0.0


def test_a_whisper_is_not_blown_up() -> None:
    levels = VoiceLevels(RATE)
    levels.hear("NARRATOR", voice(20.0, 0.3, 200.0))
    levels.hear("GHOST", voice(4.0, 0.001, 200.0))
    assert levels.gains_db()["GHOST"] == 12.0


@pytest.mark.parametrize("samples", [voice(0.2, 0.1, 200.0), np.zeros(RATE, np.float32)], ids=["too short", "silent"])
def test_what_cannot_be_measured_stays_as_it_is(samples: Samples) -> None:
    levels = VoiceLevels(RATE)
    levels.hear("NARRATOR", voice(20.0, 0.3, 200.0))
    levels.hear("ANNA", samples)
    assert levels.gains_db()["ANNA"] == 0.0


def test_two_minutes_of_a_voice_are_enough() -> None:
    """Memory does not grow with the chapter."""
    levels = VoiceLevels(RATE)
    for _ in range(40):
        levels.hear("NARRATOR", voice(10.0, 0.3, 200.0))
    assert sum(len(clip) for clip in levels._clips["NARRATOR"]) <= 130 * RATE
