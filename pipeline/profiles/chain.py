"""Which stages a master goes through, and with which figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chain:
    """The mastering stages in the order of the signal; None leaves a stage out.

    Attributes:
        high_pass_hz: corner of the high-pass.
    """

    high_pass_hz: float | None = 70.0  # below any voice's fundamental
