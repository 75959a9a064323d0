"""Which ffmpeg is taken, and that it never outlives or half-finishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import imageio_ffmpeg
import pytest

from pipeline.audio.ffmpeg import Ffmpeg, find_ffmpeg, parse_banner, run_ffmpeg
from pipeline.errors import EngineError, MissingError, StorageError


def fake(folder: Path, version: str, codec: str, encoders: str = "aac libmp3lame") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ffmpeg"
    listed = "\\n".join(f" A....D {name} Name" for name in encoders.split())
    path.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *-encoders*) printf "{listed}\\n";; '
        f'*) printf "ffmpeg version {version} Copyright\\nlibavcodec     {codec} / {codec}\\n";; esac\n'
    )
    path.chmod(0o755)
    return path


def choose(monkeypatch: pytest.MonkeyPatch, bundled: Path | None, system: Path | None) -> Ffmpeg:
    def bundled_path() -> str:
        if bundled is None:
            raise RuntimeError("no binary")
        return str(bundled)

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", bundled_path)
    # /bin for the fakes' shell; a system ffmpeg there would stand behind the fake
    monkeypatch.setenv("PATH", str(system.parent) if system else "/nonexistent")
    return find_ffmpeg()


@pytest.mark.parametrize(
    ("bundled", "system", "taken"),
    [
        (("7.0.2-static", "61. 3.100"), ("5.1.6-0+deb12u1", "59. 37.100"), "7.0.2-static"),
        (("7.0.2-static", "61. 3.100"), ("n9.0.2-17-g2a571b6068", "63. 1.102"), "n9.0.2-17-g2a571b6068"),
        (("7.0.2", "61. 3.100"), ("7.0.10", "61. 3.100"), "7.0.10"),
        (("7.0.2", "61. 3.100"), ("7.0.2", "61. 3.100"), "7.0.2"),
        (("7.0.2", "61. 3.100"), ("N-118193-g5f38c82536", "61. 33.100"), "N-118193-g5f38c82536"),
        (("7.0.2", "61. 3.100"), ("git-2020-01-01-abcdef1", "58. 65.100"), "7.0.2"),
    ],
)
def test_the_newer_ffmpeg_is_taken(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bundled: tuple[str, str],
    system: tuple[str, str],
    taken: str,
) -> None:
    ours, theirs = fake(tmp_path / "a", *bundled), fake(tmp_path / "b", *system)
    found = choose(monkeypatch, ours, theirs)
    assert found.version == taken
    assert found.path == (ours if taken == bundled[0] else theirs), "the bundled one when they are equal"


def test_one_that_cannot_encode_or_start_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = fake(tmp_path / "new", "9.0", "63. 1.100", encoders="aac opus")
    older = fake(tmp_path / "old", "5.1", "59. 1.100")
    broken = tmp_path / "ffmpeg"
    broken.write_text("not a program")
    assert choose(monkeypatch, older, newer).path == older
    assert choose(monkeypatch, broken, older).path == older
    assert choose(monkeypatch, None, older).path == older


def test_no_ffmpeg_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingError) as caught:
        choose(monkeypatch, None, None)
    assert "imageio-ffmpeg" in str(caught.value.next_step)


def test_banners_that_are_not_ffmpegs_are_not_read() -> None:
    assert parse_banner("avconv version 12") is None
    assert parse_banner("") is None


def test_failure_carries_the_last_lines(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="Invalid data") as caught:
        run_ffmpeg(
            ["-f", "flac", "-i", "pipe:0", "-f", "mp3", f"file:{tmp_path / 'x.mp3'}"], stdin=[b"rubbish" * 999]
        )
    assert len(caught.value.what.splitlines()) < 10


def test_a_full_device_is_a_storage_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(StorageError, match="No space left"):
        run_ffmpeg(
            ["-f", "s16le", "-ar", "8000", "-ac", "1", "-i", "pipe:0", "-f", "wav", "/dev/full"], stdin=[bytes(9999)]
        )


def alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_watch_raises_kills_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def note(*arguments: object, **rest: object) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **rest))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr("pipeline.audio.ffmpeg.subprocess.Popen", note)

    def interrupt(fed: int) -> None:
        raise KeyboardInterrupt

    ffmpeg = Ffmpeg(Path(imageio_ffmpeg.get_ffmpeg_exe()), "any")
    for stdin in ([bytes(100)] * 1000, None):
        source = ["-f", "s16le", "-i", "pipe:0"] if stdin else ["-re", "-f", "lavfi", "-i", "anullsrc"]
        with pytest.raises(KeyboardInterrupt):
            run_ffmpeg([*source, "-f", "null", "-"], ffmpeg=ffmpeg, stdin=stdin, watch=interrupt)
        assert started[-1].returncode == -signal.SIGKILL


ORPHAN = """
import sys, time
from pipeline.audio.ffmpeg import run_ffmpeg
def blocks():
    while True:
        yield bytes(4096)
        time.sleep(0.01)
run_ffmpeg(["-f", "s16le", "-ar", "8000", "-ac", "1", "-i", "pipe:0", "file:" + sys.argv[1]], stdin=blocks())
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_ffmpeg_ends_when_we_are_killed_outright(tmp_path: Path) -> None:
    """kill -9 leaves no encoder behind: its input has ended."""
    target = tmp_path / "x.wav"
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, str(target)])
    children: list[int] = []
    until = time.monotonic() + 20
    while not target.exists() and time.monotonic() < until:
        time.sleep(0.05)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent.pid:
            children.append(int(stat.parent.name))
    assert children
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while any(alive(child) for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(alive(child) for child in children)
