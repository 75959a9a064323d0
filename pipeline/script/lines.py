"""A block becomes lines: cut at its pauses, cues and speakers, split into sentences, each with its spoken form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.edits import merged, speak
from pipeline.languages import primary
from pipeline.materials import Cue, Edit, Element, Line, LineKind, Rest, Sentence
from pipeline.production import NARRATOR
from pipeline.script.blocks import Block, Ledger, Mark, Marking
from pipeline.script.hints import hints, plain_edits
from pipeline.script.policies import Kept
from pipeline.script.reading.headings import NUMBERED, ORDERED
from pipeline.script.sentences import splitter
from pipeline.script.setting import Saying, Setting
from pipeline.script.words import has_words, word_spans

SPACES = re.compile(r"[^\S\t]{2,}|[^\S \t\u00a0\u2007\u202f]")  # a no-break space holds 20 000 together
UNPARTED = re.compile(r" [\"“«„‘'¿¡(]?\w")  # a number and its title
CELL_END = re.compile(r"[.!?…:;,]$")


def elements_of(kept: Kept, setting: Setting) -> list[Element]:
    """The lines of a block, and the pauses and cues between them."""
    block = _collapsed(kept.block)
    elements: list[Element] = []
    if not has_words(block.text):
        for mark in block.marks:
            if mark.marking is Marking.SOUND:
                what = f"[{mark.value}] stands without words and is left out; write it beside some"
                setting.ledger.notice(what, block.start)
    for piece in _pieces(block):
        if isinstance(piece, Mark):
            elements += _rest_or_cue(piece, block, setting.ledger)
        elif has_words(piece.text):
            elements.append(_line(piece, kept, setting))
        else:
            _silence(piece.offsets, setting.ledger)
    return elements


def announcement(text: str, offset: int, setting: Setting) -> Line:
    """A heading that is said and that no source holds."""
    return Line(NARRATOR, LineKind.HEADING, (_announced(text, offset, setting),), setting.ledger.source.place(offset))


def join_blocks(blocks: Sequence[Block]) -> Block:
    """Blocks that follow each other as one, a space between them: the lines of a stanza, which sentences run over."""
    texts: list[str] = []
    offsets: list[int] = []
    marks: list[Mark] = []
    for block in blocks:
        if offsets:
            texts.append(" ")
            offsets.append(offsets[-1] + 1)
        shift = len(offsets)
        marks += [replace(mark, start=mark.start + shift, end=mark.end + shift) for mark in block.marks]
        texts.append(block.text)
        offsets += block.offsets
    return replace(blocks[0], text="".join(texts), offsets=offsets, marks=tuple(marks))


def slice_block(block: Block, start: int, end: int) -> Block:
    """Characters ``start`` … ``end`` of a block, its marks with them; marks over an edge are cut there."""
    marks = tuple(
        replace(mark, start=max(mark.start, start) - start, end=min(mark.end, end) - start)
        for mark in block.marks
        if (mark.start < end and mark.end > start) or (mark.start == mark.end and start <= mark.start <= end)
    )
    offsets = block.offsets[start:end]
    return replace(
        block, text=block.text[start:end], offsets=offsets, marks=marks, start=offsets[0] if offsets else block.start
    )


def _collapsed(block: Block) -> Block:
    """Runs of white space as one space each; tabs, which part a table's cells, and lone no-break spaces stay."""
    text = block.text
    runs = [match.span() for match in SPACES.finditer(text)]
    if not runs:
        return block
    parts: list[str] = []
    offsets: list[int] = []
    begin = 0
    for start, end in runs:
        parts += (text[begin:start], " ")
        offsets += block.offsets[begin : start + 1]
        begin = end
    parts.append(text[begin:])
    offsets += block.offsets[begin:]

    def moved(position: int) -> int:
        return position - sum(min(end, position) - start - 1 for start, end in runs if start + 1 < position)

    marks = tuple(replace(mark, start=moved(mark.start), end=moved(mark.end)) for mark in block.marks)
    return replace(block, text="".join(parts), offsets=offsets, marks=marks)


def _pieces(block: Block) -> Iterator[Block | Mark]:
    """Stretches of text between the pauses and cues, and these."""
    points = [mark for mark in block.marks if mark.marking in (Marking.PAUSE, Marking.CUE)]
    begin = 0
    for mark in points:
        if mark.start > begin:
            yield slice_block(block, begin, mark.start)
        yield mark
        begin = mark.start
    if begin < len(block.text):
        yield slice_block(block, begin, len(block.text)) if begin else block


def _rest_or_cue(mark: Mark, block: Block, ledger: Ledger) -> list[Element]:
    offset = block.offsets[mark.start - 1] + 1 if mark.start else block.start  # behind its neighbour
    place = ledger.source.place(offset)
    if mark.marking is Marking.PAUSE:
        return [Rest(float(mark.value), place)]
    action, name, *options = mark.value.split("\t")
    pairs = tuple((key, value) for key, _, value in (option.partition("=") for option in options))
    return [Cue(action, name, pairs, place)]


def _silence(offsets: Sequence[int], ledger: Ledger) -> None:
    """A stretch without a letter or digit (``~``, ``…``): there is nothing in it to say."""
    for offset in offsets:
        ledger.markup(offset, offset + 1)


