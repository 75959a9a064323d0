"""The leveller brings phrases together, slowly, and leaves pauses what they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.mastering.levelling import fader_db, levelled
from pipeline.mastering.surveying import Survey, survey
from pipeline.profiles.chain import Leveller
from tests.mastering.sounds import RATE_HZ, level_db, noise, phrase, silence, through

FIGURES = Leveller()
PAUSE_S = 1.5
PHRASE_S = 4.0
STEPS_DB = (0.0, -5.0, 3.0, -3.0, 1.0, 4.0)
TONE_DBFS = -60.0


def surveyed(sound: np.ndarray) -> Survey:
    return survey([sound.astype(np.float32)], RATE_HZ, Path("mix.wav"))


def level(sound: np.ndarray, block: int = 8191) -> np.ndarray:
    known = surveyed(sound)
    return through(lambda blocks: levelled(blocks, FIGURES, known, RATE_HZ), sound, block)


def programme() -> tuple[np.ndarray, list[slice], list[slice]]:
    """Phrases of different levels in room tone; where they are, and the pauses without 150 ms at either end."""
    parts, phrases, pauses, at = [], [], [], 0
    for number, step_db in enumerate(STEPS_DB):
        parts += [silence(PAUSE_S), phrase(PHRASE_S, -26.0 + step_db, seed=number)]
        pauses.append(slice(at + round(0.15 * RATE_HZ), at + round((PAUSE_S - 0.15) * RATE_HZ)))
        at += round(PAUSE_S * RATE_HZ)
        phrases.append(slice(at, at + round(PHRASE_S * RATE_HZ)))
        at += round(PHRASE_S * RATE_HZ)
    sound = np.concatenate(parts)
    return sound + noise(len(sound) / RATE_HZ, TONE_DBFS, 100, 900), phrases, pauses


def test_phrases_come_closer_together_and_room_tone_stays_where_it_was() -> None:
    """The spread of the phrases falls by a third or more; in no pause does the room tone move by 0.5 dB."""
    sound, phrases, pauses = programme()
    out = level(sound)
    spread = [np.ptp([level_db(each[part]) for part in phrases]) for each in (sound, out)]
    assert spread[0] > 8.5
    assert spread[1] < spread[0] * 2 / 3
    for part in pauses:
        assert abs(level_db(out[part]) - level_db(sound[part])) < 0.05
        np.testing.assert_allclose(out[part], sound[part], atol=1e-6)


def test_nothing_pumps() -> None:
    """Inside phrases the gain moves by less than 6 dB a second; beside them, inside the pause, over 120 ms."""
    sound, phrases, _ = programme()
    fader = fader_db(surveyed(sound), FIGURES)
    for part in phrases:
        inside = fader[part.start * 100 // RATE_HZ + 15 : part.stop * 100 // RATE_HZ - 15]
        assert np.abs(np.diff(inside)).max() * 100 < 6.0
    assert np.abs(np.diff(fader)).max() <= FIGURES.most_db / (FIGURES.ramp_s * 100) + 0.1


def test_words_in_a_phrase_keep_their_distance() -> None:
    """Four seconds are averaged: an emphasis of half a second stays within 1 dB of what it was against its phrase."""
    sound = phrase(8.0, -26.0)
    word = slice(4 * RATE_HZ, round(4.5 * RATE_HZ))
    sound[word] *= 10 ** (4 / 20)
    out = level(np.concatenate([silence(1.0), sound, silence(1.0)]))[RATE_HZ:-RATE_HZ]
    rest = slice(RATE_HZ, 3 * RATE_HZ)
    before = level_db(sound[word]) - level_db(sound[rest])
    assert level_db(out[word]) - level_db(out[rest]) == pytest.approx(before, abs=1.0)


def test_the_gain_keeps_its_range() -> None:
    sound = np.concatenate([phrase(6.0, -20.0), silence(1.0), phrase(6.0, -36.0), silence(1.0), phrase(6.0, -20.0)])
    fader = fader_db(surveyed(sound), FIGURES)
    assert np.abs(fader).max() <= FIGURES.most_db
    assert fader.max() > FIGURES.most_db - 0.1


def test_even_speech_passes_nearly_untouched() -> None:
    sound = np.concatenate([silence(1.0), phrase(10.0, -26.0), silence(1.0)])
    assert np.abs(fader_db(surveyed(sound), FIGURES)).max() < 0.5


def test_silence_and_room_tone_alone_pass_bit_for_bit() -> None:
    sound = silence(5.0).astype(np.float32)
    np.testing.assert_array_equal(level(sound), sound)


def test_a_pause_shorter_than_a_breath_belongs_to_its_phrase() -> None:
    sound = np.concatenate([silence(1), phrase(3, -20), silence(0.2), phrase(3, -20), silence(1), phrase(20, -28)])
    fader = fader_db(surveyed(sound), FIGURES)
    short, long = fader[400:420], fader[730:770]
    assert np.abs(short).min() > 0.5
    assert np.abs(long[10:-10]).max() < 1e-6


def test_louder_or_quieter_mixes_get_the_same_gain() -> None:
    sound, _, _ = programme()
    curves = [fader_db(surveyed(sound * gain), FIGURES) for gain in (1.0, 0.01)]
    np.testing.assert_allclose(curves[0], curves[1], atol=1e-3)


def test_the_curve_does_not_depend_on_the_stretches_it_is_drawn_in(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, _, _ = programme()
    whole = fader_db(surveyed(sound), FIGURES)
    monkeypatch.setattr("pipeline.mastering.levelling.STRETCH_CELLS", 333)
    np.testing.assert_allclose(fader_db(surveyed(sound), FIGURES), whole, atol=1e-6)


@pytest.mark.parametrize("block", [1, 997, 1_000_000])
def test_blocks_do_not_matter(block: int) -> None:
    sound, _, _ = programme()
    sound = sound[: 3 * RATE_HZ] if block == 1 else sound
    np.testing.assert_array_equal(level(sound, block), level(sound))
