"""The table of contents that a plain text carries: where it is, what it lists, and where that is in the text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.script.reading.headings import MAX_HEADING, TITLED, Heading, heading_of, is_title, key, value
from pipeline.script.reading.unwrapping import Clump, Layout, Row, is_verse
from pipeline.script.words import has_words

PAGED = re.compile(r"(?:[ ]*(?:[.·…_]\s?){2,}\s*|\s{2,}|\t)(?P<page>\d{1,4}|[ivxlc]{1,6})$")
COLUMN_HEADS = frozenset(("page", "chapter", "chap", "chapter page", "chap page", "page chapter", "no"))
ALIKE = 0.8  # of two titles; 'The Counterpane' and 'The Counter-pane' have 0.97
NUMBERED_KINDS = ("chapter", "part", "numeral")


@dataclass(frozen=True)
class Listed:
    """An entry: its title as it stands, without the page, what it is, and the place of its line."""

    title: str
    heading: Heading
    start: int


@dataclass(frozen=True)
class Contents:
    """Clumps ``begin`` … ``end`` are the table of contents, its own heading included."""

    begin: int
    end: int
    entries: tuple[Listed, ...]


def find_contents(clumps: Sequence[Clump], layout: Layout) -> Contents | None:
    """The table of contents; None where the text has none."""
    for index, clump in enumerate(clumps):
        heading = heading_of(clump[0].text)
        if heading is not None and heading.section == "contents" and heading.kind == "section":
            if (found := _extent(clumps, index, 1, layout)) is not None:
                return found
        elif heading is not None and heading.kind == "chapter" and _lists_chapters(clumps, index):
            return _extent(clumps, index, 0, layout)
    return None


def _lists_chapters(clumps: Sequence[Clump], index: int) -> bool:
    """Three chapters and more one after the other, with nothing to read between them."""
    rows = [row for clump in clumps[index : index + 4] for row in clump][:4]
    numbers = [heading.number for row in rows if (heading := heading_of(row.text)) and heading.kind == "chapter"]
    return len(numbers) >= 3 and all(b == a + 1 for a, b in pairwise(numbers))


def _extent(clumps: Sequence[Clump], index: int, skip: int, layout: Layout) -> Contents | None:
    """From the list's heading to where the text itself begins."""
    rows: list[tuple[int, Row]] = []
    stop = index
    while stop < len(clumps) and not (stop > index and _is_prose(clumps[stop], layout)):
        rows += [(stop, row) for row in (clumps[stop][skip:] if stop == index else clumps[stop])]
        stop += 1
    if not rows:
        return None
    keys = [key(clean(row.text)) for _, row in rows]
    first = next((i for i in range(2) if i < len(keys) and keys[i] in keys[i + 1 :]), None)
    if first is not None:
        stop = rows[len(keys) - 1 - keys[::-1].index(keys[first])][0]
    elif stop < len(clumps):
        stop = _back(rows, stop)
    listed = [row for at, row in rows if at < stop]
    return Contents(index, stop, tuple(_entries(listed))) if listed else None


def _back(rows: Sequence[tuple[int, Row]], stop: int) -> int:
    """The heading of the first chapter, before its text, is no entry of the list though it differs from the entry."""
    numbers = [(heading.kind, heading.number) if (heading := _read(row.text)).number else None for _, row in rows]
    for position in range(len(rows) - 1, 0, -1):
        at = rows[position][0]
        if stop - at > 3:
            break
        if numbers[position] is not None and (
            numbers[position] in numbers[:position] or numbers[position][1] == 1  # type: ignore[index]
        ):
            return at
    title = key(rows[-1][1].text)
    near = any(_ratio(title, key(clean(row.text))) >= ALIKE for _, row in rows[:-1])
    return rows[-1][0] if near or (rows[-1][1].text.isupper() and not rows[0][1].text.isupper()) else stop


def _is_prose(clump: Clump, layout: Layout) -> bool:
    """Nothing that a list of chapters holds: a paragraph."""
    first = clump[0].text
    if (
        heading_of(first)
        or TITLED.fullmatch(first)
        or sum(PAGED.search(row.text) is not None for row in clump) * 2 >= len(clump)
    ):
        return False
    if len(clump) == 1:
        words = first.strip("_ ")
        return len(words) > MAX_HEADING or (
            words.endswith((".", "!", "?", "”", '"')) and not is_title(words.rstrip(".")) and len(words) > 30
        )
    loose = sum(row.right < 0.75 * layout.width for row in clump[:-1]) / (len(clump) - 1)
    return loose < 0.5 and not is_verse(clump, layout)


