"""Room tone: quiet, soft noise under everything, so that no pause is digital silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy.signal import butter, sosfilt

from pipeline.audio.decibels import db_to_gain
from pipeline.audio.sound import Samples

BAND_HZ = (70.0, 900.0)  # falls by 6 dB per octave outside: the colour of a quiet room, without rumble


def with_room_tone(blocks: Iterable[Samples], rms_dbfs: float, rate_hz: int, seed: int) -> Iterator[Samples]:
    """Mono blocks with continuous noise of ``rms_dbfs`` added.

    The noise never repeats; the same seed gives the same noise whatever the size of the blocks.

    Args:
        blocks: ``[n]`` float32 each.
        rms_dbfs: RMS of the noise (a full-scale square wave has 0 dBFS).
        rate_hz: samples per second.
        seed: of the noise.
    """
    sections = butter(1, BAND_HZ, "bandpass", fs=rate_hz, output="sos")
    impulse = np.zeros(rate_hz)
    impulse[0] = 1.0
    response = np.asarray(sosfilt(sections, impulse))
    level = db_to_gain(rms_dbfs) / float(np.sqrt(np.sum(response**2)))
    noise = np.random.Generator(np.random.PCG64(seed))
    state = np.zeros((len(sections), 2))
    for block in blocks:
        white = noise.standard_normal(len(block), dtype=np.float32)
        tone, state = sosfilt(sections, white, zi=state)
        yield (block + level * tone).astype(np.float32)
