"""Which blocks begin chapters, how deep the headings are, and what kind of section each block stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.script.blocks import Sort
from pipeline.script.reading import vocabulary
from pipeline.script.reading.navigation import BEFORE_HEADING, Line
from pipeline.script.reading.transcript import WORD, Draft

CHAPTER_WORDS = 12
SHORT = 20  # words: a paragraph that may be a heading
LINKED = 4  # blocks in a row that are only links: a table of contents in the text
TITLE_WORDS = 60  # of a title page
RIGHTS_WORDS = 600  # of a copyright page
NOT_LETTERS = re.compile(r"[\W_]+")


def by_contents(drafts: list[Draft], chapters: Sequence[Line]) -> None:
    """Chapters as the table of contents has them. What precedes the first is a chapter of its own, file by file."""
    begins: dict[int, str] = {}
    first = chapters[0].index or 0
    for index in _unlisted(drafts, first):
        begins[index] = _own_title(drafts, index)
    for line in chapters:
        begins[_heading_after(drafts, line.index or 0, line.title)] = line.title
    for draft in drafts:
        if draft.sort is Sort.HEADING:
            draft.level = max(draft.level, 2)
    for index, title in begins.items():
        draft = drafts[index]
        draft.chapter = title
        if _may_head(draft) and (_is_title(draft.text, title) or _is_chapter_line(draft)):
            draft.sort = Sort.HEADING
        if draft.sort is Sort.HEADING:
            draft.level = 1
            _subtitle(drafts, index, title)


def _may_head(draft: Draft) -> bool:
    return draft.sort in (Sort.PARAGRAPH, Sort.ITEM, Sort.VERSE)


def _is_chapter_line(draft: Draft) -> bool:
    return len(draft.text.split()) <= CHAPTER_WORDS and vocabulary.CHAPTER_LINE.fullmatch(draft.text) is not None


def _subtitle(drafts: list[Draft], index: int, title: str) -> None:
    """*Chapter II* is followed by the rest of its title: that is a heading too."""
    following = drafts[index + 1] if index + 1 < len(drafts) else None
    if following is None or following.chapter is not None or not _may_head(following):
        return
    if title.endswith(following.text) and _is_title(following.text, title):
        following.sort, following.level = Sort.HEADING, 2


def _unlisted(drafts: list[Draft], first: int) -> list[int]:
    """Where files with words begin that stand before everything in the table of contents."""
    indices, file = [], -1
    for index, draft in enumerate(drafts[:first]):
        if draft.file != file and draft.sort not in (Sort.PAGE, Sort.BREAK):
            indices.append(index)
            file = draft.file
    return indices


def _own_title(drafts: list[Draft], index: int) -> str:
    file = drafts[index].file
    for draft in drafts[index:]:
        if draft.file != file:
            break
        if draft.sort is Sort.HEADING:
            return draft.text
    section = drafts[index].section
    return section.capitalize() if section != "body" else " ".join(drafts[index].text.split()[:6])


def _heading_after(drafts: list[Draft], index: int, title: str) -> int:
    """The heading that the chapter begins with, past page numbers and pictures; otherwise the index itself."""
    for position in range(index, len(drafts)):
        draft = drafts[position]
        if draft.chapter is not None or draft.file != drafts[index].file:
            break
        if draft.sort is Sort.HEADING or (position > index and _is_title(draft.text, title)):
            return position
        if draft.sort not in BEFORE_HEADING:
            break
    return index


def _is_title(text: str, title: str) -> bool:
    words, named = (NOT_LETTERS.sub("", each).casefold() for each in (text, title))
    return bool(words) and len(text.split()) <= SHORT and (words == named or (len(words) > 3 and words in named))


def by_headings(drafts: list[Draft], title: str = "") -> None:
    """Chapters as the headings have them, where there is no table of contents.

    Level 1 is the shallowest level that occurs twice or more, else the only one; a level whose headings have no text
    of their own (parts) leaves it to the next. A first heading of a shallower level is the title of the whole.
    """
    if _by_lines(drafts):
        return
    headings = [index for index, draft in enumerate(drafts) if draft.sort is Sort.HEADING]
    if not headings:
        return
    levels = sorted({drafts[index].level for index in headings if drafts[index].section == "body"})
    chapter = _chapter_level(drafts, headings, levels)
    for order, index in enumerate(headings):
        draft = drafts[index]
        if draft.level < chapter and order == 0 and _is_whole(drafts, headings, title):
            draft.section = "titlepage" if draft.section == "body" else draft.section
            draft.level = 2
        elif order < 4 and vocabulary.BY_LINE.fullmatch(draft.text) and drafts[headings[0]].section == "titlepage":
            draft.section, draft.level = "titlepage", 2
        elif draft.level <= chapter:
            if draft.level < chapter and _is_empty(drafts, index, draft.level):
                _open_part(draft, drafts[headings[order + 1]], chapter)
            draft.level = 1
        else:
            draft.level = min(draft.level - chapter + 1, 6)


def _open_part(part: Draft, following: Draft, chapter: int) -> None:
    """A title with nothing of its own, no 'Part One': the chapter below it begins there and is announced after it."""
    if following.level == chapter and vocabulary.PART.match(part.text) is None:
        part.chapter = f"{part.text.strip().removesuffix('.')}. {following.text.strip()}"
        following.level += 1


def _by_lines(drafts: list[Draft]) -> bool:
    """Chapters whose headings are only paragraphs (*CHAPTER IV.*), where no heading is one of a chapter's."""
    lines = [draft for draft in drafts if _may_head(draft) and not draft.is_link and _is_chapter_line(draft)]
    headings = [draft for draft in drafts if draft.sort is Sort.HEADING]
    if len(lines) < 2 or any(_is_chapter_line(draft) for draft in headings):
        return False
    for draft in headings:
        is_chapter = vocabulary.PART.match(draft.text) or vocabulary.section_of_heading(draft.text)
        draft.level = 1 if is_chapter else max(draft.level, 2)
    for draft in lines:
        draft.sort, draft.level = Sort.HEADING, 1
    return True


