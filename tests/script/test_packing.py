"""What a chunk carries beside its words, and what it never reaches over."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings

from pipeline.edits import speak
from pipeline.engines import ReadingLimits
from pipeline.errors import Place
from pipeline.materials import (
    Chapter,
    ChapterChunks,
    Cue,
    Edit,
    Element,
    Line,
    LineKind,
    Manuscript,
    Rest,
    Sentence,
    Source,
)
from pipeline.script import chunk_manuscript

from .test_cutting import LIMITS, edited, sentence

HERE = Place("book.md", 1, 1)
ROOMY = ReadingLimits(8.0, 12.0)
WINDOW_S = 6.5
WINDOWED = replace(ROOMY, window_s=WINDOW_S)


def line(*sentences: Sentence, kind: LineKind = LineKind.PARAGRAPH, delivery: str = "") -> Line:
    return Line("NARRATOR", kind, sentences, HERE, delivery)


def chunked(
    *elements: Element, limits: ReadingLimits = ROOMY, paces: dict[str, float] | None = None
) -> ChapterChunks:
    book = Manuscript(Source(Path("book.md"), ""), (Chapter(1, "One", elements, HERE),))
    (chapter,), _ = chunk_manuscript(book, limits={"NARRATOR": limits}, language="en", paces=paces or {})
    return chapter


def said(text: str, language: str = "", *edits: Edit) -> Sentence:
    return Sentence(text, speak(text, edits), 0, len(text), edits=edits, language=language)


def test_a_chunk_never_goes_over_a_change_of_language() -> None:
    chunks = chunked(line(said("One."), said("Eins.", "de"), said("Zwei.", "de"), said("Two."))).chunks
    assert [(chunk.spoken, chunk.language) for chunk in chunks] == [("One.", ""), ("Eins. Zwei.", "de"), ("Two.", "")]
    assert [chunk.opens_line for chunk in chunks] == [True, False, False]


def test_a_chunk_knows_its_sentences_its_delivery_and_its_kind() -> None:
    (chunk,) = chunked(line(said("One."), said("Two."), kind=LineKind.NOTE, delivery="whispering")).chunks
    assert [sentence.shown for sentence in chunk.sentences] == ["One.", "Two."]
    assert (chunk.delivery, chunk.kind, chunk.opens_line) == ("whispering", LineKind.NOTE, True)


def test_cues_know_how_many_chunks_are_read_before_them() -> None:
    first, last = Cue("music", "theme", (), HERE), Cue("stop", "theme", (), HERE)
    chapter = chunked(first, line(said("One.")), Rest(1.0, HERE), line(said("Two.")), last)
    assert chapter.cues == ((0, first), (2, last))
    assert [chunk.asked_s for chunk in chapter.chunks] == [1.0, None]


def test_pronunciations_point_at_the_spoken_words() -> None:
    name = said(
        "Ask Mr. Nguyen of Leicester.", "", Edit(4, 7, "Mister", "abbreviation"), Edit(8, 14, "Win", "say", "wɪn")
    )
    town = said("Leicester lies low.", "", Edit(0, 9, "Leicester", "lexicon", "ˈlɛstə"))
    (chunk,) = chunked(line(said("Yes."), name, town)).chunks
    assert chunk.spoken == "Yes. Ask Mister Win of Leicester. Leicester lies low."
    assert [(chunk.spoken[start:end], ipa) for start, end, ipa in chunk.pronunciations] == [
        ("Win", "wɪn"),
        ("Leicester", "ˈlɛstə"),
    ]
    assert chunk.pronunciations[1][0] == chunk.spoken.rindex("Leicester")


def test_what_is_not_spoken_makes_no_chunk_of_its_own() -> None:
    silent = said("[sighs]", "", Edit(0, 7, "", "sound"))
    assert [chunk.shown for chunk in chunked(line(silent, said("One.")), line(silent)).chunks] == ["[sighs] One."]


def test_a_slow_voice_gets_shorter_chunks() -> None:
    lines = line(*[said("The boats were out all night and nobody knew it.")] * 12)
    usual, slow = chunked(lines).chunks, chunked(lines, paces={"NARRATOR": 2.0}).chunks
    assert len(slow) > len(usual)
    assert max(chunk.estimated_s for chunk in slow) <= 12.0


def test_where_windows_are_paid_for_chunks_fill_them() -> None:
    """Sentences of 3.9 s: the target makes pairs of 7.8 s of them, which pay for two windows and leave one empty."""
    lines = line(*[said("The boats were out all night and nobody on the shore knew it.")] * 9)
    by_target, by_windows = ([c.estimated_s for c in chunked(lines, limits=of).chunks] for of in (ROOMY, WINDOWED))
    assert any(7.0 < seconds < 9.0 for seconds in by_target), "or there is nothing to be shown"
    assert not any(7.0 < seconds < 9.0 for seconds in by_windows)
    assert sum(map(windows, by_windows)) < sum(map(windows, by_target))


def test_a_sentence_longer_than_a_window_stays_whole() -> None:
    text = "The boats were out all night and nobody on the shore knew it, for nobody had seen them go or come back."
    chunks = chunked(line(*[said(text)] * 3), limits=WINDOWED).chunks
    assert [chunk.spoken for chunk in chunks] == [text] * 3
    assert WINDOW_S < chunks[0].estimated_s <= WINDOWED.max_s


def test_a_word_alone_is_not_left_over_to_save_a_window() -> None:
    full = said("The boats were out all night and nobody knew it, for nobody had seen them go.")
    assert len(chunked(line(full, said("No.")), limits=WINDOWED).chunks) == 1


def test_a_cut_sentence_fills_windows_too() -> None:
    clause = "the boats were out all night and nobody knew it"  # 2.9 s and a comma
    whole = line(said(", and ".join([clause] * 5) + "."))
    by_target, by_windows = (
        sum(windows(chunk.estimated_s) for chunk in chunked(whole, limits=limits).chunks)
        for limits in (ROOMY, WINDOWED)
    )
    assert by_windows < by_target


def windows(seconds: float) -> int:
    return math.ceil(seconds / WINDOW_S)


@settings(max_examples=40, deadline=None)
@given(edited(), edited(), LIMITS)
def test_sentences_of_chunks_are_the_manuscripts_cut_at_the_same_place(
    one: Sentence, other: Sentence, limits: ReadingLimits
) -> None:
    chunks = chunked(line(one, other, sentence("So it was.")), limits=limits).chunks
    parts = [part for chunk in chunks for part in chunk.sentences]
    assert all(speak(part.shown, part.edits) == part.spoken for part in parts)
    shown = "".join(one.shown + other.shown + "So it was.").split()
    assert "".join("".join(part.shown.split()) for part in parts) == "".join(shown)
    for chunk in chunks:
        assert "".join(chunk.spoken.split()) == "".join("".join(part.spoken.split()) for part in chunk.sentences)
