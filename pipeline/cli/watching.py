"""Progress on a terminal with bars and an ETA, as plain lines elsewhere, and the outcome as text or JSON."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from pipeline.flows.progress import Certified, Delivering, Event, Listener, Mastered, Outcome, Planned, Recorded, Said

PLAIN_INTERVAL_S = 5.0
COLUMNS = (
    TextColumn("{task.description:<10}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("{task.fields[unit]}"),
)


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
    with Progress(*COLUMNS, console=console) as progress:
        yield Bars(progress)


class Pace:
    """How long the recording still takes, from each engine's own speed: one may be a hundred times another's."""

    def __init__(self, planned: Planned) -> None:
        self._left_s = defaultdict(float, planned.by_engine)
        self._done_s: dict[str, float] = defaultdict(float)  # also takes found damaged, which nobody planned
        self._busy_s: dict[str, float] = defaultdict(float)
        self._before = time.monotonic()

    def add(self, event: Recorded) -> None:
        """Count a take; the time since the one before is the work of its engine."""
        now = time.monotonic()
        self._busy_s[event.engine] += now - self._before
        self._done_s[event.engine] += event.estimated_s
        self._left_s[event.engine] = max(0.0, self._left_s[event.engine] - event.estimated_s)
        self._before = now

    @property
    def to_go(self) -> str:
        """Time left as a clock, ``?`` while an engine that has work has not begun."""
        left = 0.0
        for engine, seconds in self._left_s.items():
            if seconds and not self._done_s[engine]:
                return "?"
            left += seconds * self._busy_s[engine] / self._done_s[engine] if seconds else 0.0
        return clock(left)


class Bars:
    """Three bars: takes recorded, chapters mastered, files delivered."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._pace: Pace | None = None
        self._recording: TaskID | None = None
        self._mastering: TaskID | None = None
        self._delivering: TaskID | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case Planned():
                self._progress.console.print(planned_line(event))
                self._pace = Pace(event)
                self._recording = self._progress.add_task("record", total=event.to_record, unit="takes")
                self._mastering = self._progress.add_task("master", total=event.chapters, unit="chapters")
            case Recorded() if self._recording is not None and self._pace is not None:
                self._pace.add(event)
                self._progress.advance(self._recording)
                self._progress.update(self._recording, unit=f"takes, {self._pace.to_go} to go")
            case Mastered() if self._mastering is not None:
                self._progress.advance(self._mastering)
                self._progress.console.print(mastered_line(event), markup=False)
            case Delivering(share=share):
                if self._delivering is None:
                    self._delivering = self._progress.add_task("deliver", total=100, unit="%")
                self._progress.update(self._delivering, completed=round(100 * share))
            case Certified():
                self._progress.console.print(certified_line(event), markup=False)
            case Said(text=text):
                self._progress.console.print(f"note: {text}", markup=False)


class Lines:
    """One line now and then on standard error."""

    def __init__(self) -> None:
        self._total_s = self._done_s = 0.0
        self._pace: Pace | None = None
        self._delivered = False
        self._spoke = time.monotonic()

    def __call__(self, event: Event) -> None:
        match event:
            case Planned():
                self._pace = Pace(event)
                self._total_s = event.to_record_s
                say(planned_line(event))
            case Recorded() if self._pace is not None:
                self._pace.add(event)
                self._done_s += event.estimated_s
                if time.monotonic() - self._spoke >= PLAIN_INTERVAL_S:
                    self._spoke = time.monotonic()
                    say(f"recorded {clock(self._done_s)} of {clock(self._total_s)}, {self._pace.to_go} to go")
            case Mastered():
                say(mastered_line(event))
            case Delivering(share=share) if share >= 1.0 and not self._delivered:
                self._delivered = True
                say("delivered every file")
            case Certified():
                say(certified_line(event))
            case Said(text=text):
                say(f"note: {text}")


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


def certified_line(event: Certified) -> str:
    """The verdict on the files, in one line."""
    if event.missed == 0:
        return f"certified: {event.files} files, and all meet {event.profile}"
    requirements = "1 requirement is" if event.missed == 1 else f"{event.missed} requirements are"
    return f"not certified: of {event.files} files, {requirements} missed; the certificate says which"


def json_line(outcome: Outcome) -> str:
    """The outcome as one line of JSON; its names stay stable."""
    paths = {"report": str(outcome.report), "certificate": str(outcome.certificate)}
    return json.dumps(asdict(outcome) | paths, ensure_ascii=False)


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
    verdict = "every requirement is met" if outcome.missed == 0 else f"{outcome.missed} missed"
    console.print(f"certificate {outcome.certificate} ({verdict})", soft_wrap=True, markup=False)
    console.print(
        f"{clock(outcome.audio_s)} of audio in {outcome.wall_s:.1f} s, "
        f"{outcome.audio_s / outcome.wall_s:.1f} x real time; "
        f"{outcome.recorded} takes recorded, {outcome.reused} reused, {outcome.flagged} flagged"
        + ("; nothing was recorded again" if outcome.recorded == 0 else ""),
        soft_wrap=True,
    )
