"""What Bark costs at the least is counted right: by hand, by torch's own counter, and at Bark's published sizes."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from pipeline.engines.bark.costs import Chunk, codec_work, gpt_work, passes
from pipeline.engines.bark.shapes import GptShape, Rules, Sizes
from pipeline.engines.bark.units import Limits, Units, composed, least_units

ONE = GptShape(layers=1, heads=1, width=2, block=16, input_vocabulary=8, output_vocabulary=8, bias=False)
SMALL = GptShape(12, 12, 768, 1024, 12_096, 12_096, bias=False)


def test_one_block_of_width_2_costs_what_a_person_counts() -> None:
    """Three tokens, all wanted: 12 squares of weights; attention to 1 + 2 + 3 keys in 2 products of width 2."""
    work = gpt_work(ONE, rows=1, new=3, head=5, wanted=3)
    assert work.linear_flops == 3 * 2 * (48 + 5 * 2)
    assert work.attention_flops == (1 + 2 + 3) * 2 * 2 * 2
    assert (work.weights, work.cached) == (48 + 10, 2 * 2 * 3)


def test_what_the_last_block_need_not_compute_is_not_counted() -> None:
    """Of tokens whose output nobody asks for the last block makes keys and values: 2 of its 12 squares."""
    work = gpt_work(ONE, rows=1, new=3, head=5, wanted=1)
    assert work.linear_flops == 2 * (3 * 2 * 4 + 10 * 4 + 5 * 2)
    assert work.attention_flops == 3 * 2 * 2 * 2


def test_a_prompt_and_its_steps_look_at_as_many_keys_as_one_pass() -> None:
    whole = gpt_work(SMALL, 2, 40, head=0, wanted=40)
    steps = [gpt_work(SMALL, 2, 1, past=past, head=0) for past in range(40)]
    assert sum(step.flops for step in steps) == whole.flops


@pytest.mark.slow
@pytest.mark.parametrize("causal", [True, False])
def test_torch_counts_the_same_multiplications(causal: bool) -> None:
    """Its counter sees the products that a plain transformer runs; a causal one computes the masked half too."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    shape, rows, new = GptShape(3, 2, 8, 64, 8, 8, bias=False), 2, 5
    x = torch.randn(rows, new, shape.width)
    with FlopCounterMode(display=False) as counter:
        for _ in range(shape.layers):
            q, k, v = (x @ torch.randn(8, 24)).view(rows, new, 3, 2, 4).permute(2, 0, 3, 1, 4)
            y = (q @ k.transpose(-1, -2)) @ v
            x = y.transpose(1, 2).reshape(rows, new, 8) @ torch.randn(8, 8)
            x = (x @ torch.randn(8, 32)) @ torch.randn(32, 8)
        _ = x @ torch.randn(8, 7)
    work = gpt_work(shape, rows, new, head=7, wanted=new, causal=causal)
    masked = 4 * rows * shape.layers * shape.width * (new * (new - 1) // 2) if causal else 0
    assert work.flops + masked == counter.get_total_flops()


def test_encodecs_decoder_costs_what_torch_counts_of_its_convolutions_and_an_lstm_beside_them() -> None:
    """11,751,936,000: ``torch.utils.flop_counter`` over the decoder of transformers' ``EncodecModel``, 375 frames."""
    lstm = 2 * 2 * 8 * 512**2 * 375  # two layers, four gates that see input and state
    assert codec_work({}, 1, 375).flops == 11_751_936_000 + lstm
    assert codec_work({}, 3, 375).flops == 3 * codec_work({}, 1, 375).flops


def test_five_seconds_in_a_long_voice_are_these_passes() -> None:
    run = passes(Chunk(), Rules())
    assert (run.frames, run.semantic_steps, run.coarse_windows, run.coarse_steps) == (375, 249, 13, 737)
    assert (run.semantic_start, run.coarse_start, run.fine_passes, run.fine_new) == (257, 886, 6, 560)
    assert run.fine_positions == 1024
    assert passes(Chunk(), Rules().faster()).fine_positions == 256 + 375, "without padding"


def test_a_chunk_over_the_fine_window_pays_for_a_second_one() -> None:
    rules = Rules()
    longest = max(n for n in range(1, 768) if rules.frames(n) <= 1024 - 464)
    assert passes(Chunk(longest), rules).fine_passes == 6
    assert passes(Chunk(longest + 1), rules).fine_passes == 12


def test_a_stage_is_limited_by_whichever_takes_longer() -> None:
    work = gpt_work(SMALL, 1, 1, past=100, head=1024)
    fast_memory, fast_sums = Limits(1e9, 1e9, 1e15, 4, 4), Limits(1e15, 1e15, 1e9, 4, 4)
    assert fast_memory.seconds(work) == pytest.approx(work.flops / 1e9)
    assert fast_sums.seconds(work) == pytest.approx(4 * (work.weights + work.cached) / 1e9)
    assert Limits(1e15, 1e15, 1e9, 1, 4).seconds(work) == pytest.approx((work.weights + 4 * work.cached) / 1e9)


def test_units_add_up_to_a_reading() -> None:
    stages = composed(Units(8.0, 0.8, 16.0, 1.6, 4.0, 0.08), passes(Chunk(), Rules()), rows=8)
    assert astuple(stages) == pytest.approx((1 + 249 * 0.1, 13 * 2.0, 737 * 0.2, 6 * 0.5, 375 * 0.01))
    assert stages.total == pytest.approx(sum(astuple(stages)))


def test_a_batch_shares_the_weights_and_nothing_else() -> None:
    sizes, run = Sizes(Rules(), SMALL, SMALL, SMALL, {}), passes(Chunk(), Rules())
    only_memory = Limits(1e18, 1e18, 1e9, 4, 4)
    one, eight = (least_units(sizes, run, rows, only_memory) for rows in (1, 8))
    cached = gpt_work(SMALL, 1, 1, past=run.coarse_position, head=1024).cached * 4 / 1e9
    assert eight.coarse_step == pytest.approx(one.coarse_step + 7 * cached)
    only_sums = Limits(1e9, 1e9, 1e18, 4, 4)
    one, eight = (least_units(sizes, run, rows, only_sums) for rows in (1, 8))
    assert astuple(eight) == pytest.approx([8 * each for each in astuple(one)])
