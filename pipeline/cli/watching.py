"""Progress on a terminal with bars and an ETA, as plain lines elsewhere, and the outcome as text or JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.flows.progress import Delivering, Event, Listener, Mastered, Outcome, Planned, Recorded, Said

PLAIN_INTERVAL_S = 5.0


def clock(seconds: float) -> str:
    """``3725`` as ``1:02:05``."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


@contextmanager
def watch(*, plain: bool) -> Iterator[Listener]:
    """A listener for a run: bars where standard error is a terminal, lines elsewhere or when ``plain``."""
    console = Console(stderr=True, highlight=False)
    if plain or not console.is_terminal:
        yield Lines()
        return
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)


class Bars:
    """Three bars: takes recorded, chapters mastered, and the file being encoded."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._recording: TaskID | None = None
        self._mastering: TaskID | None = None
        self._files: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case Planned():
                self._progress.console.print(planned_line(event))
                self._recording = self._progress.add_task(
                    "record", total=round(event.to_record_s), unit="s of speech"
                )
                self._mastering = self._progress.add_task("master", total=event.chapters, unit="chapters")
            case Recorded(estimated_s=seconds) if self._recording is not None:
                self._progress.advance(self._recording, seconds)
            case Mastered() if self._mastering is not None:
                self._progress.advance(self._mastering)
                self._progress.console.print(mastered_line(event))
            case Delivering(name=name, share=share):
                if name not in self._files:
                    self._files[name] = self._progress.add_task(f"encode {name}", total=100, unit="%")
                self._progress.update(self._files[name], completed=round(100 * share), visible=share < 1.0)
            case Said(text=text):
                self._progress.console.print(f"note: {text}", markup=False)


class Lines:
    """One line now and then on standard error."""

    def __init__(self) -> None:
        self._planned: Planned | None = None
        self._started = self._spoke = time.monotonic()
        self._done_s = 0.0

    def __call__(self, event: Event) -> None:
        match event:
            case Planned():
                self._planned = event
                self._started = time.monotonic()
                say(planned_line(event))
            case Recorded(estimated_s=seconds, flagged=flagged, slate=slate):
                self._done_s += seconds
                if flagged:
                    say(f"flagged: {slate} still fails a check after its last take")
                if time.monotonic() - self._spoke >= PLAIN_INTERVAL_S:
                    self._spoke = time.monotonic()
                    say(self._recording_line())
            case Mastered():
                say(mastered_line(event))
            case Delivering(name=name, share=share) if share >= 1.0:
                say(f"encoded {name}")
            case Said(text=text):
                say(f"note: {text}")

    def _recording_line(self) -> str:
        assert self._planned is not None, "takes come after the plan"
        total = self._planned.to_record_s
        speed = self._done_s / max(time.monotonic() - self._started, 0.001)
        left = clock(max(total - self._done_s, 0.0) / speed) if speed else "?"
        return f"recorded {clock(self._done_s)} of {clock(total)}, {speed:.1f} x real time, {left} to go"


def say(line: str) -> None:
    """A line on standard error."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def planned_line(event: Planned) -> str:
    """What there is to do, in one line."""
    if event.to_record == 0:
        work = "all of them are in the vault: nothing to record"
    else:
        work = f"{event.to_record} to record (about {clock(event.to_record_s)} of speech), the rest is in the vault"
    return f"{event.chapters} chapters, {event.chunks} chunks, about {clock(event.estimated_s)} of speech: {work}"


def mastered_line(event: Mastered) -> str:
    """A finished chapter, in one line."""
    return (
        f"chapter {event.number}: {event.title} - {clock(event.seconds)}, "
        f"{event.lufs:.1f} LUFS, {event.dbtp:.1f} dBTP"
    )


def json_line(outcome: Outcome) -> str:
    """The outcome as one line of JSON; its names stay stable."""
    return json.dumps(asdict(outcome) | {"report": str(outcome.report)}, ensure_ascii=False)


def show_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """The outcome on standard output: a table and the files, or one line of JSON with stable names."""
    if as_json:
        print(json_line(outcome), flush=True)  # noqa: T201
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    table = Table("chapter", "length", "loudness", "true peak", box=None, pad_edge=False)
    for chapter in outcome.chapters:
        table.add_row(chapter.title, clock(chapter.seconds), f"{chapter.lufs:.2f} LUFS", f"{chapter.dbtp:.2f} dBTP")
    console.print(table)
    for kind in dict.fromkeys(file.format for file in outcome.deliverables):
        for file in (file for file in outcome.deliverables if file.format == kind):
            console.print(f"{kind:<5} {file.path}", soft_wrap=True, markup=False)
    console.print(f"report {outcome.report}", soft_wrap=True, markup=False)
    console.print(
        f"{clock(outcome.audio_s)} of audio in {outcome.wall_s:.1f} s, "
        f"{outcome.audio_s / outcome.wall_s:.1f} x real time; "
        f"{outcome.recorded} takes recorded, {outcome.reused} reused, {outcome.flagged} flagged"
        + ("; nothing was recorded again" if outcome.recorded == 0 else "")
    )
