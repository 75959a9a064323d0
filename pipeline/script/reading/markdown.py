"""Script Markdown (docs/script-markup.md): a file's lines sorted, gathered into passages, and these into blocks."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipeline.materials import Source
from pipeline.script import blocks
from pipeline.script.blocks import Block, Document, Ledger, Mark
from pipeline.script.reading.inline import Aside, Continuity, label_of, mark
from pipeline.script.reading.markdown_lines import BAR, cells, lines
from pipeline.script.reading.passages import MASK, Passage, ScriptLine, Sort, gather, settled
from pipeline.script.reading.tags import Fault, tag
from pipeline.script.words import has_words

FRONT = re.compile(r"---[ \t]*\n")
FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
COMMENT = re.compile(
    r"(?<!\\)<!--(?:(?P<closed>.*?-->)|.*)|(?<!\\)(?P<note>\[\[(?:(?!\]\]|\n[ \t]*\n).)*\]\](?![({\]]))", re.DOTALL
)
ADDRESS_LINE = re.compile(
    r"^ {0,3}\[(?!\^)(?P<label>[^\[\]\n]+)\]:[ \t]+(?P<url><[^<>\n]*>|[^\s<>]*[/#@:][^\s<>]*)"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$",
    re.MULTILINE,
)

_SORTS = {
    Sort.TEXT: blocks.Sort.PARAGRAPH,
    Sort.ITEM: blocks.Sort.ITEM,
    Sort.NOTE: blocks.Sort.NOTE,
    Sort.CAPTION: blocks.Sort.CAPTION,
    Sort.HEADING: blocks.Sort.HEADING,
    Sort.BREAK: blocks.Sort.BREAK,
    Sort.TABLE: blocks.Sort.TABLE,
    Sort.VERSE: blocks.Sort.VERSE,
}


def read(source: Source, ledger: Ledger, roles: Collection[str], sounds: Collection[str] | None = None) -> Document:
    """The document of a script in Markdown. What cannot be read aloud goes to the ledger as problems.

    Args:
        roles: the cast's.
        sounds: names that cues may use beside those of the front matter; None where none are declared anywhere:
            then any name goes, unless the front matter declares some.
    """
    meta, begin = front_matter(ledger)
    text = mask_comments(begin, ledger)
    text, links = _addresses(text, begin, ledger)
    continuity = Continuity(_declared(meta, sounds), links)
    given = lines(text, begin, ledger)
    found: list[Block] = []
    for passage in gather(given, text, roles, ledger, aliases=_aliases(meta, roles), strict=True):
        found += _blocks(passage, text, ledger, continuity)
    _match_notes(found, given, continuity, ledger)
    return Document(ledger, tuple(found), meta=meta)


def front_matter(ledger: Ledger) -> tuple[dict[str, object], int]:
    """The YAML between two ``---`` lines at the top, and the offset where the script itself begins."""
    text = ledger.source.text
    opening = FRONT.match(text)
    if opening is None:
        return {}, 0
    closing = FRONT_END.search(text, opening.end())
    if closing is None:
        ledger.problem("the front matter is not closed", 0, "end it with a line '---'")
        ledger.markup(0, len(text))
        return {}, len(text)
    ledger.markup(0, closing.end())
    return _parse(text[opening.end() : closing.start()], opening.end(), ledger), closing.end()


def _parse(matter: str, begin: int, ledger: Ledger) -> dict[str, object]:
    advice = "front matter is YAML, one 'name: value' a line; put values with ':' or '#' in quotation marks"
    try:
        values = YAML(typ="safe", pure=True).load(matter)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        why = error.problem if isinstance(error, MarkedYAMLError) else None
        offset = begin + min(mark.index, len(matter)) if mark is not None else begin
        ledger.problem(f"the front matter is not YAML: {why or error}", offset, advice)
        return {}
    if values is None:
        return {}
    if not isinstance(values, dict):
        ledger.problem("the front matter is not a list of 'name: value'", begin, advice)
        return {}
    return {str(name): value for name, value in values.items()}


def _addresses(text: str, begin: int, ledger: Ledger) -> tuple[str, dict[str, str]]:
    """The lines ``[label]: address`` masked, and the addresses by their labels."""
    links: dict[str, str] = {}

    def mask(match: re.Match[str]) -> str:
        if not isinstance(tag(match["label"]), Fault):
            return match[0]
        links.setdefault(label_of(match["label"]), match["url"].strip("<>"))
        ledger.markup(begin + match.start(), begin + match.end())
        return MASK * len(match[0])

    return (text[:begin] + ADDRESS_LINE.sub(mask, text[begin:]) if "]:" in text else text), links


def _declared(meta: Mapping[str, object], sounds: Collection[str] | None) -> Collection[str] | None:
    """Names of sounds: those given and those of the front matter, a list of names or a mapping by name."""
    own = meta.get("sounds")
    if not isinstance(own, list | dict):
        return sounds
    return [*(sounds or ()), *map(str, own)]


def _aliases(meta: Mapping[str, object], roles: Collection[str]) -> dict[str, str]:
    """Other names of roles: ``cast: {DR. NGUYEN: [NGUYEN, MAI]}`` in the front matter."""
    cast = meta.get("cast")
    if not isinstance(cast, dict):
        return {}
    named = {str(role): [names] if isinstance(names, str) else names for role, names in cast.items()}
    lists = {role: names for role, names in named.items() if isinstance(names, list) and role in roles}
    return {str(name): role for role, names in lists.items() for name in names if str(name) not in roles}


def mask_comments(begin: int, ledger: Ledger) -> str:
    """The text with every character of ``<!-- … -->`` and ``[[ … ]]`` replaced by a mask; the length stays."""
    text = ledger.source.text

    def mask(match: re.Match[str]) -> str:
        if match["closed"] is None and match["note"] is None:
            ledger.problem("a comment is not closed", begin + match.start(), "end it with '-->', or write '\\<!--'")
        ledger.markup(begin + match.start(), begin + match.end())
        return re.sub(r"[^\n]", MASK, match[0]) if match["note"] else MASK * len(match[0])

    return text[:begin] + COMMENT.sub(mask, text[begin:])


def _blocks(passage: Passage, text: str, ledger: Ledger, continuity: Continuity) -> Iterator[Block]:
    """A passage's block, and after it the notes and pictures that stood inside."""
    if passage.sort is Sort.BREAK:
        yield Block(blocks.Sort.BREAK, start=passage.start)
        return
    if passage.sort is Sort.TABLE:
        words, offsets, marks = _table_row(passage, text, ledger, continuity)
    else:
        words, offsets, marks = mark(*_raw(passage, text), ledger, markdown=True, continuity=continuity)
    asides, continuity.asides[:] = tuple(continuity.asides), []
    sort = blocks.Sort.NOTE if passage.note else _SORTS[passage.sort]
    block = Block(
        sort,
        words,
        offsets,
        marks,
        passage.level,
        passage.role,
        passage.delivery,
        note=passage.note,
        start=passage.start,
    )
    if words.strip() or marks or not asides:
        yield settled(block, ledger)
    for aside in asides:
        yield from _aside(aside, ledger)


