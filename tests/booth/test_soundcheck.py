"""A voice's reference is that of its usual lines: one bad line of eight spoils nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.audio.sound import Sound
from pipeline.booth.expecting import VoiceReference
from pipeline.booth.soundcheck import PASSAGES, passage, reference_from
from pipeline.engines import Rendition
from pipeline.errors import EngineError
from pipeline.hearing import Heard, Quality
from pipeline.script.duration import estimate_seconds
from tests.booth.test_listening import RATE, silence, speech

GOOD = Heard(voice=(1.0, *([0.0] * 255)), quality=Quality(3.5, 4.1, 3.2))


@pytest.mark.parametrize("language", sorted(PASSAGES))
def test_a_passage_has_eight_lines_of_all_lengths_and_forty_seconds(language: str) -> None:
    lines = passage(f"{language}-XX")
    assert lines is not None and len(lines) == 8
    words = [len(line.replace(" ;", ";").replace(" ?", "?").split()) for line in lines]
    assert 4 <= min(words) <= 6
    assert 22 <= max(words) <= 25
    assert 40 <= sum(estimate_seconds(line, language) for line in lines) <= 50
    assert not any(character.isdigit() for line in lines for character in line)


def test_a_language_without_a_passage_has_none() -> None:
    assert passage("ja") is None


def lines(*, bad: Rendition | None = None) -> list[tuple[float, Rendition]]:
    """Eight lines read 1.2 times as slowly as estimated, a little more or less."""
    found = []
    for index in range(8):
        words = 4 + 2 * index
        rendition = Rendition(Sound(speech(words, hz=200.0 + index), RATE), uncertainty=1.0 + index / 100)
        found.append((words * 0.5 / (1.17 + 0.01 * index), rendition))
    if bad is not None:
        found[4] = (found[4][0], bad)
    return found


def vector(similarity: float, axis: int) -> tuple[float, ...]:
    values = np.zeros(256)
    values[0], values[axis] = similarity, math.sqrt(1 - similarity**2)
    return tuple(values)


def heard(*, bad: Heard | None = None) -> list[Heard]:
    found = [Heard(voice=vector(0.97 - 0.005 * index, index + 1), quality=GOOD.quality) for index in range(8)]
    if bad is not None:
        found[4] = bad
    return found


def test_a_reference_tells_how_the_voice_sounds() -> None:
    reference = reference_from(lines(), heard())
    assert reference.pace == pytest.approx(1.2, abs=0.05)
    assert 0.005 < reference.pace_spread < 0.06
    assert reference.pitch_hz == pytest.approx(203.5, abs=1.5)
    assert 0.05 < reference.pitch_spread < 0.5
    assert reference.noise_floor_dbfs == pytest.approx(-100, abs=2)
    assert reference.uncertainty == pytest.approx(1.035)
    assert reference.quality == GOOD.quality
    assert reference.embedding is not None and reference.similarity is not None
    assert np.linalg.norm(reference.embedding) == pytest.approx(1.0)
    assert 0.9 < reference.similarity < 1.0


@pytest.mark.parametrize(
    "bad",
    [
        Rendition(Sound(speech(40, hz=330.0), RATE), uncertainty=9.0),
        Rendition(Sound(silence(3.0), RATE), uncertainty=1.0),
        Rendition(Sound(np.full(RATE, np.nan, np.float32), RATE), uncertainty=1.0),
        Rendition(Sound(np.zeros(0, np.float32), RATE), uncertainty=1.0),
        Rendition(Sound(speech(12) + silence(6.6, 0.1), RATE), uncertainty=1.0),
    ],
)
def test_one_bad_line_of_eight_spoils_nothing(bad: Rendition) -> None:
    stranger = Heard(voice=vector(0.3, 100), quality=Quality(1.0, 1.0, 1.0))
    clean, spoilt = reference_from(lines(), heard()), reference_from(lines(bad=bad), heard(bad=stranger))
    assert spoilt.pace == pytest.approx(clean.pace, rel=0.02)
    assert spoilt.pace_spread < clean.pace_spread + 0.03
    assert spoilt.pitch_hz == pytest.approx(clean.pitch_hz, rel=0.01)
    assert spoilt.level_dbfs == pytest.approx(clean.level_dbfs, abs=0.5)
    assert spoilt.noise_floor_dbfs == pytest.approx(clean.noise_floor_dbfs, abs=1.0)
    assert spoilt.quality == clean.quality
    assert clean.embedding is not None and spoilt.embedding is not None
    assert np.dot(clean.embedding, spoilt.embedding) > 0.99
    assert spoilt.similarity == pytest.approx(clean.similarity, abs=0.02)


def test_the_engines_own_reference_is_the_voice() -> None:
    own = Heard(voice=vector(1.0, 1))
    reference = reference_from(lines(), heard(), own)
    assert reference.embedding == own.voice
    assert reference.similarity == pytest.approx(0.935, abs=1e-6)  # of its least alike line


def test_without_a_passage_the_engines_own_reference_is_all_there_is() -> None:
    reference = reference_from([], [], Heard(voice=vector(1.0, 1), quality=GOOD.quality))
    assert reference == VoiceReference(
        1.0, 0.0, None, 0.0, -20.0, -65.0, embedding=vector(1.0, 1), quality=GOOD.quality, lines=0
    )


def test_a_voice_that_says_nothing_is_an_error() -> None:
    mute = [(2.0, Rendition(Sound(silence(2.0), RATE)))]
    with pytest.raises(EngineError, match="says nothing"):
        reference_from(mute, [Heard()])
