"""What a reading by Bark costs: our engine against transformers' ``BarkModel``, over the same random weights.

    python benchmarks/bark.py [--size small|large] [--quick] [--json] [--device cuda] [--picture FILE.svg]
    python benchmarks/bark.py --scaling
    python benchmarks/bark.py --schedule

Every piece of the algorithm is run by either side's own code, one thread, sides alternating within each round, and
the medians are put together to one chunk of 5.01 s in a voice as long as ``v2/en_speaker_6``. One true reading from
text to sound shows how far that holds. Seconds are those of the thread's processor time (of the wall on a GPU).
The limit is what the exact algorithm's products and bytes need at the rates of a large product of matrices and of
reading memory, measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from bark_peer import SIZES
from bark_profile import Bar, profile_svg
from bark_readings import READINGS, SLOTS, scaling, schedule
from bark_ways import CHUNK, DOCUMENTED, FAST, OURS, PEER, Way, load_ways, plan_ways

from pipeline.engines.bark.costs import Chunk
from pipeline.engines.bark.speeds import Clock
from pipeline.engines.bark.units import STAGES

ROOT = Path(__file__).parents[1]
BUDGET_S = {True: 400.0, False: 3_600.0}
"""Of the wall, for all rounds but the first. Quick or not."""
MOST_ROUNDS = 5
NAMES = {"tiny": "tiny", "small": "bark-small", "large": "bark"}
TRUE_TOKENS = {True: 40, False: 100}
"""Semantic tokens of the true reading; quick or not."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and end with a line of JSON where it is asked for."""
    options = _options(arguments)
    torch.set_num_threads(1)
    print(f"{machine(options.device)}, commit {commit()}")
    if options.scaling:
        result = show_scaling()
    elif options.schedule:
        result = show_schedule()
    else:
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
            result = compare(options, Path(folder))
    if options.json:
        print(json.dumps(result))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--quick", action="store_true", help="batches of 1 and 8, under ten minutes on two cores")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--picture", type=Path, help="write the profile here, as SVG")
    parser.add_argument("--scaling", action="store_true", help="cost and memory of 64, 512 and 4,096 readings")
    parser.add_argument("--schedule", action="store_true", help=f"how full the slots are over {READINGS:,} readings")
    options = parser.parse_args(arguments)
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("there is no CUDA device on this machine")
    return options


def machine(device: str) -> str:
    """Where this was measured."""
    if device == "cuda":
        return f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    best = torch.backends.cpu.get_cpu_capability()  # type: ignore[no-untyped-call]
    return f"{platform.machine()} with {best}, 1 thread of {os.cpu_count()}, torch {torch.__version__}"


