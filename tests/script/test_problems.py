"""What cannot be read aloud is named with its file, line and column, and never spoken."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.script import read_manuscript

from .conftest import Read

# script, line, column, words of the problem, words of the next step
PROBLEMS = {
    "unknown tag": ("# A\n\nHello [explodes] you.", 3, 7, "no tag [explodes]", r"\[explodes\]"),
    "misspelt pause": ("Hello [pasue 1s] you.", 1, 7, "no tag [pasue 1s]", "did you mean [pause 1s]?"),
    "bad pause": ("Hello.\n\n[pause long]", 3, 1, "[pause long] is not a pause", "[pause 300ms]"),
    "pause without a number": ("Hello. [pause]", 1, 8, "[pause] is not a pause", "[pause 1s]"),
    "pause of a minute and more": ("Hello. [pause 61s]", 1, 8, "longer than 60 s", "shorter"),
    "unclosed bracket": ("Hello [pause 1s\nyou.", 1, 7, "a bracket is not closed", "close it"),
    "bracket closed only": ("Hello] you.", 1, 6, "without an opening one", "delete it"),
    "unknown role": ("Hi.\n\nHOSTT: Hello.", 3, 1, "no role HOSTT", "did you mean HOST?"),
    "role unlike any": ("NB: Hello.", 1, 1, "no role NB", r"NB\:"),
    "role without text": ("HOST:\n\nHello.", 1, 1, "HOST has nothing to say", "HOST:"),
    "role line of dots": ("HOST: …\n\nHello.", 1, 1, "HOST has nothing to say", "HOST:"),
    "heading without text": ("# A\n\nHi.\n\n##\n\nHello.", 5, 3, "a heading without words", "delete it"),
    "chapter without words": ("# A\n\n## B\n\n# C\n\nHi.", 1, 3, "'A' has no words", "below the heading"),
    "empty": ("", 1, 1, "nothing to read", "write some words"),
    "front matter only": ("---\ntitle: A\n---\n\n---\n", 1, 1, "nothing to read", "write some words"),
    "front matter not YAML": ("---\ntitle: A: B\n---\nHi.", 2, 9, "front matter is not YAML", "quotation marks"),
    "front matter a list": ("---\n- A\n---\nHi.", 2, 1, "not a list of 'name: value'", "YAML"),
    "front matter not closed": ("---\ntitle: A\n\nHi.", 1, 1, "front matter is not closed", "---"),
    "comment not closed": ("---\na: 1\n---\nHi <!-- there.\n", 4, 4, "a comment is not closed", "-->"),
    "table drawn with lines": ("Hi.\n\n+---+---+\n| a | b |\n+---+---+\n", 3, 1, "a table drawn", "with bars"),
    "table in columns": ("Hi.\n\nA    B\n---  ---\n1    2\n", 4, 1, "a table drawn", "with bars"),
    "code fence": ("Hi.\n\n```python\n[x]\n```\n\nHo.", 3, 1, "a code fence", "prose"),
    "underlined lines": ("Hello\nyou\n=====\n\nHi.", 3, 1, "an underlined heading of several lines", "'# '"),
    "picture without a file": ("Hi ![a cat].", 1, 4, "a picture without its file", "file.png"),
    "note without text": ("Hi.[^1]\n", 1, 4, "there is no note [^1]", "[^1]: its words"),
    "HTML tag": ("Hi <u>you</u>", 1, 4, "HTML tags", r"\<"),
    "HTML entity": ("Hi&nope;you", 1, 3, "HTML entity", "type the character"),
    "control character": ("Hi\x07 you", 1, 3, "control character U+0007", "delete it"),
}


@pytest.mark.parametrize("expected", PROBLEMS.values(), ids=PROBLEMS)
def test_names_the_problem_its_place_and_the_next_step(
    read: Read, tmp_path: Path, expected: tuple[str, int, int, str, str]
) -> None:
    script, line, column, what, step = expected
    with pytest.raises(ProblemsError) as caught:
        read(script)
    problem = caught.value.problems[0]
    assert what in problem.what
    assert problem.where == Place(str(tmp_path / "script.md"), line, column)
    assert problem.next_step is not None and step in problem.next_step
    assert caught.value.exit_code == 3


FILES = {
    "two encodings in one file": ("é è ê ë ï î ô ö û ü à â".encode() + b" \xe9", "UTF-8 but for byte 0xE9", "UTF-8"),
    "an encoding that cannot be told": (b"Espa\xf1a", "not UTF-8: byte 0xF1 at byte offset 4", "iconv"),
    "binary": (b"Hi\x00\x01", "zero byte at byte 2", "export"),
    "Word file": (b"PK\x03\x04....", "zip archive", "export"),
}


@pytest.mark.parametrize("content, what, step", FILES.values(), ids=FILES)
def test_a_file_that_is_no_text_is_named_with_the_way_out(read: Read, content: bytes, what: str, step: str) -> None:
    with pytest.raises(InputError) as caught:
        read(content)
    assert what in str(caught.value) and step in str(caught.value) and "script.md" in str(caught.value)


def test_a_missing_script_a_folder_and_an_unknown_suffix_are_input_errors(read: Read, tmp_path: Path) -> None:
    for path, what in ((tmp_path / "no.md", "no such script"), (tmp_path, "cannot be read")):
        with pytest.raises(ProblemsError, match=what):
            read_manuscript(path, format="auto", language="en", roles=["NARRATOR"])
    with pytest.raises(ProblemsError, match="cannot be read"):
        read_manuscript(tmp_path, format="text", language="en", roles=["NARRATOR"])
    with pytest.raises(ProblemsError, match="does not tell"):
        read("Hi.", name="script.rst")


def test_all_problems_are_shown_together_in_the_order_of_the_file(read: Read) -> None:
    with pytest.raises(ProblemsError) as caught:
        read("# A\n\nHi [x].\n\nNOBODY: Hi.\n\n[pause 2m]\n\n<b>\n\n#\n")
    places = [problem.where.line for problem in caught.value.problems if isinstance(problem.where, Place)]
    assert places == [3, 5, 7, 9, 11]
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


def test_no_more_than_twenty_problems_are_shown(read: Read) -> None:
    with pytest.raises(ProblemsError) as caught:
        read("Hi [x].\n\n" * 50)
    assert len(caught.value.problems) == 20


def test_a_misspelt_tag_is_an_error_in_plain_text_too_and_an_authors_bracket_is_not(read: Read) -> None:
    with pytest.raises(ProblemsError, match=r"script.txt:1:4: there is no tag \[pasue 1s\]"):
        read("Hi [pasue 1s] you.", name="script.txt")
    assert read("Hi [sic] you.", name="script.txt").chapters[0].spoken == "Hi, sic, you."


def test_a_lexicon_that_says_nothing_is_refused(read: Read) -> None:
    with pytest.raises(InputError, match="leaves nothing to say"):
        read("Hi.", lexicon={"Hi": " "})
