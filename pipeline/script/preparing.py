"""A manuscript in any format becomes a Manuscript: chapters, lines and sentences, each word with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.languages import primary
from pipeline.materials import Break, Chapter, Element, Line, LineKind, Manuscript
from pipeline.production import NARRATOR, Policies, ScriptFormat
from pipeline.script.accounting import account_for_source
from pipeline.script.blocks import Document, Sort
from pipeline.script.lexicon import Lexicon, load_lexicon
from pipeline.script.lines import announcement, elements_of, slice_block
from pipeline.script.policies import Kept, keep, skip
from pipeline.script.reading import read_document
from pipeline.script.reading.headings import heading_of
from pipeline.script.setting import EngineOf, Setting
from pipeline.script.verses import joined_verses
from pipeline.script.words import has_words

OPENING = "Opening"
"""Title of what stands before a script's first heading."""

AS_WRITTEN = "{heading}"


@dataclass(frozen=True)
class _Draft:
    """A chapter in the making.

    Attributes:
        title: from the table of contents; None where the chapter's own headings say it.
        parts: its blocks, in the order of reading.
    """

    title: str | None
    parts: tuple[Kept, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(
            " ".join(kept.block.text.split())
            for kept in self.parts
            if kept.kind is LineKind.HEADING and kept.block.level == 1
        )

    @property
    def words(self) -> int:
        return sum(len(kept.block.text.split()) for kept in self.parts)

    @property
    def has_text(self) -> bool:
        return any(kept.kind is not LineKind.HEADING and has_words(kept.block.text) for kept in self.parts)


Recast = Callable[[Sequence[str], int], Sequence[Sequence[tuple[int, int, str]]]]
"""Gives a chapter's speech to roles: its paragraphs and its number in, for each paragraph its stretches (start, end,
role) out, in order and complete."""


def read_manuscript(
    path: Path,
    *,
    format: ScriptFormat = "auto",  # noqa: A002  # as the production file names it
    language: str,
    roles: Collection[str],
    lexicon: Lexicon | None = None,
    policies: Policies | None = None,
    engine_of: EngineOf = lambda _role: None,
    recast: Recast | None = None,
) -> Manuscript:
    """The script in ``path``, as it will be read aloud.

    A chapter begins where the book's table of contents says so, or, in a format without one, at each heading of the
    first level. What stands before the first one is a chapter of its own, 'Opening', that nobody announces; a script
    without headings is one chapter, titled as the script or its file is named. A chapter that holds only the heading
    of a part (``Part One``) is joined to the chapter after it.

    Args:
        path: the script.
        format: ``auto`` goes by the file's suffix and content.
        language: BCP 47 tag of what the script does not mark as another.
        roles: the cast's roles. ``NARRATOR`` is always one.
        lexicon: how words are said; the book's own lexicons lie below it.
        policies: what is read beside the text.
        engine_of: a role's engine; what that cannot do becomes a notice. None can do everything.
        recast: gives quoted speech to roles; None leaves it with the narrator.

    Raises:
        ProblemsError: everything in the script that cannot be read aloud, each with file, line and column.
        InputError: the format cannot be told, or a policy names what is not there.
        UnaccountedWords: a word would have been lost; our mistake.
    """
    document = read_document(path, format, roles)
    ledger = document.ledger
    policies = policies or Policies()
    book = load_lexicon((), {}, book=document.lexicons, notify=ledger.notices.append)
    setting = Setting(language, lexicon.over(book) if lexicon else book, policies, ledger, engine_of)
    _check_language(document, language)
    drafts = _drafts(document, joined_verses(keep(document, policies, language), ledger.source.text))
    title = str(document.meta.get("title") or path.stem)
    drafts = _join_parts(drafts, document)
    chapters = _chapters(drafts, title, setting, recast)
    if not any(chapter.spoken for chapter in chapters) and not ledger.problems:
        ledger.problem("the script holds nothing to read aloud", 0, "write some words in it")
    _check_contents(document)
    ledger.close()
    manuscript = Manuscript(ledger.source, chapters, document.meta, notices=tuple(ledger.notices))
    begins = [draft.parts[0].block.start for draft in drafts]
    return replace(manuscript, account=account_for_source(document, manuscript, begins))


def _drafts(document: Document, kept: Sequence[Kept]) -> list[_Draft]:
    drafts: list[tuple[str | None, list[Kept]]] = [(None, [])]
    for part in kept:
        block = part.block
        is_heading = block.sort is Sort.HEADING and block.level == 1
        if block.chapter is not None or (is_heading and not document.contents):
            drafts.append((block.chapter, []))
        drafts[-1][1].append(part)
    opening = drafts[0][1]
    if len(drafts) > 1 and not any(part.block.text.strip() for part in opening):
        drafts = drafts[1:]  # only breaks and pauses before the first heading
    return [_Draft(title, tuple(parts)) for title, parts in drafts if parts]


def _join_parts(drafts: Sequence[_Draft], document: Document) -> list[_Draft]:
    """``Part One`` with nothing of its own goes to the chapter after it, where it is announced first.

    So does ``Chapter 25`` before a heading that is no chapter's: that is its title.
    """
    joined: list[_Draft] = []
    carried: tuple[Kept, ...] = ()
    titles: tuple[str, ...] = ()
    for draft, following in zip(drafts, [*drafts[1:], None], strict=False):
        if following is not None and _joins(draft, following, document):
            carried += draft.parts
            titles += (draft.title.removesuffix("."),) if draft.title else ()
            continue
        title = draft.title if draft.title is None else ". ".join((*titles, draft.title))
        joined.append(_Draft(title, (*carried, *draft.parts)))
        carried, titles = (), ()
    return joined


def _joins(draft: _Draft, following: _Draft, document: Document) -> bool:
    """Whether a draft without text belongs to the one after it, and is not a chapter whose text is missing.

    A part may have a line or two of its own: ``Book II. Containing scenes of matrimonial felicity``.
    """
    kind = _kind(draft)
    if draft.has_text:
        return kind == "part" and draft.words <= PART_WORDS and _kind(following) in NUMBERED
    if kind == "part" or (kind in ("title", "section") and (document.contents or _is_first(following))):
        return True
    return kind in NUMBERED and _kind(following) not in (*NUMBERED, "part")


PART_WORDS = 60  # a part with no more is a title and what it contains, or its motto

NUMBERED = ("chapter", "numeral")


def _is_first(draft: _Draft) -> bool:
    """Whether it is the first of numbered chapters: of a story, a prologue."""
    heading = heading_of(". ".join(draft.headings))
    return heading is not None and heading.kind in NUMBERED and heading.number == 1


def _kind(draft: _Draft) -> str:
    heading = heading_of(". ".join(draft.headings) or draft.title or "")
    return "title" if heading is None else heading.kind


def _chapters(drafts: Sequence[_Draft], title: str, setting: Setting, recast: Recast | None) -> tuple[Chapter, ...]:
    chapters = []
    for number, draft in enumerate(drafts, start=1):
        named = draft.title or ". ".join(heading.removesuffix(".") for heading in draft.headings)
        if named and not draft.has_text:
            what = f"the chapter '{named}' has no words of its own"
            step = "write its text below the heading, or delete the heading"
            setting.ledger.problem(what, draft.parts[0].block.start, step)
        named = " ".join(named.split()) or (OPENING if len(drafts) > 1 else title)
        elements = _elements(draft, number, setting, recast)
        chapters.append(Chapter(number, named, elements, setting.ledger.source.place(draft.parts[0].block.start)))
    return tuple(chapters)


def _elements(draft: _Draft, number: int, setting: Setting, recast: Recast | None) -> tuple[Element, ...]:
    elements: list[Element] = []
    for kept in _recast(_announced(draft, number, setting, elements), number, recast):
        block = kept.block
        if block.sort is Sort.BREAK:
            elements.append(Break(setting.ledger.source.place(block.start)))
            continue
        found = elements_of(kept, setting)
        if not any(isinstance(element, Line) for element in found) and block.text.strip():
            _wordless(kept, setting)
            elements.append(Break(setting.ledger.source.place(block.start)))
        elements += found
    return tuple(elements)


def _announced(draft: _Draft, number: int, setting: Setting, elements: list[Element]) -> Sequence[Kept]:
    """The chapter's parts. Under a template of the producer's its headings give way to an announcement."""
    template = setting.policies.headings
    if template == AS_WRITTEN or not draft.headings:
        return draft.parts
    count = next(
        (index for index, kept in enumerate(draft.parts) if kept.kind is not LineKind.HEADING), len(draft.parts)
    )
    for kept in draft.parts[:count]:
        skip(kept.block, "headings", setting.ledger)
    headings = [heading.removesuffix(".") for heading in draft.headings]
    written = heading_of(". ".join(headings))
    said = {
        "{heading}": ". ".join(headings),
        "{number}": str(written.number or number if written else number),
        "{title}": written.title if written else ". ".join(headings),
    }
    text = template
    for name, value in said.items():
        text = text.replace(name, value)
    text = " ".join(text.split()).strip(" .:-–—,")
    if has_words(text):
        elements.append(announcement(f"{text}.", draft.parts[0].block.start, setting))
    return draft.parts[count:]


def _recast(parts: Sequence[Kept], chapter: int, recast: Recast | None) -> list[Kept]:
    """The parts with quoted speech as blocks of their own, each with its role."""
    prose = [kept for kept in parts if kept.kind is LineKind.PARAGRAPH and not kept.block.role and kept.block.text]
    if recast is None or not prose:
        return list(parts)
    stretches = dict(zip(map(id, prose), recast([kept.block.text for kept in prose], chapter), strict=True))
    return [
        replace(
            kept,
            block=replace(slice_block(kept.block, start, end), role=None if role == NARRATOR else role),
            continues=start > 0,
        )
        if id(kept) in stretches
        else kept
        for kept in parts
        for start, end, role in stretches.get(id(kept), ((0, 0, NARRATOR),))
    ]


def _wordless(kept: Kept, setting: Setting) -> None:
    """A paragraph of ornaments is a scene break; a heading or a role's line without words is a problem."""
    block = kept.block
    if kept.kind is LineKind.HEADING:
        setting.ledger.problem("a heading without words", block.start, "give it words, or delete it")
    elif block.role is not None:
        what = f"{block.role} has nothing to say"
        setting.ledger.problem(what, block.start, f"write words after '{block.role}:'")


def _check_language(document: Document, language: str) -> None:
    own = str(document.meta.get("language") or document.meta.get("lang") or "")
    if own and primary(own) != primary(language):
        what = f"the script says that its language is '{own}'; it is read as '{language}', as asked for"
        document.ledger.notice(what, 0)


def _check_contents(document: Document) -> None:
    """Every entry of the table of contents has words, read or skipped by a policy."""
    ledger = document.ledger
    text = ledger.source.text
    entries = sorted(document.contents, key=lambda entry: entry.offset)
    for entry, following in zip(entries, [*entries[1:], None], strict=False):
        end = len(text) if following is None else following.offset
        if end == entry.offset and following is not None:
            continue  # two entries for one place
        if not has_words(text[entry.offset : end]):
            what = f"the chapter '{entry.title}' of the table of contents has no words"
            ledger.problem(what, entry.offset, "look whether its file in the book is empty or its text is a picture")
