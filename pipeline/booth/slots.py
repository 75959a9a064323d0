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
DEEPEST = 2
"""Of chunks whose voice rolls, the first is read from the voice's own prompt, and so many go on from the one before
each; then comes one from the prompt again. Each step copies the faults of the one before.
"""


@dataclass(frozen=True)
class Slot:
    """A chunk with the voice that records it.

    Attributes:
        key: over all that its first take depends on, but for a history; two chunks with the same words share it, and
            their take.
        reading: of its first take.
        facts: what the key is made of.
        pickup: what a person has decided about this line, if anything.
        plain: the slot as it is without that decision.
        chosen: the only attempt there is, where a person has chosen its take; see `choosing`.
        follows: the slot before it in its paragraph, where it goes on from that one's take.
        history: key of the take that it goes on from; empty where it is read from the voice's own prompt, None as
            long as the take of ``follows`` is not circled.
    """

    chunk: Chunk
    key: str
    reading: Reading
    voice: CastVoice
    facts: Mapping[str, Any]
    pickup: Pickup | None = None
    plain: Slot | None = None
    chosen: Attempt | None = None
    follows: Slot | None = None
    history: str | None = ""

    @property
    def engine(self) -> str:
        return self.voice.engine.name

    @property
    def first_take(self) -> str:
        """Key of the take that is looked for first."""
        return self.key_from(self.history or "") if self.chosen is None else self.chosen.key

    def key_from(self, history: str) -> str:
        """Key of its first take, where that goes on from a given one, or from the voice's own prompt."""
        return content_key({**self.facts, "history": history}) if history else self.key

    @property
    def recorded_for(self) -> str:
        """Key of the slot that its take was recorded for, as its card and the take sheet tell it."""
        return self.key if self.chosen is None else self.chosen.slot.key

    @property
    def identity(self) -> tuple[str, ...]:
        """What slots have in common that share a take: what is to be read, which take of it a person chose, and the
        same of the slot whose take it goes on from.
        """
        own = (self.key, self.chosen.key if self.chosen is not None else "")
        return own if self.follows is None else own + self.follows.identity


def plan_takes(
    chunks: Sequence[Chunk], cast: Mapping[str, CastVoice], language: str, pickups: Pickups | None = None
) -> list[Slot]:
    """The slot of every chunk.

    Args:
        chunks: of a chapter, in order.
        pickups: decisions about single lines, looked up in the whole script already (`Pickups.on`).

    Raises:
        MissingError: an engine's model is not on this machine.
    """
    fingerprints = {role: voice_fingerprints(voice, voice.voice) for role, voice in cast.items()}
    slots: list[Slot] = []
    in_line = 0
    for chunk in chunks:
        in_line = 0 if chunk.opens_line else in_line + 1
        rolls = cast[chunk.role].rolls and in_line % (DEEPEST + 1) != 0
        follows = slots[-1] if rolls and slots[-1].chunk.language == chunk.language else None
        voice, pickup = cast[chunk.role], pickups.of(chunk) if pickups is not None else None
        plain = _following(_slot(chunk, voice, fingerprints[chunk.role], language), follows)
        if pickup is None:
            slots.append(plain)
        else:
            voice = _changed(voice, pickup)
            known = voice_fingerprints(voice, voice.voice)
            slot = _following(_slot(respelled(chunk, pickup), voice, known, language), follows)
            slots.append(replace(slot, pickup=pickup, plain=plain))
    return slots


def _following(slot: Slot, follows: Slot | None) -> Slot:
    return slot if follows is None else replace(slot, follows=follows, history=None)


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
