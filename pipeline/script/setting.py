"""What decides how the words of a script are spoken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.engines import Engine
from pipeline.materials import LineKind
from pipeline.production import Policies
from pipeline.script.blocks import Ledger
from pipeline.script.lexicon import Lexicon

EngineOf = Callable[[str], Engine | None]


@dataclass(frozen=True)
class Saying:
    """One sentence about to be spoken.

    Attributes:
        offset: where it begins in the source, for problems and notices.
    """

    language: str
    role: str
    kind: LineKind
    offset: int


@dataclass(frozen=True)
class Setting:
    """One reading of one script.

    Attributes:
        language: BCP 47 tag of what is not marked as another.
        engine_of: a role's engine; None for one that is taken to be able to do everything.
        ledger: where problems and notices go.
    """

    language: str
    lexicon: Lexicon
    policies: Policies
    ledger: Ledger
    engine_of: EngineOf = lambda _role: None
