"""PDF with a text layer, as well as it can be read: paragraphs rebuilt from lines, running heads left out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipeline.errors import Place
from pipeline.materials import Source
from pipeline.script.blocks import Block, Document, Entry, Ledger, Mark, Marking, Sort
from pipeline.script.reading.headings import heading_of, key
from pipeline.script.reading.pdf_lines import Bookmark, PageLine, Pages, pages_of, running_lines
from pipeline.script.reading.unwrapping import ENDS, HOLE, STOPS, parted_words
from pipeline.script.words import has_words

LARGER, SMALLER = 1.15, 0.92  # of the size of most letters: a heading; a note at the foot
GAP = 1.45  # of the usual distance of lines: a new paragraph
INDENT = 0.6  # of the size: a first line set in
SHORT = 0.75  # of the usual length of lines: the last one of a paragraph
NOTED = re.compile(r"(?P<key>\d{1,3}|[*†‡§])[.)]?\s*(?=\S)")


def read(path: Path, content: bytes) -> Document:
    """The blocks of a PDF.

    Its source text is its lines, one after the other, ligatures taken apart; places name the page and the line on it.

    Raises:
        ProblemsError: the file is encrypted, damaged, or holds pictures of pages only.
        MissingError: pypdf is not installed.
    """
    pages = pages_of(path, content)
    source = _source(path, pages)
    ledger = Ledger(source)
    ledger.notice("a PDF is read as well as its lines allow: look at the account and at the chapters", 0)
    layout = _Layout(pages, source, ledger)
    blocks = tuple(sorted(layout.blocks(), key=lambda block: block.start))
    return Document(ledger, blocks, tuple(layout.entries()), pages.meta)


def _source(path: Path, pages: Pages) -> Source:
    starts, places = [0], []
    on_page: Counter[int] = Counter()
    for line in pages.lines:
        starts.append(starts[-1] + len(line.text) + 1)
        on_page[line.page] += 1
        places.append(Place(f"{path}, page {line.page + 1}", on_page[line.page]))
    return Source(path, "\n".join(line.text for line in pages.lines), tuple(starts[:-1]), tuple(places))


@dataclass
class _Group:
    """Lines of one block."""

    sort: Sort
    lines: list[int]
    level: int = 0
    note: str = ""
    chapter: str | None = None
    section: str = "body"


class _Layout:
    """What is usual in this PDF, and what is not."""

    def __init__(self, pages: Pages, source: Source, ledger: Ledger) -> None:
        self.lines, self.outline = pages.lines, pages.outline
        self.source, self.ledger = source, ledger
        self.running = running_lines(pages)
        for index, policy in self.running.items():
            ledger.skip(self.start(index), self.end(index), policy)
        body = [index for index in range(len(self.lines)) if index not in self.running]
        sizes = Counter[float]()
        for index in body:
            sizes[self.lines[index].size] += len(self.lines[index].text)
        self.size = sizes.most_common(1)[0][0] if sizes else 10.0
        usual = [index for index in body if self.lines[index].size == self.size]
        self.length = sorted(len(self.lines[index].text) for index in usual)[len(usual) // 2 :][
            : 1 + len(usual) // 4
        ][-1:]
        self.width = self.length[0] if self.length else 60
        self.margins = _margins([self.lines[index] for index in usual])
        self.leading = _leading([self.lines[index] for index in usual], self.size)
        self.notes = self._notes(body)
        self.body = [index for index in body if index not in self.notes]
        self.named = any(heading_of(self.lines[i].text) for i in self.body if self._is_large(i))
        self.titles = self._titles()
        self.begins = self._begins()
        self.marked = self._marked()
        self.masked = self._masked()

    def start(self, index: int) -> int:
        return self.source.starts[index]

    def end(self, index: int) -> int:
        return self.source.starts[index] + len(self.lines[index].text)

    def _notes(self, body: Sequence[int]) -> dict[int, str]:
        """Lines at a page's foot that are set smaller and begin with a note's number: the name of their note."""
        notes: dict[int, str] = {}
        by_page: dict[int, list[int]] = {}
        for index in body:
            by_page.setdefault(self.lines[index].page, []).append(index)
        current = ""
        for page, indices in by_page.items():
            foot: list[int] = []
            for index in reversed(indices):
                if self.lines[index].size > SMALLER * self.size:
                    break
                foot.insert(0, index)
            if len(foot) == len(indices) or not any(NOTED.match(self.lines[index].text) for index in foot):
                continue
            for index in foot:
                match = NOTED.match(self.lines[index].text)
                current = f"{match['key']} on page {page + 1}" if match else current
                if current:
                    notes[index] = current
        return notes

    def _marked(self) -> list[tuple[int, int, str]]:
        """Numbers of notes set small and high: start, end, the note; they are not read."""
        names = set(self.notes.values())
        marked = []
        for index in self.body:
            line = self.lines[index]
            for start, end in line.raised:
                name = f"{line.text[start:end].strip('()[]')} on page {line.page + 1}"
                at = self.start(index)
                self.ledger.skip(at + start, at + end, "note_references")
                marked.append((at + start, at + end, name if name in names else ""))
        return marked

    def _masked(self) -> str:
        """The text with holes for note numbers and for hyphens at the ends of lines, over the ends of pages too."""
        text = list(self.source.text)
        for start, end, _ in self.marked:
            text[start:end] = HOLE * (end - start)
        joined = "\n".join(self.lines[i].text for i in self.body).replace("\u00ad\n", "-\n")
        offsets = [offset for i in self.body for offset in range(self.start(i), self.end(i) + 1)]
        parted = parted_words(joined)
        for start, end, hyphen in parted:
            for position in range(start, end):
                if joined[position] != "\n":
                    text[offsets[position]] = HOLE
            text[offsets[end - 1]] = HOLE
            if hyphen:
                self.ledger.markup(offsets[start], offsets[start] + 1)
        self.glued = {offsets[end - 1] for _, end, _ in parted}
        return "".join(text)

    def blocks(self) -> Iterator[Block]:
        section = "body"
        for group in self._groups():
            if group.level == 1:
                section = group.section
            yield from self._block(group, section)
        for name, lines in self._note_groups():
            yield from self._block(_Group(Sort.NOTE, lines, note=name), "body")

    def _note_groups(self) -> Iterator[tuple[str, list[int]]]:
        groups: dict[str, list[int]] = {}
        for index, name in self.notes.items():
            groups.setdefault(name, []).append(index)
        yield from groups.items()

    def _groups(self) -> Iterator[_Group]:
        titles = self.titles
        ranks = sorted({self.lines[i].size for i in self.body if self._is_large(i)}, reverse=True)
        group: _Group | None = None
        for position, index in enumerate(self.body):
            before = self.body[position - 1] if position else None
            level = self._level(index, before, titles, ranks)
            if level:
                joins = (
                    group is not None
                    and group.sort is Sort.HEADING
                    and index not in titles
                    and self._follows(before, index)
                )
                if joins and group is not None:
                    group.lines.append(index)
                    continue
                if group is not None:
                    yield group
                found = heading_of(self.lines[index].text)
                group = _Group(Sort.HEADING, [index], level, section=found.section if found else "body")
                group.chapter = titles[index].title if index in titles and level == 1 else None
            elif group is None or before is None or index in self.begins or self._parts(group, before, index):
                if group is not None:
                    yield group
                group = _Group(Sort.PARAGRAPH, [index], chapter=self.begins.get(index))
            else:
                group.lines.append(index)
        if group is not None:
            yield group

    def _titles(self) -> dict[int, Bookmark]:
        """The line on its page that says what an entry of the outline says."""
        titles: dict[int, Bookmark] = {}
        for mark in self.outline:
            name = key(mark.title)
            on_page = [i for i in self.body if self.lines[i].page == mark.page]
            same = [
                i
                for i in on_page
                if i not in titles
                and (one := key(self.lines[i].text))
                and (name.startswith(one) or one.startswith(name))
            ]
            if same:
                titles[same[0]] = mark
        return titles

    def _begins(self) -> dict[int, str]:
        """The lines where chapters of the outline begin that no line names: their titles."""
        named = {id(mark) for mark in self.titles.values()}
        begins: dict[int, str] = {}
        for mark in self.outline:
            if mark.depth == 1 and id(mark) not in named and (first := self._first(mark)) is not None:
                begins.setdefault(first, mark.title)
        return begins

    def _first(self, mark: Bookmark) -> int | None:
        """The first line at or below the place that an entry of the outline points at."""
        for index in self.body:
            line = self.lines[index]
            if line.page > mark.page or (line.page == mark.page and (mark.top is None or line.y <= mark.top)):
                return index
        return None

    def _parts(self, group: _Group, before: int, index: int) -> bool:
        return group.sort is Sort.HEADING or self._opens(before, index)

    def _is_large(self, index: int) -> bool:
        return self.lines[index].size >= LARGER * self.size and has_words(self.lines[index].text)

    def _level(self, index: int, before: int | None, titles: dict[int, Bookmark], ranks: Sequence[float]) -> int:
        """1 begins a chapter; 0 is no heading."""
        line = self.lines[index]
        if index in titles:
            return titles[index].depth
        if self._is_large(index):
            if titles:
                return 2 if min(mark.depth for mark in titles.values()) < 2 else 1
            return (
                1 if heading_of(line.text) or (not self.named and line.size >= ranks[min(1, len(ranks) - 1)]) else 2
            )
        found = None if titles else heading_of(line.text)
        apart = before is None or self.lines[before].page != line.page or self._gap(before, index)
        return (
            1
            if found
            and found.kind in ("chapter", "part", "section")
            and apart
            and len(line.text) < SHORT * self.width
            else 0
        )

    def _follows(self, before: int | None, index: int) -> bool:
        """The next line of the same heading."""
        if before is None or self.lines[before].page != self.lines[index].page:
            return False
        one, other = self.lines[before], self.lines[index]
        return abs(one.size - other.size) < 0.5 and 0 < one.y - other.y < 2.2 * one.size

    def _gap(self, before: int, index: int) -> bool:
        return self.lines[before].y - self.lines[index].y > GAP * self.leading

    def _opens(self, before: int, index: int) -> bool:
        """Whether a line begins a paragraph."""
        one, other = self.lines[before], self.lines[index]
        margin = self.margins.get(other.page, other.x)
        set_in = other.x - margin > INDENT * other.size
        ended = one.text.endswith(ENDS)
        if abs(one.size - other.size) >= 0.5:
            return True
        if one.page != other.page or other.y > one.y:  # another page or column
            return (set_in and ended) or (one.text.endswith(STOPS) and len(one.text) < SHORT * self.width)
        if self._gap(before, index):
            return True
        was_in = one.x - self.margins.get(one.page, one.x) > INDENT * one.size
        return (set_in and not was_in) or (set_in and ended) or (ended and len(one.text) < SHORT * self.width)

    def _block(self, group: _Group, section: str) -> Iterator[Block]:
        parts: list[str] = []
        offsets: list[int] = []
        for index in group.lines:
            if parts and offsets and self.end_of(group, index) not in self.glued:
                parts.append(" ")
                offsets.append(self.start(index) - 1 if self.start(index) else 0)
            start, end = self.start(index), self.end(index)
            if group.note and index == group.lines[0] and (match := NOTED.match(self.lines[index].text)):
                self.ledger.markup(start, start + match.end())
                start += match.end()
            for offset in range(start, end):
                if self.masked[offset] not in (HOLE, "\u00ad"):
                    parts.append(self.masked[offset])
                    offsets.append(offset)
                elif self.masked[offset] == "\u00ad":
                    self.ledger.markup(offset, offset + 1)
        text = "".join(parts)
        if not has_words(text):
            for offset in offsets:
                self.ledger.markup(offset, offset + 1)
            if parts:
                yield Block(Sort.BREAK, section=section, start=self.start(group.lines[0]))
            return
        first, last = self.start(group.lines[0]), self.end(group.lines[-1])
        marks = tuple(
            Mark(at := bisect_left(offsets, start), at, Marking.NOTE, name)
            for start, _, name in self.marked
            if name and first <= start < last
        )
        yield Block(
            group.sort, text, offsets, marks, level=group.level, note=group.note, section=section,
            chapter=group.chapter, start=first,
        )  # fmt: skip

    def end_of(self, group: _Group, index: int) -> int:
        """The line end before a line of a group."""
        return self.end(group.lines[group.lines.index(index) - 1])

    def entries(self) -> Iterator[Entry]:
        """The outline's chapters, and where they begin."""
        places = {mark.title: index for index, mark in self.titles.items()} | {t: i for i, t in self.begins.items()}
        for mark in self.outline:
            if mark.depth == 1 and mark.title in places:
                yield Entry(mark.title, self.start(places[mark.title]))


def _margins(lines: Sequence[PageLine]) -> dict[int, float]:
    """The left edge of each page's lines: the leftmost that several of them share."""
    by_page: dict[int, Counter[float]] = {}
    for line in lines:
        by_page.setdefault(line.page, Counter())[round(line.x, 0)] += 1
    return {
        page: min(x for x, n in edges.items() if n >= min(2, max(edges.values()))) for page, edges in by_page.items()
    }


def _leading(lines: Sequence[PageLine], size: float) -> float:
    """The usual distance of two lines, in points."""
    steps = Counter(
        round(one.y - other.y, 1)
        for one, other in pairwise(lines)
        if one.page == other.page and 0 < one.y - other.y < 3 * size
    )
    return steps.most_common(1)[0][0] if steps else 1.2 * size
