"""``chapterhouse benchmark bark`` and the benchmark against transformers measure what they say."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.commands import chapterhouse

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
KEYS = [
    "ratio_latency_batch1", "ratio_throughput_vs_documented", "ratio_throughput_vs_best", "x_realtime",
    "share_of_limit", "detail",
]  # fmt: skip
STAGES = ["semantic", "coarse_prefill", "coarse_decode", "fine", "codec"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(chapterhouse, ["benchmark", "bark", "--device", "cpu", *map(str, arguments)])


@pytest.fixture
def small_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's limits from products and reads that take no time; too low, but of the right kind."""
    from pipeline.engines.bark import speeds

    monkeypatch.setitem(speeds.GEMM_SIZE, "cpu", 128)
    monkeypatch.setattr(speeds, "READ_BYTES", 1 << 22)


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The benchmarks can be imported."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield
    for name in [name for name in sys.modules if name.split("_")[0] == "bark"]:
        del sys.modules[name]


@pytest.mark.usefixtures("small_products")
def test_the_command_measures_a_users_checkpoint(tiny_checkpoint: Path) -> None:
    done = run("--model", tiny_checkpoint, "--slots", "2", "--json", "--dtype", "float32")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["model"], found["random_weights"]) == (str(tiny_checkpoint), False)
    assert (found["dtype"], found["slots"], found["device"]) == ("float32", 2, "cpu")
    assert list(found["stages"]) == STAGES
    total = sum(stage["seconds"] for stage in found["stages"].values())
    assert found["x_realtime"] == pytest.approx(found["audio_s"] / total)
    least = sum(stage["seconds"] * stage["share_of_limit"] for stage in found["stages"].values())
    assert found["share_of_limit"] == pytest.approx(least / total)
    assert found["stages"]["semantic"]["tokens_s"] * found["stages"]["semantic"]["seconds"] == pytest.approx(24)
    assert found["memory_bytes"] > 0


def test_a_model_of_unknown_size_that_is_not_there_is_asked_for(empty_model_cache: Path) -> None:
    done = run("--model", "somebody/else")
    assert type(done.exception).__name__ == "MissingError"
    assert "hf download somebody/else" in str(done.exception)


