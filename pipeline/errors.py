"""The one family of errors that a producer sees: what happened, where, and what to do next.

Rooms raise these; only ``pipeline.cli`` shows them, without a traceback, and turns ``exit_code`` into the
process's exit status. Anything else that escapes is our own mistake and is shown as a bug (exit code 1).
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A position in a file a person wrote. Lines and columns count from 1, as editors do."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class ProductionError(Exception):
    """Something a producer can put right.

    Args:
        what: one sentence that says what is wrong.
        where: the place in the producer's own files, or a path, or a chunk's slate.
        next_step: what to do about it.
    """

    exit_code = 3

    def __init__(self, what: str, *, where: Place | str | None = None, next_step: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where is not None else self.what
        return f"{head}\n  next: {self.next_step}" if self.next_step else head

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.next_step)


def _rebuild(
    kind: type[ProductionError], what: str, where: Place | str | None, next_step: str | None
) -> ProductionError:
    return kind(what, where=where, next_step=next_step)


class InputError(ProductionError):
    """The production file, the script, the lexicon or the cast is wrong (exit code 3)."""


class ProblemsError(InputError):
    """Several input errors found in one pass, shown together so that they can be mended together."""

    def __init__(self, problems: list[InputError]) -> None:
        super().__init__(f"{len(problems)} problems found")
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        return ProblemsError, (self.problems,)


class MissingError(ProductionError):
    """A model, a voice or a program is not on this machine; ``next_step`` says how to get it (exit code 4)."""

    exit_code = 4


class StorageError(ProductionError):
    """A folder is read-only, a disk is full, a file cannot be written (exit code 5)."""

    exit_code = 5


DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CANNOT_WRITE = DISK_FULL | {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


def storage_error(error: OSError, path: object) -> StorageError:
    """The operating system's error on writing ``path``, as a producer is told it."""
    return StorageError(
        f"cannot write: {os.strerror(error.errno) if error.errno else error}",
        where=str(error.filename or path),
        next_step=(
            "free some space and run the same command again; nothing recorded so far is lost"
            if error.errno in DISK_FULL
            else "make the folder writable, or choose another one under 'paths:' in the production file"
        ),
    )


class BusyError(ProductionError):
    """Another run is at work on this production (exit code 6)."""

    exit_code = 6


class EngineError(ProductionError):
    """A narrator or an encoder failed on input that was good (exit code 7)."""

    exit_code = 7


class StoppedError(ProductionError):
    """Stopped by Ctrl-C or SIGTERM; the next run goes on from here (exit code 130)."""

    exit_code = 130
