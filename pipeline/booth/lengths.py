"""How long a text takes to say, by its sounds: closer than by its letters, so that two missing words stand out.

English only, where the pronouncing dictionary is at hand. The weights were fitted to clean takes of hibari alone, of
Moby-Dick, the tuning book of `benchmarks/faults.py` (docs/faults.md); a voice's own pace comes from its sound check.
"""

from __future__ import annotations

import math
import re

from pipeline.booth.expecting import Expected
from pipeline.booth.listening import TakeMeasure
from pipeline.hearing.pronouncing import sounds_of

WEIGHTS_S = (-0.29, 0.084, 0.055, 0.083, -0.056, 0.12, 0.22, 0.22)
"""Seconds: a constant; for each vowel, consonant, word, unstressed word; for a comma, a longer breath, a stop inside."""
SPREAD = 0.105
"""Standard deviation of a take's length in seconds, over the root of its expected length (errors of words add up)."""
LEAST_S = 0.3

_VOWELS = frozenset("aeiouAIOWYɪɛæʌʊɑɐ")
_LIGHT = frozenset(
    "a all an and are as at be been but by can could for from had has have he her him his i if in into is it its me my "
    "no not now of on or our she should so than that the their them then there they this to up upon us was we were "
    "what when which who will with would you your".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SPELT_VOWELS = re.compile(r"[aeiouy]+")
_COMMA = re.compile(r",")
_BREATH = re.compile(r"[;:]|—|–|--|…")
_STOP = re.compile(r"[.!?]+[\"”’')]*\s")


def spoken_length(text: str, language: str) -> float | None:
    """Seconds from the first sound of a spoken text to its last, at hibari's pace; None where that is not known."""
    if language.partition("-")[0].lower() != "en":
        return None
    weights = zip(WEIGHTS_S, (1, *_sounds(text), *_pauses(text)), strict=True)
    return max(sum(weight * count for weight, count in weights), LEAST_S)


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


def length_off(measured: TakeMeasure, text: str, language: str, expected: Expected) -> float | None:
    """How much too long (positive) or too short a take is, in standard deviations of its voice.

    None where there is no sound check, or no speech, or the language is not known.
    """
    usual_s = spoken_length(text, language)
    if usual_s is None or expected.voice is None or measured.speech_s <= 0:
        return None
    pace = expected.seconds / max(usual_s, LEAST_S)
    raise NotImplementedError(pace, math)
