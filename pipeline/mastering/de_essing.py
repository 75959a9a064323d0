"""The de-esser: a bell that dips while sibilants are too loud.

A band-pass picks the band out; what is taken away of it is taken from the whole, ``x - (1 - g) band(x)``, which for
the cookbook's band-pass is a bell that dips by ``g`` and never lifts anything. The band is listened to through the
same filter twice, so that the low notes of a vowel do not count. The gain moves as the compressor's does.

Figures: split band, 5 to 9 kHz, ratio 3 to 4, no more than 5 dB, 1 ms and 50 ms are common practice for voices.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.audio.compiling import compiled
from pipeline.audio.framing import framed
from pipeline.audio.sound import Samples
from pipeline.mastering.compressing import Floats, moves_of, smoothed_db
from pipeline.mastering.filtering import HIGHEST, band_pass
from pipeline.profiles.chain import DeEsser

CELL_S = 0.0005  # three periods of the band
FRAME_CELLS = 1 << 11


def de_essed(blocks: Iterable[Samples], figures: DeEsser, *, speech_dbfs: float, rate_hz: int) -> Iterator[Samples]:
    """Mono blocks with sharp sibilants softened; at a rate that cannot hold the band, the blocks as they are.

    Args:
        blocks: ``[n]`` float32 each.
        figures: of the de-esser.
        speech_dbfs: the programme's speech level (RMS), which the threshold is relative to.
        rate_hz: samples per second.
    """
    high_hz = min(figures.high_hz, HIGHEST * rate_hz)
    if high_hz <= figures.low_hz:
        yield from blocks
        return
    cell = max(1, round(CELL_S * rate_hz))
    section = np.array(band_pass(figures.low_hz, high_hz, rate_hz))
    curve = np.array([speech_dbfs + figures.threshold_db, 1.0 - 1.0 / figures.ratio, figures.most_db])
    moves = moves_of(figures.attack_s, figures.release_s, rate_hz / cell)
    filters = np.zeros(6)  # the last two samples in, in the band, and in what is heard
    state = np.array([0.0, 1.0])  # decibels taken away, and the gain
    for frame in framed(blocks, cell * FRAME_CELLS):
        band, heard = np.empty(len(frame)), np.empty(len(frame))
        _split(frame, section, filters, band, heard)
        out = frame.copy()
        _dip(out, band, heard, cell, (curve, moves, state))
        yield out


@compiled()
def _split(samples: Samples, section: Floats, state: Floats, band: Floats, heard: Floats) -> None:
    """The band, and the band through the same filter again."""
    b0, _, b2, a1, a2 = section
    x1, x2, y1, y2, z1, z2 = state
    for i in range(len(samples)):
        x = np.float64(samples[i])
        y = (b0 * x + b2 * x2 - a2 * y2) - a1 * y1
        z = (b0 * y + b2 * y2 - a2 * z2) - a1 * z1
        x2, x1, y2, y1, z2, z1 = x1, x, y1, y, z1, z
        band[i], heard[i] = y, z
    state[0], state[1], state[2], state[3], state[4], state[5] = x1, x2, y1, y2, z1, z2


@compiled()
def _dip(samples: Samples, band: Floats, heard: Floats, cell: int, control: tuple[Floats, Floats, Floats]) -> None:
    curve, moves, state = control
    threshold_db, slope, most_db = curve
    quiet = 10.0 ** (threshold_db / 10.0)
    taken_db, gain = state
    for start in range(0, len(samples), cell):
        stop = min(start + cell, len(samples))
        power = 0.0
        for i in range(start, stop):
            power += heard[i] * heard[i]
        power /= stop - start
        wanted_db = min(slope * (10.0 * math.log10(power) - threshold_db), most_db) if power > quiet else 0.0
        taken_db = smoothed_db(taken_db, wanted_db, moves)
        before, gain = gain, 10.0 ** (-taken_db / 20.0)
        if before != 1.0 or gain != 1.0:
            step = (gain - before) / (stop - start)
            for i in range(start, stop):
                left = before + step * (i - start + 1)
                samples[i] = np.float32(samples[i] - (1.0 - left) * band[i])
    state[0], state[1] = taken_db, gain
