"""``vault`` tells what lies in it, finds what is damaged, removes what nobody uses, and gives takes out by name."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from pipeline.audio.files import write_sound
from pipeline.audio.sound import Sound
from pipeline.cli.commands import chapterhouse
from pipeline.errors import BusyError, InputError
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.flows.in_use import keys_in_use
from pipeline.flows.run import locked
from pipeline.mastering import master_chapter
from pipeline.materials import Take
from pipeline.mixing import mix_chapter
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
        return {"shown": spoken, "spoken": spoken, "attempt": 1, "seconds": 1.0, "seed": 1}

    vault.keep("takes", key, ".flac", write)


def record(file: Path) -> CallSheet:
    """Every take of a production in its vault, as recording leaves them."""
    sheet = draw_up(load_order(file))
    for chapter in sheet.chapters:
        for slot in sheet.slots(chapter):
            keep_take(sheet.vault, slot.key, slot.chunk.spoken)
    return sheet


def finish(sheet: CallSheet) -> None:
    """Every chapter mixed and mastered."""
    production = sheet.order.production
    for chapter in sheet.chapters:
        takes = [Take(slot.key, slot.chunk.slate, 1.0, 1, (), reused=True) for slot in sheet.slots(chapter)]
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
    assert "1 chunks are not recorded yet" in run("export", production, production.parent / "again").output


def test_what_is_in_use_is_known_by_its_keys_before_it_is_made(production: Path) -> None:
    sheet = draw_up(load_order(production))
    planned = keys_in_use(sheet)
    assert (len(planned["takes"]), planned["mixes"], planned["masters"]) == (5, set(), set())
    assert "deliverables" not in planned, "what is delivered is not known before there are masters"
    record(production)
    finish(sheet)
    done = keys_in_use(sheet)
    for room in ("takes", "mixes", "masters"):
        assert done[room] == set(sheet.vault.keys(room))


def test_a_mix_whose_master_is_there_is_not_read(production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = record(production)
    finish(sheet)
    chapter = sheet.chapters[0]
    takes = [Take(slot.key, slot.chunk.slate, 1.0, 1, (), reused=True) for slot in sheet.slots(chapter)]
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
