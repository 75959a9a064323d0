"""Plain text: a book as Project Gutenberg or an author's editor has it, or a script with roles and cues."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.materials import Source
from pipeline.production import NARRATOR
from pipeline.script.blocks import Block, Document, Entry, Ledger, Mark, Marking, Sort
from pipeline.script.reading import gutenberg
from pipeline.script.reading.inline import Continuity, mark
from pipeline.script.reading.passages import CUE
from pipeline.script.reading.plain_notes import Apparatus, apparatus
from pipeline.script.reading.plain_structure import Head, Structure, structure_of
from pipeline.script.reading.unwrapping import (
    BULLET,
    COLUMNS,
    HOLE,
    Clump,
    Paragraph,
    clumps_of,
    is_table,
    layout_of,
    paragraphs_of,
    parted_words,
)
from pipeline.script.words import has_words

ORNAMENT = re.compile(r"(?:[*#~_=•·+§⁂❦❧☙◆◇○●×x.\-–—]\s*){3,}|[#*⁂❦❧☙§~]|(?:[-–—~]\s?){1,2}")
BOLD = re.compile(r"(?<![\w=\\])=(?=[^\s=])((?:[^=\n]|\n(?![ \t]*\n)){1,120}?)(?<=[^\s=\\])=(?![\w=])")
STARRED = re.compile(r"(?<![\w*\\])\*(?=[^\s*])((?:[^*\n]|\n(?![ \t]*\n)){1,200}?)(?<=[^\s*\\])\*(?![\w*])")
ITALIC = re.compile(r"(?<![\w_\\])_(?=[^\s_])((?:[^_\n]|\n(?![ \t]*\n)){1,2000}?)(?<=[^\s\\])_(?![\w_])")
FED = re.compile(
    r"(?:^[ \t]*[-–—]?[ \t]*(?:\d{1,4}|[ivxlc]{1,6})[ \t]*[-–—]?[ \t]*\n\s*?)?\f\s*?(?:^[ \t]*\d{1,4}[ \t]*$)?",
    re.MULTILINE,
)
EMPHASES = (("_", ITALIC, Marking.EMPHASIS), ("=", BOLD, Marking.STRONG), ("*", STARRED, Marking.EMPHASIS))
LISTED_NOTE = re.compile(r"(?:\[(?P<a>\w{1,3})\]|\((?P<b>\d{1,3})\)|\^?(?P<c>\d{1,3})[.)]?)[ \t]+(?=\S)")
ORNATE = re.compile(r"^(?:\[ |[—–-]+ ?)([IVXLCDM]+|\d+)(?: \]| ?[—–-]+)")
MISSING = 0.7  # share of the listed chapters that must be found before one that is not counts as missing


def read(source: Source, ledger: Ledger, roles: Collection[str]) -> Document:
    """The blocks of a plain text.

    Args:
        roles: the cast's roles; ``NAME:`` at the beginning of a line is a cue for them. In a book from Project
            Gutenberg other names in capitals are the author's words, elsewhere they are problems.

    Returns:
        Blocks in the order of the text; a note that stands within a paragraph follows it.
    """
    reader = _Reader(source, ledger, roles)
    blocks = sorted(reader.blocks(), key=lambda block: block.start)
    return Document(ledger, tuple(blocks), tuple(reader.entries()), reader.frame.meta)


@dataclass(frozen=True)
class _Setting:
    """What a paragraph is given by where it stands."""

    section: str = "body"
    note: str = ""
    sort: Sort | None = None


class _Reader:
    """One text on its way: what is taken out of it, its lines, its structure, its blocks."""

    def __init__(self, source: Source, ledger: Ledger, roles: Collection[str]) -> None:
        self.ledger, self.roles = ledger, roles
        self.named = frozenset((*roles, NARRATOR))  # a script without a cast takes any name and names none
        self.frame = gutenberg.frame(source.text)
        gutenberg.leave_out(self.frame, ledger)
        begin, end = self.frame.begin, self.frame.end
        self.notes: Apparatus = apparatus(source.text, begin, end, pictures=self.frame.is_gutenberg)
        self.marks: list[tuple[int, int, Marking, str]] = []  # by source offset, ascending
        self.inside = _with_holes(source.text, self._holes(source.text, begin, end))
        self.masked = _with_holes(self.inside, [(aside.start, aside.end) for aside in self.notes.asides])
        self.continuity = Continuity()
        self.clumps = clumps_of(self.masked, begin, end)
        self.layout = layout_of(self.clumps)
        if self.layout.lined:
            self.clumps = [[row] for clump in self.clumps for row in clump]
        noted = {definition.end for definition in self.notes.definitions}
        self.clumps = [part for clump in self.clumps for part in _parted(clump, noted)]
        self.structure: Structure = structure_of(self.clumps, self.layout, framed=self.frame.is_gutenberg)
        self.points = [point[0] for point in self.marks]

    def _holes(self, text: str, begin: int, end: int) -> list[tuple[int, int]]:
        """Where something stands that is not read: the account is told, and the marks it leaves are kept."""
        holes = [*self._apparatus(), *self._numbers(text, begin, end)]
        for start, stop, policy in holes:
            if policy:
                self.ledger.skip(start, stop, policy)
            else:
                self.ledger.markup(start, stop)
        taken = {start for start, _, _ in holes}
        for sign, pattern, marking in EMPHASES:
            for match in pattern.finditer(text, begin, end) if sign in text else ():
                if match.start() in taken or match.end() - 1 in taken:
                    continue
                holes += [(match.start(), match.start() + 1, ""), (match.end() - 1, match.end(), "")]
                self.ledger.markup(*holes[-2][:2])
                self.ledger.markup(*holes[-1][:2])
                for line in re.finditer(r"\S.*", match[1]):  # each line of a verse is a block
                    self.marks.append((match.start(1) + line.start(), match.start(1) + line.end(), marking, ""))
        for start, stop, hyphen in parted_words(text[begin:end]):
            holes.append((begin + start, begin + stop, ""))
            if hyphen:
                self.ledger.markup(begin + start, begin + start + 1)
        self.marks.sort()
        return [(start, stop) for start, stop, _ in holes]

    def _apparatus(self) -> Iterator[tuple[int, int, str]]:
        """The signs of notes and pictures: start, end, the policy they are skipped by; empty for markup."""
        for aside in self.notes.asides:
            yield aside.start, aside.first, ""
            yield aside.last, aside.end, ""
            if aside.note:
                self.marks.append((aside.start, aside.start, Marking.NOTE, aside.note))
        for reference in self.notes.references:
            yield reference.start, reference.end, "note_references"
            if reference.note:
                self.marks.append((reference.start, reference.start, Marking.NOTE, reference.note))
        for definition in self.notes.definitions:
            yield definition.start, definition.end, ""

    def _numbers(self, text: str, begin: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Transcribers' notes and the numbers of pages."""
        for match in gutenberg.TRANSCRIBER.finditer(text, begin, end):
            yield *match.span(), gutenberg.BOILERPLATE
        for match in gutenberg.PAGE.finditer(text, begin, end):
            if text[match.start() - 1 : match.start()] != "\\":
                yield *match.span(), "page_numbers"
        for match in FED.finditer(text, begin, end) if "\f" in text else ():
            for number in re.finditer(r"\S+", match[0]):
                yield match.start() + number.start(), match.start() + number.end(), "page_numbers"

    def blocks(self) -> Iterator[Block]:
        """Every block: the text's, then those of notes and pictures."""
        section, index = "titlepage" if self.structure.titlepage else "body", 0
        contents = self.structure.contents
        note = ""
        while index < len(self.clumps):
            clump = self.clumps[index]
            if contents is not None and contents.begin <= index < contents.end:
                yield from self._listed(clump, is_heading=index == contents.begin)
                section = "titlepage" if self._is_front(index + 1) else "body"
                index += 1
                continue
            head = self.structure.heads.get(index)
            if head is not None:
                section, note = head.heading.section, ""
                yield from self._heading(head)
                index = head.last
                clump = self.clumps[index][head.rows :]
            elif index in self.structure.pages:
                yield from self._block(Paragraph(Sort.PAGE, clump[0].start, clump[-1].end), _Setting(section))
                clump = []
            if clump:
                note = self._note(clump, section, note)
                yield from self._text(clump, _Setting(section, note, Sort.NOTE if note else None))
                note = note if section == "notes" else ""
            index += 1
        for aside in self.notes.asides:
            for clump in clumps_of(self.inside, aside.first, aside.last):
                yield from self._text(clump, _Setting("body", aside.note, aside.sort), masked=False)

    def _is_front(self, index: int) -> bool:
        """Between the contents and the first heading stands the title once more."""
        following = [first for first in self.structure.heads if first >= index]
        between = self.clumps[index : following[0]] if following else self.clumps[index:]
        return bool(following) and len(between) < 6 and all(sum(len(r.text) for r in c) < 120 for c in between)

    def _note(self, clump: Clump, section: str, current: str) -> str:
        """The note that a clump is or goes on with; empty for none."""
        start = clump[0].start
        for definition in self.notes.definitions:
            if definition.start - 1 <= start <= definition.end + 1:  # (* A note in brackets)
                return definition.note
        if section != "notes":
            return ""
        match = LISTED_NOTE.match(clump[0].text)
        return f"notes {match['a'] or match['b'] or match['c']} at {start}" if match else current

    def _listed(self, clump: Clump, *, is_heading: bool) -> Iterator[Block]:
        for row in clump:
            sort = Sort.HEADING if is_heading and row is clump[0] else Sort.ITEM
            yield from self._block(Paragraph(sort, row.start, row.end), _Setting("contents"))

    def _heading(self, head: Head) -> Iterator[Block]:
        first, last = self.clumps[head.first][0], self.clumps[head.last][head.rows - 1]
        paragraph = Paragraph(Sort.HEADING, first.start, last.end)
        for block in self._block(paragraph, _Setting(head.heading.section)):
            chapter = ORNATE.sub(r"\1", " ".join(block.text.split())) if head.level == 1 else None
            if block.sort is not Sort.HEADING:
                yield block
                continue
            headed = replace(block, level=head.level, chapter=chapter)
            yield _numbered(headed) if head.heading.kind == "numeral" else headed

    def _text(self, clump: Clump, setting: _Setting, *, masked: bool = True) -> Iterator[Block]:
        for part, role, begin in _spoken(clump, self._cue, self.named):
            if role is not None:
                self.ledger.markup(part[0].start, begin)
                paragraph = Paragraph(Sort.PARAGRAPH, begin, max(part[-1].end, begin))
                yield from self._block(paragraph, setting, role=role, start=part[0].start)
            elif setting.sort is not None:
                yield from self._block(Paragraph(setting.sort, part[0].start, part[-1].end), setting, masked=masked)
            elif len(part) == 1 and ORNAMENT.fullmatch(part[0].text):
                self.ledger.markup(part[0].start, part[0].end)
                yield Block(Sort.BREAK, section=setting.section, start=part[0].start)
            else:
                for paragraph in paragraphs_of(part, self.layout):
                    yield from self._block(paragraph, setting)

    def _cue(self, text: str) -> re.Match[str] | None:
        """The ``NAME:`` that a line begins with, where it names a role."""
        match = CUE.match(text)
        if match is None:
            return None
        name = match["name"]
        if name in self.named:
            return match
        shouted = name == name.upper() and any(letter.isupper() for letter in name)
        near = difflib.get_close_matches(name, sorted(self.named), 1)
        if (
            not shouted
            or (text == text.upper() and len(text) > match.end())
            or (self.frame.is_gutenberg and not near)
        ):
            return None
        return match

    def _check_role(self, name: str, offset: int) -> None:
        if name in self.roles or name == NARRATOR:
            return
        near = difflib.get_close_matches(name, sorted(self.named), 1)
        guess = f"did you mean {near[0]}? Otherwise " if near else ""
        step = (
            f"{guess}add {name} to 'cast:' in the production file, or write '{name}\\:' if nobody of that name speaks"
        )
        self.ledger.problem(f"the cast has no role {name}", offset, step)

    def _block(
        self,
        paragraph: Paragraph,
        setting: _Setting,
        role: str | None = None,
        start: int | None = None,
        masked: bool = True,
    ) -> Iterator[Block]:
        """A paragraph as a block; as a pause, a cue or a break where it holds no word."""
        raw = (self.masked if masked else self.inside)[paragraph.start : paragraph.end]
        offsets: Sequence[int] = range(paragraph.start, paragraph.end)
        if HOLE in raw:
            kept = [index for index, letter in enumerate(raw) if letter != HOLE]
            offsets = [paragraph.start + index for index in kept]
            raw = raw.replace(HOLE, "")
        if paragraph.sort is Sort.TABLE:
            raw, offsets = self._cells(raw, offsets)
        elif paragraph.sort is Sort.ITEM and (bullet := BULLET.match(raw)) and bullet["sign"]:
            self.ledger.markup(offsets[0], offsets[bullet.end() - 1] + 1)
            raw, offsets = raw[bullet.end() :], offsets[bullet.end() :]
        if role is not None:
            self._check_role(role, paragraph.start if start is None else start)
        text, offsets, marks = mark(raw, offsets, self.ledger, markdown=False, continuity=self.continuity)
        text = text.replace("\f", " ").replace("\v", " ")
        marks = self._with_points(offsets, marks, paragraph)
        begin = paragraph.start if start is None else start
        sort = paragraph.sort
        if not has_words(text):
            if role is not None and not marks:
                self.ledger.problem(f"{role} has nothing to say", begin, f"write words after '{role}:'")
            for offset in offsets:
                self.ledger.markup(offset, offset + 1)
            told = tuple(
                replace(m, start=0, end=0) for m in marks if m.start == m.end and m.marking is not Marking.NOTE
            )
            yield Block(Sort.CUE if told else Sort.BREAK, marks=told, section=setting.section, start=begin)
            return
        if sort is Sort.HEADING and "\n" in raw:
            text = "".join(
                "\n" if self.ledger.source.text[at] == "\n" else sign for at, sign in zip(offsets, text, strict=True)
            )
        yield Block(sort, text, offsets, marks, role=role, note=setting.note, section=setting.section, start=begin)

    def _cells(self, raw: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
        """A row of a table: its cells parted by tabs."""
        lead, words = len(raw) - len(raw.lstrip("|+ \t")), raw.strip("|+ \t")
        for offset in (*offsets[:lead], *offsets[lead + len(words) :]):
            self.ledger.markup(offset, offset + 1)
        raw, offsets = words, offsets[lead : lead + len(words)]
        gaps = [match.span() for match in COLUMNS.finditer(raw)]
        keep = [i for i in range(len(raw)) if not any(a < i < b for a, b in gaps)]
        for start, end in gaps:
            self.ledger.markup(offsets[start], offsets[end - 1] + 1)
        tabs = {start for start, _ in gaps}
        return "".join("\t" if i in tabs else raw[i] for i in keep), [offsets[i] for i in keep]

    def _with_points(self, offsets: Sequence[int], marks: tuple[Mark, ...], paragraph: Paragraph) -> tuple[Mark, ...]:
        """The markup's marks and those that were found by their place in the source."""
        first = bisect_left(self.points, paragraph.start)
        last = bisect_right(self.points, paragraph.end)
        if first == last:
            return marks
        found = list(marks)
        for start, end, marking, name in self.marks[first:last]:
            if marking is Marking.NOTE and start >= paragraph.end + 3:
                continue
            begin, stop = bisect_left(offsets, start), bisect_left(offsets, end)
            if begin < stop or marking is Marking.NOTE:
                found.append(Mark(begin, stop if marking is not Marking.NOTE else begin, marking, name))
        return tuple(sorted(found, key=lambda one: (one.start, -one.end)))

    def entries(self) -> Iterator[Entry]:
        """What the table of contents lists and the text has; what it has not is a problem."""
        matches = self.structure.matches
        found = [at for _, at in matches if at is not None]
        for entry, at in matches:
            if at is not None:
                yield Entry(entry.title, self.clumps[at][0].start)
            elif entry.heading.kind == "chapter" and len(found) >= max(2, MISSING * len(matches)):
                what = f"'{entry.title}' is in the table of contents and not in the text"
                self.ledger.problem(what, entry.start, "add the chapter, or delete the line from the contents")
            elif entry.heading.kind in ("chapter", "numeral"):
                self.ledger.notice(f"'{entry.title}' of the table of contents was not found in the text", entry.start)


def _numbered(block: Block) -> Block:
    """A heading that is told to count the chapters, its Roman numeral marked as one: ``I The Period``."""
    numeral = re.match(r"[IVXLCDM]+(?![\w'’])", block.text)
    if numeral is None:
        return block
    return replace(block, marks=(Mark(0, numeral.end(), Marking.AS, "roman"), *block.marks))


def _with_holes(text: str, holes: list[tuple[int, int]]) -> str:
    parts, position = [], 0
    for start, end in sorted(holes):
        if end > position:
            begin = max(start, position)
            parts += [text[position:begin], HOLE * (end - begin)]
            position = end
    return "".join([*parts, text[position:]])


def _parted(clump: Clump, noted: Collection[int]) -> list[Clump]:
    """A clump cut at its lines of ornaments, and before those that begin with a note's sign."""
    notes = [row.start in noted or (row.text[0] == "(" and row.start + 2 in noted) for row in clump]
    if len(clump) == 1 or not (any(notes) or any(ORNAMENT.fullmatch(row.text) for row in clump)) or is_table(clump):
        return [clump]
    parts: list[Clump] = [[]]
    for row, begins_note in zip(clump, notes, strict=True):
        if ORNAMENT.fullmatch(row.text):
            parts += [[row], []]
        elif begins_note:
            parts.append([row])
        else:
            parts[-1].append(row)
    return [part for part in parts if part]


def _spoken(
    clump: Clump, cue_of: Callable[[str], re.Match[str] | None], named: Collection[str]
) -> Iterator[tuple[Clump, str | None, int]]:
    """A clump cut at its cues: the lines, who speaks them, and where the words begin.

    A name alone, nothing below it, is a cue only for a role that the cast names.
    """
    part: Clump = []
    role, begin = None, clump[0].start
    for row in clump:
        cue = cue_of(row.text)
        alone = row is clump[-1] and cue is not None and cue.end() >= len(row.text)
        if cue is not None and (not alone or cue["name"] in named):
            if part:
                yield part, role, begin
            part, role, begin = [], cue["name"], row.start + cue.end()
        part.append(row)
    yield part, role, begin
