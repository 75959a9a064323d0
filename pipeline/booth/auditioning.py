"""Listens to one take, cheapest first: its sound, its voice, then, where that is worth it, its words.

What is found depends on the sound, its text, its voice's sound check and the policy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from pipeline.booth.expecting import Expected, Wording
from pipeline.booth.listening import TakeMeasure, free_checks, measure_take
from pipeline.booth.risk import RISKY, Risk, listens, risk_of, sounds_odd
from pipeline.booth.soundness import clean_sound
from pipeline.booth.voices import one_voice, same_voice
from pipeline.booth.words import Comparison, compare, word_verdicts
from pipeline.engines import Rendition
from pipeline.hearing import NOTHING, Heard, Transcript
from pipeline.hearing.ears import Ears
from pipeline.languages import primary
from pipeline.materials import Verdict

WORDS_HEARD_IN = frozenset({"en", "de", "fr", "es", "it", "pt"})
"""Primary languages whose spelling and number words the comparison knows."""


def words_are_heard_in(language: str) -> bool:
    """Whether words in a language (BCP 47 tag) can be told right from wrong."""
    return primary(language) in WORDS_HEARD_IN


@dataclass(frozen=True)
class Line:
    """What a take should say.

    Attributes:
        text: as it is spoken.
        language: BCP 47 tag.
        speed: that was asked for.
        names: words of the lexicon in it, spelt by guess in a transcript.
    """

    text: str
    language: str
    speed: float = 1.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listening:
    """Who hears, and what is known of the text.

    Attributes:
        names: words and respellings of the lexicon.
    """

    ears: Ears
    wording: Wording
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Policy:
    """Which takes' words are heard.

    Attributes:
        mode: ``free``, ``risk`` or ``all``.
        sample: share of the takes without risk that is heard under ``risk``.
    """

    mode: str
    sample: float = 0.0


@dataclass(frozen=True)
class Audition:
    """Everything that was found of one take.

    Attributes:
        heard: by the ears; a transcript that was known before is in it.
        risk: None under ``free``, and where there is no speech.
        sampled: its words were heard only because the sample fell on it.
        comparison: None where its words were not heard.
    """

    measured: TakeMeasure
    verdicts: tuple[Verdict, ...]
    heard: Heard = NOTHING
    risk: Risk | None = None
    sampled: bool = False
    comparison: Comparison | None = None

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


def audition(
    line: Line,
    rendition: Rendition,
    expected: Expected,
    policy: Policy,
    listening: Listening,
    *,
    key: str,
    known: Heard = NOTHING,
) -> Audition:
    """Listen to a take.

    Args:
        key: of the take, from which the sample is drawn.
        known: transcript and quality that were found of the same sound before; they are not asked for again.

    Raises:
        MissingError: a model is not on this machine, or the recogniser does not know the language.
        Unheard: the ears failed at it twice.
    """
    ears = listening.ears
    measured = measure_take(rendition)
    verdicts = free_checks(measured, expected)
    if not all(verdict.passed for verdict in verdicts[:2]):  # not finite, or near silence
        return Audition(measured, verdicts)
    embedding, unity = ears.voice(rendition.sound)
    heard = Heard(voice=embedding, unity=unity)
    if expected.voice is not None:
        of_voice = (same_voice(embedding, expected.voice, measured.speech_s), one_voice(unity))
        verdicts += tuple(verdict for verdict in of_voice if verdict is not None)
    weigh = partial(risk_of, line.text, line.language, measured, expected, verdicts, speed=line.speed)
    risk = weigh(heard=heard)
    if policy.mode == "risk" and risk.score < RISKY and words_are_heard_in(line.language):
        heard = replace(heard, followed=ears.follow(rendition.sound, line.text, line.language))
        risk = weigh(heard=heard)
    listen, sampled = (True, False) if policy.mode == "all" else listens(risk, key=key, sample=policy.sample)
    if not listen:
        return Audition(measured, verdicts, replace(heard, transcript=known.transcript, quality=known.quality), risk)
    if policy.mode == "all" or sounds_odd(measured, expected, heard):
        quality = known.quality or ears.quality(rendition.sound)
        verdicts += clean_sound(quality, expected.voice)
        heard = replace(heard, quality=quality)
    if not words_are_heard_in(line.language):
        return Audition(measured, verdicts, heard, risk)
    transcript = known.transcript or ears.words(rendition.sound, line.language)
    comparison = words_of_take(line, transcript, listening.wording)
    if comparison.expected:  # not a laugh alone
        verdicts += word_verdicts(comparison)
    return Audition(measured, verdicts, replace(heard, transcript=transcript), risk, sampled, comparison)


def words_of_take(line: Line, transcript: Transcript, wording: Wording) -> Comparison:
    """The words of a line against a transcript."""
    return compare(line.text, transcript.text, line.language, wording, line.names)
