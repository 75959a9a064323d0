"""Records chunks: a batch of readings to a narrator, each take listened to, failed ones read again, the best kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.files import write_sound
from pipeline.audio.sound import Sound
from pipeline.booth.listening import listen
from pipeline.casting import CastVoice
from pipeline.engines import Narrator, Reading, Rendition, Unreadable
from pipeline.errors import EngineError
from pipeline.materials import Chunk, Take, Verdict
from pipeline.production import Verify
from pipeline.vault import Entry, Vault, content_key

ROOM = "takes"
STAGE_VERSION = 1


@dataclass(frozen=True)
class Slot:
    """A chunk with the reading that records it and the key its take has or will have in the vault."""

    chunk: Chunk
    key: str
    reading: Reading
    engine: str


def plan_takes(chunks: Sequence[Chunk], cast: Mapping[str, CastVoice], language: str) -> list[Slot]:
    """The slot of every chunk.

    Raises:
        MissingError: an engine's model is not on this machine.
    """
    fingerprints = {role: _voice_fingerprints(voice) for role, voice in cast.items()}
    return [_slot(chunk, cast[chunk.role], fingerprints[chunk.role], language) for chunk in chunks]


def _voice_fingerprints(voice: CastVoice) -> dict[str, str]:
    return {
        "engine": voice.engine.name,
        "engine_fingerprint": voice.engine.fingerprint(voice.settings),
        "voice_fingerprint": voice.engine.voice_fingerprint(voice.voice, voice.settings),
    }


def _slot(chunk: Chunk, voice: CastVoice, fingerprints: Mapping[str, str], language: str) -> Slot:
    facts: dict[str, Any] = {
        **fingerprints,
        "text": chunk.spoken,
        "language": chunk.language or language,
        "seed": voice.seed,
        "speed": voice.speed,
        "stage": STAGE_VERSION,
    }
    pronunciations = chunk.pronunciations if voice.engine.abilities.phonemes else ()
    if pronunciations:
        facts["pronunciations"] = pronunciations
    key = content_key(facts)
    reading = Reading(
        text=chunk.spoken,
        voice=voice.voice,
        language=chunk.language or language,
        seed=_seed(key, 0),
        speed=voice.speed,
        pronunciations=pronunciations,
    )
    return Slot(chunk, key, reading, voice.engine.name)


def _seed(key: str, attempt: int) -> int:
    """The seed of an attempt at a take: follows from what is read, so a rerun reads the same."""
    digest = hashlib.sha256(f"{key}/{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def take_in_vault(slot: Slot, vault: Vault) -> Take | None:
    """The circled take of a slot if the vault holds it whole, else None."""
    entry = vault.fetch(ROOM, slot.key)
    return _take(slot, entry, reused=True) if entry else None


def record(
    slots: Sequence[Slot],
    narrator: Narrator,
    vault: Vault,
    *,
    verify: Verify,
    on_take: Callable[[Slot, Take], None] = lambda _slot, _take: None,
) -> list[Take]:
    """Record the takes of ``slots``, all of one engine, and keep each in the vault as soon as it is circled.

    A take that fails a check is read again with a new seed, up to ``verify.retakes`` times; if none passes, the one
    with the fewest failed checks, then the length nearest to the expected one, is kept with its verdicts.

    Args:
        on_take: told of every take once it is safe in the vault; whatever it raises ends the recording there.

    Returns:
        Takes in the order of ``slots``.

    Raises:
        EngineError: the narrator cannot read one of the texts; names the chunk.
        StorageError: the vault cannot be written.
    """
    kept: dict[int, Take] = {}
    best: dict[int, _Attempt] = {}
    waiting = {index: slot.reading for index, slot in enumerate(slots)}
    for attempt in range(verify.retakes + 1):
        order = list(waiting)
        for position, rendition in _read(narrator, [waiting[index] for index in order], [slots[i] for i in order]):
            index = order[position]
            slot = slots[index]
            seed = waiting[index].seed
            tried = _listen(rendition, slot, seed, attempt, verify=verify)
            if index not in best or tried.rank < best[index].rank:
                best[index] = tried
            if tried.failures == 0 or attempt == verify.retakes:
                kept[index] = _keep(slot, best[index], vault)
                on_take(slot, kept[index])
        waiting = {
            index: replace(reading, seed=_seed(slots[index].key, attempt + 1))
            for index, reading in waiting.items()
            if index not in kept
        }
        if not waiting:
            break
    return [kept[index] for index in range(len(slots))]


@dataclass(frozen=True)
class _Attempt:
    sound: Sound
    seed: int
    number: int
    verdicts: tuple[Verdict, ...]
    off_by_s: float

    @property
    def failures(self) -> int:
        return sum(not verdict.passed for verdict in self.verdicts)

    @property
    def rank(self) -> tuple[bool, int, float]:
        unusable = any(verdict.check == "finite" and not verdict.passed for verdict in self.verdicts)
        return unusable, self.failures, self.off_by_s


def _read(narrator: Narrator, readings: Sequence[Reading], slots: Sequence[Slot]) -> Iterator[tuple[int, Rendition]]:
    done: set[int] = set()
    try:
        for index, rendition in narrator.read(readings):
            assert index not in done, f"the narrator read {slots[index].chunk.slate} twice"
            done.add(index)
            yield index, rendition
    except Unreadable as error:
        chunk = slots[error.index].chunk
        raise EngineError(
            f"{slots[error.index].engine} cannot read chunk {chunk.slate}: {error.what}",
            where=chunk.place,
            next_step=error.next_step or "rewrite the sentence, or give its role another voice",
        ) from error
    missing = [slots[index].chunk.slate for index in range(len(readings)) if index not in done]
    if missing:
        raise EngineError(f"the narrator gave no sound for {', '.join(missing)}", next_step="run again")


def _listen(rendition: Rendition, slot: Slot, seed: int, attempt: int, *, verify: Verify) -> _Attempt:
    sound = rendition.sound
    expected_s = slot.chunk.estimated_s / slot.reading.speed
    verdicts = listen(sound, expected_s, truncated=rendition.truncated) if verify.mode != "off" else ()
    return _Attempt(sound, seed, attempt, verdicts, abs(sound.seconds - expected_s))


def _keep(slot: Slot, attempt: _Attempt, vault: Vault) -> Take:
    def write(path: Path) -> Mapping[str, Any]:
        samples = np.nan_to_num(attempt.sound.samples, nan=0.0, posinf=0.0, neginf=0.0)
        write_sound(path, Sound(samples, attempt.sound.rate_hz))
        return {
            "shown": slot.chunk.shown,
            "spoken": slot.chunk.spoken,
            "role": slot.chunk.role,
            "engine": slot.engine,
            "voice": Path(slot.reading.voice).name,
            "language": slot.reading.language,
            "speed": slot.reading.speed,
            "seed": attempt.seed,
            "attempt": attempt.number + 1,
            "seconds": attempt.sound.seconds,
            "verdicts": [asdict(verdict) for verdict in attempt.verdicts],
        }

    return _take(slot, vault.keep(ROOM, slot.key, ".flac", write), reused=False)


def _take(slot: Slot, entry: Entry, *, reused: bool) -> Take:
    return Take(
        key=slot.key,
        slate=f"{slot.chunk.slate}-t{entry.facts['attempt']}",
        seconds=entry.facts["seconds"],
        seed=entry.facts["seed"],
        verdicts=tuple(Verdict(**verdict) for verdict in entry.facts["verdicts"]),
        reused=reused,
    )
