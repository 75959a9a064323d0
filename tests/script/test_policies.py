"""What is read beside the text, how chapters are announced, and that every word is accounted for either way."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import InputError, ProblemsError
from pipeline.materials import LineKind, Manuscript
from pipeline.production import Policies
from pipeline.script import read_manuscript

BOOK = """\
# Chapter 1: The Sea

He came[^1] at dawn.

[^1]: By boat, of course.

| Ship   | Crew |
|--------|------|
| Rachel | many |

![A drawing of a whale](whale.jpg)

See [the log](https://example.org/log).

# Chapter 2: The Land

It rained.[^1]
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.md"
    path.write_text(BOOK, encoding="utf-8")
    return path


def read(path: Path, **policies: object) -> Manuscript:
    chosen = Policies.model_validate(policies)
    return read_manuscript(path, language="en", roles=("NARRATOR",), policies=chosen)


def said(manuscript: Manuscript, kind: LineKind) -> list[str]:
    return [line.spoken for chapter in manuscript.chapters for line in chapter.lines if line.kind is kind]


def test_by_default_notes_tables_and_pictures_are_skipped_and_counted_under_their_names(book: Path) -> None:
    manuscript = read(book)
    first, second = manuscript.account
    assert (first.title, first.read) == ("Chapter 1: The Sea", 11)
    assert first.skipped == {"note_references": 2, "footnotes": 4, "tables": 4, "images": 5}
    assert (second.read, second.skipped) == (6, {"note_references": 1})
    assert {line.kind for chapter in manuscript.chapters for line in chapter.lines} == {
        LineKind.HEADING,
        LineKind.PARAGRAPH,
    }


def test_a_note_is_read_once_after_the_paragraph_that_first_refers_to_it(book: Path) -> None:
    manuscript = read(book, footnotes="read")
    kinds = [line.kind for line in manuscript.chapters[0].lines]
    assert kinds == [LineKind.HEADING, LineKind.PARAGRAPH, LineKind.NOTE, LineKind.PARAGRAPH]
    assert said(manuscript, LineKind.NOTE) == ["By boat, of course."]


def test_what_is_announced_is_read_after_a_word_that_says_what_it_is(book: Path) -> None:
    manuscript = read(book, footnotes="announce", tables="announce", images="announce", links="announce")
    assert said(manuscript, LineKind.NOTE) == ["Footnote. By boat, of course. End of footnote."]
    assert said(manuscript, LineKind.TABLE)[0] == "Table. Ship, Crew."
    assert said(manuscript, LineKind.IMAGE) == ["Picture. A drawing of a whale"]
    assert "See the log, link: " in said(manuscript, LineKind.PARAGRAPH)[1]
    assert manuscript.account[0].announced == 1 + 3 + 1 + 1 + 1
    assert "footnotes" not in manuscript.account[0].skipped


def test_an_announcement_is_in_no_source_and_has_no_width(book: Path) -> None:
    note = next(line for line in read(book, footnotes="announce").chapters[0].lines if line.kind is LineKind.NOTE)
    assert [sentence.end > sentence.start for sentence in note.sentences] == [False, True, False]


@pytest.mark.parametrize(
    ("template", "spoken"),
    [
        ("{heading}", "Chapter one: The Sea"),
        ("Chapter {number}. {title}", "Chapter one. The Sea."),
        ("{title}", "The Sea."),
        ("Part {number}", "Part one."),
    ],
)
def test_a_chapter_is_announced_as_the_producer_asks(book: Path, template: str, spoken: str) -> None:
    assert said(read(book, headings=template), LineKind.HEADING)[0] == spoken


def test_an_empty_template_announces_nothing_and_says_which_words_that_skips(book: Path) -> None:
    manuscript = read(book, headings="")
    assert said(manuscript, LineKind.HEADING) == []
    assert [tally.skipped["headings"] for tally in manuscript.account] == [4, 4]


def test_a_chapter_left_out_by_its_title_is_counted_as_a_section(book: Path) -> None:
    manuscript = read(book, leave_out=["chapter 2*"])
    assert [chapter.title for chapter in manuscript.chapters] == ["Chapter 1: The Sea"]
    assert manuscript.account[-1].skipped == {"section: chapter 2*": 6}


def test_a_section_that_is_not_there_is_an_error(book: Path) -> None:
    with pytest.raises(InputError, match="no section 'chapter 3'"):
        read(book, leave_out=["chapter 3"])


def test_a_template_with_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="stands for nothing"):
        Policies(headings="{volume}")


def test_a_chapter_without_words_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_text("# Chapter 1\n\nWords.\n\n# Chapter 2\n\n# Chapter 3\n\nMore.\n", encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        read(path)
    assert ":5:" in str(caught.value)
    assert "'Chapter 2' has no words" in str(caught.value)


SPOKEN_HEADINGS = {
    "CHAPTER I\nLoomings": "Chapter one. Loomings",
    "CHAPTER I. Loomings": "Chapter one. Loomings",
    "Chapter ii -- A short one.": "Chapter two -- A short one.",
    "Chapter 3 The Sea": "Chapter three. The Sea",
    "XX A Plea": "twenty. A Plea",
    "MIX IT UP": "Mix It Up",
}


@pytest.mark.parametrize("heading, spoken", SPOKEN_HEADINGS.items())
def test_a_chapters_number_and_title_are_told_apart(tmp_path: Path, heading: str, spoken: str) -> None:
    path = tmp_path / "script.md"
    path.write_text(f"# {heading.replace(chr(10), ' ')}\n\nIt rained.\n", encoding="utf-8")
    (line,) = [line for line in read(path).chapters[0].lines if line.kind is LineKind.HEADING]
    assert line.spoken == spoken
    assert " ".join(sentence.shown for sentence in line.sentences) == heading.replace("\n", " ")


def test_a_numeral_that_counts_the_chapters_is_a_number_in_the_heading(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    words = "It was a dark and stormy night and the rain fell in torrents on us.\n\n"
    path.write_text(f"I The Period\n\n{words}II The Mail\n\n{words}III Shadows\n\n{words}", encoding="utf-8")
    spoken = [chapter.lines[0].spoken for chapter in read(path).chapters]
    assert spoken == ["one. The Period", "two. The Mail", "three. Shadows"]


def test_capitals_stress_what_is_set_in_italics_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "book.md"
    path.write_text("It was *not* so.", encoding="utf-8")
    assert read(path).chapters[0].spoken == "It was not so."
    assert read(path, emphasis="capitals").chapters[0].spoken == "It was NOT so."


def test_the_lines_of_a_stanza_are_one_paragraph_and_a_blank_line_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "verse.md"
    path.write_text("| The sea, the sea,\n| it has *no* end\n| for me.\n\n| Another stanza.\n", encoding="utf-8")
    manuscript = read(path)
    assert [line.spoken for line in manuscript.chapters[0].lines] == [
        "The sea, the sea, it has no end for me.",
        "Another stanza.",
    ]
    text = manuscript.source.text
    (sentence,) = manuscript.chapters[0].lines[0].sentences
    assert [text[start:end].strip("*") for start, end in sentence.words] == sentence.shown.split()
