"""What is circled follows from verdicts and policy alone, and no budget is ever exceeded."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.booth.circling import Circling, Judged
from pipeline.booth.ladder import ladder
from pipeline.booth.slots import Slot, plan_takes
from pipeline.production import RetakeBudget, Verify
from tests.booth.chunks import chunk, voice
from tests.booth.verdicts import judged, play

TEXTS = [f"Line number {name}, and what follows it." for name in ("one", "two", "three", "four", "five", "six")]


def slots(count: int, **changes: object) -> list[Slot]:
    chunks = [chunk(number, text) for number, text in enumerate(TEXTS[:count], 1)]
    return plan_takes(chunks, {"NARRATOR": voice(**changes)}, "en")


@settings(deadline=None, max_examples=60)
@given(
    good=st.lists(st.integers(0, 4), min_size=6, max_size=6),
    retakes=st.one_of(st.none(), st.integers(0, 12)),
    share=st.one_of(st.none(), st.floats(0, 2)),
    seed=st.integers(0, 1000),
)
def test_the_budget_is_never_exceeded_and_the_order_changes_nothing(
    good: list[int], retakes: int | None, share: float | None, seed: int
) -> None:
    planned = slots(6)
    verify = Verify(retakes=3, budget=RetakeBudget(retakes=retakes, share=share))
    wanted = {slot.key: number for slot, number in zip(planned, good, strict=True)}
    one = play(planned, verify, wanted, random.Random(seed))
    other = play(planned, verify, wanted, random.Random(seed + 1))
    spent = 0
    for slot in planned:
        circled, again = one.circled(slot), other.circled(slot)
        assert circled is not None and again is not None
        assert [take.key for take in circled.tried] == [take.key for take in again.tried]
        assert circled.best.key == again.best.key
        spent += len(circled.tried) - 1
    assert retakes is None or spent <= retakes
    assert share is None or spent * 2.0 <= share * 12.0 + 1e-6


def test_the_best_take_is_kept_when_none_passes() -> None:
    (slot,) = slots(1)
    circling = Circling([slot], Verify(retakes=2, budget=RetakeBudget(share=None)))
    errors = iter((3, 1, 2))
    while not circling.is_complete:
        for attempt in circling.wanted():
            circling.judged(judged(attempt, passed=False, errors=next(errors)))
    circled = circling.circled(slot)
    assert circled is not None
    assert circled.best.attempt.number == 2
    assert [take.attempt.number for take in circled.tried] == [1, 2, 3]


def test_a_take_that_is_no_sound_is_never_the_best_of_others() -> None:
    (slot,) = slots(1)
    first, second, *_ = ladder(slot, Verify())
    nothing = Judged(first, first.key, 0.0, 1, (), 0.0, usable=False)
    assert judged(second, passed=False, errors=9).rank < nothing.rank


@pytest.mark.parametrize("changes", [{}, {"understudy": "high"}])
def test_the_ladder_climbs_from_seeds_to_the_understudy(changes: dict[str, object]) -> None:
    (slot,) = slots(1, **changes)
    rungs = [attempt.rung for attempt in ladder(slot, Verify(retakes=4))]
    assert rungs[0] == "first"
    assert len(rungs) <= 5
    assert ("understudy" in rungs) == bool(changes)
    assert "split" in rungs
    assert len({attempt.key for attempt in ladder(slot, Verify(retakes=4))}) == len(rungs)


def test_a_split_keeps_every_word_and_its_pronunciation() -> None:
    (slot,) = slots(1)
    split = next(attempt for attempt in ladder(slot, Verify()) if attempt.rung == "split")
    assert " ".join(reading.text for reading in split.readings) == slot.reading.text


def test_without_retakes_there_is_one_attempt() -> None:
    (slot,) = slots(1)
    assert len(ladder(slot, Verify(retakes=0))) == 1
    assert len(ladder(slot, Verify(mode="off"))) == 1
