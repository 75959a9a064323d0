"""Markup inside a paragraph: what is left are exactly its words, each with its place; marks say the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.materials import Source
from pipeline.script.blocks import Document, Ledger, Mark, Marking
from pipeline.script.reading import markdown
from pipeline.script.reading.inline import Continuity, mark
from pipeline.script.reading.source import starts_of_lines

INVISIBLE = "\u00ad\u200b\u2060\ufeff"
LETTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=INVISIBLE)
PROSE = st.lists(
    st.one_of(
        st.text(LETTERS, max_size=8), st.sampled_from([" ", "\n", "[laughs]", "(say: x)", "*", "_", "♪", "&amp;"])
    ),
    max_size=30,
).map("".join)
SOUP = st.lists(
    st.sampled_from(
        [*"aB1 \n[]()*_`~<>!-=|#\\:.&;\"'/^{}♪é", "[laughs]", "[pause 1s]", "](", "](say: x)", "](u)", "{lang=fr}",
         "&amp;", "<b>", "</b>", "<br>", "^[", "![", "[^1]", "[lang: fr]", "[stop: x]", "[music: x]", "<http://a>",
         "\u00ad"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


def marked(text: str, *, markdown: bool = True) -> tuple[str, list[int], tuple[Mark, ...], Ledger]:
    ledger = Ledger(Source(Path("script.md"), text))
    words, offsets, marks = mark(text, range(len(text)), ledger, markdown=markdown, continuity=Continuity())
    return words, list(offsets), marks, ledger


def told(text: str, *, markdown: bool = True) -> list[tuple[str, str, str]]:
    """Each mark as kind, words and value; a point has the words before it."""
    words, _, marks, ledger = marked(text, markdown=markdown)
    assert not ledger.problems, ledger.problems
    return [(m.marking.value, words[m.start : m.end] or words[: m.start], m.value) for m in marks]


def escape(text: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~♪])", r"\\\1", text)


@settings(max_examples=200, deadline=None)
@given(PROSE, st.booleans())
def test_escaped_text_comes_back_exactly_and_every_offset_points_at_its_character(text: str, markdown: bool) -> None:
    script = escape(text)
    words, offsets, marks, ledger = marked(script, markdown=markdown)
    assert words == text.replace("\n", " ") and not marks and not ledger.problems
    assert [script[offset] for offset in offsets] == list(text)
    assert all(ledger.fates[offset] == 0 for offset in offsets)


@settings(max_examples=400, deadline=None)
@given(SOUP, st.booleans())
def test_whatever_is_written_each_character_comes_out_once_in_order_or_is_markup(text: str, markdown: bool) -> None:
    ledger = Ledger(Source(Path("script.md"), text))
    continuity = Continuity()
    words, offsets, marks = mark(text, range(len(text)), ledger, markdown=markdown, continuity=continuity)
    assert len(words) == len(offsets)
    assert all(0 <= m.start <= m.end <= len(words) for m in marks)
    if ledger.problems:
        return
    aside = [offset for found in continuity.asides for offset in found.offsets]
    read = {offset for offset, fate in enumerate(ledger.fates) if fate == 0 and not text[offset].isspace()}
    spoken = [offset for offset, letter in zip(offsets, words, strict=True) if not letter.isspace()]
    assert list(dict.fromkeys(spoken)) == sorted(read - set(aside))
    for offset, letter in zip(offsets, words, strict=True):
        assert text[offset] in (letter, "&", "<", "\n")


@pytest.mark.parametrize("markdown", [True, False])
def test_text_without_markup_is_given_back_as_it_is(markdown: bool) -> None:
    offsets = range(10, 22)
    assert mark("Plain\nwords.", offsets, Ledger(Source(Path("a"), " " * 30)), markdown=markdown) == (
        "Plain words.",
        offsets,
        (),
    )


MARKS = {
    "emphasis": ("*One* _two_ **three** ***four***", "One two three four", [
        ("emphasis", "One", ""), ("emphasis", "two", ""), ("strong", "three", ""),
        ("emphasis", "four", ""), ("strong", "four", ""),
    ]),
    "a pause": ("One [pause 300ms] two", "One  two", [("pause", "One ", "0.3")]),
    "a pause with a colon": ("[pause: 0.4s]", "", [("pause", "", "0.4")]),
    "a sound": ("So [Clears Throat] there", "So  there", [("sound", "So ", "clears throat")]),
    "sung": ("And ♪ la la ♪ so", "And  la la  so", [("sung", "la la", "")]),
    "sung to the end": ("♪ La la", " La la", [("sung", "La la", "")]),
    "respelling": ("Dear [Siobhán](say: shiv-AWN).", "Dear Siobhán.", [("say", "Siobhán", "shiv-AWN")]),
    "IPA": ("[Nguyen](ipa: /ŋwiən/)", "Nguyen", [("ipa", "Nguyen", "ŋwiən")]),
    "a date": ("[1/2](as: date)", "1/2", [("as", "1/2", "date")]),
    "two hints": ("[x *y*](lang: de, say: one, two)", "x y", [
        ("language", "x y", "de"), ("say", "x y", "one, two"), ("emphasis", "y", ""),
    ]),
    "hints as Pandoc writes them": ('[x]{lang=fr .c #i say="a b"}', "x", [
        ("language", "x", "fr"), ("say", "x", "a b"),
    ]),
    "hints inside hints": ("[Das [Foo](say: fuh) da](lang: de)", "Das Foo da", [
        ("language", "Das Foo da", "de"), ("say", "Foo", "fuh"),
    ]),
    "a whole paragraph's language": ("[lang: fr] Bonjour.", " Bonjour.", [("language", "Bonjour.", "fr")]),
    "a link": ("[the map](https://x.org 'T')", "the map", [("link", "the map", "https://x.org")]),
    "an address": ("<https://x.org> <a@b.org>", "https://x.org a@b.org", [
        ("link", "https://x.org", "https://x.org"), ("link", "a@b.org", "mailto:a@b.org"),
    ]),
    "a cue": ("[Music: main theme, under, fade 3 s | gain -6 dB]", "", [
        ("cue", "", "music\tmain theme\tunder=\tfade=3s\tgain=-6dB"),
    ]),
    "a reference": ("Word.[^1]", "Word.", [("note", "Word.", "1")]),
    "entities": ("A&mdash;b &amp; c&nbsp;d&shy;e", "A—b & c\u00a0de", []),
    "simple HTML": ("<b>One</b><br>x<sup>2</sup>", "One x2", [("strong", "One", "")]),
}  # fmt: skip


@pytest.mark.parametrize("script, words, marks", MARKS.values(), ids=MARKS)
def test_markup_becomes_marks(script: str, words: str, marks: list[tuple[str, str, str]]) -> None:
    assert marked(script)[0] == words
    assert told(script) == marks


def test_plain_text_has_tags_and_hints_and_leaves_other_brackets_alone() -> None:
    script = "He [sic] said [laughs] _no_ [a](say: b) *x* [1] ] [^1] & <b> [see](there)"
    assert marked(script, markdown=False)[0] == "He [sic] said  no a *x* [1] ] [^1] & <b> [see](there)"
    assert [kind for kind, *_ in told(script, markdown=False)] == ["sound", "emphasis", "say"]


@pytest.mark.parametrize(
    "script", ["[pasue 1s]", "[laugh]", "[pause]", "[musc: theme]", "[clear throat]", "[lang: 7]"]
)
def test_a_misspelt_tag_in_plain_text_is_a_problem(script: str) -> None:
    assert len(marked(script, markdown=False)[3].problems) == 1


def test_a_note_in_a_paragraph_is_taken_out_whole() -> None:
    text = "One.^[A *small* note.] Two. ![A cat](cat.png)"
    ledger, continuity = Ledger(Source(Path("a"), text)), Continuity()
    words, _, marks = mark(text, range(len(text)), ledger, markdown=True, continuity=continuity)
    assert words == "One. Two. " and [m.marking for m in marks] == [Marking.NOTE]
    assert [aside.raw for aside in continuity.asides] == ["A *small* note.", "A cat"]
    assert continuity.asides[0].note == marks[0].value
    read = "".join(letter for letter, fate in zip(text, ledger.fates, strict=True) if fate == 0)
    assert read == "One.A *small* note. Two. A cat"


# script, column, words of the problem, words of the next step
PROBLEMS = {
    "unknown tag": ("Hi [explodes].", 4, "no tag [explodes]", r"\[explodes\]"),
    "misspelt tag": ("Hi [lauhgs].", 4, "no tag [lauhgs]", "did you mean [laughs]?"),
    "cue without a colon": ("[sfx door]", 1, "no tag [sfx door]", "did you mean [sfx: door]?"),
    "cue without a name": ("[music: ]", 1, "does not say which sound", "[music: theme"),
    "misspelt option": ("[music: theme, fdae 3s]", 1, "no option 'fdae 3s'", "did you mean 'fade'?"),
    "option of another tag": ("[music: a][stop: a, loop]", 11, "no option 'loop'", "fade 3s"),
    "option twice": ("[music: a, loop, loop]", 1, "'loop' twice", "once"),
    "time without a unit": ("[music: a, fade 3]", 1, "'fade 3' is not understood", "3s or 300ms"),
    "level in words": ("[music: a, gain low]", 1, "'gain low' is not understood", "-6dB"),
    "a value too many": ("[music: a, loop 3]", 1, "'loop 3' is not understood", "nothing after it"),
    "stopped and never started": ("[stop: rain]", 1, "was never started", "start it before"),
    "misspelt hint": ("[x](sya: y)", 1, "no hint 'sya'", "did you mean 'say'?"),
    "misspelt kind": ("[x](as: dat)", 1, "read as 'dat'", "did you mean 'date'?"),
    "no IPA": ("[x](ipa: S1)", 1, "not IPA", "respell"),
    "no language": ("[x](lang: french!)", 1, "not a language", "BCP 47"),
    "hint of nothing": ("[x](say: )", 1, "says nothing", "take the hint away"),
    "nothing hinted": ("[](say: x)", 1, "nothing stands between", "[the words]"),
    "hint twice": ("[x](say: a, say: b)", 1, "said twice", "once"),
    "neither link nor hint": ("[x](not a link)", 1, "neither a link nor a hint", "(say: shiv-AWN)"),
    "unknown attribute": ("[x]{colour=red}", 1, "no hint 'colour'", "say, ipa, as"),
    "language in the middle": ("Hi [lang: fr] there", 4, "not at the beginning", "[the words](lang: fr)"),
    "unknown entity": ("Hi &foo; you", 4, "no HTML entity &foo;", "type the character"),
    "unknown HTML": ("Hi <u>you</u>", 4, "HTML tags are not read", r"\<"),
    "HTML left open": ("Hi <b>you", 4, "<b> is not closed", "</b>"),
    "picture without a file": ("![a]", 1, "without its file", "file.png"),
}  # fmt: skip


@pytest.mark.parametrize("expected", PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_not_understood_is_named_with_its_place_and_the_next_step(
    expected: tuple[str, int, str, str],
) -> None:
    script, column, what, step = expected
    problem = marked(script)[3].problems[0]
    assert what in problem.what and step in (problem.next_step or "")
    assert str(problem.where) == f"script.md:1:{column}"


def test_sounds_that_are_declared_are_the_only_ones(tmp_path: Path) -> None:
    text = "[music: them] [sfx: door]"
    ledger = Ledger(Source(tmp_path, text))
    mark(text, range(len(text)), ledger, markdown=True, continuity=Continuity(sounds=["theme", "door"]))
    assert [problem.what for problem in ledger.problems] == ["there is no sound 'them'"]
    assert "did you mean 'theme'?" in str(ledger.problems[0])


ROWS = st.sampled_from([
    "# One", "## ", "ANNA: hi", "ANNA (low): hi", "TOM", "(low)", "A *b* [pause 1s]", "NOBODY", "---", "===", "***",
    "", "", "", "| a | b |", "|---|---|", "| c", "Table: d", "- e", "1. f", "> g", "[^1]: note", "    more",
    "h[^1] ^[i *j*]", "![k](l)", "[lang: fr] m", "<!-- n", "-->", "[[o]]", "p\\", "♪ q", "::: {.r}", ":::",
    "s &amp; t", "⁂", "[music: u]", "[v](say: w)", "x ]", "```", "+--+", "    y", "TOM: (z) é", "---- ----",
    "**TOM:** x", "[1][a] [a] [A][]", "[a]: http://b", "[b]: c", "**NOTE:** y", "Anna: z",
])  # fmt: skip


def read(script: str) -> Document:
    ledger = Ledger(Source(Path("script.md"), script, starts_of_lines(script)))
    return markdown.read(ledger.source, ledger, ("NARRATOR", "ANNA", "TOM"))


@settings(max_examples=400, deadline=None)
@given(st.lists(ROWS, max_size=14).map("\n".join))
def test_whatever_a_script_holds_every_character_is_in_one_block_or_accounted_for(script: str) -> None:
    document = read(script)
    if document.ledger.problems:
        return
    held = []
    for block in document.blocks:
        assert len(block.text) == len(block.offsets)
        for letter, offset in zip(block.text, block.offsets, strict=True):
            assert script[offset] in (letter, "&", "|", "\n")
            held += [offset] if not letter.isspace() else []
    kept = [i for i, fate in enumerate(document.ledger.fates) if fate == 0 and not script[i].isspace()]
    assert sorted(held) == kept


def test_what_is_skipped_of_a_note_is_its_number_alone() -> None:
    script = "Sea[^ab].\n\n[^ab]: The note.\n"
    ledger = read(script).ledger
    code = ledger.policies.index("note_references")
    assert "".join(c for c, fate in zip(script, ledger.fates, strict=True) if fate == code) == "abab"


def test_a_note_that_nobody_refers_to_is_a_notice() -> None:
    (notice,) = read("Sea.\n\n[^a]: The note.\n").ledger.notices
    assert str(notice) == "script.md:3:7: nothing refers to the note [^a]"


def test_a_capital_line_is_text_where_only_the_narrator_is_cast() -> None:
    ledger = Ledger(Source(Path("script.md"), "HERE LIES\na sailor."))
    (block,) = markdown.read(ledger.source, ledger, ("NARRATOR",)).blocks
    assert block.text == "HERE LIES a sailor." and not ledger.problems


def test_a_name_without_its_capitals_is_the_narrators_and_worth_a_notice() -> None:
    document = read("Hm.\n\nAnna: a life.")
    assert [block.role for block in document.blocks] == [None, None]
    (notice,) = document.ledger.notices
    assert str(notice) == "script.md:3:1: 'Anna:' is read by the narrator; the role is written as in the cast, ANNA:"


def test_a_tag_before_a_colon_is_no_address_and_loses_no_word() -> None:
    (block,) = read("[laughs]: and/or").blocks
    assert block.text == ": and/or"


def test_a_note_without_words_is_a_problem_and_a_picture_without_any_a_notice() -> None:
    ledger = read("Hm.\n\nHm ^[] and ![](a.png).").ledger
    assert [str(problem.where) for problem in ledger.problems] == ["script.md:3:4"]
    assert [str(notice.place) for notice in ledger.notices] == ["script.md:3:12"]


def test_a_problem_inside_a_note_is_told_once() -> None:
    assert [str(problem.where) for problem in read("Hm.^[Oh [lauhgs].]").ledger.problems] == ["script.md:1:9"]


def test_an_alias_of_the_front_matter_speaks_for_its_role() -> None:
    document = read("---\ncast: {ANNA: ANNIE, TOM: [TOMMY, T. J.], NOBODY: [X]}\n---\nANNIE: a\nTOMMY: b\nT. J.: c")
    assert [block.role for block in document.blocks] == ["ANNA", "TOM", "TOM"]


def test_a_paragraph_that_runs_on_in_the_file_keeps_its_offsets_as_a_range() -> None:
    assert isinstance(read("One\ntwo\nthree.\n").blocks[0].offsets, range)
