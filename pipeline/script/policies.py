"""Which of a document's blocks are read, in which order, and what is said that nobody wrote.

Whatever is not read is skipped under a name, which the account shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from pipeline.errors import InputError
from pipeline.languages import primary
from pipeline.materials import LineKind
from pipeline.production import Policies, Policy
from pipeline.script.blocks import SECTIONS, Block, Document, Ledger, Marking, Sort

SKIPPED_SECTIONS = frozenset({
    "cover", "titlepage", "copyright", "contents", "index", "bibliography", "notes", "colophon", "advertisement",
    "boilerplate",
})  # fmt: skip
"""Kinds of sections that no audiobook reads. 'reading: narrate' brings them back, 'leave_out' adds others."""

KINDS = {
    Sort.HEADING: LineKind.HEADING,
    Sort.NOTE: LineKind.NOTE,
    Sort.TABLE: LineKind.TABLE,
    Sort.CAPTION: LineKind.CAPTION,
    Sort.IMAGE: LineKind.IMAGE,
    Sort.PAGE: LineKind.PAGE,
}

PAGE_NUMBERS = "page_numbers"  # readers skip the numbers in the middle of a paragraph under this name too

ANNOUNCED = {
    Sort.NOTE: {"en": "Footnote.", "es": "Nota.", "fr": "Note.", "de": "Fußnote.", "it": "Nota.", "pt": "Nota."},
    Sort.TABLE: {
        "en": "Table.", "es": "Tabla.", "fr": "Tableau.", "de": "Tabelle.", "it": "Tabella.", "pt": "Tabela.",
    },
    Sort.CAPTION: {
        "en": "Caption.", "es": "Leyenda.", "fr": "Légende.", "de": "Bildunterschrift.", "it": "Didascalia.",
        "pt": "Legenda.",
    },
    Sort.IMAGE: {
        "en": "Picture.", "es": "Imagen.", "fr": "Image.", "de": "Bild.", "it": "Immagine.", "pt": "Imagem.",
    },
    Sort.PAGE: {"en": "Page", "es": "Página", "fr": "Page", "de": "Seite", "it": "Pagina", "pt": "Página"},
}  # fmt: skip
END_OF_NOTE = {
    "en": "End of footnote.", "es": "Fin de la nota.", "fr": "Fin de la note.", "de": "Ende der Fußnote.",
    "it": "Fine della nota.", "pt": "Fim da nota.",
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A block that is read.

    Attributes:
        before: said before it though nobody wrote it; empty for nothing.
        after: said after it.
        continues: it goes on with the paragraph of the block before it.
    """

    block: Block
    kind: LineKind
    before: str = ""
    after: str = ""
    continues: bool = False


def keep(document: Document, policies: Policies, language: str) -> list[Kept]:
    """The blocks that are read, in the order of reading; the rest is skipped in the document's ledger.

    A note is read after the block that refers to it; one that nobody refers to, where it stands.

    Args:
        language: of what is announced; a language without words for that is announced in English.

    Raises:
        InputError: the policies name a section that the document does not have.
    """
    ledger = document.ledger
    chosen = _by_sort(policies)
    blocks = [*_with_inline_pages(document, chosen[Sort.PAGE])]
    narrated, notes = _narrated(document, blocks, policies)
    referred = frozenset(notes)
    kept: list[Kept] = []
    for block in narrated:
        policy = chosen.get(block.sort, "read")
        if policy == "skip":
            skip(block, _policy_name(block.sort), ledger)
        elif block.sort is not Sort.NOTE or block.note not in referred:
            kept += _with_notes(_kept(block, policy, language), notes, chosen[Sort.NOTE], language)
    for block in (block for unread in notes.values() for block in unread):
        skip(block, "footnotes", ledger)  # referred to from nothing that is read
    return kept


def _by_sort(policies: Policies) -> dict[Sort, Policy]:
    return {
        Sort.NOTE: policies.footnotes,
        Sort.TABLE: policies.tables,
        Sort.CAPTION: policies.captions,
        Sort.IMAGE: policies.images,
        Sort.PAGE: policies.page_numbers,
    }


def _policy_name(sort: Sort) -> str:
    names = {Sort.NOTE: "footnotes", Sort.TABLE: "tables", Sort.CAPTION: "captions", Sort.IMAGE: "images"}
    return names.get(sort, PAGE_NUMBERS)


