"""Draws follow the distribution that they should, by numbers that belong to one reading, step and token alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.sampling import COARSE, SEMANTIC, draw, drawing, entropy, gumbel, scaled
from pipeline.engines.bark.steps import draw_next, new_rows
from pipeline.errors import InputError

pytestmark = pytest.mark.usefixtures("one_thread")
ODDS = 1e-4  # a right sampler fails a test at these odds, and the draws are the same each time
DRAWS = 40_000


def counts_of(logits: torch.Tensor, temperature: float, *, top_k: float = 0, top_p: float = 1) -> np.ndarray:
    """How often each token was drawn, with as many seeds as steps."""
    seeds = range(-DRAWS // 400, DRAWS // 400)
    how = drawing(seeds, SEMANTIC, [temperature] * len(seeds), [top_k] * len(seeds), [top_p] * len(seeds))
    scores = scaled(logits.expand(len(seeds), -1), how)
    drawn = [draw(scores, how, torch.full((len(seeds),), step)) for step in range(DRAWS // len(seeds))]
    return np.bincount(torch.cat(drawn).numpy(), minlength=logits.shape[-1])


@pytest.mark.parametrize("temperature", [0.4, 1.0, 1.7])
def test_tokens_are_drawn_as_often_as_the_softmax_says(temperature: float) -> None:
    logits = torch.randn(40, generator=torch.Generator().manual_seed(1))
    expected = torch.softmax(logits / temperature, dim=0).double().numpy() * DRAWS
    counts = counts_of(logits, temperature)
    common = expected >= 5  # Cochran's rule
    observed = [*counts[common], counts[~common].sum()]
    wanted = [*expected[common], max(expected[~common].sum(), 1e-9)]
    assert stats.chisquare(observed, np.array(wanted) * DRAWS / np.sum(wanted)).pvalue > ODDS


def test_tokens_are_drawn_as_often_as_by_torchs_own_generator() -> None:
    logits = torch.randn(40, generator=torch.Generator().manual_seed(2))
    chances = torch.softmax(logits / 0.8, dim=0)
    theirs = torch.multinomial(chances, DRAWS, replacement=True, generator=torch.Generator().manual_seed(3))
    table = np.stack([counts_of(logits, 0.8), np.bincount(theirs.numpy(), minlength=40)])
    assert stats.chi2_contingency(table[:, table.sum(axis=0) >= 10]).pvalue > ODDS


def test_the_noise_is_gumbels() -> None:
    how = drawing([1, 2, 3, 4], COARSE, [1.0] * 4)
    noise = gumbel(how.keys, torch.tensor([0, 1, 2, 3]), 10_000).flatten().double().numpy()
    assert stats.kstest(noise, "gumbel_r").pvalue > ODDS
    assert np.isfinite(noise).all() and noise.mean() == pytest.approx(np.euler_gamma, abs=0.03)


def test_noise_of_neighbouring_seeds_stages_steps_and_tokens_has_nothing_in_common() -> None:
    """The same noise under another name would make two readings sound alike."""
    rows = [
        gumbel(drawing([seed], stage, [1.0]).keys, torch.tensor([step]), 2_000)[0].numpy()
        for seed in (0, 1, 2**63, -1)
        for stage in (SEMANTIC, COARSE)
        for step in (0, 1, 500)
    ]
    correlations = np.corrcoef(np.stack(rows))[np.triu_indices(len(rows), 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(2_000)


def test_only_the_likeliest_are_drawn() -> None:
    logits = torch.arange(20, dtype=torch.float32) / 10
    assert set(np.flatnonzero(counts_of(logits, 1.5, top_k=3))) == {17, 18, 19}
    chances = torch.softmax(logits, dim=0).flip(0).cumsum(0)
    nucleus = int((chances < 0.5).sum()) + 1
    assert set(np.flatnonzero(counts_of(logits, 1.5, top_p=0.5))) == set(range(20 - nucleus, 20))


def test_rows_that_choose_do_not_choose_for_those_that_do_not() -> None:
    """Not even where rounded probabilities sum up to more than 1."""
    logits = torch.randn(1, 10_001, generator=torch.Generator().manual_seed(4))
    alone = scaled(logits, drawing([5], SEMANTIC, [0.7]))
    beside = scaled(logits.expand(2, -1), drawing([5, 6], SEMANTIC, [0.7, 0.7], [0, 10], [1, 0.3]))
    assert torch.equal(alone[0], beside[0])


def test_a_temperature_of_nought_takes_the_likeliest() -> None:
    logits = torch.randn(3, 50, generator=torch.Generator().manual_seed(6))
    how = drawing([1, 2, 3], SEMANTIC, [0.0] * 3)
    assert torch.equal(draw(scaled(logits, how), how, torch.zeros(3, dtype=torch.int64)), logits.argmax(dim=1))


def test_noise_that_is_endless_does_not_disturb_the_likeliest() -> None:
    """One uniform number in 2^25 is rounded to 1; this seed, step and token have it."""
    how = drawing([0], SEMANTIC, [0.0])
    step = torch.tensor([363])
    assert gumbel(how.keys, step, 10_001)[0, 3976] == -torch.inf
    logits = torch.randn(1, 10_001, generator=torch.Generator().manual_seed(8))
    assert draw(scaled(logits, how), how, step).item() == logits.argmax().item() != 3976


def test_entropy_is_in_nats() -> None:
    assert entropy(torch.full((1, 8), 1 / 8)).item() == pytest.approx(np.log(8), rel=1e-6)
    assert entropy(torch.tensor([[1.0, 0.0]])).item() == 0


@pytest.mark.parametrize(("min_end_p", "ends"), [(0.0, False), (0.49, True), (0.51, False)])
def test_a_reading_ends_once_its_ends_probability_reaches_the_least(min_end_p: float, ends: bool) -> None:
    """Of the distribution after the temperature, as in Suno's code; transformers looks at the one before it."""
    logits = torch.tensor([[0.0, 1.0, 1.0]])  # under a temperature of 0.01 the last two share the probability
    how = drawing([3], SEMANTIC, [0.01])
    rows = new_rows(how, 4, [256], [min_end_p])
    draw_next(rows, logits, end=2)
    drew_it = int(rows.token[0]) == 2
    assert not drew_it, "this seed is to draw the other"
    assert (int(rows.end[0]) == 0) is ends


def test_options_are_refused_by_name_and_range() -> None:
    assert Sampling().changed([("waveform_top_k", 50)]).waveform_top_k == 50
    for option, value in (("text_top_p", 1.1), ("max_s", 16), ("text_top_k", -1), ("min_eos_p", True)):
        with pytest.raises(InputError, match=f"Bark's {option} must be a number between 0 and"):
            Sampling().changed([(option, value)])