def commit() -> str:
    """What was measured."""
    git = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def compare(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Both sides in every way; what is printed and the JSON line's content."""
    clock = Clock(options.device)
    ways = load_ways(plan_ways(clock, quick=options.quick), options.size, folder, clock)
    measure_rounds(ways, clock, BUDGET_S[options.quick])
    show_table(ways)
    show_shares(ways)
    true = true_readings(ways, Chunk(TRUE_TOKENS[options.quick], CHUNK.semantic_history, CHUNK.history_frames))
    if options.picture is not None:
        options.picture.write_text(picture(ways, options), encoding="utf-8")
    return summary(ways) | {
        "detail": {"machine": machine(options.device), "commit": commit(), "size": options.size, "true": true}
        | _details(ways)
    }


def measure_rounds(ways: Sequence[Way], clock: Clock, budget_s: float) -> None:
    """Rounds through all ways, sides alternating. From the second on a way waits where it would end too late."""
    for side in {id(way.side): way.side for way in ways}.values():
        side.warm_up(CHUNK)
    begun = time.perf_counter()
    for number in range(MOST_ROUNDS):
        for way in ways:
            if not number or time.perf_counter() - begun + way.longest_s < budget_s:
                way.measure(clock)


def show_table(ways: Sequence[Way]) -> None:
    """Seconds of one thread for a chunk, stage by stage, and how near to the limit."""
    first = next(way for way in ways if way.kind == DOCUMENTED)
    for limits in {way.limits: None for way in ways}:
        print(
            f"limits: {limits.linear_flops_s / 1e9:.0f} GFLOP/s in linears, {limits.attention_flops_s / 1e9:.0f} in "
            f"attention, {limits.bytes_s / 1e9:.1f} GB/s"
        )
    heads = (
        *(stage.replace("_", " ") for stage in STAGES),
        "all",
        "x real time",
        "x documented",
        "of limit",
        "rounds",
    )
    print(f"{'seconds for a chunk of 5.01 s':<32}" + "".join(f"{head:>15}" for head in heads))
    for way in ways:
        stages = way.stages()
        figures = [getattr(stages, stage) for stage in STAGES]
        row = "".join(f"{figure:>15.2f}" for figure in (*figures, stages.total))
        ratio = first.stages().total / stages.total
        print(
            f"{way.label:<32}{row}{way.x_realtime:>15.3f}{ratio:>15.2f}{way.share_of_limit:>15.0%}{len(way.rounds):>15}"
        )
    idle = sum(way.wall_s for way in ways) / sum(way.cpu_s for way in ways)
    print(f"medians of the rounds; by the wall all took {idle:.2f} times as long")


def show_shares(ways: Sequence[Way]) -> None:
    """How near to the limit each stage comes, and what eats the rest: its seconds over the least."""
    print(f"{'of the limit (seconds over it)':<32}" + "".join(f"{stage.replace('_', ' '):>17}" for stage in STAGES))
    for way in ways:
        taken, least = asdict(way.stages()), asdict(way.least())
        cells = (f"{least[name] / taken[name]:.0%} ({taken[name] - least[name]:.2g})" for name in STAGES)
        print(f"{way.label:<32}" + "".join(f"{cell:>17}" for cell in cells))


def true_readings(ways: Sequence[Way], chunk: Chunk) -> dict[str, Any]:
    """Readings from text to sound by the documented use and by ours, against what their pieces add up to."""
    found: dict[str, Any] = {"semantic_tokens": chunk.semantic_tokens}
    fewest = min(way.rows for way in ways if way.name == OURS)
    ours = min((way for way in ways if way.name == OURS and way.rows == fewest), key=lambda way: way.stages().total)
    for way in (next(way for way in ways if way.kind == DOCUMENTED), ours):
        taken, composed = way.side.read(chunk, way.rows) / way.rows, way.stages(chunk).total
        found[way.label] = {"true_s": taken, "composed_s": composed}
        print(f"{way.label}: a true reading of {chunk.semantic_tokens} tokens {taken:.1f} s, composed {composed:.1f}")
    return found


def summary(ways: Sequence[Way]) -> dict[str, float]:
    """The JSON line's figures. Only ways by Suno's own rules count."""

    def total(way: Way) -> float:
        return way.stages().total

    ours = [way for way in ways if way.name == OURS]
    documented = next(total(way) for way in ways if way.kind == DOCUMENTED)
    best = min(ours, key=total)
    return {
        "ratio_latency_batch1": documented / min(total(way) for way in ours if way.rows == min(w.rows for w in ours)),
        "ratio_throughput_vs_documented": documented / total(best),
        "ratio_throughput_vs_best": min(total(way) for way in ways if way.name == PEER) / total(best),
        "x_realtime": best.x_realtime,
        "share_of_limit": best.share_of_limit,
    }


def _details(ways: Sequence[Way]) -> dict[str, Any]:
    return {
        "limits": {way.arithmetic: asdict(way.limits) for way in ways},
        "ways": {way.label: way.told() for way in ways},
        "best_peer": min((way for way in ways if way.name == PEER), key=lambda way: way.stages().total).label,
        "best_ours": min((way for way in ways if way.name == OURS), key=lambda way: way.stages().total).label,
    }


def picture(ways: Sequence[Way], options: argparse.Namespace) -> str:
    """Before and after: transformers as documented and at its best, ours in each number type at its best."""

    def best(name: str, arithmetic: str | None = None) -> Way:
        some = [way for way in ways if way.name == name and arithmetic in (None, way.arithmetic)]
        return min(some, key=lambda way: way.stages().total)

    kinds = {way.arithmetic: None for way in ways if way.name == OURS}
    chosen = [
        ("transformers as documented", next(way for way in ways if way.kind == DOCUMENTED)),
        ("transformers at its best", best(PEER)),
        *((f"chapterhouse {kind}", best(OURS, kind)) for kind in kinds),
        *((f"chapterhouse fast {way.arithmetic}", way) for way in ways if way.name == FAST),
    ]
    bars = [
        Bar(f"{label}, {way.arithmetic} x {way.rows}" if way.name == PEER else f"{label} x {way.rows}", way.stages())
        for label, way in chosen
    ]
    title = f"{NAMES[options.size]}: what a second of sound costs"
    return profile_svg(
        title, f"seconds of one thread; {machine(options.device)}", bars, CHUNK.seconds(ways[0].sizes.rules)
    )


def show_scaling() -> dict[str, Any]:
    """Cost is linear in the number of readings, and memory does not depend on it."""
    found = []
    for scale in scaling():
        found.append(asdict(scale))
        print(f"{scale.readings:>6,} readings: {scale.cpu_ms_each:.1f} ms of CPU each, peak {scale.peak_mb:,.0f} MB")
    return {"scaling": found}


def show_schedule() -> dict[str, Any]:
    """How much more the scheduler takes than slots that are always full would."""
    found = {}
    for device, slots in SLOTS:
        taken = schedule(device, slots)
        found[f"{device} {slots}"] = told = taken.told()
        parts = ", ".join(f"{piece.replace('_', ' ')} {over:.1%}" for piece, over in told.items() if piece != "all")
        print(f"{READINGS:,} readings in {slots} slots of a {device}: {told['all']:.1%} over ideal in time ({parts})")
    return {"schedule": found}


if __name__ == "__main__":
    main()
