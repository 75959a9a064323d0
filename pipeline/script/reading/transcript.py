"""What has been taken out of a document so far: the source text, its blocks, and what becomes of what is in none."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Place
from pipeline.materials import Source
from pipeline.script.blocks import Block, Entry, Ledger, Mark, Marking, Sort
from pipeline.script.reading.vocabulary import ORNAMENT

WORD = re.compile(r"[^\W_]")
Span = tuple[int, int, str]
"""Start, end and the name of the policy by which it is skipped."""


@dataclass(slots=True)
class Draft:
    """A block before the book's structure is known: as `Block`, and what tells the structure.

    Attributes:
        level: of a heading, as the document has it.
        file: index of the file in the book.
        is_link: whether all of it is a link within the book, as in a table of contents.
        names: class and id of its element.
    """

    sort: Sort
    text: str
    offsets: Sequence[int]
    marks: tuple[Mark, ...]
    level: int
    language: str
    note: str
    section: str
    start: int
    file: int = 0
    is_link: bool = False
    names: str = ""
    chapter: str | None = None

    def block(self) -> Block:
        return Block(
            self.sort, self.text, self.offsets, self.marks, self.level, language=self.language, note=self.note,
            section=self.section, chapter=self.chapter, start=self.start,
        )  # fmt: skip

    @property
    def end(self) -> int:
        return self.offsets[-1] + 1 if len(self.offsets) else self.start


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run of text stands in the document; what its block will say of it."""

    sort: Sort
    level: int = 0
    language: str = ""
    note: str = ""
    section: str = "body"
    is_link: bool = False
    names: str = ""
    file: int = 0


@dataclass
class Transcript:
    """The source text as it grows, line by line."""

    length: int = 0
    drafts: list[Draft] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    markups: list[tuple[int, int]] = field(default_factory=list)
    skips: list[Span] = field(default_factory=list)
    notices: list[tuple[str, int]] = field(default_factory=list)
    problems: list[tuple[str, int, str]] = field(default_factory=list)

    def add(
        self, text: str, skips: Sequence[Span], marks: Sequence[Mark], manner: Manner, place: Place
    ) -> Draft | None:
        """One more line of the source text, and its block if there is a word to read in it.

        Args:
            text: white space collapsed; without a line feed.
            skips: stretches of ``text`` that are not read, in order.
            marks: in ``text``.
        """
        start = self.length
        self.parts.append(text)
        self.parts.append("\n")
        self.length += len(text) + 1
        self.starts.append(start)
        self.places.append(place)
        skips = _with_surroundings(text, skips) if skips else skips
        kept = _kept(text, skips)
        if not WORD.search(kept):
            return self._wordless(text, kept, skips, start, manner)
        self.skips += [(start + a, start + b, policy) for a, b, policy in skips]
        offsets: Sequence[int] = range(start, start + len(text))
        if skips:
            offsets = array("I", _kept_offsets(start, len(text), skips))
            marks = _moved(marks, skips)
        return self._draft(manner, kept, offsets, tuple(marks), start)

    def scene_break(self, start: int, section: str, file: int) -> None:
        """A break between scenes; several in a row are one."""
        if self.drafts and self.drafts[-1].sort is not Sort.BREAK:
            self._draft(Manner(Sort.BREAK, section=section, file=file), "", range(0), (), start)

    def _wordless(self, text: str, kept: str, skips: Sequence[Span], start: int, manner: Manner) -> Draft | None:
        pages = [(a, b) for a, b, policy in skips if policy == "page_numbers"]
        if pages and len(pages) == len(skips):
            a, b = pages[0][0], pages[-1][1]
            self.markups += [(start, start + a), (start + b, start + len(text))]
            page = Manner(Sort.PAGE, section=manner.section, file=manner.file)
            return self._draft(page, text[a:b], range(start + a, start + b), (), start)
        self.skips += [(start + a, start + b, policy) for a, b, policy in skips]
        position = 0
        for a, b, _ in [*skips, (len(text), len(text), "")]:
            self.markups.append((start + position, start + a))
            position = b
        if kept.strip() and ORNAMENT.fullmatch(kept) and not manner.note:
            self.scene_break(start, manner.section, manner.file)
        return None

    def _draft(self, manner: Manner, text: str, offsets: Sequence[int], marks: tuple[Mark, ...], start: int) -> Draft:
        draft = Draft(
            manner.sort, text, offsets, marks, manner.level, manner.language, manner.note, manner.section, start,
            manner.file, manner.is_link, manner.names,
        )  # fmt: skip
        self.drafts.append(draft)
        return draft

    def ledger(self, path: Path) -> Ledger:
        """The source text closed, with what is known of its characters."""
        source = Source(path, "".join(self.parts), tuple(self.starts) or (0,), tuple(self.places))
        ledger = Ledger(source)
        for start, end in self.markups:
            ledger.markup(start, end)
        for start, end, policy in self.skips:
            ledger.skip(start, end, policy)
        for what, offset in self.notices:
            ledger.notice(what, offset)
        for what, offset, next_step in self.problems:
            ledger.problem(what, offset, next_step)
        return ledger

    def entry(self, title: str, index: int) -> Entry:
        """A line of the table of contents for what begins with the draft of that index."""
        return Entry(title, self.drafts[index].start if index < len(self.drafts) else max(self.length - 1, 0))


def _with_surroundings(text: str, skips: Sequence[Span]) -> list[Span]:
    """Note references with the brackets around them, and with the blank before them where another one follows."""
    wider: list[Span] = []
    for start, end, policy in skips:
        a, b = start, end
        if policy == "note_references":
            if text[a - 1 : a] in ("[", "(") and text[b : b + 1] in ("]", ")"):
                a, b = a - 1, b + 1
            if text[a - 1 : a] == " " and (b == len(text) or text[b] in " .,;:!?…)”’»"):
                a -= 1
        if wider and wider[-1][1] >= a and wider[-1][2] == policy:
            wider[-1] = (wider[-1][0], b, policy)
        else:
            wider.append((max(a, wider[-1][1]) if wider else max(a, 0), b, policy))
    return wider


def _kept(text: str, skips: Sequence[Span]) -> str:
    if not skips:
        return text
    pieces, position = [], 0
    for start, end, _ in skips:
        pieces.append(text[position:start])
        position = end
    return "".join([*pieces, text[position:]])


def _kept_offsets(base: int, length: int, skips: Sequence[Span]) -> list[int]:
    offsets: list[int] = []
    position = 0
    for start, end, _ in skips:
        offsets += range(base + position, base + start)
        position = end
    return [*offsets, *range(base + position, base + length)]


def _moved(marks: Sequence[Mark], skips: Sequence[Span]) -> list[Mark]:
    """Marks in the text that is left when the skipped stretches are gone."""
    ends = [end for _, end, _ in skips]
    gone = [0]
    for start, end, _ in skips:
        gone.append(gone[-1] + end - start)

    def moved(position: int) -> int:
        index = bisect_right(ends, position)
        inside = max(position - skips[index][0], 0) if index < len(skips) else 0
        return position - gone[index] - inside

    placed = [Mark(moved(mark.start), moved(mark.end), mark.marking, mark.value) for mark in marks]
    points = (Marking.NOTE, Marking.PAUSE)
    return [mark for mark in placed if mark.end > mark.start or mark.marking in points]
