"""K-weighting (ITU-R BS.1770-5 annex 1) at any rate, and the weights of the channels.

The standard gives coefficients for 48 kHz and asks for "the same frequency response" at other rates. Redesigning both
stages by the bilinear transform, as is common, reads up to 0.03 LU off at 24 kHz and 0.29 LU at 8 kHz, because it
bends the shelf towards half the rate. Here the high-pass, which lies far below that, is redesigned so, with the
standard's gain; of the shelf the poles are moved to the other rate and the zeros fitted to the response at 48 kHz.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError

LOWEST_HZ, HIGHEST_HZ = 8000, 192000
STANDARD_HZ = 48000
SHELF_B = (1.53512485958697, -2.69169618940638, 1.19839281085285)  # annex 1, table 1
SHELF_A = (1.0, -1.69065929318241, 0.73248077421585)
HIGH_PASS_HZ = 38.13547087602444  # what table 2 is the bilinear transform of
HIGH_PASS_Q = 0.5003270373238773
FIT_POINTS = 512
FIT_TO = 0.45  # of the rate; and of 48 kHz

SURROUND = 1.41  # table 3
WEIGHTS = {
    1: (1.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),  # L R C
    4: (1.0, 1.0, SURROUND, SURROUND),  # L R Ls Rs
    5: (1.0, 1.0, 1.0, SURROUND, SURROUND),  # L R C Ls Rs
    6: (1.0, 1.0, 1.0, 0.0, SURROUND, SURROUND),  # L R C LFE Ls Rs, the order of WAV files; the LFE does not count
}

Polynomial = NDArray[np.float64]


def channel_weights(channels: int) -> tuple[float, ...]:
    """Each channel's weight, in the order of WAV files.

    Raises:
        InputError: there are none, or more than 5.1 has.
    """
    if channels not in WEIGHTS:
        raise InputError(
            f"sound of {channels} channels cannot be measured",
            next_step=f"use sound of 1 to {max(WEIGHTS)} channels: mono, stereo, … 5.1",
        )
    return WEIGHTS[channels]


def k_weighting(rate_hz: int) -> NDArray[np.float64]:
    """Both stages at ``rate_hz``: ``[2, 5]``, of each b0 b1 b2 a1 a2.

    Raises:
        InputError: the rate is not between 8 and 192 kHz.
    """
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        raise InputError(
            f"sound at {rate_hz} Hz cannot be measured", next_step="use a sample rate from 8000 to 192000 Hz"
        )
    b, a = _shelf(rate_hz)
    d, d_standard = _high_pass_scale(rate_hz), _high_pass_scale(STANDARD_HZ)
    k = math.tan(math.pi * HIGH_PASS_HZ / rate_hz)
    gain = d_standard / d  # table 2 has 1 -2 1 for a numerator, at 48 kHz
    high_pass = (gain, -2.0 * gain, gain, 2.0 * (k * k - 1.0) / d, (1.0 - k / HIGH_PASS_Q + k * k) / d)
    return np.array([(*b, *a[1:]), high_pass])


def _high_pass_scale(rate_hz: int) -> float:
    k = math.tan(math.pi * HIGH_PASS_HZ / rate_hz)
    return 1.0 + k / HIGH_PASS_Q + k * k


def _shelf(rate_hz: int) -> tuple[Polynomial, Polynomial]:
    b, a = np.array(SHELF_B), np.array(SHELF_A)
    if rate_hz == STANDARD_HZ:
        return b, a
    hz = np.linspace(0.0, FIT_TO * min(rate_hz, STANDARD_HZ), FIT_POINTS)
    moved = np.asarray(np.poly(np.roots(a) ** (STANDARD_HZ / rate_hz)).real, np.float64)
    wanted = (_magnitude(b, hz, STANDARD_HZ) / _magnitude(a, hz, STANDARD_HZ) * _magnitude(moved, hz, rate_hz)) ** 2
    angles = 2.0 * np.pi * hz / rate_hz
    # |B|² of a numerator of three taps is c0 + c1 cos w + c2 cos 2w; fitted so that errors count by their decibels
    waves = np.stack([np.ones_like(angles), np.cos(angles), np.cos(2.0 * angles)], axis=1)
    c0, c1, c2 = np.linalg.lstsq(waves / wanted[:, None], np.ones_like(wanted), rcond=None)[0]
    zeros = np.roots([c2 / 2.0, c1 / 2.0, c0, c1 / 2.0, c2 / 2.0])
    fitted = np.asarray(
        np.poly(sorted(zeros, key=abs)[:2]).real, np.float64
    )  # of each pair, z and 1/z, the one inside the unit circle
    return fitted * math.sqrt((c0 + c1 + c2) / float(fitted.sum()) ** 2), moved


def _magnitude(polynomial: Polynomial, hz: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    return np.asarray(np.abs(np.polyval(polynomial[::-1], np.exp(-2j * np.pi * hz / rate_hz))), np.float64)
