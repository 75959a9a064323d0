"""Dither: the rounding error is noise of known power, whatever the signal (Lipshitz et al., JAES 40, 1992)."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.dither import FULL_SCALE, FULL_SCALE_24, dithered, rounded_24

FRAMES = 1 << 18


def render(samples: np.ndarray, seed: int = 1, *, shaped: bool = False) -> np.ndarray:
    return np.concatenate(list(dithered([samples.astype(np.float32)], seed, shaped=shaped)))


@pytest.mark.parametrize("steps", [0.0, 0.25, 0.5, 100.3])
def test_the_error_has_no_mean_and_a_quarter_step_squared_at_every_level(steps: float) -> None:
    """TPDF of 2 LSB: mean 0, power 1/12 (rounding) + 2/12 (dither) = 1/4 LSB², within 2 %."""
    error = render(np.full(FRAMES, steps / FULL_SCALE)) - steps
    assert abs(error.mean()) < 0.005
    assert error.var() == pytest.approx(0.25, rel=0.02)


def test_digital_silence_becomes_noise_at_minus_96_dbfs() -> None:
    rms = np.sqrt(np.mean((render(np.zeros(FRAMES)) / FULL_SCALE) ** 2))
    assert 20 * np.log10(rms) == pytest.approx(-96.33, abs=0.1)


def test_a_tone_of_less_than_half_a_step_survives_without_harmonics() -> None:
    turns = 1000 * np.arange(FRAMES) / FRAMES
    spectrum = np.abs(np.fft.rfft(render(0.4 / FULL_SCALE * np.sin(2 * np.pi * turns)))) / (FRAMES / 2)
    assert spectrum[1000] == pytest.approx(0.4, abs=0.01)
    assert max(spectrum[harmonic * 1000] for harmonic in (2, 3, 5, 7)) < 0.01


def test_the_same_seed_gives_the_same_bytes_whatever_the_blocks() -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 10_001).astype(np.float32)
    pieces = dithered([samples[start : start + 37] for start in range(0, len(samples), 37)], 5)
    np.testing.assert_array_equal(np.concatenate(list(pieces)), render(samples, 5))
    assert not np.array_equal(render(samples, 6), render(samples, 5))


def test_shaped_noise_is_plain_dither_through_the_published_filter() -> None:
    """Lipshitz et al. 1991: 1 - 2.033/z + …; in every band within 0.5 dB, least where the ear is sharpest."""
    error = render(np.zeros(FRAMES), shaped=True).astype(np.float64).reshape(-1, 1024) * np.hanning(1024)
    power = (np.abs(np.fft.rfft(error)) ** 2).mean(axis=0) / np.sum(np.hanning(1024) ** 2)
    turns = np.exp(-2j * np.pi * np.arange(513) / 1024)
    curve = np.abs(np.polyval([-0.6149, 1.590, -1.959, 2.165, -2.033, 1.0], turns)) ** 2 * 0.25
    for low in range(8, 500, 20):
        band = slice(low, low + 20)
        assert 10 * np.log10(power[band].mean() / curve[band].mean()) == pytest.approx(0.0, abs=0.5)
    hz = np.arange(513) * 44100 / 1024
    at_4_khz, at_18_khz = (10 * np.log10(power[np.abs(hz - at) < 300].mean() / 0.25) for at in (3700, 18000))
    assert at_4_khz < -15.0
    assert at_18_khz > 10.0


def test_shaped_dither_does_not_depend_on_the_blocks_and_has_no_mean() -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 10_001).astype(np.float32)
    pieces = dithered([samples[start : start + 37] for start in range(0, len(samples), 37)], 5, shaped=True)
    np.testing.assert_array_equal(np.concatenate(list(pieces)), render(samples, 5, shaped=True))
    assert abs(render(np.full(FRAMES, 0.3 / FULL_SCALE), shaped=True).mean() - 0.3) < 0.005


def test_24_bits_are_the_nearest_ones() -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 10_000).astype(np.float32)
    (out,) = rounded_24([samples])
    assert np.abs(out - samples.astype(np.float64) * FULL_SCALE_24).max() <= 0.5
    (ends,) = rounded_24([np.array([1.0, -1.0, 2.0, -2.0], np.float32)])
    assert ends.tolist() == [8388607, -8388608, 8388607, -8388608]


def test_full_scale_is_clipped_and_never_wraps() -> None:
    out = render(np.array([1.0, -1.0, 1.5, -1.5]))
    assert out[0] > 0 and out[2] == 32767 and out[1] < 0 and out[3] == -32768
