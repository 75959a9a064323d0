"""How a text is said, and how many of damga's cases are said as published."""

from __future__ import annotations

from pipeline.edits import speak
from pipeline.script.normalising import normalise
from tests.script.normalising.published import golden, kept_aside, right


def percent(language: str, *, aside: bool) -> float:
    """How many of a language's cases are said as published, of all or of those kept aside."""
    chosen = [case for case in golden(language) if not aside or kept_aside(case)]
    return 100 * sum(right(case, say(case.written, language)) for case in chosen) / len(chosen)


def say(written: str, language: str, kind: str = "paragraph") -> str:
    return speak(written, normalise(written, language, kind=kind))
