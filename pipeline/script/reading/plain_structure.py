"""What the clumps of a plain text are: the table of contents, headings with their levels, sections, text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.script.reading.headings import BARE, TITLED, Heading, heading_of, is_capitals, is_title, key, value
from pipeline.script.reading.plain_contents import Candidate, Contents, Listed, find_contents, match_entries
from pipeline.script.reading.unwrapping import Clump, Layout, is_table

BYLINE = re.compile(
    r"(?:by|von|par|de|por|di)\b.{0,60}|(?:translated|written|edited|illustrated) by\b.*|copyright\b.*|©.*", re.I
)
MOST_CHAPTERS = 400  # a higher number alone on a line is a year
BACK_MATTER = frozenset(("advertisement", "index", "bibliography", "colophon", "copyright"))
MAX_TITLEPAGE = 60  # clumps; longer openings are text


@dataclass(frozen=True)
class Head:
    """A heading: clump ``first`` … ``last`` and how many lines of the last one; ``level`` 1 begins a chapter."""

    first: int
    last: int
    rows: int
    level: int
    heading: Heading


@dataclass(frozen=True)
class Structure:
    """Headings by the clump they begin in, the contents, and what is listed there with the heading it names."""

    heads: Mapping[int, Head]
    contents: Contents | None
    matches: tuple[tuple[Listed, int | None], ...] = ()
    titlepage: int = 0
    pages: frozenset[int] = field(default_factory=frozenset)


def structure_of(clumps: Sequence[Clump], layout: Layout, *, framed: bool) -> Structure:
    """The structure of a book's text, by its numbered headings, its contents, or else its lines in capitals."""
    contents = find_contents(clumps, layout)
    body = [i for i in range(len(clumps)) if contents is None or not contents.begin <= i < contents.end]
    found: dict[int, tuple[Heading, int]] = {}
    for index in body:
        if (read := _read(clumps[index], layout)) is not None:
            found[index] = read
    numerals, pages = _sequence({i: head for i, head in found.items() if head[0].kind == "numeral"}, clumps)
    chaptered = any(heading.kind == "chapter" for heading, _ in found.values())
    found = {i: head for i, head in found.items() if head[0].kind != "numeral"}
    titles = _matched(contents, clumps, body, found, numerals)
    if not chaptered:
        found |= numerals
    matched = {found_at: entry for entry, found_at in titles if found_at is not None}
    for index, entry in matched.items():
        found.setdefault(index, (_as_listed(entry, clumps[index]), len(clumps[index])))
    if not any(heading.kind in ("chapter", "numeral", "title") for heading, _ in found.values()):
        found |= _capitals(clumps, body, found)
    heads = _with_titles(found, clumps, matched)
    if chaptered:
        _subordinate(heads, numerals)
    _without_prose(heads, clumps, matched)
    _without_inserts(heads)
    titlepage = _titlepage(clumps, heads, contents, framed=framed)
    return Structure(heads, contents, tuple(titles), titlepage, pages)


def _read(clump: Clump, layout: Layout) -> tuple[Heading, int] | None:
    """What a clump heads and how many of its lines do."""
    first, rest = clump[0], clump[1:]
    heading = heading_of(first.text)
    if heading is None:
        match = TITLED.fullmatch(first.text)
        if match is None or rest or not is_title(match["title"].rstrip(".")):
            return None
        return Heading("numeral", value(match["number"]), match["title"]), 1
    if not rest:
        return heading, 1
    joined = " ".join(row.text for row in rest)
    told = is_capitals(joined) or all(row.indent > 1 for row in clump) or (len(joined) <= 60 and is_title(joined))
    wrapped = bool(heading.title) and first.right >= 0.8 * layout.width
    if (told and len(rest) <= 4) or (wrapped and len(rest) <= 3):
        return _joined(heading, joined), len(clump)
    opens = joined[0].isupper() or not joined[0].isalpha()
    if opens and heading.kind != "numeral" and first.right <= 0.75 * layout.width and not first.text.endswith(","):
        return heading, 1
    return None


