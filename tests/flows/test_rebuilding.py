"""A rendered title is pinned by its lock file, and made again from it byte by byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.booth import ladder
from pipeline.booth.takes import keep
from pipeline.cli.commands import chapterhouse
from pipeline.engines import find_engine, humming
from pipeline.engines.fingerprints import packaged_file
from pipeline.engines.weights import weights_of
from pipeline.errors import InputError
from pipeline.flows.callsheet import draw_up
from pipeline.flows.departures import pinned_chunks
from pipeline.flows.differing import recording_rates
from pipeline.flows.lockfile import Lock, lock_path, read_lock, write_lock
from pipeline.flows.locking import lock_of
from pipeline.production_file import load_order
from pipeline.vault import Vault, file_sha256
from tests.running import vault_of

SECOND = ("--chapter", "2")  # the shorter one


def run(*arguments: str | Path) -> Result:
    """The command in this process; a `ProductionError` is in ``result.exception``."""
    return CliRunner().invoke(chapterhouse, [str(argument) for argument in arguments], standalone_mode=False)


def verify(production: Path, *options: str) -> dict[str, Any]:
    """The result of `verify-build`, and whether its exit code says the same."""
    done = run("verify-build", production, *options, "--json")
    result = dict(json.loads(done.stdout.splitlines()[-1]))
    assert (done.exception is None or getattr(done.exception, "exit_code", None) == 1) and done.exit_code != 2
    return result | {"told": done.stderr}


@pytest.fixture
def locked(rendered: Path) -> Path:
    """The production that nothing disturbed, with its lock file."""
    order = load_order(rendered)
    write_lock(lock_path(order), lock_of(order))
    return rendered


def change_lock(production: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = lock_path(load_order(production))
    content = read_lock(path).model_dump(mode="json")
    change(content)
    write_lock(path, Lock.model_validate_json(json.dumps(content)))


def test_a_lock_pins_every_take_and_is_made_for_git(locked: Path) -> None:
    path = locked.with_name("harbour.lock.json")
    before = path.read_bytes()
    lock = read_lock(path)
    vault = vault_of(locked)
    assert [chunk.slate for chunk in lock.chunks] == [
        chunk.slate for chapter in draw_up(load_order(locked)).chapters for chunk in chapter.chunks
    ]
    for chunk in lock.chunks:
        assert chunk.sha256 == file_sha256(vault / "takes" / chunk.take[:2] / f"{chunk.take}.flac")
    for chapter in lock.chapters:
        assert chapter.sha256 == file_sha256(vault / "masters" / chapter.master[:2] / f"{chapter.master}.flac")
    for file in lock.deliverables:
        assert file.sha256 == file_sha256(locked.parent / "build" / "harbour" / "deliverables" / file.path)
    lines = before.decode().splitlines()
    assert all(sum(chunk.slate in line for line in lines) == 1 for chunk in lock.chunks)
    assert str(locked.parent) not in before.decode()
    assert run("lock", locked).exception is None
    assert path.read_bytes() == before


def test_what_is_not_rendered_cannot_be_locked(rendered: Path) -> None:
    script = rendered.with_suffix(".md")
    as_it_was = script.read_text()
    script.write_text(as_it_was.replace("I saw it twice.", "I saw it three times."))
    with pytest.raises(InputError, match=r"not everything is recorded: ch01-0004") as told:
        lock_of(load_order(rendered))
    assert "chapterhouse render harbour.yaml" in str(told.value)
    script.write_text(as_it_was.replace("[pause 1s]\n", ""))
    with pytest.raises(InputError, match="chapter 1 is not mixed yet"):
        lock_of(load_order(rendered))
    script.write_text(as_it_was)
    delivered = rendered.parent / "build" / "harbour" / "deliverables" / "mp3" / "02_the-lamp.mp3"
    delivered.write_bytes(delivered.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"not delivered.*: mp3/02_the-lamp\.mp3\n"):
        lock_of(load_order(rendered))


def test_a_chapter_made_again_has_the_same_bytes(locked: Path) -> None:
    result = verify(locked, *SECOND)
    assert result["same"] is True
    assert result["departures"] == []
    assert result["chapters"] == [
        {
            "number": 2,
            "title": "The Lamp",
            "same": 3,
            "differing": [],
            "mix_planned": True,
            "master_same": True,
            "is_same": True,
        }
    ]


def test_another_seed_is_found_and_another_engine_is_told_before_anything_is_recorded(locked: Path) -> None:
    def change(lock: dict[str, Any]) -> None:
        lock["engines"]["humming"]["fingerprint"] = "0123456789abcdef"
        lock["made_with"]["numpy"] = "1.0"
        chunk = next(chunk for chunk in lock["chunks"] if chunk["slate"] == "ch02-0002")
        chunk["seed"] += 1

    change_lock(locked, change)
    result = verify(locked, *SECOND)
    assert result["same"] is False
    (chapter,) = result["chapters"]
    assert (chapter["same"], chapter["differing"], chapter["master_same"]) == (2, ["ch02-0002"], False)
    assert [(each["kind"], each["what"]) for each in result["departures"]] == [
        ("version", "numpy"),
        ("engine", "humming"),
    ]
    told = result["told"]
    assert told.index("engine humming: 0123456789abcdef → ") < told.index("1 chapters, 3 chunks")


def test_a_changed_text_is_told_and_not_taken_for_the_locked_one(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = locked.with_suffix(".md")
    script.write_text(script.read_text().replace("the sea went on", "the sea went away"))
    read = humming.HummingNarrator.read
    texts: list[str] = []

    def listened(self: Any, readings: Any) -> Any:
        texts.extend(reading.text for reading in readings)
        return read(self, readings)

    monkeypatch.setattr(humming.HummingNarrator, "read", listened)
    result = verify(locked, *SECOND)
    assert result["chapters"][0]["differing"] == ["ch02-0003"]
    assert result["chapters"][0]["master_same"] is None
    assert ("text", "ch02-0003") in [(each["kind"], each["what"]) for each in result["departures"]]
    assert len(texts) == 2
    assert not any("sea" in text for text in texts)


def test_a_take_of_the_understudy_is_made_again_with_its_voice(locked: Path) -> None:
    written = locked.read_text().replace("voice: middle}", "voice: middle, understudy: low}")
    locked.write_text(written)
    fingerprint = humming.HummingEngine().voice_fingerprint("low", {})

    def change(lock: dict[str, Any]) -> None:
        lock["chunks"][0] |= {"voice": "low", "voice_fingerprint": fingerprint}

    change_lock(locked, change)
    order = load_order(locked)
    lock = read_lock(lock_path(order))
    first, second, *_ = pinned_chunks(lock, draw_up(order), lock.chapters[0])
    assert first.attempt is not None and second.attempt is not None
    assert (first.attempt.readings[0].voice, second.attempt.readings[0].voice) == ("low", "middle")
    assert first.attempt.readings[0].seed == lock.chunks[0].seed


def test_a_take_that_was_read_in_two_is_made_again_in_two(locked: Path, tmp_path: Path) -> None:
    order = load_order(locked)
    sheet = draw_up(order)
    slot = sheet.slots(sheet.chapters[1])[2]
    split = next(attempt for attempt in ladder(slot, order.production.verify) if attempt.rung == "split")
    assert len(split.readings) == 2
    narrator = slot.voice.engine.load(slot.voice.settings)
    renditions = [rendition for _, rendition in narrator.read(split.readings)]
    take = keep(split, renditions, Vault(tmp_path / "elsewhere")).entry

    def change(lock: dict[str, Any]) -> None:
        chunk = next(chunk for chunk in lock["chunks"] if chunk["slate"] == slot.chunk.slate)
        chunk |= {"rung": "split", "seed": split.readings[0].seed, "take": split.key}
        chunk |= {"sha256": file_sha256(take.path)}

    change_lock(locked, change)
    (chapter,) = verify(locked, *SECOND)["chapters"]
    assert (chapter["same"], chapter["differing"]) == (3, [])
    assert not chapter["mix_planned"]  # the lock's mix is that of the other take


@pytest.mark.parametrize("content", [None, "{", '{"lock": 1}'])
def test_a_lock_file_that_is_missing_or_damaged_is_told(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "harbour.lock.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match="lock file"):
        read_lock(path)


def test_weights_are_pinned_by_their_whole_content() -> None:
    hibari = find_engine("hibari")
    weights = packaged_file("hibari", "assets/hibari.onnx")
    assert weights_of(hibari, hibari.check_settings({}, Path())) == {"hibari.onnx": file_sha256(weights)}
    assert weights_of(find_engine("humming"), {}) == {}


def test_the_time_to_record_is_told_by_the_takes_of_the_same_engine(rendered: Path) -> None:
    vault = Vault(vault_of(rendered))
    for card in vault.root.glob("takes/*/*.json"):
        written = json.loads(card.read_text())
        written["facts"]["timings"] = {"recorded_s": written["facts"]["seconds"] / 4}
        card.write_text(json.dumps(written))
    assert recording_rates(vault, ["humming", "hibari"]) == {"humming": pytest.approx(0.25)}
    script = rendered.with_suffix(".md")
    script.write_text(script.read_text().replace("I saw it twice.", "I saw it three times."))
    told = json.loads(run("diff", rendered, "--json").stdout)
    assert told["computing_s"] == {"humming": pytest.approx(told["record_s"] / 4, abs=0.002)}
