"""Lines of a plain text gathered into paragraphs: hard wraps undone, verse and lists and tables left as they stand.

A text that was wrapped by a program or a typist has full lines: the next line's first word would not have fitted.
Where it would have fitted, the line was ended on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.script.blocks import Sort
from pipeline.script.words import has_words

HOLE = "\0"
"""Stands in the masked text where something is that is not read, so that offsets stay; no script holds one."""

USUAL_WIDTH = 60  # characters; what a file too short to tell is taken to be wrapped at, at least
TELLING_ROWS = 200
NARROW = 0.6  # of the width; no prose is set so narrow with a capital in every line
LONG_LINE = 100  # characters; nobody wraps there by hand
ENDS = tuple(".!?…:;\"'”’»)]*_—-")
STOPS = (".", "!", "?", ":", '"', "”", "’", "»")
BLANKS = "\0 \t\f\v\r\u00a0\u3000\u2028\u2029"
CAPITAL = re.compile(r"[\W_]*(?:[^\W\d_a-zà-öø-ÿ]|\d)")
BULLET = re.compile(
    r"(?P<sign>[*•·‣▪◦+])[ \t]+(?=\S)|[-–—][ \t]+(?=\S)|(?:\d{1,3}|[a-z])[.)][ \t]+(?=\S)|\([a-z\d]{1,3}\)[ \t]+"
)
RULE = re.compile(r"[-+=|:_\s]{3,}")
COLUMNS = re.compile(r"(?<=\S)(?:[ ]{3,}|[ ]*\t[ \t]*|[ ]*\|[ ]*)(?=\S)")


@dataclass(frozen=True, slots=True)
class Row:
    """A line that is not blank: where its words begin and end, how far it is indented, its words."""

    start: int
    end: int
    indent: int
    text: str

    @property
    def right(self) -> int:
        return self.indent + len(self.text)


Clump = list[Row]
"""Lines between two blank ones."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Characters ``start`` … ``end`` of the text and what they are."""

    sort: Sort
    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """How a file is set: ``width`` its lines are wrapped at; ``lined`` when a line is a paragraph."""

    width: int
    lined: bool


def clumps_of(text: str, begin: int, end: int) -> list[Clump]:
    """Clumps of the lines between two offsets.

    A line that holds nothing but a hole (a page's number) parts nothing, nor do the blank lines around it when a
    sentence goes on behind it.
    """
    clumps: list[Clump] = []
    current: Clump = []
    offset, holed = begin, False
    for line in text[begin:end].split("\n"):
        words = line.strip(BLANKS)
        if words:
            lead = line.index(words)
            row = Row(offset + lead, offset + lead + len(words), len(line[:lead].expandtabs(4)), words)
            if not current and holed and clumps and words[0].islower() and not clumps[-1][-1].text.endswith(STOPS):
                current = clumps.pop()
            current.append(row)
            holed = False
        elif HOLE in line:
            holed = True
        elif current:
            clumps.append(current)
            current = []
        offset += len(line) + 1
    return [*clumps, current] if current else clumps


def layout_of(clumps: Sequence[Clump]) -> Layout:
    """How the file is set, by its lines that have a line below them."""
    inner = sorted(row.right for clump in clumps for row in clump[:-1])
    if not inner:
        return Layout(USUAL_WIDTH, lined=False)
    width = inner[int(0.95 * (len(inner) - 1))]
    if len(inner) < TELLING_ROWS:
        width = max(width, USUAL_WIDTH)
    pairs = [pair for clump in clumps for pair in pairwise(clump)]
    loose = sum(_fits(*pair, width) for pair in pairs) / len(pairs)
    return Layout(width, lined=max(inner) > LONG_LINE and width > LONG_LINE and loose > 0.3)


def paragraphs_of(clump: Clump, layout: Layout) -> list[Paragraph]:
    """What the lines of a clump are: paragraphs, verse, items of a list or rows of a table."""
    if len(clump) == 1 or layout.lined:
        return [Paragraph(Sort.PARAGRAPH, row.start, row.end) for row in clump]
    if is_table(clump):
        return [Paragraph(Sort.TABLE, row.start, row.end) for row in clump]
    bullets = [BULLET.match(row.text) is not None for row in clump]
    if bullets[0] and sum(bullets) > 1:
        return _grouped(clump, bullets, Sort.ITEM)
    if is_verse(clump, layout):
        sentences = all(row.text.endswith(ENDS) for row in clump)
        sort = Sort.PARAGRAPH if sentences and not clump[0].indent else Sort.VERSE
        return [Paragraph(sort, row.start, row.end) for row in clump]
    return _grouped(clump, _openings(clump, layout), Sort.PARAGRAPH)