def _joined(heading: Heading, more: str) -> Heading:
    return Heading(heading.kind, heading.number, f"{heading.title} {more}".strip(), heading.section)


def _sequence(
    numerals: dict[int, tuple[Heading, int]], clumps: Sequence[Clump]
) -> tuple[dict[int, tuple[Heading, int]], frozenset[int]]:
    """Numbers that count chapters, and the clumps that hold the numbers of pages."""
    numbers = [(index, heading.number) for index, (heading, _) in numerals.items() if heading.number <= MOST_CHAPTERS]
    while numbers and numbers[0][1] > 3:
        del numbers[0]
    numerals = {index: numerals[index] for index, _ in numbers}
    if len(numbers) < 2:
        return {}, frozenset()
    steps = sum(b == a + 1 or b == 1 for (_, a), (_, b) in pairwise(numbers))
    if steps < 0.8 * (len(numbers) - 1):
        return {}, frozenset()
    cut = [i for i, _ in numbers if i and clumps[i][0].text.isdigit() and clumps[i - 1][-1].text[-1].isalpha()]
    if len(cut) > 0.2 * len(numbers):
        return {}, frozenset(i for i, _ in numbers if clumps[i][0].text.isdigit())
    return numerals, frozenset()


def _matched(
    contents: Contents | None,
    clumps: Sequence[Clump],
    body: Sequence[int],
    found: Mapping[int, tuple[Heading, int]],
    numerals: Mapping[int, tuple[Heading, int]],
) -> list[tuple[Listed, int | None]]:
    if contents is None:
        return []
    candidates = []
    for index in body:
        clump = clumps[index]
        head = found.get(index) or numerals.get(index)
        if head is not None or (len(clump) <= 3 and sum(len(row.text) for row in clump) <= 160):
            candidates.append(
                Candidate(
                    index, " ".join(row.text for row in clump[: head[1] if head else None]), head[0] if head else None
                )
            )
    matches = match_entries(contents.entries, candidates)
    return [(entry, match.index if match else None) for entry, match in zip(contents.entries, matches, strict=True)]


def _as_listed(entry: Listed, clump: Clump) -> Heading:
    heading = heading_of(clump[0].text)
    return (
        heading
        if heading is not None and heading.kind == "section"
        else Heading("title", 0, entry.heading.title, entry.heading.section)
    )


def _capitals(
    clumps: Sequence[Clump], body: Sequence[int], found: Mapping[int, tuple[Heading, int]]
) -> dict[int, tuple[Heading, int]]:
    """Lines in capitals, each with text below it, where nothing else heads the chapters."""
    lines = []
    for index, after in pairwise(body):
        text = " ".join(row.text for row in clumps[index])
        below = " ".join(row.text for row in clumps[after])
        if (
            len(clumps[index]) <= 2
            and is_capitals(text)
            and is_title(text)
            and index not in found
            and not is_capitals(below)
        ):
            lines.append((index, text))
    flush = [(index, text) for index, text in lines if clumps[index][0].indent == 0]
    lines = flush if len(flush) * 2 > len(lines) else lines  # a notice, an address in capitals are set in
    if len(lines) < 2 or len({text for _, text in lines}) < len(lines) or len(lines) * 3 > len(body):
        return {}
    return {index: (Heading("title", 0, text), len(clumps[index])) for index, text in lines}


