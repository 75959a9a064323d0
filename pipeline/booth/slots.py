"""Slots: what each chunk asks of a narrator, and the key that everything recorded for it goes by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.casting import CastVoice
from pipeline.engines import Reading
from pipeline.materials import Chunk
from pipeline.pickups import Pickup, Pickups, respelled
from pipeline.vault import content_key

if TYPE_CHECKING:
    from pipeline.booth.ladder import Attempt

STAGE_VERSION = 2


@dataclass(frozen=True)
class Slot:
    """A chunk with the voice that records it.

    Attributes:
        key: over all that its first take depends on; two chunks with the same words share it, and their take.
        reading: of its first take.
        facts: what the key is made of.
        pickup: what a person has decided about this line, if anything.
        plain: the slot as it is without that decision.
        chosen: the only attempt there is, where a person has chosen its take; see `choosing`.
    """

    chunk: Chunk
    key: str
    reading: Reading
    voice: CastVoice
    facts: Mapping[str, Any]
    pickup: Pickup | None = None
    plain: Slot | None = None
    chosen: Attempt | None = None

    @property
    def engine(self) -> str:
        return self.voice.engine.name

    @property
    def first_take(self) -> str:
        """Key of the take that is looked for first."""
        return self.key if self.chosen is None else self.chosen.key

    @property
    def recorded_for(self) -> str:
        """Key of the slot that its take was recorded for, as its card and the take sheet tell it."""
        return self.key if self.chosen is None else self.chosen.slot.key

    @property
    def identity(self) -> tuple[str, str]:
        """What slots have in common that share a take: what is to be read, and which take of it a person chose."""
        return self.key, self.chosen.key if self.chosen is not None else ""


def plan_takes(
    chunks: Sequence[Chunk], cast: Mapping[str, CastVoice], language: str, pickups: Pickups | None = None
) -> list[Slot]:
    """The slot of every chunk.

    Args:
        pickups: decisions about single lines, looked up in the whole script already (`Pickups.on`).

    Raises:
        MissingError: an engine's model is not on this machine.
    """
    fingerprints = {role: voice_fingerprints(voice, voice.voice) for role, voice in cast.items()}
    slots = []
    for chunk in chunks:
        voice, pickup = cast[chunk.role], pickups.of(chunk) if pickups is not None else None
        plain = _slot(chunk, voice, fingerprints[chunk.role], language)
        if pickup is None:
            slots.append(plain)
        else:
            voice = _changed(voice, pickup)
            known = voice_fingerprints(voice, voice.voice)
            slot = _slot(respelled(chunk, pickup), voice, known, language)
            slots.append(replace(slot, pickup=pickup, plain=plain))
    return slots


def _changed(voice: CastVoice, pickup: Pickup) -> CastVoice:
    """The voice as a person wants it for this line."""
    redo = pickup.redo
    if redo is None:
        return voice
    return replace(
        voice,
        voice=voice.voice if redo.voice is None else redo.voice,
        seed=voice.seed if redo.seed is None else redo.seed,
        speed=voice.speed if redo.speed is None else redo.speed,
    )


def voice_fingerprints(voice: CastVoice, name: str) -> dict[str, str]:
    """What identifies an engine and one of its voices: code, weights, voice file."""
    return {
        "engine": voice.engine.name,
        "engine_fingerprint": voice.engine.fingerprint(voice.settings),
        "voice_fingerprint": voice.engine.voice_fingerprint(name, voice.settings),
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
        seed=seed_of(key, 1),
        speed=voice.speed,
        pronunciations=pronunciations,
    )
    return Slot(chunk, key, reading, voice, facts)


def seed_of(key: str, number: int) -> int:
    """The seed of a slot's take by its number, from 1: follows from what is read, so a rerun reads the same."""
    digest = hashlib.sha256(f"{key}/{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
