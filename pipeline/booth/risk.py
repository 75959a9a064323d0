"""Which takes are worth a recogniser: how likely it is, by all that was found without one, that words are wrong.

Every sign has a chance of its own that the words are wrong; together they make the score as independent chances do.
Chances and thresholds were set on the tuning book of `benchmarks/faults.py` (docs/faults.md), so that as many takes
with two or more wrong words are heard as can be while listening costs about a third of hearing every take.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.booth.expecting import Expected
from pipeline.booth.lengths import length_off
from pipeline.booth.listening import TakeMeasure, length_z, semitones
from pipeline.booth.voices import least_similarity, similarity
from pipeline.hearing import Heard
from pipeline.hearing.pronouncing import sounds_of
from pipeline.languages import primary
from pipeline.materials import Verdict

RISKY = 0.5
"""From this score on, a take's words are heard."""

SHORT_AT, LONG_AT = -2.0, 2.5
"""Standard deviations of length at which the chance is `RISKY`: two words missing are 2 of them on average, two added
words 4 and more."""
LENGTH_STEEPNESS = 3.0  # of the chance, for each standard deviation
UNLIKELY = -8.5
"""Logarithm of the likelihood of two words in a row at which the chance is `RISKY` that others were said: 2 % of the
tuning book's takes without a fault are under it, and all in which two words were left out or replaced."""
STRANGE = -4.0
"""Least logarithm for a word that is not in the dictionary: the recogniser would have spelt it otherwise."""
WORDS_STEEPNESS = 1.5
UNSURE_LENGTH = 1.5  # where only the duration model tells the length, it must be farther off

GAP_S = 0.6  # inside a take, beyond what its text explains
TAIL_DB = -25.0  # in its last 10 ms, relative to its speech
JUMP_SEMITONES, PITCH_SEMITONES = 5.0, 3.0
LEVEL_DB = 4.0
FLOOR_DB = 10.0
NEAR_SIMILARITY = 0.06  # above the least that counts as the same voice
BACKGROUND_FALL, SIGNAL_FALL = 0.3, 0.5
UNCERTAIN = 1.2  # times the voice's own

FEW_WORDS = 2
LONG_WORDS = 60

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_DIGIT = re.compile(r"\d")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,}|\b[A-Z]{2,5}\b")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")
_FOREIGN = re.compile(r"[^\W\d_a-zA-Z’']")


@dataclass(frozen=True)
class Risk:
    """How likely it is that a take's words are wrong.

    Attributes:
        score: 0 … 1.
        reasons: signs of at least a tenth, the strongest first, in plain words.
    """

    score: float
    reasons: tuple[str, ...] = ()


def risk_of(
    text: str,
    language: str,
    measured: TakeMeasure,
    expected: Expected,
    verdicts: Sequence[Verdict],
    *,
    heard: Heard | None = None,
    speed: float = 1.0,
) -> Risk:
    """The risk of one take; a function of the take, its text and its voice's sound check alone.

    Args:
        text: as it is spoken.
        language: BCP 47 tag.
        verdicts: of the checks that need no recogniser.
        heard: voice, quality and the words that were followed, where they were found.
        speed: that was asked for.
    """
    signs = [
        *_length(text, language, measured, expected, speed),
        *_sound(measured, expected),
        *_voice(measured, expected, heard),
        *_words(language, heard),
        *_text(text, language),
        *((1.0, verdict.reason) for verdict in verdicts if not verdict.passed),
    ]
    right = math.prod(1.0 - chance for chance, _ in signs)
    told = sorted((sign for sign in signs if sign[0] >= 0.1), reverse=True)
    return Risk(1.0 - right, tuple(dict.fromkeys(reason for _, reason in told)))


def sounds_odd(measured: TakeMeasure, expected: Expected, heard: Heard) -> bool:
    """Whether sound or voice are such that a closer look at the sound is worth its cost."""
    return any(True for _ in (*_sound(measured, expected), *_voice(measured, expected, heard)))


