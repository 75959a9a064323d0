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
