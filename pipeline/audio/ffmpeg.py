"""Finding ffmpeg and running it so that nothing half-made and no stray child is left behind.

Sound goes to ffmpeg through its standard input wherever that is possible. Then its input ends when we do, even when
we are killed outright, and every block that is fed is a moment at which a run can be stopped.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.errors import EngineError, MissingError, StorageError

NEEDED_ENCODERS = frozenset({"aac", "libmp3lame"})
REPRODUCIBLE = ("-bitexact", "-fflags", "+bitexact")
"""Output options: no version, date or random number is written, so equal inputs give equal bytes."""

DISK_TROUBLE = re.compile(
    r"No space left on device|Disk quota exceeded|File too large|Read-only file system|Permission denied"
)
LAST_LINES = 6
PRINTED_BYTES = 1 << 16  # as much as is looked at of what a running ffmpeg has printed
POLL_S = 0.1

Watch = Callable[[int], None]
"""Called with the bytes fed so far, at least every `POLL_S` or block; what it raises stops the run."""


@dataclass(frozen=True)
class Ffmpeg:
    """A program that can encode what we deliver.

    Attributes:
        path: where it is.
        version: as it states it, e.g. ``n9.0.2-17-g2a571b6068`` or ``5.1.6-0+deb12u1``.
    """

    path: Path
    version: str


@dataclass(frozen=True)
class Banner:
    """What ``ffmpeg -version`` says.

    Attributes:
        version: the word after ``ffmpeg version``.
        libavcodec: the codec library's version. It only ever grows and git builds (``N-118193-g…``) have it too,
            so it orders builds that have no release number.
        release: the release number, empty for a git build.
    """

    version: str
    libavcodec: tuple[int, ...]
    release: tuple[int, ...]

    @property
    def age(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Greater is newer."""
        return self.libavcodec, self.release


def parse_banner(text: str) -> Banner | None:
    """Read the output of ``ffmpeg -version``; None when it is not ffmpeg's."""
    named = re.match(r"ffmpeg version (\S+)", text)
    if named is None:
        return None
    version = named[1]
    release = re.match(r"n?(\d+(?:\.\d+)+)", version)
    codec = re.search(r"^\s*libavcodec\s+(\d+)\.\s*(\d+)\.\s*(\d+)", text, re.MULTILINE)
    return Banner(
        version,
        tuple(int(number) for number in codec.groups()) if codec else (),
        tuple(int(number) for number in release[1].split(".")) if release else (),
    )


def find_ffmpeg() -> Ffmpeg:
    """The newest of the ffmpeg that imageio-ffmpeg brings and the one on ``PATH``; the former when they are equal.

    A build without the encoders that we deliver with is passed over.

    Raises:
        MissingError: there is none.
    """
    found = [
        (banner.age, -place, Ffmpeg(path, banner.version))
        for place, path in enumerate(_candidates())
        if (banner := _banner_of(path)) is not None and _can_encode(path)
    ]
    if not found:
        raise MissingError(
            "there is no ffmpeg with AAC and MP3 (LAME) encoders on this machine",
            next_step="pip install --force-reinstall imageio-ffmpeg, or install the system's ffmpeg package",
        )
    return max(found, key=lambda candidate: candidate[:2])[2]


def _candidates() -> list[Path]:
    """Programs worth asking, the bundled one first."""
    import imageio_ffmpeg

    paths = []
    with suppress(RuntimeError):  # imageio-ffmpeg found none: its wheel for this platform brings no binary
        paths.append(imageio_ffmpeg.get_ffmpeg_exe())
    paths.append(shutil.which("ffmpeg"))
    return [Path(path) for path in dict.fromkeys(paths) if path]


def _ask(path: Path, *arguments: str) -> str:
    """What a program prints. It is asked once: a title has hundreds of files to encode and to decode."""
    try:
        program = path.stat()
    except OSError:
        return ""
    return _answer(path, arguments, (program.st_mtime_ns, program.st_size))


@functools.cache
def _answer(path: Path, arguments: tuple[str, ...], program: tuple[int, int]) -> str:
    del program  # when it changes, it is another program
    try:
        answer = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout if answer.returncode == 0 else ""


def _banner_of(path: Path) -> Banner | None:
    return parse_banner(_ask(path, "-version"))