def _line(block: Block, kept: Kept, setting: Setting) -> Line:
    language = block.language or setting.language
    role = block.role or NARRATOR
    kind = LineKind.LINE if block.role and kept.kind is LineKind.PARAGRAPH else kept.kind
    sentences = [_sentence(block, span, role, kind, setting) for span in _spans(block, language) if span[1] > span[0]]
    if kept.before and block.start == kept.block.start:
        sentences.insert(0, _announced(kept.before, sentences[0].start, setting))
    if kept.after and block.offsets[-1] == kept.block.offsets[-1]:
        sentences.append(_announced(kept.after, sentences[-1].end, setting))
    place = setting.ledger.source.place(sentences[0].start)
    return Line(role, kind, tuple(sentences), place, block.delivery, kept.continues)


def _spans(block: Block, language: str) -> list[tuple[int, int]]:
    """Sentences of a block. A table's cell is one; the announcement of a chapter is not taken apart."""
    split = splitter(language)
    if "\t" not in block.text:
        return _with_words(block.text, split(block.text))
    bounds = [-1, *(match.start() for match in re.finditer("\t", block.text)), len(block.text)]
    cells = [(start + 1, end) for start, end in pairwise(bounds)]
    found = []
    for start, end in cells:
        found += [(start + first, start + last) for first, last in split(block.text[start:end])]
    return _with_words(block.text, found)


def _with_words(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that each hold a letter or digit: ornaments go to the sentence before, or else the one after them."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not (has_words(text[start:end]) and has_words(text[joined[-1][0] : joined[-1][1]])):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _sentence(block: Block, span: tuple[int, int], role: str, kind: LineKind, setting: Setting) -> Sentence:
    start, end = span
    shown = block.text[start:end].replace("\t", " ")
    offsets = block.offsets
    words = tuple((offsets[start + a], offsets[start + b - 1] + 1) for a, b in word_spans(shown))
    marks = [_within(mark, start, end) for mark in block.marks if _touches(mark, span, block.text)]
    saying = Saying(setting.language, role, kind, words[0][0])
    if block.language and _speaks(block.language, saying, setting):
        saying = replace(saying, language=block.language)
    language, edits = _edits(shown, marks, saying, setting)
    if kind is LineKind.HEADING:
        edits = _with_stop(shown, marks, edits)
    if kind is LineKind.TABLE and not CELL_END.search(shown):
        edits = (*edits, Edit(len(shown), len(shown), "." if end == len(block.text) else ",", "table"))
    return Sentence(
        shown=shown,
        spoken=speak(shown, edits),
        start=words[0][0],
        end=words[-1][1],
        words=words,
        edits=edits,
        language="" if language == setting.language else language,
    )


def _edits(shown: str, marks: Sequence[Mark], saying: Saying, setting: Setting) -> tuple[str, tuple[Edit, ...]]:
    """The language of a sentence and its edits: hints before the lexicon before the language's own rules."""
    foreign = [mark for mark in marks if mark.marking is Marking.LANGUAGE and _speaks(mark.value, saying, setting)]
    for mark in foreign:
        if not has_words(shown[: mark.start] + shown[mark.end :]):
            saying, foreign = replace(saying, language=mark.value), []
            break
    language, kind = saying.language, saying.kind
    around = plain_edits(shown, language, kind, setting.lexicon)
    if not marks:
        return language, around
    inside = [
        replace(edit, start=edit.start + mark.start, end=edit.end + mark.start)
        for mark in foreign
        for edit in plain_edits(shown[mark.start : mark.end], mark.value, kind, setting.lexicon)
    ]
    outside = [edit for edit in around if not any(edit.start < m.end and edit.end > m.start for m in foreign)]
    return language, merged(hints(shown, marks, saying, setting), inside, outside)


def _with_stop(shown: str, marks: Sequence[Mark], edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """A stop between a chapter's number and its title where none is written: ``Chapter one. Loomings``."""
    numeral = next((mark for mark in marks if (mark.start, mark.marking) == (0, Marking.AS)), None)
    heading = NUMBERED.fullmatch(shown) or ORDERED.fullmatch(shown)
    end = max(heading.end("mark"), heading.end("number")) if heading else numeral.end if numeral else 0
    if not end or not UNPARTED.match(shown, end):
        return edits
    said = next((edit for edit in edits if edit.start < edit.end == end), Edit(end, end, "", "heading"))
    stopped = replace(said, spoken=f"{said.spoken.rstrip()}.")
    return tuple(sorted([*(edit for edit in edits if edit is not said), stopped], key=lambda edit: edit.start))


def _speaks(language: str, saying: Saying, setting: Setting) -> bool:
    """Whether a passage is read by the rules of its language: not if the role's engine does not speak that."""
    engine = setting.engine_of(saying.role)
    if engine is None or "*" in engine.languages or primary(language) in engine.languages:
        return True
    what = f"{saying.role}: {engine.name} does not speak '{language}'; the passage is read as '{setting.language}'"
    setting.ledger.notice(what, saying.offset)
    return False


def _touches(mark: Mark, span: tuple[int, int], text: str) -> bool:
    """Whether a mark belongs to a sentence; a point between two sentences to the one before it."""
    start, end = span
    if mark.start < mark.end:
        return mark.start < end and mark.end > start
    following = len(text[end:]) - len(text[end:].lstrip())
    return start <= mark.start < end + max(following, 1) or (start == 0 and mark.start == 0)


def _within(mark: Mark, start: int, end: int) -> Mark:
    return replace(mark, start=min(max(mark.start, start), end) - start, end=max(min(mark.end, end), start) - start)


def _announced(text: str, offset: int, setting: Setting) -> Sentence:
    edits = plain_edits(text, setting.language, LineKind.HEADING, setting.lexicon)
    return Sentence(text, speak(text, edits), offset, offset, edits=edits)
