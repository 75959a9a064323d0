"""What Bark takes of memory is known beforehand, and does not grow with the number of readings."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest
from bark_models import ANY_LENGTH, GREEDY, bark_of, generated, pocket_prompt, pocket_weights

from pipeline.engines.bark.linear import Arithmetic, Arithmetics
from pipeline.engines.bark.memory import plan_memory, slot_bytes, weight_bytes
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.shapes import GptShape, Rules, Sizes
from pipeline.engines.bark.waiting import Wanted

pytestmark = pytest.mark.usefixtures("one_thread")
GB = 10**9
LARGE, SMALL = (
    Sizes(
        Rules(),
        GptShape(layers, heads, width, 1024, 129_600, 10_048, False),
        GptShape(layers, heads, width, 1024, 12_096, 12_096, False),
        GptShape(layers, heads, width, 1024, 1_056, 1_056, False),
        {},
    )
    for layers, heads, width in ((24, 16, 1024), (12, 12, 768))
)


def plan(sizes: Sizes, arithmetic: Arithmetic, free: float, *, device: str = "cuda", slots: int = 0):
    where = Arithmetics(device, arithmetic, fixed=device == "cuda")
    return plan_memory(sizes, where, slots=slots, free=int(free), together=8 if where.fixed else 1)


def test_sizes_are_those_of_the_published_checkpoints() -> None:
    """24 layers of 12 x 1024^2 weights; the text's own 117,504 rows of embeddings are not loaded."""
    assert LARGE.coarse.linear_weights == 24 * 12 * 1024**2 == 301_989_888
    assert weight_bytes(LARGE.coarse, Arithmetics("cuda", "bfloat16")) == 2 * (301_989_888 + 2 * 12_096 * 1024)
    assert weight_bytes(SMALL.coarse, Arithmetics("cpu", "int8")) == 12 * 12 * 768**2 + 4 * 2 * 12_096 * 768
    assert (
        slot_bytes(LARGE, Arithmetics("cuda", "bfloat16")) == 2 * 24 * 1024 * 1024 * 2
    )  # keys and values of 1,024 positions


def test_the_large_bark_fits_an_8_gb_gpu_without_offload_and_64_slots_an_80_gb_one() -> None:
    small = plan(LARGE, "bfloat16", 7.5 * GB)
    assert not small.offload and small.slots >= 16 and small.total < 7.5 * GB
    assert plan(LARGE, "bfloat16", 78 * GB).slots >= 64


def test_on_a_smaller_one_the_stages_take_turns() -> None:
    tight = plan(LARGE, "bfloat16", 2.0 * GB)
    assert tight.offload and tight.slots >= 1 and tight.total < 2.0 * GB
    assert str(tight).endswith("one stage at a time)")


def test_a_processor_never_offloads_and_takes_eight_slots() -> None:
    assert plan(SMALL, "float32", 16 * GB, device="cpu").slots == 8
    assert plan(SMALL, "float32", 1 * GB, device="cpu").slots == 1
    assert plan(SMALL, "float32", 16 * GB, device="cpu", slots=32).slots == 32


def test_stages_that_take_turns_give_the_same_tokens() -> None:
    wanted = [Wanted(Request([1, 2, 3], pocket_prompt(1, 20), GREEDY, 5), ANY_LENGTH)]
    turns = bark_of(pocket_weights())
    turns._offload = True
    (one,), (other,) = generated(bark_of(pocket_weights()), wanted), generated(turns, wanted)
    assert one.codes.shape[1] and (one.codes == other.codes).all()


@pytest.mark.slow
def test_nothing_grows_over_ten_thousand_readings() -> None:
    """Peak memory after 10,000 readings is within 3 % of that after 500; 1 kB kept of each would be 10 MB more."""
    bark = bark_of(pocket_weights(), slots=16)
    voices = [None, pocket_prompt(1, 4), pocket_prompt(2, 30)]

    def readings() -> Iterator[Wanted]:
        for number in range(10_000):
            sampling = Sampling(text_temperature=0.7, min_eos_p=0, max_s=0.03 * (1 + number % 4))
            yield Wanted(Request([number % 50] * (1 + number % 7), voices[number % 3], sampling, number), ANY_LENGTH)

    seen, early = 0, 0
    for some in bark.generate(readings()):
        seen += len(some)
        if seen >= 500 and not early:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert seen == 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1.03 * early


def test_int8_and_float32_share_everything_but_the_linears() -> None:
    assert Arithmetics("cpu", "int8").dtype == Arithmetics("cpu", "float32").dtype
