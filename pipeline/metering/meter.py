"""A meter that takes a sound in blocks and keeps nothing of it but a few tables, whatever the length.

Blocks are gathered into frames of 16 s, so that what is measured does not depend on the caller's blocks. Each frame
becomes cells of 10 ms; windows of any kind are sums of cells.
"""

from __future__ import annotations

import copy
import math

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.decibels import SILENCE_DB, gain_to_db
from pipeline.audio.sound import Samples
from pipeline.audio.true_peak import MARGIN, highest_peak
from pipeline.metering.kernels import (
    CELLS_PER_S,
    LANES,
    WARM_UP_CELLS,
    bits_of,
    clipped,
    compare,
    levels,
    mend,
    silences,
    slice_tops,
    weigh,
    window_sums,
)
from pipeline.metering.measurement import Measurement
from pipeline.metering.tallies import Floats, LevelPlaces, PowerTally, SliceTops
from pipeline.metering.weighting import channel_weights, k_weighting

CELLS = LANES * CELLS_PER_S  # in a frame
HOP = 10  # cells from one gating block to the next: 75 % overlap; and from one short-term value to the next
MOMENTARY, SHORT_TERM, FLOOR = 40, 300, 50  # cells: 400 ms and 3 s of EBU Tech 3341; 500 ms as ACX Check has it
LUFS_OFFSET = -0.691  # ITU-R BS.1770-5 annex 1, eq. 2
ABSOLUTE_GATE_LUFS = -70.0  # eq. 6; also EBU Tech 3342
RELATIVE_GATE = 0.1  # eq. 7: -10 LU
RANGE_GATE = 0.01  # EBU Tech 3342: -20 LU
RANGE_PERCENTILES = (10, 95)
QUIET_DBFS = -60.0  # ACX's limit for the noise floor: what is quieter is room tone
ABOVE_FLOOR_DB = 10.0  # in a noisier sound, speech is what stands so far out of the floor
BELOW_RMS_DB = 3.0  # but nothing so near to the level of everything is room tone: a steady tone has no head
CLIPPED = 32767 / 32768
"""A sample that reaches a 16-bit file's highest step is counted as clipped when one beside it does too: the top of a
sound that just fits touches full scale once, a cut one stays there."""