def listens(risk: Risk, *, key: str, sample: float) -> tuple[bool, bool]:
    """Whether a take's words are heard under ``risk``, and whether only because the sample fell on it.

    Args:
        key: of the take: the sample follows from it, so the same takes are heard whatever the order.
        sample: share of the takes without risk that is heard.
    """
    if risk.score >= RISKY:
        return True, False
    drawn = int.from_bytes(hashlib.sha256(f"sample/{key}".encode()).digest()[:8], "big") / 2**64 < sample
    return drawn, drawn


Sign = tuple[float, str]
"""A chance that words are wrong, and why."""


def _length(text: str, language: str, measured: TakeMeasure, expected: Expected, speed: float) -> Iterator[Sign]:
    off, scale = length_off(measured, text, language, expected.voice, speed), 1.0
    if off is None:
        off, scale = length_z(measured, expected), UNSURE_LENGTH
    if off is None:
        return
    beyond = off / scale - LONG_AT if off > 0 else SHORT_AT - off / scale
    yield (
        1 / (1 + math.exp(-LENGTH_STEEPNESS * beyond)),
        "longer than its text" if off > 0 else "shorter than its text",
    )


def _sound(measured: TakeMeasure, expected: Expected) -> Iterator[Sign]:
    if measured.gap_s > GAP_S + expected.pause_s:
        yield 0.6, f"{measured.gap_s:.1f} s of silence inside"
    if measured.tail_10ms_db > TAIL_DB:
        yield 0.6, "ends abruptly"
    if measured.pitch_jump > JUMP_SEMITONES:
        yield 0.4, "its pitch jumps"
    voice = expected.voice
    if voice is None:
        return
    if voice.pitch_hz and measured.pitch_hz and abs(semitones(measured.pitch_hz, voice.pitch_hz)) > PITCH_SEMITONES:
        yield 0.3, "another pitch than usual"
    if abs(measured.active_dbfs - voice.level_dbfs) > LEVEL_DB:
        yield 0.3, "louder or softer than usual"
    if measured.floor_db > voice.noise_floor_dbfs - voice.level_dbfs + FLOOR_DB and measured.floor_db > -50:
        yield 0.3, "noisier than usual"
    if (
        measured.uncertainty is not None
        and voice.uncertainty
        and measured.uncertainty > UNCERTAIN * voice.uncertainty
    ):
        yield 0.6, "the model was less sure than usual"


def _voice(measured: TakeMeasure, expected: Expected, heard: Heard | None) -> Iterator[Sign]:
    voice = expected.voice
    if heard is None or voice is None:
        return
    if heard.voice is not None and voice.embedding is not None:
        least = least_similarity(voice, measured.speech_s)
        if similarity(heard.voice, voice.embedding) < least + NEAR_SIMILARITY:
            yield 0.3, "the voice is not quite its own"
    if heard.quality is not None and voice.quality is not None:
        if heard.quality.signal < voice.quality.signal - SIGNAL_FALL:
            yield 0.3, "less clear than usual"
        if heard.quality.background < voice.quality.background - BACKGROUND_FALL:
            yield 0.3, "something behind the voice"


def _words(language: str, heard: Heard | None) -> Iterator[Sign]:
    if heard is None or not heard.followed:
        return
    likely = [
        word.log_probability if _is_known(word.text, language) else max(word.log_probability, STRANGE)
        for word in heard.followed
    ]
    least = min(one + other for one, other in pairwise([*likely, 0.0]))
    yield 1 / (1 + math.exp(min(WORDS_STEEPNESS * (least - UNLIKELY), 700.0))), "other words seem to be said"


def _is_known(word: str, language: str) -> bool:
    plain = "".join(sign for sign in word.lower() if sign.isalpha())
    return primary(language) != "en" or sounds_of(plain) is not None


def _text(text: str, language: str) -> Iterator[Sign]:
    """What engines read wrong more often than other texts; none of it is reason enough by itself, but few words."""
    words = _WORD.findall(text)
    if len(words) <= FEW_WORDS:
        yield 0.5, "very short"
    if len(words) >= LONG_WORDS:
        yield 0.15, "long"
    if _DIGIT.search(text):
        yield 0.3, "digits"
    if _INITIALS.search(text):
        yield 0.2, "capitals"
    tongue = primary(language)
    if tongue != "de" and _NAME.search(text):  # German writes every noun so
        yield 0.05, "names"
    if tongue == "en" and _FOREIGN.search(text):
        yield 0.2, "foreign words"
