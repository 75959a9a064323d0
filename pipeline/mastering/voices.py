"""How loud each voice is on a master: its own speech alone, by its marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.audio.decibels import SILENCE_DB
from pipeline.mastering.gating import Powers, block_powers, gated_lufs
from pipeline.materials import Mark
from pipeline.metering.kernels import CELLS_PER_S


def voices_in(marks: Sequence[Mark]) -> list[int]:
    """Which voice each mark is of: a number in order of first appearance, so that names do not matter."""
    roles = list(dict.fromkeys(mark.role for mark in marks))
    return [roles.index(mark.role) for mark in marks]


def voices_lufs(powers: Powers, marks: Sequence[Mark], channels: int) -> list[float]:
    """Integrated loudness of each voice, its spans laid end to end; `SILENCE_DB` where it cannot be told.

    Args:
        powers: K-weighted power of one channel of the master in each 10 ms.
        marks: where each chunk lies.
        channels: that hold the same sound.
    """
    voices = voices_in(marks)
    spans: list[list[Powers]] = [[] for _ in set(voices)]
    for mark, voice in zip(marks, voices, strict=True):
        spans[voice].append(powers[round(mark.start_s * CELLS_PER_S) : round(mark.end_s * CELLS_PER_S)])
    return [round(_loudness(np.concatenate(own), channels), 3) for own in spans]


def _loudness(powers: Powers, channels: int) -> float:
    blocks = block_powers(powers)
    return gated_lufs(blocks * channels) if blocks.size else SILENCE_DB
