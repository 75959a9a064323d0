"""Filters of two poles and two zeros: the high-pass, the equaliser's bands, and what the other stages listen through.

Sources: the high-pass is Butterworth's, by the bilinear transform. Bells, shelves and the band-pass are those of
R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients" (a W3C note since 2021).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pipeline.audio.filtering import Section, butterworth_high_pass, run_sections
from pipeline.audio.sound import Samples
from pipeline.profiles.chain import Band, HighPass

HIGHEST = 0.45  # of the rate; a band whose centre lies above it is left out


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
    (section,) = butterworth_high_pass(figures.corner_hz, 2, rate_hz)
    return section


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
