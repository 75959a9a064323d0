"""The text of one block as it is gathered from its elements, white space collapsed as HTML does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.script.blocks import Mark, Marking
from pipeline.script.reading.transcript import Span

BLANKS = " \t\n\r\f\v\x85\u2028\u2029"
COLLAPSIBLE = re.compile(f"[\t\n\r\f\v\x85\u2028\u2029][{BLANKS}]*| [{BLANKS}]+")
ODD = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\0-\x08\x0e-\x1f\x7fﬀ-ﬆ]")
"""Soft hyphens, zero-width characters that only direct the setting, control characters; and ligatures. Joiners stay:
they are part of the spelling in Persian and in many Indian scripts."""
LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "ſt", "st"), strict=True))


def plain(text: str) -> str:
    """The text without what only directs its setting, ligatures as letters."""
    return ODD.sub(lambda match: LIGATURES.get(match[0], ""), text) if ODD.search(text) else text


@dataclass(slots=True)
class Run:
    """A block's text so far.

    Attributes:
        is_spaced: white space that follows is none.
        breaks: where lines were broken.
        linked: letters that are a link within the book.
        cells: of the table row.
        line: of the file, where its first text stands.
        open: marks that have not ended: number → marking, value, start.
    """

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    is_spaced: bool = True
    skips: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    linked: int = 0
    cells: int = 0
    line: int | None = None
    open: dict[int, tuple[Marking, str, int]] = field(default_factory=dict)

    def say(self, text: str, line: int | None, skip: str, is_link: bool) -> None:
        """Add text; ``skip`` names the policy by which it is not read."""
        text = COLLAPSIBLE.sub(" ", text)
        if self.is_spaced and text[:1] == " ":
            text = text[1:]
        if not text:
            return
        if self.line is None:
            self.line = line
        start = self.length
        self._add(text)
        self.is_spaced = text[-1] == " "
        if is_link:
            self.linked += len(text)
        if skip:
            if self.skips and self.skips[-1][1] == start and self.skips[-1][2] == skip:
                start = self.skips.pop()[0]
            self.skips.append((start, self.length, skip))

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def space(self) -> None:
        """Part what follows from what precedes."""
        if not self.is_spaced:
            self._add(" ")
            self.is_spaced = True

    def cell(self) -> None:
        """Begin a cell of a table's row."""
        if self.pieces and self.pieces[-1].endswith(" "):
            self.pieces[-1] = self.pieces[-1][:-1]
            self.length -= 1
        if self.cells:
            self._add("\t")
            self.is_spaced = True
        self.cells += 1

    def break_line(self) -> None:
        """A line ends here, if the block turns out to be verse."""
        self.space()
        if self.length:
            self.breaks.append(self.length)

    def point(self, marking: Marking, value: str) -> None:
        """Mark the point reached."""
        self.marks.append(Mark(self.length, self.length, marking, value))

    def end(self, number: int) -> None:
        """End an open mark."""
        marking, value, start = self.open.pop(number)
        if start < self.length:
            self.marks.append(Mark(start, self.length, marking, value))

    def next(self) -> Run:
        """The run that follows, with the marks that are still open."""
        carried = dict(self.open)
        for number in carried:
            self.end(number)
        return Run(open={number: (marking, value, 0) for number, (marking, value, _) in carried.items()})

    def lines(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each line that was broken."""
        return [(a, b) for a, b in pairwise([0, *self.breaks, len(text)]) if text[a:b].strip()]

    def within(self, start: int, end: int) -> tuple[list[Span], list[Mark]]:
        """What is skipped and marked in a stretch, counted from its start."""
        skips = [(max(a, start) - start, min(b, end) - start, p) for a, b, p in self.skips if a < end and b > start]
        marks = [
            Mark(max(mark.start, start) - start, min(mark.end, end) - start, mark.marking, mark.value)
            for mark in self.marks
            if (mark.start < end and mark.end > start) or start <= mark.start == mark.end <= end
        ]
        return skips, sorted(marks, key=lambda mark: mark.start)
