"""Is it the voice that was cast, and does it stay so over a chapter?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.booth.expecting import VoiceReference
from pipeline.materials import Verdict

SHORT_S = 3.0
LEAST_SIMILARITY = 0.60
SPREAD_ALLOWED = 0.10
SHORT_ALLOWED = 0.15
DRIFT_PER_HOUR = 0.05
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
    own = reference.similarity if reference.similarity is not None else LEAST_SIMILARITY + SPREAD_ALLOWED
    short = SHORT_ALLOWED * max(0.0, 1.0 - seconds / SHORT_S)
    return max(own - SPREAD_ALLOWED, LEAST_SIMILARITY) - short


def same_voice(embedding: Sequence[float], reference: VoiceReference, seconds: float) -> Verdict | None:
    """Whether the voice of the sound check speaks; None where that has no embedding.

    Args:
        embedding: of the take.
        seconds: of speech in it.
    """
    if reference.embedding is None:
        return None
    found = similarity(embedding, reference.embedding)
    least = least_similarity(reference, seconds)
    return Verdict("same-voice", found >= least, found, least, "" if found >= least else "another voice")


def drift(similarities: Sequence[tuple[float, float]]) -> Verdict | None:
    """Whether the voice slowly becomes another over a chapter; None for under `LEAST_TAKES` takes.

    The slope is Theil and Sen's: the median over all pairs of takes, which single odd takes do not move.

    Args:
        similarities: of each take, when it begins in the chapter (s) and its similarity to the reference.
    """
    if len(similarities) < LEAST_TAKES:
        return None
    from scipy.stats import theilslopes

    at_s, values = zip(*similarities, strict=True)
    slope, _, _, high = theilslopes(values, np.asarray(at_s) / 3600.0)
    fall = max(0.0, float(-slope))
    proven = bool(high < 0)
    lost = fall * (max(at_s) - min(at_s)) / 3600.0
    passed = not proven or lost <= DRIFT_PER_HOUR
    return Verdict("no-drift", passed, lost, DRIFT_PER_HOUR, "" if passed else "the voice drifts over the chapter")