def _can_encode(path: Path) -> bool:
    listed = re.findall(r"^ *[A-Z.]{6} (\S+)", _ask(path, "-hide_banner", "-encoders"), re.MULTILINE)
    return NEEDED_ENCODERS.issubset(listed)


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    ffmpeg: Ffmpeg | None = None,
    stdin: Iterable[bytes] | None = None,
    watch: Watch | None = None,
) -> str:
    """Run ffmpeg to its end in a group of its own; kill the group when we are interrupted.

    Args:
        arguments: what follows ``ffmpeg -y``. Write to temporary names only (`pipeline.vault.new_file`).
        ffmpeg: which one; default `find_ffmpeg`.
        stdin: blocks for ``pipe:0``, made as they are wanted.
        watch: see `Watch`.

    Returns:
        What it printed on standard error.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
        EngineError: it failed for another reason; its last lines are told.
    """
    program = ffmpeg or find_ffmpeg()
    command = [str(program.path), "-hide_banner", "-nostdin", "-loglevel", "warning", "-y", *arguments]
    with tempfile.TemporaryFile() as printed:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=printed,
            env=_environment(),
            start_new_session=True,
        )
        try:
            fed = 0 if stdin is None else _feed(child, stdin, watch)
            _wait(child, fed, watch)
        except BaseException:
            _kill(child)
            raise
        printed.seek(0)
        text = printed.read().decode(errors="replace").strip()
    _judge(child.returncode, text, arguments[-1])
    return text


@dataclass(frozen=True)
class FfmpegOutput:
    """An ffmpeg that runs and writes to us.

    Attributes:
        stream: what it writes to ``pipe:1``.
    """

    stream: IO[bytes]
    _child: subprocess.Popen[bytes]
    _printed: IO[bytes]

    def printed(self) -> str:
        """What it has printed on standard error so far."""
        return os.pread(self._printed.fileno(), PRINTED_BYTES, 0).decode(errors="replace").strip()

    def ended(self) -> int:
        """Wait for its end; its exit status, negative when a signal killed it."""
        return self._child.wait()


@contextmanager
def read_from_ffmpeg(arguments: Sequence[str], *, ffmpeg: Ffmpeg | None = None) -> Iterator[FfmpegOutput]:
    """Run ffmpeg in a group of its own and read what it writes; the group is killed when the context is left.

    When we are killed outright its next write fails, so it does not outlive us for long. What it means that it failed
    is for the caller to say.

    Args:
        arguments: what follows ``ffmpeg``; they end in ``pipe:1``.
        ffmpeg: which one; default `find_ffmpeg`.
    """
    program = ffmpeg or find_ffmpeg()
    command = [str(program.path), "-hide_banner", "-nostdin", "-nostats", *arguments]
    with tempfile.TemporaryFile() as printed:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=printed,
            env=_environment(),
            start_new_session=True,
        )
        assert child.stdout is not None
        try:
            yield FfmpegOutput(child.stdout, child, printed)
        finally:
            _kill(child)
            child.stdout.close()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "FFREPORT"} | {"LC_ALL": "C"}


def _feed(child: subprocess.Popen[bytes], blocks: Iterable[bytes], watch: Watch | None) -> int:
    """Write blocks until they end or the child does; bytes written."""
    pipe: IO[bytes] | None = child.stdin
    assert pipe is not None
    fed = 0
    with suppress(BrokenPipeError):  # it ended early: its exit status and last lines say why
        for block in blocks:
            pipe.write(block)
            fed += len(block)
            if watch is not None:
                watch(fed)
    with suppress(BrokenPipeError):
        pipe.close()
    return fed


def _wait(child: subprocess.Popen[bytes], fed: int, watch: Watch | None) -> None:
    while True:
        try:
            child.wait(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            if watch is not None:
                watch(fed)
        else:
            return


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        with suppress(BrokenPipeError):
            child.stdin.close()


def _judge(status: int, text: str, target: str) -> None:
    """Raise what went wrong, if anything did."""
    trouble = DISK_TROUBLE.search(text)
    if trouble or status == -signal.SIGXFSZ:
        raise StorageError(
            f"ffmpeg cannot write: {trouble[0] if trouble else 'File too large'}",
            where=target.removeprefix("file:"),
            next_step="free some space, or make the folder writable, and run the same command again",
        )
    if status != 0:
        reason = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
        last = "\n".join(text.splitlines()[-LAST_LINES:])
        raise EngineError(
            f"ffmpeg {reason}" + (f": {last}" if last else ""),
            where=target.removeprefix("file:"),
            next_step="run the same command again; if it fails the same way, report a bug with these lines",
        )
