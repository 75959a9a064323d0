"""True peak: what lies between the samples is found, and looking only where it can be found loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.true_peak import CELL, MARGIN, REACH, highest_peak, interval_peaks

BAND = 0.45  # of the rate


def reference(samples: np.ndarray) -> float:
    """True peak by 64-fold band-limited interpolation of the whole signal at once (FFT)."""
    spectrum = np.fft.rfft(samples.astype(np.float64))
    count = len(samples)
    fine = np.fft.irfft(np.pad(spectrum, (0, 32 * count + 1 - len(spectrum))), 64 * count) * 64
    return float(np.abs(fine).max())


def measured(samples: np.ndarray) -> float:
    padded = np.pad(samples, 2 * MARGIN).astype(np.float32)
    return highest_peak(padded, 0.0)[0]


def miss_db(samples: np.ndarray) -> float:
    return float(20 * np.log10(measured(samples) / reference(samples)))


def in_band(samples: np.ndarray) -> np.ndarray:
    """Nothing above 0.45 of the rate."""
    spectrum = np.fft.rfft(samples)
    spectrum[int(BAND * len(samples)) :] = 0.0
    return np.fft.irfft(spectrum, len(samples))


@settings(max_examples=200, deadline=None)
@given(st.floats(0.001, BAND), st.floats(0.0, 2 * np.pi), st.integers(0, 2**32 - 1))
def test_the_true_peak_of_tones_is_within_5_hundredths_below_and_2_above(
    turn: float, phase: float, seed: int
) -> None:
    """-0.05 … +0.02 dB against a 64-fold reference, up to 0.45 of the rate; so is that of noise in the same band."""
    fade = np.hanning(2048)
    tone = np.pad(fade * np.sin(2 * np.pi * turn * np.arange(2048) + phase), 512)
    assert -0.05 < miss_db(in_band(tone)) < 0.02
    random = np.random.default_rng(seed)
    burst = np.pad(random.standard_normal(512) ** random.choice([1, 3]), 512)
    assert -0.05 < miss_db(in_band(burst)) < 0.02


@pytest.mark.parametrize("turn", [1 / 4, 1 / 6, 1 / 8, 0.0226, 0.34, 0.449])
@pytest.mark.parametrize("phase", [0.0, np.pi / 4, 1.0])
def test_a_sines_true_peak_is_its_amplitude_wherever_its_samples_fall(turn: float, phase: float) -> None:
    """A sine at a quarter of the rate, sampled at 45 degrees, has samples 3 dB lower."""
    swell = np.minimum(1.0, np.minimum(np.arange(20_000), np.arange(20_000)[::-1]) / 1000)
    sine = 0.5 * swell * np.sin(2 * np.pi * turn * np.arange(20_000) + phase)
    assert -0.05 < 20 * np.log10(measured(sine) / 0.5) < 0.02


def sounds() -> dict[str, np.ndarray]:
    random = np.random.default_rng(4)
    rough = np.cumsum(random.standard_normal(20_000)) * 0.01
    rough -= np.convolve(rough, np.ones(501) / 501, "same")
    voice = sum(np.sin(2 * np.pi * 0.005 * k * np.arange(20_000) + k * k) / k**2 for k in range(1, 60))
    return {
        "noise": random.standard_normal(20_000),
        "clicks": random.laplace(size=20_000) ** 3,
        "rough": rough + 0.01 * random.standard_normal(20_000),
        "voice": voice * np.repeat(random.uniform(0, 1, 20), 1000) + 1e-3 * random.standard_normal(20_000),
    }


@pytest.mark.parametrize("name", sounds())
def test_the_bounds_lose_nothing_over_the_floor(name: str) -> None:
    """Every interval over the floor is exact, for floors at and around the level of the sound; none is too large."""
    samples = sounds()[name].astype(np.float32)
    exact = interval_peaks(samples, 0.0)
    for floor in np.quantile(exact, [0.5, 0.9, 0.99, 0.999, 1.0]):
        found = interval_peaks(samples, float(floor))
        np.testing.assert_array_equal(found[exact > floor], exact[exact > floor])
        assert (found <= exact).all()
        peak, where = highest_peak(samples, float(floor))
        if exact.max() > floor:
            assert (peak, where) == (exact.max(), exact.argmax())
        else:
            assert (peak, where) == (pytest.approx(floor), -1)


@pytest.mark.parametrize("count", [0, 1, CELL - 1, CELL, CELL + 1, 1000])
def test_an_interval_depends_on_its_own_samples_alone(count: int) -> None:
    """Whatever the length, an interval reads what it reads within a longer sound."""
    samples = np.random.default_rng(0).standard_normal(2000 + 2 * MARGIN).astype(np.float32)
    part = interval_peaks(samples[: count + 2 * MARGIN], 0.0)
    assert len(part) == count
    np.testing.assert_array_equal(part, interval_peaks(samples, 0.0)[:count])


def test_no_interval_exceeds_the_largest_sample_by_more_than_reach() -> None:
    """The worst case is samples with the signs of the filter's own taps."""
    signs = np.where(np.arange(-40, 41) < 0, (-1.0) ** np.arange(-40, 41), -((-1.0) ** np.arange(-40, 41)))
    peak = measured(signs)
    assert 0.9 * REACH < peak <= REACH
