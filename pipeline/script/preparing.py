"""A script becomes a Manuscript: chapters, lines and sentences, each word with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.materials import Break, Chapter, Line, LineKind, Manuscript, Rest, Sentence, Source
from pipeline.production import NARRATOR
from pipeline.script.accounting import account_for_source
from pipeline.script.blocks import Ledger
from pipeline.script.lexicon import Speak, speak_heading, speaker_of
from pipeline.script.reading import former_plain as plain
from pipeline.script.reading import markdown
from pipeline.script.reading.former import Traced, parse
from pipeline.script.reading.passages import Passage, Sort, gather
from pipeline.script.reading.source import read_source
from pipeline.script.sentences import Spans, splitter
from pipeline.script.words import word_spans

SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".txt": "text", ".text": "text"}
OPENING = "Opening"
"""Title of what stands before a script's first heading."""


@dataclass(frozen=True)
class _Voice:
    """How the words of this script become sentences."""

    split: Callable[[str], Spans]
    speak: Speak


@dataclass(frozen=True)
class _Element:
    """What one passage gives: a heading's lines, a paragraph's, or a break; ``level`` is 0 where it is no heading."""

    level: int
    offset: int
    parts: tuple[Line | Rest | Break, ...]


def read_manuscript(
    path: Path,
    *,
    format: str,  # noqa: A002  # as the production file names it
    language: str,
    lexicon: Mapping[str, str],
    roles: Collection[str],
) -> Manuscript:
    """The script in ``path``.

    In Markdown each ``# `` heading begins a chapter. What stands before the first one is a chapter of its own,
    'Opening', that nobody announces; a script without headings is one chapter, titled as the front matter's
    ``title`` or else as the file is named. A chapter that holds only the heading of a part or book
    (``Part One``) is joined to the chapter after it.

    Args:
        path: the script, UTF-8.
        format: ``markdown``, ``text`` or ``auto`` (by the file's suffix).
        language: BCP 47 tag; decides how sentences are found. Without a model for it, the English rules are used.
        lexicon: spelling → respelling, for the spoken text only.
        roles: the cast's roles. ``NARRATOR`` is always one.

    Raises:
        ProblemsError: everything in the script that cannot be read aloud, each with file, line and column.
        InputError: the format cannot be told, or a lexicon entry is empty.
        UnaccountedWords: a word would have been lost; our mistake.
    """
    is_markdown = _format(path, format) == "markdown"
    voice = _Voice(splitter(language), speaker_of(lexicon))
    source = read_source(path)
    ledger = Ledger(source)
    meta, passages, text = _passages(source, is_markdown, roles, ledger)
    elements = [_element(passage, text, is_markdown, voice, ledger) for passage in passages]
    drafts = _join_parts(_drafts(elements))
    title = OPENING if len(drafts) > 1 else str(meta.get("title") or path.stem)
    chapters = tuple(_chapter(number, draft, title, ledger) for number, draft in enumerate(drafts, start=1))
    if not any(chapter.spoken for chapter in chapters) and not ledger.problems:
        ledger.problem("the script holds nothing to read aloud", 0, "write some words in it")
    ledger.close()
    manuscript = Manuscript(source=source, chapters=chapters, meta=meta)
    account_for_source(source, ledger.fates, manuscript)
    return manuscript


def _format(path: Path, chosen: str) -> str:
    if chosen != "auto":
        return chosen
    if path.suffix.lower() not in SUFFIXES:
        what = f"the suffix '{path.suffix}' does not tell the script's format"
        step = "name it .md or .txt, or set 'script: format:' to markdown or text"
        raise ProblemsError([InputError(what, where=Place(str(path)), next_step=step)])
    return SUFFIXES[path.suffix.lower()]


def _passages(
    source: Source, is_markdown: bool, roles: Collection[str], ledger: Ledger
) -> tuple[dict[str, object], list[Passage], str]:
    if not is_markdown:
        return {}, list(gather(plain.lines(source.text, ledger), source.text, roles, ledger)), source.text
    meta, begin = markdown.front_matter(ledger)
    text = markdown.mask_comments(begin, ledger)
    return meta, list(gather(markdown.lines(text, begin, ledger), text, roles, ledger)), text


