"""Notes and pictures as Project Gutenberg's volunteers mark them: taken out of the text they stand in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.script.blocks import Sort
from pipeline.script.reading.plain_signs import signed

_NESTED = r"(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.){0,2000}\]){0,20000}"
_KEY = r"\d{1,3}|[A-Za-z]{1,2}|[*†‡§¶]{1,3}"
ASIDE = re.compile(
    rf"(?<!\\)\[\s*_?(?:(?P<note>(?:Foot|End)?note|Nota|Fu(?:ß|ss)note|Note de bas de page)\b_?"
    rf"[ \t]*(?P<key>{_KEY})?[ \t]*[:.]"
    rf"|(?P<picture>Illustration|Picture|Vignette|Frontispiece"
    rf"|Ilustraci[óo]n|Illustrazione|Abbildung|Ilustração)\b_?[ \t]*:?)"
    rf"(?P<inside>{_NESTED})\]",
    re.IGNORECASE,
)
MUSIC = re.compile(
    rf"(?<!\\)\[(?P<picture>(?:Sheet )?Music)\b[ \t]*:?(?P<inside>{_NESTED})\](?P<note>)(?P<key>)", re.IGNORECASE
)
DEFINED = re.compile(rf"^[ \t]*(?P<mark>\[(?P<key>{_KEY})\][ \t]*)(?=\S)", re.MULTILINE)
REFERENCE = re.compile(rf"(?<=[^\s\[\\])[ \t]?(?P<mark>\[(?P<key>{_KEY})\])")


@dataclass(frozen=True)
class Aside:
    """A note or a caption: characters ``start`` … ``end`` with its brackets, ``first`` … ``last`` without."""

    sort: Sort
    start: int
    end: int
    first: int
    last: int
    note: str = ""


@dataclass(frozen=True)
class Definition:
    """A paragraph that begins with a note's number: characters ``start`` … ``end`` are the number."""

    start: int
    end: int
    note: str


@dataclass(frozen=True)
class Reference:
    """Where the text refers to a note; ``note`` is empty where there is none of that number."""

    start: int
    end: int
    note: str


@dataclass(frozen=True)
class Apparatus:
    """All notes, pictures and references of a text, each in order."""

    asides: tuple[Aside, ...]
    definitions: tuple[Definition, ...]
    references: tuple[Reference, ...]


def apparatus(text: str, begin: int, end: int, *, pictures: bool = False) -> Apparatus:
    """Notes, pictures and references between two offsets.

    Args:
        pictures: ``[Music: …]`` is a picture of sheet music, not a cue: so it is at Project Gutenberg.
    """
    pairs = signed(text, begin, end)
    signs = [Definition(pair.start, pair.end, pair.name) for pair in pairs]
    signed_for = [Reference(*span, pair.name) for pair in pairs for span in pair.references]
    if "[" not in text:
        return Apparatus((), tuple(signs), tuple(sorted(signed_for, key=lambda one: one.start)))
    asides = list(ASIDE.finditer(text, begin, end))
    if pictures:
        asides = sorted([*asides, *MUSIC.finditer(text, begin, end)], key=lambda match: match.start())
    taken = [match.span() for match in asides]
    outside = [match for match in DEFINED.finditer(text, begin, end) if not _within(match.start("mark"), taken)]
    marks = [match for match in REFERENCE.finditer(text, begin, end) if not _is_aside(match, taken)]
    known = {match["key"] for match in marks}
    outside = [match for match in outside if match["key"] in known]
    places = [(m["key"], m.start()) for m in asides if m["note"] and m["key"]]
    places += [(match["key"], match.start("mark")) for match in outside]
    names = dict(_named(sorted(places, key=lambda place: place[1])))
    links = _linked([(match["key"], match.start("mark")) for match in marks], names, places)
    definitions = [Definition(m.start("mark"), m.end("mark"), names[m.start("mark")]) for m in outside]
    references = [
        Reference(*match.span("mark"), links.get(match.start("mark"), ""))
        for match in marks
        if match.start("mark") in links or (match["key"].isdigit() and match.start() == match.start("mark"))
    ]
    return Apparatus(
        tuple(_aside(match, names) for match in asides),
        tuple(sorted([*definitions, *signs], key=lambda one: one.start)),
        tuple(sorted([*references, *signed_for], key=lambda one: one.start)),
    )


def _within(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


def _is_aside(match: re.Match[str], taken: Sequence[tuple[int, int]]) -> bool:
    return any(match.start("mark") == start for start, _ in taken)


def _aside(match: re.Match[str], names: dict[int, str]) -> Aside:
    sort = Sort.NOTE if match["note"] else Sort.IMAGE if "usic" in match["picture"].lower() else Sort.CAPTION
    note = names.get(match.start(), f"at {match.start()}") if match["note"] else ""
    return Aside(sort, match.start(), match.end(), match.start("inside"), match.end("inside"), note)


def _named(places: Sequence[tuple[str, int]]) -> Iterator[tuple[int, str]]:
    """A name of its own for each note: numbers begin again in every chapter of many books."""
    seen: dict[str, int] = defaultdict(int)
    for number, offset in places:
        seen[number] += 1
        yield offset, number if seen[number] == 1 else f"{number} ({seen[number]})"


def _linked(
    marks: Sequence[tuple[str, int]], names: dict[int, str], places: Sequence[tuple[str, int]]
) -> dict[int, str]:
    """The note of each reference: the one of its rank where there are as many, else the next one, else the last."""
    notes: dict[str, list[int]] = defaultdict(list)
    for number, offset in sorted(places, key=lambda place: place[1]):
        notes[number].append(offset)
    wanted: dict[str, list[int]] = defaultdict(list)
    for number, offset in marks:
        wanted[number].append(offset)
    links: dict[int, str] = {}
    for number, offsets in wanted.items():
        there = notes.get(number, [])
        for rank, offset in enumerate(offsets):
            if len(there) == len(offsets):
                links[offset] = names[there[rank]]
            elif there:
                links[offset] = names[next((note for note in there if note > offset), there[-1])]
    return links
