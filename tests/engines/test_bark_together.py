"""A reading depends on itself alone: not on its neighbours, their number, their order, or the threads."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bark_models import ANY_LENGTH, bark_of, generated, generations, random_model, random_prompt, weights_of

from pipeline.engines.bark import bark as barks
from pipeline.engines.bark.bark import Bark, Generation
from pipeline.engines.bark.coarse import CoarseStage
from pipeline.engines.bark.faults import Expected
from pipeline.engines.bark.linear import Arithmetic, Arithmetics
from pipeline.engines.bark.memory import MemoryPlan
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.waiting import Due, Waiting, Wanted
from pipeline.engines.bark.weights import Weights

pytestmark = pytest.mark.usefixtures("one_thread")
RULES = Rules(max_semantic_tokens=36, max_coarse_history=120, fine_window=128, fine_history=64)
READINGS = 7


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Ends are likely enough that readings differ in length."""
    model = random_model(1, 2, 32, seed=5)
    return weights_of(model, RULES)


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    """Every length of text, voice, temperature and way of choosing beside every other."""
    voices = [None, random_prompt(1, 1.2), random_prompt(2, 3.0), random_prompt(3, 9.0)]
    return [
        Request(
            list(range(10 * n, 11 * n + 2)),
            voices[n % 4],
            Sampling(
                text_temperature=0.3 + 0.1 * n,
                text_top_k=50 if n % 3 == 0 else 0,
                text_top_p=0.8 if n % 4 == 1 else 1,
                waveform_top_k=20 if n % 5 == 2 else 0,
                max_s=(0.1, 0.3, 0.5, 0)[n % 4],
            ),
            seed=n - 3,
        )
        for n in range(READINGS)
    ]


def same(one: Generation, other: Generation) -> bool:
    return (
        np.array_equal(one.spoken.tokens, other.spoken.tokens)
        and np.array_equal(one.codes, other.codes)
        and one.spoken.uncertainty == other.spoken.uncertainty
    )


@pytest.mark.parametrize("slots", [3, 64])
def test_a_reading_is_the_same_in_any_company_and_order(
    weights: Weights, requests: list[Request], slots: int, alone: list[Generation]
) -> None:
    order = random.Random(slots).sample(range(READINGS), READINGS)
    together = generations(bark_of(weights, slots=slots), [requests[number] for number in order])
    assert len({made.codes.shape for made in together}) > 2
    for number, made in zip(order, together, strict=True):
        assert same(made, alone[number])


@pytest.fixture(scope="module")
def alone(weights: Weights, requests: list[Request]) -> list[Generation]:
    one_slot = bark_of(weights, slots=1)
    return [generations(one_slot, [request])[0] for request in requests]


def test_fixed_rows_as_a_gpu_has_them_give_the_same_tokens(
    weights: Weights, requests: list[Request], alone: list[Generation]
) -> None:
    """The same arithmetic on longer, masked rows: tokens agree, and uncertainty but for its last digits."""
    together = generations(bark_of(weights, slots=6, fixed=True), requests)
    for made, expected in zip(together, alone, strict=True):
        np.testing.assert_array_equal(made.spoken.tokens, expected.spoken.tokens)
        np.testing.assert_array_equal(made.codes, expected.codes)


@pytest.mark.slow
@pytest.mark.parametrize("arithmetic", ["float32", "int8", "bfloat16"])
def test_so_it_is_in_all_numbers_with_one_thread_and_with_two(
    weights: Weights, requests: list[Request], arithmetic: Arithmetic
) -> None:
    import torch

    before, numbers = torch.get_num_threads(), random.Random(arithmetic)
    try:
        torch.set_num_threads(1)
        expected = generations(bark_of(weights, slots=1, arithmetic=arithmetic), requests)
        for slots in (1, 3, 8, 64):
            torch.set_num_threads(2)
            order = numbers.sample(range(READINGS), READINGS)
            made = generations(
                bark_of(weights, slots=slots, arithmetic=arithmetic), [requests[number] for number in order]
            )
            assert all(same(one, expected[number]) for number, one in zip(order, made, strict=True))
    finally:
        torch.set_num_threads(before)


