"""The default narrator: hibari-tts, one American voice, over a hundred times faster than real time on one core.

The whole reading goes through the model in one pass, so that its sentences hang together; hibari's own entry point
reads sentence by sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.sound import Sound
from pipeline.engines import Abilities, Reading, ReadingLimits, Rendition, Settings, VoiceCard
from pipeline.engines.english import English, in_passes, phoneme_ids
from pipeline.engines.fingerprints import file_hash, package_versions, packaged_file, short_hash
from pipeline.engines.settings import Setting, checked_name, checked_settings
from pipeline.engines.together import read_together

CODE_VERSION = 3
RATE_HZ = 24_000
MAX_PHONEMES = 400  # hibari/tts.py; 25 s of speech at the measured 16 phonemes/s
VOICE = "heart"
"""The only voice inside the package; the others would be downloads."""
_KNOWN = {"workers": Setting(0, low=0, high=256)}


@dataclass(frozen=True)
class HibariNarrator:
    """Reads on ``workers`` threads; every pass runs on one, so the samples never depend on how many there are."""

    model: Any
    english: English
    workers: int
    sample_rate: int = RATE_HZ

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Yield ``(index, rendition)`` as each is done.

        The seed decides the noise in breath and hiss and nothing else: two seeds give the same length and the same
        pitch, and differ by 38 to 40 dB below the speech (measured, four seeds of one sentence).

        Raises:
            Unreadable: a word has no pronunciation, a given sound is unknown to English, or there is no word.
        """
        return read_together(readings, self._read_one, self.workers)

    def reference(self, voice: str) -> Sound | None:
        """None: the voice is defined by the weights alone."""
        return None

    def _read_one(self, index: int, reading: Reading) -> Rendition:
        noise = np.random.default_rng(reading.seed)
        passes = in_passes(self.english.sentences(reading.text, index, reading.pronunciations), MAX_PHONEMES)
        parts = [
            self.model.from_ids(phoneme_ids(phonemes, self.model.vocab, index), reading.speed, noise)
            for phonemes in passes
        ]
        return Rendition(Sound(np.concatenate(parts), RATE_HZ))


class HibariEngine:
    """The engine of the package hibari-tts. Setting: ``workers`` (threads; 0 is one for each core)."""

    name = "hibari"
    summary = "fast American narrator, inside the installation, 0.01 s of computing per second of speech"
    licence = "Apache-2.0"
    languages: tuple[str, ...] = ("en",)
    speeds = (0.5, 2.0)
    abilities = Abilities(phonemes=True, varies=False)  # see HibariNarrator.read

    def limits(self, settings: Settings) -> ReadingLimits:
        """Up to one pass of the model: 400 phonemes, measured 25 s (a longer text is read in several)."""
        return ReadingLimits(target_s=10.0, max_s=24.0)

    def voices(self) -> Sequence[VoiceCard]:
        """One voice."""
        return [VoiceCard(VOICE, "en-US", "female", "Kokoro's af_heart, distilled")]

    def check_settings(self, settings: Settings, base: Path) -> Settings:
        """Defaults filled in. Raises InputError."""
        return checked_settings(self.name, settings, _KNOWN)

    def check_voice(self, voice: str, settings: Settings, base: Path) -> str:
        """``heart``. Raises InputError for anything else: other voices of hibari are never downloaded."""
        return checked_name(self.name, voice, [VOICE])

    def fingerprint(self, settings: Settings) -> str:
        """Over the code, the versions of hibari (it turns text into phonemes) and onnxruntime, and the weights.

        Raises:
            MissingError: hibari-tts is not installed.
        """
        weights = file_hash(packaged_file("hibari", "assets/hibari.onnx"))
        return short_hash(self.name, CODE_VERSION, package_versions("hibari-tts", "onnxruntime"), weights)

    def weights(self, settings: Settings) -> Mapping[str, str]:
        """One file. Raises MissingError."""
        weights = packaged_file("hibari", "assets/hibari.onnx")
        return {weights.name: file_hash(weights)}

    def voice_fingerprint(self, voice: str, settings: Settings) -> str:
        """Over the name; the weights are the voice."""
        return short_hash(voice)

    def load(self, settings: Settings) -> HibariNarrator:
        """The model and the dictionary in memory, in about a second.

        Raises:
            MissingError: hibari-tts is not installed.
        """
        weights = packaged_file("hibari", "assets/hibari.onnx")
        from hibari import Hibari

        full = checked_settings(self.name, settings, _KNOWN)
        model = Hibari(voice=VOICE, model=str(weights), threads=1)
        return HibariNarrator(model, English(), workers=int(full["workers"] or 0))
