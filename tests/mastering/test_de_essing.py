"""The de-esser softens sibilants that stick out, by no more than it may, and touches nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.mastering.de_essing import de_essed
from pipeline.mastering.filtering import band_pass, filtered
from pipeline.profiles.chain import DeEsser
from tests.mastering.sounds import RATE_HZ, level_db, noise, phrase, silence, through, tone

SPEECH_DBFS = -26.0
FIGURES = DeEsser()


def de_ess(sound: np.ndarray, block: int = 8191, speech_dbfs: float = SPEECH_DBFS) -> np.ndarray:
    return through(lambda blocks: de_essed(blocks, FIGURES, speech_dbfs=speech_dbfs, rate_hz=RATE_HZ), sound, block)


def heard(sound: np.ndarray) -> np.ndarray:
    """As the de-esser listens: the band-pass, twice."""
    section = band_pass(FIGURES.low_hz, FIGURES.high_hz, RATE_HZ)
    return through(lambda blocks: filtered(blocks, [section, section]), sound)


def test_a_vowel_passes_bit_for_bit_even_when_it_is_loud() -> None:
    vowel = phrase(2.0, SPEECH_DBFS + 6.0).astype(np.float32)
    np.testing.assert_array_equal(de_ess(vowel), vowel)


def test_a_soft_sibilant_passes_bit_for_bit() -> None:
    soft = noise(1.0, SPEECH_DBFS - 16.0, 5000, 9000).astype(np.float32)
    np.testing.assert_array_equal(de_ess(soft), soft)


@pytest.mark.parametrize("above_db", [1.0, 2.0, 4.0, 6.0])
def test_a_steady_tone_in_the_band_is_lowered_by_the_ratio(above_db: float) -> None:
    """By (1 - 1/ratio) of what it is above the threshold, within 0.02 dB; 6 kHz has whole periods in each 0.5 ms."""
    figures = DeEsser(low_hz=4500.0, high_hz=8000.0)
    sound = tone(6000.0, 1.0, SPEECH_DBFS + figures.threshold_db + above_db)
    out = through(lambda blocks: de_essed(blocks, figures, speech_dbfs=SPEECH_DBFS, rate_hz=RATE_HZ), sound)
    taken_db = level_db(sound[RATE_HZ // 2 :]) - level_db(out[RATE_HZ // 2 :])
    assert taken_db == pytest.approx(above_db * (1 - 1 / figures.ratio), abs=0.02)


def test_no_sibilant_is_lowered_by_more_than_5_db_and_none_is_lifted() -> None:
    sharp = noise(1.0, SPEECH_DBFS + 10.0, 3000, 11000)
    before, after = np.abs(np.fft.rfft(sharp)), np.abs(np.fft.rfft(de_ess(sharp)))
    bands = before[1000:10500].reshape(-1, 500), after[1000:10500].reshape(-1, 500)
    change_db = 10 * np.log10(np.sum(bands[1] ** 2, axis=1) / np.sum(bands[0] ** 2, axis=1))
    assert change_db.min() > -5.05
    assert change_db.min() < -4.5  # 500 Hz around 6.7 kHz
    assert change_db.max() < 0.02
    assert change_db[0] > -1.2  # 1 to 1.5 kHz


def test_a_sibilant_between_vowels_is_lowered_and_the_vowels_are_not() -> None:
    vowel, sibilant = phrase(0.4, SPEECH_DBFS), noise(0.12, SPEECH_DBFS + 3.0, 4500, 9500)
    sound = np.concatenate([vowel, sibilant, vowel])
    out = de_ess(sound)
    first, second = len(vowel), len(vowel) + len(sibilant)
    np.testing.assert_array_equal(out[: first - 12], sound[: first - 12].astype(np.float32))
    part = slice(first + 480, second)
    assert 3.0 < level_db(heard(sound)[part]) - level_db(heard(out)[part]) < 5.05
    released = second + round(0.3 * RATE_HZ)  # six time constants
    np.testing.assert_allclose(out[released:], sound[released:], atol=3e-4)
    assert level_db(out[second + 2400 :]) == pytest.approx(level_db(sound[second + 2400 :]), abs=0.02)


def test_attack_and_release_are_1_and_50_ms() -> None:
    """Of the way down 63 % within two cells of 0.5 ms, and of the way back after 50 ms."""
    centre_hz = np.sqrt(FIGURES.low_hz * FIGURES.high_hz)
    loud, soft = tone(centre_hz, 0.5, SPEECH_DBFS + 12.0), tone(centre_hz, 0.5, SPEECH_DBFS - 20.0)
    sound = np.concatenate([loud, soft])
    out = de_ess(sound)
    cell = RATE_HZ // 200  # 5 ms
    taken = [level_db(sound[at : at + cell]) - level_db(out[at : at + cell]) for at in range(0, len(sound), cell)]
    assert taken[1] > 4.8
    after = np.array(taken[101:])  # the band's own ringing is over
    reached_ms = 5.0 * float(np.interp(-5.0 * np.exp(-1), -after, np.arange(len(after)))) + 7.5
    assert reached_ms == pytest.approx(50.0, abs=5.0)


def test_the_same_programme_elsewhere_in_level_is_softened_alike() -> None:
    sound = np.concatenate([phrase(0.3, SPEECH_DBFS), noise(0.1, SPEECH_DBFS, 5000, 9000)])
    quieter = de_ess(sound * 0.1, speech_dbfs=SPEECH_DBFS - 20.0) * 10.0
    np.testing.assert_allclose(quieter, de_ess(sound), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("block", [1, 997, 65536])
def test_blocks_do_not_matter(block: int) -> None:
    sound = np.concatenate([noise(0.2, -15.0, 5000, 9000), silence(0.1), phrase(0.3, -20.0)])
    np.testing.assert_array_equal(de_ess(sound, block), de_ess(sound))


def test_a_rate_that_cannot_hold_the_band_is_left_alone() -> None:
    sound = np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    out = list(de_essed([sound], FIGURES, speech_dbfs=-30.0, rate_hz=8000))
    np.testing.assert_array_equal(np.concatenate(out), sound)
