"""What every format's reader gives: the source text, and its blocks in order, marked but not judged.

A reader says what there is; which of it is read is the policies' business (`pipeline.script.policies`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.materials import Notice, Source

MAX_PROBLEMS = 20


class Sort(Enum):
    """What a block is."""

    HEADING = auto()
    PARAGRAPH = auto()  # prose
    ITEM = auto()  # of a list, numbered or not
    VERSE = auto()  # one line of a poem, a song, an address: a sentence may run over several
    NOTE = auto()  # a paragraph of a footnote or endnote
    TABLE = auto()  # one row of a table, cells parted by tabs
    CAPTION = auto()  # of a table or picture
    IMAGE = auto()  # a picture's description
    PAGE = auto()  # a page's number, standing alone
    BREAK = auto()  # a scene break; no words
    CUE = auto()  # pauses and cues standing alone; no words


class Marking(StrEnum):
    """What a stretch of a block's text, or a point in it (``start == end``), is marked as."""

    EMPHASIS = "emphasis"
    STRONG = "strong"
    LANGUAGE = "language"  # value: BCP 47 tag
    SAY = "say"  # value: the respelling
    IPA = "ipa"  # value: phonemes in IPA
    AS = "as"  # value: date, time, cardinal, ordinal, digits, characters, telephone, currency, measure, year, …
    LINK = "link"  # value: the address
    NOTE = "note"  # a point; value: the id of the note that is referred to here
    PAUSE = "pause"  # a point; value: seconds
    SOUND = "sound"  # a point; value: laughs, sighs, … as the engine writes it, without brackets
    SUNG = "sung"  # between ♪ and ♪
    CUE = "cue"  # a point; value: 'action\tname\toption=value\t…'


@dataclass(frozen=True)
class Mark:
    """A marking of the characters ``start`` … ``end`` of a block's text."""

    start: int
    end: int
    marking: Marking
    value: str = ""


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, a line of dialogue, a row of a table, …

    Attributes:
        text: its words; no markup. Hard wraps are spaces. Runs of white space may occur.
        offsets: where each character of ``text`` stands in the source; a `range` where they run on.
        marks: markings of the text, in order of their start.
        level: of a heading: 1 begins a chapter, 2 … 6 are sections of it.
        role: who was named as the speaker; None for nobody.
        delivery: the script's note on how it is said (``whispering``); empty for none.
        language: BCP 47 tag of the whole block where the source gives one; empty otherwise.
        note: of a NOTE, the id by which its reference names it.
        section: what kind of section it stands in (see SECTIONS); ``body`` for the text itself.
        chapter: title, in the table of contents, of the chapter that begins with this block; None for no beginning.
        start: offset of its first character in the source, markup included.
    """

    sort: Sort
    text: str = ""
    offsets: Sequence[int] = range(0)
    marks: tuple[Mark, ...] = ()
    level: int = 0
    role: str | None = None
    delivery: str = ""
    language: str = ""
    note: str = ""
    section: str = "body"
    chapter: str | None = None
    start: int = 0


SECTIONS = (
    "body", "cover", "titlepage", "copyright", "dedication", "epigraph", "contents", "foreword", "preface",
    "introduction", "prologue", "epilogue", "afterword", "acknowledgments", "appendix", "glossary", "bibliography",
    "index", "notes", "colophon", "advertisement", "boilerplate",
)  # fmt: skip
"""Kinds of sections. EPUB Structural Semantics Vocabulary 1.1, some of its terms joined; ``advertisement`` is
'also by the author', ``boilerplate`` a distributor's header and licence (Project Gutenberg)."""


@dataclass(frozen=True)
class Entry:
    """A line of the book's table of contents: the title and where what it names begins in the source."""

    title: str
    offset: int


class Ledger:
    """What one reading has found: problems, notices, and what becomes of each character of the source.

    Args:
        source: the characters; every one of them is to be read until somebody says otherwise.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[InputError] = []
        self.notices: list[Notice] = []
        self.fates = bytearray(len(source.text))
        self.policies: list[str] = ["read", "markup"]  # the name of each fate

    def problem(self, what: str, offset: int, next_step: str) -> None:
        """Note an error at a character of the source."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(InputError(what, where=self.source.place(offset), next_step=next_step))

    def notice(self, what: str, offset: int) -> None:
        """Note something that stops nothing."""
        self.notices.append(Notice(what, self.source.place(offset)))

    def markup(self, start: int, end: int) -> None:
        """Characters that are no words: brackets, stars, a role's name, front matter, …"""
        self.fates[start:end] = b"\x01" * (end - start)

    def skip(self, start: int, end: int, policy: str) -> None:
        """Words that are not read, by a named policy. What is markup stays markup."""
        if policy not in self.policies:
            self.policies.append(policy)
        code = self.policies.index(policy)
        table = bytes(fate if fate == 1 else code for fate in range(256))
        self.fates[start:end] = self.fates[start:end].translate(table)

    def restore(self, policy: str) -> Iterator[tuple[int, int]]:
        """Have read again what was skipped under a name: the stretches, in order."""
        if policy not in self.policies:
            return
        code = bytes([self.policies.index(policy)])
        for match in re.finditer(re.escape(code) + b"+", bytes(self.fates)):
            self.fates[match.start() : match.end()] = bytes(match.end() - match.start())
            yield match.span()

    def close(self) -> None:
        """Stop here if there were problems.

        Raises:
            ProblemsError: all problems, in the order of the file.
        """
        if self.problems:
            raise ProblemsError(sorted(self.problems, key=_position))


def _position(problem: InputError) -> tuple[int, int]:
    place = problem.where
    return (place.line or 0, place.column or 0) if isinstance(place, Place) else (0, 0)


@dataclass(frozen=True)
class Document:
    """A file that has been taken apart.

    Attributes:
        ledger: of the source's characters. Those that are in no block are markup, or skipped by name.
        blocks: in the order in which they stand.
        contents: the book's table of contents, where it has one: what must not be missing.
        meta: title, author, language, … as the file names them.
        lexicons: the book's own (EPUB 3): name and content of each W3C PLS file.
    """

    ledger: Ledger
    blocks: tuple[Block, ...]
    contents: tuple[Entry, ...] = ()
    meta: dict[str, object] = field(default_factory=dict)
    lexicons: tuple[tuple[str, bytes], ...] = ()
