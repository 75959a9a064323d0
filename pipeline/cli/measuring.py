"""What ``chapterhouse measure`` prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pipeline.audio.decibels import SILENCE_DB
from pipeline.cli.watching import clock
from pipeline.errors import ProductionError
from pipeline.metering import Measurement, measure_file

JSON_FIGURES = (
    "seconds",
    "rate_hz",
    "channels",
    "integrated_lufs",
    "max_momentary_lufs",
    "max_short_term_lufs",
    "lra_lu",
    "true_peak_dbtp",
    "sample_peak_dbfs",
    "rms_dbfs",
    "noise_floor_dbfs",
    "head_s",
    "tail_s",
)


def _level(decibels: float) -> str:
    return "silence" if decibels == SILENCE_DB else f"{decibels:.2f}"


LINES: tuple[tuple[str, str, Callable[[Measurement], str]], ...] = (
    ("integrated loudness", "LUFS", lambda found: _level(found.integrated_lufs)),
    ("loudest 400 ms", "LUFS", lambda found: _placed(found.max_momentary_lufs, found.max_momentary_at_s)),
    ("loudest 3 s", "LUFS", lambda found: _placed(found.max_short_term_lufs, found.max_short_term_at_s)),
    ("loudness range", "LU", lambda found: f"{found.lra_lu:.2f}"),
    ("true peak", "dBTP", lambda found: _placed(found.true_peak_dbtp, found.true_peak_at_s)),
    ("sample peak", "dBFS", lambda found: _level(found.sample_peak_dbfs)),
    ("RMS", "dBFS", lambda found: _level(found.rms_dbfs)),
    ("noise floor", "dBFS", lambda found: _placed(found.noise_floor_dbfs, found.noise_floor_at_s)),
    ("head", "s", lambda found: f"{found.head_s:.2f}"),
    ("tail", "s", lambda found: f"{found.tail_s:.2f}"),
    ("longest digital silence", "s", lambda found: f"{found.longest_digital_silence_s:.3f}"),
    ("DC offset", "of full scale", lambda found: f"{found.dc_offset:.5f}"),
    ("clipped samples", "", lambda found: f"{found.clipped_samples:,}"),
    ("NaN or infinite samples", "", lambda found: f"{found.invalid_samples:,}"),
)
CHANNEL_LINES: tuple[tuple[str, str, Callable[[Measurement], str]], ...] = (
    ("difference of channels", "dBFS", lambda found: _level(found.channel_difference_dbfs)),
    ("correlation of channels", "", lambda found: f"{found.channel_correlation:.3f}"),
)


def _placed(decibels: float, at_s: float) -> str:
    return _level(decibels) + ("" if decibels == SILENCE_DB else f" at {clock(at_s)}")


def measure_files(paths: Sequence[Path], *, as_json: bool) -> int:
    """Measure files one after another and print each at once; what cannot be read is told and passed over.

    Returns:
        The exit status: 0, or that of the first error.
    """
    status = 0
    for path in paths:
        try:
            found = measure_file(path)
        except ProductionError as error:
            click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
            status = status or error.exit_code
            continue
        if as_json:
            figures = {"path": str(path)} | {name: getattr(found, name) for name in JSON_FIGURES}
            click.echo(json.dumps(figures, ensure_ascii=False, allow_nan=False))
        else:
            _print(path, found)
    return status


def _print(path: Path, found: Measurement) -> None:
    sound = "mono" if found.channels == 1 else f"{found.channels} channels"
    click.echo(f"{path}: {clock(found.seconds)}, {found.rate_hz / 1000:g} kHz, {sound}")
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, unit, figure in LINES + (CHANNEL_LINES if found.channels > 1 else ()):
        table.add_row(f"  {name}", figure(found), unit)
    console = Console(highlight=False)
    console.print(table)
