"""The vault: keeps any material under its content key, so that nothing is ever made twice and nothing is lost.

An entry is a blob and a card: ``<vault>/<room>/<k1k2>/<key>.<suffix>`` and ``….json`` beside it. The card holds
the blob's checksum and the maker's facts and is written last, so an entry exists when its card does. Both are
written to a temporary name, flushed to the disk and renamed: a crash at any moment leaves a whole entry or none.
A blob whose checksum differs from its card is set aside under ``corrupt/`` and made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import CANNOT_WRITE, storage_error

KEY_LENGTH = 32  # hexadecimal digits: 128 bits, collisions out of reach for any library of takes
MAKING = ".making-"


def content_key(facts: Mapping[str, Any]) -> str:
    """Key of a material: a hash over everything its content depends on.

    Args:
        facts: JSON-able; the order of keys does not matter.
    """
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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


@dataclass(frozen=True)
class Entry:
    """A material in the vault: where its blob lies and what its maker wrote on the card."""

    key: str
    path: Path
    facts: dict[str, Any]


class Vault:
    """A folder of materials by room and key.

    Args:
        root: the folder; made when the first material is kept.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def __contains__(self, address: tuple[str, str]) -> bool:
        """Whether ``(room, key)`` has a card. Cheap: the blob is not read."""
        room, key = address
        return self._card(room, key).is_file()

    def card(self, room: str, key: str) -> dict[str, Any] | None:
        """The facts on a card; None where there is none or it is damaged. The blob is not read."""
        try:
            return dict(json.loads(self._card(room, key).read_text(encoding="utf-8"))["facts"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def fetch(self, room: str, key: str) -> Entry | None:
        """The entry, its blob verified against its checksum, or None when there is none or it was damaged.

        A damaged entry is moved to ``corrupt/`` and must be made again.
        """
        card = self._card(room, key)
        try:
            written = json.loads(card.read_text(encoding="utf-8"))
            blob = card.with_name(written["blob"])
            sound = file_sha256(blob) == written["sha256"]
        except FileNotFoundError as error:
            if error.filename == str(card):
                return None
            sound = False
        except (ValueError, KeyError, TypeError):
            sound = False
        if not sound:
            self._set_aside(room, key)
            return None
        return Entry(key, blob, written["facts"])

    def keep(self, room: str, key: str, suffix: str, write: Callable[[Path], Mapping[str, Any]]) -> Entry:
        """Make and keep a material.

        Args:
            room: ``takes``, ``mixes``, ``masters``, ….
            key: see `content_key`.
            suffix: of the blob, with its dot.
            write: writes the blob to the path it is given and returns the facts for the card (JSON-able).

        Raises:
            StorageError: the disk is full or the folder cannot be written.
        """
        card = self._card(room, key)
        blob = card.with_name(key + suffix)
        with new_file(blob, self._workshop) as making:
            facts = dict(write(making))
            checksum = file_sha256(making)
        written = {"blob": blob.name, "sha256": checksum, "facts": facts}
        with new_file(card, self._workshop) as making:
            making.write_text(json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8")
        return Entry(key, blob, facts)

    def cards(self, room: str) -> Iterator[dict[str, Any]]:
        """The facts of every material in a room, in the order of their keys. Blobs are not read."""
        for card in sorted((self.root / room).glob("*/*.json")):
            try:
                facts = json.loads(card.read_text(encoding="utf-8"))["facts"]
            except (ValueError, KeyError, TypeError):
                continue  # damaged: `fetch` sets it aside when it is asked for
            yield facts

    def clear_leftovers(self) -> None:
        """Remove what killed runs were making."""
        clear_leftovers(self._workshop)

    def count(self, room: str) -> int:
        """How many materials a room holds."""
        return sum(1 for _ in (self.root / room).glob("*/*.json"))

    @property
    def _workshop(self) -> Path:
        return self.root / "making"

    def _card(self, room: str, key: str) -> Path:
        return self.root / room / key[:2] / f"{key}.json"

    def _set_aside(self, room: str, key: str) -> None:
        aside = self.root / "corrupt" / room
        with disk_errors(aside):
            aside.mkdir(parents=True, exist_ok=True)
            for path in self._card(room, key).parent.glob(f"{key}.*"):
                shutil.move(path, aside / path.name)
