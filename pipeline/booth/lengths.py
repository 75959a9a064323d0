"""How long a text takes to say, by its sounds: closer than by its letters, so that two missing words stand out.

English only, where the pronouncing dictionary is at hand. The weights were fitted to clean takes of hibari alone, of
Moby-Dick, the tuning book of `benchmarks/faults.py` (docs/faults.md); a voice's own pace comes from its sound check.
"""

from __future__ import annotations

import math
import re

from pipeline.booth.expecting import VoiceReference
from pipeline.booth.listening import TakeMeasure
from pipeline.hearing.pronouncing import sounds_of
from pipeline.languages import primary

WEIGHTS_S = (-0.333, 0.097, 0.049, 0.084, -0.064, 0.124, 0.210, 0.236)
"""Seconds: a constant; for each vowel, consonant, word, unstressed word; comma, longer breath and stop inside."""
SPREAD = 0.103
"""Standard deviation of a take's length in seconds over the root of its expected length: errors of words add up."""
LEAST_S = 0.6
"""What one short word takes: the shorter a text, the more slowly it is said (hibari and eight voices of kokoro)."""
PASSAGE_PACE = 0.806
"""Of the sound check's English passage if it took as long as `spoken_length` says: `VoiceReference.pace`."""

_VOWELS = frozenset("aeiouAIOWYɪɛæʌʊɑɐ")
# fmt: off
_LIGHT = frozenset([
    "a", "all", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "for", "from", "had",
    "has", "have", "he", "her", "him", "his", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no",
    "not", "now", "of", "on", "or", "our", "she", "should", "so", "than", "that", "the", "their", "them",
    "then", "there", "they", "this", "to", "up", "upon", "us", "was", "we", "were", "what", "when", "which",
    "who", "will", "with", "would", "you", "your",
])
# fmt: on
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SPELT_VOWELS = re.compile(r"[aeiouy]+")
_COMMA = re.compile(r",")
_BREATH = re.compile(r"[;:]|—|–|--|…")
_STOP = re.compile(r"[.!?]+[\"”’')]*\s")


def spoken_length(text: str, language: str) -> float | None:
    """Seconds from the first sound of a spoken text to its last, at hibari's pace; None where that is not known."""
    if primary(language) != "en":
        return None
    weights = zip(WEIGHTS_S, (1, *_sounds(text), *_pauses(text)), strict=True)
    return math.hypot(max(sum(weight * count for weight, count in weights), 0.0), LEAST_S)


def _sounds(text: str) -> tuple[int, int, int, int]:
    """Vowels, consonants, words and unstressed words."""
    words = [re.sub(r"['’]", "", word).lower() for word in _WORD.findall(text)]
    vowels = sounds = 0
    for word in words:
        said = sounds_of(word)
        vowels += len(_SPELT_VOWELS.findall(word)) if said is None else sum(sound in _VOWELS for sound in said)
        sounds += len(said or word)
    return vowels, sounds - vowels, len(words), sum(word in _LIGHT for word in words)


def _pauses(text: str) -> tuple[int, int, int]:
    inside = text.strip().rstrip(".!?…—\"”’') ") + " "
    return len(_COMMA.findall(inside)), len(_BREATH.findall(inside)), len(_STOP.findall(inside))


def length_off(
    measured: TakeMeasure, text: str, language: str, voice: VoiceReference | None, speed: float = 1.0
) -> float | None:
    """How much too long (positive) or too short a take is, in standard deviations.

    Args:
        voice: with the pace of its sound check, which was read at a speed of 1.
        speed: that was asked for.

    Returns:
        None where there was no sound check, where there is no speech, or in a language other than English.
    """
    usual_s = spoken_length(text, language)
    if usual_s is None or voice is None or measured.speech_s <= 0:
        return None
    expected_s = usual_s * voice.pace / PASSAGE_PACE / speed
    return (measured.speech_s - expected_s) / (SPREAD * math.sqrt(max(expected_s, 1.0)))
