"""Another sample rate, by libsoxr at its very high quality: images under -180 dB, flat to 0.91 of Nyquist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from pipeline.audio.sound import Samples, Sound

QUALITY = "VHQ"


def resampled(blocks: Iterable[Samples], from_hz: int, to_hz: int) -> Iterator[Samples]:
    """Mono blocks at another rate, aligned with the input (the filter's delay is removed).

    What comes out does not depend on the size of the blocks. Equal rates pass the blocks through.

    Args:
        blocks: ``[n]`` float32 each, at ``from_hz``.
        from_hz: their rate.
        to_hz: the rate of what is yielded.
    """
    if from_hz == to_hz:
        yield from blocks
        return
    stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality=QUALITY)
    for block in blocks:
        out = stream.resample_chunk(np.ascontiguousarray(block))
        if len(out):
            yield out
    out = stream.resample_chunk(np.zeros(0, np.float32), last=True)
    if len(out):
        yield out


def resample(sound: Sound, to_hz: int) -> Sound:
    """A short sound at another rate; see `resampled`."""
    if sound.rate_hz == to_hz:
        return sound
    blocks = list(resampled([sound.samples], sound.rate_hz, to_hz))
    return Sound(np.concatenate(blocks) if blocks else np.zeros(0, np.float32), to_hz)
