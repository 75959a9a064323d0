from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.booth.estimating import unheard_errors


def test_no_failure_in_a_sample_still_leaves_room_for_some() -> None:
    estimate = unheard_errors(41, 0, 812)
    assert (estimate.rate, estimate.low) == (0.0, 0.0)
    assert estimate.high == pytest.approx(1 - 0.025 ** (1 / 41))  # (1 - p)^n = alpha / 2


def test_the_interval_is_where_the_binomial_tails_are_a_fortieth() -> None:
    estimate = unheard_errors(50, 3, 100)

    def tail(p: float, counts: range) -> float:
        return sum(math.comb(50, k) * p**k * (1 - p) ** (50 - k) for k in counts)

    assert tail(estimate.low, range(3, 51)) == pytest.approx(0.025, rel=1e-6)
    assert tail(estimate.high, range(4)) == pytest.approx(0.025, rel=1e-6)


def test_the_interval_holds_the_true_rate_at_least_as_often_as_it_says() -> None:
    failures = np.random.default_rng(3).binomial(60, 0.04, 400)
    intervals = {count: unheard_errors(60, int(count), 500) for count in set(failures)}
    held = [intervals[count].low <= 0.04 <= intervals[count].high for count in failures]
    assert np.mean(held) >= 0.95


def test_it_reads_as_a_sentence_of_the_report() -> None:
    assert str(unheard_errors(41, 1, 812)) == (
        "of 812 takes not listened to, an estimated 2.4% (0.1% to 12.9%) have a wrong word, by a sample of 41"
    )
    assert str(unheard_errors(0, 0, 5)) == "of 5 takes not listened to nothing is known: no sample of them was heard"
    assert str(unheard_errors(41, 1, 0)) == "every take was listened to"