def test_another_seed_is_another_reading(weights: Weights, requests: list[Request]) -> None:
    first, other = generations(bark_of(weights), [requests[3], replace(requests[3], seed=99)])
    assert not np.array_equal(first.spoken.tokens, other.spoken.tokens)


def refusing(most: int) -> Any:
    """A coarse stage that is refused memory for more than ``most`` rows."""
    window = CoarseStage.window

    def refused(self: CoarseStage, rows: Any, cache: Any, **options: Any) -> Any:
        if len(rows) > most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")
        return window(self, rows, cache, **options)

    return refused


def test_memory_refused_halves_the_slots_and_readings_stay_as_they_are(
    weights: Weights, requests: list[Request], alone: list[Generation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CoarseStage, "window", refusing(3))
    bark = bark_of(weights, slots=8)
    assert all(same(one, expected) for one, expected in zip(generations(bark, requests), alone, strict=True))
    assert bark.slots == 3


def test_memory_refused_to_a_single_reading_is_told(
    weights: Weights, requests: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CoarseStage, "window", refusing(0))
    with pytest.raises(MemoryError, match="allocate memory"):
        generations(bark_of(weights, slots=4), requests[:2])


def test_another_fault_is_not_taken_for_want_of_memory(
    weights: Weights, requests: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_options: Any) -> Any:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(CoarseStage, "window", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        generations(bark_of(weights, slots=4), requests[:2])


def drawn_again(weights: Weights, draws: int) -> Bark:
    return Bark(weights, Arithmetics("cpu", "float32"), MemoryPlan(4, False, 0, 0, 0), draws=draws)


def test_a_bad_draw_is_rolled_again_before_the_dear_stages_see_it(
    weights: Weights, requests: list[Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading that can be no good is drawn three times, and costs one coarse stage."""
    seen: list[int] = []
    window = CoarseStage.window

    def counted(self: CoarseStage, rows: Any, cache: Any, **options: Any) -> Any:
        seen.append(len(rows))
        return window(self, rows, cache, **options)

    monkeypatch.setattr(CoarseStage, "window", counted)
    hopeless = Wanted(requests[1], Expected(20.0, 30.0))
    (made,) = generated(drawn_again(weights, 3), [hopeless])
    assert made.draws == 3 and set(made.faults) >= {"short"}
    assert sum(seen) == -(-made.codes.shape[1] * 2 // RULES.sliding_window)


def test_rolls_depend_on_the_reading_alone(weights: Weights, requests: list[Request]) -> None:
    made = generated(drawn_again(weights, 3), [Wanted(request, Expected(9, 10)) for request in requests[:3]])
    alone = [generated(drawn_again(weights, 3), [Wanted(r, Expected(9, 10))])[0] for r in requests[:3]]
    assert all(same(*pair) for pair in zip(made, alone, strict=True))


def test_a_good_draw_is_kept(weights: Weights, requests: list[Request]) -> None:
    ended = replace(requests[1], sampling=Sampling(min_eos_p=1e-9))  # any chance of an end ends it
    (made,) = generated(drawn_again(weights, 3), [Wanted(ended, Expected(0.0, 30.0))])
    assert made.draws == 3 and made.faults == ("empty",)
    capped = bark_of(weights)
    (once,) = generations(capped, [requests[1]])
    assert once.draws == 1


def test_every_roll_has_a_seed_of_its_own(requests: list[Request]) -> None:
    due = Due(0, Wanted(requests[0], ANY_LENGTH))
    seeds = {replace(due, draws=number).request.seed for number in range(20)}
    assert len(seeds) == 20 and all(0 <= seed < 1 << 64 for seed in seeds - {requests[0].seed})


def test_readings_are_taken_from_their_source_only_a_few_cohorts_ahead(requests: list[Request]) -> None:
    taken = []

    def source() -> Any:
        for number in range(100):
            taken.append(number)
            yield Wanted(requests[number % READINGS], ANY_LENGTH)

    waiting = Waiting(source(), barks.LOOKAHEAD)
    lengths = [len(due.wanted.request.text_ids) for due in waiting.next_cohort(5)]
    assert len(taken) == 5 * barks.LOOKAHEAD and lengths == sorted(lengths, reverse=True)
