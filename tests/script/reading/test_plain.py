"""A plain text is read as the book it is: its frame, contents, headings, notes and verse told from its prose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.materials import Source
from pipeline.script.blocks import Block, Document, Ledger, Marking, Sort
from pipeline.script.reading.headings import heading_of
from pipeline.script.reading.plain import read
from pipeline.script.reading.source import starts_of_lines

BOOKS = Path(__file__).parents[1] / "books"
PROSE = (
    "It was the best of times, it was the worst of times, it was the age of\n"
    "wisdom, it was the age of foolishness, it was the epoch of belief, it was\n"
    "the epoch of incredulity, it was the season of Light.\n"
)


def document(text: str, roles: tuple[str, ...] = ("NARRATOR", "HOST")) -> Document:
    """The document, with every character of the source in one block, in the markup or skipped, and in no two."""
    source = Source(Path("book.txt"), text, starts_of_lines(text))
    found = read(source, Ledger(source), roles)
    used = bytearray(len(text))
    for block in found.blocks:
        assert len(block.text) == len(block.offsets)
        for letter, offset in zip(block.text, block.offsets, strict=True):
            if not letter.isspace():
                assert letter == text[offset]
                assert not used[offset] and not found.ledger.fates[offset]
                used[offset] = 1
    for offset, letter in enumerate(text):
        assert letter.isspace() or used[offset] or found.ledger.fates[offset], text[offset : offset + 40]
    return found


def shown(found: Document) -> list[tuple[str, str]]:
    return [(block.sort.name, " ".join(block.text.split())) for block in found.blocks]


def skipped(found: Document, policy: str) -> str:
    code = found.ledger.policies.index(policy)
    return "".join(found.ledger.source.text[i] for i, fate in enumerate(found.ledger.fates) if fate == code)


def only(found: Document) -> Block:
    (block,) = found.blocks
    return block


PARAGRAPHS = {
    "hard wraps": ("One two\nthree\nfour.", ["One two three four."]),
    "one paragraph a line": (
        "\n".join(["The first paragraph is long. " * 8, "Short.", "Another one that is long. " * 9, "Yes."]),
        [("The first paragraph is long. " * 8).strip(), "Short.", ("Another one that is long. " * 9).strip(), "Yes."],
    ),
    "indented without blank lines": (
        "  " + PROSE + "  " + PROSE.replace("best", "dullest", 1),
        [" ".join(PROSE.split()), " ".join(PROSE.replace("best", "dullest", 1).split())],
    ),
    "page number within a sentence": (
        PROSE.replace(" Light.\n", "\n\n[Pg 12]\n\nlight."),
        [" ".join(PROSE.replace("Light", "light").split())],
    ),
    "page number within a word": ("Be[Pg 12]fore {13} that.", ["Before that."]),
    "form feed and number": ("It was late and\n\n    12\n\fthe wind blew.", ["It was late and the wind blew."]),
    "unknown brackets": ("He wrote [sic] and [Exit Hamlet] there.", ["He wrote [sic] and [Exit Hamlet] there."]),
    "escapes": (r"\[pause 1s\] \_a\_ NOTE\: x", ["[pause 1s] _a_ NOTE: x"]),
    "quotes and dashes": ("``So''--he said--'tis.", ["``So''--he said--'tis."]),
    "a star is no emphasis": ("5 * 3 and 2*3=6=x", ["5 * 3 and 2*3=6=x"]),
}


@pytest.mark.parametrize("text, expected", PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_lines_become_the_paragraphs_that_were_meant(text: str, expected: list[str]) -> None:
    assert shown(document(text)) == [("PARAGRAPH", paragraph) for paragraph in expected]


HYPHENS = {
    "the word occurs": ("some-\nthing. Something.", "something. Something."),
    "the halves are no words": ("extra-\nordinary.", "extraordinary."),
    "a compound": ("A well-\nknown man.", "A well-known man."),
    "occurs with its hyphen": ("The sitting-\nroom. A sitting-room.", "The sitting-room. A sitting-room."),
    "the halves are words": ("A pipe-\nstem, a pipe and a stem.", "A pipe-stem, a pipe and a stem."),
    "a name": ("Marie-\nLouise.", "Marie-Louise."),
    "a dash": ("so it--\nwas.", "so it-- was."),
    "indented": ("  some-\n  thing. Something.", "something. Something."),
}


@pytest.mark.parametrize("text, expected", HYPHENS.values(), ids=HYPHENS)
def test_a_hyphen_at_a_lines_end_goes_or_stays_as_the_word_wants(text: str, expected: str) -> None:
    assert only(document(text)).text == expected


def test_emphasis_is_marked_line_by_line_and_its_signs_are_not_read() -> None:
    block = only(document("An _old\nfriend_ and =bold= and *star* came."))
    assert block.text == "An old friend and bold and star came."
    marked = [(block.text[mark.start : mark.end], mark.marking) for mark in block.marks]
    assert marked == [
        ("old", Marking.EMPHASIS), ("friend", Marking.EMPHASIS), ("bold", Marking.STRONG), ("star", Marking.EMPHASIS)
    ]  # fmt: skip


VERSE = (
    "  Tyger Tyger, burning bright,\n  In the forests of the night;\n"
    "  What immortal hand or eye,\n  Could frame it?\n"
)


def test_verse_keeps_its_lines_and_prose_set_in_does_not() -> None:
    quoted = "".join(f"    {line}\n" for line in PROSE.splitlines())
    found = shown(document(f"{PROSE}\n{VERSE}\n{quoted}\n{PROSE}"))
    assert [sort for sort, _ in found] == ["PARAGRAPH", *["VERSE"] * 4, "PARAGRAPH", "PARAGRAPH"]
    assert found[2] == ("VERSE", "In the forests of the night;")


def test_lists_tables_breaks_and_pictures_are_what_they_are() -> None:
    text = (
        "* One\n* Two goes\n  on\n\n1. First\n2. Second\n\n* * *\n\n-----\n\n#\n\n"
        "| A  | b |\n|----|---|\n| 1  | 2 |\n\n[Illustration: A ship\nat sea]\n\n[Illustration]\n\nEnd.\n"
    )
    assert shown(document(text)) == [
        ("ITEM", "One"), ("ITEM", "Two goes on"), ("ITEM", "1. First"), ("ITEM", "2. Second"),
        ("BREAK", ""), ("BREAK", ""), ("BREAK", ""), ("TABLE", "A b"), ("BREAK", ""), ("TABLE", "1 2"),
        ("CAPTION", "A ship at sea"), ("PARAGRAPH", "End."),
    ]  # fmt: skip
    assert document("| A  | b |\n| 1  | 2 |\n").blocks[0].text == "A\tb"


def test_notes_are_taken_out_and_their_references_point_at_them() -> None:
    text = (
        "CHAPTER I\n\nOne[1] two [Footnote: Aside.] three.[A]\n\n[Footnote 1: The _first_\nnote.\n\nIt goes on.]\n\n"
        "[A] The lettered note.\n\nCHAPTER II\n\nFour.[1]\n\n[Footnote 1: Another first.]\n"
    )
    found = document(text)
    notes = [(block.note, block.text) for block in found.blocks if block.sort is Sort.NOTE]
    assert [words for _, words in notes] == [
        "Aside.",
        "The first note.",
        "It goes on.",
        "The lettered note.",
        "Another first.",
    ]
    (paragraph,) = [block for block in found.blocks if block.text.startswith("One")]
    assert paragraph.text == "One two  three."
    names = [(mark.start, mark.value) for mark in paragraph.marks if mark.marking is Marking.NOTE]
    assert names == [(3, "1"), (8, notes[0][0]), (15, "A")]
    assert notes[1][0] == notes[2][0] == "1" and notes[4][0] == "1 (2)"
    (later,) = [block for block in found.blocks if block.text.startswith("Four")]
    assert [mark.value for mark in later.marks] == ["1 (2)"]
    assert skipped(found, "note_references") == "[1][A][1]"


ROMANS = ("I", "II", "III", "IV")
NOTED_BY_SIGNS = {
    "below the paragraph": ("It is alien.*  Hence it goes.\n\n*I am aware.\n\nOn.", ["I am aware."], ["*"]),
    "with a space, set in": ("He said “no.” *\n\n     * See there.\n\nOn.", ["See there."], [" *"]),
    "two signs": ("A tuft* and a rifle**, so.\n\n* One.\n\n** Two.\n\nOn.", ["One.", "Two."], ["*", "**"]),
    "one below the other": ("A tuft* and a rifle†, so.\n\n* One.\n† Two.\n\nOn.", ["One.", "Two."], ["*", "†"]),
    "below the line": ("There bliss.*\n     *Thomson\n\nOn.", ["Thomson"], ["*"]),
    "in brackets": ("Leave your trombone,* so.\n\n(* A kind of gun.)\n\nOn.", ["(A kind of gun.)"], ["*"]),
    "two to one note": ('"A fish."*\n\nA procession.*\n\n*See below.\n\nOn.', ["See below."], ["*", "*"]),
    "the end": (f"One.* {PROSE}\nTwo.*\n\n* First.\n\n* Second.", ["First.", "Second."], ["*"] * 2),
    "a rule above": ("It is.‡ So.\n\n-----\n‡ Not so.\n\nOn.", ["Not so."], ["‡"]),
    "emphasis beside it": ("A *very* odd* thing.\n\n* Not *very*.\n\nOn.", ["Not very."], ["*"]),
    "a scene break": ("It ended.\n\n* * *\n\n*So* it was.", [], []),
    "a list": ("Buy them.*\n\n* Milk\n* Eggs", [], []),
    "emphasis": ("He *said*.\n\n*You* go, he said.", [], []),
    "bold": ("**Note** this.**\n\n**So** it was.", [], []),
    "multiplication": ("It is 5 * 3, 5*3 and 5 *.\n\n* is a sign.", [], []),
    "no note": ("Who passed**; but.\n\n**--A lady, he said.", [], []),
    "nothing refers to it": ("It ended.\n\n*See there.", [], []),
    "it refers to nothing": ("It is alien.*  Hence.\n\nSo it is.", [], []),
}  # fmt: skip


@pytest.mark.parametrize("text, notes, references", NOTED_BY_SIGNS.values(), ids=NOTED_BY_SIGNS)
def test_signs_mark_notes_where_both_the_reference_and_the_note_are_there(
    text: str, notes: list[str], references: list[str]
) -> None:
    found = document(text)
    told = [block for block in found.blocks if block.sort is Sort.NOTE]
    marked = [mark.value for block in found.blocks for mark in block.marks if mark.marking is Marking.NOTE]
    assert [" ".join(block.text.split()) for block in told] == notes
    assert dict.fromkeys(marked) == dict.fromkeys(block.note for block in told)
    if references:
        assert skipped(found, "note_references") == "".join(references)
    else:
        assert "note_references" not in found.ledger.policies and not marked


def test_notes_at_the_end_of_the_book_belong_to_their_section() -> None:
    found = document(
        f"CHAPTER I\n\nSo it was.[1]\n\n{PROSE}\nFOOTNOTES:\n\n[1] See there.\n\nAnd here.\n\n2. Unreferred.\n"
    )
    notes = [block for block in found.blocks if block.sort is Sort.NOTE]
    assert [block.text for block in notes] == ["See there.", "And here.", "2. Unreferred."]
    assert notes[0].note == notes[1].note == "1" and {block.section for block in notes} == {"notes"}


HEADINGS = {
    "CHAPTER XIV": ("chapter", 14), "Chapter 4: The Sea": ("chapter", 4), "THE FIRST CHAPTER": ("chapter", 1),
    "[ 12 ]": ("numeral", 12), "— II —": ("part", 2),
    "Chapter iv -- Shewing what": ("chapter", 4), "EPOCH THE SECOND.": ("part", 2),
    "Chapter Twenty-One: Home": ("chapter", 21), "CHAPTER THE FIRST": ("chapter", 1),
    "CAPÍTULO PRIMERO": ("chapter", 1),
    "Erstes Kapitel": ("chapter", 1), "3. Kapitel": ("chapter", 3), "CHAPITRE PREMIER": ("chapter", 1),
    "Capitolo II": ("chapter", 2), "PART THE FIRST": ("part", 1), "Book 2 — The Golden Thread": ("part", 2),
    "PREMIÈRE PARTIE": ("part", 1), "Segunda parte": ("part", 2), "ACT I": ("chapter", 1),
    "SCENE II. A room in the castle": ("chapter", 2), "STAVE ONE": ("chapter", 1), "IV.": ("numeral", 4),
    "PROLOGUE": ("section", 0), "PREFACE TO THE SECOND EDITION": ("section", 0), "Vorwort": ("section", 0),
}  # fmt: skip


@pytest.mark.parametrize("line", HEADINGS)
def test_a_heading_says_what_it_heads(line: str) -> None:
    heading = heading_of(line)
    assert heading is not None and (heading.kind, heading.number) == HEADINGS[line]


@pytest.mark.parametrize(
    "line",
    [
        "Part one of the plan failed.",
        "Chapters 4 and 5 are lost.",
        "Part of it.",
        "Book it!",
        "I am here.",
        "Notes were taken.",
    ],
)
def test_prose_is_no_heading(line: str) -> None:
    assert heading_of(line) is None


def heads(found: Document) -> list[str]:
    return [" ".join(block.text.split()) for block in found.blocks if block.sort is Sort.HEADING and block.level == 1]


CHAPTERS = {
    "number and title in one line": ("CHAPTER {n}. The Sea", "CHAPTER 1. The Sea"),
    "title in the next line": ("CHAPTER {n}\nTHE SEA", "CHAPTER 1 THE SEA"),
    "title below a blank line": ("CHAPTER {n}.\n\nDown the Rabbit-Hole", "CHAPTER 1. Down the Rabbit-Hole"),
    "a title that is a sentence": (
        "CHAPTER {n}.\n\nWhat happened at Dollis Hill.",
        "CHAPTER 1. What happened at Dollis Hill.",
    ),
    "numbers alone": ("{n}.", "1."),
    "numbers and titles": ("{n}. THE SEA", "1. THE SEA"),
}


@pytest.mark.parametrize("form, first", CHAPTERS.values(), ids=CHAPTERS)
def test_chapters_are_found_however_they_are_headed(form: str, first: str) -> None:
    text = "".join(f"{form.format(n=n)}\n\n{PROSE}\n\n" for n in (1, 2, 3))
    found = heads(document(text))
    assert len(found) == 3 and found[0] == first


def test_lines_in_capitals_head_the_chapters_where_nothing_else_does() -> None:
    text = f"THE SEA\n\n{PROSE}\nHe shouted:\n\nSTOP!\n\n{PROSE}\nTHE LAND\n\n{PROSE}"
    assert heads(document(text)) == ["THE SEA", "THE LAND"]
    notice = f"He read:\n\n      ELECTIONS\n      -----\n\n{PROSE}"
    assert heads(document(f"THE SEA\n\n{PROSE}\n{notice}\nTHE LAND\n\n{PROSE}")) == ["THE SEA", "THE LAND"]
    assert heads(document(f"CHAPTER I\n\n{PROSE}\nTO LET\n\n{PROSE}\nBEWARE\n\n{PROSE}")) == ["CHAPTER I"]


def test_titles_below_their_numbers_end_as_the_table_of_contents_has_them() -> None:
    titles = ["Do titulo", "Do livro.", "É tempo!", "Homem?"]
    body = "".join(f"{number}\n\n{title}\n\n{PROSE}\n\n" for number, title in zip(ROMANS, titles, strict=False))
    index = "\n".join(f"  {number}   {title}" for number, title in zip(ROMANS, titles, strict=False))
    for text in (body, f"{body}INDICE\n\n{index}\n"):
        chapters = [block.chapter for block in document(text).blocks if block.chapter and block.section == "body"]
        assert chapters == [f"{number} {title}" for number, title in zip(ROMANS, titles, strict=False)]


def test_ornaments_around_a_chapters_number_are_not_in_its_title() -> None:
    headings = ["— I —", "[ 1 ]", "[ 2 ]", "— II —", "[ 3 ]"]
    text = "".join(f"{line}\n\n{PROSE}\n\n" for line in headings)
    assert [block.chapter for block in document(text).blocks if block.chapter] == ["I", "1", "2", "II", "3"]


def test_advertisements_within_the_story_are_read_and_those_behind_it_are_not() -> None:
    insert, end = f"ADVERTISEMENTS\n\n{PROSE}", f"ADVERTISEMENTS\n\n{PROSE}"
    found = document(f"CHAPTER I\n\n{PROSE}\n{insert}\nCHAPTER II\n\n{PROSE}\n{end}")
    assert [block.section for block in found.blocks] == ["body"] * 6 + ["advertisement"] * 2


def test_a_note_at_the_end_that_holds_no_notes_is_read() -> None:
    found = document(f"CHAPTER I\n\n{PROSE}\nCHAPTER II\n\n{PROSE}\n\n                   NOTE\n\n{PROSE}")
    assert {block.section for block in found.blocks} == {"body"}


def test_numbers_of_pages_are_no_chapters() -> None:
    halves = [
        f"{PROSE}\nand so it went on until the page ended with\n\n{n}\n\nthe rest of it.\n" for n in range(1, 8)
    ]
    found = document("\n".join(halves))
    assert heads(found) == []
    assert [block.text for block in found.blocks if block.sort is Sort.PAGE] == list("1234567")


LISTED = """MY BOOK