def _raw(passage: Passage, text: str) -> tuple[str, Sequence[int]]:
    """The passage as it stands, comments gone; hard wraps are line feeds."""
    first, last = passage.spans[0][0], passage.spans[-1][1]
    whole = text[first:last]
    joins = zip(passage.spans, passage.spans[1:], strict=False)
    if MASK not in whole and all(text[end:start] == "\n" for (_, end), (start, _) in joins):
        return whole, range(first, last)
    raw = "\n".join(text[start:end] for start, end in passage.spans)
    offsets = [offset for start, end in passage.spans for offset in range(start, end + 1)][: len(raw)]
    if MASK not in raw:
        return raw, offsets
    return raw.replace(MASK, ""), [offset for offset, letter in zip(offsets, raw, strict=True) if letter != MASK]


def _table_row(
    passage: Passage, text: str, ledger: Ledger, continuity: Continuity
) -> tuple[str, Sequence[int], tuple[Mark, ...]]:
    """A row's words, its cells parted by tabs that stand where the bars do."""
    start, end = passage.spans[0]
    row = text[start:end].replace(MASK, " ")
    for bar in BAR.finditer(row):
        ledger.markup(start + bar.start(), start + bar.end())
    words = ""
    offsets: list[int] = []
    marks: list[Mark] = []
    for begin, stop in cells(row):
        cell = row[begin:stop].strip()
        first = start + begin + row[begin:stop].index(cell)
        places = range(first, first + len(cell))
        found, where, marked = mark(cell, places, ledger, markdown=True, continuity=continuity)
        if begin > cells(row)[0][0]:
            words += "\t"
            offsets.append(start + begin - 1)
        marks += [replace(one, start=one.start + len(words), end=one.end + len(words)) for one in marked]
        words += found
        offsets += where
    return words, offsets, tuple(marks)


def _aside(aside: Aside, ledger: Ledger) -> Iterator[Block]:
    known = list(map(str, ledger.problems))
    words, offsets, marks = mark(aside.raw, aside.offsets, ledger, markdown=True)
    ledger.problems[len(known) :] = [new for new in ledger.problems[len(known) :] if str(new) not in known]
    if has_words(words):
        yield Block(aside.sort, words, offsets, marks, note=aside.note, start=aside.start)
        return
    for offset in offsets:
        ledger.markup(offset, offset + 1)
    if aside.sort is blocks.Sort.NOTE:
        ledger.problem("a note without words", aside.start, "write ^[the note's words], or delete it")
    else:
        ledger.notice("a picture without a description: nobody hears of it", aside.start)


def _match_notes(found: list[Block], given: list[ScriptLine], continuity: Continuity, ledger: Ledger) -> None:
    """Every reference has its note, once; a note that nobody refers to is worth a notice."""
    begun = [(line.note, line.start) for line in given if line.sort is Sort.NOTE]
    ids = [note for note, _ in begun]
    for note, offset in continuity.references:
        if note not in ids:
            near = difflib.get_close_matches(note, ids, 1)
            guess = f"did you mean [^{near[0]}]? Otherwise " if near else ""
            ledger.problem(f"there is no note [^{note}]", offset, f"{guess}write it on a line: [^{note}]: its words")
    for index, (note, offset) in enumerate(begun):
        if note in ids[:index]:
            ledger.problem(f"the note [^{note}] is written twice", offset, "give each note a name of its own")
        elif note not in {reference for reference, _ in continuity.references}:
            ledger.notice(f"nothing refers to the note [^{note}]", offset)
