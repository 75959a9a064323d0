"""Measures an audio file, in one pass and bounded memory."""

from __future__ import annotations

from pathlib import Path

from pipeline.audio.decoding import open_audio
from pipeline.errors import InputError
from pipeline.metering.measurement import Measurement
from pipeline.metering.meter import Meter


def measure_file(path: Path) -> Measurement:
    """Measure any audio file: what libsndfile or ffmpeg can read.

    Raises:
        InputError: there is no such file, it holds no sound, is cut off or damaged, or its rate or channels cannot be
            measured.
        EngineError: ffmpeg was killed or failed.
    """
    with open_audio(path) as audio:
        try:
            meter = Meter(audio.rate_hz, audio.channels, audio.frames)
        except InputError as error:
            raise InputError(error.what, where=str(path), next_step=error.next_step) from error
        for block in audio.blocks():
            meter.add(block)
    return meter.measurement()
