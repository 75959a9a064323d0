"""Lines of a script gathered into headings, paragraphs, role lines and breaks; the same for every format."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from pipeline.production import NARRATOR
from pipeline.script.blocks import Ledger

MASK = "\0"
"""Stands where a comment was, so that offsets stay; no script holds one."""

CUE = re.compile(r"[\s\0]*(?P<name>[^\W_][\w .'’-]{0,39}?)[ \t]*:(?:[ \t\0]+|$)")


class Sort(Enum):
    """What a line of the file is."""

    BLANK = auto()
    TEXT = auto()
    ITEM = auto()  # begins a paragraph though no blank line precedes it
    HEADING = auto()
    BREAK = auto()


@dataclass(frozen=True)
class ScriptLine:
    """One line of the file, structural markup left out: characters ``start`` … ``end`` of the text."""

    sort: Sort
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True)
class Passage:
    """A heading, a paragraph or role line, or a break.

    Attributes:
        sort: HEADING, TEXT or BREAK.
        role: who was named; None for nobody.
        spans: the stretches of text that belong to it, in order; hard wraps lie between them.
        start: offset of its first character, markup included.
        level: of a heading, 1 … 6.
    """

    sort: Sort
    role: str | None
    spans: tuple[tuple[int, int], ...]
    start: int
    level: int = 0


def gather(lines: Iterable[ScriptLine], text: str, roles: Collection[str], ledger: Ledger) -> Iterator[Passage]:
    """Blocks of a script. Unknown roles become problems in the ledger."""
    spans: list[tuple[int, int]] = []
    role, start = None, 0
    for line in lines:
        cue = _cue(line, text, roles)
        joins = line.sort is Sort.TEXT and cue is None and spans
        if not joins:
            if spans:
                yield Passage(Sort.TEXT, role, tuple(spans), start)
            spans, role, start = [], None, line.start
        if line.sort in (Sort.HEADING, Sort.BREAK):
            yield Passage(line.sort, None, ((line.start, line.end),), line.start, line.level)
        elif line.sort is not Sort.BLANK:
            begin = line.start
            if cue is not None:
                role, begin = cue["name"], cue.end()
                start = cue.start("name")
                ledger.markup(line.start, begin)
                _check_role(role, start, roles, ledger)
            spans.append((begin, line.end))
    if spans:
        yield Passage(Sort.TEXT, role, tuple(spans), start)


def _cue(line: ScriptLine, text: str, roles: Collection[str]) -> re.Match[str] | None:
    """The ``NAME:`` that a line begins with. A name without capitals (太郎) counts when it is in the cast."""
    if line.sort not in (Sort.TEXT, Sort.ITEM):
        return None
    match = CUE.match(text, line.start, line.end)
    if match is None:
        return None
    name = match["name"]
    shouted = name == name.upper() and any(letter.isupper() for letter in name)
    return match if shouted or name in roles else None


def _check_role(name: str, offset: int, roles: Collection[str], ledger: Ledger) -> None:
    if name in roles or name == NARRATOR:
        return
    near = difflib.get_close_matches(name, sorted({*roles, NARRATOR}), 1)
    guess = f"did you mean {near[0]}? Otherwise " if near else ""
    ledger.problem(
        f"the cast has no role {name}",
        offset,
        f"{guess}add {name} to 'cast:' in the production file, or write '{name}\\:' if nobody of that name speaks",
    )
