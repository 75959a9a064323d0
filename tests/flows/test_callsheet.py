"""What a production is told before anything is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

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
