"""Spoken credits: said by the narrator, before the first and after the last chapter, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError, Place
from pipeline.flows.callsheet import draw_up
from pipeline.production_file import load_order
from pipeline.script import load_lexicon, read_credits

BOOK = """\
title: The Harbour Light
author: A. Writer
{more}
script: {{path: harbour.md}}
cast: {{NARRATOR: {{engine: humming, voice: middle}}}}
"""
SCRIPT = "# The Harbour\n\nThe boats were in.\n\n# The Lamp\n\nIt was lit.\n"


def drawn_up(folder: Path, more: str) -> list[tuple[int, str, str]]:
    (folder / "harbour.md").write_text(SCRIPT)
    (folder / "book.yaml").write_text(BOOK.format(more=more))
    sheet = draw_up(load_order(folder / "book.yaml"))
    return [
        (chapter.number, chapter.title, " ".join(chunk.spoken for chunk in chapter.chunks))
        for chapter in sheet.chapters
    ]


def test_without_credits_nothing_is_added(tmp_path: Path) -> None:
    assert [number for number, _, _ in drawn_up(tmp_path, "")] == [1, 2]


def test_default_credits_name_title_author_and_a_synthetic_narrator(tmp_path: Path) -> None:
    chapters = drawn_up(tmp_path, "credits: {}")
    assert [number for number, _, _ in chapters] == [0, 1, 2, 3]  # the book's own chapters keep their numbers
    assert chapters[0][1:] == (
        "Opening Credits",
        "The Harbour Light. Written by A. Writer. Narrated by a synthetic voice.",
    )
    assert chapters[3][1:] == (
        "Closing Credits",
        "This has been The Harbour Light. Written by A. Writer. Narrated by a synthetic voice. The end.",
    )


def test_credits_are_said_as_they_are_written_with_their_names_filled_in(tmp_path: Path) -> None:
    written = '{opening: "{title}, by {author}, read by {narrator}.", closing: Goodbye.}'
    more = f"narrator: Ann O. Other\ncredits: {written}"
    chapters = drawn_up(tmp_path, more)
    assert chapters[0][2] == "The Harbour Light, by A. Writer, read by Ann O. Other."
    assert chapters[-1][2] == "Goodbye."


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("credits: {opening: 'By {writer}.'}", "'{writer}' stands for nothing"),
        ("language: de\ncredits: {opening: Guten Tag.}", "write 'credits: closing:' in de"),
        ("credits: {opening: '...'}", "nothing to read aloud"),
    ],
)
def test_credits_that_cannot_be_said_are_told(more: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        drawn_up(tmp_path, more)
    assert words in str(told.value)
    assert "book.yaml:" in str(told.value)


def test_the_lexicon_reaches_the_credits() -> None:
    lexicon = load_lexicon((), {"Pequod": "Peekwod"})
    read = read_credits(
        "The Pequod.", number=0, title="Opening Credits", language="en", lexicon=lexicon, place=Place("book.yaml", 3)
    )
    (sentence,) = read.chapters[0].lines[0].sentences
    assert (sentence.shown, sentence.spoken) == ("The Pequod.", "The Peekwod.")
