"""What a script says is what is spoken; how it is marked up is not."""

from __future__ import annotations

import pytest

from pipeline.materials import Break, Line, LineKind, Manuscript, Rest

from .conftest import Read


def shown(manuscript: Manuscript) -> list[tuple[str, str]]:
    return [
        (line.role, " ".join(sentence.shown for sentence in line.sentences))
        for chapter in manuscript.chapters
        for line in chapter.lines
    ]


def said(manuscript: Manuscript) -> str:
    return " / ".join(text for _, text in shown(manuscript))


SPOKEN = {
    "hard wraps are joined": ("One\ntwo\nthree.", "One two three."),
    "blank lines part paragraphs": ("One.\n\n\nTwo.", "One. / Two."),
    "emphasis": ("*One* _two_ **three** ***four*** __five__ *a **b** c*", "One two three four five a b c"),
    "emphasis over a wrap": ("An *old\nfriend* came.", "An old friend came."),
    "no emphasis": ("5 * 3 and snake_case_name and 2*3", "5 * 3 and snake_case_name and 2*3"),
    "links": ("See [the *old* map](https://x.org/a_(b) 'T') here.", "See the old map here."),
    "inline code": ("Type `a [b] *c*` now.", "Type a [b] *c* now."),
    "escapes": (r"\# Not a \*heading\* \[sic\] a\\b NOTE\: c", r"# Not a *heading* [sic] a\b NOTE: c"),
    "escaped cue": (r"HOST\: hello", "HOST: hello"),
    "comments": ("One <!-- two\n\nthree --> four. <!-- --> Five.", "One four. Five."),
    "a comment's own line parts nothing": ("One\n<!-- two -->\nthree.", "One three."),
    "bullets": ("- One\n- two\n  wrapped\n* three", "One / two wrapped / three"),
    "numbers of a list are read": ("1. One\n2. Two", "1. One / 2. Two"),
    "a number alone is no list": ("It was\n1984. What\na year.", "It was 1984. What a year."),
    "quotation": ("> One\n> two.\n\nThree.", "One two. / Three."),
    "closing hashes": ("# A #\n\nHi.", "A / Hi."),
    "hash without a space": ("#tag is a word.", "#tag is a word."),
    "a time is no role": ("10:30 it was. Then: this.", "10:30 it was. Then: this."),
    "soft hyphens": ("Won\u00adder\u200bful\ufeff.", "Wonderful."),
    "backslash at a line's end": ("One\\\ntwo.", "One two."),
    "less than": ("1 < 2 & 3 > 2; AT&T", "1 < 2 & 3 > 2; AT&T"),
}


@pytest.mark.parametrize("script, expected", SPOKEN.values(), ids=SPOKEN)
def test_markdown_is_read_as_its_words(read: Read, script: str, expected: str) -> None:
    assert said(read(script)) == expected


def test_front_matter_goes_to_meta_and_is_not_spoken(read: Read) -> None:
    manuscript = read("---\ntitle: A Tale\nauthor: N. N.\nyear: 1851\n---\nHi.")
    assert manuscript.meta == {"title": "A Tale", "author": "N. N.", "year": 1851}
    assert said(manuscript) == "Hi."
    assert manuscript.chapters[0].title == "A Tale"


def test_a_heading_begins_a_chapter_and_a_deeper_one_a_section(read: Read) -> None:
    first, second = read("# One.\n\nA.\n\n## Inner\n\nB.\n\n# Two\n\nC.").chapters
    assert (first.number, first.title, second.number, second.title) == (1, "One", 2, "Two")
    assert [line.kind for line in first.lines] == [LineKind.HEADING, LineKind.PARAGRAPH] * 2
    assert first.lines[0].role == "NARRATOR"


def test_what_stands_before_the_first_heading_is_an_opening_of_its_own(read: Read) -> None:
    chapters = read("Hello.\n\n# One\n\nA.").chapters
    assert [chapter.title for chapter in chapters] == ["Opening", "One"]
    assert [line.kind for line in chapters[0].lines] == [LineKind.PARAGRAPH]


