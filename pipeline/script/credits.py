"""Opening and closing credits: chapters of a sentence or two that no manuscript holds and stores ask for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import InputError, Place
from pipeline.materials import Chapter, Line, LineKind, Manuscript, Sentence, Source
from pipeline.production import NARRATOR
from pipeline.script.lexicon import speaker_of
from pipeline.script.sentences import splitter


def read_credits(
    text: str, *, number: int, title: str, language: str, lexicon: Mapping[str, str], place: Place
) -> Manuscript:
    """A manuscript of one chapter, which nobody announces, with ``text`` read by the narrator.

    Args:
        text: what is said.
        number: the chapter's number.
        title: the chapter's title, for tags and lists.
        language: BCP 47 tag.
        lexicon: spelling → respelling, for the spoken text only.
        place: where the text was written.

    Raises:
        InputError: there is nothing to say in it.
    """
    words = " ".join(text.split())
    if not any(letter.isalnum() for letter in words):
        raise InputError(
            f"the {title.lower()} hold nothing to read aloud",
            where=place,
            next_step="write some words, or delete the entry",
        )
    speak = speaker_of(lexicon)
    sentences = tuple(
        Sentence(shown=words[start:end], spoken=speak(words[start:end]), start=start, end=end)
        for start, end in splitter(language)(words)
    )
    line = Line(NARRATOR, LineKind.PARAGRAPH, sentences, place)
    source = Source(Path(place.file), words, (0,), (place,))
    return Manuscript(source, (Chapter(number, title, (line,), place),))
