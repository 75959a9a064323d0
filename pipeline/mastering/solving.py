"""Which gain brings a programme to its target, foretold from 10 ms cells, through the limiter.

What the chain made of the mix is kept as three figures for each 10 ms (4.3 MB an hour): K-weighted power, power, and
the highest peak of the curve through the samples. From them the level after any gain and limiter is computed in
milliseconds, so the gain is found before anything is rendered. The limiter is modelled by its own law at the cells'
pace: the gain a peak needs, held around it, released exponentially. What the model misses is made good by measuring
(`finishing`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled
from pipeline.audio.decibels import SILENCE_DB, db_to_gain, gain_to_db
from pipeline.audio.framing import in_context
from pipeline.audio.limiting import RELEASE_S
from pipeline.audio.resampling import resampled
from pipeline.audio.sound import Samples
from pipeline.audio.true_peak import MARGIN, highest_peak
from pipeline.mastering.gating import HOP_CELLS, Column, Powers, WeightedCells, cell_powers, gated_lufs, over_hops
from pipeline.mastering.room_tone import weighted_power
from pipeline.metering.kernels import CELLS_PER_S, cell_start
from pipeline.profiles import Profile

MOST_LIMITING_DB = 6.0  # beyond the gain that would do without a limiter; more would be heard as pumping
PEAK_MARGIN_DB = 0.05  # what a peak may grow by on its way to another rate, where nothing is limited
SEARCH_DB = 60.0  # furthest that a gain is looked for
FRAME_S = 2
PROBED = 8  # of so many frames one is resampled in the first pass; the first few all are
STEPS = 20  # of halving: 60 dB to 0.0001
CELL_DECAY = math.exp(-1.0 / (RELEASE_S * CELLS_PER_S))


@dataclass(frozen=True, eq=False)
class Envelope:
    """A programme in cells of 10 ms, before gain.

    Attributes:
        weighted: K-weighted power of one channel, ``[n]``.
        plain: power, ``[n]``.
        peaks: the highest magnitude, ``[n]``: of the parabola through the largest sample and those beside it, which
            is near enough for what a peak costs in loudness.
        peak_db: true peak of everything, exact.
    """

    weighted: Powers
    plain: Powers
    peaks: Powers
    peak_db: float


def envelope_of(blocks: Iterable[Samples], rate_hz: int, to_hz: int) -> Envelope:
    """Listen to a programme.

    The resampler takes what lies just below half of the lower rate, up to 0.04 dB of a bright voice. How much is
    found out on every eighth frame and taken off all of them.

    Args:
        blocks: ``[n]`` float32 each.
        rate_hz: samples per second.
        to_hz: of the master.
    """
    cells = WeightedCells(rate_hz)
    plain, peaks, highest = Column(), Column(), 0.0
    before, after = _Probe(rate_hz), _Probe(to_hz)
    for number, frame in enumerate(in_context(cells.heard(blocks), FRAME_S * rate_hz, MARGIN)):
        highest, _ = highest_peak(frame, highest)
        inner = frame[MARGIN:-MARGIN]
        count = len(inner) * CELLS_PER_S // rate_hz  # whole ones
        plain.append(cell_powers(inner, rate_hz)[:count])
        peaks.append(_parabola_tops(frame, MARGIN, rate_hz, count))
        if (number < PROBED or number % PROBED == 0) and to_hz != rate_hz:
            before.hear([inner])
            after.hear(resampled([inner], rate_hz, to_hz))
    weighted_kept, plain_kept = (after.energies() / before.energies()).astype(np.float32)
    envelope = Envelope(cells.powers(), plain.values(), peaks.values(), gain_to_db(highest))
    np.multiply(envelope.weighted, weighted_kept, out=envelope.weighted)
    np.multiply(envelope.plain, plain_kept, out=envelope.plain)
    return envelope


class _Probe:
    """Sums up pieces of sound."""

    def __init__(self, rate_hz: int) -> None:
        self._cells = WeightedCells(rate_hz)
        self._rate_hz = rate_hz
        self._plain = 0.0

    def hear(self, blocks: Iterable[Samples]) -> None:
        """Append ``[n]`` samples each."""
        for block in self._cells.heard(blocks):
            self._plain += float(np.dot(block, block))

    def energies(self) -> NDArray[np.float64]:
        """K-weighted and plain, never 0."""
        weighted = self._cells.powers().sum(dtype=np.float64) / CELLS_PER_S
        return np.array([weighted, self._plain / self._rate_hz]) + 1e-12


@compiled()
def _parabola_tops(samples: Samples, first: int, rate_hz: int, count: int) -> Samples:
    """Of each cell; the first begins at ``samples[first]``."""
    tops = np.empty(count, np.float32)
    for cell in range(count):
        start = first + cell_start(cell, rate_hz)
        here, at = np.float32(0.0), start
        for i in range(start, first + cell_start(cell + 1, rate_hz)):
            if abs(samples[i]) > here:
                here, at = abs(samples[i]), i
        left, right = abs(samples[at - 1]), abs(samples[at + 1])
        bend = 2.0 * here - left - right
        tops[cell] = here + (right - left) ** 2 / (8.0 * bend) if bend > 0.0 else here
    return tops


@dataclass(frozen=True)
class Solution:
    """A gain, and what is foretold of it.

    Attributes:
        gain_db: what the programme is amplified by.
        plain_db: the gain that would do if nothing were limited.
        most_db: the most gain that may be given.
        level: the profile's measure after gain and limiter.
        slope: dB of level for each dB of gain, there.
    """

    gain_db: float
    plain_db: float
    most_db: float
    level: float
    slope: float


class Model:
    """Foretells the level of a programme in the profile's measure.

    Args:
        envelope: of the programme.
        profile: its measure, channels and limiter.
        room_tone_dbfs: of the noise that is laid under everything.
    """

    def __init__(self, envelope: Envelope, profile: Profile, room_tone_dbfs: float) -> None:
        self._powers = envelope.weighted if profile.measure == "integrated_lufs" else envelope.plain
        self._peaks, self._peak_db = envelope.peaks, envelope.peak_db
        self._profile = profile
        self._tone = 10.0 ** (room_tone_dbfs / 10.0)
        self._weighted_tone = weighted_power(room_tone_dbfs, profile.rate_hz)

    def level(self, gain_db: float, *, limits: bool = True) -> float:
        """The measure after that gain, with or without the limiter; `SILENCE_DB` when it cannot be told."""
        profile, powers = self._profile, self._powers
        ceiling = math.inf
        if limits and profile.limiter_dbtp is not None:
            ceiling = db_to_gain(profile.limiter_dbtp)
        hops = np.zeros(-(-len(powers) // HOP_CELLS))
        _hop_sums(powers, self._peaks, db_to_gain(gain_db), ceiling, hops)
        if profile.measure != "integrated_lufs":
            mean = hops.sum() / max(len(powers), 1) + self._tone
            return 10.0 * math.log10(mean) if mean > 0.0 else SILENCE_DB
        whole = len(powers) // HOP_CELLS
        blocks = over_hops(hops[:whole] / HOP_CELLS)
        if not blocks.size and len(powers):  # shorter than a block: as near as can be told
            blocks = hops.sum(keepdims=True) / len(powers)
        return gated_lufs((blocks + self._weighted_tone) * profile.channels)

    def solve(self, target: float) -> Solution:
        """The gain for a target, within what may be limited."""
        profile = self._profile
        plain_db = _rising_root(lambda gain_db: self.level(gain_db, limits=False), target, (-SEARCH_DB, SEARCH_DB))
        if profile.limiter_dbtp is None:
            most_db = profile.ceiling_dbtp - PEAK_MARGIN_DB - self._peak_db
        else:
            most_db = plain_db + MOST_LIMITING_DB
        gain_db = min(_rising_root(self.level, target, (plain_db - 1.0, max(most_db, plain_db))), most_db)
        return self.foretold(gain_db, plain_db, most_db)

    def foretold(self, gain_db: float, plain_db: float, most_db: float) -> Solution:
        """What a gain does."""
        level = self.level(gain_db)
        slope = (self.level(gain_db + 0.1) - level) / 0.1
        return Solution(gain_db, plain_db, most_db, level, max(slope, 0.1))

    def needed_db(self, target: float, plain_db: float) -> float | None:
        """The gain that would reach the target if any limiting were allowed; None when none does."""
        highest = plain_db + SEARCH_DB / 2.0
        if self.level(highest) < target:
            return None
        return _rising_root(self.level, target, (plain_db, highest))


def _rising_root(level: Callable[[float], float], target: float, between: tuple[float, float]) -> float:
    """Where a rising function reaches the target, by halving; an end when it is not between them."""
    low, high = between
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if level(middle) < target else (low, middle)
    return high


@compiled()
def _hop_sums(powers: Powers, peaks: Powers, gain: float, ceiling: float, hops: NDArray[np.float64]) -> None:
    """Sums of the cells' powers after gain and limiter over each 100 ms."""
    depth, last = 0.0, len(powers) - 1
    for i in range(len(powers)):
        needed = _depth(peaks[i] * gain, ceiling)
        ahead = _depth(peaks[min(i + 1, last)] * gain, ceiling)
        depth = max(needed, depth * CELL_DECAY)
        left = gain * (1.0 - max(depth, 0.5 * ahead))
        hops[i // HOP_CELLS] += powers[i] * left * left


@compiled()
def _depth(peak: float, ceiling: float) -> float:
    return 1.0 - ceiling / peak if peak > ceiling else 0.0