class Meter:
    """Takes a sound in blocks and knows its figures at any time.

    Args:
        rate_hz: samples per second, 8000 to 192000.
        channels: 1 to 6, in the order of WAV files (`weighting.WEIGHTS`).
        frames: how many samples per channel will come, if that is known; the curves are then exact to the sample.

    Raises:
        InputError: another rate or number of channels.
    """

    def __init__(self, rate_hz: int, channels: int, frames: int | None = None) -> None:
        self._weights = channel_weights(channels)
        self._stages = k_weighting(rate_hz)
        self._rate_hz = rate_hz
        self._before = -((-WARM_UP_CELLS * rate_hz + CELLS_PER_S // 2) // CELLS_PER_S)  # samples kept of the past
        self._frame = LANES * rate_hz
        self._sound = np.zeros((channels, self._before + self._frame), np.float32)
        self._waiting = 0  # samples of the frame that have come
        self._count = 0  # samples in the frames that are done
        self._totals = _Totals(channels)
        self._loudness = _Loudness(rate_hz, frames)
        self._levels = _Levels(rate_hz)
        self._waveform = SliceTops(frames, np.float32(0.0))

    def add(self, block: Samples) -> None:
        """Append ``[n, channels]`` float32 samples, full scale -1 … +1, ``n`` as you like."""
        assert block.ndim == 2 and block.shape[1] == len(self._sound), (
            f"the meter wants [n, {len(self._sound)}], got {block.shape}"
        )
        taken = 0
        while taken < len(block):
            at = self._before + self._waiting
            length = min(len(block) - taken, self._frame - self._waiting)
            self._sound[:, at : at + length] = block[taken : taken + length].T
            for row in self._sound:
                self._totals.invalid += mend(bits_of(row[at : at + length]))
            self._waiting += length
            taken += length
            if self._waiting == self._frame:
                self._measure()
                self._sound[:, : self._before] = self._sound[:, -self._before :].copy()
                self._count += self._frame
                self._waiting = 0

    def measurement(self) -> Measurement:
        """Everything about what has come so far. More may follow."""
        last = copy.deepcopy(self, {id(self._sound): self._sound})  # what has not come yet may be overwritten
        last._sound[:, last._before + last._waiting :] = 0.0
        last._measure(ends=True)
        last._count += last._waiting
        return last._measurement()

    def _measure(self, *, ends: bool = False) -> None:
        """Take in the frame: ``_waiting`` samples, silence behind them when the sound ends here."""
        sound, before, count, rate_hz, totals = self._sound, self._before, self._waiting, self._rate_hz, self._totals
        new = slice(before, before + count)
        weighted, energies, tops = np.zeros(CELLS), np.zeros(CELLS), np.zeros(CELLS, np.float32)
        for channel, row in enumerate(sound):
            before_this = energies.sum()
            totals.sums[channel] += levels(row[new], bits_of(row[new]), rate_hz, energies, bits_of(tops))
            totals.energies[channel] += energies.sum() - before_this
            if self._weights[channel]:
                weigh(row, rate_hz, self._stages, self._weights[channel], weighted)
        totals.sample_peak = max(totals.sample_peak, float(tops.max()))
        for channel, row in enumerate(sound):
            totals.clip(channel, row[new], tops)
            self._find_peak(row, ends=ends)
            if count:
                starts, slots = self._waveform.slots(self._count, self._count + count)
                slice_tops(bits_of(row[new]), starts - self._count, bits_of(slots))
        totals.compare(sound[:, new])
        totals.silence, totals.longest_silence = silences(sound[:, new], totals.silence, totals.longest_silence)
        whole = CELLS if count == self._frame else (count * CELLS_PER_S + CELLS_PER_S // 2) // rate_hz
        while whole and (whole * rate_hz + CELLS_PER_S // 2) // CELLS_PER_S > count:
            whole -= 1
        self._loudness.add(weighted[:whole])
        self._levels.add(energies[:whole] / len(sound))

    def _find_peak(self, row: Samples, *, ends: bool) -> None:
        """True peak of the intervals up to ``MARGIN`` samples before the frame's end, or up to the sound's end."""
        totals = self._totals
        end = self._before + self._waiting
        samples = row[self._before - 2 * MARGIN : end]
        if ends:
            samples = np.concatenate([samples, np.zeros(MARGIN, np.float32)])
        floor = max(totals.true_peak, totals.sample_peak)
        peak, interval = highest_peak(samples, float(np.nextafter(np.float32(floor), np.float32(0.0))))
        if peak > totals.true_peak:
            totals.true_peak, totals.true_peak_at = peak, max(self._count + interval - MARGIN, 0)

    def _measurement(self) -> Measurement:
        totals, loudness, rate_hz = self._totals, self._loudness, self._rate_hz
        rms = math.sqrt(float(totals.energies.sum()) / max(self._count * len(self._sound), 1))
        floor, floor_at = self._levels.floor(rms)
        head, tail = self._levels.head_and_tail(_quiet_dbfs(gain_to_db(floor), gain_to_db(rms)), self._count)
        difference, correlation = totals.likeness()
        return Measurement(
            rate_hz=rate_hz,
            channels=len(self._sound),
            sample_count=self._count,
            integrated_lufs=loudness.integrated_lufs(),
            max_momentary_lufs=_lufs(loudness.momentary.power),
            max_short_term_lufs=_lufs(loudness.short_term.power),
            lra_lu=loudness.range_lu(),
            true_peak_dbtp=gain_to_db(totals.true_peak),
            sample_peak_dbfs=gain_to_db(totals.sample_peak),
            rms_dbfs=gain_to_db(rms),
            noise_floor_dbfs=gain_to_db(floor),
            dc_offset=float(np.abs(totals.sums).max()) / max(self._count, 1),
            clipped_samples=totals.clipped,
            invalid_samples=totals.invalid,
            longest_digital_silence_s=totals.longest_silence / rate_hz,
            head_s=head / rate_hz,
            tail_s=tail / rate_hz,
            channel_difference_dbfs=gain_to_db(difference),
            channel_correlation=correlation,
            noise_floor_at_s=floor_at / rate_hz,
            true_peak_at_s=totals.true_peak_at / rate_hz,
            max_momentary_at_s=loudness.momentary.at / rate_hz,
            max_short_term_at_s=loudness.short_term.at / rate_hz,
            waveform=tuple(round(float(top), 4) for top in self._waveform.over(self._count)),
            loudness_curve=loudness.curve_lufs(self._count),
        )


def _quiet_dbfs(floor_dbfs: float, rms_dbfs: float) -> float:
    """What is no louder than this is room tone."""
    return max(QUIET_DBFS, min(floor_dbfs + ABOVE_FLOOR_DB, rms_dbfs - BELOW_RMS_DB))


def _lufs(power: float) -> float:
    return max(LUFS_OFFSET + 10.0 * math.log10(power), SILENCE_DB) if power > 0.0 else SILENCE_DB


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - LUFS_OFFSET) / 10.0))


class _Totals:
    """Sums and extrema over all samples."""

    def __init__(self, channels: int) -> None:
        self.sums, self.energies = np.zeros(channels), np.zeros(channels)
        self.sample_peak = self.true_peak = 0.0
        self.true_peak_at = 0
        self.invalid = self.clipped = 0
        self.silence = self.longest_silence = 0  # samples
        self._clip_runs = [0] * channels
        self._pairs = [(a, b) for a in range(channels) for b in range(a)]
        self._products = np.zeros(len(self._pairs))
        self._difference = 0.0

    def clip(self, channel: int, samples: Samples, tops: Samples) -> None:
        """Count clipped samples; ``tops`` are the frame's largest of all channels."""
        if float(tops.max()) < CLIPPED:
            self._clip_runs[channel] = 0
            return
        count, self._clip_runs[channel] = clipped(samples, CLIPPED, self._clip_runs[channel])
        self.clipped += count

    def compare(self, sound: NDArray[np.float32]) -> None:
        """Compare the channels of ``[channels, n]`` samples."""
        for pair, (a, b) in enumerate(self._pairs):
            difference, product = compare(sound[a], sound[b])
            self._difference = max(self._difference, difference)
            self._products[pair] += product

    def likeness(self) -> tuple[float, float]:
        """The largest difference and the smallest correlation of two channels; silence is like silence alone."""
        correlation = 1.0
        for (a, b), product in zip(self._pairs, self._products, strict=True):
            energy = math.sqrt(self.energies[a]) * math.sqrt(self.energies[b])
            alike = 1.0 if self.energies[a] == self.energies[b] == 0.0 else 0.0
            correlation = min(correlation, float(product) / energy if energy else alike)
        return self._difference, max(correlation, -1.0)


class _Loudest:
    """The largest power of a kind of window, and its first sample."""

    def __init__(self) -> None:
        self.power, self.at = 0.0, 0

    def see(self, powers: Floats, starts: NDArray[np.int64]) -> None:
        best = int(powers.argmax())
        if powers[best] > self.power:
            self.power, self.at = float(powers[best]), max(int(starts[best]), 0)


class _Cells:
    """Cells of the past and the present, by their absolute number."""

    def __init__(self, rate_hz: int, kept: int) -> None:
        self._rate_hz = rate_hz
        self._past = np.zeros(kept)
        self.count = 0

    def starts(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """First samples of cells."""
        return (cells * self._rate_hz + CELLS_PER_S // 2) // CELLS_PER_S

    def windows(self, new: Floats, width: int) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
        """Mean power of each window that ends in a new cell, its first sample and the sample behind it."""
        cells = np.concatenate([self._past[len(self._past) - width + 1 :], new])
        ends = np.arange(self.count + 1, self.count + len(new) + 1)
        starts, stops = self.starts(ends - width), self.starts(ends)
        return window_sums(cells, width) / (stops - starts), starts, stops

    def keep(self, new: Floats) -> None:
        """Make the new cells past ones."""
        self._past = np.concatenate([self._past, new])[-len(self._past) :]
        self.count += len(new)


class _Loudness:
    """K-weighted cells and what the standards make of them."""

    def __init__(self, rate_hz: int, frames: int | None) -> None:
        self.momentary, self.short_term = _Loudest(), _Loudest()
        self._cells = _Cells(rate_hz, SHORT_TERM)
        self._blocks, self._short_terms = (
            PowerTally(_power(ABSOLUTE_GATE_LUFS)),
            PowerTally(_power(ABSOLUTE_GATE_LUFS)),
        )
        self._curve = SliceTops(frames, np.float64(-1.0))

    def add(self, new: Floats) -> None:
        """Append cells' weighted energies."""
        if not len(new):
            return
        ends = np.arange(self._cells.count + 1, self._cells.count + len(new) + 1)
        on_grid = ends % HOP == 0
        powers, starts, _ = self._cells.windows(new, MOMENTARY)
        self.momentary.see(powers, starts)
        self._blocks.add(powers[on_grid & (ends >= MOMENTARY)])
        powers, starts, stops = self._cells.windows(new, SHORT_TERM)
        self.short_term.see(powers, starts)
        self._short_terms.add(powers[on_grid & (ends >= SHORT_TERM)])
        self._curve.raise_to(stops - 1, powers)
        self._cells.keep(new)

    def integrated_lufs(self) -> float:
        counts, means = self._blocks.above(RELATIVE_GATE)
        return _lufs(float(counts @ means) / int(counts.sum())) if len(counts) else SILENCE_DB

    def range_lu(self) -> float:
        counts, means = self._short_terms.above(RANGE_GATE)
        if not len(counts):
            return 0.0
        ranks = np.cumsum(counts)
        total = int(ranks[-1])
        low, high = (  # nearest rank, as in the standard's own program
            means[np.searchsorted(ranks, math.floor((total - 1) * percent / 100 + 0.5), "right")]
            for percent in RANGE_PERCENTILES
        )
        return 10.0 * math.log10(high / low)

    def curve_lufs(self, length: int) -> tuple[float, ...]:
        """A slice in which no window ends has the value of the one before it."""
        powers = self._curve.over(length)
        filled = np.maximum.accumulate(np.where(powers >= 0.0, np.arange(len(powers)), 0))
        return tuple(round(_lufs(max(float(power), 0.0)), 2) for power in powers[filled])


class _Levels:
    """Unweighted cells: noise floor, head and tail."""

    def __init__(self, rate_hz: int) -> None:
        self._cells = _Cells(rate_hz, FLOOR)
        self._floor, self._floor_at = math.inf, 0
        self._places = LevelPlaces(10.0 ** (QUIET_DBFS / 10.0))

    def add(self, new: Floats) -> None:
        """Append cells' energies."""
        if not len(new):
            return
        powers, starts, _ = self._cells.windows(new, FLOOR)
        whole = starts >= 0
        if whole.any():
            quietest = int(np.where(whole, powers, math.inf).argmin())
            if powers[quietest] < self._floor:
                self._floor, self._floor_at = float(powers[quietest]), int(starts[quietest])
        edges = self._cells.starts(np.arange(self._cells.count, self._cells.count + len(new) + 1))
        self._places.add(new / np.diff(edges), self._cells.count)
        self._cells.keep(new)

    def floor(self, rms: float) -> tuple[float, int]:
        """The quietest window's RMS and where it begins; that of everything when there is no whole window."""
        return (rms, 0) if math.isinf(self._floor) else (math.sqrt(self._floor), self._floor_at)

    def head_and_tail(self, quiet_db: float, count: int) -> tuple[int, int]:
        """Samples before the first and after the last cell that is louder than ``quiet_db``; all when none is."""
        loud = self._places.beyond(quiet_db)
        if loud is None:
            return count, count
        first, end = self._cells.starts(np.array([loud[0], loud[1] + 1]))
        return int(first), count - int(end)
