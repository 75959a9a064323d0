"""Integrated loudness of any length of sound in bounded memory: pyloudnorm's blocks, gated over the whole.

pyloudnorm filters and squares whole signals (3.7 GiB for an hour). Here it gets overlapping windows that start on its
own 100 ms grid; from each window the loudness of its 400 ms blocks is kept and the gates of ITU-R BS.1770-5 annex 1
are applied to all of them at the end. The ``DeMan`` filters are the standard's, exact at 48 kHz; pyloudnorm's default
ones read 0.042 LU low.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pyloudnorm
from numpy.typing import NDArray

from pipeline.audio.decibels import SILENCE_DB
from pipeline.audio.sound import Samples

ABSOLUTE_GATE_LUFS = -70.0  # ITU-R BS.1770-5 annex 1, eq. 6
RELATIVE_GATE_LU = -10.0  # eq. 7
HOPS_PER_BLOCK = 4  # blocks of 400 ms, overlap 75 %
WARM_UP_HOPS = 4  # the 38 Hz high-pass forgets within 50 ms; 400 ms leave nothing to measure
LEAD_HOPS = WARM_UP_HOPS + HOPS_PER_BLOCK - 1
WINDOW_HOPS = 600  # 60 s: 42 MB of float64 at 44.1 kHz stereo
DUAL_MONO_LU = 10.0 * math.log10(2.0)


class LoudnessMeter:
    """Takes blocks as they come and knows the integrated loudness of all of them.

    Args:
        rate_hz: samples per second; 100 ms should be a whole number of samples.
    """

    def __init__(self, rate_hz: int) -> None:
        self._meter = pyloudnorm.Meter(rate_hz, filter_class="DeMan")
        self._hop = round(rate_hz / 10)
        self._waiting: list[Samples] = []
        self._frames = 0  # waiting
        self._lead = 0  # hops at the start of what waits that have been measured
        self._blocks: list[NDArray[np.float64]] = []

    def add(self, block: Samples) -> None:
        """Append ``[n, channels]`` samples."""
        self._waiting.append(block)
        self._frames += len(block)
        if self._frames >= (LEAD_HOPS + WINDOW_HOPS) * self._hop:
            self._measure()

    def integrated(self) -> float:
        """Gated loudness in LUFS; `SILENCE_DB` when no block is over the absolute gate.

        An incomplete last block is dropped, as the standard says.
        """
        self._measure()
        levels = np.concatenate([np.zeros(0), *self._blocks])
        powers = 10.0 ** (levels[levels >= ABSOLUTE_GATE_LUFS] / 10.0)
        if not powers.size:
            return SILENCE_DB
        gate = powers.mean() * 10.0 ** (RELATIVE_GATE_LU / 10.0)
        return 10.0 * math.log10(powers[powers > gate].mean())

    def _measure(self) -> None:
        hops = self._frames // self._hop
        if hops <= self._lead or hops < HOPS_PER_BLOCK:
            return
        everything = np.concatenate(self._waiting)
        levels = self._block_levels(everything[: hops * self._hop])
        self._blocks.append(levels[max(self._lead - HOPS_PER_BLOCK + 1, 0) :])  # those that end in new hops
        self._lead = min(hops, LEAD_HOPS)
        rest = everything[(hops - self._lead) * self._hop :].copy()
        self._waiting, self._frames = [rest], len(rest)

    def _block_levels(self, window: Samples) -> NDArray[np.float64]:
        """Loudness of each whole 400 ms block of ``[n, channels]`` samples, in LUFS; -inf for silence."""
        dual_mono = window.shape[1] == 2 and np.array_equal(window[:, 0], window[:, 1])
        self._meter.integrated_loudness((window[:, :1] if dual_mono else window).astype(np.float64))
        return np.asarray(self._meter.blockwise_loudness) + (DUAL_MONO_LU if dual_mono else 0.0)


def loudness_of(blocks: Iterable[Samples], rate_hz: int, channels: int) -> float:
    """Integrated loudness in LUFS of mono blocks (``[n]`` float32) that are laid on ``channels`` channels alike."""
    meter = LoudnessMeter(rate_hz)
    for block in blocks:
        meter.add(block[:, np.newaxis])
    measured = meter.integrated()
    return measured if measured == SILENCE_DB else measured + 10.0 * math.log10(channels)
