"""Filters of two poles and two zeros, one after the other, as machine code."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled

Floats = NDArray[np.float64]
Section = tuple[float, float, float, float, float]
"""b0 b1 b2 a1 a2; a0 is 1."""


def butterworth_high_pass(corner_hz: float, order: int, rate_hz: int) -> list[Section]:
    """Butterworth by the bilinear transform: 3 dB down at the corner, ``6 order`` dB per octave below.

    Args:
        order: even; each section has two poles of it.
    """
    k = math.tan(math.pi * corner_hz / rate_hz)
    damping = [2.0 * math.sin(math.pi * (2 * pair + 1) / (2 * order)) for pair in range(order // 2)]
    return [_high_pass(k, d) for d in damping]


def _high_pass(k: float, damping: float) -> Section:
    a0 = 1.0 + damping * k + k * k
    return 1.0 / a0, -2.0 / a0, 1.0 / a0, 2.0 * (k * k - 1.0) / a0, (1.0 - damping * k + k * k) / a0


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
