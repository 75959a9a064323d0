"""White noise of which any sample can be had at any time: it depends on the seed and the sample's number alone.

Source: SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): a counter in
steps of the golden ratio, well stirred.
"""

from __future__ import annotations

import numpy as np

from pipeline.audio.compiling import compiled

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_UNIT = 2.0**-32


@compiled()
def uniform_pair(seed: np.uint64, number: int) -> tuple[float, float]:
    """Two values of 0 … 1 for a sample; every number has its own."""
    z = seed + np.uint64(number + 1) * _STEP
    z = (z ^ (z >> _30)) * _FIRST
    z = (z ^ (z >> _27)) * _SECOND
    z = z ^ (z >> _31)
    return np.int64(z >> _32) * _UNIT, np.int64(z & _LOW) * _UNIT
