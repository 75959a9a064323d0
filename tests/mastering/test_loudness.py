"""Loudness in windows is the loudness of the whole, and both are the standard's."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from pipeline.audio.decibels import SILENCE_DB
from pipeline.mastering.loudness import LoudnessMeter, loudness_of


def whole(samples: np.ndarray, rate_hz: int) -> float:
    return float(pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(samples.astype(np.float64)))


def windowed(samples: np.ndarray, rate_hz: int, block: int = 50_000) -> float:
    meter = LoudnessMeter(rate_hz)
    for start in range(0, len(samples), block):
        meter.add(samples[start : start + block])
    return meter.integrated()


@pytest.mark.parametrize("rate_hz", [24000, 44100, 48000])
@pytest.mark.parametrize("hops", [3, 17, 600])
def test_windows_agree_with_pyloudnorm_on_the_whole_within_a_hundredth(
    speech: np.ndarray, rate_hz: int, hops: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the window: 0.3 s, 1.7 s or longer than the file. In truth they agree within 1e-6 LU."""
    monkeypatch.setattr("pipeline.mastering.loudness.WINDOW_HOPS", hops)
    swell = speech * np.linspace(0.1, 1.0, len(speech), dtype=np.float32)  # the gates have something to do
    swell = swell[: len(swell) // (rate_hz // 10) * (rate_hz // 10)]  # whole 100 ms
    assert windowed(swell[:, None], rate_hz, 3001) == pytest.approx(whole(swell, rate_hz), abs=1e-4)


def test_two_different_channels_are_summed_as_the_standard_says(speech: np.ndarray) -> None:
    stereo = np.stack([speech, np.roll(speech, 5000) * np.float32(0.5)], axis=1)
    assert windowed(stereo, 24000) == pytest.approx(whole(stereo, 24000), abs=0.01)


def test_the_same_sound_in_two_channels_is_3_lu_louder(speech: np.ndarray) -> None:
    alike = np.repeat(speech[:, None], 2, axis=1)
    assert windowed(alike, 24000) == pytest.approx(whole(alike, 24000), abs=0.01)
    assert loudness_of([speech], 24000, 2) == pytest.approx(loudness_of([speech], 24000, 1) + 3.0103, abs=1e-4)


@pytest.mark.parametrize("rate_hz", [44100, 48000])
def test_a_full_scale_997_hz_sine_in_one_channel_reads_minus_3_01(rate_hz: int) -> None:
    """ITU-R BS.1770-5 annex 1; tolerance 0.1 LU by EBU Tech 3341, ours 0.02."""
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * rate_hz) / rate_hz).astype(np.float32)
    assert loudness_of([sine], rate_hz, 1) == pytest.approx(-3.01, abs=0.02)


def test_ebu_tech_3341_case_3_quiet_ends_are_gated() -> None:
    """10 s at -36, 60 s at -23, 10 s at -36 dBFS in two channels read -23.0 LUFS ± 0.1."""
    rate_hz = 48000
    levels = np.repeat(10.0 ** (np.array([-36.0, -23.0, -36.0]) / 20.0), np.array([10, 60, 10]) * rate_hz)
    sine = levels * np.sin(2 * np.pi * 1000 * np.arange(len(levels)) / rate_hz)
    assert loudness_of([sine.astype(np.float32)], rate_hz, 2) == pytest.approx(-23.0, abs=0.1)


def test_silence_and_what_is_shorter_than_a_block_read_as_silence() -> None:
    assert loudness_of([np.zeros(96000, np.float32)], 24000, 2) == SILENCE_DB
    assert loudness_of([np.ones(9000, np.float32)], 24000, 1) == SILENCE_DB
    assert loudness_of([], 24000, 1) == SILENCE_DB
