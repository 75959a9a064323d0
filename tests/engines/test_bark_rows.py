"""The two kinds of arithmetic that a reading's independence rests on: a row gets the same bits in any batch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from pipeline.engines.bark.attending import look_back
from pipeline.engines.bark.linear import Arithmetic, Arithmetics

HEADS, WIDTH, PLACES = 3, 16, 70


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def numbers(*size: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*size, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kept", [torch.float32, torch.bfloat16], ids=str)
def test_a_new_tokens_attention_is_the_softmax_over_its_own_past(kept: torch.dtype, threads: int) -> None:
    """What lies behind a row's position is not looked at, not even where it is no number."""
    q, keys, values = (numbers(5, HEADS, *size, WIDTH, seed=n) for n, size in enumerate([(), (PLACES,), (PLACES,)]))
    keys, values = keys.to(kept), values.to(kept)
    at = torch.tensor([0, 3, 4, 41, PLACES - 1])
    for row, last in enumerate(at.tolist()):
        keys[row, :, last + 1 :] = torch.nan
    found = look_back(q, keys, values, at)
    for row, last in enumerate(at.tolist()):
        past = slice(0, last + 1)
        scores = torch.einsum("hd,htd->ht", q[row].double(), keys[row, :, past].double()) / WIDTH**0.5
        expected = torch.einsum("ht,htd->hd", torch.softmax(scores, -1), values[row, :, past].double())
        torch.testing.assert_close(found[row].double(), expected, atol=1e-6, rtol=1e-6)
        alone = slice(row, row + 1)
        assert torch.equal(look_back(q[alone], keys[alone], values[alone], at[alone])[0], found[row])


@pytest.mark.parametrize("arithmetic", ["float32", "int8"])
def test_a_row_of_a_linear_has_the_same_bits_among_any_number_of_rows(arithmetic: Arithmetic, threads: int) -> None:
    layer = Arithmetics("cpu", arithmetic).linear(numbers(96, 64), numbers(96, seed=1))
    rows = numbers(130, 64, seed=2) * torch.logspace(-3, 3, 130)[:, None]
    together = layer(rows)
    assert all(torch.equal(layer(rows[:count]), together[:count]) for count in (1, 2, 7, 8, 31, 64, 129))


def test_int8_is_off_by_no_more_than_its_steps_are_wide() -> None:
    """Weights by half a step of 1/63 of an output's largest, activations by half of 1/127 of a row's largest."""
    weight, x = numbers(96, 64), numbers(40, 64, seed=2)
    exact = x @ weight.T
    found = Arithmetics("cpu", "int8").linear(weight)(x)
    by_weights = x.abs().sum(1)[:, None] * weight.abs().amax(1) / 63 / 2
    by_rows = (x.abs().amax(1) / 127 / 2)[:, None] * (1 + 1 / 63) * weight.abs().sum(1)
    assert ((found - exact).abs() <= by_weights + by_rows).all()
    assert (found - exact).norm() / exact.norm() < 0.02
