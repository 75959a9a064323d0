"""Abbreviations that end in a full stop, each read only where its neighbours say that it is one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.script.normalising.rules import Rule, Trait

NAME = r"\s[«»\"“„'‘(]*[A-ZÀ-ÖØ-Þ]"
"""What follows a title: a space and a capital."""
FIGURE = r"\s?[\[(]?(?:\d|[IVXLC]{2,}\b|[VX]\b(?!\.?\s[a-z])|I\b(?=[.,;:)]|$)|[ivxl]{1,6}\b[.,;:)]?)"
"""What follows 'number', 'page', 'volume': a digit or a Roman numeral."""
_CLOSED = re.compile(r"[\"”“'’»«)\]]*\s*$")
_NEW_SENTENCE = re.compile(r"[\"”'’»)\]]*\s+[\"“„«»'‘(¿¡]*[A-ZÀ-ÖØ-Þ]")


@dataclass(frozen=True)
class Case:
    """One reading of an abbreviation.

    Attributes:
        said: what is said.
        next: regular expression of what must follow its full stop; empty for anything.
        last: regular expression of what must stand before it (matched at its end); empty for anything.
        ends: it may end a sentence: before a capital its full stop stays one.
    """

    said: str
    next: str = ""
    last: str = ""
    ends: bool = False


def abbreviations(table: Mapping[str, Case | tuple[Case, ...]]) -> tuple[Rule, ...]:
    """Rules for a table: abbreviation without its last full stop → its readings, the first that fits is taken.

    Keys are matched as they are written; a key with a full stop or space in it (``e.g``, ``z. B``) also matches with
    other spacing. A full stop at the end of the text stays.
    """
    cases = {
        _squeezed(key): [_Ready(case) for case in ((readings,) if isinstance(readings, Case) else readings)]
        for key, readings in table.items()
    }

    def read(match: re.Match[str]) -> str | None:
        text, start, end = match.string, *match.span("it")
        for case in found(_squeezed(match["word"])):
            if case.fits(text, start, end):
                return case.said + ("." if case.closes(text, end) else "")
        return None

    def found(word: str) -> Sequence[_Ready]:
        return cases.get(word, ()) or (cases.get(word.capitalize(), ()) if word.isupper() and len(word) > 1 else ())

    several = sorted((key for key in table if re.search(r"[.\s]", key)), key=len, reverse=True)
    rules = [Rule("abbreviation", re.compile(r"(?<![\w.])(?P<it>(?P<word>[^\W\d_]{1,9})\.)(?!\w)"), read, Trait.DOT)]
    if several:
        choices = "|".join(_spaced(key) for key in several)
        rules.insert(
            0, Rule("abbreviation", re.compile(rf"(?<![\w.])(?P<it>(?P<word>{choices})\.)(?!\w)"), read, Trait.DOT)
        )
    return tuple(rules)


class _Ready:
    """A case with its expressions compiled."""

    def __init__(self, case: Case) -> None:
        self.said = case.said
        self._ends = case.ends
        self._next = re.compile(case.next) if case.next else None
        self._last = re.compile(rf"(?:{case.last})$") if case.last else None

    def fits(self, text: str, start: int, end: int) -> bool:
        if self._next and not self._next.match(text, end):
            return False
        return not self._last or self._last.search(text[max(0, start - 60) : start]) is not None

    def closes(self, text: str, end: int) -> bool:
        return bool(_CLOSED.match(text, end) or (self._ends and _NEW_SENTENCE.match(text, end)))


def _squeezed(key: str) -> str:
    return re.sub(r"\s", "", key)


def _spaced(key: str) -> str:
    parts = [re.escape(part) for part in re.split(r"(?<=\.)\s?", key)]
    return r"\s?".join(parts)
