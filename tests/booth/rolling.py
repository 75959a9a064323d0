"""An engine that hums and can go on from another of its readings: its renditions have tokens, all made up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pipeline.audio.sound import Sound
from pipeline.engines import Abilities, Narrator, Reading, ReadingLimits, Rendition, Settings
from pipeline.engines.humming import HummingEngine, HummingNarrator
from tests.booth.faulty import generation_of

SILENT, TOKENLESS = "Silent", "Without"
"""How texts begin whose sound is silence, or that have no tokens."""


@dataclass
class RollingNarrator:
    """What it hums depends on the tokens that a reading goes on from, and so do its own tokens.

    Attributes:
        read_so_far: every reading, in order.
    """

    hums: HummingNarrator
    read_so_far: list[Reading] = field(default_factory=list)

    @property
    def sample_rate(self) -> int:
        return self.hums.sample_rate

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        for index, reading in enumerate(readings):
            self.read_so_far.append(reading)
            seed = seed_with_history(reading)
            for _, rendition in self.hums.read([replace(reading, seed=seed)]):
                sound = rendition.sound
                if reading.text.startswith(SILENT):
                    sound = Sound(np.zeros_like(sound.samples), sound.rate_hz)
                tokens = {} if reading.text.startswith(TOKENLESS) else generation_of(replace(reading, seed=seed), 150)
                yield index, replace(rendition, sound=sound, generation=tokens)

    def reference(self, voice: str) -> Sound | None:
        return self.hums.reference(voice)


def seed_with_history(reading: Reading) -> int:
    if reading.history is None:
        return reading.seed
    with np.load(reading.history, allow_pickle=False) as archive:
        tokens = archive["semantic_prompt"].tobytes()
    return int.from_bytes(hashlib.sha256(tokens + str(reading.seed).encode()).digest()[:4], "big")


class RollingEngine(HummingEngine):
    """Named ``rolling``; its target is one sentence of 3 s, so that paragraphs have several chunks."""

    name = "rolling"
    abilities = Abilities(phonemes=True, varies=True, speaks=False, rolls=True)

    def limits(self, settings: Settings) -> ReadingLimits:
        return ReadingLimits(target_s=3.0, max_s=4.5)

    def load(self, settings: Settings) -> RollingNarrator:  # type: ignore[override]
        return RollingNarrator(super().load(settings))


def loaded() -> RollingNarrator:
    engine = RollingEngine()
    narrator = engine.load(engine.check_settings({}, Path()))
    assert isinstance(narrator, Narrator)
    return narrator
