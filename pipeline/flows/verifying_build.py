"""A title made again from its lock file, in an empty vault, and held against it byte by byte.

Each take is recorded once, with the very voice, seed, sampling and speed that are pinned; nothing is listened to and
nothing chosen. Then the chapter is mixed and mastered as a run does it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.booth import Attempt
from pipeline.booth.rolling import generation_path
from pipeline.booth.takes import keep, keep_part
from pipeline.engines import Narrator, Reading, Rendition, Unreadable
from pipeline.errors import EngineError
from pipeline.flows.callsheet import CallSheet
from pipeline.flows.departures import Pinned, chunks_of, pinned_chunks
from pipeline.flows.lockfile import Lock, LockedChapter
from pipeline.flows.progress import Listener, Mastered, Planned, Recorded
from pipeline.flows.rendered import finished
from pipeline.materials import Take
from pipeline.mixing import TakeLost
from pipeline.vault import Entry, Vault, content_key, file_sha256


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
        once = {each.attempt.key: each.attempt for each in pinned if each.attempt is not None}
        parts_s = {each.locked.take: each.locked.trimmed for each in pinned}
        sums: dict[str, str] = {}
        for engine in dict.fromkeys(attempt.slot.engine for attempt in once.values()):
            mine = [attempt for attempt in once.values() if attempt.slot.engine == engine]
            while ready := [attempt for attempt in mine if not attempt.history or generation_path(attempt, vault)]:
                for attempt, renditions in _recorded(self._narrator(engine), ready, vault):
                    entry = _kept(attempt, renditions, parts_s[attempt.key], vault)
                    sums[attempt.key] = file_sha256(entry.path)
                    self.listener(Recorded(attempt.slot.chunk.slate, engine, attempt.slot.chunk.estimated_s))
                mine = [attempt for attempt in mine if attempt not in ready]  # what goes on from these comes next
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


def _kept(
    attempt: Attempt, renditions: Sequence[Rendition], part_s: tuple[float, float] | None, vault: Vault
) -> Entry:
    """A take, or the part of it that is pinned, under the pinned key."""
    if part_s is None:
        return keep(attempt, renditions, vault).entry
    whole = keep(replace(attempt, key=content_key({"whole": attempt.key})), renditions, vault)
    return keep_part(whole, attempt.key, part_s, vault)


def _planned(pinned: Mapping[int, Sequence[Pinned]]) -> Planned:
    everything = [each for chapter in pinned.values() for each in chapter]
    once = {each.attempt.key: each.slot for each in everything if each.attempt is not None}.values()
    by_engine: dict[str, float] = {}
    for slot in once:
        by_engine[slot.engine] = by_engine.get(slot.engine, 0.0) + slot.chunk.estimated_s
    estimated_s = sum(each.slot.chunk.estimated_s for each in everything)
    return Planned(len(pinned), len(everything), estimated_s, len(once), by_engine)


def _recorded(
    narrator: Narrator, attempts: Sequence[Attempt], vault: Vault
) -> Iterator[tuple[Attempt, list[Rendition]]]:
    """Each attempt with a rendition of each of its readings, as it is done."""
    owners = [(attempt, part) for attempt in attempts for part in range(len(attempt.readings))]
    made: dict[str, dict[int, Rendition]] = {}
    try:
        for index, rendition in narrator.read([_reading(attempt, part, vault) for attempt, part in owners]):
            attempt, part = owners[index]
            parts = made.setdefault(attempt.key, {})
            parts[part] = rendition
            if len(parts) == len(attempt.readings):
                yield attempt, [parts[number] for number in sorted(made.pop(attempt.key))]
    except Unreadable as error:
        slot = owners[error.index][0].slot
        raise EngineError(
            f"{slot.engine} cannot read chunk {slot.chunk.slate}: {error.what}",
            where=slot.chunk.place,
            next_step="look at what differs from the lock: an engine of another version, probably",
        ) from error


def _reading(attempt: Attempt, part: int, vault: Vault) -> Reading:
    history = generation_path(attempt, vault)
    return replace(attempt.readings[part], history=str(history) if history else None)


def _take(pinned: Pinned) -> Take:
    seconds = pinned.slot.chunk.estimated_s
    return Take(pinned.locked.take, pinned.locked.slate, seconds, pinned.locked.seed, verdicts=(), reused=False)