def is_verse(clump: Clump, layout: Layout) -> bool:
    """The lines end where somebody ended them: a poem, an address, a signature."""
    right = max(row.right for row in clump)
    capitals = sum(CAPITAL.match(row.text) is not None for row in clump[1:]) / (len(clump) - 1)
    if len(clump) == 2:
        return capitals == 1 and _fits(clump[0], clump[1], int(0.8 * layout.width))
    if capitals == 1 and right <= NARROW * layout.width:
        return True
    base = min(row.indent for row in clump)
    pairs = list(pairwise(clump))
    loose = sum(_fits(*pair, right) for pair in pairs) / len(pairs)
    if len(clump) > 3 and loose >= 0.6 and right <= 0.75 * layout.width and (base or capitals > 0.5):
        return True
    return loose >= 0.34 and right <= 0.88 * layout.width and capitals >= 0.8


def is_table(clump: Clump) -> bool:
    """At least two lines with columns: bars, tabs, or three spaces and more in the same place."""
    if len(clump) < 2 or not any("   " in row.text or "|" in row.text or "\t" in row.text for row in clump):
        return False
    barred = sum(
        row.text.count("|") > 1 or (row.text[0] in "+|" and RULE.fullmatch(row.text) is not None) for row in clump
    )
    if barred == len(clump) and any(has_words(row.text) for row in clump):
        return True
    gaps = [[row.indent + match.end() for match in COLUMNS.finditer(row.text)] for row in clump]
    parted = [set(columns) for columns in gaps if columns]
    ruled = sum(RULE.fullmatch(row.text) is not None for row in clump)
    if len(parted) < 2 or len(parted) + ruled < 0.8 * len(clump):
        return False
    return ruled > 0 or (
        len(parted) > 2 and bool(set.intersection(*parted) or any("\t" in row.text for row in clump))
    )


def _openings(clump: Clump, layout: Layout) -> list[bool]:
    """Which lines begin a paragraph by being indented, in a text without blank lines between its paragraphs."""
    base = min(row.indent for row in clump[1:])
    flush = [pair for pair in pairwise(clump) if pair[1].indent == base]
    set_full = sum(_fits(*pair, layout.width) for pair in flush) <= 0.3 * len(flush)
    return [
        index == 0 or (set_full and row.indent > base and clump[index - 1].text.endswith(ENDS))
        for index, row in enumerate(clump)
    ]


def _grouped(clump: Clump, opens: Sequence[bool], sort: Sort) -> list[Paragraph]:
    firsts = [index for index, first in enumerate(opens) if first]
    lasts = [index - 1 for index in firsts[1:]] + [len(clump) - 1]
    return [Paragraph(sort, clump[a].start, clump[b].end) for a, b in zip(firsts, lasts, strict=True)]


def _fits(row: Row, below: Row, width: int) -> bool:
    """The first word of the line below would have fitted."""
    return row.right + 1 + len(below.text.split(maxsplit=1)[0]) <= width


LINE_END = re.compile(r"(?<=[^\W\d_])(?P<hyphen>[-‐])\n(?P<rest>[ \t]*)(?=[^\W\d_])")
_COMPOUNDING = (
    "well ill self half all ex non new old one two three four five six seven eight nine twenty thirty forty fifty "
    "sixty seventy eighty ninety mid cross high low long short good great grand far deep dark light fair first "
    "second third to co anti pre post so by court mother father brother sister sub vice wide hard soft quick slow "
    "ever never "
)
COMPOUNDING = frozenset(_COMPOUNDING.split())


def parted_words(text: str) -> list[tuple[int, int, bool]]:
    """Line ends within a word: start, end and whether the hyphen goes (``some-/thing``) or stays (``well-/known``).

    It stays where the text has the word with a hyphen elsewhere, or has both halves as words and not the whole, or
    where the first half often makes compounds.
    """
    matches = list(LINE_END.finditer(text))
    if not matches:
        return []
    plain = LINE_END.sub("\0", text)  # the halves themselves must not count as words
    words = set(re.findall(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*", re.sub(r"\w*\0\w*", " ", plain).lower()))
    found = []
    for match in matches:
        left = re.search(r"[^\W\d_]*$", text[max(match.start() - 40, 0) : match.start()])
        right = re.match(r"[^\W\d_]*", text[match.end() : match.end() + 40])
        halves = ((left[0] if left else "").lower(), (right[0] if right else "").lower())
        stays = text[match.end()].isupper() or (
            "".join(halves) not in words
            and ("-".join(halves) in words or halves[0] in COMPOUNDING or all(half in words for half in halves))
        )
        found.append((match.start() + stays, match.end(), not stays))
    return found
