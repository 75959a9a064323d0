"""The take sheet has one line a chunk, with every attempt at it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pipeline.delivery.takesheet import read_take_sheet, write_take_sheet
from pipeline.errors import InputError
from pipeline.materials import Master, Take, Verdict

GOOD = Verdict("words", True, 0.0, 1.0)
BAD = Verdict("words", False, 3.0, 1.0, "3 words missing: 'of the road'")


def card(slot: str, attempt: int, *verdicts: Verdict, **more: Any) -> dict[str, Any]:
    facts = {"shown": "First.", "spoken": f"first {slot}", "voice": "heart", "speed": 1.0, "seed": 10 + attempt}
    facts |= {"slot": slot, "attempt": attempt, "seconds": 1.23456, "sampling": [["temperature", 0.5]]}
    return facts | {"verdicts": [asdict(verdict) for verdict in verdicts]} | more


def written(path: Path, masters: Sequence[Master]) -> list[dict[str, Any]]:
    takes = {
        1: [Take("b2", "ch01-0001-t2", 1.2, 12, (GOOD,), reused=False, attempts=2, heard=True, sampled=True)],
        2: [Take("c1", "ch02-0001-t1", 1.2, 11, (BAD,), reused=True)],
        3: [Take("d1", "ch03-0001-t1", 1.2, 11, (BAD,), reused=True, approved=True)],
    }
    cards = {
        "b2": card("b", 2, GOOD, trimmed=[0.0, 0.9]),
        "c1": card("c", 1, BAD),
        "b1": card("b", 1, BAD),
        "d1": card("d", 1, BAD),
    }
    write_take_sheet(path, masters=masters, takes_by_chapter=takes, cards=cards)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_attempt_at_a_chunk_is_told_in_order(tmp_path: Path, masters: Sequence[Master]) -> None:
    first, *_ = written(tmp_path / "takes.jsonl", masters)
    assert [attempt["key"] for attempt in first["attempts"]] == ["b1", "b2"]
    failed, circled = first["attempts"]
    assert failed["verdicts"][0]["reason"] == "3 words missing: 'of the road'"
    assert (failed["trimmed"], circled["trimmed"]) == (None, [0.0, 0.9])
    assert (circled["seed"], circled["seconds"], circled["voice"], circled["speed"]) == (12, 1.235, "heart", 1.0)


def test_a_line_says_where_the_chunk_is_heard_and_how_it_was_judged(
    tmp_path: Path, masters: Sequence[Master]
) -> None:
    lines = written(tmp_path / "takes.jsonl", masters)
    assert [(line["slate"], line["chapter"], line["key"]) for line in lines] == [
        ("ch01-0001", 1, "b2"),
        ("ch02-0001", 2, "c1"),
        ("ch03-0001", 3, "d1"),
    ]
    assert [(line["start_s"], line["end_s"]) for line in lines] == [(0.1, 0.6)] * 3
    assert [line["flagged"] for line in lines] == [False, True, False]  # the third was approved by a person
    assert [line["heard"] for line in lines] == [True, False, False]
    assert lines[0]["spoken"] == "first b"


def test_a_sheet_is_read_as_it_was_written(tmp_path: Path, masters: Sequence[Master]) -> None:
    path = tmp_path / "takes.jsonl"
    written(path, masters)
    lines = read_take_sheet(path)
    assert [(line.slate, line.title, line.slot) for line in lines] == [
        (f"ch{master.number:02d}-0001", master.title, slot) for master, slot in zip(masters, "bcd", strict=True)
    ]


@pytest.mark.parametrize("content", [None, "{", '{"slate": "ch01-0001"}\n', "7\n"])
def test_a_sheet_that_is_missing_or_damaged_is_told(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "takes.jsonl").write_text(content)
    with pytest.raises(InputError, match="take sheet") as told:
        read_take_sheet(tmp_path / "takes.jsonl")
    assert "chapterhouse render" in str(told.value)
