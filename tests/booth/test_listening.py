"""Free checks find takes that lost their words, made some up, or are no speech at all."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.sound import Samples, Sound
from pipeline.booth.listening import listen

RATE = 24_000


def tone(seconds: float, level: float = 0.3) -> Samples:
    time = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * 220 * time)).astype(np.float32)


def failed(samples: Samples, expected_s: float) -> set[str]:
    return {verdict.check for verdict in listen(Sound(samples, RATE), expected_s) if not verdict.passed}


def test_a_good_take_passes_every_check() -> None:
    assert failed(tone(5.0), 5.0) == set()


@pytest.mark.parametrize("pace", [0.6, 1.0, 1.7])
def test_a_voice_may_be_slow_or_fast(pace: float) -> None:
    assert failed(tone(5.0 * pace), 5.0) == set()


@pytest.mark.parametrize(
    ("samples", "expected_s", "check"),
    [
        (tone(1.0), 8.0, "not-too-short"),
        (tone(20.0), 8.0, "not-too-long"),
        (tone(5.0, 0.001), 5.0, "audible"),
        (np.zeros(0, np.float32), 5.0, "audible"),
        (np.clip(tone(5.0, 3.0), -1, 1), 5.0, "not-clipped"),
        (tone(5.0) + np.float32(0.1), 5.0, "no-offset"),
        (np.full(RATE * 5, np.nan, np.float32), 5.0, "finite"),
    ],
)
def test_a_bad_take_is_found_by_its_check(samples: Samples, expected_s: float, check: str) -> None:
    assert check in failed(samples, expected_s)


def test_one_word_is_never_too_short_or_too_long_by_a_breath() -> None:
    assert failed(tone(0.3), 0.5) == set()
    assert failed(tone(1.9), 0.5) == set()
