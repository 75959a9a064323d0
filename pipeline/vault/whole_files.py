"""Files that are written whole or not at all, and what killed writers left."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import CANNOT_WRITE, storage_error

MAKING = ".making-"


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full disk, a read-only folder and their like into a `StorageError` that names ``path``."""
    try:
        yield
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        raise storage_error(error, path) from error


@contextmanager
def new_file(path: Path, workshop: Path | None = None) -> Iterator[Path]:
    """A temporary path that becomes ``path`` only when the block ends well.

    The temporary name keeps the suffix, because encoders choose their format by it, and names the process, so that
    `clear_leftovers` knows what a killed one left. The content is flushed to the disk before the rename. On any
    error, and on Ctrl-C, the temporary file is removed and ``path`` is as it was.

    Args:
        path: the file to be.
        workshop: where to make it, on the same file system; default: beside ``path``.

    Raises:
        StorageError: the folder cannot be written or the disk is full.
    """
    workshop = workshop or path.parent
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        workshop.mkdir(parents=True, exist_ok=True)
        prefix = f"{MAKING}{platform.node()}-{os.getpid()}-"
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=path.suffix, dir=workshop)
        os.close(handle)
    making = Path(name)
    try:
        with disk_errors(path):
            yield making
            with making.open("rb") as stream:
                os.fsync(stream.fileno())
            making.chmod(0o644)
            making.replace(path)
            _sync_folder(path.parent)
    except BaseException:
        making.unlink(missing_ok=True)
        raise


def clear_leftovers(folder: Path) -> None:
    """Remove what processes of this machine that are no longer alive were making in ``folder`` and below."""
    for leftover in folder.rglob(f"{MAKING}{platform.node()}-*"):
        process = leftover.name.removeprefix(f"{MAKING}{platform.node()}-").partition("-")[0]
        if process.isdigit() and not _is_alive(int(process)):
            leftover.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def write_text(path: Path, text: str) -> None:
    """Write a whole text file or nothing (see `new_file`)."""
    with new_file(path) as making:
        making.write_text(text, encoding="utf-8")


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
