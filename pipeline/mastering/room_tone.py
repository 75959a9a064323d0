"""Room tone: quiet, soft noise under everything, so that no pause is digital silence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.audio.compiling import compiled
from pipeline.audio.decibels import db_to_gain
from pipeline.audio.noise import uniform_pair
from pipeline.audio.sound import Samples
from pipeline.mastering.filtering import Floats, Section, run_sections

BAND_HZ = (70.0, 900.0)  # falls by 6 dB per octave outside: the colour of a quiet room, without rumble
WHITE_POWER = 1.0 / 6.0  # of the difference of two uniform values


def with_room_tone(blocks: Iterable[Samples], rms_dbfs: float, rate_hz: int, seed: int) -> Iterator[Samples]:
    """Mono blocks with continuous noise of ``rms_dbfs`` added.

    The noise never repeats; the same seed gives the same noise whatever the size of the blocks.

    Args:
        blocks: ``[n]`` float32 each.
        rms_dbfs: RMS of the noise (a full-scale square wave has 0 dBFS).
        rate_hz: samples per second.
        seed: of the noise, 64 bits.
    """
    section = np.array(_band(rate_hz))
    impulse = np.zeros(rate_hz)
    impulse[0] = 1.0
    run_sections(impulse, section[np.newaxis], np.zeros((1, 4)))
    level = db_to_gain(rms_dbfs) / float(np.sqrt(WHITE_POWER * np.sum(impulse**2)))
    state = np.zeros(4)
    at = 0
    for block in blocks:
        out = np.empty_like(block)
        _add_tone(block, np.uint64(seed), at, (section, state, level), out)
        at += len(block)
        yield out


def _band(rate_hz: int) -> Section:
    """Butterworth's band-pass of first order, by the bilinear transform."""
    low, high = (math.tan(math.pi * hz / rate_hz) for hz in BAND_HZ)
    a0 = 1.0 + (high - low) + low * high
    b0 = (high - low) / a0
    return b0, 0.0, -b0, 2.0 * (low * high - 1.0) / a0, (1.0 - (high - low) + low * high) / a0


@compiled()
def _add_tone(
    samples: Samples, seed: np.uint64, first: int, tone: tuple[Floats, Floats, float], out: Samples
) -> None:
    section, state, level = tone
    b0, _, b2, a1, a2 = section
    x1, x2, y1, y2 = state
    for i in range(len(samples)):
        one, other = uniform_pair(seed, first + i)
        x = one - other
        y = (b0 * x + b2 * x2 - a2 * y2) - a1 * y1
        x2, x1, y2, y1 = x1, x, y1, y
        out[i] = np.float32(samples[i] + level * y)
    state[0], state[1], state[2], state[3] = x1, x2, y1, y2
