"""A programme: the sound of one file to deliver, read from its masters in blocks, as it is or treated.

All formats are cut from this one timeline: a title's chapters follow each other without a gap, each starting at the
sum of the sample counts before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio.decibels import db_to_gain
from pipeline.audio.limiting import limited
from pipeline.audio.resampling import resampled
from pipeline.audio.sound import Samples
from pipeline.delivery.sample import opening
from pipeline.errors import StorageError
from pipeline.materials import Master

BLOCK_FRAMES = 1 << 16
FULL_SCALE_16 = 32768.0

Frames = NDArray[np.float32]
"""``[frames, channels]`` float32, full scale -1 … +1."""


@dataclass(frozen=True)
class Treatment:
    """What is done to a programme before it is encoded, so that it decodes as the profile wants it.

    Attributes:
        gain_db: makes good what the encoder takes away.
        ceiling_dbtp: true peak that the encoder is fed at most, because it overshoots; None leaves peaks alone.
    """

    gain_db: float = 0.0
    ceiling_dbtp: float | None = None


@dataclass(frozen=True)
class Programme:
    """Masters of one rate and channel count, one after the other.

    Attributes:
        masters: chapters in order.
        opening_s: only the first chapter's opening, at most so long (see `opening`); None is everything.
        folded: one channel of masters that carry the same sound in both.
        span: only the samples from … to …, counted from the first master's start; None is everything.
    """

    masters: tuple[Master, ...]
    opening_s: int | None = None
    folded: bool = False
    span: tuple[int, int] | None = None

    @property
    def rate_hz(self) -> int:
        return self.masters[0].rate_hz

    @property
    def channels(self) -> int:
        return 1 if self.folded else self.masters[0].channels

    @property
    def sample_count(self) -> int:
        """Per channel; of an opening the most that it can be."""
        everything = sum(master.sample_count for master in self.masters)
        if self.span is not None:
            return self.span[1] - self.span[0]
        return everything if self.opening_s is None else min(everything, self.opening_s * self.rate_hz)

    @property
    def seconds(self) -> float:
        return self.sample_count / self.rate_hz

    @property
    def starts(self) -> tuple[int, ...]:
        """The sample that each chapter starts at."""
        starts = [0]
        for master in self.masters[:-1]:
            starts.append(starts[-1] + master.sample_count)
        return tuple(starts)

    @property
    def highest_dbtp(self) -> float:
        return max(master.dbtp for master in self.masters)

    def facts(self) -> dict[str, object]:
        """What its samples depend on, for keys."""
        return {
            "masters": [master.key for master in self.masters],
            "rate_hz": self.rate_hz,
            "channels": self.channels,
            "opening_s": self.opening_s,
            "span": self.span,
        }

    def within(self, start: int, stop: int) -> Programme:
        """The samples from ``start`` to ``stop`` and no more: of the same masters, wherever these stand in a title.

        An opening is short, and stays whole.
        """
        if self.opening_s is not None:
            return self
        before = self.span[0] if self.span is not None else 0
        start, stop = before + start, before + min(stop, self.sample_count)
        touched = [
            (master, begin)
            for master, begin in zip(self.masters, self.starts, strict=True)
            if begin < stop and start < begin + master.sample_count
        ]
        first = touched[0][1]
        return replace(self, masters=tuple(master for master, _ in touched), span=(start - first, stop - first))

    def blocks(self, start: int = 0, stop: int | None = None) -> Iterator[Frames]:
        """The samples from ``start`` to ``stop``.

        Raises:
            StorageError: a master cannot be read.
        """
        if self.opening_s is not None:
            assert (start, stop) == (0, None), "an opening is short and read at once"
            yield self._fold(opening(self.masters[0], self.opening_s).astype(np.float32) / np.float32(FULL_SCALE_16))
            return
        stop = self.sample_count if stop is None else min(stop, self.sample_count)
        if self.span is not None:
            start, stop = self.span[0] + start, self.span[0] + stop
        for master, begin in zip(self.masters, self.starts, strict=True):
            first, last = max(start - begin, 0), min(stop - begin, master.sample_count)
            if first < last:
                for block in _read(master, first, last):
                    yield self._fold(block)

    def treated(
        self, treatment: Treatment, start: int = 0, stop: int | None = None, *, rate_hz: int | None = None
    ) -> Iterator[Frames]:
        """As `blocks`, after gain, another rate if one is asked for, and limiter.

        All but the gain works on one channel: two must carry the same sound, as in all our masters.
        """
        blocks = _amplified(self.blocks(start, stop), treatment.gain_db)
        to_hz = rate_hz or self.rate_hz
        if treatment.ceiling_dbtp is None and to_hz == self.rate_hz:
            return blocks
        samples = resampled(_one_channel(blocks), self.rate_hz, to_hz)
        if treatment.ceiling_dbtp is not None:  # last, so that it holds what resampling raises
            samples = limited(samples, treatment.ceiling_dbtp, to_hz)
        return (np.repeat(part[:, np.newaxis], self.channels, axis=1) for part in samples)

    def _fold(self, block: Frames) -> Frames:
        return block[:, :1] if self.folded else block


def _amplified(blocks: Iterable[Frames], gain_db: float) -> Iterator[Frames]:
    gain = np.float32(db_to_gain(gain_db))
    return (block if gain_db == 0.0 else block * gain for block in blocks)


def _one_channel(blocks: Iterable[Frames]) -> Iterator[Samples]:
    for block in blocks:
        assert all(np.array_equal(block[:, 0], block[:, other]) for other in range(1, block.shape[1])), "dual mono"
        yield np.ascontiguousarray(block[:, 0])


def _read(master: Master, first: int, last: int) -> Iterator[Frames]:
    try:
        with soundfile.SoundFile(master.path) as sound:
            assert (sound.samplerate, sound.channels) == (master.rate_hz, master.channels), master.path
            if sound.frames != master.sample_count:
                raise _unreadable(master, f"{sound.frames} samples instead of {master.sample_count}")
            sound.seek(first)
            while first < last:
                block = sound.read(min(BLOCK_FRAMES, last - first), dtype="float32", always_2d=True)
                if not len(block):
                    raise _unreadable(master, "it ends early")
                first += len(block)
                yield block
    except soundfile.LibsndfileError as error:
        raise _unreadable(master, error.error_string) from error


def _unreadable(master: Master, why: str) -> StorageError:
    return StorageError(
        f"the master of chapter {master.number} cannot be read: {why}",
        where=str(master.path),
        next_step="run the same command again; a damaged master is made anew",
    )
