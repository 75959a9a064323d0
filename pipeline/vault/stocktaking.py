"""What lies in a vault's rooms: entries with their sizes and ages, shelf by shelf, so that no list of all is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipeline.vault.remote import Remote, Stored, key_of
from pipeline.vault.shelves import CORRUPT


@dataclass(frozen=True)
class Shelved:
    """What lies under one key: an entry, or a blob that lost its card or never got one.

    Attributes:
        bytes: of all its files.
        written: when the last of them was written, seconds since 1970; in the future where a clock was wrong.
        whole: it has a card.
    """

    room: str
    key: str
    bytes: int
    written: float
    whole: bool


def shelved(place: Path | Remote, room: str) -> Iterator[Shelved]:
    """Everything in a room of a vault's folder, or of the remote, in the order of the keys."""
    files = place.files(room) if isinstance(place, Remote) else _files(place, room)
    for key, found in groupby(files, key_of):
        alike = list(found)
        yield Shelved(
            room,
            key,
            sum(stored.size for stored in alike),
            max(stored.written for stored in alike),
            any(stored.path.endswith(".json") for stored in alike),
        )


def corrupt_files(place: Path | Remote) -> Iterator[Stored]:
    """The files of what was set aside, in every room."""
    return iter(place.files(CORRUPT)) if isinstance(place, Remote) else _files(place, CORRUPT)


def unused(
    found: Iterable[Shelved], in_use: Mapping[str, Set[str]], *, written_before: float | None = None
) -> Iterator[Shelved]:
    """What may go: what is not in use, and was written before a given moment.

    Args:
        in_use: the keys of each room that must stay. A room that is not named stays as it is.
        written_before: seconds since 1970. What claims to be from the future stays.
    """
    for one in found:
        old = written_before is None or one.written < written_before
        if one.room in in_use and old and one.key not in in_use[one.room]:
            yield one


def _files(root: Path, room: str) -> Iterator[Stored]:
    folder = root / room
    if not folder.is_dir():
        return
    with os.scandir(folder) as shelves:
        names = sorted(shelf.name for shelf in shelves if shelf.is_dir())
    for name in names:
        yield from _shelf(root, f"{room}/{name}")


def _shelf(root: Path, shelf: str) -> list[Stored]:
    found = []
    with os.scandir(root / shelf) as files:
        for file in files:
            try:
                status = file.stat()
            except FileNotFoundError:
                continue  # somebody removed it just now
            found.append(Stored(f"{shelf}/{file.name}", status.st_size, status.st_mtime))
    return sorted(found, key=lambda stored: stored.path)
