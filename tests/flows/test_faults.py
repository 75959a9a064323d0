"""Faults that must be survived: after each, another run ends with the bytes of an undisturbed one, or says why not.

The quick ones damage a vault between two passes over the rooms, on this thread. The slow ones do it to real runs.
Elsewhere: a full disk and kill -9 at chosen moments (`test_render`).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import pipeline
import pipeline.flows.run
from pipeline.booth import Booth
from pipeline.delivery import TAKE_SHEET
from pipeline.flows.callsheet import draw_up
from pipeline.flows.rendered import chosen_takes, finished
from pipeline.production_file import load_order
from pipeline.vault import file_sha256
from tests.conftest import PRODUCTION, SCRIPT, Finished, clean_environment, give_prefect_home
from tests.running import checksums, kept, start, vault_of, wait_for

Command = Callable[..., Finished]
Damage = Callable[[Path, Path], None]

SLOW_ENGINE = "engines: {{humming: {{delay_s: {delay_s}}}}}\n"

SMALL = """\
title: The Harbour
script: {path: harbour.md}
cast: {NARRATOR: {engine: humming, voice: middle}, ANNA: {engine: humming, voice: high}}
pauses: {head_s: 0.5, tail_s: 1}
"""
SMALL_SCRIPT = """\
# One

The boats were in.

ANNA: I saw them all come in.

# Two

The lamp was lit at nine.
"""


@dataclass(frozen=True)
class Made:
    """What the rooms made: SHA-256 of each chunk's take and of each master, and how many takes were recorded."""

    takes: tuple[str, ...]
    masters: tuple[str, ...]
    recorded: int


