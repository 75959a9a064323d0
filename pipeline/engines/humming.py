"""A stand-in narrator: one tone per word, as long as the word would take to say, in no time at all.

For tests and dry runs: no model, no randomness beyond the seed, the same samples on every machine that rounds alike.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.audio.sound import Samples, Sound
from pipeline.engines import Abilities, Reading, ReadingLimits, Rendition, Settings, Unreadable, VoiceCard
from pipeline.engines.fingerprints import short_hash
from pipeline.engines.ipa import LETTERS
from pipeline.engines.settings import Setting, checked_name, checked_settings

CODE_VERSION = 1
LETTERS_PER_S = 13.5
"""A narrator's usual pace."""
WORD_GAP_S = 0.02
EDGE_S = 0.1
FADE_S = 0.005
LEVEL = 0.2
LOWEST_HZ = {"low": 110.0, "middle": 175.0, "high": 260.0}
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_KNOWN = {
    "delay_s": Setting(0.0, low=0.0, high=60.0),
    "rate_hz": Setting(24_000, low=8_000, high=96_000),
}


@dataclass(frozen=True)
class HummingNarrator:
    """Hums each reading after ``delay_s`` seconds of waiting, one at a time."""

    sample_rate: int
    delay_s: float

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Yield ``(index, rendition)`` in the order given.

        Raises:
            Unreadable: a reading has no word.
        """
        for index, reading in enumerate(readings):
            time.sleep(self.delay_s)
            yield index, Rendition(Sound(hum(reading, self.sample_rate, index), self.sample_rate))

    def reference(self, voice: str) -> Sound | None:
        """None: a voice is a pitch, made anew for each word."""
        return None


def hum(reading: Reading, rate_hz: int, index: int = 0) -> Samples:
    """``[n]`` float32: silence, a tone for each word with gaps between, silence.

    Raises:
        Unreadable: no word in the text.
    """
    words = _WORD.findall(_pronounced(reading))
    if not words:
        raise Unreadable(f"there is no word to hum in '{reading.text[:60]}'", index=index)
    silence = np.zeros(round(EDGE_S * rate_hz), np.float32)
    gap = np.zeros(round(WORD_GAP_S / reading.speed * rate_hz), np.float32)
    tones = [part for word in words for part in (_tone(word, reading, rate_hz), gap)]
    return np.concatenate([silence, *tones[:-1], silence])


def _pronounced(reading: Reading) -> str:
    """The text with the letters of its phonemes where a pronunciation is given."""
    pieces, position = [], 0
    for start, end, ipa in sorted(reading.pronunciations):
        pieces += [reading.text[position:start], "".join(sign for sign in ipa if sign in LETTERS)]
        position = end
    return "".join([*pieces, reading.text[position:]])


def _tone(word: str, reading: Reading, rate_hz: int) -> Samples:
    digest = hashlib.sha256(f"{reading.voice}\0{word.lower()}\0{reading.seed}".encode()).digest()
    letters = sum(map(str.isalnum, word))
    time_s = np.arange(round(letters / LETTERS_PER_S / reading.speed * rate_hz)) / rate_hz
    pitch_hz = LOWEST_HZ[reading.voice] * 2 ** (_word_number(word) / 2**16 * 7 / 12)  # within a fifth
    fade = np.clip(np.minimum(time_s, time_s[-1:] - time_s) / FADE_S, 0, 1)
    phase = digest[0] / 256 * 2 * np.pi
    tone = LEVEL * np.sin(np.pi / 2 * fade) ** 2 * np.sin(2 * np.pi * pitch_hz * time_s + phase)
    return tone.astype(np.float32)


def _word_number(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.lower().encode()).digest()[:2], "big")


class HummingEngine:
    """The stand-in engine. Settings: ``delay_s`` (wait before each reading), ``rate_hz``."""

    name = "humming"
    summary = "one tone per word; for tests and dry runs"
    licence = "Apache-2.0"
    languages: tuple[str, ...] = ("*",)
    speeds = (0.5, 2.0)
    abilities = Abilities(
        phonemes=True, varies=True, speaks=False
    )  # each tone starts at another phase; lengths and pitches stay

    def limits(self, settings: Settings) -> ReadingLimits:
        """As long as the other narrators'."""
        return ReadingLimits(target_s=10.0, max_s=24.0)

    def voices(self) -> Sequence[VoiceCard]:
        """Three pitches."""
        return [VoiceCard(name, "*", "none", f"tones from {hz:g} Hz") for name, hz in LOWEST_HZ.items()]

    def check_settings(self, settings: Settings, base: Path) -> Settings:
        """Defaults filled in. Raises InputError."""
        return checked_settings(self.name, settings, _KNOWN)

    def check_voice(self, voice: str, settings: Settings, base: Path) -> str:
        """One of the three names. Raises InputError."""
        return checked_name(self.name, voice, LOWEST_HZ)

    def fingerprint(self, settings: Settings) -> str:
        """Over the code version and the sample rate."""
        return short_hash(self.name, CODE_VERSION, checked_settings(self.name, settings, _KNOWN)["rate_hz"])

    def voice_fingerprint(self, voice: str, settings: Settings) -> str:
        """Over the voice's name and pitch."""
        return short_hash(voice, LOWEST_HZ[voice])

    def load(self, settings: Settings) -> HummingNarrator:
        """Ready at once."""
        full = checked_settings(self.name, settings, _KNOWN)
        return HummingNarrator(sample_rate=int(full["rate_hz"] or 0), delay_s=float(full["delay_s"] or 0))
