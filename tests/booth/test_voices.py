"""Another voice is found, also in a part of a take and also when it comes slowly; the voice's own takes pass."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.booth.expecting import VoiceReference
from pipeline.booth.voices import drift, least_similarity, one_voice, same_voice


def towards(share: float) -> tuple[float, ...]:
    """A vector of length 1 whose similarity to the reference is ``share``."""
    return (share, float(np.sqrt(1 - share**2)), *([0.0] * 254))


def reference(own: float | None = 0.92) -> VoiceReference:
    return VoiceReference(1.0, 0.1, 200.0, 0.5, -20.0, -70.0, embedding=towards(1.0), similarity=own)


# the lowest and the highest similarity measured for takes of a length: of the same voice, of others
@pytest.mark.parametrize(
    ("seconds", "same", "other"), [(2.0, 0.817, 0.807), (3.0, 0.882, 0.799), (6.0, 0.934, 0.839)]
)
def test_the_same_voice_passes_and_the_most_similar_other_does_not(seconds: float, same: float, other: float) -> None:
    passed, failed = (same_voice(towards(share), reference(), seconds) for share in (same, other))
    assert passed is not None and passed.passed and passed.reason == ""
    assert failed is not None and not failed.passed and failed.reason == "another voice"


def test_more_is_asked_of_longer_takes() -> None:
    asked = [least_similarity(reference(), seconds) for seconds in (0.0, 0.6, 1.0, 2.0, 5.0, 20.0)]
    assert asked == sorted(asked)
    assert asked[0] == asked[1]


def test_less_is_asked_of_a_voice_whose_own_lines_differ() -> None:
    assert least_similarity(reference(own=0.79), 5.0) == pytest.approx(least_similarity(reference(), 5.0) - 0.1)
    assert least_similarity(reference(own=0.1), 1.0) > 0.4


def test_without_an_embedding_nothing_is_said() -> None:
    assert same_voice(towards(1.0), VoiceReference(1.0, 0.1, None, 0.0, -20.0, -70.0), 5.0) is None
    assert one_voice(None) is None


def test_another_voice_in_a_part_of_a_take_is_found() -> None:
    whole, mixed = one_voice(0.85), one_voice(0.6)
    assert whole is not None and whole.passed
    assert mixed is not None and not mixed.passed


def chapter(lost: float, odd: int = 0) -> list[tuple[float, float]]:
    noise = np.random.default_rng(4).normal(0, 0.02, 100)
    values = [0.95 - lost * index / 99 + noise[index] for index in range(100)]
    for index in range(odd):
        values[-1 - index] = 0.3
    return [(index * 8.0, value) for index, value in enumerate(values)]


def test_a_voice_that_slowly_becomes_another_is_found() -> None:
    steady, drifting = drift(chapter(0.0)), drift(chapter(0.12))
    assert steady is not None and steady.passed
    assert drifting is not None and not drifting.passed
    assert drifting.measure == pytest.approx(0.12, abs=0.015)


def test_a_few_odd_takes_at_the_end_are_no_drift() -> None:
    verdict = drift(chapter(0.0, odd=6))
    assert verdict is not None and verdict.passed


def test_a_few_takes_tell_no_drift() -> None:
    assert drift(chapter(0.5)[:10]) is None
