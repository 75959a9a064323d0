"""Levels the voices of a chapter: engines and voices differ by 6 dB and more, and a listener has one volume knob."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pyloudnorm

from pipeline.audio.sound import Samples

ENOUGH_S = 120.0  # of a role's speech: its loudness moves by less than 0.5 LU with more
LEAST_S = 0.4  # one gating block of ITU-R BS.1770
MOST_DB = 12.0


class VoiceLevels:
    """The loudness of each role, from its first two minutes of speech in a chapter.

    Args:
        rate_hz: of the clips.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._clips: dict[str, list[Samples]] = defaultdict(list)
        self._frames: dict[str, int] = defaultdict(int)

    def hear(self, role: str, clip: Samples) -> None:
        """Add a trimmed clip ``[n]`` of a role."""
        if self._frames[role] < ENOUGH_S * self._rate_hz:
            self._clips[role].append(clip)
        self._frames[role] += len(clip)

    def gains_db(self) -> dict[str, float]:
        """What to change each role by so that all are as loud as the one that speaks most, within ±12 dB.

        Loudness is integrated loudness by ITU-R BS.1770-5. A role too short to be measured stays as it is.
        """
        loudness = {role: self._loudness(role) for role in self._clips}
        leading = max(self._frames, key=lambda role: self._frames[role])
        target = loudness[leading]
        return {
            role: float(np.clip(target - level, -MOST_DB, MOST_DB)) if math.isfinite(target - level) else 0.0
            for role, level in loudness.items()
        }

    def _loudness(self, role: str) -> float:
        speech = np.concatenate(self._clips[role]).astype(np.float64)
        if len(speech) < LEAST_S * self._rate_hz:
            return math.nan
        return float(pyloudnorm.Meter(self._rate_hz, filter_class="DeMan").integrated_loudness(speech))
