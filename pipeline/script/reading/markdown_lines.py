"""The lines of script Markdown sorted: headings, breaks, items, quotations, tables, verse, notes."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise, takewhile

from pipeline.script.blocks import Ledger
from pipeline.script.reading.passages import CUE, MASK, ScriptLine, Sort
from pipeline.script.reading.source import rows

HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
HEADING_TAIL = re.compile(
    r"(?:(?<=[ \t])#+)?[ \t]*(?:(?<=[ \t])\{(?:[ \t]*(?:[.#][^\s{}]+|[\w:-]+=[^\s{}]+|-))+[ \t]*\})?[ \t]*$"
)
BREAK = re.compile(r"\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
UNDERLINE = re.compile(r" {0,3}(?:(=+)|-{3,})[ \t]*")
DIV = re.compile(r" {0,3}:{3,}[ \t]*(?:\{[^{}]*\}|[\w.-]+)?[ \t]*:*")
RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
GRID = re.compile(r"[ \t]*\+(?:[-=:]+\+)+[ \t]*")
COLUMNS = re.compile(r"[ \t]*-{3,}(?:[ \t]+-{3,})+[ \t]*")
VERSE = re.compile(r"[ \t]{0,3}\|(?:[ \t]+|$)")
CAPTION = re.compile(r"[ \t]{0,3}(?:[Tt]able)?:[ \t]+(?=\S)")
NOTE = re.compile(r" {0,3}\[\^([^\]\[\s]+)\]:[ \t]*")
QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
BULLET = re.compile(r"[ \t]*[-+*][ \t]+(?=\S)")
NUMBER = re.compile(r"[ \t]*\d{1,3}[.)][ \t]+(?=\S)")
BAR = re.compile(r"(?<!\\)\|")


def lines(text: str, begin: int, ledger: Ledger) -> list[ScriptLine]:
    """The lines of a masked script, sorted. What cannot be read aloud becomes a problem and is left out."""
    sorting = _Sorting(text, begin, ledger)
    while sorting.index < len(sorting.rows):
        sorting.step()
    return sorting.found


class _Sorting:
    """The lines of a file on their way; ``index`` is that of the line in hand."""

    def __init__(self, text: str, begin: int, ledger: Ledger) -> None:
        self.ledger = ledger
        self.starts = list(rows(text, begin))
        self.rows = [text[start:end].replace(MASK, " ").rstrip() for start, end in self.starts]
        self.is_comment = [not row and MASK in text[s:e] for row, (s, e) in zip(self.rows, self.starts, strict=True)]
        self.index = 0
        self.found: list[ScriptLine] = []
        self.is_listed = False
        self.note = ""  # the one whose paragraphs may go on

    def step(self) -> None:
        row, (start, _) = self.rows[self.index], self.starts[self.index]
        if self.is_comment[self.index]:
            self.index += 1  # a line that holds only a comment parts no paragraph
            return
        if not (self._table(row) or self._fence(row, start) or self._underline(row, start)):
            line = self._sort(row, start, start + len(row))
            self.is_listed = line.sort is Sort.ITEM or (self.is_listed and line.sort is Sort.TEXT)
            self._add(line)

    def _add(self, *added: ScriptLine) -> None:
        self.found += added
        self.index += 1

    def _row(self, index: int) -> str:
        return self.rows[index] if index < len(self.rows) else ""

    def _is_table(self, index: int) -> bool:
        """Whether a table's header stands here: a row with a bar, and below it a rule of as many columns."""
        head, rule = self._row(index), self._row(index + 1)
        if "|" not in head or "-" not in rule or not RULE.fullmatch(rule):
            return False
        return len(cells(head)) == len(cells(rule)) and ("|" in rule or head.lstrip().startswith("|"))

    def _table(self, row: str) -> bool:
        if not self._is_table(self.index):
            return False
        rule = self.index + 1
        while "|" in (row := self._row(self.index)) or self.index == rule:
            start, end = self.starts[self.index]
            if self.index == rule:
                self.ledger.markup(start, end)
                self.index += 1
            else:
                self._add(ScriptLine(Sort.TABLE, start, start + len(row)))
        self.note = ""
        return True

    def _fence(self, row: str, start: int) -> bool:
        offset = start + len(row) - len(row.lstrip())
        if fence := FENCE.match(row):
            step = "say in prose what it holds, or put it in <!-- -->"
            self.ledger.problem("a code fence cannot be read aloud", offset, step)
            end = re.compile(rf"\s*{re.escape(fence[1][0])}{{{len(fence[1])},}}\s*")
        elif GRID.fullmatch(row) or (COLUMNS.fullmatch(row) and (self._row(self.index + 1) or self._follows_text())):
            step = "write it with bars, | a | b |, and a rule |---|---| below its first row"
            self.ledger.problem("a table drawn with lines cannot be read", offset, step)
            end = re.compile(r"\s*")
        else:
            return False
        while True:
            self.ledger.markup(*self.starts[self.index])
            self.index += 1
            if self.index >= len(self.rows) or end.fullmatch(self.rows[self.index]):
                break
        self.ledger.markup(*(self.starts[self.index] if self.index < len(self.rows) else (0, 0)))
        self._add(ScriptLine(Sort.BLANK, start, start))
        return True

    def _follows_text(self) -> bool:
        return bool(self.found) and self.found[-1].sort is not Sort.BLANK

    def _underline(self, row: str, start: int) -> bool:
        """``===`` or ``---`` directly below a line makes a heading of it."""
        match = UNDERLINE.fullmatch(row)
        last = self.found[-1] if self.found else None
        if match is None or last is None or last.sort is not Sort.TEXT or last.note:
            return False
        is_single = len(self.found) < 2 or self.found[-2].sort not in (Sort.TEXT, Sort.ITEM, Sort.NOTE)
        if not is_single or CUE.match(self.ledger.source.text, last.start, last.end):
            if match[1] is None:
                return False
            step = "put the heading on one line with '# ' before it"
            self.ledger.problem("an underlined heading of several lines", start, step)
        self.ledger.markup(start, start + len(row))
        self.found[-1] = replace(last, sort=Sort.HEADING, level=1 if match[1] else 2)
        self.index += 1
        return True

    def _sort(self, row: str, start: int, end: int) -> ScriptLine:
        if not row.strip():
            return ScriptLine(Sort.BLANK, start, end)
        if note := NOTE.match(row):
            self.note = note[1]
            self.ledger.markup(start, start + note.start(1))
            self.ledger.skip(start + note.start(1), start + note.end(1), "note_references")
            self.ledger.markup(start + note.end(1), start + note.end())
            return ScriptLine(Sort.NOTE, start + note.end(), end, note=self.note)
        if self.note and not self._follows_text() and not row.startswith(("  ", "\t")):
            self.note = ""
        for sort in (self._quote, self._heading, self._wordless, self._caption, self._verse, self._item):
            if (line := sort(row, start, end)) is not None:
                return line
        return ScriptLine(Sort.TEXT, start, end, note=self.note)

    def _quote(self, row: str, start: int, end: int) -> ScriptLine | None:
        if (quote := QUOTE.match(row)) is None:
            return None
        self.ledger.markup(start, start + quote.end())
        return self._sort(row[quote.end() :], start + quote.end(), end)

    def _heading(self, row: str, start: int, end: int) -> ScriptLine | None:
        if (heading := HEADING.match(row)) is None:
            return None
        tail = HEADING_TAIL.search(row, heading.end())
        stop = max(tail.start() if tail else len(row), heading.end())
        self.ledger.markup(start, start + heading.end())
        self.ledger.markup(start + stop, end)
        return ScriptLine(Sort.HEADING, start + heading.end(), start + stop, len(heading[1]))

    def _wordless(self, row: str, start: int, end: int) -> ScriptLine | None:
        is_break = BREAK.fullmatch(row) is not None
        if not is_break and DIV.fullmatch(row) is None:
            return None
        self.ledger.markup(start, end)
        return ScriptLine(Sort.BREAK if is_break else Sort.BLANK, start, end)

    def _caption(self, row: str, start: int, end: int) -> ScriptLine | None:
        if (caption := CAPTION.match(row)) is None or not self._is_beside_table():
            return None
        self.ledger.markup(start, start + caption.end())
        return ScriptLine(Sort.CAPTION, start + caption.end(), end)

    def _is_beside_table(self) -> bool:
        after = next((line.sort for line in reversed(self.found) if line.sort is not Sort.BLANK), None)
        following = next((i for i in range(self.index + 1, len(self.rows)) if self.rows[i]), len(self.rows))
        return after is Sort.TABLE or self._is_table(following)

    def _verse(self, row: str, start: int, end: int) -> ScriptLine | None:
        if (verse := VERSE.match(row)) is None:
            return None
        self.ledger.markup(start, start + verse.end())
        if verse.end() == len(row):
            return ScriptLine(Sort.BLANK, start, end)
        return ScriptLine(Sort.VERSE, start + verse.end(), end)

    def _item(self, row: str, start: int, end: int) -> ScriptLine | None:
        if bullet := BULLET.match(row):
            self.ledger.markup(start, start + bullet.end())
            return ScriptLine(Sort.ITEM, start + bullet.end(), end, note=self.note)
        # a number is read, and opens an item only where a list is counted: '1984. What a year' may be a hard wrap
        if NUMBER.match(row) and (self.is_listed or self._begins_count(row)):
            return ScriptLine(Sort.ITEM, start, end, note=self.note)
        return None

    def _begins_count(self, row: str) -> bool:
        """Whether ``1.`` begins a paragraph in which ``2.`` begins a line."""
        if self._follows_text() or not re.match(r"[ \t]*1[.)]", row):
            return False
        below = takewhile(bool, self.rows[self.index + 1 :])
        return any(re.match(r"[ \t]*2[.)][ \t]", other) for other in below)


def cells(row: str) -> list[tuple[int, int]]:
    """Start and end of every cell of a row, the bars left out."""
    bars = [match.start() for match in BAR.finditer(row)]
    edges = [-1, *bars, len(row)]
    found = [(start + 1, end) for start, end in pairwise(edges)]
    if len(found) > 1 and not row[slice(*found[0])].strip():
        found = found[1:]
    return found[:-1] if len(found) > 1 and not row[slice(*found[-1])].strip() else found
