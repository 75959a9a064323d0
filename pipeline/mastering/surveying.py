"""A first look at a mix: how loud its speech is, and where. What the dynamics are set by."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.decibels import SILENCE_DB
from pipeline.audio.framing import framed
from pipeline.audio.sound import Samples
from pipeline.errors import InputError
from pipeline.mastering.gating import Column, block_powers, cell_powers

FRAME_S = 2
SILENT = 1e-10  # power; -100 dBFS
FAR_BELOW = 1e-4  # 40 dB: no speech lies so far below the loudest block, and room tone mostly does
RELATIVE_GATE = 0.1  # 10 dB below the mean of the rest, as loudness is gated


@dataclass(frozen=True, eq=False)
class Survey:
    """What a mix holds.

    Attributes:
        powers: mean square of each 10 ms, ``[n]`` float32.
        speech_dbfs: RMS of what is speech, by blocks of 400 ms; `SILENCE_DB` when there is none.
    """

    powers: NDArray[np.float32]
    speech_dbfs: float

    @property
    def rms_dbfs(self) -> float:
        """Of everything."""
        mean = float(self.powers.mean(dtype=np.float64)) if len(self.powers) else 0.0
        return 10.0 * math.log10(mean) if mean > SILENT else SILENCE_DB


def survey(blocks: Iterable[Samples], rate_hz: int, path: Path) -> Survey:
    """Look through a mix.

    Args:
        blocks: ``[n]`` float32 each.
        rate_hz: samples per second.
        path: of the mix, for the error.

    Raises:
        InputError: a sample is infinite or no number.
    """
    column = Column()
    for number, frame in enumerate(framed(blocks, FRAME_S * rate_hz)):
        powers = cell_powers(frame, rate_hz)
        if not np.isfinite(powers).all():
            raise _not_finite(frame, number * FRAME_S, rate_hz, path)
        column.append(powers)
    every = column.values()
    return Survey(every, _speech_dbfs(every))


def _speech_dbfs(powers: NDArray[np.float32]) -> float:
    """Level of what is speech. The gates move with the sound: a quieter mix of it is gated alike."""
    blocks = block_powers(powers)
    if not blocks.size and len(powers):
        blocks = powers.mean(keepdims=True, dtype=np.float64)
    most = float(blocks.max(initial=0.0))
    if most < SILENT:
        return SILENCE_DB
    loud = blocks[blocks > FAR_BELOW * most]
    return 10.0 * math.log10(loud[loud > RELATIVE_GATE * loud.mean()].mean())


def _not_finite(frame: Samples, start_s: int, rate_hz: int, path: Path) -> InputError:
    place = start_s + int(np.argmin(np.isfinite(frame))) / rate_hz
    return InputError(
        f"the mix holds samples that are infinite or no number, first at {place:.3f} s",
        where=str(path),
        next_step="find the take that lies there and record it again, or mend the file that it was made from",
    )
