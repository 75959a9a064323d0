"""The lock file: what every chunk, chapter and file of a title was made from, and what it came to.

``<production>.lock.json`` lies beside the production file and is made for git: one chunk, chapter or file a line, in
the order of the script, and nothing of when it was written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.engines import Sampling
from pipeline.errors import InputError
from pipeline.production import Model, Order
from pipeline.vault import write_text

FORMAT = 1


class LockedInputs(Model):
    """The files a title was made from; paths relative to the production file where they lie below it."""

    title: str
    file: str
    sha256: str
    script: str
    script_sha256: str


class LockedEngine(Model):
    """A narrator: its fingerprint (code, libraries, weights, settings) and the SHA-256 of each file of weights."""

    fingerprint: str
    weights: dict[str, str]


class LockedChapter(Model):
    """A chapter: keys of its mix and its master, and the SHA-256 of the master's file."""

    number: int
    title: str
    mix: str
    master: str
    sha256: str


class LockedChunk(Model):
    """A chunk and its circled take.

    Attributes:
        text: SHA-256 of what was spoken.
        voice: a name of the engine's, or a voice file's name without its folder.
        rung: how it was come by: ``first``, ``seed``, ``sampling``, ``pace``, ``split`` or ``understudy``.
        history: key of the take that it goes on from; empty for none.
        trimmed: start and end in seconds where only a part of what was recorded is used.
        slot: key of what was to be read, by whom and how.
        take: the take's key in the vault.
        sha256: of the take's FLAC.
        scores: what each check measured, by the check's name.
    """

    chapter: int
    slate: str
    role: str
    text: str
    engine: str
    voice: str
    voice_fingerprint: str
    seed: int
    sampling: Sampling
    speed: float
    rung: str
    history: str = ""
    trimmed: tuple[float, float] | None
    slot: str
    take: str
    sha256: str
    scores: dict[str, float]


class LockedFile(Model):
    """A delivered file: its path in the output folder."""

    path: str
    sha256: str


class Lock(Model):
    """All of it.

    Attributes:
        made_with: version by program or library.
        machine: system, architecture and processor.
    """

    lock: int = FORMAT
    production: LockedInputs
    made_with: dict[str, str]
    machine: dict[str, str]
    engines: dict[str, LockedEngine]
    chapters: tuple[LockedChapter, ...]
    chunks: tuple[LockedChunk, ...]
    deliverables: tuple[LockedFile, ...]


def lock_path(order: Order) -> Path:
    """``<production>.lock.json`` beside the production file."""
    return order.file.with_name(f"{order.name}.lock.json")


def write_lock(path: Path, lock: Lock) -> None:
    """Write the lock file, whole or not at all. Equal locks are equal files.

    Raises:
        StorageError: it cannot be written.
    """
    sections = (f"{_json(name)}: {_section(value)}" for name, value in lock.model_dump(mode="json").items())
    write_text(path, "{\n" + ",\n".join(sections) + "\n}\n")


def _section(value: Any) -> str:
    """One entry of a list or an object a line."""
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f" {_json(name)}: {_json(entry)}" for name, entry in value.items()) + "\n}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(f" {_json(entry)}" for entry in value) + "\n]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_lock(path: Path) -> Lock:
    """A lock file.

    Raises:
        InputError: there is none, it is damaged, or another version of chapterhouse wrote it.
    """
    again = "run `chapterhouse lock` on the rendered production"
    try:
        lock = Lock.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError("there is no lock file", where=str(path), next_step=again) from None
    except ValidationError as error:
        first = error.errors()[0]
        what = f"the lock file cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InputError(what, where=str(path), next_step=f"take it from git again, or {again}") from error
    if lock.lock != FORMAT:
        what = f"the lock file has format {lock.lock}, and this chapterhouse reads {FORMAT}"
        raise InputError(what, where=str(path), next_step=again)
    return lock
