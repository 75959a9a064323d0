"""A file's measurement is that of the samples in it, whatever the format; what cannot be measured is told."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.ffmpeg import run_ffmpeg
from pipeline.errors import InputError, ProductionError
from pipeline.metering import measure_file
from tests.metering.conformance import measure


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_file_measures_as_its_samples_do(tmp_path: Path, speech: np.ndarray, suffix: str, subtype: str) -> None:
    """Every figure, to the last bit."""
    if (suffix, subtype) == ("flac", "FLOAT"):
        subtype = "PCM_24"
    path = tmp_path / f"speech.{suffix}"
    soundfile.write(path, np.stack([speech, 0.5 * np.roll(speech, 3000)], axis=1), 24000, subtype=subtype)
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    assert measure_file(path) == measure(samples, rate_hz)


@pytest.mark.parametrize(("name", "options"), [("a.mp3", ("-b:a", "320k")), ("a.m4a", ("-b:a", "160k"))])
def test_a_lossy_file_is_as_loud_as_what_it_was_made_of(
    tmp_path: Path, speech: np.ndarray, name: str, options: tuple[str, ...]
) -> None:
    """Within 0.1 LU at a high rate, and exactly as long."""
    source, path = tmp_path / "source.wav", tmp_path / name
    soundfile.write(source, speech, 24000)
    run_ffmpeg(["-i", str(source), "-ar", "44100", *options, str(path)])
    found, wanted = measure_file(path), measure_file(source)
    assert found.integrated_lufs == pytest.approx(wanted.integrated_lufs, abs=0.1)
    assert found.seconds == pytest.approx(wanted.seconds, abs=1e-3)
    assert found.head_s == pytest.approx(wanted.head_s, abs=0.03)


def test_eight_bits_and_invalid_floats_are_measured(tmp_path: Path) -> None:
    sine = (0.5 * np.sin(np.arange(48000) * 0.13)).astype(np.float32)
    soundfile.write(tmp_path / "8.wav", sine, 48000, subtype="PCM_U8")
    soundfile.write(tmp_path / "f.wav", np.append(sine, [np.inf, np.nan]), 48000, subtype="FLOAT")
    eight, invalid = measure_file(tmp_path / "8.wav"), measure_file(tmp_path / "f.wav")
    assert eight.integrated_lufs == pytest.approx(invalid.integrated_lufs, abs=0.05)
    assert (eight.invalid_samples, invalid.invalid_samples) == (0, 2)


def test_a_rate_or_channels_that_cannot_be_measured_are_told_with_the_file(tmp_path: Path) -> None:
    for name, channels, rate_hz in (("slow.wav", 1, 4000), ("wide.wav", 7, 48000)):
        path = tmp_path / name
        soundfile.write(path, np.zeros((100, channels)), rate_hz)
        with pytest.raises(InputError, match="cannot be measured") as caught:
            measure_file(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("seed", range(12))
def test_garbage_is_told_or_measured_but_never_a_crash(tmp_path: Path, seed: int) -> None:
    """Good files with bytes overwritten anywhere: figures or a `ProductionError`, nothing else."""
    random = np.random.default_rng(seed)
    path = tmp_path / "a"
    name = ("wav", "flac", "aiff", "rf64")[seed % 4]
    soundfile.write(path, 0.1 * random.standard_normal(48000), 48000, format=name.upper(), subtype="PCM_16")
    content = bytearray(path.read_bytes())
    for place in random.integers(0, 60 if seed < 8 else len(content), 4):
        content[place] = int(random.integers(0, 256))
    path.write_bytes(content)
    try:
        assert np.isfinite(measure_file(path).rms_dbfs)
    except ProductionError as error:
        assert str(path) in str(error) and error.next_step


def test_a_pipe_is_told_instead_of_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError, match="is no file"):
        measure_file(path)
