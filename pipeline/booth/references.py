"""Sound checks in the vault: recorded once for each voice and language, before its first take is judged."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.files import write_sound
from pipeline.audio.sound import Sound
from pipeline.booth.expecting import VoiceReference, Wording
from pipeline.booth.ladder import Attempt
from pipeline.booth.slots import seed_of
from pipeline.booth.soundcheck import passage, reference_from
from pipeline.engines import Narrator, Reading, Rendition
from pipeline.hearing import Heard, Quality
from pipeline.hearing.ears import Ears
from pipeline.vault import Vault, content_key

ROOM = "soundchecks"
VERSION = 1
"""Of everything but passage and voice that a reference depends on: the models that hear it, the figures in it."""


def sound_check_key(fingerprints: Mapping[str, str], language: str) -> str:
    """Key of a voice's sound check.

    Args:
        fingerprints: of engine and voice (`Attempt.fingerprints`).
        language: BCP 47 tag.
    """
    return content_key({**fingerprints, "language": language, "passage": passage(language), "check": VERSION})


def sound_checks(attempts: Iterable[Attempt]) -> set[str]:
    """Keys of the sound checks by which takes of some attempts are judged."""
    voices = {(*attempt.fingerprints.items(), attempt.readings[0].language): attempt for attempt in attempts}
    return {_key(attempt) for attempt in voices.values()}


class SoundChecks:
    """Every voice's reference. May be asked by any thread; recorded by the narrator's alone."""

    def __init__(self, vault: Vault, ears: Ears, wording: Wording) -> None:
        self._vault, self._ears, self._wording = vault, ears, wording
        self._known: dict[str, VoiceReference] = {}
        self._lock = threading.Lock()

    def of(self, attempt: Attempt) -> VoiceReference | None:
        """The reference of the voice that reads an attempt; None where it had no sound check yet."""
        key = _key(attempt)
        with self._lock:
            if key not in self._known:
                card = self._vault.card(ROOM, key)
                if card is None:
                    return None
                self._known[key] = reference_on(card)
            return self._known[key]

    def record(self, attempt: Attempt, narrator: Narrator) -> None:
        """Have the voice of an attempt read its passage, unless it has done so.

        Raises:
            EngineError: it says nothing.
            StorageError: the vault cannot be written.
        """
        if self.of(attempt) is not None:
            return
        key, first = _key(attempt), attempt.readings[0]
        lines = passage(first.language) or ()
        readings = [
            Reading(line, first.voice, first.language, seed_of(key, number)) for number, line in enumerate(lines, 1)
        ]
        made = dict(narrator.read(readings)) if readings else {}
        read = [(reading, made[n]) for n, reading in enumerate(readings) if len(made[n].sound.samples)]
        spoken = [(self._wording.estimate_s(reading.text, reading.language), got) for reading, got in read]
        own = narrator.reference(first.voice)
        reference = reference_from(
            spoken,
            [Heard(voice=self._ears.voice(got.sound)[0], quality=self._ears.quality(got.sound)) for _, got in spoken],
            Heard(voice=self._ears.voice(own)[0]) if own is not None else None,
        )

        def write(path: Path) -> Mapping[str, Any]:
            write_sound(path, _one_after_the_other([got for _, got in spoken], narrator.sample_rate))
            return {
                "voice": Path(first.voice).name,
                "language": first.language,
                **attempt.fingerprints,
                "reference": asdict(reference),
            }

        self._vault.keep(ROOM, key, ".flac", write)


def reference_on(card: Mapping[str, Any]) -> VoiceReference:
    """What is written on a sound check's card."""
    facts = dict(card["reference"])
    quality, embedding = facts.pop("quality"), facts.pop("embedding")
    return VoiceReference(
        **facts,
        quality=Quality(**quality) if quality else None,
        embedding=tuple(embedding) if embedding else None,
    )


def _key(attempt: Attempt) -> str:
    return sound_check_key(attempt.fingerprints, attempt.readings[0].language)


def _one_after_the_other(renditions: Sequence[Rendition], rate_hz: int) -> Sound:
    sounds = [np.nan_to_num(rendition.sound.samples, nan=0.0, posinf=0.0, neginf=0.0) for rendition in renditions]
    return Sound(np.concatenate(sounds) if sounds else np.zeros(1, np.float32), rate_hz)
