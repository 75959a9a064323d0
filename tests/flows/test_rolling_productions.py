"""A production whose voice goes on from its own takes: checked, planned, recorded line by line, kept, made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import engines
from pipeline.booth import GENERATIONS, record
from pipeline.cli.commands import chapterhouse
from pipeline.errors import InputError
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.flows.in_use import keys_in_use
from pipeline.flows.lockfile import Lock, LockedChapter
from pipeline.flows.locking import _chunks, inputs_of
from pipeline.flows.pickup import record_line
from pipeline.flows.progress import deaf
from pipeline.flows.rendered import attempt_cards, chosen_takes, finished
from pipeline.flows.run import Run
from pipeline.flows.verifying_build import rebuild
from pipeline.materials import Take
from pipeline.pickups import load_pickups, pickups_path, save_pickups
from pipeline.production import Order
from pipeline.production_file import load_order
from pipeline.vault import file_sha256
from tests.booth.rolling import RollingEngine, RollingNarrator, loaded

PRODUCTION = """\
title: The Harbour Light
script: {path: harbour.md}
cast:
  NARRATOR:
    engine: rolling
    voice: middle
    history: paragraph
master: {overrides: {chain: none}}
verify: {mode: free, retakes: 1}
deliver: [flac]
"""
PARAGRAPH = (
    "The boats were out all night and nobody knew. No one had seen them go from the harbour. It was the third of May."
)
SCRIPT = f"# One\n\n{PARAGRAPH}\n\nThey waited a long while for the others.\n"


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    monkeypatch.setitem(engines._CATALOGUE.engines, "rolling", RollingEngine())
    monkeypatch.setattr(Run, "narrator", lambda _self, _engine: loaded())
    (tmp_path / "harbour.md").write_text(SCRIPT)
    (tmp_path / "harbour.yaml").write_text(PRODUCTION)
    return load_order(tmp_path / "harbour.yaml")


def recorded(order: Order) -> tuple[CallSheet, list[Take], RollingNarrator]:
    sheet, narrator = draw_up(order), loaded()
    slots = [slot for chapter in sheet.chapters for slot in sheet.slots(chapter)]
    return sheet, record(slots, narrator, sheet.vault, verify=sheet.verify), narrator


def test_the_script_has_paragraphs_of_several_chunks(order: Order) -> None:
    chunks = [chunk for chapter in draw_up(order).chapters for chunk in chapter.chunks]
    assert [chunk.opens_line for chunk in chunks] == [True, True, False, False, True]


def test_an_engine_that_cannot_go_on_from_a_take_is_told_at_check_with_its_line(order: Order) -> None:
    order.file.write_text(PRODUCTION.replace("rolling", "humming"))
    with pytest.raises(InputError, match="humming cannot go on from another take") as told:
        draw_up(load_order(order.file))
    assert "harbour.yaml:7" in str(told.value) and "take 'history' out" in str(told.value)


def test_plan_and_prune_know_the_takes_that_went_on_from_others(order: Order) -> None:
    sheet, takes, _ = recorded(order)
    assert len({take.key for take in takes}) == 5
    fresh = draw_up(order)
    planned = CliRunner().invoke(chapterhouse, ["plan", str(order.file), "--json"], standalone_mode=False)
    assert sum(chapter["in_vault"] for chapter in json.loads(planned.output)["chapters"]) == 5
    in_use = keys_in_use(fresh)
    assert set(fresh.vault.keys("takes")) <= in_use["takes"]
    assert set(fresh.vault.keys(GENERATIONS)) <= in_use[GENERATIONS]
    assert [take and take.key for chapter in chosen_takes(fresh) for take in chapter.takes] == [t.key for t in takes]
    (chapter,) = sheet.chapters
    assert set(attempt_cards(sheet, {chapter.number: takes})) == {take.key for take in takes}


def test_a_line_recorded_now_is_what_the_next_run_looks_for(order: Order) -> None:
    _, takes, _ = recorded(order)
    chunks = [chunk for chapter in draw_up(order).chapters for chunk in chapter.chunks]
    save_pickups(load_pickups(pickups_path(order)).on(chunks).with_(chunks[2], redo={"seed": 7}))
    redone = record_line(order, chunks[2].slate)
    sheet, again, narrator = recorded(order)
    assert again[2].key == redone.key != takes[2].key
    assert [reading.text for reading in narrator.read_so_far] == [chunks[3].spoken], (
        "what goes on from it, and no more"
    )
    card = sheet.vault.card("takes", again[3].key)
    assert card is not None and card["history"] == redone.key


def test_a_line_whose_history_is_not_recorded_yet_is_left_to_the_next_run(order: Order) -> None:
    with pytest.raises(InputError, match="ch01-0003 goes on from the take before it") as told:
        record_line(order, "ch01-0003")
    assert "--later" in str(told.value)


def test_a_chapter_is_made_again_from_its_lock_with_the_same_bytes(order: Order) -> None:
    sheet, _, _ = recorded(order)
    (chosen,) = chosen_takes(sheet)
    final = finished(sheet, chosen.chapter, [take for take in chosen.takes if take is not None], sheet.vault)
    chapter = LockedChapter(
        number=1,
        title=chosen.chapter.title,
        mix=final.mix.key,
        master=final.master.key,
        sha256=file_sha256(final.master.path),
    )
    lock = Lock(
        production=inputs_of(order),
        made_with={},
        machine={},
        engines={},
        chapters=(chapter,),
        chunks=tuple(_chunks(sheet, chosen)),
        deliverables=(),
    )
    assert sum(bool(chunk.history) for chunk in lock.chunks) == 2
    (again,) = rebuild(lock, draw_up(order), [chapter], deaf)
    assert (again.differing, again.same, again.is_same) == ((), 5, True)
    missing = lock.model_copy(update={"chunks": tuple(c for c in lock.chunks if c.slate != "ch01-0002")})
    (cut,) = rebuild(missing, draw_up(order), [chapter], deaf)
    assert cut.differing == ("ch01-0003", "ch01-0004"), "they go on from a take that is not pinned"
