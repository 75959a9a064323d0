"""The meter's loops over samples. All take one channel of a frame as contiguous float32.

Cells of 10 ms start "to the nearest sample" (`cell_start`), so that they do not drift at rates of which 10 ms is no
whole number of samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled
from pipeline.audio.sound import Samples

CELLS_PER_S = 100
LANES = 16  # seconds of a frame that are filtered side by side: four AVX2 registers hold a state of each
WARM_UP_CELLS = 10  # 100 ms: the 38 Hz high-pass then has forgotten all but 1e-9 of where it starts
TILE = 64  # samples that are laid out lane by lane at a time
MAGNITUDE_BITS = np.int32(0x7FFFFFFF)  # of a float32; as whole numbers magnitudes have the same order
INVALID = np.int32(227 << 23)  # 2^100, +600 dB: from here on sums overflow; infinity and any NaN are more

Floats = NDArray[np.float64]
Bits = NDArray[np.int32]  # of float32 samples or magnitudes: `bits_of`


def bits_of(magnitudes: Samples) -> Bits:
    """The same memory as whole numbers; extrema of those vectorise, and NaN cannot hide in them."""
    return magnitudes.view(np.int32)


@compiled()
def cell_start(cell: int, rate_hz: int) -> int:
    """The first sample of a cell, counted from the start of any second; cells before it are negative."""
    return (cell * rate_hz + CELLS_PER_S // 2) // CELLS_PER_S


@compiled("reassoc")
def levels(samples: Samples, bits: Bits, rate_hz: int, energies: Floats, tops: Bits) -> float:
    """Add each cell's sum of squares to ``energies``, and raise ``tops`` to the bits of its largest magnitude.

    Returns:
        The sum of all samples.
    """
    total = 0.0
    for cell in range(len(energies)):
        start, stop = cell_start(cell, rate_hz), min(cell_start(cell + 1, rate_hz), len(samples))
        if start >= stop:
            break
        part = samples[start:stop]
        energy, amount = 0.0, 0.0
        for i in range(len(part)):
            sample = np.float64(part[i])
            energy += sample * sample
            amount += sample
        energies[cell] += energy
        total += amount
        tops[cell] = max(tops[cell], _top(bits[start:stop]))
    return total


@compiled()
def _top(bits: Bits) -> np.int32:
    most = np.int32(0)
    for i in range(len(bits)):
        most = max(most, bits[i] & MAGNITUDE_BITS)
    return most


@compiled()
def mend(bits: Bits) -> int:
    """Make NaN, infinity and what is next to it 0; how many samples that were."""
    if _top(bits) < INVALID:
        return 0
    mended = 0
    for i in range(len(bits)):
        if bits[i] & MAGNITUDE_BITS >= INVALID:
            bits[i] = 0
            mended += 1
    return mended


@compiled()
def weigh(sound: Samples, rate_hz: int, stages: Floats, weight: float, energies: Floats) -> None:
    """Add ``weight`` times each cell's sum of squares after K-weighting to ``energies``.

    The frame's seconds are filtered side by side, each from `WARM_UP_CELLS` before it, where the filter is at rest.

    Args:
        sound: ``[before + LANES * rate_hz]``, ``before`` being at least `WARM_UP_CELLS` long.
        rate_hz: samples per second.
        stages: ``[2, 5]``, see `weighting.k_weighting`.
        weight: of the channel.
        energies: ``[LANES * CELLS_PER_S]``.
    """
    before = len(sound) - LANES * rate_hz
    state, summed, tile = np.zeros((4, LANES)), np.zeros(LANES), np.empty((TILE, LANES))
    for cell in range(-WARM_UP_CELLS, CELLS_PER_S):
        start, stop = cell_start(cell, rate_hz), cell_start(cell + 1, rate_hz)
        summed[:] = 0.0
        while start < stop:
            length = min(TILE, stop - start)
            for lane in range(LANES):
                first = before + lane * rate_hz + start
                samples = sound[first : first + length]
                for i in range(length):
                    tile[i, lane] = samples[i]
            _filter(tile, length, stages, state, summed)
            start += length
        if cell >= 0:
            for lane in range(LANES):
                energies[lane * CELLS_PER_S + cell] += weight * summed[lane]


@compiled()
def _filter(tile: Floats, length: int, stages: Floats, state: Floats, summed: Floats) -> None:
    """Both stages (transposed direct form II) over ``length`` rows of lanes; squares are added to ``summed``."""
    b0, b1, b2, a1, a2 = stages[0, 0], stages[0, 1], stages[0, 2], stages[0, 3], stages[0, 4]
    c0, c1, c2, d1, d2 = stages[1, 0], stages[1, 1], stages[1, 2], stages[1, 3], stages[1, 4]
    p, q, u, v = state[0], state[1], state[2], state[3]
    for i in range(length):
        row = tile[i]
        for lane in range(LANES):
            x = row[lane]
            y = b0 * x + p[lane]
            p[lane] = b1 * x - a1 * y + q[lane]
            q[lane] = b2 * x - a2 * y
            z = c0 * y + u[lane]
            u[lane] = c1 * y - d1 * z + v[lane]
            v[lane] = c2 * y - d2 * z
            summed[lane] += z * z


@compiled()
def clipped(samples: Samples, level: float, run: int) -> tuple[int, int]:
    """How many samples of magnitude ``level`` stand beside another such, and the run of them at the end.

    ``run`` is that of the samples before. A run's first sample is counted with its second.
    """
    count = 0
    for i in range(len(samples)):
        if abs(samples[i]) >= level:
            run += 1
            count += 2 if run == 2 else (1 if run > 2 else 0)
        else:
            run = 0
    return count, run


@compiled()
def silences(sound: Samples, run: int, longest: int) -> tuple[int, int]:
    """The run of samples at the end that are 0 in every channel, and the longest run so far.

    Args:
        sound: ``[channels, n]``.
        run: as it was at the end of the samples before.
        longest: as it was.
    """
    count = sound.shape[1]
    at = 0
    while at < count and _is_silent(sound, at):
        at += 1
    longest = max(longest, run + at)
    if at == count:
        return run + count, longest
    while at + longest < count:  # a longer run that starts here or later holds this sample
        probe = at + longest
        if not _is_silent(sound, probe):
            at = probe + 1
            continue
        first, end = probe, probe + 1
        while first > at and _is_silent(sound, first - 1):
            first -= 1
        while end < count and _is_silent(sound, end):
            end += 1
        longest = max(longest, end - first)
        at = end + 1
    run = 0
    while run < count and _is_silent(sound, count - 1 - run):
        run += 1
    return run, longest


@compiled()
def _is_silent(sound: Samples, at: int) -> bool:
    for channel in range(len(sound)):  # noqa: SIM110 - machine code has no generators
        if sound[channel, at] != 0.0:
            return False
    return True


@compiled("reassoc", "nnan", "nsz")
def compare(left: Samples, right: Samples) -> tuple[float, float]:
    """The largest difference of two channels, and the sum of their products. Both are finite."""
    most, product = np.float32(0.0), 0.0
    for i in range(len(left)):
        difference = abs(left[i] - right[i])
        most = difference if difference > most else most
        product += np.float64(left[i]) * np.float64(right[i])
    return float(most), product


@compiled()
def slice_tops(bits: Bits, starts: NDArray[np.int64], tops: Bits) -> None:
    """Raise ``tops[k]`` to the bits of the largest magnitude from ``starts[k]`` to ``starts[k + 1]``."""
    for k in range(len(tops)):
        tops[k] = max(tops[k], _top(bits[starts[k] : starts[k + 1]]))


@compiled("reassoc")
def window_sums(cells: Floats, width: int) -> Floats:
    """The sum of every ``width`` cells. Never by differences of running sums: those would leave the rounding errors
    of what was loud in what is quiet.
    """
    sums = np.empty(len(cells) - width + 1)
    for first in range(len(sums)):
        window = cells[first : first + width]
        total = 0.0
        for i in range(width):
            total += window[i]
        sums[first] = total
    return sums
