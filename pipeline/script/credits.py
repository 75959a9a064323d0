"""Opening and closing credits: chapters of a sentence or two that no manuscript holds and stores ask for."""

from __future__ import annotations

from pathlib import Path

from pipeline.edits import speak
from pipeline.errors import InputError, Place
from pipeline.materials import Chapter, Line, LineKind, Manuscript, Sentence, Source
from pipeline.production import NARRATOR
from pipeline.script.hints import plain_edits
from pipeline.script.lexicon import Lexicon
from pipeline.script.sentences import splitter
from pipeline.script.words import has_words, word_spans


def read_credits(text: str, *, number: int, title: str, language: str, lexicon: Lexicon, place: Place) -> Manuscript:
    """A manuscript of one chapter, which nobody announces, with ``text`` read by the narrator.

    Args:
        text: what is said.
        number: the chapter's number.
        title: the chapter's title, for tags and lists.
        language: BCP 47 tag.
        lexicon: how words are said.
        place: where the text was written.

    Raises:
        InputError: there is nothing to say in it.
    """
    words = " ".join(text.split())
    if not has_words(words):
        raise InputError(
            f"the {title.lower()} hold nothing to read aloud",
            where=place,
            next_step="write some words, or delete the entry",
        )
    sentences = tuple(_sentence(words, span, language, lexicon) for span in splitter(language)(words))
    line = Line(NARRATOR, LineKind.PARAGRAPH, sentences, place)
    source = Source(Path(place.file), words, (0,), (place,))
    return Manuscript(source, (Chapter(number, title, (line,), place),))


def _sentence(text: str, span: tuple[int, int], language: str, lexicon: Lexicon) -> Sentence:
    start, end = span
    shown = text[start:end]
    edits = plain_edits(shown, language, LineKind.PARAGRAPH, lexicon)
    words = tuple((start + first, start + last) for first, last in word_spans(shown))
    return Sentence(shown, speak(shown, edits), start, end, words, edits)
