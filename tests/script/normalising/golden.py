"""damga's published cases, and how an answer is compared with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.script.edits import speak
from pipeline.script.normalising import normalise

SETS = Path(__file__).parents[1] / "sets" / "damga"


def cases(language: str) -> Iterator[tuple[str, str]]:
    """Written and spoken, in the order of the file."""
    for line in (SETS / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
        if "\t" in line and not line.startswith("#"):
            written, _, spoken = line.partition("\t")
            yield written, spoken


def kept_aside(language: str, written: str) -> bool:
    """Whether the rules were written without a look at this case: half of them, by their hash."""
    return (hashlib.sha256(f"{language}\t{written}".encode()).digest()[0] >> 4) % 2 == 1


def canonical(said: str) -> str:
    """What counts in a comparison: letters and digits, not case, punctuation or hyphens."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", said.casefold()).split())


def percent(language: str, aside: bool) -> float:
    """How many of a language's cases are said as published, of all or of those kept aside."""
    chosen = [case for case in cases(language) if not aside or kept_aside(language, case[0])]
    right = [canonical(say(written, language)) == canonical(spoken) for written, spoken in chosen]
    return 100 * sum(right) / len(right)


def say(written: str, language: str, kind: str = "paragraph") -> str:
    return speak(written, normalise(written, language, kind=kind))
