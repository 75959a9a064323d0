"""Screenplays in Fountain 1.1 (fountain.io/syntax): sections, scenes, action, dialogue; each word with its place.

Sections ``#`` are headings of their level, so that acts are chapters; scene headings are headings of level 2. What
is not heard - transitions, centred text, scene numbers, notes, synopses and what has been struck out - is skipped.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from pipeline.materials import Source
from pipeline.production import NARRATOR
from pipeline.script.blocks import Block, Document, Ledger, Mark, Marking, Sort
from pipeline.script.reading.inline import Continuity, mark
from pipeline.script.reading.passages import EXTENSION, MASK, settled
from pipeline.script.reading.source import rows
from pipeline.script.reading.tags import BEAT_S

NOTES, TRANSITIONS, CENTRED, NUMBERS = "screenplay_notes", "transitions", "centred", "scene_numbers"
"""Names of the policies by which words of a screenplay are not read."""

KEYS = ("title", "credit", "author", "authors", "source", "notes", "draft date", "date", "contact", "copyright",
        "revision", "lang", "language")  # fmt: skip
KEY = re.compile(r"(?P<key>[^\s:][^:\n]{0,40}):[ \t]*(?P<value>.*)")
HIDDEN = re.compile(r"/\*(?P<struck>.*?)(?:\*/|\Z)|(?<!\\)\[\[(?P<note>(?:(?!\]\]|\n\n).)*)\]\]", re.DOTALL)

SCENE = re.compile(r"(?:(?:INT|EXT|EST|INT\.?/EXT|I/E)[. ]|(?P<forced>\.)(?!\.))(?P<text>.*)", re.IGNORECASE)
NUMBER = re.compile(r"[ \t]*#[^#\n]+#[ \t]*$")
SECTION = re.compile(r"(#{1,6})[ \t]*")
PAGE_BREAK = re.compile(r"={3,}")
TRANSITION = re.compile(r"[^a-z]*TO:|FADE (?:IN|OUT)[.:]|FADE TO BLACK[.:]?|THE END\.?")
NAME = re.compile(r"(?P<forced>@)?(?P<name>[^()^@]+?)(?P<extensions>(?:\s*\([^()]*\))*)\s*(?P<dual>\^)?")
BEAT = re.compile(r"\((?:a |another )?(?:beat|pause)\.?\)", re.IGNORECASE)


@dataclass(frozen=True)
class _Row:
    """A line without the white space around it, notes masked.

    Attributes:
        goes_on: it is two spaces, which stand for an empty line inside a dialogue.
    """

    text: str
    start: int
    goes_on: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def bare(self) -> str:
        return self.text.replace(MASK, "").strip()


def read(source: Source, ledger: Ledger, roles: Collection[str], sounds: Collection[str] | None = None) -> Document:
    """The document of a screenplay. Characters who are not in the cast are problems.

    Args:
        roles: the cast's; the case of letters does not matter.
        sounds: names that cues ``[music: …]`` may use; None for any.
    """
    meta, begin = _title_page(ledger)
    text = _hide(begin, ledger)
    given = [_stripped(text, start, end) for start, end in rows(text, begin)]
    kept = [row for row in given if row.bare or not row.text]  # a line of nothing but a note parts nothing
    reading = _Reading(kept, roles, ledger, Continuity(sounds))
    blocks = tuple(reading.blocks())
    return Document(ledger, blocks, meta=meta)


def _stripped(text: str, start: int, end: int) -> _Row:
    row = text[start:end]
    return _Row(row.strip(), start + len(row) - len(row.lstrip()), row.startswith("  "))


def _title_page(ledger: Ledger) -> tuple[dict[str, object], int]:
    """``Title: …`` and the like at the top, up to the first blank line; indented lines go on."""
    text, meta = ledger.source.text, {}
    key, values = "", dict[str, list[str]]()
    end = 0
    for start, stop in rows(text):
        row = text[start:stop]
        if not row.strip() or not (match := KEY.match(row) or (key and row[0].isspace())):
            break
        if isinstance(match, re.Match):
            key = match["key"].strip().lower()
            if not values and key not in KEYS:
                break
            row = match["value"]
        values.setdefault(key, []).append(row.replace("*", "").replace("_", "").strip())
        end = stop
    ledger.markup(0, end)
    for name, parts in values.items():
        meta[name.replace(" ", "_")] = " ".join(part for part in parts if part)
    return dict(meta), end


def _hide(begin: int, ledger: Ledger) -> str:
    """The text with notes and what has been struck out masked; their words are skipped, their brackets markup."""
    text = ledger.source.text

    def hide(match: re.Match[str]) -> str:
        start, end = match.span()
        first, last = match.span("note") if match["note"] is not None else match.span("struck")
        ledger.markup(start + begin, first + begin)
        ledger.skip(first + begin, last + begin, NOTES)
        ledger.markup(last + begin, end + begin)
        return MASK * (end - start)

    return text[:begin] + HIDDEN.sub(hide, text[begin:])


@dataclass
class _Reading:
    """The lines of a screenplay on their way; ``index`` is that of the line in hand."""

    rows: list[_Row]
    roles: Collection[str]
    ledger: Ledger
    continuity: Continuity
    index: int = 0
    known: dict[str, str] = field(default_factory=dict)

    def blocks(self) -> Iterator[Block]:
        self.known = {role.casefold(): role for role in (*self.roles, NARRATOR)}
        while self.index < len(self.rows):
            row = self.rows[self.index]
            if not row.text or self._hidden(row):
                self.index += 1
            elif (heading := self._heading(row)) is not None:
                self.index += 1
                yield heading
            elif (name := self._name(row)) is not None:
                yield from self._dialogue(row, name)
            elif row.text.startswith("~"):
                self.index += 1
                yield self._lyric(row, None)
            else:
                yield self._action()

    def _is_blank(self, index: int) -> bool:
        return not (0 <= index < len(self.rows)) or not self.rows[index].text

    def _stands_alone(self) -> bool:
        return self._is_blank(self.index - 1) and self._is_blank(self.index + 1)

    def _hidden(self, row: _Row) -> bool:
        """Page breaks, synopses, transitions and centred text."""
        text, start, end = row.text, row.start, row.end
        if PAGE_BREAK.fullmatch(text):
            self.ledger.markup(start, end)
        elif text.startswith("="):
            self.ledger.markup(start, start + 1)
            self.ledger.skip(start + 1, end, NOTES)
        elif text.startswith(">"):
            is_centred = text.endswith("<")
            self.ledger.markup(start, start + 1)
            self.ledger.markup(end - is_centred, end)
            self.ledger.skip(start + 1, end, CENTRED if is_centred else TRANSITIONS)
        elif self._stands_alone() and TRANSITION.fullmatch(row.bare):
            self.ledger.skip(start, end, TRANSITIONS)
        else:
            return False
        return True

    def _heading(self, row: _Row) -> Block | None:
        if section := SECTION.match(row.text):
            self.ledger.markup(row.start, row.start + section.end())
            return self._block(Sort.HEADING, [self._after(row, section.end())], level=len(section[1]))
        scene = SCENE.match(row.text) if self._is_blank(self.index - 1) else None
        if scene is None:
            return None
        if number := NUMBER.search(row.text):
            self.ledger.skip(row.start + number.start(), row.end, NUMBERS)
            row = replace(row, text=row.text[: number.start()])
        begin = scene.start("text") if scene["forced"] else 0
        self.ledger.markup(row.start, row.start + begin)
        return self._block(Sort.HEADING, [self._after(row, begin)], level=2)

    def _after(self, row: _Row, length: int) -> _Row:
        return _Row(row.text[length:], row.start + length)

    def _name(self, row: _Row) -> re.Match[str] | None:
        """The character whose dialogue follows: in capitals between a blank line and text, or forced by ``@``."""
        if self._is_blank(self.index + 1) or row.text[0] in "!~>.=#([":
            return None
        match = NAME.fullmatch(row.text.replace(MASK, " ").rstrip())
        if match is None:
            return None
        name = match["name"]
        is_capitals = self._is_blank(self.index - 1) and name == name.upper() and any(c.isalpha() for c in name)
        return match if match["forced"] or is_capitals else None

    def _dialogue(self, row: _Row, name: re.Match[str]) -> Iterator[Block]:
        self.ledger.markup(row.start, row.end)
        start = row.start + name.start("name")
        role, delivery = self._role(name["name"].strip(), start), self._extensions(name["extensions"])
        if name["dual"]:
            self.ledger.notice(f"{role} speaks at the same time as the one before; it is read after it", start)
        self.index += 1
        spoken: list[_Row] = []
        found: list[Block] = []
        while not self._is_blank(self.index) or (self.index < len(self.rows) and self.rows[self.index].goes_on):
            row = self.rows[self.index]
            self.index += 1
            if not row.text:
                continue
            if row.bare.startswith("(") and row.bare.endswith(")"):
                found += self._said(spoken, role, delivery)
                spoken, delivery = [], self._parenthetical(row, role, delivery, found)
            elif row.text.startswith("~"):
                found += self._said(spoken, role, delivery)
                spoken = []
                found.append(self._lyric(row, role))
            else:
                spoken.append(row)
        found += self._said(spoken, role, delivery)
        if not any(block.text or block.marks for block in found):
            self.ledger.problem(f"{role} has nothing to say", start, "write words below the name, or delete it")
        yield from found

    def _said(self, spoken: list[_Row], role: str, delivery: str) -> list[Block]:
        return [self._block(Sort.PARAGRAPH, spoken, role=role, delivery=delivery)] if spoken else []

    def _parenthetical(self, row: _Row, role: str, delivery: str, found: list[Block]) -> str:
        """How the role goes on; ``(beat)`` is a pause."""
        self.ledger.markup(row.start, row.end)
        if not BEAT.fullmatch(row.bare):
            return row.bare[1:-1].strip()
        found.append(Block(Sort.CUE, marks=(Mark(0, 0, Marking.PAUSE, f"{BEAT_S:g}"),), role=role, start=row.start))
        return delivery

    def _role(self, name: str, offset: int) -> str:
        role = self.known.get(name.casefold())
        if role is None:
            near = difflib.get_close_matches(name.casefold(), self.known, 1)
            guess = f"did you mean {self.known[near[0]]}? Otherwise " if near else ""
            step = f"{guess}add {name} to 'cast:' in the production file, or write '!{name}' if the line is action"
            self.ledger.problem(f"the cast has no role {name}", offset, step)
        return role or name

    def _extensions(self, written: str) -> str:
        given = [part.strip() for part in re.findall(r"\(([^()]*)\)", written)]
        return ", ".join(part for part in given if not EXTENSION.fullmatch(part))

    def _lyric(self, row: _Row, role: str | None) -> Block:
        self.ledger.markup(row.start, row.start + 1)
        block = self._block(Sort.VERSE, [self._after(row, 1)], role=role)
        begin = len(block.text) - len(block.text.lstrip())
        sung = Mark(begin, len(block.text.rstrip()), Marking.SUNG)
        return replace(block, marks=(sung, *block.marks)) if block.text.strip() else block

    def _action(self) -> Block:
        first = self.index
        while not self._is_blank(self.index):
            row = self.rows[self.index]
            is_other = row.text[0] in ">~#=" or (self.index > first and row.text[0] == "@")
            if is_other and self.index > first:
                break
            self.index += 1
        lines = self.rows[first : self.index]
        for number, row in enumerate(lines):
            if row.text.startswith("!"):
                self.ledger.markup(row.start, row.start + 1)
                lines[number] = self._after(row, 1)
        return self._block(Sort.PARAGRAPH, lines)

    def _block(
        self, sort: Sort, lines: list[_Row], *, level: int = 0, role: str | None = None, delivery: str = ""
    ) -> Block:
        raw = "\n".join(row.text for row in lines)
        offsets = [offset for row in lines for offset in range(row.start, row.end + 1)][: len(raw)]
        if MASK in raw:
            offsets = [offset for offset, letter in zip(offsets, raw, strict=True) if letter != MASK]
            raw = raw.replace(MASK, "")
        words, places, marks = mark(raw, offsets, self.ledger, markdown=False, continuity=self.continuity, stars=True)
        start = offsets[0] if offsets else lines[0].start
        return settled(
            Block(sort, words, places, marks, level=level, role=role, delivery=delivery, start=start), self.ledger
        )
