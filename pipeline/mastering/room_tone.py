"""Room tone: quiet, soft noise under everything, so that no pause is digital silence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from pipeline.audio.compiling import compiled
from pipeline.audio.decibels import db_to_gain
from pipeline.audio.filtering import Floats, Section, run_sections
from pipeline.audio.noise import uniform_pair
from pipeline.audio.sound import Samples
from pipeline.metering.weighting import k_weighting

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
    level = db_to_gain(rms_dbfs) / math.sqrt(WHITE_POWER * _power([section], rate_hz))
    state = np.zeros(4)
    at = 0
    for block in blocks:
        out = np.empty_like(block)
        _add_tone(block, np.uint64(seed), at, (section, state, level), out)
        at += len(block)
        yield out


def weighted_power(rms_dbfs: float, rate_hz: int) -> float:
    """K-weighted power of room tone of that RMS."""
    band = _band(rate_hz)
    ratio = _power([band, *k_weighting(rate_hz)], rate_hz) / _power([band], rate_hz)
    return float(10.0 ** (rms_dbfs / 10.0)) * ratio


def _power(sections: Sequence[ArrayLike], rate_hz: int) -> float:
    """What the filters leave of white noise of power 1."""
    impulse = np.zeros(rate_hz)
    impulse[0] = 1.0
    run_sections(impulse, np.array(sections), np.zeros((len(sections), 4)))
    return float(np.sum(impulse**2))


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
