"""The main job, in real processes: rerun, edit, interruption, kill -9, two at once, full disk, no network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.flows.differing import diff_production
from pipeline.flows.progress import ListeningResult
from pipeline.production_file import load_order
from tests.conftest import PRODUCTION, Finished
from tests.running import SLOW_ENGINE, checksums, home_of, kept, start, vault_of, wait_for

Command = Callable[..., Finished]


def test_the_result_line_has_its_stable_names(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["production"] == "harbour"
    assert [chapter["title"] for chapter in undisturbed["chapters"]] == ["The Harbour", "The Lamp"]
    assert all(set(chapter) == {"title", "seconds", "lufs", "dbtp"} for chapter in undisturbed["chapters"])
    assert all(set(file) == {"path", "format", "sha256", "bytes"} for file in undisturbed["deliverables"])
    assert sorted(file["format"] for file in undisturbed["deliverables"]) == ["flac", "flac", "m4b", "mp3", "mp3"]
    assert all(Path(file["path"]).stat().st_size == file["bytes"] for file in undisturbed["deliverables"])
    assert undisturbed["audio_s"] == pytest.approx(sum(c["seconds"] for c in undisturbed["chapters"]), abs=0.01)
    assert undisturbed["recorded"] > 0
    assert (undisturbed["reused"], undisturbed["flagged"]) == (0, 0)
    assert undisturbed["wall_s"] > 0
    assert set(undisturbed["listening"]) == set(ListeningResult.__annotations__)
    assert Path(undisturbed["report"]).is_file()


def test_a_second_run_in_another_folder_records_nothing_and_gives_the_same_bytes(
    rendered: Path, render: Command, undisturbed: dict[str, Any]
) -> None:
    again = render(rendered, "--json")
    assert again.result["recorded"] == 0
    assert again.result["reused"] == undisturbed["recorded"]
    assert "nothing to record" in again.err
    assert checksums(again.result) == checksums(undisturbed)


def test_an_edit_records_what_it_touches_and_no_more(rendered: Path, render: Command) -> None:
    """And no more than `diff` said it would."""
    script = rendered.with_suffix(".md")
    script.write_text(script.read_text().replace("I saw it twice.", "I saw it three times."))
    foretold = diff_production(load_order(rendered))
    before = slots_in(rendered)
    result = render(rendered, "--json").result
    assert result["recorded"] == 1
    assert slots_in(rendered) - before == {each.key for each in foretold.to_record}
    assert foretold.remade == (1,)
    assert foretold.files is not None
    # every file: the cover that is drawn shows the sound of the whole title
    assert {Path(name).name for name in foretold.files.anew} == set(checksums(result))
    again = diff_production(load_order(rendered))
    assert all(change.is_as_it_was for change in again.changes)
    assert (again.to_record, again.remade, again.files and again.files.anew) == ((), (), ())


def slots_in(production: Path) -> set[str]:
    """The slots that the vault has takes for."""
    cards = vault_of(production).glob("takes/*/*.json")
    return {json.loads(card.read_text())["facts"].get("slot", card.stem) for card in cards}


# where a run is killed: while it records, between chapters, while it masters, while it encodes
MOMENTS: dict[str, Callable[[Path], bool]] = {
    "after the fourth take": lambda production: kept(production, "takes") >= 4,
    "after the first mix": lambda production: kept(production, "mixes") >= 1,
    "after the first master": lambda production: kept(production, "masters") >= 1,
    "while encoding": lambda production: kept(production, "deliverables") >= 1,
}


@pytest.mark.parametrize(
    "moments",
    [("after the fourth take",), pytest.param(tuple(MOMENTS), marks=pytest.mark.slow)],
    ids=["recording", "all"],
)
def test_killed_at_any_moment_a_rerun_ends_with_the_same_bytes(
    moments: tuple[str, ...], production: Path, render: Command, undisturbed: dict[str, Any]
) -> None:
    """kill -9 at several moments, one after the other, of one production; no take is ever lost or recorded twice."""
    production.write_text(PRODUCTION + SLOW_ENGINE)
    for moment in moments:
        has_come = MOMENTS[moment]
        run = start(production)
        try:
            wait_for(lambda: has_come(production), run)  # noqa: B023
        finally:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
        takes = kept(production, "takes")
        if moment == "after the fourth take":
            assert 4 <= takes < undisturbed["recorded"]
    done = render(production, "--json")
    assert done.code == 0, done.err
    assert done.result["recorded"] + done.result["reused"] == undisturbed["recorded"]
    assert done.result["reused"] == takes  # what was safe when it was killed is not recorded again
    assert checksums(done.result) == checksums(undisturbed)
    leftovers = list(production.parent.rglob(".making-*"))
    assert not leftovers


@pytest.mark.parametrize("kind", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_stopped_in_good_order_it_says_so_and_the_next_run_goes_on(
    kind: signal.Signals, production: Path, render: Command, undisturbed: dict[str, Any]
) -> None:
    production.write_text(PRODUCTION + SLOW_ENGINE)
    run = start(production)
    wait_for(lambda: kept(production, "takes") >= 2, run)
    os.killpg(run.pid, kind)  # a terminal's Ctrl-C goes to the whole group
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert "run the same command again" in err
    assert "Traceback" not in err
    assert not _server_processes(production)
    takes = kept(production, "takes")
    done = render(production, "--json")
    assert done.result["reused"] == takes
    assert checksums(done.result) == checksums(undisturbed)


@pytest.mark.slow
def test_killed_it_leaves_no_server_behind(production: Path) -> None:
    production.write_text(PRODUCTION + SLOW_ENGINE)
    run = start(production)
    wait_for(lambda: kept(production, "takes") >= 1, run)
    assert _server_processes(production)
    os.kill(run.pid, signal.SIGKILL)  # the process alone: its server is in another group
    run.communicate()
    deadline = time.monotonic() + 10
    while _server_processes(production) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _server_processes(production)


def _server_processes(production: Path) -> list[int]:
    """Processes of a Prefect server whose home is this production's."""
    home = str(production.parent / "build" / production.stem / "state" / "prefect")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if b"server_process" in command and f"PREFECT_HOME={home}".encode() in environment.split(b"\0"):
            found.append(int(process.name))
    return found


