"""What is not here as it was when a lock file was written, found before anything is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.booth import Attempt, Slot, ladder
from pipeline.booth.slots import voice_fingerprints
from pipeline.errors import InputError
from pipeline.flows.callsheet import CallSheet
from pipeline.flows.lockfile import Lock, LockedChapter, LockedChunk, LockedEngine
from pipeline.flows.locking import engines_of, inputs_of, text_sha256
from pipeline.flows.toolchain import machine, versions
from pipeline.materials import ChapterChunks
from pipeline.production import Verify

EVERYTHING = Verify(retakes=20)
"""A policy under which the ladder has every rung, whatever the production's own is now."""


@dataclass(frozen=True)
class Departure:
    """Something that is not here as it was when the lock was written.

    Attributes:
        kind: ``version``, ``machine``, ``engine``, ``voice``, ``file`` or ``text``.
        what: its name: ``numpy``, ``cpu``, ``hibari``, ``ch03-0412``.
    """

    kind: str
    what: str
    locked: str
    here: str

    def __str__(self) -> str:
        return f"{self.kind} {self.what}: {self.locked} → {self.here}"


@dataclass(frozen=True)
class Pinned:
    """A chunk of the script as it is now and as it is locked.

    Attributes:
        attempt: what records it as it is pinned, under the pinned take's key; None where its text, voice or way of
            reading is not to be had here.
    """

    slot: Slot
    locked: LockedChunk
    attempt: Attempt | None


def departures(lock: Lock, sheet: CallSheet) -> tuple[Departure, ...]:
    """What is not here as it was, by what is known before anything is recorded.

    Raises:
        MissingError: an engine's model or ffmpeg is not on this machine.
    """
    engines = engines_of(sheet)
    now = inputs_of(sheet.order)
    return (
        *_compared("version", lock.made_with, versions()),
        *_compared("machine", lock.machine, machine()),
        *_compared(
            "engine",
            {name: engine.fingerprint for name, engine in lock.engines.items()},
            {name: engine.fingerprint for name, engine in engines.items()},
        ),
        *_compared("weights", _weights(lock.engines), _weights(engines)),
        *_compared(
            "file",
            {lock.production.file: lock.production.sha256, lock.production.script: lock.production.script_sha256},
            {now.file: now.sha256, now.script: now.script_sha256},
        ),
    )


def _weights(engines: Mapping[str, LockedEngine]) -> dict[str, str]:
    return {f"{name}/{file}": sha256 for name, engine in engines.items() for file, sha256 in engine.weights.items()}


def _compared(kind: str, locked: Mapping[str, str], here: Mapping[str, str]) -> Iterator[Departure]:
    for name in dict.fromkeys((*locked, *here)):
        before, now = locked.get(name, "none"), here.get(name, "none")
        if before != now:
            yield Departure(kind, name, before, now)


def chapters_to_verify(lock: Lock, numbers: Iterable[int], *, everything: bool) -> tuple[LockedChapter, ...]:
    """The locked chapters of these numbers; the first when none is named.

    Raises:
        InputError: the lock file has no such chapter.
    """
    by_number = {chapter.number: chapter for chapter in lock.chapters}
    wanted = tuple(numbers)
    unknown = [number for number in wanted if number not in by_number]
    if unknown:
        known = ", ".join(map(str, by_number))
        raise InputError(f"the lock file has no chapter {unknown[0]}", next_step=f"choose among {known}")
    if everything:
        return lock.chapters
    return tuple(by_number[number] for number in wanted) or lock.chapters[:1]


def changed_texts(lock: Lock, sheet: CallSheet, wanted: Sequence[LockedChapter]) -> tuple[Departure, ...]:
    """Chunks of these chapters that are not in the script as they were locked, and new ones between them."""
    found: list[Departure] = []
    for chapter in wanted:
        slots = {slot.chunk.slate: slot for slot in _slots(sheet, chapter)}
        locked = {chunk.slate: chunk for chunk in lock.chunks if chunk.chapter == chapter.number}
        found += [Departure("text", slate, "none", "new") for slate in slots if slate not in locked]
        for slate, chunk in locked.items():
            slot = slots.get(slate)
            if slot is None:
                found.append(Departure("text", slate, chunk.text[:12], "gone"))
            elif text_sha256(slot.reading.text) != chunk.text:
                found.append(Departure("text", slate, chunk.text[:12], text_sha256(slot.reading.text)[:12]))
            elif _voice_of(slot, chunk) is None:
                voice = slot.voice
                here = f"{voice.engine.name}/{Path(voice.voice).name}"
                found.append(Departure("voice", slate, f"{chunk.engine}/{chunk.voice}", here))
    return tuple(found)


def _slots(sheet: CallSheet, chapter: LockedChapter) -> list[Slot]:
    found = chunks_of(sheet, chapter)
    return sheet.slots(found) if found is not None else []


def chunks_of(sheet: CallSheet, chapter: LockedChapter) -> ChapterChunks | None:
    """The script's chapter of that number, if it still has one."""
    return next((each for each in sheet.chapters if each.number == chapter.number), None)


def _voice_of(slot: Slot, locked: LockedChunk) -> str | None:
    """The pinned voice as a reading carries it: the role's own or its understudy, with the content that is pinned."""
    voice = slot.voice
    if voice.engine.name != locked.engine:
        return None
    for candidate in (voice.voice, voice.understudy):
        same_name = candidate is not None and Path(candidate).name == locked.voice
        if same_name and voice_fingerprints(voice, str(candidate))["voice_fingerprint"] == locked.voice_fingerprint:
            return candidate
    return None


def pinned_chunks(lock: Lock, sheet: CallSheet, chapter: LockedChapter) -> list[Pinned]:
    """The chunks of a chapter that script and lock both have, in order."""
    locked = {chunk.slate: chunk for chunk in lock.chunks if chunk.chapter == chapter.number}
    return [
        Pinned(slot, locked[slot.chunk.slate], _attempt(slot, locked[slot.chunk.slate]))
        for slot in _slots(sheet, chapter)
        if slot.chunk.slate in locked
    ]


def _attempt(slot: Slot, locked: LockedChunk) -> Attempt | None:
    """The very attempt that is pinned: its readings, with the seed, speed, sampling and voice of that time."""
    voice = _voice_of(slot, locked)
    if voice is None or text_sha256(slot.reading.text) != locked.text:
        return None
    first, *others = ladder(replace(slot, chosen=None), EVERYTHING)
    alike = first if locked.rung != "split" else next((each for each in others if each.rung == "split"), None)
    if alike is None:
        return None
    readings = tuple(
        replace(reading, voice=voice, seed=locked.seed + part, speed=locked.speed, sampling=locked.sampling)
        for part, reading in enumerate(alike.readings)
    )
    return replace(alike, rung=locked.rung, readings=readings, key=locked.take, history=locked.history)
