"""``vault`` tells what lies in it, finds what is damaged, removes what nobody uses, and gives takes out by name."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from pipeline.audio.files import write_sound
from pipeline.audio.sound import Sound
from pipeline.booth import GENERATIONS, ladder, sound_checks
from pipeline.booth import record as booth_record
from pipeline.booth.takes import keep_generation
from pipeline.cli.commands import chapterhouse
from pipeline.errors import BusyError, InputError
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.flows.in_use import keys_in_use
from pipeline.flows.rendered import chosen_takes, finished
from pipeline.flows.repaired import TOLD, made_again
from pipeline.flows.run import locked
from pipeline.mastering import master_chapter
from pipeline.mixing import mix_chapter
from pipeline.pickups import load_pickups, pickups_path, save_pickups
from pipeline.production_file import load_order
from pipeline.vault import Vault, open_vault

PRODUCTION = """\
title: The Harbour Light
author: A. Writer
script: {path: harbour.md}
cast:
  NARRATOR: {engine: humming, voice: middle}
  TOM: {engine: humming, voice: low}
master: {overrides: {chain: none}}
verify: {mode: free}
deliver: [flac]
"""
SCRIPT = "# One\n\nThe boats were out all night.\n\nTOM: I saw it twice.\n\n# Two\n\nNobody in harbour knew it.\n"
RATE_HZ = 24_000


def run(*arguments: str | Path, answer: str = "") -> Result:
    return CliRunner().invoke(chapterhouse, ["vault", *map(str, arguments)], input=answer, standalone_mode=False)


def keep_take(vault: Vault, key: str, spoken: str = "") -> None:
    def write(path: Path) -> dict[str, object]:
        samples = 0.1 * np.sin(np.arange(RATE_HZ) * 0.1).astype(np.float32)
        write_sound(path, Sound(samples, RATE_HZ))
        told = {"attempt": 1, "seconds": 1.0, "seed": 1, "finite": True, "verdicts": []}
        return {"shown": spoken, "spoken": spoken, **told}

    vault.keep("takes", key, ".flac", write)


def record(file: Path) -> CallSheet:
    """Every take of a production in its vault, as recording leaves them."""
    sheet = draw_up(load_order(file))
    slots = [slot for chapter in sheet.chapters for slot in sheet.slots(chapter)]
    engine = slots[0].voice.engine
    narrator = engine.load(engine.check_settings({"rate_hz": 8_000}, Path()))
    booth_record(slots, narrator, sheet.vault, verify=sheet.order.production.verify)
    return sheet


def finish(sheet: CallSheet) -> None:
    """Every chapter mixed and mastered."""
    production = sheet.order.production
    for chapter in sheet.chapters:
        takes = [take for take in sheet.circled(sheet.slots(chapter)) if take is not None]
        gains_db = {role: voice.gain_db for role, voice in sheet.cast.items()}
        mix = mix_chapter(
            chapter, takes, gains_db=gains_db, pauses=production.pauses, spec=production.mix, vault=sheet.vault
        )
        master_chapter(
            mix,
            number=chapter.number,
            title=chapter.title,
            profile=sheet.profile,
            room_tone_dbfs=production.mix.room_tone_dbfs,
            vault=sheet.vault,
        )


@pytest.fixture
def production(tmp_path: Path) -> Path:
    (tmp_path / "harbour.md").write_text(SCRIPT)
    file = tmp_path / "harbour.yaml"
    file.write_text(PRODUCTION)
    return file


def row(result: Result, room: str) -> Sequence[str]:
    return next(line.split() for line in result.output.splitlines() if line.startswith(room))


def test_status_tells_what_a_production_uses_of_its_vault(production: Path) -> None:
    sheet = record(production)
    keep_take(sheet.vault, "ee" * 16)
    result = run("status", production)
    assert result.exit_code == 0
    entries, used, unused, set_aside = (row(result, "takes")[column] for column in (1, 4, 5, 8))
    assert (entries, used, unused, set_aside) == ("6", "5", "1", "0")


def test_an_empty_vault_has_a_status_and_nothing_to_verify(production: Path) -> None:
    assert run("status", production).exit_code == 0
    result = run("verify", production)
    assert (result.exit_code, result.return_value) == (0, None)
    assert "0 entries read, 0 damaged" in result.output


def test_verify_finds_what_is_damaged_and_ends_with_1(production: Path) -> None:
    sheet = record(production)
    assert "5 entries read, 0 damaged" in run("verify", production).output
    blob = sheet.vault.root / next(sheet.vault.root.glob("takes/*/*.flac"))
    blob.write_bytes(blob.read_bytes()[:-1])
    result = run("verify", production)
    assert (result.exit_code, result.return_value) == (0, 1)
    assert f"damaged: takes/{blob.stem}" in result.output
    assert row(run("status", production), "takes")[-1] == "1"
    assert "4 entries read, 0 damaged" in run("verify", production).output


def test_prune_removes_what_is_not_used_and_nothing_else(production: Path) -> None:
    sheet = record(production)
    finish(sheet)
    before = sorted(sheet.vault.root.rglob("*.*"))
    keep_take(sheet.vault, "ee" * 16)
    sheet.vault.keep("mixes", "ff" * 16, ".wav", lambda path: {"bytes": path.write_bytes(b"old mix")})
    assert "mixes 1 (0.0 MB), takes 1 (0.0 MB)" in run("prune", production, "--dry-run").output
    assert isinstance(run("prune", production, answer="n\n").exception, BaseException)
    assert sheet.vault.count("takes") == 6
    assert "removed" in run("prune", production, answer="y\n").output
    assert [path for path in sorted(sheet.vault.root.rglob("*.*")) if path.parent.parent.name != "corrupt"] == before
    assert "nothing" in run("prune", production, "--yes").output


def test_prune_leaves_what_another_named_production_uses(production: Path) -> None:
    other = production.with_name("other.yaml")
    other.write_text(PRODUCTION.replace("harbour.md", "other.md") + "paths: {vault: build/harbour/vault}\n")
    other.with_name("other.md").write_text("# One\n\nQuite another text.\n")
    record(production)
    sheet = record(other)
    assert sheet.vault.count("takes") == 6, "the title of the chapter is in both"
    assert "removed" not in run("prune", production, other, "--yes").output
    assert sheet.vault.count("takes") == 6
    assert "removed" in run("prune", production, "--yes").output
    assert sheet.vault.count("takes") == 5


def test_prune_leaves_every_attempt_of_a_chunk(production: Path) -> None:
    """A retake that was not circled is still what a rerun would look for, and would record again."""
    sheet = record(production)
    slot = sheet.slots(sheet.chapters[0])[0]
    retake = ladder(slot, sheet.order.production.verify)[-1]
    keep_take(sheet.vault, retake.key, slot.chunk.spoken)
    run("prune", production, "--yes")
    assert ("takes", retake.key) in sheet.vault


def test_prune_keeps_the_tokens_of_the_takes_it_keeps(production: Path) -> None:
    sheet = record(production)
    used = next(iter(sheet.vault.keys("takes")))
    for key in (used, "ee" * 16):
        keep_generation(key, {"semantic_prompt": np.arange(9)}, sheet.vault)
    run("prune", production, "--yes")
    assert list(sheet.vault.keys(GENERATIONS)) == [used]


def test_prune_leaves_what_is_younger_and_what_comes_from_the_future(production: Path) -> None:
    vault = record(production).vault
    for key, age_days in (("ee" * 16, 40), ("dd" * 16, 5), ("cc" * 16, -400)):
        keep_take(vault, key)
        for path in vault.root.glob(f"takes/*/{key}.*"):
            os.utime(path, (time.time() - age_days * 86400,) * 2)
    run("prune", production, "--yes", "--older-than", "30")
    assert ("takes", "ee" * 16) not in vault
    assert ("takes", "dd" * 16) in vault
    assert ("takes", "cc" * 16) in vault


def test_prune_touches_what_was_set_aside_only_when_asked_to(production: Path) -> None:
    vault = record(production).vault
    keep_take(vault, "ee" * 16)
    next(vault.root.glob("takes/ee/*.flac")).write_bytes(b"")
    assert vault.fetch("takes", "ee" * 16) is None
    run("prune", production, "--yes")
    assert len(list((vault.root / "corrupt/takes").iterdir())) == 2
    run("prune", production, "--yes", "--corrupt")
    assert not list((vault.root / "corrupt/takes").iterdir())


def test_prune_is_refused_while_a_run_is_at_work(production: Path) -> None:
    sheet = record(production)
    keep_take(sheet.vault, "ee" * 16)
    with locked(sheet.order):
        result = run("prune", production, "--yes")
    assert isinstance(result.exception, BusyError)
    assert sheet.vault.count("takes") == 6


def test_a_vault_behind_a_url_is_pruned_there_only_when_asked_to(production: Path) -> None:
    production.write_text(PRODUCTION + f"paths: {{vault: 'file://{production.parent}/remote'}}\n")
    vault = record(production).vault
    keep_take(vault, "ee" * 16)
    assert row(run("status", production), "takes")[1] == "6"
    run("prune", production, "--yes")
    assert not list(vault.root.glob("takes/ee/*"))
    assert ("takes", "ee" * 16) in open_vault(load_order(production))
    run("prune", production, "--yes", "--remote")
    assert ("takes", "ee" * 16) not in open_vault(load_order(production))
    assert vault.count("takes") == 5


def test_a_folder_has_no_remote_to_prune(production: Path) -> None:
    record(production)
    assert isinstance(run("prune", production, "--yes", "--remote").exception, InputError)


def test_export_gives_takes_out_by_slate(production: Path) -> None:
    sheet = record(production)
    folder = production.parent / "out"
    result = run("export", production, folder)
    assert "5 takes of 5 chunks" in result.output
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{slot.chunk.slate}-t1{suffix}"
        for chapter in sheet.chapters
        for slot in sheet.slots(chapter)
        for suffix in (".flac", ".json")
    ]
    card = json.loads((folder / "ch01-0001-t1.json").read_text())
    assert card["slate"] == "ch01-0001-t1"
    assert card["spoken"].startswith("One")
    next(sheet.vault.root.glob("takes/*/*.flac")).write_bytes(b"")
    assert "1 chunks have no circled take" in run("export", production, production.parent / "again").output


def test_what_is_in_use_is_known_by_its_keys_before_it_is_made(production: Path) -> None:
    sheet = draw_up(load_order(production))
    planned = keys_in_use(sheet)
    assert (planned["mixes"], planned["masters"]) == (set(), set())
    slots = [slot for chapter in sheet.chapters for slot in sheet.slots(chapter)]
    attempts = {attempt.key for slot in slots for attempt in ladder(slot, sheet.order.production.verify)}
    assert planned["takes"] == attempts, "every way of reading every chunk"
    assert len(attempts) > len(slots) == 5
    assert "deliverables" not in planned, "what is delivered is not known before there are masters"
    record(production)
    finish(sheet)
    done = keys_in_use(sheet)
    assert done["takes"] >= set(sheet.vault.keys("takes"))
    for room in ("mixes", "masters"):
        assert done[room] == set(sheet.vault.keys(room))


def test_a_mix_whose_master_is_there_is_not_read(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = record(production)
    finish(sheet)
    chapter = sheet.chapters[0]
    takes = [take for take in sheet.circled(sheet.slots(chapter)) if take is not None]
    again = draw_up(sheet.order)
    fetched: list[str] = []
    fetch = Vault.fetch

    def noted(self: Vault, room: str, key: str) -> object:
        fetched.append(room)
        return fetch(self, room, key)

    monkeypatch.setattr(Vault, "fetch", noted)
    production_ = sheet.order.production
    gains_db = {role: voice.gain_db for role, voice in sheet.cast.items()}
    for needed, rooms in ((False, []), (True, ["mixes"])):
        fetched.clear()
        mix_chapter(
            chapter,
            takes,
            gains_db=gains_db,
            pauses=production_.pauses,
            spec=production_.mix,
            vault=again.vault,
            needed=lambda _mix, needed=needed: needed,
        )
        assert fetched == rooms


def decide(sheet: CallSheet, **decided: object) -> None:
    """Something about the first line of a production."""
    chunks = [chunk for chapter in sheet.chapters for chunk in chapter.chunks]
    save_pickups(load_pickups(pickups_path(sheet.order)).on(chunks).with_(chunks[1], **decided))


def test_prune_leaves_the_takes_of_decided_lines_and_those_from_before_the_decision(production: Path) -> None:
    before = record(production)
    usual = before.slots(before.chapters[0])[1].key
    decide(before, redo={"speed": 0.8})
    redone = record(production)
    earlier = redone.slots(redone.chapters[0])[1].key
    decide(before, redo={"speed": 0.9}, use=earlier)
    latest = draw_up(before.order)
    (slot,) = [slot for slot in latest.slots(latest.chapters[0]) if slot.pickup]
    assert len({usual, earlier, slot.key}) == 3
    keep_take(before.vault, slot.key)
    keep_take(before.vault, "ee" * 16)
    run("prune", production, "--yes")
    assert [("takes", key) in before.vault for key in (usual, earlier, slot.key, "ee" * 16)] == [
        True,
        True,
        True,
        False,
    ]


def test_prune_leaves_the_right_part_of_a_take_the_sound_checks_and_rooms_it_does_not_know(production: Path) -> None:
    sheet = record(production)
    vault, slot = sheet.vault, sheet.slots(sheet.chapters[0])[0]
    keep_take(vault, "aa" * 16)
    vault.annotate("takes", slot.key, right_part="aa" * 16)
    (sound_check,) = sound_checks([ladder(slot, sheet.verify)[0]])
    kept = [("takes", "aa" * 16), ("soundchecks", sound_check), ("another-room", "bb" * 16)]
    for room, key in (*kept[1:], ("soundchecks", "cc" * 16)):
        vault.keep(room, key, ".flac", lambda path: {"bytes": path.write_bytes(b"sound")})
    told = run("prune", production, "--yes").output
    assert all(address in vault for address in kept)
    assert ("soundchecks", "cc" * 16) not in vault
    assert "left as it is, for what is used of it is not known: another-room" in told


def test_takes_that_lie_only_behind_a_url_are_circled_without_being_downloaded(production: Path) -> None:
    production.write_text(PRODUCTION + f"paths: {{vault: 'file://{production.parent}/remote'}}\n")
    sheet = record(production)
    slots = [slot for chapter in sheet.chapters for slot in sheet.slots(chapter)]
    before = sheet.circled(slots)
    assert None not in before
    shutil.rmtree(sheet.vault.root)
    elsewhere = draw_up(sheet.order)
    assert elsewhere.circled(slots) == before
    narrator = slots[0].voice.engine.load({})
    assert booth_record(slots, narrator, elsewhere.vault, verify=sheet.verify) == before, "and nothing is recorded"
    assert not list(sheet.vault.root.glob("takes/*/*.flac"))


def test_of_a_finished_chapter_no_mix_is_read_and_damage_to_its_master_makes_both_again(production: Path) -> None:
    sheet = record(production)
    finish(sheet)
    chosen = chosen_takes(sheet)[0]
    takes = [take for take in chosen.takes if take is not None]
    mix, master = (sorted(sheet.vault.root.glob(f"{room}/*/*.wav")) for room in ("mixes", "masters"))
    first = finished(sheet, chosen.chapter, takes, sheet.vault)
    sound = {path: path.read_bytes() for path in (first.mix.path, first.master.path)}
    assert first.mix.path in mix and first.master.path in master
    first.mix.path.write_bytes(b"damaged")
    assert finished(sheet, chosen.chapter, takes, draw_up(sheet.order).vault) == first
    assert first.mix.path.read_bytes() == b"damaged", "nobody needed it"
    first.master.path.write_bytes(b"damaged, too")
    again = draw_up(sheet.order).vault
    assert finished(sheet, chosen.chapter, takes, again) == first
    assert {path: path.read_bytes() for path in sound} == sound
    told = [notice.what for notice in made_again(again)]
    assert [what.partition(" ")[2].partition(" ")[0] for what in told] == ["master", "mix"]
    assert all(
        "was damaged in the vault (its content is not what was kept); it was made again" in what for what in told
    )


def test_what_was_found_damaged_is_told_with_its_words_and_many_are_counted(production: Path) -> None:
    vault = record(production).vault
    for number in range(TOLD + 2):
        keep_take(vault, f"{number:02d}" * 16, f"Line {number}.")
        next(vault.root.glob(f"takes/{number:02d}/{f'{number:02d}' * 16}.flac")).write_bytes(b"")
        assert vault.fetch("takes", f"{number:02d}" * 16) is None
    told = [*made_again(vault)]
    assert told[3].what.startswith("the take 030303030303 “Line 3.” was damaged in the vault")
    assert Path(told[3].place.file) == vault.root / "corrupt/takes"
    assert told[-1].what == "2 more were damaged and set aside"
    assert len(told) == TOLD + 1
