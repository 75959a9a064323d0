"""``chapterhouse calibrate``: how fast each role's voice reads, from the takes in the vault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from pipeline.booth import lengths_of
from pipeline.cli.watching import clock
from pipeline.flows.callsheet import CallSheet
from pipeline.script import TooFewTakes, calibrate


@dataclass(frozen=True)
class Finding:
    """What a role's takes say.

    Attributes:
        voice: engine and voice.
        takes: of that voice in the vault, all that passed every check.
        pace: measured; None where the takes are too few.
        estimated_s: seconds of speech that the role's chunks were packed by.
        longest_s: the longest chunk by that estimate.
        max_s: the longest that the engine reads well.
        used: the pace that the chunks were packed by.
    """

    role: str
    voice: str
    takes: int
    pace: float | None
    estimated_s: float
    longest_s: float
    max_s: float
    used: float


def show_paces(sheet: CallSheet) -> None:
    """Print each role's measured pace and what it would change. Changes nothing: a run never packs anew by itself."""
    findings = list(paces_of(sheet))
    table = Table("role", "voice", "takes", "pace", "measured", "speech", "longest chunk", box=None, pad_edge=False)
    for finding in findings:
        table.add_row(*_cells(finding))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=160)
    console.print(table)
    for finding in findings:
        if finding.pace is not None and round(finding.pace, 2) != round(finding.used, 2):
            click.echo(
                f"cast: {finding.role}: pace: {finding.pace:.2f} packs {finding.role} by what was measured; chunks "
                "that come out otherwise are recorded again"
            )
        elif finding.pace is None:
            click.echo(f"{finding.role}: {finding.takes} takes are too few; render more of it first")


def paces_of(sheet: CallSheet) -> Iterator[Finding]:
    """What the vault knows of each role's pace."""
    for role, voice in sheet.cast.items():
        takes = list(lengths_of(voice, sheet.vault))
        estimates = [c.estimated_s for chapter in sheet.chapters for c in chapter.chunks if c.role == role]
        try:
            pace = calibrate(takes)
        except TooFewTakes:
            pace = None
        yield Finding(
            role=role,
            voice=f"{voice.engine.name}/{voice.voice.rpartition('/')[2]}",
            takes=len(takes),
            pace=pace,
            estimated_s=sum(estimates),
            longest_s=max(estimates, default=0.0),
            max_s=voice.limits.max_s,
            used=getattr(voice, "pace", 1.0),
        )


def _cells(finding: Finding) -> tuple[str, ...]:
    speech, longest = clock(finding.estimated_s), f"{finding.longest_s:.1f} s"
    measured = "-"
    if finding.pace is not None:
        change = finding.pace / finding.used
        measured = f"{finding.pace:.2f}"
        speech += f" -> {clock(finding.estimated_s * change)}"
        longest += f" -> {finding.longest_s * change:.1f} s (of {finding.max_s:g})"
    return finding.role, finding.voice, f"{finding.takes:,}", f"{finding.used:.2f}", measured, speech, longest
