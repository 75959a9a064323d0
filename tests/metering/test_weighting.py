"""K-weighting has the standard's response at every rate, not at 48 kHz alone."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.metering import Meter
from pipeline.metering.weighting import k_weighting
from tests.metering.conformance import k_gain, measure

RATES_HZ = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000)


def response(stages: np.ndarray, hz: np.ndarray, rate_hz: int) -> np.ndarray:
    z = np.exp(-2j * np.pi * hz / rate_hz)
    gain = np.ones_like(hz)
    for b0, b1, b2, a1, a2 in stages:
        gain = gain * np.abs((b0 + b1 * z + b2 * z**2) / (1 + a1 * z + a2 * z**2))
    return gain


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_tone_is_weighted_as_at_48_khz(rate_hz: int) -> None:
    """Within 0.02 dB from 10 Hz to 0.45 of the rate; within 0.0005 from 22.05 kHz on; exactly at 48 kHz."""
    hz = np.linspace(10.0, 0.45 * min(rate_hz, 48000), 4000)
    miss = 20 * np.log10(response(k_weighting(rate_hz), hz, rate_hz) / k_gain(hz))
    assert np.abs(miss).max() < (1e-9 if rate_hz == 48000 else 0.0005 if rate_hz >= 22050 else 0.02)


def spectrum_of_speech(hz: np.ndarray) -> np.ndarray:
    """Long-term average: flat to 500 Hz, then 9 dB an octave down; power."""
    return 1.0 / (1.0 + (hz / 500.0) ** 3)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    "spectrum", [np.ones_like, lambda hz: 1 / hz, spectrum_of_speech], ids=["white", "pink", "speech"]
)
def test_noise_is_as_loud_as_at_48_khz(rate_hz: int, spectrum: object) -> None:
    """Power through the filter against power through the standard's, from 20 Hz to 0.45 of the rate: 0.02 LU, and
    0.0005 from 22.05 kHz on.
    """
    hz = np.linspace(20.0, 0.45 * min(rate_hz, 48000), 8000)
    power = spectrum(hz)  # type: ignore[operator]
    ours = (power * response(k_weighting(rate_hz), hz, rate_hz) ** 2).sum()
    miss = 10 * np.log10(ours / (power * k_gain(hz) ** 2).sum())
    assert abs(miss) < (0.0005 if rate_hz >= 22050 else 0.02)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 24000, 44100, 48000, 192000])
@pytest.mark.parametrize("hz", [50, 1000, 3000])
def test_a_measured_tone_is_as_loud_as_the_formula_says(rate_hz: int, hz: int) -> None:
    """-0.691 + 10 log10 of its weighted power, within 0.01 LU, and 0.02 at 8 kHz."""
    sine = (0.1 * np.sin(2 * np.pi * hz * np.arange(4 * rate_hz) / rate_hz)).astype(np.float32)
    expected = -0.691 + 20 * np.log10(0.1 / np.sqrt(2) * k_gain(hz))
    found = measure(sine[:, None], rate_hz).integrated_lufs
    assert found == pytest.approx(float(expected), abs=0.02 if rate_hz == 8000 else 0.01)


def test_a_full_scale_997_hz_sine_in_one_channel_reads_minus_3_01() -> None:
    """ITU-R BS.1770-5 annex 1, within 0.01 LU."""
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * 48000) / 48000).astype(np.float32)
    assert measure(sine[:, None], 48000).integrated_lufs == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize(("rate_hz", "channels"), [(7999, 1), (192001, 1), (44100, 0), (44100, 7)])
def test_what_cannot_be_measured_is_told(rate_hz: int, channels: int) -> None:
    with pytest.raises(InputError, match="cannot be measured") as caught:
        Meter(rate_hz, channels)
    assert caught.value.next_step
