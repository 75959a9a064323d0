"""Judging attempts in any order, as ears would in their own time."""

from __future__ import annotations

import random

from pipeline.booth.circling import Circling, Judged
from pipeline.booth.ladder import Attempt
from pipeline.booth.slots import Slot
from pipeline.materials import Verdict
from pipeline.production import Verify


def judged(attempt: Attempt, *, passed: bool, errors: int | None = None, off_by: float = 0.0) -> Judged:
    """A take of 2.5 s that keeps the tokens it was made of."""
    verdict = Verdict("words", passed, errors or 0, 1)
    return Judged(attempt, attempt.key, 2.5, 1, (verdict,), off_by, errors, heard=errors is not None, generation=True)


def play(planned: list[Slot], verify: Verify, good: dict[str, int], order: random.Random) -> Circling:
    """Judge attempts in any order; a slot passes at its ``good`` attempt (0: never), by its key."""
    circling = Circling(planned, verify)
    in_hand: list[Attempt] = []
    while not circling.is_complete:
        in_hand += circling.wanted()
        if circling.is_complete:
            break
        assert in_hand, "nothing is in hand, and the book is not finished"
        attempt = in_hand.pop(order.randrange(len(in_hand)))
        circling.judged(judged(attempt, passed=attempt.number == good[attempt.slot.key]))
    return circling
