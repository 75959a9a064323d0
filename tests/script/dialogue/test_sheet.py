"""The cast sheet keeps what a person wrote, and gives every character of the text to exactly one role."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.errors import InputError, Place
from pipeline.production import RoleName
from pipeline.script.dialogue.drawing import draw_sheet
from pipeline.script.dialogue.quotes import find_speech
from pipeline.script.dialogue.sheet import OPEN, CastSheet, apply_sheet, problems_of, role_name
from pipeline.script.dialogue.sheet_file import read_sheet, write_sheet

BOOK = {
    1: ["“Come in,” said Anna. “It is cold.”", "“No,” said Mr. Hill.", "He sat down.", "“Why?”", "“Why?”"],
    2: ["“Come in,” said Tom: nobody heard."],
}


def drawn(sheet: CastSheet, book: dict[int, list[str]] = BOOK) -> CastSheet:
    chapters = {
        number: [(text, Place("book.md", line)) for line, text in enumerate(texts, 1)]
        for number, texts in book.items()
    }
    return draw_sheet(chapters, "en", "auto", sheet)


def written(folder: Path) -> Path:
    file = folder / "book.cast.yaml"
    write_sheet(drawn(read_sheet(file)))
    return file


def edited(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, count=1)
        assert count, f"{pattern} is not in the sheet"
    file.write_text(text, "utf-8")


def test_a_sheet_is_read_as_it_was_written(tmp_path: Path) -> None:
    sheet = drawn(CastSheet(tmp_path / "book.cast.yaml"))
    write_sheet(sheet)
    assert read_sheet(sheet.file) == sheet


def test_what_a_person_decides_survives_another_run(tmp_path: Path) -> None:
    file = written(tmp_path)
    edited(
        file,
        (r"\| ANNA \|", "| TOM |"),
        (r"\| \? \|", "| MAID |"),
        (r"ANNA: \{", "ANNA: {as: TOM, "),
        (r"(    \w+ \| MR\. HILL)", r"    # is he in the room?\n\1"),
        (r"unsure: ask", "unsure: NARRATOR  # for now"),
    )
    before = read_sheet(file)
    write_sheet(drawn(before))
    after = read_sheet(file)
    assert [line.role for line in after.lines.values()] == [line.role for line in before.lines.values()]
    assert after.roles["ANNA"].speaks_as == "TOM"
    assert after.roles["MAID"].lines == 1
    text = file.read_text("utf-8")
    assert "# for now" in text
    assert "# is he in the room?" in text
    write_sheet(drawn(after))
    assert file.read_text("utf-8") == text


def test_another_run_on_the_same_book_changes_nothing() -> None:
    said = ["Bingley", "Mr. Bingley", "Miss Bingley", "Bingley", "Miss Bingley"]
    book = {1: [f"“Number {number},” said {name}." for number, name in enumerate(said)]}
    once = drawn(CastSheet(Path("x")), book)
    assert {role: known.lines for role, known in once.roles.items()} == {"BINGLEY": 3, "MISS BINGLEY": 2}
    assert drawn(once, book) == once


def test_a_line_keeps_its_role_when_the_text_around_it_changes(tmp_path: Path) -> None:
    file = written(tmp_path)
    edited(file, (r"\| \? \|", "| MAID |"))
    sheet = read_sheet(file)
    key = next(line.key for line in sheet.lines.values() if line.role == "MAID")
    book = {1: ["A new beginning. “Who is there?” asked nobody.", *BOOK[1]], 2: BOOK[2]}
    assert drawn(sheet, book).lines[key].role == "MAID"


def test_the_same_words_said_twice_are_two_lines() -> None:
    words = [line.key for line in drawn(CastSheet(Path("x"))).lines.values() if line.words == "“Why?”"]
    assert len(set(words)) == 2


def test_an_uncast_role_is_an_error_that_counts_its_lines() -> None:
    sheet = replace(drawn(CastSheet(Path("book.cast.yaml"))), unsure="NARRATOR")
    problems = problems_of(sheet, {"NARRATOR": 1, "TOM": 1, "MR. HILL": 1})
    assert [problem.what for problem in problems] == ["ANNA has 2 lines in the cast sheet and no voice"]
    mapped = replace(sheet, roles={**sheet.roles, "ANNA": replace(sheet.roles["ANNA"], speaks_as="TOM")})
    assert not problems_of(mapped, {"NARRATOR": 1, "TOM": 1, "MR. HILL": 1})


def test_an_open_line_is_an_error_until_the_sheet_says_who_reads_it() -> None:
    sheet = drawn(CastSheet(Path("book.cast.yaml")))
    cast = dict.fromkeys(["NARRATOR", "ANNA", "TOM", "MR. HILL"])
    assert "2 lines of the cast sheet have no role yet" in problems_of(sheet, cast)[0].what
    assert not problems_of(replace(sheet, unsure="NARRATOR"), cast)
    texts = BOOK[1]
    with pytest.raises(InputError, match="nobody has decided"):
        apply_sheet(texts, find_speech(texts, "en"), sheet, 1)


def test_a_line_that_the_sheet_does_not_have_is_an_error() -> None:
    texts = ["“Quite new,” said Anna."]
    with pytest.raises(InputError, match="does not have the line"):
        apply_sheet(texts, find_speech(texts, "en"), drawn(CastSheet(Path("x"))), 1)


def test_speech_goes_to_its_role_with_its_marks() -> None:
    sheet = drawn(CastSheet(Path("x")))
    texts = BOOK[1]
    rows = apply_sheet(texts, find_speech(texts, "en"), replace(sheet, unsure="NARRATOR"), 1)
    assert [(texts[0][start:end], role) for start, end, role in rows[0]] == [
        ("“Come in,” ", "ANNA"),
        ("said Anna. ", "NARRATOR"),
        ("“It is cold.”", "ANNA"),
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("quotes:", "quote:"), "unknown key 'quote'"),
        (("ANNA: {", "ANNA: {say: 1, "), "unknown key 'say'"),
        (("| ANNA |", "| Anna |"), "is not a role name"),
        (("| ANNA |", "ANNA"), "not a line of the table"),
        (("roles:", "roles: ["), "not valid YAML"),
    ],
)
def test_a_mistake_in_the_sheet_is_named(change: tuple[str, str], what: str, tmp_path: Path) -> None:
    file = written(tmp_path)
    text = file.read_text("utf-8")
    row = next(line for line in text.splitlines() if change[0] in line and not line.startswith("#"))
    broken = row.replace("|", " ") if what == "not a line of the table" else row.replace(*change)
    file.write_text(text.replace(row, broken), "utf-8")
    with pytest.raises(InputError, match=re.escape(what)):
        read_sheet(file)


@given(st.text(max_size=60))
def test_every_name_becomes_a_role_that_a_production_may_cast(name: str) -> None:
    role = role_name(name)
    assert TypeAdapter(RoleName).validate_python(role) == role
    assert role_name(role) == role


MARKS = "“”‘’\"'«»„—- \nabA.,!?"


@given(st.lists(st.text(alphabet=MARKS, max_size=40), max_size=5), st.sampled_from(["en", "de", "fr", "es", "pt"]))
def test_no_character_is_lost_between_narrator_and_roles(paragraphs: list[str], language: str) -> None:
    speech = find_speech(paragraphs, language)
    sheet = CastSheet(Path("x"), unsure="ANNA")
    for text, stretches in zip(paragraphs, apply_sheet(paragraphs, speech, sheet, 1), strict=True):
        assert "".join(text[start:end] for start, end, _ in stretches) == text


def test_an_open_line_is_never_the_narrators_by_itself() -> None:
    assert all(line.role in (OPEN, "ANNA", "TOM", "MR. HILL") for line in drawn(CastSheet(Path("x"))).lines.values())
