"""Joins the two readings of a split chunk into one take, with a breath of room tone between them; cuts one in two."""

from __future__ import annotations

import numpy as np

from pipeline.audio.sound import Samples, Sound

CLAUSE_S = 0.15  # as the mix pauses where a sentence too long for one breath was split
WINDOW_S = 0.010
SILENCE_DB = 50.0  # under the reading's own active level
MARGIN_S = 0.040  # of the reading's own silence that is kept, so that no consonant is lost
FADE_S = 0.008
REACH_S = 0.2
QUIET_S = 0.030


def join(first: Sound, second: Sound) -> Sound:
    """Both, the silence between them cut to a clause's pause made of their own room tone.

    Args:
        first: as read.
        second: as read, at the same rate.
    """
    assert first.rate_hz == second.rate_hz
    rate = first.rate_hz
    _, stop = _speech(first)
    start, _ = _speech(second)
    tone = _tone(np.concatenate([first.samples[stop:], second.samples[:start]]), round(CLAUSE_S * rate))
    head = _faded(first.samples[:stop], rate, at_end=True)
    tail = _faded(second.samples[start:], rate, at_start=True)
    return Sound(np.concatenate([head, tone, tail]), rate)


def quietest_near(sound: Sound, at_s: float) -> float:
    """The middle of the quietest 30 ms near a moment: a recogniser places words to within `REACH_S`."""
    width = round(QUIET_S * sound.rate_hz)
    start = max(0, round((at_s - REACH_S) * sound.rate_hz))
    stretch = sound.samples[start : round((at_s + REACH_S) * sound.rate_hz)]
    if len(stretch) <= width:
        return at_s
    summed = np.cumsum(np.concatenate([[0.0], np.square(stretch, dtype=np.float64)]))
    energies = np.round(summed[width:] - summed[:-width], 12)  # of silences the one in the middle
    quiet = np.flatnonzero(energies == energies.min())
    return float(start + quiet[len(quiet) // 2] + width / 2) / sound.rate_hz


def cut(sound: Sound, start_s: float, end_s: float) -> Sound:
    """The part of a take from ``start_s`` to ``end_s``, faded where it was cut."""
    start, end = round(start_s * sound.rate_hz), round(end_s * sound.rate_hz)
    part = sound.samples[start:end]
    return Sound(_faded(part, sound.rate_hz, at_start=start > 0, at_end=end < len(sound.samples)), sound.rate_hz)


def _faded(samples: Samples, rate_hz: int, *, at_start: bool = False, at_end: bool = False) -> Samples:
    """A copy, faded in or out; as it is where it is shorter than a fade."""
    faded, length = samples.copy(), round(FADE_S * rate_hz)
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    if at_start and len(faded) >= length:
        faded[:length] *= ramp
    if at_end and len(faded) >= length:
        faded[-length:] *= ramp[::-1]
    return faded


def _speech(sound: Sound) -> tuple[int, int]:
    """First and last-plus-one sample of the speech, with its margins; all of a sound that is silent throughout."""
    window = max(1, round(WINDOW_S * sound.rate_hz))
    count = len(sound.samples) // window
    powers = np.square(sound.samples[: count * window], dtype=np.float64).reshape(count, window).mean(axis=1)
    if not count or not powers.max() > 0.0:
        return 0, len(sound.samples)
    active = powers[powers >= 0.1 * powers.mean()].mean()
    heard = np.flatnonzero(powers >= active * 10 ** (-SILENCE_DB / 10))
    margin = round(MARGIN_S * sound.rate_hz)
    return max(0, int(heard[0]) * window - margin), min(len(sound.samples), (int(heard[-1]) + 1) * window + margin)


def _tone(silence: Samples, length: int) -> Samples:
    """``length`` samples of what lay between the readings, forth and back; nothing where nothing lay there."""
    if not len(silence):
        return np.zeros(length, np.float32)
    there_and_back = np.concatenate([silence, silence[::-1]])
    return np.resize(there_and_back, length).astype(np.float32)