def _is_whole(drafts: list[Draft], headings: list[int], title: str) -> bool:
    """Whether the first heading is the title of the whole and not of a part: the only one of its level."""
    first = drafts[headings[0]]
    return sum(drafts[index].level <= first.level for index in headings) == 1 or _is_title(first.text, title)


def _chapter_level(drafts: list[Draft], headings: list[int], levels: list[int]) -> int:
    for level in levels:
        here = [index for index in headings if drafts[index].level == level and drafts[index].section == "body"]
        deeper = [other for other in levels if other > level]
        if len(here) < 2 and deeper and _count(drafts, headings, deeper) >= 2:
            continue
        empty = sum(_is_empty(drafts, index, level) for index in here)
        named = sum(vocabulary.CHAPTER.match(drafts[index].text) is not None for index in here)
        if deeper and len(here) >= 2 and empty * 2 > len(here) and named * 2 < len(here):
            continue
        return level
    return levels[0] if levels else 1


def _count(drafts: list[Draft], headings: list[int], levels: list[int]) -> int:
    return max(sum(drafts[index].level == level for index in headings) for level in levels)


def _is_empty(drafts: list[Draft], index: int, level: int) -> bool:
    """Whether a deeper heading follows before any text."""
    for draft in drafts[index + 1 :]:
        if draft.sort is Sort.HEADING:
            return draft.level > level
        if draft.sort not in BEFORE_HEADING:
            return False
    return False


def sections(drafts: list[Draft], files: Sequence[str | None], title: str) -> None:
    """Front and back matter by headings, file names and looks, where the document did not say it by itself.

    Args:
        files: of each file of the book the section that its name tells, or None.
        title: the book's.
    """
    _boilerplate(drafts)
    _title_lines(drafts, title)
    _by_headings(drafts)
    _linked(drafts)
    _by_files(drafts, files, title)


