"""What is said is told from what is narrated, in the typography of six languages. Sentences are ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.script.dialogue.quotes import find_speech


def marked(*paragraphs: str, language: str = "en", style: str = "auto") -> list[str]:
    """The paragraphs with square brackets around what is found."""
    shown = []
    for text, speeches in zip(paragraphs, find_speech(paragraphs, language, style), strict=True):
        opened, closed = {speech.start for speech in speeches}, {speech.end for speech in speeches}
        signs = [f"{']' * (i in closed)}{'[' * (i in opened)}{sign}" for i, sign in enumerate(text)]
        shown.append("".join(signs) + "]" * (len(text) in closed))
    return shown


@pytest.mark.parametrize(
    ("language", "style", "expected"),
    [
        ("en", "auto", "[“Come in,”] said Anna. [“It is cold.”]"),
        ("en", "auto", '["Come in,"] said Anna.'),
        ("en", "auto", "[“He said ‘never’ to me,”] said Anna."),
        ("en", "single", "[‘He said “never” to me,’] said Anna."),
        ("en", "single", "[‘It’s the boys’ fault, I won’t go,’] said Tom’s aunt."),
        ("en", "single", "['I don't see 'em,'] said Tom's aunt; ['not one.']"),
        ("de", "auto", "[„Komm herein“], sagte Anna. [„Es ist kalt.“]"),
        ("de", "auto", "[„Er sagte ‚nie‘ zu mir“], sagte Anna."),
        ("de", "auto", "[»Komm herein«], sagte Anna. [»Es ist kalt.«]"),
        ("fr", "auto", "[« Entrez, »] dit Anna. [« Il fait froid. »]"),
        ("fr", "auto", "[« Entrez,] dit-elle, [il fait froid. »]"),
        ("fr", "auto", "[— Entrez,] dit Anna en souriant, [il fait froid.]"),
        ("fr", "auto", "[— Entrez !] s’écria Anna."),
        ("es", "auto", "[—No sé] —dijo Juan—. [Vamos a casa.]"),
        ("es", "auto", "[—No sé] —dijo Juan, y se sentó."),
        ("es", "auto", "[-No sé] -dijo Juan-. [Vamos a casa.]"),
        ("es", "auto", "Entonces dijo: [«No sé.»]"),
        ("it", "auto", "[«Vieni,»] disse Maria. [«Fa freddo.»]"),
        ("it", "auto", "[“Vieni”], disse Maria."),
        ("it", "auto", "[— Vieni] — disse Maria [— fa freddo.]"),
        ("pt", "auto", "[— Não sei] — disse João. [— Vamos para casa.]"),
        ("pt", "auto", "[“Não sei”], disse João."),
    ],
)
def test_speech_is_told_from_narration(language: str, style: str, expected: str) -> None:
    text = expected.replace("[", "").replace("]", "")
    assert marked(text, language=language, style=style) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "They called him “the Captain” in the village.",
        "She had looked up the word “harbour” twice.",
        "He had just read “Emma” again.",
        "It was not ‘lost’ but the sailors’ knots held.",
        'A so-called "expert" had been there.',
    ],
)
def test_what_is_only_named_is_not_said(text: str) -> None:
    talk = ["“Well,” said Anna.", "“No.”"]  # what the book's own style is
    assert marked(*talk, text)[-1] == text


def test_a_quotation_goes_on_in_the_next_paragraph_that_opens_again() -> None:
    found = find_speech(["“It was late.", "“Nobody came.”", "“Who?” asked Tom."], "en")
    assert [[speech.continued for speech in speeches] for speeches in found] == [[False], [True], [False]]


def test_an_unmatched_mark_never_crosses_its_paragraph() -> None:
    assert marked("“It was late, he said.", "Nobody came.") == ["[“It was late, he said.]", "Nobody came."]


def test_a_paragraph_that_begins_with_a_dash_is_narration_in_a_book_that_speaks_in_quotes() -> None:
    talk = ["“Well,” said Anna."] * 12
    assert marked(*talk, "— It was the third of May.")[-1] == "— It was the third of May."


@given(
    st.lists(st.text(alphabet="“”‘’\"'«»„—- abA.,!?dit", max_size=40), max_size=6),
    st.sampled_from(["en", "de", "fr", "es", "it", "pt", "xx"]),
)
def test_stretches_are_in_order_apart_and_inside_their_paragraph(paragraphs: list[str], language: str) -> None:
    found = find_speech(paragraphs, language)
    assert len(found) == len(paragraphs)
    for text, speeches in zip(paragraphs, found, strict=True):
        edges = [edge for speech in speeches for edge in (speech.start, speech.end)]
        assert edges == sorted(edges)
        assert all(0 <= speech.start < speech.end <= len(text) for speech in speeches)