def made(production: Path) -> Made:
    """Record, mix and master what is missing, as a run does, on this thread."""
    sheet = draw_up(load_order(production))
    recorded = 0
    slots = [slot for chapter in sheet.chapters for slot in sheet.slots(chapter)]
    verify = sheet.order.production.verify
    with Booth(slots, vault=sheet.vault, verify=verify, judge=sheet.judge()) as booth:
        while batch := booth.next_batch():
            voice = batch[0].slot.voice
            booth.record(batch, voice.engine.load(voice.settings))
            recorded += len(batch)
    takes, masters = [], []
    for chosen in chosen_takes(sheet):
        circled = [take for take in chosen.takes if take is not None]
        assert not chosen.missing
        takes += [entry.path for take in circled if (entry := sheet.vault.fetch("takes", take.key))]
        masters.append(finished(sheet, chosen.chapter, circled, sheet.vault).master.path)
    return Made(tuple(map(file_sha256, takes)), tuple(map(file_sha256, masters)), recorded)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """A small production with everything in its vault."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "harbour.md").write_text(SMALL_SCRIPT)
    (folder / "harbour.yaml").write_text(SMALL)
    return folder / "harbour.yaml", made(folder / "harbour.yaml")


def truncate(blob: Path, _other: Path) -> None:
    blob.write_bytes(blob.read_bytes()[:-9])


def empty(blob: Path, _other: Path) -> None:
    blob.write_bytes(b"")


def flip_a_bit(blob: Path, _other: Path) -> None:
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 0x10
    blob.write_bytes(content)


def delete(blob: Path, _other: Path) -> None:
    blob.unlink()


def swap(blob: Path, other: Path) -> None:
    first, second = blob.read_bytes(), other.read_bytes()
    blob.write_bytes(second)
    other.write_bytes(first)


def truncate_the_card(blob: Path, _other: Path) -> None:
    card = blob.with_suffix(".json")
    card.write_bytes(card.read_bytes()[:40])


def delete_the_card(blob: Path, _other: Path) -> None:
    blob.with_suffix(".json").unlink()


def swap_the_cards(blob: Path, other: Path) -> None:
    swap(blob.with_suffix(".json"), other.with_suffix(".json"))


def blobs(vault: Path, room: str) -> list[Path]:
    return sorted(path for path in (vault / room).glob("*/*") if path.suffix != ".json")


DAMAGES: dict[Damage, int] = {
    truncate: 1,
    empty: 1,
    flip_a_bit: 1,
    delete: 1,
    swap: 2,
    truncate_the_card: 1,
    delete_the_card: 1,
    swap_the_cards: 2,
}
"""How many entries each damages."""


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_is_damaged_in_the_vault_is_made_again_and_nothing_else(
    damage: Damage, whole: tuple[Path, Made], tmp_path: Path
) -> None:
    """A take, a mix and a master are damaged at once."""
    production, undisturbed = whole
    folder = tmp_path / "damaged"
    shutil.copytree(production.parent, folder)
    vault = vault_of(folder / "harbour.yaml")
    for room in ("takes", "mixes", "masters"):
        damage(*blobs(vault, room)[:2])
    after = made(folder / "harbour.yaml")
    assert (after.takes, after.masters) == (undisturbed.takes, undisturbed.masters)
    assert after.recorded == DAMAGES[damage]
    assert made(folder / "harbour.yaml").recorded == 0


# From here on: real runs.


@pytest.mark.slow
def test_a_vault_damaged_in_every_way_at_once_ends_with_the_same_bytes(
    rendered: Path, render: Command, undisturbed: dict[str, Any]
) -> None:
    vault = vault_of(rendered)
    takes = iter(blobs(vault, "takes"))
    for damage in (truncate, flip_a_bit, delete, truncate_the_card, delete_the_card):
        damage(next(takes), Path())
    swap(next(takes), next(takes))
    for room in ("mixes", "masters", "deliverables"):
        flip_a_bit(blobs(vault, room)[0], Path())
    done = render(rendered, "--json")
    assert done.code == 0, done.err
    assert done.result["recorded"] == 7
    assert checksums(done.result) == checksums(undisturbed)


HIBARI = PRODUCTION.replace("humming, voice: middle", "hibari, voice: heart")
KILLS = 20


@pytest.mark.slow
def test_killed_at_twenty_random_moments_a_run_ends_with_the_same_bytes(
    tmp_path: Path, migrated_prefect_home: Path
) -> None:
    """kill -9 of the whole group, moments drawn over the length of an undisturbed run; the narrator is hibari.

    Each run goes on with what the one before left. When one ends before its moment, the next starts from nothing.
    """
    clean, killed = (write_production(tmp_path / name, HIBARI, migrated_prefect_home) for name in ("clean", "killed"))
    began = time.monotonic()
    run = start(clean)
    out, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    length_s = time.monotonic() - began
    undisturbed = checksums(Finished(0, out, err).result)
    moments = random.Random(5)
    kills = 0
    while kills < KILLS:
        run = start(killed)
        try:
            out, err = run.communicate(timeout=moments.uniform(0.3, length_s))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            kills += 1
            continue
        assert run.returncode == 0, err
        assert checksums(Finished(0, out, err).result) == undisturbed
        shutil.rmtree(killed.parent / "build")
        give_prefect_home(killed, migrated_prefect_home)
    run = start(killed)
    out, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    assert checksums(Finished(0, out, err).result) == undisturbed
    assert not list(killed.parent.rglob(".making-*"))


def write_production(folder: Path, text: str, prefect_home: Path) -> Path:
    folder.mkdir()
    (folder / "harbour.md").write_text(SCRIPT)
    (folder / "harbour.yaml").write_text(text)
    give_prefect_home(folder / "harbour.yaml", prefect_home)
    return folder / "harbour.yaml"


@pytest.mark.slow
def test_a_script_edited_while_it_is_rendered_is_read_by_the_next_run(
    production: Path, render: Command, undisturbed: dict[str, Any], prefect_api: str
) -> None:
    """The run goes on with the script that it read; the next one records what has changed and no more."""
    production.write_text(PRODUCTION + SLOW_ENGINE.format(delay_s=0.4))
    run = start(production, PREFECT_API_URL=prefect_api)
    wait_for(lambda: kept(production, "takes") >= 2, run)
    script = production.with_suffix(".md")
    script.write_text(SCRIPT.replace("At nine the lamp was lit.", "At ten the lamp was lit.") + "\nNobody at all.\n")
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    first = Finished(0, out, err).result
    assert checksums(first) == checksums(undisturbed)
    second = render(production, "--json").result
    assert second["recorded"] == 2
    assert checksums(second) != checksums(first)


@pytest.mark.slow
def test_two_productions_at_work_in_one_vault_at_once_end_with_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, Any], migrated_prefect_home: Path, prefect_api: str
) -> None:
    """Both record the same takes, mix and master the same chapters, and encode the same files, at the same time."""
    shared = f"paths: {{vault: {tmp_path}/vault}}\n"
    text = PRODUCTION + SLOW_ENGINE.format(delay_s=0.2) + shared
    productions = [write_production(tmp_path / name, text, migrated_prefect_home) for name in ("one", "two")]
    runs = [start(production, PREFECT_API_URL=prefect_api) for production in productions]
    ends = [run.communicate(timeout=300) for run in runs]
    for run, (out, err) in zip(runs, ends, strict=True):
        assert run.returncode == 0, err
        assert checksums(Finished(0, out, err).result) == checksums(undisturbed)
    assert len(list((tmp_path / "vault" / "takes").glob("*/*.json"))) == undisturbed["recorded"]
    assert not (tmp_path / "vault" / "corrupt").exists()
    assert not list(tmp_path.rglob(".making-*"))


CLOCK_SET_BACK = """
import time
_time, _time_ns = time.time, time.time_ns
_BACK_S = 400 * 86400
time.time = lambda: _time() - _BACK_S
time.time_ns = lambda: _time_ns() - _BACK_S * 10**9
"""


@pytest.mark.slow
def test_a_clock_that_is_set_back_changes_nothing(
    production: Path, command: Command, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    """A run is killed; all it left lies in the future when the next one starts, over a year before it."""
    production.write_text(PRODUCTION + SLOW_ENGINE.format(delay_s=0.3))
    run = start(production)
    try:
        wait_for(lambda: kept(production, "mixes") >= 1, run)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
    ahead = time.time() + 400 * 86400
    for path in vault_of(production).rglob("*"):
        os.utime(path, (ahead, ahead))
    takes = kept(production, "takes")
    done = command("render", production, "--json", **with_site(tmp_path, CLOCK_SET_BACK))
    assert done.code == 0, done.err
    assert done.result["reused"] == takes
    assert checksums(done.result) == checksums(undisturbed)


def with_site(folder: Path, code: str) -> dict[str, str]:
    """An environment in which every Python that is started runs ``code`` first."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": os.pathsep.join([str(site), str(Path(pipeline.__file__).parents[1])])}


