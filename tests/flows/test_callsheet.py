"""What a production is told before anything is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.casting import cast_lines
from pipeline.errors import InputError, ProblemsError
from pipeline.flows.callsheet import draw_up
from pipeline.production_file import load_order

BOOK = """\
title: The Harbour
script: {{path: harbour.md}}
cast: {{NARRATOR: {{engine: humming, voice: middle}}}}
master: {{profile: {profile}}}
pauses: {{head_s: {head_s}, tail_s: {tail_s}}}
"""


@pytest.mark.parametrize(
    ("profile", "head_s", "tail_s", "told"),
    [
        ("acx", 0.75, 3.0, []),
        ("acx", 2.0, 3.0, ["acx asks for 0.5 to 1 s of room tone at the head of a file, and 'pauses: head_s:' is 2"]),
        ("librivox", 0.75, 3.0, ["librivox asks for at least 4.5 s"]),
        ("ebu-r128", 0.0, 0.0, []),
    ],
)
def test_pauses_that_the_receiver_would_refuse_are_told_at_check(
    profile: str, head_s: float, tail_s: float, told: list[str], tmp_path: Path
) -> None:
    (tmp_path / "harbour.md").write_text("# One\n\nThe boats were in.\n")
    book = tmp_path / "book.yaml"
    book.write_text(BOOK.format(profile=profile, head_s=head_s, tail_s=tail_s))
    notices = draw_up(load_order(book)).notices
    assert [words in notice.what for words, notice in zip(told, notices, strict=True)] == [True] * len(told)
    assert all(notice.place.line == 5 for notice in notices)


SPOKEN = """\
# One

The Cholmondeley house was empty. It had been so since 1984, they said, and nobody knew the reason for it.

A second paragraph stands here, in which nobody of that name is mentioned at all, nor anybody else.
"""


def test_a_change_of_the_lexicon_changes_the_takes_of_the_lines_it_touches_alone(tmp_path: Path) -> None:
    (tmp_path / "harbour.md").write_text(SPOKEN)
    book = tmp_path / "book.yaml"
    base = BOOK.format(profile="acx", head_s=0.75, tail_s=3.0)

    def keys(lexicon: str) -> list[str]:
        book.write_text(base + lexicon)
        sheet = draw_up(load_order(book))
        return [slot.key for chapter in sheet.chapters for slot in sheet.slots(chapter)]

    before, after = keys(""), keys("lexicon: {Cholmondeley: Chumley}\n")
    changed = [old != new for old, new in zip(before, after, strict=True)]
    assert changed == [False, True, False]


def test_a_passage_in_a_language_that_the_engine_does_not_speak_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "harbour.md").write_text("# One\n\nHe said so. [Il pleut sur 21 maisons.](lang: fr)\n")
    book = tmp_path / "book.yaml"
    text = BOOK.format(profile="acx", head_s=0.75, tail_s=3.0)
    book.write_text(text.replace("humming, voice: middle", "hibari, voice: heart"))
    sheet = draw_up(load_order(book))
    (notice,) = sheet.notices
    assert "hibari does not speak 'fr'; the passage is read as 'en'" in notice.what
    assert notice.place.line == 3
    assert {chunk.language for chunk in sheet.chapters[0].chunks} == {""}


def test_a_passage_in_another_language_is_a_chunk_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "harbour.md").write_text("# One\n\nHe said so. [Il pleut sur 21 maisons.](lang: fr) It rained.\n")
    book = tmp_path / "book.yaml"
    book.write_text(BOOK.format(profile="acx", head_s=0.75, tail_s=3.0))
    chunks = draw_up(load_order(book)).chapters[0].chunks
    assert [(chunk.spoken, chunk.language) for chunk in chunks][1:] == [
        ("He said so.", ""),
        ("Il pleut sur vingt et une maisons.", "fr"),
        ("It rained.", ""),
    ]


NOVEL = """\
# One

“Who is there?” said Anna. Nobody answered.

“It is late,” said Tom, “and I am tired.”
"""
CAST = """\
title: The Harbour
script: {path: harbour.md}
dialogue: {mode: cast}
cast:
  NARRATOR: {engine: humming, voice: middle}
  ANNA: {engine: humming, voice: high}
  TOM: {engine: humming, voice: low}
"""


def test_quoted_speech_goes_to_the_roles_of_the_cast_sheet_and_no_word_is_lost(tmp_path: Path) -> None:
    (tmp_path / "harbour.md").write_text(NOVEL, encoding="utf-8")
    book = tmp_path / "book.yaml"
    book.write_text(CAST)
    with pytest.raises(InputError, match="no cast sheet"):
        draw_up(load_order(book))
    cast_lines(load_order(book))
    sheet = draw_up(load_order(book))
    assert [(chunk.role, chunk.shown) for chunk in sheet.chapters[0].chunks][1:] == [
        ("ANNA", "“Who is there?”"),
        ("NARRATOR", "said Anna. Nobody answered."),
        ("TOM", "“It is late,”"),
        ("NARRATOR", "said Tom,"),
        ("TOM", "“and I am tired.”"),
    ]
    pauses = [str(chunk.pause) for chunk in sheet.chapters[0].chunks]
    assert pauses == ["heading", "sentence", "line", "clause", "clause", "end"]


def test_a_role_of_the_cast_sheet_without_a_voice_is_an_error_and_never_the_narrators(tmp_path: Path) -> None:
    (tmp_path / "harbour.md").write_text(NOVEL, encoding="utf-8")
    book = tmp_path / "book.yaml"
    book.write_text(CAST)
    cast_lines(load_order(book))
    book.write_text(CAST.replace("  TOM: {engine: humming, voice: low}\n", ""))
    with pytest.raises(ProblemsError, match="TOM has 2 lines in the cast sheet and no voice"):
        draw_up(load_order(book))
