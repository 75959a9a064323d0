"""Another rate: nothing is added, nothing is shifted, and blocks do not matter."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.resampling import resample, resampled
from pipeline.audio.sound import Sound

RATE_HZ, TO_HZ = 24000, 44100


def tone(frequency_hz: float, rate_hz: int, seconds: float = 2.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize("frequency_hz", [997.0, 5000.0, 10900.0])
def test_images_of_a_tone_lie_under_minus_100_db(frequency_hz: float) -> None:
    out = resample(Sound(tone(frequency_hz, RATE_HZ), RATE_HZ), TO_HZ).samples[8192 : 8192 + 65536]
    spectrum = np.abs(np.fft.rfft(out * np.blackman(len(out)) ** 2))
    bins = np.fft.rfftfreq(len(out), 1 / TO_HZ)
    elsewhere = spectrum[np.abs(bins - frequency_hz) > 50.0].max()
    assert 20 * np.log10(elsewhere / spectrum.max()) < -100.0


@pytest.mark.parametrize("to_hz", [44100, 48000, 96000])
def test_the_passband_is_flat_within_a_tenth_of_a_decibel_to_10900_hz(to_hz: int) -> None:
    """By an impulse: what comes out has the filter's response."""
    impulse = np.zeros(RATE_HZ, np.float32)
    impulse[RATE_HZ // 2] = 1.0
    out = resample(Sound(impulse, RATE_HZ), to_hz).samples.astype(np.float64)
    response_db = 20 * np.log10(np.abs(np.fft.rfft(out))[: 10_900 + 1] * RATE_HZ / to_hz)
    assert np.abs(response_db).max() < 0.1


def test_a_tone_stays_where_it_is_in_time_and_level() -> None:
    out = resample(Sound(tone(1000.0, RATE_HZ), RATE_HZ), TO_HZ).samples
    expected = tone(1000.0, TO_HZ)
    assert len(out) == len(expected)
    np.testing.assert_allclose(out[4000:-4000], expected[4000:-4000], atol=1e-5)


def test_what_comes_out_does_not_depend_on_the_blocks() -> None:
    samples = np.random.default_rng(0).standard_normal(30_000).astype(np.float32)
    whole = np.concatenate(list(resampled([samples], RATE_HZ, TO_HZ)))
    pieces = [samples[start : start + 613] for start in range(0, len(samples), 613)]
    np.testing.assert_array_equal(np.concatenate(list(resampled(pieces, RATE_HZ, TO_HZ))), whole)


def test_an_equal_rate_changes_nothing() -> None:
    samples = tone(440.0, RATE_HZ)
    np.testing.assert_array_equal(resample(Sound(samples, RATE_HZ), RATE_HZ).samples, samples)
