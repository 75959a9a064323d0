"""What a take should be like: how long, and how its voice sounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.hearing import Quality


@dataclass(frozen=True)
class VoiceReference:
    """How a voice sounds when it is right, found at its sound check.

    Attributes:
        pace: measured length / estimated length of its reading, median over the lines.
        pace_spread: standard deviation of ln(measured / estimated) about that, robust.
        pitch_hz: median fundamental frequency of its voiced frames; None where none is voiced.
        pitch_spread: standard deviation of its lines' medians, in semitones.
        level_dbfs: RMS of its speech.
        noise_floor_dbfs: RMS of its quietest frames.
        embedding: ``[256]``, length 1; None without a speaker model.
        similarity: lowest cosine similarity of one of its own lines to the embedding.
        quality: median over the lines; None without a quality model.
        uncertainty: median of the engine's own over the lines; None where the engine tells none.
        lines: that were read; 0 in a language without a passage, where pace and levels are only guessed.
    """

    pace: float
    pace_spread: float
    pitch_hz: float | None
    pitch_spread: float
    level_dbfs: float
    noise_floor_dbfs: float
    embedding: tuple[float, ...] | None = None
    similarity: float | None = None
    quality: Quality | None = None
    uncertainty: float | None = None
    lines: int = 8


@dataclass(frozen=True)
class Expected:
    """What one take should be like.

    Attributes:
        seconds: of speech, by the duration model, the voice's pace and the speed asked for.
        voice: None where there was no sound check: then only what needs none is judged.
        pause_s: what the text may add to the longest silence inside its reading (`listening.pause_in`).
    """

    seconds: float
    voice: VoiceReference | None = None
    pause_s: float = 0.0


@dataclass(frozen=True)
class Wording:
    """What the script room knows of languages and the booth needs.

    Attributes:
        spoken_form: text and BCP 47 tag → the text as it is read: numbers, abbreviations and signs in words.
        estimate_s: text and BCP 47 tag → seconds of speech at the usual pace.
    """

    spoken_form: Callable[[str, str], str]
    estimate_s: Callable[[str, str], float]
