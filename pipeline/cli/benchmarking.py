"""What ``chapterhouse benchmark`` prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from pipeline.engines import find_engine

if TYPE_CHECKING:
    from pipeline.engines.bark.benchmarking import Benchmark

COUNTED = {
    "semantic": ("semantic", "tokens"),
    "coarse_prefill": ("coarse, reading windows", "positions"),
    "coarse_decode": ("coarse, drawing", "tokens"),
    "fine": ("fine", "codes"),
    "codec": ("codec", "frames"),
}
"""Stage → its name, and what is counted in it."""


def benchmark_bark(settings: Mapping[str, str | int], *, as_json: bool) -> None:
    """Measure, which takes a minute or some, and print a table or one line of JSON."""
    checked = find_engine("bark").check_settings(settings, Path.cwd())
    if not as_json:
        click.echo(f"measuring {checked['model']}: a minute or two with bark-small, some more with bark")
    from pipeline.engines.bark.benchmarking import benchmark

    found = benchmark(checked)
    if as_json:
        click.echo(json.dumps(_as_json(found)))
    else:
        _print(found)


def _as_json(found: Benchmark) -> dict[str, Any]:
    stages = {
        stage: {"tokens_s": rate, "seconds": seconds, "share_of_limit": found.share_of_limit(stage)}
        for (stage, rate), seconds in zip(asdict(found.tokens_s).items(), asdict(found.seconds).values(), strict=True)
    }
    return {
        "model": found.model,
        "random_weights": found.is_random,
        "device": found.device,
        "machine": found.machine,
        "dtype": found.arithmetic,
        "slots": found.memory.slots,
        "audio_s": found.audio_s,
        "stages": stages,
        "x_realtime": found.x_realtime,
        "share_of_limit": found.share_of_limit(),
        "limits": asdict(found.limits),
        "memory_bytes": found.memory.total,
    }


def _print(found: Benchmark) -> None:
    limits = found.limits
    machine = found.machine if found.device == "cuda" else f"one core with {found.machine}"
    click.echo(f"{found.model} in {found.arithmetic}, {found.memory.slots} at once, on {machine}")
    if found.is_random:
        click.echo(
            "the checkpoint is not on this machine: random weights of its sizes, which cost the same, stood in"
        )
    click.echo(
        f"the machine: {limits.linear_flops_s / 1e9:,.0f} GFLOP/s in linears, {limits.attention_flops_s / 1e9:,.0f} "
        f"elsewhere, {limits.bytes_s / 1e9:,.1f} GB/s read"
    )
    table = Table("", "a second", "", "of the time", "of the limit", box=None, pad_edge=False)
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for stage, (name, counted) in COUNTED.items():
        rate, seconds = asdict(found.tokens_s)[stage], asdict(found.seconds)[stage]
        share = seconds / found.seconds.total
        table.add_row(name, f"{rate:,.0f}", counted, f"{share:.0%}", f"{found.share_of_limit(stage):.0%}")
    table.add_row("in all", f"{found.x_realtime:.3g}", "seconds of sound", "100%", f"{found.share_of_limit():.0%}")
    Console(highlight=False).print(table)
    click.echo(f"memory: {found.memory}")
