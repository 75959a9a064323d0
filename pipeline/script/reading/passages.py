"""Lines of a script gathered into headings, paragraphs, role lines and breaks; the same for every format."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from pipeline.production import NARRATOR
from pipeline.script import blocks
from pipeline.script.blocks import Block, Ledger, Marking
from pipeline.script.words import has_words

MASK = "\0"
"""Stands where a comment was, so that offsets stay; no script holds one."""

_NAME = r"(?P<name>[^\W_][\w .'’-]{0,39}?)"
_MANNER = r"(?:[ \t]*\((?P<manner>[^()\n]{1,60})\))?"
CUE = re.compile(
    rf"[\s\0]*(?P<bold>\*\*|__)?{_NAME}{_MANNER}(?P<dual>[ \t]*\^)?"
    r"(?(bold)(?::(?P=bold)|(?P=bold)[ \t]*:)|[ \t]*:)(?:[ \t\0]+|$)"
)
CUE_ALONE = re.compile(rf"[\s\0]*{_NAME}{_MANNER}(?P<dual>[ \t]*\^)?[\s\0]*$")
DELIVERY = re.compile(r"[\s\0]*\((?P<manner>[^\W\d_][^()\n.!?:]{0,59})\)(?P<alone>[\s\0]*$|[ \t]+)")
EXTENSION = re.compile(r"V\.?O\.?|O\.?[SC]\.?|CONT['’]?D\.?|CONTINUED|OFF|SUBTITLED?", re.IGNORECASE)
"""What screenplays write behind a name and nobody hears: voice over, off screen, off camera, continued."""


class Sort(Enum):
    """What a line of the file is."""

    BLANK = auto()
    TEXT = auto()
    ITEM = auto()  # begins a paragraph though no blank line precedes it
    NOTE = auto()  # begins a note, likewise
    CAPTION = auto()  # likewise
    HEADING = auto()
    BREAK = auto()
    TABLE = auto()  # a row
    VERSE = auto()


_OPENING = (Sort.ITEM, Sort.NOTE, Sort.CAPTION)
_ALONE = (Sort.HEADING, Sort.BREAK, Sort.TABLE, Sort.VERSE)


@dataclass(frozen=True)
class ScriptLine:
    """One line of the file, structural markup left out: characters ``start`` … ``end`` of the text."""

    sort: Sort
    start: int
    end: int
    level: int = 0
    note: str = ""


@dataclass(frozen=True)
class Passage:
    """A heading, a paragraph or role line, a row, or a break.

    Attributes:
        sort: any but BLANK.
        role: who was named; None for nobody.
        spans: the stretches of text that belong to it, in order; hard wraps lie between them.
        start: offset of its first character, a role's name included.
        level: of a heading, 1 … 6.
        delivery: how the role says it; empty for as usual.
        note: the note's id.
    """

    sort: Sort
    role: str | None
    spans: tuple[tuple[int, int], ...]
    start: int
    level: int = 0
    delivery: str = ""
    note: str = ""


def gather(
    lines: Iterable[ScriptLine],
    text: str,
    roles: Collection[str],
    ledger: Ledger,
    *,
    aliases: Mapping[str, str] | None = None,
    strict: bool = False,
) -> Iterator[Passage]:
    """Passages of a script. Unknown roles become problems in the ledger.

    A role is named by ``NAME:`` or ``NAME (delivery):`` at the beginning of a line, or by its name alone on a line
    that text follows directly.

    Args:
        aliases: other names of roles.
        strict: in a production with several roles, any line in capitals that begins a paragraph and has text
            directly below names a role; otherwise only the names of the cast do.
    """
    strict = strict and any(role != NARRATOR for role in roles)
    gathering = _Gathering(text, roles, aliases or {}, strict, ledger)
    given = list(lines)
    for line, following in zip(given, [*given[1:], None], strict=False):
        yield from gathering.take(line, following)
    yield from gathering.close()


@dataclass
class _Gathering:
    text: str
    roles: Collection[str]
    aliases: Mapping[str, str]
    strict: bool
    ledger: Ledger
    opened: Passage | None = None
    spans: list[tuple[int, int]] = field(default_factory=list)
    is_block: bool = False  # the role was named on a line of its own
    delivery: str = ""  # of the line '(whispering)' above a role's line

    def take(self, line: ScriptLine, following: ScriptLine | None) -> Iterator[Passage]:
        if line.sort in _ALONE:
            yield from self.close()
            yield Passage(line.sort, None, ((line.start, line.end),), line.start, line.level)
        elif line.sort is Sort.BLANK:
            yield from self.close()
        elif cue := self._cue(line, following):
            yield from self.close()
            self._call(cue, line)
        elif delivery := self._delivery(line, following):
            yield from self._turn(delivery, line, following)
        else:
            if line.sort in _OPENING or self.opened is None:
                yield from self.close()
                self.opened = Passage(line.sort, None, (), line.start, note=line.note)
            self._doubt(line)
            self._add(line.start, line.end)

    def _doubt(self, line: ScriptLine) -> None:
        """``Anna:`` where ANNA is cast may be prose, and may not."""
        match = CUE.match(self.text, line.start, line.end)
        if match is not None and match["name"].upper() in tuple(self.roles):  # as listed, not as anybody may be
            name = match["name"]
            what = f"'{name}:' is read by the narrator; the role is written as in the cast, {name.upper()}:"
            self.ledger.notice(what, match.start("name"))

    def close(self) -> Iterator[Passage]:
        if self.opened is not None:
            yield replace(self.opened, spans=tuple(self.spans) or ((self.opened.start, self.opened.start),))
        self.opened, self.spans, self.is_block = None, [], False

    def _add(self, start: int, end: int) -> None:
        assert self.opened is not None
        if self.opened.role is not None and not self.spans and (match := _manner(self.text, start, end)):
            self.ledger.markup(start, match.end())
            self.opened = replace(self.opened, delivery=match["manner"])
            start = match.end()
        if start < end:
            self.spans.append((start, end))

    def _turn(self, delivery: str, line: ScriptLine, following: ScriptLine | None) -> Iterator[Passage]:
        """A line ``(whispering)``: for the line of a role below it, or for what the role says from here on."""
        self.ledger.markup(line.start, line.end)
        if self.opened is None or (following is not None and self._cue(following, None)):
            yield from self.close()
            self.delivery = delivery
            return
        role, is_block = self.opened.role, self.is_block
        if self.spans:
            yield from self.close()
            self.opened, self.is_block = Passage(Sort.TEXT, role, (), line.start), is_block
        self.opened = replace(self.opened, delivery=delivery)

    def _delivery(self, line: ScriptLine, following: ScriptLine | None) -> str:
        match = _manner(self.text, line.start, line.end)
        if line.sort is not Sort.TEXT or match is None or match.end() < line.end:
            return ""
        if following is not None and self._cue(following, None) is not None:
            return match["manner"]
        is_inside = self.opened is not None and self.opened.role is not None and (self.is_block or not self.spans)
        return match["manner"] if is_inside and following is not None and following.sort is Sort.TEXT else ""

    def _cue(self, line: ScriptLine, following: ScriptLine | None) -> re.Match[str] | None:
        """The role that a line names. A name without capitals (太郎) counts when it is in the cast."""
        if line.sort not in (Sort.TEXT, Sort.ITEM) or line.note:
            return None
        match = CUE.match(self.text, line.start, line.end)
        if match is not None:
            is_shouted = _is_shouted(match["name"]) and (match["bold"] is None or self.strict)
            if is_shouted or self._is_cast(match["name"]):
                return match
        if line.sort is Sort.ITEM or following is None or following.sort is not Sort.TEXT:
            return None
        match = CUE_ALONE.match(self.text, line.start, line.end)
        if match is None or self._is_cast(match["name"]):
            return match
        below = self.text[following.start : following.end]
        is_name = len(match["name"]) > 1 and _is_shouted(match["name"]) and not match["name"].endswith(".")
        is_cue = self.strict and self.opened is None and is_name and below != below.upper()
        return match if is_cue or (is_name and self.opened is None and self._near(match["name"], 0.85)) else None

    def _call(self, cue: re.Match[str], line: ScriptLine) -> None:
        name, start = cue["name"], cue.start("name")
        self.ledger.markup(line.start, cue.end())
        manner = cue["manner"] or ""
        delivery = "" if EXTENSION.fullmatch(manner) else manner
        self.opened = Passage(line.sort, self.aliases.get(name, name), (), start, delivery=delivery or self.delivery)
        self.is_block, self.delivery = cue.re is CUE_ALONE, ""
        self._check(name, start)
        if cue["dual"]:
            step = f"write '{name}:' without the '^'; the lines are then spoken one after the other"
            self.ledger.problem("two roles cannot speak at the same time", start, step)
        if cue.end() < line.end:
            self._add(cue.end(), line.end)

    def _check(self, name: str, offset: int) -> None:
        if self._is_cast(name):
            return
        near = self._near(name, 0.6)
        guess = f"did you mean {near}? Otherwise " if near else ""
        text = f"end the line with '\\' if it is text and {name}" if self.is_block else f"write '{name}\\:' if nobody"
        end = " is nobody" if self.is_block else " of that name speaks"
        step = f"{guess}add {name} to 'cast:' in the production file, or {text}{end}"
        self.ledger.problem(f"the cast has no role {name}", offset, step)

    def _is_cast(self, name: str) -> bool:
        return name in self.roles or name in self.aliases or name == NARRATOR

    def _near(self, name: str, likeness: float) -> str:
        return next(iter(difflib.get_close_matches(name, sorted({*self.roles, NARRATOR}), 1, likeness)), "")


def _is_shouted(name: str) -> bool:
    return name == name.upper() and any(letter.isupper() for letter in name)


def _manner(text: str, start: int, end: int) -> re.Match[str] | None:
    """A delivery note ``(whispering)``. It begins with a small letter: ``(I never liked him.)`` is text."""
    match = DELIVERY.match(text, start, end)
    return match if match is not None and not match["manner"][0].isupper() else None


def settled(block: Block, ledger: Ledger) -> Block:
    """A block as it goes into a document.

    Ornaments without a letter or digit are markup; a block of nothing else is a scene break, or a cue where pauses,
    sounds or cues stand in it. A language that holds for the whole text is the block's. A heading or a role's line
    without words is a problem.
    """
    if has_words(block.text):
        return _spoken_in_one_language(block)
    for offset in block.offsets:
        ledger.markup(offset, offset + 1)
    points = tuple(replace(mark, start=0, end=0) for mark in block.marks if mark.start == mark.end)
    if block.sort is blocks.Sort.HEADING:
        ledger.problem("a heading without words", block.start, "give it words, or delete it")
    elif block.role is not None and not points:
        step = f"write words after '{block.role}:'"
        ledger.problem(f"{block.role} has nothing to say", block.start, step)
    sort = blocks.Sort.CUE if points else blocks.Sort.BREAK
    return Block(sort, marks=points, role=block.role, delivery=block.delivery, start=block.start)


def _spoken_in_one_language(block: Block) -> Block:
    begin, end = len(block.text) - len(block.text.lstrip()), len(block.text.rstrip())
    for mark in block.marks:
        if mark.marking is Marking.LANGUAGE and (mark.start, mark.end) == (begin, end):
            return replace(
                block, language=mark.value, marks=tuple(other for other in block.marks if other is not mark)
            )
    return block