def test_a_caption_within_a_paragraph_is_read_after_it(read: Read) -> None:
    script = "CHAPTER I\n\nHe found and translated the\n\n[Illustration: CHILDS]\n\nin a white semicircle.\n"
    (chapter,) = read(script, name="tale.txt").chapters
    spoken = [line.spoken for line in chapter.lines]
    assert spoken[1:] == ["He found and translated the in a white semicircle.", "CHILDS"]


def test_a_script_without_headings_is_named_after_its_file(read: Read) -> None:
    assert read("Hello.", name="a tale.md").chapters[0].title == "a tale"


def test_a_break_before_the_first_heading_makes_no_chapter(read: Read) -> None:
    assert len(read("---\n---\n\n***\n\n# One\n\nA.").chapters) == 1


def test_the_heading_of_a_part_goes_to_the_chapter_after_it(read: Read) -> None:
    (chapter,) = read("# Part One\n\n# The Storm\n\nA.").chapters
    assert chapter.title == "Part One. The Storm"
    assert [line.kind for line in chapter.lines] == [LineKind.HEADING, LineKind.HEADING, LineKind.PARAGRAPH]


def test_so_does_a_prologue_or_a_story_that_is_counted_in_numbers(read: Read) -> None:
    chapters = read("# Prologue\n\n# I\n\nA.\n\n# II\n\nB.\n\n# The Dead\n\n# I\n\nC.").chapters
    assert [chapter.title for chapter in chapters] == ["Prologue. I", "II", "The Dead. I"]


def test_so_does_a_part_that_has_a_line_of_its_own_and_no_more(read: Read) -> None:
    first, second = "# Book I.\n\nOf his birth.\n\n# Chapter 1\n\nIt rained.", "# Book II\n\n# Chapter 1\n\nIt blew."
    chapters = read(f"{first}\n\n{second}").chapters
    assert [chapter.title for chapter in chapters] == ["Book I. Chapter 1", "Book II. Chapter 1"]
    assert [line.spoken for line in chapters[0].lines] == ["Book one.", "Of his birth.", "Chapter one", "It rained."]
    long = read(f"# Book I.\n\n{'It was his birth. ' * 20}\n\n# Chapter 1\n\nIt rained.").chapters
    assert [chapter.title for chapter in long] == ["Book I", "Chapter 1"]


def test_roles_speak_until_a_blank_line_or_the_next_role(read: Read) -> None:
    script = "HOST: One\ntwo.\nGUEST: Three.\nDR. O'NEIL-2: Four.\n\nFive.\n\nHOST:\nSix."
    assert shown(read(script)) == [
        ("HOST", "One two."),
        ("GUEST", "Three."),
        ("DR. O'NEIL-2", "Four."),
        ("NARRATOR", "Five."),
        ("HOST", "Six."),
    ]
    assert read(script).roles == ("HOST", "GUEST", "DR. O'NEIL-2", "NARRATOR")


def test_a_role_without_capitals_counts_when_it_is_cast(read: Read) -> None:
    assert shown(read("太郎: Hi.", roles=("NARRATOR", "太郎")))[0] == ("太郎", "Hi.")
    assert shown(read("太郎: Hi."))[0] == ("NARRATOR", "太郎: Hi.")


def test_a_pause_splits_a_line_and_the_role_goes_on(read: Read) -> None:
    (chapter,) = read("HOST: One [pause 0.4s] two.\n[pause 300ms]\nThree.\n\n[ PAUSE 2 s ]\n\nFour.").chapters
    kinds = [(e.role if isinstance(e, Line) else e.seconds) for e in chapter.elements if not isinstance(e, Break)]
    assert kinds == ["HOST", 0.4, "HOST", 0.3, "HOST", 2.0, "NARRATOR"]
    rest = next(element for element in chapter.elements if isinstance(element, Rest))
    assert (rest.place.line, rest.place.column) == (1, 11)


