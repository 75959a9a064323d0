"""Progress tells a true time to go, whatever mix of fast and slow engines is at work."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from pipeline.cli import watching
from pipeline.cli.watching import Bars, Lines, Pace, clock
from pipeline.flows.progress import Delivering, Mastered, Planned, Recorded, Said

PLANNED = Planned(chapters=2, chunks=30, estimated_s=200.0, to_record=30, by_engine={"fast": 100.0, "slow": 100.0})


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [0.0]
    monkeypatch.setattr(watching.time, "monotonic", lambda: moment[0])
    return moment


def test_the_time_to_go_is_each_engines_own(now: list[float]) -> None:
    pace = Pace(PLANNED)
    for _ in range(5):
        now[0] += 0.1  # 10 s of speech in 0.1 s
        pace.add(Recorded("s", "fast", 10.0))
    assert pace.to_go == "?", "the slow engine has not begun: nobody knows"
    now[0] += 5.0  # 10 s of speech in 5 s
    pace.add(Recorded("s", "slow", 10.0))
    assert pace.to_go == clock(5 * 0.1 + 9 * 5.0)


def test_a_take_that_was_not_planned_is_counted_too(now: list[float]) -> None:
    """A take found damaged is recorded again though the plan had it in the vault."""
    pace = Pace(Planned(chapters=1, chunks=1, estimated_s=9.0, to_record=0, by_engine={}))
    now[0] += 1.0
    pace.add(Recorded("s", "slow", 9.0))
    assert pace.to_go == "0:00"


def test_lines_say_what_happens(now: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines(PLANNED)
    now[0] += 6.0
    lines(Recorded("ch01-0001-t1", "slow", 10.0))
    lines(Mastered(1, "The Deck", 61.0, -20.0, -3.3))
    lines(Delivering("x.mp3", 1.0))
    lines(Delivering("y.mp3", 1.0))
    lines(Said("a long sentence"))
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("2 chapters, 30 chunks")
    assert said[1] == "recorded 0:10 of 3:20, ? to go"
    assert said[2] == "chapter 1: The Deck - 1:01, -20.0 LUFS, -3.3 dBTP"
    assert said[3:] == ["delivered every file", "note: a long sentence"]


def test_bars_show_the_same(now: list[float]) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, highlight=False, color_system=None)
    with Progress(*watching.COLUMNS, console=console) as progress:
        bars = Bars(progress)
        for event in (
            PLANNED,
            Recorded("s", "fast", 100.0),
            Recorded("s", "slow", 10.0),
            Mastered(1, "The [Deck]", 61.0, -20.0, -3.3),
            Delivering("x.mp3", 0.5),
            Said("a [note]"),
        ):
            now[0] += 1.0
            bars(event)
        progress.refresh()
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "to go" in shown
    assert "The [Deck]" in shown
    assert "a [note]" in shown


def test_a_clock_shows_hours_only_when_there_are_any() -> None:
    assert (clock(59.6), clock(3599), clock(3725)) == ("1:00", "59:59", "1:02:05")