def test_a_second_run_of_one_production_is_told_and_harms_nothing(
    production: Path, command: Command, prefect_api: str, undisturbed: dict[str, Any]
) -> None:
    production.write_text(PRODUCTION + SLOW_ENGINE)
    first = start(production, PREFECT_API_URL=prefect_api)
    wait_for(lambda: kept(production, "takes") >= 1, first)
    os.kill(first.pid, signal.SIGSTOP)  # it is at work for as long as the second takes to start
    try:
        second = command("render", production)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert second.code == 6
    assert "another run is at work" in second.err
    assert f"process {first.pid}" in second.err
    out, err = first.communicate(timeout=120)
    assert first.returncode == 0, err
    assert checksums(Finished(0, out, err).result) == checksums(undisturbed)


@pytest.mark.slow
def test_a_damaged_take_is_recorded_again(production: Path, render: Command, undisturbed: dict[str, Any]) -> None:
    assert render(production).code == 0
    vault = vault_of(production)
    blob = next(vault.glob("takes/*/*.flac"))
    blob.write_bytes(blob.read_bytes()[:-7])
    for room in ("mixes", "masters", "deliverables"):
        shutil.rmtree(vault / room)
    done = render(production, "--json")
    assert done.code == 0, done.err
    assert done.result["recorded"] == 1
    assert checksums(done.result) == checksums(undisturbed)


def test_an_output_folder_that_cannot_be_written_is_told(production: Path, render: Command) -> None:
    in_the_way = production.parent / "a-file"
    in_the_way.write_text("")
    production.write_text(PRODUCTION + f"paths: {{output: {in_the_way}/deliverables}}\n")
    done = render(production)
    assert done.code == 5
    assert "paths:" in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_a_read_only_output_folder_is_told(production: Path, render: Command, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    production.write_text(PRODUCTION + f"paths: {{output: {small_disk}/deliverables}}\n")
    done = render(production)
    assert done.code == 5, done.err
    assert "Read-only file system" in done.err
    assert "Traceback" not in done.err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("needs to be root to mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("no mounting here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    production: Path, render: Command, small_disk: Path, undisturbed: dict[str, Any]
) -> None:
    production.write_text(PRODUCTION + f"paths: {{vault: {small_disk}/vault}}\n")
    done = render(production)
    assert done.code == 5, done.err
    assert "No space left" in done.err
    assert "Traceback" not in done.err
    assert list(small_disk.rglob("takes/*/*.json"))
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    done = render(production, "--json")
    assert done.code == 0, done.err
    assert done.result["reused"] > 0
    assert checksums(done.result) == checksums(undisturbed)


NOTE_SOCKETS = """
import os, sys
def _note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        address = arguments[1] if event != "socket.getaddrinfo" else arguments[0]
        with open(os.environ["NOTED_SOCKETS"], "a") as file:
            file.write(f"{event} {address!r}\\n")
sys.addaudithook(_note)
"""


@pytest.mark.parametrize("mode", ["free", pytest.param("all", marks=pytest.mark.slow)])
def test_a_run_opens_no_socket_off_this_machine(
    mode: str, production: Path, command: Command, tmp_path: Path
) -> None:
    """Every connection and every name looked up, by the run and all its processes, is the loopback's."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NOTE_SOCKETS)
    noted = tmp_path / "sockets.txt"
    production.write_text(
        PRODUCTION.replace("humming, voice: middle", "hibari, voice: heart").replace(
            "humming, voice: high", "kokoro, voice: bf_emma"
        )
        + f"verify: {{mode: {mode}}}\n"
    )
    done = command("render", production, PYTHONPATH=str(tmp_path / "site"), NOTED_SOCKETS=str(noted))
    assert done.code == 0, done.err
    lines = noted.read_text().splitlines()
    assert any("socket.connect" in line for line in lines), "the hook was not in place"
    loopback = ("'127.0.0.1'", "'localhost'", "b'127.0.0.1'", "b'localhost'", "'::1'", "0.0.0.0")
    assert [line for line in lines if not any(name in line for name in loopback) and "/" not in line] == []


def test_prefect_has_recorded_every_task_by_the_time_the_run_ends(undisturbed: dict[str, Any]) -> None:
    import sqlite3

    database = home_of(undisturbed) / "build" / "harbour" / "state" / "prefect" / "prefect.db"
    with sqlite3.connect(database) as connection:
        tasks = dict(connection.execute("select name, state_type from task_run"))
        runs = dict(connection.execute("select name, state_type from flow_run"))
        artifacts = {key for (key,) in connection.execute("select key from artifact")}
    assert tasks == dict.fromkeys(
        [
            "record humming b0001 from ch01-0001-t1",
            "ch01 mix",
            "ch01 master",
            "ch02 mix",
            "ch02 master",
            "deliver",
            "certify",
        ],
        "COMPLETED",
    )
    assert runs == {"harbour": "COMPLETED"}
    assert artifacts == {"chapters", "recording"}
