"""What a meter keeps of a sound of any length: levels counted by bin, and the largest value of each slice."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
Number = TypeVar("Number", np.float32, np.float64)

BINS_PER_DB = 100
HIGHEST_DB = 40.0  # what is louder shares the last bin

SLICES = 600
SLOTS = 2 * SLICES  # while the length is not known; of one sample at first


def _bins(powers: Floats, lowest_db: float, count: int) -> Positions:
    bins = np.floor((10.0 * np.log10(powers) - lowest_db) * BINS_PER_DB).astype(np.int64)
    return np.clip(bins, 0, count - 1)


def bin_count(lowest_db: float) -> int:
    """Bins from ``lowest_db`` to `HIGHEST_DB`."""
    return round((HIGHEST_DB - lowest_db) * BINS_PER_DB)


class PowerTally:
    """Powers above a gate, in bins of 0.01 dB that hold their number and their sum.

    A bin is in or out of a second gate as a whole, by its mean: that moves a figure by less than one part in the
    number of blocks of 0.01 dB.
    """

    def __init__(self, gate: float) -> None:
        self._gate = gate
        self._lowest_db = 10.0 * float(np.log10(gate))
        self._counts = np.zeros(bin_count(self._lowest_db), np.int64)
        self._sums = np.zeros(len(self._counts))

    def add(self, powers: Floats) -> None:
        """Count those that are over the gate."""
        over = powers[powers >= self._gate]
        bins = _bins(over, self._lowest_db, len(self._counts))
        np.add.at(self._counts, bins, 1)
        np.add.at(self._sums, bins, over)

    def above(self, gate_ratio: float) -> tuple[Positions, Floats]:
        """Counts and mean powers, rising, of the bins that are above ``gate_ratio`` times the mean of all."""
        filled = np.flatnonzero(self._counts)
        counts, sums = self._counts[filled], self._sums[filled]
        means = sums / counts
        kept = means > gate_ratio * (sums.sum() / max(counts.sum(), 1))
        return counts[kept], means[kept]


class LevelPlaces:
    """Where each level was reached first and last, so that a threshold that is only known at the end can be applied.

    Args:
        lowest: levels (powers) from here on are kept.
    """

    def __init__(self, lowest: float) -> None:
        self._lowest = lowest
        self._lowest_db = 10.0 * float(np.log10(lowest))
        self._first = np.full(bin_count(self._lowest_db), np.iinfo(np.int64).max)
        self._last = np.full(len(self._first), -1)

    def add(self, powers: Floats, first_place: int) -> None:
        """Note powers at places that follow one another."""
        over = np.flatnonzero(powers > self._lowest)
        bins = _bins(powers[over], self._lowest_db, len(self._first))
        np.minimum.at(self._first, bins, over + first_place)
        np.maximum.at(self._last, bins, over + first_place)

    def beyond(self, threshold_db: float) -> tuple[int, int] | None:
        """The first and the last place over a threshold, which is at least the lowest; None when there is none."""
        bins = slice(max(0, round((threshold_db - self._lowest_db) * BINS_PER_DB)), None)
        last = int(self._last[bins].max(initial=-1))
        return (int(self._first[bins].min()), last) if last >= 0 else None


class SliceTops(Generic[Number]):
    """The largest value in each of `SLICES` equal slices of a sound whose length need not be known beforehand.

    Args:
        length: of the sound in samples; without it, slots double in width as it grows.
        empty: the value of a slot that nothing was put into; all are of its type.
    """

    def __init__(self, length: int | None, empty: Number) -> None:
        self._span = SLOTS if length is None else max(length, 1)
        self._tops: NDArray[Number] = np.full(SLOTS if length is None else SLICES, empty)
        self._empty: Number = empty

    def slots(self, first: int, stop: int) -> tuple[Positions, NDArray[Number]]:
        """Where the slots from sample ``first`` to ``stop`` start, and the last one ends; their values, to raise."""
        self._reach(stop)
        slots = np.arange(int(self._slot(first)), int(self._slot(stop - 1)) + 1)
        starts = -(-np.append(slots, slots[-1] + 1) * self._span // len(self._tops))
        return np.clip(starts, first, stop), self._tops[slots[0] : slots[-1] + 1]

    def raise_to(self, samples: Positions, values: NDArray[Number]) -> None:
        """Put values at samples."""
        if len(samples):
            self._reach(int(samples[-1]) + 1)
            np.maximum.at(self._tops, samples * len(self._tops) // self._span, values)

    def over(self, length: int) -> NDArray[Number]:
        """``[SLICES]``: each slice of a sound that turned out to be so long."""
        if not length:
            return np.full(SLICES, self._empty)
        starts = -(-np.arange(SLICES + 1) * length // SLICES)
        first = self._slot(np.minimum(starts[:-1], length - 1))
        last = np.maximum(first, self._slot(np.maximum(starts[1:] - 1, 0)))
        return np.array([self._tops[a : b + 1].max() for a, b in zip(first, last, strict=True)], self._tops.dtype)

    def _slot(self, sample: int | Positions) -> NDArray[np.int64]:
        return np.asarray(sample, np.int64) * len(self._tops) // self._span

    def _reach(self, stop: int) -> None:
        while stop > self._span:
            paired = self._tops.reshape(-1, 2).max(axis=1)
            self._tops[: len(paired)] = paired
            self._tops[len(paired) :] = self._empty
            self._span *= 2
