"""The ladder: what is tried, in which order, until a chunk has a take without fault.

New seeds first, then other sampling, then the chunk read in two at a clause, then the understudy. An engine whose
seeds change nothing is asked to read a little slower and a little faster instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.booth.slots import Slot, seed_of, voice_fingerprints
from pipeline.engines import Reading
from pipeline.production import Verify
from pipeline.vault import content_key

NEW_SEEDS = 2  # before anything else is changed; most failures are a matter of luck
PACE_STEPS = (0.97, 1.03)  # too little to be heard as another tempo, enough for another rendition
LEAST_WORDS = 2  # in each half; shorter readings are what engines are worst at
_CLAUSE = re.compile(r"(?<=[,;:.!?…—–])\s+|\s+(?=[—–])")


@dataclass(frozen=True)
class Attempt:
    """One way of reading a slot.

    Attributes:
        number: from 1.
        rung: ``first``, ``seed``, ``sampling``, ``pace``, ``split`` or ``understudy``.
        readings: one; two where the chunk is split.
        key: of its take in the vault; the slot's own for the first.
        fingerprints: of the engine and the voice that reads it.
        history: key of the take that it goes on from; empty for none.
    """

    slot: Slot
    number: int
    rung: str
    readings: tuple[Reading, ...]
    key: str
    fingerprints: Mapping[str, str]
    history: str = ""

    @property
    def slate(self) -> str:
        return f"{self.slot.chunk.slate}-t{self.number}"

    @property
    def voice_name(self) -> str:
        return Path(self.readings[0].voice).name

    @property
    def cost_s(self) -> float:
        """Estimated seconds of speech."""
        return self.slot.chunk.estimated_s / self.slot.reading.speed


def ladder(slot: Slot, verify: Verify) -> tuple[Attempt, ...]:
    """The first take and up to ``verify.retakes`` others, in the order in which they are tried.

    Of a slot whose take was chosen by a person, that one alone. Of a slot whose history is not known yet, those that
    it would have without one: as many, and of the same cost.
    """
    if slot.chosen is not None:
        return (replace(slot.chosen, slot=slot),)
    tried: list[tuple[str, tuple[Reading, ...]]] = [("first", (slot.reading,))]
    others = list(_others(slot, verify))
    if len(others) > verify.retakes:
        last = [rung for rung in others if rung[0] == "understudy"][: verify.retakes]
        plain = [rung for rung in others if rung[0] != "understudy"]
        others = plain[: verify.retakes - len(last)] + last
    if verify.mode != "off":
        tried += others
    return tuple(_attempt(slot, number, rung, readings) for number, (rung, readings) in enumerate(tried, 1))


def _others(slot: Slot, verify: Verify) -> Iterator[tuple[str, tuple[Reading, ...]]]:
    abilities, reading = slot.voice.engine.abilities, slot.reading
    parts = _halves(reading) if verify.split else None
    if abilities.varies:
        yield from (("seed", (reading,)) for _ in range(NEW_SEEDS))
    else:
        slowest, fastest = slot.voice.engine.speeds
        for step in PACE_STEPS:
            if slowest <= reading.speed * step <= fastest:
                yield "pace", (replace(reading, speed=round(reading.speed * step, 4)),)
    samplings = iter(abilities.samplings)
    if (sampling := next(samplings, None)) is not None:
        yield "sampling", (replace(reading, sampling=sampling),)
    if parts is not None:
        yield "split", parts
    if slot.voice.understudy is not None:
        yield "understudy", (replace(reading, voice=slot.voice.understudy),)
    yield from (("sampling", (replace(reading, sampling=other),)) for other in samplings)
    if abilities.varies:
        yield from (("seed", (reading,)) for _ in range(verify.retakes))


def _halves(reading: Reading) -> tuple[Reading, Reading] | None:
    """The reading in two, at the clause boundary nearest to its middle; None where there is none."""
    text = reading.text
    places = [
        found
        for found in _CLAUSE.finditer(text)
        if min(len(text[: found.start()].split()), len(text[found.end() :].split())) >= LEAST_WORDS
        and not any(start < found.end() and found.start() < end for start, end, _ in reading.pronunciations)
    ]
    if not places:
        return None
    place = min(places, key=lambda found: abs(found.start() - len(text) / 2))
    sounds = reading.pronunciations
    first = tuple(sound for sound in sounds if sound[1] <= place.start())
    second = tuple((a - place.end(), b - place.end(), ipa) for a, b, ipa in sounds if a >= place.end())
    return (
        replace(reading, text=text[: place.start()], pronunciations=first),
        replace(reading, text=text[place.end() :], pronunciations=second),
    )


def _attempt(slot: Slot, number: int, rung: str, readings: tuple[Reading, ...]) -> Attempt:
    seed = seed_of(slot.key, number)
    readings = tuple(replace(reading, seed=seed + part) for part, reading in enumerate(readings))
    fingerprints: Mapping[str, str] = {name: slot.facts[name] for name in FINGERPRINTS}
    history = slot.history or ""
    if number == 1:
        return Attempt(slot, number, rung, readings, slot.key_from(history), fingerprints, history)
    if rung == "understudy":
        fingerprints, history = voice_fingerprints(slot.voice, readings[0].voice), ""  # it goes on from nobody else
    facts: dict[str, Any] = {
        **fingerprints,
        "stage": slot.facts["stage"],
        "readings": [[r.text, r.language, r.seed, r.speed, r.sampling, r.pronunciations] for r in readings],
    }
    if history:
        facts["history"] = history
    return Attempt(slot, number, rung, readings, content_key(facts), fingerprints, history)


FINGERPRINTS = ("engine", "engine_fingerprint", "voice_fingerprint")
