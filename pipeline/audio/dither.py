"""From float to 16 bits with triangular dither, so that the rounding error is noise and never distortion.

Source: Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40 (1992): with TPDF
dither of 2 LSB peak to peak the error's mean and power do not depend on the signal; its power is 3/12 LSB².
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.sound import Samples

FULL_SCALE = 32768.0  # steps of a 16-bit sample from 0 to full scale


def dithered(blocks: Iterable[Samples], seed: int) -> Iterator[NDArray[np.int16]]:
    """Mono float32 blocks as 16-bit samples.

    The same seed gives the same bytes, whatever the size of the blocks. Beyond full scale is clipped.

    Args:
        blocks: ``[n]`` float32, full scale -1 … +1.
        seed: of the noise.
    """
    noise = np.random.Generator(np.random.PCG64(seed))
    for block in blocks:
        uniform = noise.random((len(block), 2), dtype=np.float32)
        steps = block * np.float32(FULL_SCALE) + (uniform[:, 0] - uniform[:, 1])
        yield np.clip(np.rint(steps), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