@pytest.mark.parametrize("mark", ["---", "***", "* * *", "- - -", "___", "  ***  ", "⁂", "~"])
def test_scene_breaks(read: Read, mark: str) -> None:
    (chapter,) = read(f"A.\n\n{mark}\n\nB.").chapters
    assert [type(element) for element in chapter.elements] == [Line, Break, Line]


def test_byte_order_mark_and_dos_line_ends_change_nothing(read: Read) -> None:
    text = "# One\n\nHOST: Hi\nyou.\n\n[pause 1s]\n\nA.\n"
    plain = read(text)
    dos = read(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert dos.chapters == plain.chapters


def test_characters_are_shown_as_they_were_written(read: Read) -> None:
    decomposed = "Cafe\u0301 — “naïve”…"
    assert said(read(decomposed)) == decomposed


def test_every_word_keeps_its_place_in_the_source(read: Read) -> None:
    manuscript = read("# A *b*\n\nHOST: One **two**\n<!-- x --> three [four](u) Five.\n")
    text = manuscript.source.text
    for chapter in manuscript.chapters:
        for line in chapter.lines:
            for sentence in line.sentences:
                assert [text[start:end] for start, end in sentence.words] == sentence.shown.split()
                assert (sentence.start, sentence.end) == (sentence.words[0][0], sentence.words[-1][1])


def test_the_lexicon_changes_what_is_spoken_and_not_what_is_shown(read: Read) -> None:
    lexicon = {"St Ives": "Saint Ives", "St": "Street", "read": "red", "Nice": "Neece"}
    (chapter,) = read("St Ives, Main St: Read it, readers; nice Nice.", lexicon=lexicon).chapters
    (sentence,) = chapter.lines[0].sentences
    assert sentence.spoken == "Saint Ives, Main Street: red it, readers; nice Neece."
    assert sentence.shown == "St Ives, Main St: Read it, readers; nice Nice."


PLAIN = """A Tale

CHAPTER IV. The Storm

It was
_very_ late.

* * *

HOST: Hi [pause 1s] you.

Chapter 5

End \\[sic\\].
"""


def test_plain_text_has_chapters_breaks_roles_and_pauses(read: Read) -> None:
    chapters = read(PLAIN, name="tale.txt").chapters
    assert [chapter.title for chapter in chapters] == ["Opening", "CHAPTER IV. The Storm", "Chapter 5"]
    storm = chapters[1]
    assert [type(element).__name__ for element in storm.elements] == ["Line", "Line", "Break", "Line", "Rest", "Line"]
    assert storm.lines[0].spoken == "Chapter four. The Storm"
    assert storm.lines[1].spoken == "It was very late."
    assert chapters[2].lines[1].spoken == "End, sic."


@pytest.mark.parametrize(
    "line, is_chapter",
    [
        ("CHAPTER XIV", True),
        ("Chapter Twenty-One: Home", True),
        ("PART THE FIRST", True),
        ("Book 2 — The Golden Thread", True),
        ("Kapitel 3", True),
        ("PROLOGUE", True),
        ("Part one of the plan failed.", False),
        ("Chapters 4 and 5 are lost.", False),
        ("Part of it.", False),
        ("Book it!", False),
    ],
)
def test_which_lines_are_chapters_in_plain_text(read: Read, line: str, is_chapter: bool) -> None:
    kind = read(f"{line}\n\nWords.\n", name="t.txt").chapters[0].lines[0].kind
    assert (kind is LineKind.HEADING) == is_chapter


def test_plain_text_leaves_markdown_alone(read: Read) -> None:
    text = "# 5 * 3 <b> & `c` | d"
    assert said(read(text, name="t.txt")) == text
    assert said(read(text.replace("# ", ""), name="t.md", format="text")) == text.replace("# ", "")
