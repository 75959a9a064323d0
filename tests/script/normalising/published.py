"""Published cases of text normalisation, and how an answer is compared with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SETS = Path(__file__).parents[1] / "sets"
LANGUAGES = ("en", "de", "es", "fr", "it", "pt")


class Case(NamedTuple):
    language: str
    sort: str
    written: str
    spoken: str


def cases(language: str) -> Iterator[Case]:
    """NeMo's cases of a language, in the order of the files."""
    for path in sorted((SETS / "nemo" / language).glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "~" in line:
                first, _, second = line.partition("~")
                yield Case(language, path.stem, *((second, first) if language == "de" else (first, second)))


def golden(language: str) -> Iterator[Case]:
    """damga's cases of a language; none where it has none."""
    path = SETS / "damga" / f"{language}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if "\t" in line and not line.startswith("#"):
            written, spoken = line.split("\t")[:2]
            yield Case(language, "golden", written, spoken)


def kept_aside(case: Case) -> bool:
    """Whether the rules were written without a look at this case: by the hash of its language and written form.

    English and German keep a quarter aside, the others a half.
    """
    key = case.spoken if case.language == "de" and case.sort != "golden" else case.written
    first = hashlib.sha256(f"{case.language}\t{key}".encode()).digest()[0]
    return first % 4 == 3 if case.language in ("en", "de") else (first >> 4) % 2 == 1


def canonical(said: str, language: str) -> str:
    """What counts in a comparison: letters and digits, not case, punctuation or hyphens.

    English 'and' does not count (one hundred and five, one hundred five); German compounds may be written apart, with
    'ein' before hundert and tausend or without; letters that are spelled may stand apart or together (FBI, F B I).
    """
    said = re.sub(r"[^\w\s]|_", " ", said.lower().replace("’", "'"))
    if language == "en":
        said = re.sub(r"\band\b", " ", said)
    said = " ".join(said.split())
    if language == "de":
        return re.sub("ein(?=hundert|tausend)", "", said.replace(" ", "").replace("ß", "ss"))
    return re.sub(r"(?<=\b\w) (?=\w\b)", "", said)


def right(case: Case, answer: str) -> bool:
    """Whether ``answer`` is what was published, or one of the readings (parted by ``~``) that were."""
    answer = canonical(answer, case.language)
    return any(answer == canonical(spoken, case.language) for spoken in case.spoken.split("~"))
