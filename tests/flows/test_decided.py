"""Decisions about single lines are followed: checked when a production is drawn up, recorded at once on demand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli.commands import chapterhouse
from pipeline.errors import BusyError, InputError, ProblemsError
from pipeline.flows.callsheet import draw_up
from pipeline.flows.pickup import record_line
from pipeline.flows.progress import Event
from pipeline.flows.run import locked
from pipeline.materials import Chunk
from pipeline.pickups import load_pickups, pickups_path, save_pickups
from pipeline.production import Order
from pipeline.production_file import load_order
from tests.conftest import PRODUCTION, SCRIPT

TOM = "ch01-0004"


@pytest.fixture
def order(tmp_path: Path) -> Order:
    (tmp_path / "harbour.md").write_text(SCRIPT)
    (tmp_path / "harbour.yaml").write_text(PRODUCTION + "verify: {mode: free}\n")
    return load_order(tmp_path / "harbour.yaml")


def chunks_of(order: Order) -> list[Chunk]:
    return [chunk for chapter in draw_up(order).chapters for chunk in chapter.chunks]


def decide(order: Order, slate: str, **decided: Any) -> None:
    chunks = chunks_of(order)
    chunk = next(chunk for chunk in chunks if chunk.slate == slate)
    save_pickups(load_pickups(pickups_path(order)).on(chunks).with_(chunk, **decided))


def test_a_line_is_recorded_at_once_as_it_is_decided_and_the_next_run_finds_it(order: Order) -> None:
    decide(order, TOM, redo={"seed": 7, "voice": "high", "speed": 0.8})
    told: list[Event] = []
    take = record_line(order, TOM, told.append)
    assert [getattr(event, "slate", "") for event in told] == [f"{TOM}-t1"]
    sheet = draw_up(order)
    slots = sheet.slots(sheet.chapters[0])
    found = {slot.chunk.slate: known for slot, known in zip(slots, sheet.circled(slots), strict=True)}
    assert [slate for slate, known in found.items() if known] == [TOM], "nothing but this line was recorded"
    assert found[TOM] and found[TOM].key == take.key
    card = sheet.vault.card("takes", take.key)
    assert card is not None
    assert (card["voice"], card["speed"], card["shown"]) == ("high", 0.8, "I saw it twice.")


def test_recording_a_line_that_is_recorded_records_nothing(order: Order) -> None:
    first = record_line(order, TOM)
    told: list[Event] = []
    again = record_line(order, TOM, told.append)
    assert (again.key, again.reused, told) == (first.key, True, [])


def test_no_line_is_recorded_beside_a_run_of_the_production(order: Order) -> None:
    with locked(order), pytest.raises(BusyError):
        record_line(order, TOM)


def test_a_slate_that_is_not_in_the_script_is_told(order: Order) -> None:
    with pytest.raises(InputError, match="there is no line ch09-0001"):
        record_line(order, "ch09-0001")


def test_redo_on_the_command_line_records_and_says_what_came_out(order: Order) -> None:
    done = CliRunner().invoke(
        chapterhouse, ["pickups", "redo", str(order.file), TOM, "--speed", "0.7"], standalone_mode=False
    )
    assert done.exception is None, done.exception
    (path,) = order.vault.glob("takes/*/*.flac")
    assert f"recorded {path.stem[:12]}" in done.output
    assert "× 0.7" in done.output
    assert str(path) in done.output


def test_a_voice_that_the_engine_does_not_have_is_told_with_its_entry(order: Order) -> None:
    decide(order, TOM, redo={"voice": "tenor"})
    path = pickups_path(order)
    with pytest.raises(InputError, match="tenor") as caught:
        draw_up(order)
    line = path.read_text().splitlines().index(f"- slate: {TOM}") + 1
    assert str(caught.value.where) == f"{path}:{line}:3"
    assert "low, middle, high" in str(caught.value.next_step)


def test_every_decision_that_the_cast_cannot_follow_is_told_at_once(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(order, "ch01-0003", redo={"speed": 0.8})
    decide(order, TOM, redo={"voice": "tenor"})
    monkeypatch.setattr("pipeline.engines.humming.HummingEngine.speeds", (0.9, 1.1))
    with pytest.raises(ProblemsError) as caught:
        draw_up(order)
    told = str(caught.value)
    assert "humming cannot read at speed 0.8\n  next: choose 0.9 … 1.1" in told
    assert "tenor" in told


def test_a_chosen_take_that_is_gone_is_told_with_its_entry(order: Order) -> None:
    decide(order, TOM, use="0123456789ab")
    sheet = draw_up(order)
    (notice,) = sheet.refused
    assert notice.what == f"{TOM}: the chosen take 0123456789ab is not in the vault any more: choose again"
    assert notice.place.file == str(pickups_path(order))
    slots = sheet.slots(sheet.chapters[0])
    assert all(slot.chosen is None for slot in slots)
