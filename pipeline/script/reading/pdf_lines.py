"""The lines of a PDF's pages: what stands where and how large, as the text layer has it."""

from __future__ import annotations

import io
import logging
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import MissingError, ProblemsError
from pipeline.script.reading.source import whole

if TYPE_CHECKING:
    from pypdf import PdfReader

LIGATURES = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
        "\u00a0": " ",
        "\x00": "",
        "\t": " ",
    }
)
RAISED = 0.8  # of the line's size; smaller and higher is a note's number
SAME_LINE = 0.45  # of the size; further apart vertically is another line
EDGE = 2  # lines at the top and at the foot of a page that may be running ones


@dataclass(frozen=True)
class PageLine:
    """A line of a page.

    Attributes:
        page: from 0.
        text: its words, ligatures taken apart.
        x: of its first letter, in points from the left.
        y: of its baseline, in points from the foot of the page.
        size: of its letters, in points.
        raised: start and end of the numbers set small and high in it.
    """

    page: int
    text: str
    x: float
    y: float
    size: float
    raised: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Bookmark:
    """An entry of the outline: ``depth`` from 1; ``top`` is where on the page, None for its top."""

    title: str
    depth: int
    page: int
    top: float | None


@dataclass(frozen=True)
class Pages:
    """What a PDF holds."""

    lines: tuple[PageLine, ...]
    page_count: int
    outline: tuple[Bookmark, ...] = ()
    meta: dict[str, object] = field(default_factory=dict)


def pages_of(path: Path, content: bytes) -> Pages:
    """The lines of a PDF in the order of its content, its outline and its metadata.

    Raises:
        ProblemsError: the file is encrypted, damaged, or holds pictures of pages only.
        MissingError: pypdf is not installed.
    """
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError:
        what = "reading PDF needs pypdf, which is not installed"
        raise MissingError(what, where=str(path), next_step="pip install 'chapterhouse[pdf]'") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what matters is told as an error
    # pypdf meets damaged objects with whatever their use raises
    broken = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zlib.error)
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            step = f"unlock it, if you may: qpdf --decrypt --password=… {path.name} open-{path.name}"
            raise whole(path, "the PDF is encrypted with a password", step)
        lines = [line for number, page in enumerate(reader.pages) for line in _lines(page, number)]
        found = Pages(tuple(lines), len(reader.pages), tuple(_outline(reader)), _meta(reader))
    except ProblemsError:
        raise
    except broken as error:
        what = f"the PDF is damaged: {' '.join(str(error).split())[:100] or type(error).__name__}"
        raise whole(path, what, f"export it again, or mend it: qpdf {path.name} mended-{path.name}") from None
    _check_text(path, found)
    return found


def _check_text(path: Path, pages: Pages) -> None:
    letters = "".join(line.text for line in pages.lines)
    if sum(map(str.isalnum, letters)) < 10:
        what = "the PDF has no text layer: its pages are pictures, or empty"
        raise whole(path, what, f"recognise its characters first: ocrmypdf {path.name} text-{path.name}")
    odd = sum(letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" for letter in letters)
    if odd * 20 > len(letters):
        what = "the PDF's fonts do not say which characters its signs stand for"
        raise whole(path, what, f"recognise them anew: ocrmypdf --force-ocr {path.name} text-{path.name}")


class _Gathering:
    """The pieces of one page on their way to lines."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lines: list[PageLine] = []
        self.parts: list[str] = []
        self.raised: list[tuple[int, int]] = []
        self.x = self.y = self.size = 0.0

    def piece(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        """pypdf's `visitor_text`: a piece of text, the matrices it is drawn with, its font's size."""
        scale = abs(tm[3] * cm[3]) or abs(tm[1] * cm[1]) or 1.0
        x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
        for index, part in enumerate(text.translate(LIGATURES).split("\n")):
            if index:
                self.end()
            if part:
                self.add(part, x, y, size * scale)

    def add(self, part: str, x: float, y: float, size: float) -> None:
        length = sum(map(len, self.parts))
        words = part.strip()
        if words and "".join(self.parts).strip():
            small, above = size < RAISED * self.size, y - self.y
            if small and 0 < above < self.size and words.strip("()[]*†‡§").isdigit() | (words in "*†‡§"):
                start = length + len(part) - len(part.lstrip())
                self.raised.append((start, start + len(words)))
            elif abs(above) > SAME_LINE * max(size, self.size) and not (small and abs(above) < self.size):
                self.end()
        if words and not "".join(self.parts).strip():
            self.parts, self.raised = [], []
            part = part.lstrip()
            self.x, self.y, self.size = x, y, size
        self.parts.append(part)

    def end(self) -> None:
        text = "".join(self.parts).rstrip()
        if text:
            self.lines.append(PageLine(self.number, text, self.x, self.y, round(self.size, 1), tuple(self.raised)))
        self.parts, self.raised = [], []


def _lines(page: Any, number: int) -> list[PageLine]:
    gathering = _Gathering(number)
    page.extract_text(visitor_text=gathering.piece)
    gathering.end()
    return gathering.lines


def _outline(reader: PdfReader) -> Iterator[Bookmark]:
    def walk(entries: Sequence[Any], depth: int) -> Iterator[Bookmark]:
        for entry in entries:
            if isinstance(entry, list):
                yield from walk(entry, depth + 1)
                continue
            page = reader.get_destination_page_number(entry)
            if page is not None and page >= 0 and str(entry.title).strip():
                top = entry.top if isinstance(entry.top, (int, float)) else None
                yield Bookmark(" ".join(str(entry.title).split()), depth, page, float(top) if top else None)

    yield from walk(reader.outline, 1)


def _meta(reader: PdfReader) -> dict[str, object]:
    told = reader.metadata
    pairs = (("title", told.title), ("author", told.author)) if told else ()
    return {name: " ".join(value.split()) for name, value in pairs if value and value.strip()}


def running_lines(pages: Pages) -> dict[int, str]:
    """Index of each line that is repeated over the pages, and the policy it is skipped by.

    A line at a page's top or foot that three pages and more have, but for the page's own number, is a running head;
    the number alone is a page's number. What goes on counting otherwise (``Chapter 1``, ``Chapter 2``) is neither.
    """
    edges = list(_edges(pages.lines))
    shifts = Counter(number - pages.lines[i].page for i in edges for number in _numbers(pages.lines[i].text))
    shift, votes = shifts.most_common(1)[0] if shifts else (0, 0)
    names: dict[int, str] = {}
    for index in edges:
        line = pages.lines[index]
        own = line.page + shift if votes >= 3 else None
        words = [word for word in line.text.split() if own is None or _value(word.strip("-–—[]().|")) != own]
        names[index] = " ".join(words).strip("-–—|[]() ").casefold()
    often = Counter(names.values())
    enough = max(3, 0.03 * pages.page_count)
    return {
        index: "running_heads" if name else "page_numbers"
        for index, name in names.items()
        if (not name and votes >= 3) or (name and often[name] >= enough)
    }


def _edges(lines: Sequence[PageLine]) -> Iterator[int]:
    by_page: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        by_page.setdefault(line.page, []).append(index)
    for indices in by_page.values():
        ordered = sorted(indices, key=lambda index: -lines[index].y)
        yield from dict.fromkeys([*ordered[:EDGE], *ordered[-EDGE:]])


def _numbers(text: str) -> Iterator[int]:
    words = text.split()
    for word in {words[0], words[-1]} if words else ():
        if (number := _value(word.strip("-–—[]().|"))) is not None:
            yield number


def _value(word: str) -> int | None:
    return int(word) if word.isdecimal() and word.isascii() and len(word) < 5 else None
