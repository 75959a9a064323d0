"""DNSMOS hears what its authors' code hears, and noise lowers what it says of the background."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.sound import Samples, Sound
from pipeline.hearing.quality import LENGTH, RATE_HZ, QualityModel, sound_at_rate, windows


@pytest.fixture(scope="module")
def model() -> QualityModel:
    pytest.importorskip("speechmos", reason="the extra 'asr' is not installed")
    return QualityModel()


def buzz(seconds: float) -> Samples:
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = np.sum([np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 20)], axis=0)
    return (0.1 * wave * np.maximum(0.0, np.sin(2 * np.pi * 2 * time))).astype(np.float32)


def test_a_short_take_is_repeated_and_a_long_one_heard_to_its_end() -> None:
    ramp = np.arange(18 * RATE_HZ, dtype=np.float32)
    assert windows(ramp[:100_000]).shape == (1, LENGTH)
    assert windows(ramp[:100_000])[0, 100_000] == 0.0
    assert [round(float(window[0]) / RATE_HZ, 2) for window in windows(ramp)] == [0.0, 5.0, 8.99]
    assert windows(ramp)[-1, -1] == ramp[-1]
    assert windows(np.zeros(0, np.float32)).shape == (1, LENGTH)


def test_the_figures_are_those_of_the_authors_code(model: QualityModel) -> None:
    """As speechmos 0.0.1.1 gave them for the same samples, 9.5 s: one window."""
    samples = buzz(9.5)
    found = model.judge(Sound(samples, RATE_HZ))
    assert found.signal == pytest.approx(2.45556, abs=2e-3)
    assert found.background == pytest.approx(3.44918, abs=2e-3)
    assert found.overall == pytest.approx(2.06353, abs=2e-3)


@pytest.mark.slow  # a second of computing
def test_noise_is_heard_in_the_background(model: QualityModel) -> None:
    samples = buzz(9.5)
    noise = 0.02 * np.random.default_rng(0).standard_normal(len(samples)).astype(np.float32)
    found = model.judge(Sound(samples + noise, RATE_HZ))
    assert found.background == pytest.approx(1.576, abs=0.02)


def test_samples_that_are_no_numbers_are_heard_as_silence() -> None:
    assert np.isfinite(sound_at_rate(Sound(np.array([np.nan, np.inf, 0.1], np.float32), RATE_HZ))).all()
