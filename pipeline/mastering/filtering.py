"""Filters of two poles and two zeros: the high-pass, the equaliser's bands, and what the other stages listen through.

Sources: the high-pass is Butterworth's, by the bilinear transform. Bells, shelves and the band-pass are those of
R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients" (a W3C note since 2021).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled
from pipeline.audio.sound import Samples
from pipeline.profiles.chain import Band, HighPass

HIGHEST = 0.45  # of the rate; a band whose centre lies above it is left out

Floats = NDArray[np.float64]
Section = tuple[float, float, float, float, float]
"""b0 b1 b2 a1 a2; a0 is 1."""


def filtered(blocks: Iterable[Samples], sections: Sequence[Section]) -> Iterator[Samples]:
    """Mono blocks through filters one after the other; without any, the blocks as they are.

    Args:
        blocks: ``[n]`` float32 each.
        sections: at rest before the first sample.
    """
    if not sections:
        yield from blocks
        return
    coefficients, state = np.array(sections), np.zeros((len(sections), 4))
    for block in blocks:
        through = block.astype(np.float64)
        run_sections(through, coefficients, state)
        yield through.astype(np.float32)


def high_pass(figures: HighPass, rate_hz: int) -> Section:
    """Butterworth, second order: 3 dB down at the corner, 12 dB per octave below."""
    k = math.tan(math.pi * figures.corner_hz / rate_hz)
    a0 = 1.0 + math.sqrt(2.0) * k + k * k
    return 1.0 / a0, -2.0 / a0, 1.0 / a0, 2.0 * (k * k - 1.0) / a0, (1.0 - math.sqrt(2.0) * k + k * k) / a0


def equaliser(bands: Iterable[Band], rate_hz: int) -> list[Section]:
    """The cookbook's bells and shelves; bands beyond what the rate can hold are left out."""
    return [_band(band, rate_hz) for band in bands if band.centre_hz <= HIGHEST * rate_hz]


def _band(band: Band, rate_hz: int) -> Section:
    a = 10.0 ** (band.gain_db / 40.0)
    w = 2.0 * math.pi * band.centre_hz / rate_hz
    c, alpha = math.cos(w), math.sin(w) / (2.0 * band.q)
    if band.kind == "bell":
        return _scaled((1.0 + alpha * a, -2.0 * c, 1.0 - alpha * a), (1.0 + alpha / a, -2.0 * c, 1.0 - alpha / a))
    if band.kind == "high_shelf":
        c = -c  # a high shelf is the low one with z mirrored
    s = 2.0 * math.sqrt(a) * alpha
    b = (a * (a + 1.0 - (a - 1.0) * c + s), 2.0 * a * (a - 1.0 - (a + 1.0) * c), a * (a + 1.0 - (a - 1.0) * c - s))
    d = (a + 1.0 + (a - 1.0) * c + s, -2.0 * (a - 1.0 + (a + 1.0) * c), a + 1.0 + (a - 1.0) * c - s)
    if band.kind == "high_shelf":
        b, d = (b[0], -b[1], b[2]), (d[0], -d[1], d[2])
    return _scaled(b, d)


def band_pass(low_hz: float, high_hz: float, rate_hz: int) -> Section:
    """The cookbook's band-pass of 0 dB at its centre, 3 dB down at both edges."""
    w = 2.0 * math.pi * math.sqrt(low_hz * high_hz) / rate_hz
    alpha = math.sin(w) * math.sinh(math.log(high_hz / low_hz) / 2.0 * w / math.sin(w))
    return _scaled((alpha, 0.0, -alpha), (1.0 + alpha, -2.0 * math.cos(w), 1.0 - alpha))


def _scaled(b: tuple[float, float, float], a: tuple[float, float, float]) -> Section:
    return b[0] / a[0], b[1] / a[0], b[2] / a[0], a[1] / a[0], a[2] / a[0]


@compiled()
def run_sections(samples: Floats, sections: Floats, state: Floats) -> None:
    """Filter ``samples`` in place (direct form I).

    Args:
        samples: ``[n]``.
        sections: ``[k, 5]``.
        state: ``[k, 4]``, the two samples before in and out; kept up to date.
    """
    paired = len(sections) // 2 * 2
    for section in range(0, paired, 2):
        _run_two(samples, sections[section : section + 2], state[section : section + 2])
    for section in range(paired, len(sections)):
        b0, b1, b2, a1, a2 = sections[section]
        x1, x2, y1, y2 = state[section]
        for i in range(len(samples)):
            x = samples[i]
            y = (b0 * x + b1 * x1 + b2 * x2 - a2 * y2) - a1 * y1
            x2, x1, y2, y1 = x1, x, y1, y
            samples[i] = y
        state[section, 0], state[section, 1], state[section, 2], state[section, 3] = x1, x2, y1, y2


@compiled()
def _run_two(samples: Floats, sections: Floats, state: Floats) -> None:
    """Two sections in one loop, where the second works while the first waits for its own last result."""
    b0, b1, b2, a1, a2 = sections[0]
    c0, c1, c2, d1, d2 = sections[1]
    x1, x2, y1, y2 = state[0]
    _, _, z1, z2 = state[1]
    for i in range(len(samples)):
        x = samples[i]
        y = (b0 * x + b1 * x1 + b2 * x2 - a2 * y2) - a1 * y1
        z = (c0 * y + c1 * y1 + c2 * y2 - d2 * z2) - d1 * z1
        x2, x1, y2, y1, z2, z1 = x1, x, y1, y, z1, z
        samples[i] = z
    state[0, 0], state[0, 1], state[0, 2], state[0, 3] = x1, x2, y1, y2
    state[1, 2], state[1, 3] = z1, z2
