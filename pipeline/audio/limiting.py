"""A look-ahead limiter that holds a true-peak ceiling and leaves everything under it untouched, to the bit.

For each sample the gain that would bring the peaks beside it to the ceiling is found. The smallest such gain within
`LOOK_AHEAD_S` to either side is held, released exponentially, and smoothed by a window no wider than the hold:
every value that the smoothing averages is at most the gain that the sample needs, so their average is too. The gain
moves so slowly that what lies between samples follows it: 0.01 dB over at most, on tones, clicks and noise to 20 kHz.
The look-ahead is paid for in waiting, not in delay: what comes out lies where it lay.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled
from pipeline.audio.decibels import db_to_gain, gain_to_db
from pipeline.audio.framing import in_context
from pipeline.audio.sound import Samples
from pipeline.audio.true_peak import MARGIN, REACH, interval_peaks

FRAME = 1 << 15  # the limiter's own blocks, counted from the start: what comes out does not depend on the caller's
STEP = 1 << 11  # samples whose gain is worked out, or not, together
LOOK_AHEAD_S = 0.004
RELEASE_S = 0.060  # time constant
LEAST_DEPTH = 1e-4  # 1 - gain; 0.0009 dB, released all the way below it


@dataclass
class Reduction:
    """What a limiter took away, summed up while it works.

    Attributes:
        samples: that went through.
        limited: of them, those whose gain was lowered by more than 0.001 dB.
        least_gain: the smallest gain of any.
        decibels: sum over all samples of how far the gain was lowered.
    """

    samples: int = 0
    limited: int = 0
    least_gain: float = 1.0
    decibels: float = 0.0

    @property
    def most_db(self) -> float:
        """The deepest that the gain went."""
        return abs(gain_to_db(self.least_gain))

    @property
    def share(self) -> float:
        """Of the time, 0 … 1, that the limiter was at work."""
        return self.limited / max(self.samples, 1)

    @property
    def mean_db(self) -> float:
        """How far the gain was lowered while the limiter was at work."""
        return self.decibels / max(self.limited, 1)


def limited(
    blocks: Iterable[Samples], ceiling_dbtp: float, rate_hz: int, reduction: Reduction | None = None
) -> Iterator[Samples]:
    """Mono blocks whose true peak is at most ``ceiling_dbtp`` (within 0.05 dB), as long and at the same place.

    What comes out does not depend on the size of the blocks.

    Args:
        blocks: ``[n]`` float32, finite. Peaks between samples are under-read above 0.45 of the rate (20 kHz at
            44.1 kHz).
        ceiling_dbtp: the true peak that is held.
        rate_hz: samples per second.
        reduction: gets what was taken away.
    """
    ceiling = db_to_gain(ceiling_dbtp)
    hold = round(LOOK_AHEAD_S * rate_hz)
    decay = math.exp(-1.0 / (RELEASE_S * rate_hz))
    context = 2 * hold + 1 + MARGIN  # samples beyond either end of a frame that its gain depends on
    reduction = reduction or Reduction()
    depth = 0.0
    for frame in in_context(blocks, FRAME, context):
        inner = frame[context:-context]
        reduction.samples += len(inner)
        if depth == 0.0 and float(np.abs(frame).max()) * REACH <= ceiling:
            yield inner
            continue
        peaks = interval_peaks(frame, ceiling)
        out = inner.copy()
        depth, least_gain, lowered, decibels = _limit(out, peaks, ceiling, decay, depth)
        reduction.least_gain = min(reduction.least_gain, least_gain)
        reduction.limited += lowered
        reduction.decibels += decibels
        yield out


@compiled()
def _limit(
    samples: Samples, peaks: Samples, ceiling: float, decay: float, depth: float
) -> tuple[float, float, int, float]:
    """Bring ``samples`` under the ceiling, in place.

    Args:
        samples: ``[n]``.
        peaks: ``[n + 4 hold + 2]``, the interval peaks from ``2 hold + 1`` samples before to as many after them.
        ceiling: amplitude.
        decay: of the depth from sample to sample.
        depth: 1 - gain, released, before the first held sample.

    Returns:
        The depth that the next samples start from, the least gain, how many samples were lowered, and by how many
        decibels in all.
    """
    hold = (len(peaks) - len(samples) - 2) // 4  # samples to either side
    depths = np.empty(STEP + 4 * hold)
    sums = np.empty(STEP + 2 * hold)
    least, lowered, decibels = 1.0, 0, 0.0
    for start in range(0, len(samples), STEP):
        count = min(STEP, len(samples) - start)
        near = peaks[start : start + count + 4 * hold + 2]
        if depth == 0.0 and not _any_over(near, ceiling):
            continue
        needed, held = depths[: count + 4 * hold], depths[: count + 2 * hold]
        for i in range(len(needed)):  # the interval after each sample and the one before it
            beside = max(near[i], near[i + 1])
            needed[i] = 1.0 - ceiling / beside if beside > ceiling else 0.0
        _highest_in_windows(needed, 2 * hold + 1)
        for i in range(len(held)):
            depth = max(held[i], depth * decay)
            if depth < LEAST_DEPTH:
                depth = held[i]
            held[i] = depth
        depth = held[count - 1]
        _averaged(held, hold + 1, sums)
        _averaged(sums[: count + hold], hold + 1, depths)
        for i in range(count):
            gain = 1.0 - depths[i]
            samples[start + i] = np.float32(samples[start + i] * gain)
            if gain < 1.0 - LEAST_DEPTH:
                least = min(least, gain)
                lowered += 1
                decibels -= 20.0 * math.log10(gain)
    return depth, least, lowered, decibels


@compiled()
def _any_over(peaks: Samples, ceiling: float) -> bool:
    for peak in peaks:  # noqa: SIM110, numba has no any()
        if peak > ceiling:
            return True
    return False


@compiled()
def _highest_in_windows(values: NDArray[np.float64], width: int) -> None:
    """``values[i]`` becomes the largest of ``values[i : i + width]``, as far as there are whole windows.

    By running maxima from both ends of stretches of ``width`` (van Herk, Pattern Recognition Letters 13, 1992).
    """
    count = len(values)
    ahead = np.empty(count)  # the largest from a stretch's start to here
    for start in range(0, count, width):
        most = 0.0
        for i in range(start, min(start + width, count)):
            most = max(most, values[i])
            ahead[i] = most
        most = 0.0
        for i in range(min(start + width, count) - 1, start - 1, -1):
            most = max(most, values[i])
            values[i] = most
    for i in range(count - width + 1):
        values[i] = max(values[i], ahead[i + width - 1])


@compiled()
def _averaged(values: NDArray[np.float64], width: int, means: NDArray[np.float64]) -> None:
    """``means[i]`` becomes the mean of ``values[i : i + width]``, for all whole windows."""
    total = 0.0
    for i in range(width - 1):
        total += values[i]
    for i in range(len(values) - width + 1):
        total += values[i + width - 1]
        means[i] = total / width
        total -= values[i]
