"""Is it the voice that was cast, is it one voice all along, and does it stay so over a chapter?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.booth.expecting import VoiceReference
from pipeline.booth.verdicts import at_least
from pipeline.materials import Verdict

# Measured on nine voices (docs/listening-voice-and-sound.md): takes of the same voice grow more alike with length,
# those of another do not. Less is asked of voices whose own lines are less alike than the measured ones' were.
LEAST_SIMILARITY = 0.92  # of a very long take
SHORT_COST = 0.22  # less for 1 s of speech, half of it for 2 s
SHORTEST_S = 0.6
USUAL_OWN = 0.89
LOWEST = 0.45  # hardly more than strangers have

SAME_VOICE = "same-voice"
"""The check whose measure is a take's similarity to its voice."""

LEAST_UNITY = 0.74
DRIFT_LOST = 0.06
LEAST_TAKES = 20


def similarity(embedding: Sequence[float], reference: Sequence[float]) -> float:
    """Cosine similarity of two embeddings of length 1."""
    return float(np.dot(np.asarray(embedding, np.float64), np.asarray(reference, np.float64)))


def least_similarity(reference: VoiceReference, seconds: float) -> float:
    """What a take's similarity to its voice must be.

    Args:
        reference: with the lowest similarity of the voice's own lines.
        seconds: of speech in the take; short takes tell less of who speaks.
    """
    own = USUAL_OWN if reference.similarity is None else reference.similarity
    least = LEAST_SIMILARITY - SHORT_COST / max(seconds, SHORTEST_S) - max(0.0, USUAL_OWN - own)
    return max(least, LOWEST)


def same_voice(embedding: Sequence[float], reference: VoiceReference, seconds: float) -> Verdict | None:
    """Whether the voice of the sound check speaks; None where that has no embedding.

    Args:
        embedding: of the take.
        seconds: of speech in it (`TakeMeasure.speech_s`).
    """
    if reference.embedding is None:
        return None
    found = similarity(embedding, reference.embedding)
    return at_least(SAME_VOICE, found, least_similarity(reference, seconds), "another voice")


def one_voice(unity: float | None) -> Verdict | None:
    """Whether no other voice speaks in a part of the take; None where it is too short to tell (`Heard.unity`)."""
    return None if unity is None else at_least("one-voice", unity, LEAST_UNITY, "another voice in a part of it")


def drift(similarities: Sequence[tuple[float, float]]) -> Verdict | None:
    """Whether the voice slowly becomes another over a chapter; None for under `LEAST_TAKES` takes.

    The slope is Theil and Sen's: the median over all pairs of takes, which single odd takes do not move. It counts
    when its 95 % interval lies below zero; the measure is what is lost from the first take to the last.

    Args:
        similarities: of each take, when it begins in the chapter (s) and its similarity to the reference.
    """
    if len(similarities) < LEAST_TAKES:
        return None
    from scipy.stats import theilslopes  # 1.4 s of CPU, and only at a chapter's end

    at_s, values = zip(*similarities, strict=True)
    slope, _, _, highest = theilslopes(values, at_s)
    lost = -float(slope) * (max(at_s) - min(at_s)) if highest < 0 else 0.0
    return Verdict("no-drift", lost <= DRIFT_LOST, lost, DRIFT_LOST, "" if lost <= DRIFT_LOST else "the voice drifts")
