"""Screenplays: what is heard, who says it, and nothing lost - beside the reading of screenplay-tools."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.materials import Source
from pipeline.script.blocks import Document, Marking, Sort
from pipeline.script.blocks import Ledger as Book
from pipeline.script.reading import fountain
from pipeline.script.reading.source import starts_of_lines

ROLES = ("NARRATOR", "Mara", "OWEN", "McClane")
SCRIPT = """\
Title:
    _**The Tower**_
    _**Retold**_
Credit: Written by
Author: N. N.
Draft date: 1/2/2026

# Act One

= They meet.

EXT. REEF - NIGHT #1A#

A lamp. OWEN, thirty, climbs -- slowly.
He counts *steps*.

The door opens.

MARA (V.O.)
Who is there?
(whispering)
Answer me, _please_.

OWEN ^
Only me. [[He is not
alone.]] Believe me.

@McClane
~Blow the wind

int. tower - later

OWEN (shouting)
It is 9:30!

CUT TO:

.THE LAMP ROOM

> THE END <

===

> BURN TO WHITE.
"""


def read(script: str, roles: tuple[str, ...] = ROLES) -> Document:
    ledger = Book(Source(Path("s.fountain"), script, starts_of_lines(script)))
    return fountain.read(ledger.source, ledger, roles)


def lines(document: Document) -> list[tuple[str | None, str, str]]:
    return [(b.role, b.delivery, " ".join(b.text.split())) for b in document.blocks if b.sort is Sort.PARAGRAPH]


def test_a_screenplay_is_its_headings_action_and_dialogue() -> None:
    document = read(SCRIPT)
    assert not document.ledger.problems
    headings = [(block.level, block.text) for block in document.blocks if block.sort is Sort.HEADING]
    assert headings == [
        (1, "Act One"),
        (2, "EXT. REEF - NIGHT"),
        (2, "int. tower - later"),
        (2, "THE LAMP ROOM"),
    ]
    assert lines(document) == [
        (None, "", "A lamp. OWEN, thirty, climbs -- slowly. He counts steps."),
        (None, "", "The door opens."),
        ("Mara", "", "Who is there?"),
        ("Mara", "whispering", "Answer me, please."),
        ("OWEN", "", "Only me. Believe me."),
        ("OWEN", "shouting", "It is 9:30!"),
    ]
    sung = next(block for block in document.blocks if block.sort is Sort.VERSE)
    assert (sung.role, sung.text, sung.marks[0].marking) == ("McClane", "Blow the wind", Marking.SUNG)


def test_the_title_page_goes_to_meta() -> None:
    assert read(SCRIPT).meta == {
        "title": "The Tower Retold",
        "credit": "Written by",
        "author": "N. N.",
        "draft_date": "1/2/2026",
    }


def test_a_first_line_with_a_colon_is_no_title_page() -> None:
    document = read("FADE IN:\n\nHe said: go.")
    assert document.meta == {} and lines(document) == [(None, "", "He said: go.")]


def test_what_is_not_heard_is_skipped_by_name() -> None:
    ledger = read(SCRIPT).ledger
    skipped = {
        name: " ".join("".join(c if f == code else " " for c, f in zip(SCRIPT, ledger.fates, strict=True)).split())
        for code, name in enumerate(ledger.policies)
        if code > 1
    }
    assert skipped == {
        "screenplay_notes": "They meet. He is not alone.",
        "scene_numbers": "#1A#",
        "transitions": "CUT TO: BURN TO WHITE.",
        "centred": "THE END",
    }


def test_two_who_speak_at_once_are_read_one_after_the_other_and_that_is_told() -> None:
    (notice,) = read(SCRIPT).ledger.notices
    assert "OWEN speaks at the same time" in notice.what


def test_a_character_who_is_not_cast_is_a_problem_with_its_line() -> None:
    (problem,) = read("INT. HOUSE\n\nMARRA\nHello.").ledger.problems
    assert str(problem).startswith("s.fountain:3:1: the cast has no role MARRA") and "did you mean Mara?" in str(
        problem
    )


def test_action_in_capitals_is_action_when_forced_or_alone() -> None:
    assert lines(read("!BANG\ngoes the gun.\n\nBOOM.\n")) == [(None, "", "BANG goes the gun."), (None, "", "BOOM.")]


def test_two_spaces_stand_for_an_empty_line_inside_a_dialogue() -> None:
    assert lines(read("MARA\nOne\n  \ntwo.\n\nThree.")) == [("Mara", "", "One two."), (None, "", "Three.")]


def test_a_beat_is_a_pause_and_no_delivery() -> None:
    first, beat, second = read("MARA\nOne.\n(beat)\nTwo.").blocks
    assert [mark.marking for mark in beat.marks] == [Marking.PAUSE] and beat.sort is Sort.CUE
    assert (first.delivery, second.delivery) == ("", "")


def test_screenplay_tools_reads_the_same_dialogue_and_headings() -> None:
    parser = pytest.importorskip("screenplay_tools.fountain.parser").Parser()
    script = SCRIPT.replace(" [[He is not\nalone.]]", "").replace("OWEN (shouting)", "OWEN").replace("int.", "INT.")
    parser.add_text(script)
    theirs, name = [], ""
    for element in parser.script.elements:
        kind = element.type.name
        if kind == "CHARACTER":
            name = element.name.casefold()
        elif kind in ("DIALOGUE", "LYRIC", "HEADING", "SECTION"):
            speaker = name if kind in ("DIALOGUE", "LYRIC") else ""
            theirs.append((speaker, element.text_raw.replace("_", "").replace("*", "")))
    ours = [
        ((block.role or "").casefold(), block.text)
        for block in read(script).blocks
        if block.role is not None or block.sort is Sort.HEADING
    ]
    assert ours == theirs


PIECES = [
    "MARA\n", "OWEN ^\n", "(low)\n", "Hello *there*.\n", "\n", "# A\n", "= s\n", "INT. X #1#\n", "~la\n", "> x <\n",
    "> y\n", "CUT TO:\n", "[[n]]", "/* b\n\n*/", "!BANG\n", ".S\n", "@Mara\n", "===\n", "[laughs]", "é ", "(beat)\n",
    "\\*", "..\n", "Title: x\n", "  ", "[[", "*/",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_whatever_is_written_every_character_is_in_one_block_or_accounted_for(script: str) -> None:
    document = read(script)
    if document.ledger.problems:
        return
    held = []
    for block in document.blocks:
        assert len(block.text) == len(block.offsets)
        for letter, offset in zip(block.text, block.offsets, strict=True):
            assert script[offset] in (letter, "\n")
            held += [offset] if not letter.isspace() else []
    kept = [i for i, fate in enumerate(document.ledger.fates) if fate == 0 and not script[i].isspace()]
    assert held == kept
