"""True peak: what lies between the samples is found, and looking only where it can be found loses nothing."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio import true_peak
from pipeline.audio.true_peak import MARGIN, PeakMeter, interval_peaks

RATE_HZ = 44100


def measured(samples: np.ndarray, block: int = 5000) -> float:
    meter = PeakMeter(1)
    for start in range(0, len(samples), block):
        meter.add(samples[start : start + block, None].astype(np.float32))
    return 20 * np.log10(meter.peak())


@pytest.mark.parametrize("frequency_hz", [RATE_HZ / 4, RATE_HZ / 6, 997.0, 15000.0, 19800.0])
@pytest.mark.parametrize("phase", [0.0, np.pi / 4, 1.0])
def test_a_sines_true_peak_is_its_amplitude_wherever_its_samples_fall(frequency_hz: float, phase: float) -> None:
    """Within -0.05/+0.02 dB; a sine at a quarter of the rate, sampled at 45 degrees, has samples 3 dB lower."""
    time_s = np.arange(RATE_HZ) / RATE_HZ
    swell = np.minimum(1.0, 20 * np.minimum(time_s, 1.0 - time_s))
    sine = 0.5 * swell * np.sin(2 * np.pi * frequency_hz * time_s + phase)
    assert -0.05 < measured(sine) - 20 * np.log10(0.5) < 0.02


def test_looking_only_where_the_bounds_allow_finds_the_same_as_looking_everywhere(
    speech: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(3)
    for samples in (speech[:200_000], random.standard_normal(50_000), random.laplace(size=50_000) ** 3):
        pruned = measured(samples)
        with monkeypatch.context() as everywhere:
            everywhere.setattr(true_peak, "REACH", 1e9)
            assert measured(samples) == pruned


def test_the_bounds_hold_for_every_interval_of_any_sound(speech: np.ndarray) -> None:
    """Everything over the floor is exact; checked for floors at and around the level of the sound."""
    random = np.random.default_rng(4)
    rough = np.cumsum(random.standard_normal(20_000)) * 0.01 + 0.1 * random.standard_normal(20_000)
    for samples in (speech[40_000:80_000], rough.astype(np.float32)):
        exact = interval_peaks(samples, 0.0)
        for floor in np.quantile(exact, [0.5, 0.9, 0.99, 0.999]):
            found = interval_peaks(samples, float(floor))
            np.testing.assert_array_equal(found[exact > floor], exact[exact > floor])
            assert (found <= exact + 1e-7).all()


def test_blocks_do_not_matter() -> None:
    noise = 0.3 * np.random.default_rng(5).standard_normal(20_000)
    assert measured(noise, 17) == measured(noise, 20_000)


def test_peaks_beyond_either_end_are_counted() -> None:
    """A file that starts or ends at full level rings beyond its ends when it is played."""
    alternating = np.array([1.0, -1.0] * 40)
    assert measured(alternating) > 0.5
    assert measured(alternating[:30], 1) == measured(alternating[:30], 30)


def test_the_loudest_of_several_channels_counts() -> None:
    meter = PeakMeter(2)
    meter.add(np.array([[0.1, 0.0], [0.2, -0.7], [0.1, 0.0]], np.float32).repeat(MARGIN, axis=0))
    assert meter.peak() >= 0.7