def _boilerplate(drafts: list[Draft]) -> None:
    """Project Gutenberg's header up to its start line and licence from its end line on."""
    start = next((i for i, d in enumerate(drafts[:400]) if vocabulary.GUTENBERG_START.search(d.text)), None)
    if start is not None:
        for draft in drafts[: start + 1]:
            draft.section = "boilerplate"
        for draft in drafts[start + 1 : start + 4]:
            if vocabulary.GUTENBERG_CREDIT.match(draft.text):
                draft.section = "boilerplate"
    end = next((i for i, d in enumerate(drafts) if vocabulary.GUTENBERG_END.search(d.text)), None)
    if end is not None and (start is None or end > start):
        for draft in drafts[end:]:
            draft.section = "boilerplate"


def _title_lines(drafts: list[Draft], title: str) -> None:
    """The book's title and *by An Author* as headings before the first one that begins a text."""
    lines: list[Draft] = []
    for draft in drafts:
        if draft.section != "body" or draft.sort in BEFORE_HEADING:
            continue
        is_title = _is_title(draft.text, title) or vocabulary.BY_LINE.fullmatch(draft.text)
        if draft.sort is not Sort.HEADING or not is_title or len(draft.text.split()) > SHORT:
            break
        lines.append(draft)
    else:
        return
    if draft.sort is Sort.HEADING:
        for line in lines:
            line.section = "titlepage"


def _by_headings(drafts: list[Draft]) -> None:
    """A heading such as *Preface* names what follows it, up to the next heading as high or the next chapter."""
    section, level = None, 0
    for draft in drafts:
        begins = draft.chapter is not None or (draft.sort is Sort.HEADING and draft.level <= level)
        if begins or (draft.sort is Sort.HEADING and section is None):
            named = vocabulary.section_of_heading(draft.chapter or draft.text)
            if named is None and draft.sort is Sort.HEADING:
                named = vocabulary.section_of_heading(draft.text)
            if begins or named is not None:
                section, level = named, max(draft.level, 1)
        if section is not None and draft.section == "body":
            draft.section = section


def _linked(drafts: list[Draft]) -> None:
    """Lines that are only links within the book, several in a row: a table of contents."""
    run: list[Draft] = []
    heading: Draft | None = None
    for draft in [*drafts, Draft(Sort.BREAK, "", (), (), 0, "", "", "", 0)]:
        if draft.is_link and draft.section == "body" and draft.sort is not Sort.HEADING:
            run.append(draft)
        elif draft.sort in BEFORE_HEADING and draft.section == "body":
            continue
        else:
            if len(run) >= LINKED:
                for each in [*run, *([heading] if heading else [])]:
                    each.section = "contents"
            run = []
            is_heading = draft.section == "body" and vocabulary.section_of_heading(draft.text) == "contents"
            heading = draft if is_heading else None


def _by_files(drafts: list[Draft], files: Sequence[str | None], title: str) -> None:
    """Whole files by their name, their statement of rights, or the book's title and little else."""
    by_file: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_file.setdefault(draft.file, []).append(draft)
    is_opening = True
    for file, inside in by_file.items():
        if any(draft.section != "body" for draft in inside):
            continue
        words = sum(len(draft.text.split()) for draft in inside)
        named = files[file] if file < len(files) else None
        if named in ("cover", "titlepage", "copyright", "dedication") and words > RIGHTS_WORDS:
            named = None
        if named is None and words <= RIGHTS_WORDS and len(by_file) > 3:
            if any(vocabulary.RIGHTS.search(draft.text) for draft in inside) and not _has_chapter_heading(inside):
                named = "copyright"
            elif is_opening and words <= TITLE_WORDS and any(_is_title(draft.text, title) for draft in inside):
                named = "titlepage"
        if named is not None:
            for draft in inside:
                draft.section = named
        elif any(WORD.search(draft.text) for draft in inside) and words > TITLE_WORDS:
            is_opening = False


def _has_chapter_heading(inside: list[Draft]) -> bool:
    return any(draft.sort is Sort.HEADING and vocabulary.CHAPTER.match(draft.text) for draft in inside)