By A. Writer

CONTENTS

                              PAGE
PREFACE ....................... v
CHAPTER I. The Counterpane .... 1
CHAPTER II. The Sea ........... 9
CHAPTER III. Home ............ 15
{more}
PREFACE

{prose}
CHAPTER I. The Counter-pane

{prose}
CHAPTER II

THE SEA

{prose}
CHAPTER III. Home again

{prose}"""


def test_the_table_of_contents_is_told_from_the_text_and_matched_to_it() -> None:
    found = document(LISTED.format(more="", prose=PROSE))
    assert found.ledger.problems == []
    text = found.ledger.source.text
    assert [entry.title for entry in found.contents] == [
        "PREFACE",
        "CHAPTER I. The Counterpane",
        "CHAPTER II. The Sea",
        "CHAPTER III. Home",
    ]
    assert [text[entry.offset :].split("\n")[0] for entry in found.contents][1:] == [
        "CHAPTER I. The Counter-pane",
        "CHAPTER II",
        "CHAPTER III. Home again",
    ]
    assert [block.section for block in found.blocks[:3]] == ["titlepage", "titlepage", "contents"]
    assert [block.section for block in found.blocks if block.sort is Sort.PARAGRAPH] == ["titlepage"] * 2 + [
        "preface"
    ] + ["body"] * 3


def test_a_chapter_that_is_listed_and_not_there_is_an_error_with_the_line() -> None:
    found = document(LISTED.format(more="CHAPTER IV. Lost ............ 21\n", prose=PROSE))
    (problem,) = found.ledger.problems
    assert "'CHAPTER IV. Lost' is in the table of contents and not in the text" in problem.what
    assert str(problem.where) == "book.txt:12:1"


GUTENBERG = """The Project Gutenberg EBook of A Tale, by A. Writer