def clean(line: str) -> str:
    """An entry without its page number and leaders."""
    match = PAGED.search(line)
    return (line[: match.start()] if match else line).strip(" _=")


def _entries(rows: Sequence[Row]) -> list[Listed]:
    entries: list[Listed] = []
    for row in rows:
        title = clean(row.text)
        if not has_words(title) or key(title) in COLUMN_HEADS:
            continue
        heading = _read(title)
        last = entries[-1] if entries else None
        continues = (
            last is not None
            and not heading.number
            and heading.kind == "title"
            and (title[0].islower() or (last.heading.number and not last.heading.title))
        )
        if continues and last is not None:
            joined = f"{last.title} {title}"
            whole = Heading(
                last.heading.kind, last.heading.number, f"{last.heading.title} {title}".strip(), last.heading.section
            )
            entries[-1] = Listed(joined, whole, last.start)
        else:
            entries.append(Listed(title, heading, row.start))
    return entries


def _read(title: str) -> Heading:
    title = clean(title)
    if (heading := heading_of(title)) is not None:
        return heading
    if match := TITLED.fullmatch(title):
        return Heading("numeral", value(match["number"]), match["title"])
    return Heading("title", 0, title)


@dataclass(frozen=True)
class Candidate:
    """A place in the text that an entry may name: a short clump, and what it heads if it says so."""

    index: int
    text: str
    heading: Heading | None


def match_entries(entries: Sequence[Listed], candidates: Sequence[Candidate]) -> list[Candidate | None]:
    """Where each entry is in the text, in order; None where it is not."""
    exact: dict[str, list[Candidate]] = {}
    numbered: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        heading = candidate.heading
        names = {key(candidate.text)} | ({key(heading.title)} if heading and heading.title else set())
        for name in names:
            exact.setdefault(name, []).append(candidate)
        if heading is not None and heading.number:
            numbered.setdefault(heading.number, []).append(candidate)
    found: list[Candidate | None] = []
    after = -1
    for entry in entries:
        match = _match(entry, exact, numbered, candidates, after)
        after = match.index if match else after
        found.append(match)
    return found


def _match(
    entry: Listed,
    exact: dict[str, list[Candidate]],
    numbered: dict[int, list[Candidate]],
    candidates: Sequence[Candidate],
    after: int,
) -> Candidate | None:
    names = [key(entry.title)] + ([key(entry.heading.title)] if entry.heading.title else [])
    for name in names:
        if (there := _next(exact.get(name, ()), after)) is not None:
            return _numbered_above(there, entry, numbered)
    if entry.heading.kind in NUMBERED_KINDS and entry.heading.number:
        same = [one for one in numbered.get(entry.heading.number, ()) if _same_kind(one.heading, entry.heading)]
        if (there := _next(same, after)) is not None:
            return there
    near = [
        (max(_ratio(key(one.text), name) for name in names), -one.index, one)
        for one in candidates
        if one.index > after
    ]
    best = max(near, default=None, key=lambda pair: pair[:2])
    return best[2] if best and best[0] >= ALIKE else None


def _numbered_above(there: Candidate, entry: Listed, numbered: dict[int, list[Candidate]]) -> Candidate:
    """The number that stands above a title is where the chapter begins."""
    if there.heading is not None or not entry.heading.number:
        return there
    above = (one for one in numbered.get(entry.heading.number, ()) if there.index - 2 <= one.index < there.index)
    return next(above, there)


def _next(found: Sequence[Candidate], after: int) -> Candidate | None:
    return next((one for one in found if one.index > after), found[0] if len(found) == 1 else None)


def _same_kind(one: Heading | None, other: Heading) -> bool:
    return one is not None and (one.kind == "part") == (other.kind == "part")


def _ratio(one: str, other: str) -> float:
    if not one or not other or min(len(one), len(other)) * 2 < max(len(one), len(other)) * ALIKE:
        return 0.0
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0
