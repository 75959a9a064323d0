"""The report says what was not heard, and estimates how often it is wrong from the sample alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.booth import unheard_errors
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.flows.listened import unheard
from pipeline.materials import Take
from pipeline.production_file import load_order

LINES = 40
BOOK = """\
title: The Harbour
script: {path: harbour.md}
cast: {NARRATOR: {engine: humming, voice: middle}}
"""


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CallSheet:
    """A production whose engine is said to speak."""
    (tmp_path / "harbour.md").write_text("# One\n\n" + "\n\n".join(f"Line {n} is here." for n in range(LINES)) + "\n")
    (tmp_path / "book.yaml").write_text(BOOK)
    sheet = draw_up(load_order(tmp_path / "book.yaml"))
    speaking = replace(sheet.cast["NARRATOR"].engine.abilities, speaks=True)
    monkeypatch.setattr("pipeline.engines.humming.HummingEngine.abilities", speaking)
    return replace(sheet, verify=sheet.verify.model_copy(update={"mode": "risk"}))


def takes_of(sheet: CallSheet, heard: int) -> dict[int, list[Take]]:
    """Of every chunk, the first ones heard."""
    (chapter,) = sheet.chapters
    return {
        1: [
            Take(f"key {n}", f"{chunk.slate}-t1", 2.0, 0, (), reused=False, heard=n < heard)
            for n, chunk in enumerate(chapter.chunks)
        ]
    }


def card(*, sampled: bool, check: str = "words", passed: bool = True) -> dict[str, Any]:
    return {"words": {"errors": 0, "sampled": sampled}, "verdicts": [{"check": check, "passed": passed}]}


def test_the_estimate_counts_the_sample_among_all_attempts_and_what_is_circled_and_unheard(sheet: CallSheet) -> None:
    cards = {
        "a first take that was wrong and read again": card(sampled=True, passed=False),
        "with more words than it should": card(sampled=True, check="nothing added", passed=False),
        "wrong in its sound, not its words": card(sampled=True, check="clean", passed=False),
        "heard for its risk": card(sampled=False, passed=False),
        "not heard": {"words": None, "verdicts": []},
    } | {f"right {n}": card(sampled=True) for n in range(17)}
    found = unheard(sheet, takes_of(sheet, heard=11), cards)
    assert found.estimate == unheard_errors(20, 2, LINES + 1 - 11)
    assert found.told == f"{str(found.estimate).replace('of 30', 'Of 30', 1)}."


def test_takes_without_words_are_counted_apart(sheet: CallSheet, monkeypatch: pytest.MonkeyPatch) -> None:
    takes = takes_of(sheet, heard=0)
    speaking = sheet.cast["NARRATOR"].engine.abilities
    monkeypatch.setattr("pipeline.engines.humming.HummingEngine.abilities", replace(speaking, speaks=False))
    assert unheard(sheet, takes, {}).told.startswith("No take has words that could be heard")
    first = takes[1][0]
    takes[1][0] = replace(first, heard=True)
    assert (
        unheard(sheet, takes, {}).told
        == f"Every take was listened to. {LINES} takes have no words that could be heard."
    )


@pytest.mark.parametrize(("mode", "told"), [("off", "Nothing was listened to"), ("free", "Words were not heard")])
def test_a_policy_that_hears_no_words_is_told_and_nothing_is_estimated(
    mode: str, told: str, sheet: CallSheet
) -> None:
    deaf = replace(sheet, verify=sheet.verify.model_copy(update={"mode": mode}))
    found = unheard(deaf, takes_of(sheet, heard=0), {})
    assert found.estimate is None
    assert found.told.startswith(told)
