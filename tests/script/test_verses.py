"""Verse is read as its sentences run; names and addresses line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.materials import Line
from pipeline.script import read_manuscript

POEMS = {
    "run on": ("  And King of the\n  boundless sea,\n  A giant he.", ["And King of the boundless sea, A giant he."]),
    "one word a line": (
        "           To\n         try the\n      whole\n   cause,\n       and\n  condemn\n     you.",
        ["To try the whole cause, and condemn you."],
    ),
    "stopped lines": (
        "  Tiger, tiger, burning bright,\n  In the forests of the night;\n  What immortal hand or eye\n  Framed it?",
        ["Tiger, tiger, burning bright, In the forests of the night; What immortal hand or eye Framed it?"],
    ),
    "two stanzas": (
        "  It rained,\n  It blew.\n\n  It was late,\n  It was cold.",
        ["It rained, It blew.", "It was late, It was cold."],
    ),
    "names": ("  John Smith\n  Mary Brown\n  Jane Green", ["John Smith", "Mary Brown", "Jane Green"]),
    "an inscription": ("  In Memory\n  Of\n  Jane Green\n  Spinster", ["In Memory Of Jane Green", "Spinster"]),
}  # fmt: skip


def shown(line: Line) -> str:
    return " ".join(sentence.shown for sentence in line.sentences)


@pytest.mark.parametrize("poem, expected", POEMS.values(), ids=POEMS)
def test_lines_of_verse_are_read_as_their_sentences_run(tmp_path: Path, poem: str, expected: list[str]) -> None:
    path = tmp_path / "poem.txt"
    path.write_text(f"It was a dark and stormy night and the rain fell in torrents on us.\n\n{poem}\n", "utf-8")
    manuscript = read_manuscript(path, language="en", roles=())
    lines = manuscript.chapters[0].lines[1:]
    assert [shown(line) for line in lines] == expected
    for line in lines:
        for sentence in line.sentences:
            words = [manuscript.source.text[start:end] for start, end in sentence.words]
            assert words == sentence.shown.split()


def test_notes_in_a_line_of_verse_belong_to_the_stanza(tmp_path: Path) -> None:
    path = tmp_path / "poem.md"
    path.write_text("| So late,[^1]\n| so _very_ late.\n\n[^1]: At ten.\n", "utf-8")
    manuscript = read_manuscript(path, language="en", roles=())
    assert [shown(line) for line in manuscript.chapters[0].lines] == ["So late, so very late."]
