"""Loudness of 10 ms cells, gated as ITU-R BS.1770-5 annex 1 says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled
from pipeline.audio.decibels import SILENCE_DB
from pipeline.audio.sound import Samples
from pipeline.metering.kernels import CELLS_PER_S, LANES, WARM_UP_CELLS, cell_start, weigh
from pipeline.metering.weighting import k_weighting

HOP_CELLS = 10  # 100 ms
BLOCK_HOPS = 4  # 400 ms, 75 % overlap
LUFS_OFFSET = -0.691  # eq. 2
ABSOLUTE_GATE_LUFS = -70.0  # eq. 6
RELATIVE_GATE = 0.1  # eq. 7: -10 LU

Powers = NDArray[np.float32]


class Column:
    """A column of float32 that grows: 1.4 MB an hour of 10 ms cells, and never a second copy of it."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def append(self, values: NDArray[np.floating]) -> None:
        """Append ``[n]`` values; not after `values` was asked for."""
        self._bytes += values.astype(np.float32).tobytes()

    def values(self) -> NDArray[np.float32]:
        """All of them, ``[n]``."""
        return np.frombuffer(self._bytes, np.float32)


def block_powers(powers: Powers) -> NDArray[np.float64]:
    """Mean of each whole block of cells ``[n]``."""
    hops = len(powers) // HOP_CELLS
    return over_hops(powers[: hops * HOP_CELLS].reshape(hops, HOP_CELLS).mean(axis=1, dtype=np.float64))


def over_hops(hops: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each whole block of hops of 100 ms."""
    if len(hops) < BLOCK_HOPS:
        return np.zeros(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(hops, BLOCK_HOPS).mean(axis=1))


def gated_lufs(blocks: NDArray[np.float64]) -> float:
    """Integrated loudness of K-weighted block powers; `SILENCE_DB` when none is over the absolute gate."""
    loud = blocks[blocks >= 10.0 ** ((ABSOLUTE_GATE_LUFS - LUFS_OFFSET) / 10.0)]
    if not loud.size:
        return SILENCE_DB
    return LUFS_OFFSET + 10.0 * math.log10(loud[loud > RELATIVE_GATE * loud.mean()].mean())


def cell_powers(samples: Samples, rate_hz: int) -> NDArray[np.float64]:
    """Mean square of each 10 ms of ``[n]`` samples from the start of a second on, the last cell perhaps cut short."""
    powers = np.zeros(-(-len(samples) * CELLS_PER_S // rate_hz))
    _mean_squares(samples, rate_hz, powers)
    return powers


@compiled("reassoc")
def _mean_squares(samples: Samples, rate_hz: int, powers: NDArray[np.float64]) -> None:
    for cell in range(len(powers)):
        part = samples[cell_start(cell, rate_hz) : cell_start(cell + 1, rate_hz)]
        energy = 0.0
        for i in range(len(part)):
            energy += np.float64(part[i]) * np.float64(part[i])
        powers[cell] = energy / max(len(part), 1)


class WeightedCells:
    """Takes mono blocks as they come and keeps their K-weighted power in cells of 10 ms: 1.4 MB an hour.

    Args:
        rate_hz: samples per second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._stages = k_weighting(rate_hz)
        self._before = -int(cell_start(-WARM_UP_CELLS, rate_hz))  # samples kept of the past
        self._frame = LANES * rate_hz
        self._sound = np.zeros(self._before + self._frame, np.float32)
        self._waiting = 0  # samples of the frame that have come
        self._powers = Column()

    def heard(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Pass blocks ``[n]`` on."""
        for block in blocks:
            self.add(block)
            yield block

    def add(self, block: Samples) -> None:
        """Append ``[n]`` samples."""
        taken = 0
        while taken < len(block):
            at = self._before + self._waiting
            length = min(len(block) - taken, self._frame - self._waiting)
            self._sound[at : at + length] = block[taken : taken + length]
            self._waiting += length
            taken += length
            if self._waiting == self._frame:
                self._powers.append(self._weighted())
                self._sound[: self._before] = self._sound[-self._before :]
                self._waiting = 0

    def _weighted(self) -> NDArray[np.float64]:
        """Of the whole cells in the frame."""
        energies = np.zeros(LANES * CELLS_PER_S)
        weigh(self._sound, self._rate_hz, self._stages, 1.0, energies)
        whole = self._waiting * CELLS_PER_S // self._rate_hz
        return energies[:whole] * (CELLS_PER_S / self._rate_hz)

    def powers(self) -> Powers:
        """Of every whole cell, once everything has come."""
        self._sound[self._before + self._waiting :] = 0.0
        self._powers.append(self._weighted())
        return self._powers.values()
