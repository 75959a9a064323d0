"""``chapterhouse calibrate``: how fast each role's voice reads, from the takes in the vault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from pipeline.booth import lengths_of
from pipeline.cli.watching import clock
from pipeline.flows.callsheet import CallSheet
from pipeline.materials import Chunk
from pipeline.script import TooFewTakes, calibrate, chunk_manuscript


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
        chunks: of the role, were they packed by the measured pace.
        again: those of them that are not there now and would be recorded.
    """

    role: str
    voice: str
    takes: int
    pace: float | None
    estimated_s: float
    longest_s: float
    max_s: float
    used: float
    chunks: int
    again: int


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
                f"with 'pace: {finding.pace:.2f}' under 'cast: {finding.role}:' {finding.again:,} of its "
                f"{finding.chunks:,} chunks come out otherwise and are recorded anew"
            )
        elif finding.pace is None:
            click.echo(f"{finding.role}: {finding.takes} takes are too few; render more of it first")


def paces_of(sheet: CallSheet) -> Iterator[Finding]:
    """What the vault knows of each role's pace."""
    used = dict(sheet.paces)
    for role, voice in sheet.cast.items():
        takes = list(lengths_of(voice, sheet.vault))
        now = [chunk for chapter in sheet.chapters for chunk in chapter.chunks if chunk.role == role]
        pace = _pace(takes)
        new = _packed(sheet, role, used | {role: pace}) if pace is not None else now
        known = {chunk.spoken for chunk in now}
        yield Finding(
            role=role,
            voice=f"{voice.engine.name}/{voice.voice.rpartition('/')[2]}",
            takes=len(takes),
            pace=pace,
            estimated_s=sum(chunk.estimated_s for chunk in now),
            longest_s=max((chunk.estimated_s for chunk in now), default=0.0),
            max_s=voice.limits.max_s,
            used=used[role],
            chunks=len(new),
            again=sum(chunk.spoken not in known for chunk in new),
        )


def _pace(takes: Sequence[tuple[str, str, float]]) -> float | None:
    try:
        return round(calibrate(takes), 2)
    except TooFewTakes:
        return None


def _packed(sheet: CallSheet, role: str, paces: Mapping[str, float]) -> list[Chunk]:
    """The role's chunks of the script, credits aside, as these paces pack them."""
    limits = {name: voice.limits for name, voice in sheet.cast.items()}
    language = sheet.order.production.language
    chapters, _ = chunk_manuscript(sheet.manuscript, limits=limits, language=language, paces=paces)
    return [chunk for chapter in chapters for chunk in chapter.chunks if chunk.role == role]


def _cells(finding: Finding) -> tuple[str, ...]:
    speech, longest = clock(finding.estimated_s), f"{finding.longest_s:.1f} s"
    measured = "-"
    if finding.pace is not None:
        change = finding.pace / finding.used
        measured = f"{finding.pace:.2f}"
        speech += f" -> {clock(finding.estimated_s * change)}"
        longest += f" -> {finding.longest_s * change:.1f} s (of {finding.max_s:g})"
    return finding.role, finding.voice, f"{finding.takes:,}", f"{finding.used:.2f}", measured, speech, longest
