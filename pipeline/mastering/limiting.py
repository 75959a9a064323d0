"""A look-ahead limiter that holds a true-peak ceiling and leaves everything under it untouched, to the bit.

For each sample the gain that would bring the peaks beside it to the ceiling is found. The smallest such gain within
``LOOK_AHEAD_S`` to either side is held, released exponentially, and smoothed by a window no wider than the hold:
every value that the smoothing averages is at most the gain that the sample needs, so their average is too. The gain
moves so slowly that what lies between samples follows it: 0.01 dB over at most, on tones, clicks and noise to 20 kHz.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from pipeline.audio.decibels import db_to_gain
from pipeline.audio.sound import Samples
from pipeline.audio.true_peak import MARGIN, REACH, interval_peaks

FRAME = 1 << 15  # the limiter's own blocks, counted from the start: what comes out does not depend on the caller's
LOOK_AHEAD_S = 0.004
RELEASE_S = 0.060  # time constant
LEAST_DEPTH = 1e-5  # 1 - gain; 0.0001 dB, released all the way below it


def limited(blocks: Iterable[Samples], ceiling_dbtp: float, rate_hz: int) -> Iterator[Samples]:
    """Mono blocks whose true peak is at most ``ceiling_dbtp`` (within 0.05 dB), as long and at the same place.

    What comes out does not depend on the size of the blocks.

    Args:
        blocks: ``[n]`` float32. Peaks between samples are under-read above 0.45 of the rate (20 kHz at 44.1 kHz).
        ceiling_dbtp: the true peak that is held.
        rate_hz: samples per second.
    """
    shape = _Shape(db_to_gain(ceiling_dbtp), round(LOOK_AHEAD_S * rate_hz), RELEASE_S * rate_hz)
    depth = 0.0
    for frame in _frames(blocks, shape.context):
        inner = frame[shape.context : -shape.context]
        if depth == 0.0 and float(np.abs(frame).max()) * REACH <= shape.ceiling:
            yield inner
            continue
        gain, depth = _gain(frame, shape, depth)
        yield (inner * gain).astype(np.float32)


@dataclass(frozen=True)
class _Shape:
    ceiling: float  # amplitude
    hold: int  # samples to either side
    release: float  # time constant in samples

    @property
    def context(self) -> int:
        """Samples beyond either end of a frame that its gain depends on."""
        return 2 * self.hold + 1 + MARGIN


def _frames(blocks: Iterable[Samples], context: int) -> Iterator[Samples]:
    """Frames of ``context + n + context`` samples, ``n`` being `FRAME` for all but the last; silence around."""
    waiting = [np.zeros(context, np.float32)]
    length = context
    for block in blocks:
        waiting.append(block)
        length += len(block)
        if length >= FRAME + 2 * context:
            joined = np.concatenate(waiting)
            while len(joined) >= FRAME + 2 * context:
                yield joined[: FRAME + 2 * context]
                joined = joined[FRAME:]
            waiting, length = [joined], len(joined)
    joined = np.concatenate([*waiting, np.zeros(context, np.float32)])
    while len(joined) > 2 * context:
        yield joined[: FRAME + 2 * context]
        joined = joined[FRAME:]


def _gain(frame: Samples, shape: _Shape, depth: float) -> tuple[NDArray[np.float64], float]:
    """Gain of a frame's inner samples, and the depth that the next frame's release starts from.

    Args:
        frame: ``[context + n + context]``.
        shape: the limiter's figures.
        depth: 1 - gain, released, at the sample before this frame's first held one.
    """
    peaks = interval_peaks(frame, shape.ceiling).astype(np.float64)
    beside = np.maximum(peaks[1:-1], peaks[:-2])  # the interval after each sample and the one before it
    needed = np.minimum(1.0, shape.ceiling / np.maximum(beside, shape.ceiling))
    hold = shape.hold
    held = minimum_filter1d(needed, 2 * hold + 1, mode="nearest")[hold : len(needed) - hold]
    depths = _released(1.0 - held, shape.release, depth)
    inner = len(depths) - 2 * hold
    smooth = uniform_filter1d(uniform_filter1d(depths, hold + 1), hold + 1, origin=-((hold + 1) % 2 == 0))
    gain = 1.0 - np.maximum(smooth[hold : hold + inner], 0.0)
    return gain, float(depths[inner - 1])


def _released(depths: NDArray[np.float64], release: float, before: float) -> NDArray[np.float64]:
    """``out[i] = max(depths[i], out[i - 1] · exp(-1 / release))``, in logarithms to be one running maximum."""
    decay = np.arange(1, len(depths) + 1) / release
    logs = np.log(np.maximum(depths, 1e-300)) + decay
    if before > 0.0:
        logs[0] = max(logs[0], np.log(before))
    out = np.exp(np.maximum.accumulate(logs) - decay)
    return np.where(out < LEAST_DEPTH, depths, out)
