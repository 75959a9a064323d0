"""Ears: a speech recogniser, a speaker model and a speech-quality predictor, each behind a small function.

They run in a process of their own, beside the narrator. What is heard depends on the sound and the model alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeardWord:
    """A word as the recogniser writes it, and when it was said: seconds from the start of the sound."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True)
class FollowedWord:
    """A word of a text, and how likely it was to be heard in its place: mean logarithm over its tokens."""

    text: str
    log_probability: float


@dataclass(frozen=True)
class Transcript:
    """What the recogniser heard in one take.

    Attributes:
        text: as the recogniser writes it, with digits and punctuation.
        words: with their times; empty unless they were asked for.
        log_probability: mean over the tokens.
        no_speech: probability that nobody speaks.
    """

    text: str
    words: tuple[HeardWord, ...] = ()
    log_probability: float = 0.0
    no_speech: float = 0.0


@dataclass(frozen=True)
class Quality:
    """DNSMOS P.835, each 1 … 5: the speech signal, the background (5 is none), both together."""

    signal: float
    background: float
    overall: float


@dataclass(frozen=True)
class Heard:
    """Everything the ears found out about one take; None where it was not asked for or no model is there.

    Attributes:
        voice: speaker embedding ``[256]``, length 1.
        unity: cosine similarity to that of the least similar 1.6 s; None where the take is too short to tell.
        followed: the words of the take's text, and how likely each was.
    """

    transcript: Transcript | None = None
    voice: tuple[float, ...] | None = None
    unity: float | None = None
    quality: Quality | None = None
    followed: tuple[FollowedWord, ...] | None = None


NOTHING = Heard()
"""What is known of a take before anyone has heard it."""
