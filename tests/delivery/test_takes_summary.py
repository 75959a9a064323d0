"""The report's section on takes: its figures follow from the takes, and a script cannot write into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.delivery.takes_summary import TakesSummary, summarise_takes, takes_section
from pipeline.materials import Mark, Master, Take, Verdict

GOOD, BAD = Verdict("words", True, 0.0, 0.1), Verdict("words", False, 0.5, 0.1, "2 words missing: 'it twice'")
EVIL = '<script>alert("x")</script>'


def take(slate: str, *verdicts: Verdict, attempts: int = 1, **facts: bool) -> Take:
    return Take(slate, f"{slate}-t{attempts}", 2.0, 0, verdicts, reused=False, attempts=attempts, **facts)


def master(number: int, *marks: Mark) -> Master:
    return Master(number, f"Chapter {EVIL}", "key", Path("x.flac"), 44100, 1, 441000, -20.0, -3.0, (), (), marks)


@pytest.fixture
def summary() -> TakesSummary:
    masters = [master(1, Mark("ch01-0002", "TOM", f"I saw it twice. {EVIL}", 12.75, 14.5)), master(2)]
    takes = {
        1: [
            take("ch01-0001", GOOD, heard=True),
            take("ch01-0002", GOOD, BAD, replace(BAD, check="level", reason=""), attempts=5, heard=True),
            take("ch01-0003", GOOD, attempts=2, heard=True, sampled=True),
        ],
        2: [take("ch02-0001", BAD, approved=True), take("ch02-0002", GOOD)],
    }
    return summarise_takes("book.yaml", masters, takes, estimate="Of what was not heard, 0 … 1 % may be wrong.")


def test_the_figures_are_those_of_the_takes(summary: TakesSummary) -> None:
    assert (summary.chunks, summary.first_passed, summary.retakes) == (5, 2, 5)
    assert (summary.heard, summary.sampled, summary.approved) == (3, 1, 1)
    (line,) = summary.flagged
    assert (line.slate, line.chapter, line.role, line.start_s) == ("ch01-0002", 1, "TOM", 12.75)
    assert line.reason == "2 words missing: 'it twice'; level: 0.5 against 0.1"


def test_the_section_tells_figures_the_estimate_and_how_to_put_a_line_right(summary: TakesSummary) -> None:
    page = "".join(takes_section(summary))
    for told in (
        "2 (40.0 %)",
        "5 (1.00 a chunk)",
        "3 (60.0 %)",
        "0 … 1 % may be wrong",
        "00:00:12.750",
        "2 words missing",
    ):
        assert told in page, told
    assert "<code>chapterhouse pickups redo book.yaml ch01-0002</code>" in page
    assert "<script" not in page
    assert page.count("<tr>") == page.count("</tr>")


def test_a_share_is_all_or_none_only_when_it_is(summary: TakesSummary) -> None:
    nearly = "".join(takes_section(replace(summary, chunks=100_000, first_passed=99_999, heard=1)))
    assert "99,999 (99.9 %)" in nearly
    assert "1 (0.1 %)" in nearly
    assert "100,000 (100.0 %)" in "".join(takes_section(replace(summary, chunks=100_000, heard=100_000)))


def test_a_title_without_flags_has_no_table_of_them_and_one_without_chunks_no_section(summary: TakesSummary) -> None:
    assert "<h3>" not in "".join(takes_section(replace(summary, flagged=())))
    assert list(takes_section(replace(summary, chunks=0))) == []
