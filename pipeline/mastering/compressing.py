"""The compressor, and how gains move: what the de-esser shares with it.

Source: Giannoulis, Massberg, Reiss, "Digital Dynamic Range Compressor Design: A Tutorial and Analysis", JAES 60
(2012): feed-forward, the gain computer in decibels with a soft knee (eq. 4), its output smoothed by the smooth
branching peak detector (eq. 17), so that attack and release are the time constants of the gain in decibels.

Levels are taken and gains worked out once for each short cell, from the cell's own samples; within it the gain moves
in a straight line to where the cell ends. That is a look-ahead of one cell, without delay.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled
from pipeline.audio.framing import framed
from pipeline.audio.sound import Samples
from pipeline.profiles.chain import Compressor

CELL_S = 0.001
FRAME_CELLS = 1 << 10

Floats = NDArray[np.float64]


def compressed(
    blocks: Iterable[Samples], figures: Compressor, *, speech_dbfs: float, rate_hz: int
) -> Iterator[Samples]:
    """Mono blocks with their syllables evened out. There is no make-up gain.

    Args:
        blocks: ``[n]`` float32 each.
        figures: of the compressor.
        speech_dbfs: the programme's speech level (RMS), which the threshold is relative to.
        rate_hz: samples per second.
    """
    cell = max(1, round(CELL_S * rate_hz))
    cells_per_s = rate_hz / cell
    curve = np.array([speech_dbfs + figures.threshold_db, 1.0 - 1.0 / figures.ratio, figures.knee_db])
    moves = moves_of(figures.attack_s, figures.release_s, cells_per_s)
    state = np.array([0.0, 1.0])  # decibels taken away, and the gain
    for frame in framed(blocks, cell * FRAME_CELLS):
        out = frame.copy()
        _compress(out, cell, curve, moves, state)
        yield out


def moves_of(attack_s: float, release_s: float, cells_per_s: float) -> Floats:
    """What share of its distance a gain keeps from cell to cell: going down, coming back."""
    return np.exp(-1.0 / (np.array([attack_s, release_s]) * cells_per_s))


def static_db(level_db: float, figures: Compressor, *, speech_dbfs: float) -> float:
    """What is taken away, in dB, from a sound whose envelope stays at ``level_db`` (dBFS)."""
    above = level_db - speech_dbfs - figures.threshold_db
    return float(_taken_db(above, 1.0 - 1.0 / figures.ratio, figures.knee_db))


@compiled()
def _taken_db(above_db: float, slope: float, knee_db: float) -> float:
    """Eq. 4: nothing below the knee, ``slope`` dB per dB above it, a parabola between."""
    if 2.0 * above_db <= -knee_db:
        return 0.0
    if 2.0 * above_db >= knee_db:
        return slope * above_db
    return slope * (above_db + knee_db / 2.0) ** 2 / (2.0 * knee_db)


@compiled()
def smoothed_db(before_db: float, wanted_db: float, moves: Floats) -> float:
    """Eq. 17, smooth branching: the next decibels taken away; exactly none once there are next to none."""
    keep = moves[0] if wanted_db > before_db else moves[1]
    after_db = keep * before_db + (1.0 - keep) * wanted_db
    return after_db if after_db > 1e-4 else 0.0


@compiled()
def _compress(samples: Samples, cell: int, curve: Floats, moves: Floats, state: Floats) -> None:
    threshold_db, slope, knee_db = curve
    quiet = 10.0 ** ((threshold_db - knee_db / 2.0) / 20.0)
    taken_db, gain = state
    for start in range(0, len(samples), cell):
        part = samples[start : start + cell]
        top = 0.0
        for i in range(len(part)):
            top = max(top, abs(part[i]))
        wanted_db = _taken_db(20.0 * math.log10(top) - threshold_db, slope, knee_db) if top > quiet else 0.0
        taken_db = smoothed_db(taken_db, wanted_db, moves)
        before, gain = gain, 10.0 ** (-taken_db / 20.0)
        if before != 1.0 or gain != 1.0:
            step = (gain - before) / len(part)
            for i in range(len(part)):
                part[i] = np.float32(part[i] * (before + step * (i + 1)))
    state[0], state[1] = taken_db, gain