def _narrated(
    document: Document, blocks: Sequence[Block], policies: Policies
) -> tuple[list[Block], dict[str, list[Block]]]:
    """The blocks of sections that are read, and of them the notes by the name they are referred to by."""
    narrated: list[Block] = []
    notes: dict[str, list[Block]] = defaultdict(list)
    for block, reason in zip(blocks, _reasons(document, blocks, policies), strict=True):
        if reason:
            skip(block, f"section: {reason}", document.ledger)
            continue
        narrated.append(block)
        if block.sort is Sort.NOTE and block.note:
            notes[block.note].append(block)
    referred = {mark.value for block in narrated for mark in block.marks if mark.marking is Marking.NOTE}
    return narrated, {note: those for note, those in notes.items() if note in referred}


def _kept(block: Block, policy: Policy, language: str) -> Kept:
    before = ANNOUNCED.get(block.sort, {}) if policy == "announce" else {}
    return Kept(block, KINDS.get(block.sort, LineKind.PARAGRAPH), _word(before, language))


def _with_notes(kept: Kept, notes: dict[str, list[Block]], policy: Policy, language: str) -> Iterator[Kept]:
    """A block and after it the notes that it refers to, each at its first reference; notes may refer to notes."""
    yield kept
    for mark in kept.block.marks:
        blocks = notes.pop(mark.value, []) if mark.marking is Marking.NOTE and policy != "skip" else []
        for position, block in enumerate(blocks):
            announced = policy == "announce"
            before = _word(ANNOUNCED[Sort.NOTE], language) if announced and position == 0 else ""
            after = _word(END_OF_NOTE, language) if announced and position == len(blocks) - 1 else ""
            yield from _with_notes(Kept(block, LineKind.NOTE, before, after), notes, policy, language)


def _word(words: Mapping[str, str], language: str) -> str:
    return words.get(primary(language), words.get("en", ""))


def skip(block: Block, policy: str, ledger: Ledger) -> None:
    """Have a block's characters not read, by a named policy."""
    for start, end in _runs(block.offsets):
        ledger.skip(start, end, policy)


def _runs(offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    if isinstance(offsets, range):
        yield offsets.start, offsets.stop
        return
    for offset in offsets:
        yield offset, offset + 1


def _with_inline_pages(document: Document, policy: Policy) -> Iterator[Block]:
    """All blocks; if pages' numbers are read, those within a paragraph as blocks of their own behind it."""
    if policy == "skip":
        yield from document.blocks
        return
    pages = list(document.ledger.restore(PAGE_NUMBERS))
    for block, following in zip(document.blocks, [*document.blocks[1:], None], strict=False):
        yield block
        while pages and (following is None or pages[0][0] < following.start):
            start, end = pages.pop(0)
            text, offsets = document.ledger.source.text[start:end], range(start, end)
            yield Block(Sort.PAGE, text, offsets, section=block.section, start=start)


def _reasons(document: Document, blocks: Sequence[Block], policies: Policies) -> Iterator[str]:
    """For each block why its section is not read; empty where it is."""
    asked = {name.casefold(): False for name in (*policies.narrate, *policies.leave_out)}
    chapter = ""
    for block in blocks:
        title = _begins(document, block)
        chapter = chapter if title is None else title
        names = _names(document, block, chapter)
        wanted, unwanted = (_matching(names, patterns) for patterns in (policies.narrate, policies.leave_out))
        asked |= dict.fromkeys([*wanted, *unwanted], True)
        kind = block.section
        if block.sort is Sort.NOTE and kind == "notes":
            kind = "body"  # by the policy on footnotes
        yield unwanted[0] if unwanted else kind if kind in SKIPPED_SECTIONS and not wanted else ""
    missing = [name for name, found in asked.items() if not found and name not in SECTIONS]
    if missing:
        what = f"the script has no section '{missing[0]}'"
        step = f"name a kind ({', '.join(SECTIONS[1:])}), a chapter's title or a file inside the book"
        raise InputError(what, where="reading", next_step=step)


def _begins(document: Document, block: Block) -> str | None:
    if document.contents:
        return block.chapter
    return block.text if block.sort is Sort.HEADING and block.level == 1 else block.chapter


def _names(document: Document, block: Block, chapter: str) -> tuple[str, ...]:
    inside = document.ledger.source.place(block.start).file.partition("!")[2]
    return tuple(
        name.casefold() for name in (block.section, " ".join(chapter.split()), inside, inside.rpartition("/")[2])
    )


def _matching(names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    return [
        pattern.casefold()
        for pattern in patterns
        if any(name and fnmatch(name, pattern.casefold()) for name in names)
    ]
