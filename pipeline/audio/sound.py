"""Sound in memory: mono float32 samples and their rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sound:
    """Mono audio.

    Attributes:
        samples: ``[n]`` float32, full scale is -1.0 … +1.0.
        rate_hz: samples per second.
    """

    samples: Samples
    rate_hz: int

    def __post_init__(self) -> None:
        assert self.samples.ndim == 1 and self.samples.dtype == np.float32, (
            f"Sound wants [n] float32, got {self.samples.dtype} {self.samples.shape}"
        )

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz
