"""What is measured of a file is what a slow reference measures of the whole of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from pipeline.mastering import measure_file

RATE_HZ = 44100


def test_levels_agree_with_the_whole_file_at_once(tmp_path: Path, speech: np.ndarray) -> None:
    random = np.random.default_rng(0)
    samples = speech[: len(speech) // 2400 * 2400] + 1e-3 * random.standard_normal(len(speech) // 2400 * 2400)
    path = tmp_path / "speech.wav"
    soundfile.write(path, samples, 24000, subtype="FLOAT")
    found = measure_file(path)
    cells = np.square(samples).reshape(-1, 240).mean(axis=1)
    floor = min(cells[start : start + 50].mean() for start in range(len(cells) - 49))
    expected = pyloudnorm.Meter(24000, filter_class="DeMan").integrated_loudness(samples)
    assert (found.rate_hz, found.channels, found.sample_count) == (24000, 1, len(samples))
    assert found.lufs == pytest.approx(expected, abs=0.01)
    assert found.rms_dbfs == pytest.approx(10 * np.log10(np.mean(np.square(samples))), abs=1e-3)
    assert found.noise_floor_dbfs == pytest.approx(10 * np.log10(floor), abs=1e-3)


def test_head_and_tail_are_what_stands_before_and_after_the_speech(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    samples = 10 ** (-70 / 20) * random.standard_normal(5 * RATE_HZ)
    samples[round(0.75 * RATE_HZ) : round(2.0 * RATE_HZ)] += 0.1
    path = tmp_path / "x.flac"
    soundfile.write(path, samples, RATE_HZ)
    found = measure_file(path)
    assert (found.head_s, found.tail_s) == (pytest.approx(0.75, abs=0.011), pytest.approx(3.0, abs=0.011))


def test_the_waveform_is_the_peak_of_each_of_600_equal_slices(tmp_path: Path) -> None:
    frames = 600 * 250 + 77
    samples = np.random.default_rng(0).uniform(-0.9, 0.9, frames) * np.linspace(0, 1, frames)
    path = tmp_path / "x.wav"
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    slices = np.arange(frames) * 600 // frames
    expected = [np.abs(samples[slices == index]).max() for index in range(600)]
    np.testing.assert_allclose(measure_file(path).waveform, expected, atol=6e-5)


def test_two_channels_are_measured_as_two(tmp_path: Path, speech: np.ndarray) -> None:
    stereo = np.stack([speech, 0.5 * np.roll(speech, 3000)], axis=1)
    path = tmp_path / "x.wav"
    soundfile.write(path, stereo, 24000, subtype="FLOAT")
    found = measure_file(path)
    assert found.rms_dbfs == pytest.approx(10 * np.log10(np.mean(np.square(stereo))), abs=1e-3)
    assert found.lufs == pytest.approx(
        pyloudnorm.Meter(24000, filter_class="DeMan").integrated_loudness(stereo.astype(np.float64)), abs=0.01
    )


@pytest.mark.parametrize("frames", [1, 100, 9000, 24000])
def test_a_silent_or_very_short_file_has_figures_too(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, np.zeros(frames), 24000)
    found = measure_file(path)
    assert found.lufs == found.dbtp == found.rms_dbfs == found.noise_floor_dbfs == -120.0
    assert found.sample_count == frames
