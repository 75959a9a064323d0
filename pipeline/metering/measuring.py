"""Measures a sound file, in one pass and bounded memory."""

from __future__ import annotations

from pathlib import Path

from pipeline.audio.files import read_blocks, sound_shape
from pipeline.metering.measurement import Measurement
from pipeline.metering.meter import Meter


def measure_file(path: Path) -> Measurement:
    """Measure any sound file.

    Raises:
        InputError: there is no such file, it is no sound file, or its rate or channels cannot be measured.
    """
    shape = sound_shape(path)
    meter = Meter(shape.rate_hz, shape.channels, shape.frames)
    for block in read_blocks(path):
        meter.add(block)
    return meter.measurement()
