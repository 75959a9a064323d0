"""What a reading may choose of how Bark draws its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.errors import InputError


@dataclass(frozen=True)
class Sampling:
    """How Bark draws its tokens. A temperature of 0 takes the likeliest token.

    Attributes:
        text_temperature: of the semantic stage.
        waveform_temperature: of the coarse stage.
        fine_temperature: of the fine stage.
        min_eos_p: the semantic stage ends once the end's probability reaches this; 0: only when the end is drawn.
        text_top_k: semantic tokens are drawn from the likeliest so many; 0: from all.
        text_top_p: … from the likeliest whose probabilities sum up to this; 1: from all.
        waveform_top_k: the coarse stage's.
        waveform_top_p: the coarse stage's.
        max_s: seconds after which the reading is cut off; 0: only at the model's own 15.4 s.
    """

    text_temperature: float = 0.6
    waveform_temperature: float = 0.6
    fine_temperature: float = 0.5
    min_eos_p: float = 0.05
    text_top_k: float = 0.0
    text_top_p: float = 1.0
    waveform_top_k: float = 0.0
    waveform_top_p: float = 1.0
    max_s: float = 0.0

    def changed(self, pairs: Sequence[tuple[str, object]]) -> Sampling:
        """With a reading's own options.

        Raises:
            InputError: an unknown option or a value out of range.
        """
        for name, value in pairs:
            if name not in self.__dataclass_fields__:
                raise InputError(
                    f"Bark has no sampling option '{name}'",
                    next_step=f"use one of: {', '.join(self.__dataclass_fields__)}",
                )
            top = HIGHEST[name]
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= top:
                raise InputError(f"Bark's {name} must be a number between 0 and {top:g}, not {value!r}")
        return replace(self, **{name: float(value) for name, value in pairs})  # type: ignore[arg-type]


HIGHEST = {
    "text_temperature": 2.0,
    "waveform_temperature": 2.0,
    "fine_temperature": 2.0,
    "min_eos_p": 1.0,
    "text_top_k": 10_000.0,
    "text_top_p": 1.0,
    "waveform_top_k": 1_024.0,
    "waveform_top_p": 1.0,
    "max_s": 15.4,
}
"""The largest value of each option; the smallest is 0."""