@pytest.mark.usefixtures("small_products")
def test_random_weights_stand_in_for_a_model_that_is_not_there_and_that_is_said(
    empty_model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.engines.bark import benchmarking, random_weights
    from pipeline.engines.bark.costs import Chunk

    monkeypatch.setitem(random_weights.SIZES, "suno/bark-small", (1, 2, 16))
    monkeypatch.setattr(benchmarking, "CHUNK", Chunk(20, 60, 90))
    done = run("--slots", "1")
    assert done.exit_code == 0, done.output
    assert "the checkpoint is not on this machine: random weights of its sizes" in done.stdout
    for said in ("semantic", "coarse, drawing", "of the limit", "GB/s read", "memory: "):
        assert said in done.stdout


@pytest.mark.usefixtures("benchmarks")
def test_the_figures_of_the_json_line_are_ratios_of_what_was_measured() -> None:
    """At batch 1 ours takes half of the documented use's time; in its best batch a quarter, a third of their best."""
    from bark import summary
    from bark_ways import DOCUMENTED, FAST, OURS, PEER, Way

    from pipeline.engines.bark.costs import Chunk, passes
    from pipeline.engines.bark.shapes import GptShape, Rules, Sizes
    from pipeline.engines.bark.units import Limits, Units, composed

    shape = GptShape(1, 1, 8, 1024, 12_096, 12_096, bias=False)
    sizes, limits = Sizes(Rules(), shape, shape, shape, {}), Limits(1e9, 1e9, 1e9, 4, 4)

    def way(name: str, arithmetic: str, rows: int, cost: float) -> Any:
        units = [Units(*[cost * rows * each for each in (1.0, scale, 3.0)] * 2) for scale in (2.0, 2.0, 9.0)]
        return Way(None, name, arithmetic, rows, sizes, limits, units)  # type: ignore[arg-type]

    ways = [way(*DOCUMENTED, 12.0), way(PEER, "float32", 8, 9.0), way(OURS, "float32", 1, 8.0)]
    ways += [way(OURS, "int8", 1, 6.0), way(OURS, "int8", 8, 3.0), way(FAST, "int8", 8, 1.0)]
    found = summary(ways)
    assert list(found) == KEYS[:-1]
    assert found["ratio_latency_batch1"] == pytest.approx(2.0)
    assert found["ratio_throughput_vs_documented"] == pytest.approx(4.0)
    assert found["ratio_throughput_vs_best"] == pytest.approx(3.0), "of equal others the fast one does not count"
    seconds = composed(Units(3.0, 6.0, 9.0, 3.0, 6.0, 9.0), passes(Chunk(), Rules()), 1).total
    assert found["x_realtime"] == pytest.approx(250 / 49.9 / seconds)
    assert found["share_of_limit"] == pytest.approx(ways[4].least().total / seconds)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As it is measured: threads that wait for one another cost tiny products twenty times their time."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("fixed", [False, True])
def test_measuring_times_every_piece_and_leaves_the_engine_as_it_was(fixed: bool) -> None:
    """With rows that come and go as on a CPU, and with as many always as on a GPU."""
    import torch

    from pipeline.engines.bark.bark import Bark, planned
    from pipeline.engines.bark.costs import Chunk
    from pipeline.engines.bark.linear import Arithmetics
    from pipeline.engines.bark.measuring import Stages, forced_requests, measured_units
    from pipeline.engines.bark.random_weights import random_weights
    from pipeline.engines.bark.shapes import Rules
    from pipeline.engines.bark.speeds import Clock

    rules = Rules(max_text_tokens=32, max_coarse_input=32, max_coarse_history=60, fine_window=64, fine_history=32)
    weights, where = random_weights(2, 2, 16, rules=rules), Arithmetics("cpu", "float32", fixed=fixed)
    bark = Bark(weights, where, planned(weights, where, slots=3))
    stages = Stages(bark, where, lambda codes: None)
    parts = (bark.semantic, bark.coarse, bark.fine, bark.semantic.gpt, bark.coarse.gpt)
    before, (request,) = [dict(vars(part)) for part in parts], forced_requests(Chunk(), rules, 1, semantic_tokens=9)

    units = measured_units(stages, Chunk(30, 50, 60), 3, Clock("cpu"))

    timed = [name for name, seconds in asdict(units).items() if seconds > 0]
    assert set(timed) >= {"semantic_prefill", "semantic_step", "coarse_prefill", "coarse_step", "fine_pass"}
    assert [dict(vars(part)) for part in parts] == before
    with torch.inference_mode():
        cache = stages.cache(bark.semantic, 1, 64)
        assert len(bark.semantic.speak([request], cache, together=4)[0].tokens) == 9, "a forced length"


@pytest.mark.slow
@pytest.mark.usefixtures("benchmarks", "small_products")
def test_the_benchmark_ends_with_one_line_of_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from bark import main

    main(["--size", "tiny", "--quick", "--json", "--picture", str(tmp_path / "profile.svg")])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(found) == KEYS
    assert all(found[key] > 0 for key in KEYS[:-1])
    ways = found["detail"]["ways"]
    assert {"transformers float32 x 1", "transformers float32 x 8", "ours float32 x 8", "ours int8 x 8"} <= set(ways)
    assert all(list(way["stages_s"]) == STAGES for way in ways.values())
    assert (tmp_path / "profile.svg").read_text().count("transformers as documented") == 1


@pytest.mark.usefixtures("benchmarks")
def test_slots_are_as_full_as_the_scheduler_can_make_them() -> None:
    """Over stages that count: every reading comes back, nothing is needed that is not used."""
    from bark_readings import schedule

    taken = schedule("cpu", 4, readings=40)
    assert all(taken.used[piece] >= taken.needed[piece] > 0 for piece in taken.used)
    assert 0 < taken.told()["all"] < 0.1