def _with_titles(
    found: Mapping[int, tuple[Heading, int]], clumps: Sequence[Clump], matched: Mapping[int, Listed]
) -> dict[int, Head]:
    """Headings with the title that stands below a blank line: ``CHAPTER I.`` and then ``Down the Rabbit-Hole``."""
    bare = [
        index
        for index, (heading, rows) in found.items()
        if heading.kind in ("chapter", "numeral", "part") and not heading.title and rows == len(clumps[index])
    ]
    titled = [
        index for index in bare if index + 1 < len(clumps) and index + 1 not in found and _heads(clumps[index + 1])
    ]
    titled = [index for index in titled if index + 2 < len(clumps)]
    usual = len(titled) >= 2 and len(titled) >= 0.6 * len(bare)
    heads: dict[int, Head] = {}
    for index in sorted(found):
        heading, rows = found[index]
        if index - 1 in heads and heads[index - 1].last == index:
            continue
        last = index
        below = " ".join(row.text for row in clumps[index + 1]) if index in titled else ""
        if index in bare and _is_listed(index, clumps, matched):
            below = " ".join(row.text for row in clumps[index + 1])
            last = index + 1
        elif below and (usual or (is_title(below) and is_capitals(below) and not below.endswith("."))):
            last = index + 1
        if last > index:
            heading, rows = _joined(heading, below), len(clumps[last])
        heads[index] = Head(index, last, rows, 1, heading)
    return heads


def _is_listed(index: int, clumps: Sequence[Clump], matched: Mapping[int, Listed]) -> bool:
    """Whether the table of contents has what stands below a number: as an entry, or as the title of the number's."""
    if index + 1 in matched:
        return heading_of(clumps[index + 1][0].text) is None
    title = key(matched[index].heading.title) if index in matched else ""
    return bool(title) and index + 1 < len(clumps) and key(" ".join(row.text for row in clumps[index + 1])) == title


def _heads(clump: Clump) -> bool:
    """A title by its looks, or a single short line that could be one where the other chapters have such lines."""
    text = " ".join(row.text for row in clump)
    if BARE.fullmatch(text) is not None or len(clump) > 3:
        return False
    return is_title(text) or (len(clump) == 1 and len(text) <= 70 and text[0].isupper() and text[-1] not in ',;:"”—-')


def _subordinate(heads: dict[int, Head], numerals: Mapping[int, tuple[Heading, int]]) -> None:
    """Numbers alone are sections of the chapters; with a title, they may go on where the chapters' numbers end."""
    last = max((head.heading.number for head in heads.values() if head.heading.kind == "chapter"), default=0)
    for index, (heading, rows) in numerals.items():
        goes_on = bool(heading.title) and heading.number == last + 1
        last += goes_on
        heads.setdefault(index, Head(index, index, rows, 1 if goes_on else 2, heading))


def _without_prose(heads: dict[int, Head], clumps: Sequence[Clump], matched: Mapping[int, Listed]) -> None:
    """Numbers alone above nothing but tables are no chapters: a list of words, an index."""
    order = sorted(heads)
    for index, following in zip(order, [*order, len(clumps)][1:], strict=True):
        head = heads[index]
        if head.heading.kind == "numeral" and not head.heading.title and index not in matched:
            below = clumps[head.last + 1 : following]
            if all(is_table(clump) for clump in below):
                heads[index] = replace(head, level=2)


def _without_inserts(heads: dict[int, Head]) -> None:
    """Between two chapters nothing is back matter: the ``ADVERTISEMENTS`` of a newspaper in the story."""
    chapters = [index for index, head in heads.items() if head.heading.kind in ("chapter", "numeral", "part")]
    for index, head in list(heads.items()):
        if head.heading.section in BACK_MATTER and chapters and min(chapters) < index < max(chapters):
            del heads[index]


def _titlepage(clumps: Sequence[Clump], heads: Mapping[int, Head], contents: Contents | None, *, framed: bool) -> int:
    """How many clumps at the beginning are the title page."""
    begins = [*heads, *([contents.begin] if contents else [])]
    end = min(begins, default=0)
    opening = clumps[:end]
    if end > MAX_TITLEPAGE or any(sum(len(row.text) for row in clump) > 400 for clump in opening):
        return 0
    told = framed or contents is not None or any(BYLINE.fullmatch(row.text) for clump in opening for row in clump)
    return end if told else 0
