"""The error that asks for a new recording."""

from __future__ import annotations

from pipeline.errors import ProductionError


class TakeLost(ProductionError):
    """A take is not in the vault any more, or its sound is damaged; recorded again, the chapter can be mixed.

    Attributes:
        key: the take's key in the vault's ``takes`` room.
        slate: its human label.
    """

    def __init__(self, key: str, slate: str) -> None:
        super().__init__(
            f"take {key} is not in the vault",
            where=slate,
            next_step="run the same command again: the take is recorded anew",
        )
        self.key = key
        self.slate = slate

    def __reduce__(self) -> tuple[object, ...]:
        return TakeLost, (self.key, self.slate)
