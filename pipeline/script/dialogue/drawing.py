"""A cast sheet drawn from a manuscript, over the one that is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.errors import Place
from pipeline.materials import LineKind, Manuscript
from pipeline.production import NARRATOR
from pipeline.script.dialogue.quotes import find_speech, styles_of
from pipeline.script.dialogue.sheet import CastSheet, SheetLine, draw_lines, merge, role_name
from pipeline.script.dialogue.speakers import attribute, people_of

Paragraphs = Sequence[tuple[str, Place]]


def chapters_of(manuscript: Manuscript) -> dict[int, Paragraphs]:
    """The narrator's paragraphs by chapter, as they are shown."""
    return {
        chapter.number: [
            (" ".join(sentence.shown for sentence in line.sentences), line.place)
            for line in chapter.lines
            if line.kind is LineKind.PARAGRAPH and line.role == NARRATOR
        ]
        for chapter in manuscript.chapters
    }


def draw_sheet(chapters: Mapping[int, Paragraphs], language: str, quotes: str, sheet: CastSheet) -> CastSheet:
    """The sheet of a whole book: its lines found and given to speakers, a person's decisions kept.

    Args:
        chapters: (text, place) of every paragraph, by chapter.
        language: BCP 47 tag.
        quotes: style of quotation marks, see `find_speech`.
        sheet: as it is on disk; an empty one the first time.
    """
    texts = {number: [text for text, _ in rows] for number, rows in chapters.items()}
    book = [text for rows in texts.values() for text in rows]
    style = "+".join(styles_of(book)) if quotes == "auto" else quotes
    speech = {number: find_speech(rows, language, style) for number, rows in texts.items()}
    flat = [row for rows in speech.values() for row in rows]
    by_role = {role_name(name): name for name in people_of(book, flat, language).values()} if sheet.also else {}
    also = {by_role.get(role, role): names for role, names in sheet.also.items()}
    said_by = attribute(book, flat, language, also)
    drawn: list[SheetLine] = []
    at = 0
    for number, rows in chapters.items():
        places = [place for _, place in rows]
        drawn += draw_lines(texts[number], speech[number], said_by[at : at + len(rows)], number, places)
        at += len(rows)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, person in people_of(book, flat, language, also).items():
        if name != person:
            names[role_name(person)].append(name)
    return replace(merge(sheet, drawn, names), quotes=style)