Title: A Tale

Author: A. Writer

Language: French

*** START OF THIS PROJECT GUTENBERG EBOOK A TALE ***

Produced by Somebody and the Online Distributed
Proofreading Team.

A TALE

[Transcriber's Note: Spelling [sic] kept.]

CHAPTER I

NOTE: He wrote [Pg 3] this.

End of the Project Gutenberg EBook of A Tale, by A. Writer

*** END OF THIS PROJECT GUTENBERG EBOOK A TALE ***

The licence.
"""


def test_a_distributors_frame_is_left_out_and_counted() -> None:
    found = document(GUTENBERG)
    assert shown(found) == [("PARAGRAPH", "A TALE"), ("HEADING", "CHAPTER I"), ("PARAGRAPH", "NOTE: He wrote this.")]
    assert found.meta == {"title": "A Tale", "author": "A. Writer", "language": "fr"}
    left = skipped(found, "boilerplate")
    assert all(words in left for words in ("Produced by", "Spelling [sic] kept", "The licence.", "*** START"))
    assert skipped(found, "page_numbers") == "[Pg 3]"


def test_what_liber_liber_tells_of_its_file_is_left_out() -> None:
    words = "Quel ramo del lago di Como, che volge a mezzogiorno, tra due catene non interrotte di monti."
    header = "I promessi sposi\n\nQuesto e-book è stato realizzato anche grazie al sostegno di:\nE-text\n\nNOTE:\n\n"
    found = document(f"{header}Aiuta anche tu\n\n\n\nCAPITOLO I\n\n{words}\n\n\n\nCAPITOLO II\n\n{words}\n")
    assert [block.text for block in found.blocks] == ["CAPITOLO I", words, "CAPITOLO II", words]


def test_roles_are_cues_and_unknown_ones_are_problems_outside_gutenberg() -> None:
    found = document("HOST: Hi\nthere.\nNARRATOR: He said.\nGHOST: Boo.\nTHE END: A TALE\n")
    assert [(block.role, block.text) for block in found.blocks] == [
        ("HOST", "Hi there."), ("NARRATOR", "He said."), ("GHOST", "Boo. THE END: A TALE")
    ]  # fmt: skip
    (problem,) = found.ledger.problems
    assert isinstance(problem, InputError)
    assert "no role GHOST" in problem.what and "did you mean HOST?" in str(problem.next_step)
    assert [p.what for p in document("HOST:\n\nHi.").ledger.problems] == ["HOST has nothing to say"]


class Anybody(frozenset[str]):
    """The cast of a script that has none: it takes every name in capitals."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.isupper()


def test_without_a_cast_a_name_alone_is_no_cue_and_in_a_book_of_gutenberg_none_is() -> None:
    def roles(text: str) -> list[tuple[str | None, str]]:
        source = Source(Path("book.txt"), text, starts_of_lines(text))
        found = read(source, Ledger(source), Anybody())
        assert not found.ledger.problems
        return [(block.role, block.text) for block in found.blocks if block.text]

    assert roles("HOST: Hi.\n\nHOST:\nHo.") == [("HOST", "Hi."), ("HOST", " Ho.")]
    assert roles("THE SOAP:\n\n  We are a couple.") == [(None, "THE SOAP:"), (None, "We are a couple.")]
    frame = "*** {} OF THIS PROJECT GUTENBERG EBOOK X ***"
    assert roles(f"{frame.format('START')}\n\nHOST: Hi.\n\n{frame.format('END')}") == [(None, "HOST: Hi.")]


def test_tags_alone_are_cues_and_misspelt_ones_are_problems() -> None:
    found = document("[pause 1s]\n\n[music: theme]\n\nHi [laughs] you.\n")
    assert [(block.sort.name, [mark.marking.value for mark in block.marks]) for block in found.blocks] == [
        ("CUE", ["pause"]), ("CUE", ["cue"]), ("PARAGRAPH", ["sound"])
    ]  # fmt: skip
    assert "no tag [muisc: theme]" in document("[muisc: theme]").ledger.problems[0].what


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["CHAPTER I", "I.", "CONTENTS", "[1]", "[Footnote 1: a b]", "_a", "b_", "*x*", "a-", "* * *", "| a | b |",
             "[Illustration: x]", "{3}", "\f", "Word,",
             "Word.*", "*A note.", "x†,", "† y", "(* z", "so on.", "HOST: Hi", "[", "]", "\\", " ", "", "NOTES", "♪"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_whatever_is_written_every_character_has_one_fate(lines: list[str]) -> None:
    document("\n".join(lines))
