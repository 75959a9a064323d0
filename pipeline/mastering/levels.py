"""Plain levels on a 10 ms grid: RMS, noise floor, head, tail, and the waveform for pictures."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.decibels import gain_to_db
from pipeline.audio.sound import Samples

CELLS_PER_S = 100  # 2.9 MB an hour
FLOOR_CELLS = 50  # noise floor: the quietest 500 ms, as the meter known as ACX Check has it
QUIET_DBFS = -60.0  # ACX's limit for the noise floor: what is quieter is room tone
ABOVE_FLOOR_DB = 10.0  # in a noisier file, speech is what stands so far out of the floor
SLICES = 600  # of the waveform


class LevelMeter:
    """Takes blocks as they come and knows the levels of all of them.

    Args:
        rate_hz: samples per second.
        frames: how many samples per channel will come, as the file's header says; only the waveform depends on it.
    """

    def __init__(self, rate_hz: int, frames: int) -> None:
        self.waveform = np.zeros(SLICES)  # the largest magnitude of each slice
        self.frames = 0  # samples per channel so far
        self._starts = (np.arange(SLICES) * frames + SLICES - 1) // SLICES
        self._cell = max(1, round(rate_hz / CELLS_PER_S))
        self._rest = np.zeros(0)
        self._cells: list[NDArray[np.float64]] = []

    def add(self, block: Samples) -> None:
        """Append ``[n, channels]`` samples, ``n`` at least 1."""
        channels = block.astype(np.float64).T  # sums and maxima across so short an axis are slow
        self._draw(functools.reduce(np.maximum, np.abs(channels)))
        powers = np.concatenate([self._rest, sum(np.square(channels)) / len(channels)])
        whole = len(powers) - len(powers) % self._cell
        self._cells.append(powers[:whole].reshape(-1, self._cell).mean(axis=1))
        self._rest = powers[whole:]
        self.frames += len(block)

    def rms_dbfs(self) -> float:
        """RMS of everything, mean of the channels."""
        energy = self._powers().sum() * self._cell + self._rest.sum()
        return gain_to_db(float(np.sqrt(energy / max(self.frames, 1))))

    def noise_floor_dbfs(self) -> float:
        """RMS of the quietest 500 ms; of everything when there is less."""
        powers = self._powers()
        if len(powers) < FLOOR_CELLS:
            return self.rms_dbfs()
        sums = np.lib.stride_tricks.sliding_window_view(powers, FLOOR_CELLS).mean(axis=1)
        return gain_to_db(float(np.sqrt(sums.min())))

    def head_and_tail_s(self) -> tuple[float, float]:
        """Seconds before the first and after the last 10 ms that is louder than room tone; all when none is."""
        quiet_db = max(QUIET_DBFS, self.noise_floor_dbfs() + ABOVE_FLOOR_DB)
        powers = self._powers()
        loud = np.flatnonzero(powers > 10.0 ** (quiet_db / 10.0))
        if not loud.size:
            return len(powers) / CELLS_PER_S, len(powers) / CELLS_PER_S
        return int(loud[0]) / CELLS_PER_S, (len(powers) - 1 - int(loud[-1])) / CELLS_PER_S

    def _powers(self) -> NDArray[np.float64]:
        """Mean square of each whole 10 ms."""
        return np.concatenate([np.zeros(0), *self._cells])

    def _draw(self, magnitudes: NDArray[np.float64]) -> None:
        begin, end = self.frames, self.frames + len(magnitudes)
        first = int(np.searchsorted(self._starts, begin, "right")) - 1
        last = int(np.searchsorted(self._starts, end, "left"))
        tops = np.maximum.reduceat(magnitudes, np.maximum(self._starts[first:last] - begin, 0))
        self.waveform[first:last] = np.maximum(self.waveform[first:last], tops)
