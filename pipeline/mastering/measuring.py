"""Measures a finished file, in one pass and bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.audio.decibels import gain_to_db
from pipeline.audio.files import read_blocks, sound_shape
from pipeline.audio.true_peak import PeakMeter
from pipeline.mastering.levels import LevelMeter
from pipeline.mastering.loudness import LoudnessMeter


@dataclass(frozen=True)
class Measurement:
    """A sound file's figures. Levels of silence are -120 dB.

    Attributes:
        rate_hz: samples per second.
        channels: of the file.
        sample_count: per channel.
        lufs: integrated loudness, ITU-R BS.1770-5.
        dbtp: true peak of the loudest channel.
        rms_dbfs: over the whole file, unweighted, mean of the channels.
        noise_floor_dbfs: RMS of the quietest 500 ms.
        head_s: seconds before the first 10 ms that is louder than room tone.
        tail_s: seconds after the last such 10 ms.
        waveform: the largest magnitude of each of 600 equal slices, 0 … 1.
    """

    rate_hz: int
    channels: int
    sample_count: int
    lufs: float
    dbtp: float
    rms_dbfs: float
    noise_floor_dbfs: float
    head_s: float
    tail_s: float
    waveform: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return self.sample_count / self.rate_hz


def measure_file(path: Path) -> Measurement:
    """Measure any file that libsndfile reads: FLAC, WAV, MP3, ….

    Raises:
        InputError: there is no such file or it is no sound file.
    """
    shape = sound_shape(path)
    loudness = LoudnessMeter(shape.rate_hz)
    peaks = PeakMeter(shape.channels)
    levels = LevelMeter(shape.rate_hz, shape.frames)
    for block in read_blocks(path):
        for meter in (loudness, peaks, levels):
            meter.add(block)
    head_s, tail_s = levels.head_and_tail_s()
    return Measurement(
        rate_hz=shape.rate_hz,
        channels=shape.channels,
        sample_count=levels.frames,
        lufs=loudness.integrated(),
        dbtp=gain_to_db(peaks.peak()),
        rms_dbfs=levels.rms_dbfs(),
        noise_floor_dbfs=levels.noise_floor_dbfs(),
        head_s=head_s,
        tail_s=tail_s,
        waveform=tuple(round(float(top), 4) for top in levels.waveform),
    )