FAULTY_HUM = """
import os, sys, time
from pathlib import Path
if any("pipeline." in name for name in sys.orig_argv):  # the run, and the process of its narrator
    from pipeline.engines import humming
    _hum = humming.hum
    def hum(reading, rate_hz, index=0):
        samples = _hum(reading, rate_hz, index)
        mark = Path(os.environ["FAULT_MARK"])
        if reading.text == "I saw it twice." and not (os.environ["FAULT_TIMES"] == "once" and mark.exists()):
            mark.touch()
            if os.environ["FAULT"] == "hang":
                time.sleep(3600)
            samples = samples * (float("nan") if os.environ["FAULT"] == "nan" else 0.0)
        return samples
    humming.hum = hum
"""


def with_fault(folder: Path, fault: str, times: str) -> dict[str, str]:
    mark = str(folder / "fault-mark")
    return with_site(folder, FAULTY_HUM) | {"FAULT": fault, "FAULT_TIMES": times, "FAULT_MARK": mark}


def seeds(production: Path) -> dict[str, int]:
    """Slate → seed of the circled take, by the take sheet."""
    sheet = production.parent / "build" / production.stem / "deliverables" / TAKE_SHEET
    rows = map(json.loads, sheet.read_text().splitlines())
    return {row["slate"]: next(each["seed"] for each in row["attempts"] if each["key"] == row["key"]) for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize("times", ["once", "always"])
@pytest.mark.parametrize("fault", ["nan", "silence"])
def test_an_engine_that_gives_no_sound_is_asked_again_and_at_last_flagged(
    fault: str, times: str, production: Path, render: Command, rendered: Path
) -> None:
    """Once: the chunk has another seed, as the take sheet tells, and nothing else differs. Always: it is flagged."""
    done = render(production, "--json", **with_fault(production.parent, fault, times))
    assert done.code == 0, done.err
    assert done.result["flagged"] == (1 if times == "always" else 0)
    usual, here = seeds(rendered), seeds(production)
    if times == "once":
        assert [slate for slate in usual if usual[slate] != here[slate]] == ["ch01-0004"]
    again = render(production, "--json")
    assert again.result["recorded"] == 0
    assert checksums(again.result) == checksums(done.result)


LOSING = """
import os, sys
from pathlib import Path
if "pipeline.cli" in sys.orig_argv:
    from pipeline.mixing import assembly
    _assemble = assembly._assemble
    def losing(plan, takes, vault, path):
        mark = Path(os.environ["FAULT_MARK"])
        if not mark.exists():
            mark.touch()
            lost = vault.fetch("takes", takes[-1].key).path
            if os.environ["FAULT"] == "deleted":
                lost.with_suffix(".json").unlink()
            else:
                lost.write_bytes(lost.read_bytes()[:-9])
        return _assemble(plan, takes, vault, path)
    assembly._assemble = losing
"""


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["deleted", "damaged"])
def test_a_take_that_is_lost_between_circling_and_mixing_is_recorded_again_by_the_same_run(
    fault: str, production: Path, render: Command, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    environment = with_site(tmp_path, LOSING) | {"FAULT": fault, "FAULT_MARK": str(tmp_path / "fault-mark")}
    done = render(production, "--json", **environment)
    assert done.code == 0, done.err
    assert (tmp_path / "fault-mark").exists()
    assert "its take was damaged or removed while the run was at work; recorded again" in done.err
    assert ("was damaged in the vault" in done.err) == (fault == "damaged")
    assert checksums(done.result) == checksums(undisturbed)
    assert render(production, "--json").result["recorded"] == 0


# The narrator and the recogniser in processes of their own.

needs_workers = pytest.mark.skipif(
    "pipeline.worker" not in sys.modules, reason="engines do not work in processes of their own here"
)
ALL = "verify: {mode: all}\n"


def workers(mark: str) -> list[int]:
    """Worker processes that were started, directly or not, with ``mark`` in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if b"pipeline.worker" in command and f"FAULT_MARK={mark}".encode() in environment.split(b"\0"):
            found.append(int(process.name))
    return found


@pytest.fixture
def reference(tmp_path: Path, render: Command, migrated_prefect_home: Path) -> Iterator[Callable[[str], Any]]:
    """Checksums of an undisturbed run with more written under the production."""

    def run(more: str) -> dict[str, str]:
        production = write_production(tmp_path / "reference", PRODUCTION + more, migrated_prefect_home)
        done = render(production, "--json")
        assert done.code == 0, done.err
        return checksums(done.result)

    yield run


@needs_workers
@pytest.mark.slow
@pytest.mark.parametrize("more", ["", ALL], ids=["narrator", "narrator and recogniser"])
def test_workers_that_are_killed_are_started_anew_and_the_run_ends_with_the_same_bytes(
    more: str, production: Path, reference: Callable[[str], Any], prefect_api: str, tmp_path: Path
) -> None:
    """kill -9 of every worker there is, at three moments of one run."""
    undisturbed = reference(more)
    mark = str(tmp_path / "fault-mark")
    production.write_text(PRODUCTION + more + SLOW_ENGINE.format(delay_s=0.5))
    run = start(production, PREFECT_API_URL=prefect_api, FAULT_MARK=mark)
    killed = 0
    for takes in (1, 3, 5):
        wait_for(partial(lambda least: kept(production, "takes") >= least, takes), run)
        wait_for(lambda: bool(workers(mark)), run)
        for worker in workers(mark):
            os.kill(worker, signal.SIGKILL)
            killed += 1
    out, err = run.communicate(timeout=300)
    assert run.returncode == 0, err
    assert killed >= 3
    assert checksums(Finished(0, out, err).result) == undisturbed
    assert not workers(mark)


@needs_workers
@pytest.mark.slow
@pytest.mark.parametrize("times", ["once", "always"])
def test_an_engine_that_hangs_is_started_anew_and_at_last_its_chunk_is_flagged(
    times: str, production: Path, tmp_path: Path, undisturbed: dict[str, Any], prefect_api: str
) -> None:
    """Once: the same bytes as ever, for the same reading is asked for again. Always: the book is finished."""
    production.write_text(PRODUCTION + "verify: {engine_limit_s: 2, retakes: 1}\n")
    environment = with_fault(tmp_path, "hang", times) | {"PREFECT_API_URL": prefect_api}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "render", str(production), "--json"],
        capture_output=True,
        text=True,
        env=clean_environment(**environment),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = Finished(0, done.stdout, done.stderr).result
    if times == "once":
        assert checksums(result) == checksums(undisturbed)
    else:
        assert result["flagged"] == 1
    assert not workers(environment["FAULT_MARK"])
