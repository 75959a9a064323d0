"""A vault behind a URL, shared by machines, with a folder of this machine as the working copy in front of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.vault.cards import Card, CardUnreadable, card_in, read_card, write_card
from pipeline.vault.keys import file_sha256
from pipeline.vault.remote import Remote
from pipeline.vault.shelves import CORRUPT, NO_ROOMS, TO_UPLOAD, WORKSHOP, Damage, Entry, Vault
from pipeline.vault.whole_files import disk_errors, new_file

_REMOTE_DIFFERS = "the remote's content is not what was kept"
LISTING_S = 30.0  # a shelf's listing answers "is it there" so long; only `fetch` must be right to the second


class SharedVault(Vault):
    """A vault behind a URL. The remote is laid out as a vault in a folder is.

    What is kept is written to the working copy first, marked, and uploaded: blob, then card. A mark that a killed run
    left is made good by `clear_leftovers` at the start of the next. What is fetched comes from the working copy, or
    is downloaded into it, verified. There are no locks between machines: of two that annotate one entry in the same
    second, the remote may miss one's facts; each working copy has its own.

    Args:
        url: see `Remote`.
        working: the working copy; several productions of one machine may share it.
    """

    def __init__(self, url: str, working: Path) -> None:
        super().__init__(working)
        self.remote = Remote(url)
        self._listed: dict[str, tuple[float, set[str]]] = {}

    def __contains__(self, address: tuple[str, str]) -> bool:
        """Whether ``(room, key)`` has a card here or there; what others kept just now may be missed."""
        room, key = address
        if super().__contains__(address):
            return True
        shelf = f"{room}/{key[:2]}"
        listed, paths = self._listed.get(shelf, (0.0, set()))
        if not listed or time.monotonic() - listed > LISTING_S:
            paths = {stored.path for stored in self.remote.files(shelf)}
            self._listed[shelf] = (time.monotonic(), paths)
        return f"{shelf}/{key}.json" in paths

    def find(self, room: str, key: str) -> Entry | None:
        """The entry as its card tells it, from the working copy or else the remote; see `Vault.find`."""
        if entry := super().find(room, key):
            return entry
        card = self._remote_card(room, key)
        if card is None or Path(card.blob).stem != key:
            return None
        return Entry(key, self._card(room, key).with_name(Path(card.blob).name), card.facts)

    def fetch(self, room: str, key: str) -> Entry | None:
        """The entry, verified, from the working copy or downloaded into it; see `Vault.fetch`.

        Raises:
            StorageError: also, the remote cannot be reached.
        """
        return super().fetch(room, key) or self._download(room, key)

    def look_up(self, room: str, key: str) -> Entry | None:
        """The entry from the working copy, verified, or as the remote's card tells it; see `Vault.look_up`."""
        return super().fetch(room, key) or self.find(room, key)

    def keep(self, room: str, key: str, suffix: str, write: Callable[[Path], Mapping[str, Any]]) -> Entry:
        """Make and keep a material, here and there; see `Vault.keep`.

        Raises:
            StorageError: also, the remote cannot be reached; the entry is in the working copy, and is uploaded by
                the next run.
        """

        def write_and_mark(path: Path) -> Mapping[str, Any]:
            facts = write(path)
            self._mark(room, key)
            return facts

        entry = super().keep(room, key, suffix, write_and_mark)
        self._upload(room, key, replace=True)
        return entry

    def annotate(self, room: str, key: str, /, **facts: Any) -> None:
        """Add facts to an entry's card, here and there; see `Vault.annotate`."""
        if super().__contains__((room, key)):
            self._mark(room, key)
            super().annotate(room, key, **facts)
            self._upload(room, key, replace=False)
        elif card := self._remote_card(room, key):
            self._write_remote_card(room, key, Card(card.blob, card.sha256, card.facts | facts))

    def keys(self, room: str, shelf: str | None = None) -> Iterator[str]:
        """The key of every entry in a room or on one shelf of it, here or there, in order."""
        folder = room if shelf is None else f"{room}/{shelf}"
        remote = (path.stem for path in self._remote_paths(folder) if path.suffix == ".json")
        yield from sorted({*super().keys(room, shelf), *remote})

    def is_sound(self, room: str, key: str) -> bool:
        """Read an entry's blobs, here and there, and set aside what is damaged; see `Vault.is_sound`."""
        here = not super().__contains__((room, key)) or super().is_sound(room, key)
        card = self._remote_card(room, key)
        if card is None:
            return here
        if self.remote.sha256(f"{_shelf(room, key)}/{card.blob}") == card.sha256:
            return here
        self._put_remote_aside(Damage(room, key, _REMOTE_DIFFERS, card.facts))
        return False

    def rooms(self) -> list[str]:
        """The rooms there are, here or there."""
        return sorted({*super().rooms(), *self.remote.folders()} - NO_ROOMS)

    def clear_leftovers(self) -> None:
        """Remove what killed runs were making, and upload what they could not.

        Raises:
            StorageError: the remote cannot be reached, refuses, or lacks the bucket.
        """
        super().clear_leftovers()
        self.remote.write(f"{WORKSHOP}/last-run", b"chapterhouse\n")  # what is wrong is told before hours of work
        for mark in sorted((self.root / TO_UPLOAD).glob("*/*")):
            if super().fetch(mark.parent.name, mark.name):
                self._upload(mark.parent.name, mark.name, replace=True)

    def _mark(self, room: str, key: str) -> None:
        mark = self.root / TO_UPLOAD / room / key
        with disk_errors(mark):
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()

    def _upload(self, room: str, key: str, *, replace: bool) -> None:
        """Bring the remote to what the working copy has: the blob where it lacks it, then the card, facts merged.

        Args:
            replace: put this blob in place of another one there; else facts about other bytes stay here.
        """
        path = self._card(room, key)
        try:
            card = read_card(path)
        except CardUnreadable:
            return  # `fetch` sets it aside when it is asked for
        if card is None:
            return
        there = self._remote_card(room, key)
        if there is not None and there.sha256 == card.sha256:
            self._write_remote_card(room, key, Card(card.blob, card.sha256, there.facts | card.facts))
        elif there is None or replace:
            self.remote.upload(path.with_name(card.blob), f"{_shelf(room, key)}/{card.blob}")
            self._write_remote_card(room, key, card)
        (self.root / TO_UPLOAD / room / key).unlink(missing_ok=True)

    def _download(self, room: str, key: str) -> Entry | None:
        for last_try in (False, True):  # at the first, somebody may have been putting it in place
            card = self._remote_card(room, key)
            if card is None:
                return None
            if entry := self._taken_over(room, key, card):
                return entry
            if last_try:
                self._put_remote_aside(Damage(room, key, _REMOTE_DIFFERS, card.facts))
        return None

    def _taken_over(self, room: str, key: str, card: Card) -> Entry | None:
        blob = self._card(room, key).with_name(card.blob)
        if Path(card.blob).stem != key:
            return None
        with ExitStack() as until_done:
            try:
                with new_file(blob, self._workshop) as making:
                    there = self.remote.download(f"{_shelf(room, key)}/{card.blob}", making)
                    if not there or file_sha256(making) != card.sha256:
                        raise _NotTheSame
                    until_done.enter_context(self._locked(key))
            except _NotTheSame:
                return None
            write_card(self._card(room, key), card, self._workshop)
            self._has_verified(blob, card.sha256)
        return Entry(key, blob, card.facts)

    def _put_remote_aside(self, damage: Damage) -> None:
        for path in self._remote_paths(_shelf(damage.room, damage.key)):
            if path.stem == damage.key:
                self.remote.move(str(path), f"{CORRUPT}/{damage.room}/{path.name}")
        self.set_aside.append(damage)

    def _remote_paths(self, folder: str) -> Iterator[PurePosixPath]:
        return (PurePosixPath(stored.path) for stored in self.remote.files(folder))

    def _remote_card(self, room: str, key: str) -> Card | None:
        """The remote's card; None where there is none, or none that can be read: then it is written anew."""
        text = self.remote.read(f"{_shelf(room, key)}/{key}.json")
        try:
            return card_in(text) if text is not None else None
        except CardUnreadable:
            return None

    def _write_remote_card(self, room: str, key: str, card: Card) -> None:
        self.remote.write(f"{_shelf(room, key)}/{key}.json", card.text.encode())


class _NotTheSame(Exception):
    """What was downloaded is not what its card says."""


def _shelf(room: str, key: str) -> str:
    return f"{room}/{key[:2]}"
