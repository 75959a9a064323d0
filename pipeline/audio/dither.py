"""From float to the samples of a file: 16 bits with triangular dither, so that the rounding error is noise and never
distortion; 24 bits by rounding.

Sources: Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40 (1992): with TPDF
dither of 2 LSB peak to peak the error's mean and power do not depend on the signal; its power is 3/12 LSB². Lipshitz,
Vanderkooy, Wannamaker, "Minimally Audible Noise Shaping", JAES 39 (1991): the five-tap filter for 44.1 kHz that
follows the ear's threshold ("improved E-weighted"): less noise around 4 kHz, more above 12 kHz.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled
from pipeline.audio.noise import uniform_pair
from pipeline.audio.sound import Samples

FULL_SCALE = 32768.0  # steps of a 16-bit sample from 0 to full scale
FULL_SCALE_24 = 8388608.0
SHAPING = np.array([2.033, -2.165, 1.959, -1.590, 0.6149])  # what is fed back of the last five errors, latest first
SHAPED_RATES_HZ = (44100, 48000)  # the filter's own rate, and one so near that it is commonly used there too


def dithered(blocks: Iterable[Samples], seed: int, *, shaped: bool = False) -> Iterator[NDArray[np.int16]]:
    """Mono float32 blocks as 16-bit samples.

    The same seed gives the same bytes, whatever the size of the blocks. Beyond full scale is clipped.

    Args:
        blocks: ``[n]`` float32, full scale -1 … +1.
        seed: of the noise, 64 bits.
        shaped: move the noise to where the ear is dull; for `SHAPED_RATES_HZ`.
    """
    errors = np.zeros(len(SHAPING))
    at = 0
    for block in blocks:
        out = np.empty(len(block), np.int16)
        if shaped:
            _shape(block, np.uint64(seed), at, errors, out)
        else:
            _round(block, np.uint64(seed), at, out)
        at += len(block)
        yield out


def rounded_24(blocks: Iterable[Samples]) -> Iterator[NDArray[np.int32]]:
    """Mono float32 blocks as 24-bit samples, each to the nearest.

    No dither: a float32 sample has 24 bits itself, so above half of full scale nothing is rounded at all, and below
    the error lies 144 dB under full scale, 70 dB under the room tone that dithers it.

    Args:
        blocks: ``[n]`` float32, full scale -1 … +1.
    """
    for block in blocks:
        steps = np.rint(block * np.float32(FULL_SCALE_24))
        yield np.clip(steps, -FULL_SCALE_24, FULL_SCALE_24 - 1.0).astype(np.int32)


@compiled()
def _round(samples: Samples, seed: np.uint64, first: int, out: NDArray[np.int16]) -> None:
    for i in range(len(samples)):
        one, other = uniform_pair(seed, first + i)
        step = np.rint(samples[i] * FULL_SCALE + (one - other))
        out[i] = np.int16(min(max(step, -FULL_SCALE), FULL_SCALE - 1.0))


@compiled()
def _shape(
    samples: Samples, seed: np.uint64, first: int, errors: NDArray[np.float64], out: NDArray[np.int16]
) -> None:
    """Errors are the total ones, dither included, so that the shaped noise is that of plain dither, filtered."""
    e1, e2, e3, e4, e5 = errors
    c1, c2, c3, c4, c5 = SHAPING
    for i in range(len(samples)):
        one, other = uniform_pair(seed, first + i)
        wanted = samples[i] * FULL_SCALE - (c1 * e1 + c2 * e2 + c3 * e3 + c4 * e4 + c5 * e5)
        step = np.rint(wanted + (one - other))
        e1, e2, e3, e4, e5 = step - wanted, e1, e2, e3, e4
        out[i] = np.int16(min(max(step, -FULL_SCALE), FULL_SCALE - 1.0))
    errors[0], errors[1], errors[2], errors[3], errors[4] = e1, e2, e3, e4, e5