def _element(passage: Passage, text: str, is_markdown: bool, voice: _Voice, ledger: Ledger) -> _Element:
    place = ledger.source.place(passage.start)
    if passage.sort is Sort.BREAK:
        return _Element(0, passage.start, (Break(place),))
    is_heading = passage.sort is Sort.HEADING
    pieces = [_silence(piece, ledger) for piece in parse(passage, text, is_markdown, ledger)]
    kind = LineKind.HEADING if is_heading else LineKind.LINE if passage.role else LineKind.PARAGRAPH
    parts = tuple(
        piece if isinstance(piece, Rest) else _line(piece, kind, passage.role or NARRATOR, voice, ledger)
        for piece in pieces
        if piece is not None
    )
    if not parts or (is_heading and not any(isinstance(part, Line) for part in parts)):
        return _wordless(passage, ledger)
    return _Element(max(passage.level, 1) if is_heading else 0, passage.start, parts)


def _silence(piece: Traced | Rest, ledger: Ledger) -> Traced | Rest | None:
    """None for a piece without a letter or digit (``~``, ``…``): there is nothing in it to say."""
    if isinstance(piece, Rest) or not piece.is_silent:
        return piece
    for offset in piece.offsets:
        ledger.markup(offset, offset + 1)
    return None


def _wordless(passage: Passage, ledger: Ledger) -> _Element:
    """A paragraph of ornaments is a scene break; a heading or a role's line without words is a problem."""
    if passage.sort is Sort.HEADING:
        ledger.problem("a heading without words", passage.start, "give it words, or delete it")
    elif passage.role is not None:
        ledger.problem(f"{passage.role} has nothing to say", passage.start, f"write words after '{passage.role}:'")
    return _Element(0, passage.start, (Break(ledger.source.place(passage.start)),))


def _line(piece: Traced, kind: LineKind, role: str, voice: _Voice, ledger: Ledger) -> Line:
    text = "".join(" " if letter.isspace() else letter for letter in piece.text)
    sentences = tuple(_sentence(text, piece.offsets, span, kind, voice) for span in voice.split(text))
    return Line(role, kind, sentences, ledger.source.place(sentences[0].start))


def _sentence(text: str, offsets: tuple[int, ...], span: tuple[int, int], kind: LineKind, voice: _Voice) -> Sentence:
    begin, end = span
    shown = " ".join(text[begin:end].split())
    words = tuple(
        (offsets[begin + start], offsets[begin + stop - 1] + 1) for start, stop in word_spans(text[begin:end])
    )
    spoken = voice.speak(speak_heading(shown) if kind is LineKind.HEADING else shown)
    return Sentence(shown=shown, spoken=spoken, start=words[0][0], end=words[-1][1], words=words)


def _drafts(elements: list[_Element]) -> list[list[_Element]]:
    """Elements by chapter. A chapter begins at a heading of level 1; deeper headings are sections of it."""
    drafts: list[list[_Element]] = [[]]
    for element in elements:
        if element.level == 1:
            drafts.append([])
        drafts[-1].append(element)
    opening = drafts[0]
    if len(drafts) > 1 and not any(_lines(element) for element in opening):
        drafts = drafts[1:]  # only breaks and pauses before the first heading
    return [draft for draft in drafts if draft]


def _join_parts(drafts: list[list[_Element]]) -> list[list[_Element]]:
    """``Part One`` with nothing of its own goes to the chapter after it, where it is announced first."""
    joined: list[list[_Element]] = []
    carried: list[_Element] = []
    for draft in drafts:
        is_part = draft[0].level == 1 and plain.PART.match(_words(draft[0])) is not None
        if is_part and not _has_text(draft) and draft is not drafts[-1]:
            carried += draft
        else:
            joined.append([*carried, *draft])
            carried = []
    return joined


def _chapter(number: int, draft: list[_Element], title: str, ledger: Ledger) -> Chapter:
    headings = [_words(element) for element in draft if element.level == 1]
    if headings:
        title = ". ".join(heading.removesuffix(".") for heading in headings)
        if not _has_text(draft):
            what = f"the chapter '{title}' has no words of its own"
            ledger.problem(what, draft[0].offset, "write its text below the heading, or delete the heading")
    parts = tuple(part for element in draft for part in element.parts)
    return Chapter(number, title, parts, ledger.source.place(draft[0].offset))


def _lines(element: _Element) -> list[Line]:
    return [part for part in element.parts if isinstance(part, Line)]


def _words(element: _Element) -> str:
    return " ".join(sentence.shown for line in _lines(element) for sentence in line.sentences)


def _has_text(draft: list[_Element]) -> bool:
    return any(_lines(element) for element in draft if element.level == 0)
