"""A title made again from its lock file, in an empty vault, and held against it byte by byte.

Each take is recorded once, with the very voice, seed, sampling and speed that are pinned; nothing is listened to and
nothing chosen. Then the chapter is mixed and mastered as a run does it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.files import write_sound
from pipeline.audio.sound import Sound
from pipeline.engines import Narrator, Rendition, Unreadable
from pipeline.errors import EngineError
from pipeline.flows.callsheet import CallSheet
from pipeline.flows.departures import Pinned, chunks_of, pinned_chunks
from pipeline.flows.lockfile import Lock, LockedChapter
from pipeline.flows.progress import Listener, Mastered, Planned, Recorded
from pipeline.flows.rendered import finished
from pipeline.materials import Take
from pipeline.mixing import TakeLost
from pipeline.vault import Vault, file_sha256


@dataclass(frozen=True)
class Rebuilt:
    """A chapter made again.

    Attributes:
        same: chunks whose take has the bytes that are pinned.
        differing: slates of the others, those that could not be recorded as pinned among them.
        mix_planned: the mix was to be made of the same takes in the same way.
        master_same: the master has the bytes that are pinned; None where there was nothing to make it from.
    """

    number: int
    title: str
    same: int
    differing: tuple[str, ...]
    mix_planned: bool
    master_same: bool | None

    @property
    def is_same(self) -> bool:
        return not self.differing and self.master_same is True


def rebuild(lock: Lock, sheet: CallSheet, wanted: Sequence[LockedChapter], listener: Listener) -> Iterator[Rebuilt]:
    """Make chapters again in an empty vault, one after the other, and compare each with the lock.

    Raises:
        EngineError: a narrator cannot read a text that it once read.
        MissingError: an engine's model is not on this machine.
    """
    pinned = {chapter.number: pinned_chunks(lock, sheet, chapter) for chapter in wanted}
    listener(_planned(pinned))
    bench = _Bench(sheet, listener)
    for chapter in wanted:
        with tempfile.TemporaryDirectory(prefix="chapterhouse-verify-") as folder:
            yield bench.rebuild(chapter, pinned[chapter.number], Vault(Path(folder)))


@dataclass(frozen=True)
class _Bench:
    """Where chapters are made again; each narrator is loaded once."""

    sheet: CallSheet
    listener: Listener
    narrators: dict[str, Narrator] = field(default_factory=dict)

    def rebuild(self, chapter: LockedChapter, pinned: Sequence[Pinned], vault: Vault) -> Rebuilt:
        """One chapter, in a vault of its own."""
        sums = self._record(pinned, vault)
        differing = [each.locked.slate for each in pinned if sums.get(each.locked.take) != each.locked.sha256]
        mix_planned, master_same = self._finish(chapter, pinned, vault)
        same = len(pinned) - len(differing)
        return Rebuilt(chapter.number, chapter.title, same, tuple(differing), mix_planned, master_same)

    def _record(self, pinned: Sequence[Pinned], vault: Vault) -> dict[str, str]:
        """Record every pinned take once; SHA-256 of its file by its key."""
        once = {each.locked.take: each for each in pinned if each.reading is not None}
        sums: dict[str, str] = {}
        for engine in dict.fromkeys(each.slot.engine for each in once.values()):
            mine = [each for each in once.values() if each.slot.engine == engine]
            for each, sound in _read(self._narrator(engine), mine):
                entry = vault.keep("takes", each.locked.take, ".flac", partial(_write, sound))
                sums[each.locked.take] = file_sha256(entry.path)
                self.listener(Recorded(each.locked.slate, engine, each.slot.chunk.estimated_s, flagged=False))
        return sums

    def _narrator(self, engine: str) -> Narrator:
        if engine not in self.narrators:
            voice = next(voice for voice in self.sheet.cast.values() if voice.engine.name == engine)
            self.narrators[engine] = voice.engine.load(voice.settings)
        return self.narrators[engine]

    def _finish(self, chapter: LockedChapter, pinned: Sequence[Pinned], vault: Vault) -> tuple[bool, bool | None]:
        """Whether the mix was planned as locked, and whether the master is the same; None where none can be made."""
        chunks = chunks_of(self.sheet, chapter)
        if chunks is None or len(pinned) != len(chunks.chunks):
            return False, None
        try:
            final = finished(self.sheet, chunks, [_take(each) for each in pinned], vault)
        except TakeLost:
            return False, None  # one could not be recorded as it is pinned: it is among those that differ
        master = final.master
        self.listener(Mastered(master.number, master.title, master.seconds, master.lufs, master.dbtp))
        return final.mix.key == chapter.mix, file_sha256(master.path) == chapter.sha256


def _planned(pinned: Mapping[int, Sequence[Pinned]]) -> Planned:
    everything = [each for chapter in pinned.values() for each in chapter]
    once = {each.locked.take: each for each in everything if each.reading is not None}.values()
    by_engine: dict[str, float] = {}
    for each in once:
        by_engine[each.slot.engine] = by_engine.get(each.slot.engine, 0.0) + each.slot.chunk.estimated_s
    estimated_s = sum(each.slot.chunk.estimated_s for each in everything)
    return Planned(len(pinned), len(everything), estimated_s, len(once), by_engine)


def _read(narrator: Narrator, pinned: Sequence[Pinned]) -> Iterator[tuple[Pinned, Sound]]:
    readings = [each.reading for each in pinned if each.reading is not None]
    try:
        for index, rendition in narrator.read(readings):
            yield pinned[index], rendition.sound
    except Unreadable as error:
        raise EngineError(
            f"{pinned[error.index].slot.engine} cannot read chunk {pinned[error.index].locked.slate}: {error.what}",
            where=pinned[error.index].slot.chunk.place,
            next_step="look at what differs from the lock: an engine of another version, probably",
        ) from error


def _write(sound: Sound, path: Path) -> dict[str, Any]:
    """As the booth keeps a take."""
    samples = np.nan_to_num(sound.samples, nan=0.0, posinf=0.0, neginf=0.0)
    write_sound(path, Sound(samples, sound.rate_hz))
    return {"seconds": sound.seconds}


def _take(pinned: Pinned) -> Take:
    seconds = pinned.slot.chunk.estimated_s
    return Take(pinned.locked.take, pinned.locked.slate, seconds, pinned.locked.seed, verdicts=(), reused=False)
