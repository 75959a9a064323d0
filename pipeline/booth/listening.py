"""Checks on one take that cost no recogniser. Each is a small function: sound and expectation in, verdict out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.audio.decibels import SILENCE_DB, gain_to_db
from pipeline.audio.sound import Sound
from pipeline.materials import Verdict

# Bounds on length / expectation. The duration model errs by 10-17 % at its 95th percentile within one voice; voices
# differ by pace, and short chunks by more. Outside these a take has lost its text or made some up.
SHORTEST_RATIO = 0.35
LONGEST_RATIO = 2.2
SLACK_S = 1.0  # one breath: keeps one-word chunks, whose ratio means little, from failing

NEAR_SILENCE_DBFS = -50.0
CLIPPED_LEVEL = 0.999
CLIPPED_SHARE = 0.001  # a few full-scale samples are loud speech; a thousandth of all is distortion
DC_LIMIT = 0.02


def is_finite(sound: Sound, _expected_s: float) -> Verdict:
    """No NaN and no infinity among the samples."""
    wrong = int(np.count_nonzero(~np.isfinite(sound.samples)))
    return Verdict("finite", wrong == 0, float(wrong), 0.0, "" if wrong == 0 else "samples that are not numbers")


def is_audible(sound: Sound, _expected_s: float) -> Verdict:
    """RMS over the whole take is above near-silence."""
    level = (
        gain_to_db(float(np.sqrt(np.mean(np.square(sound.samples, dtype=np.float64)))))
        if len(sound.samples)
        else SILENCE_DB
    )
    return Verdict(
        "audible",
        level > NEAR_SILENCE_DBFS,
        level,
        NEAR_SILENCE_DBFS,
        "" if level > NEAR_SILENCE_DBFS else "near silence",
    )


def is_not_too_short(sound: Sound, expected_s: float) -> Verdict:
    """Words were probably dropped when a take is far shorter than its text."""
    least = expected_s * SHORTEST_RATIO - SLACK_S
    return Verdict(
        "not-too-short",
        sound.seconds >= least,
        sound.seconds,
        least,
        "" if sound.seconds >= least else "words dropped?",
    )


def is_not_too_long(sound: Sound, expected_s: float) -> Verdict:
    """Words were probably invented or repeated when a take is far longer than its text."""
    most = expected_s * LONGEST_RATIO + SLACK_S
    return Verdict(
        "not-too-long", sound.seconds <= most, sound.seconds, most, "" if sound.seconds <= most else "words invented?"
    )


def is_not_clipped(sound: Sound, _expected_s: float) -> Verdict:
    """Hardly any sample stands at full scale."""
    share = float(np.mean(np.abs(sound.samples) >= CLIPPED_LEVEL)) if len(sound.samples) else 0.0
    return Verdict(
        "not-clipped", share <= CLIPPED_SHARE, share, CLIPPED_SHARE, "" if share <= CLIPPED_SHARE else "clipped"
    )


def has_no_offset(sound: Sound, _expected_s: float) -> Verdict:
    """The mean of the samples is near zero."""
    offset = abs(float(np.mean(sound.samples, dtype=np.float64))) if len(sound.samples) else 0.0
    return Verdict("no-offset", offset <= DC_LIMIT, offset, DC_LIMIT, "" if offset <= DC_LIMIT else "DC offset")


FREE_CHECKS: tuple[Callable[[Sound, float], Verdict], ...] = (
    is_finite,
    is_audible,
    is_not_too_short,
    is_not_too_long,
    is_not_clipped,
    has_no_offset,
)


def is_whole(truncated: bool) -> Verdict:
    """The model came to an end by itself and was not cut off at its limit."""
    return Verdict("whole", not truncated, float(truncated), 0.0, "cut off at the model's limit" if truncated else "")


def listen(sound: Sound, expected_s: float, *, truncated: bool = False, finite: bool = True) -> tuple[Verdict, ...]:
    """All free checks on one take, in order; a take that is not finite gets no further ones.

    Args:
        sound: the take, untrimmed.
        expected_s: seconds of speech that the duration model expects for its text at its speed.
        truncated: the engine says that it was cut off.
        finite: as it came from the engine, every sample was a number.
    """
    if not finite:
        return (Verdict("finite", False, 1.0, 0.0, "samples that are not numbers"),)
    checked: list[Verdict] = []
    for check in FREE_CHECKS:
        checked.append(check(sound, expected_s))
        if check is is_finite and not checked[-1].passed:
            return tuple(checked)
    return (*checked, is_whole(truncated))
