"""The files that an engine's sounds come from, by their SHA-256: what a lock file pins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from pipeline.engines import Engine, Settings


@runtime_checkable
class Weighted(Protocol):
    """An engine that has files of weights."""

    def weights(self, settings: Settings) -> Mapping[str, str]:
        """SHA-256 of each file of weights, by its name.

        Raises:
            MissingError: the model is not on this machine.
        """
        ...


def weights_of(engine: Engine, settings: Settings) -> Mapping[str, str]:
    """SHA-256 of each file of an engine's weights, by name; empty for one that has none or does not tell.

    Raises:
        MissingError: the model is not on this machine.
    """
    return engine.weights(settings) if isinstance(engine, Weighted) else {}
