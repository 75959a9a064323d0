"""A vault in a folder: any material under its content key, so that nothing is ever made twice and nothing is lost.

An entry is a blob and a card: ``<vault>/<room>/<k1k2>/<key>.<suffix>`` and ``….json`` beside it. The card holds
the blob's checksum and the maker's facts and is written last, so an entry exists when its card does. Both are
written to a temporary name, flushed to the disk and renamed: a crash at any moment leaves a whole entry or none.
A blob whose checksum differs from its card is set aside under ``corrupt/`` and made again.

Who puts a blob and a card in place, changes a card or moves an entry away holds the lock of the key's shelf, the
``<k1k2>``; readers hold none, and look again under the lock before they call anything damaged.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.errors import StorageError
from pipeline.vault.cards import Card, CardUnreadable, read_card, write_card
from pipeline.vault.keys import file_sha256
from pipeline.vault.whole_files import clear_leftovers, disk_errors, new_file

CORRUPT = "corrupt"  # what was set aside, by room
LOCKS = "locks"
WORKSHOP = "making"
TO_UPLOAD = "to-upload"  # a mark for each entry whose latest state the remote may lack; see `SharedVault`
NO_ROOMS = {CORRUPT, LOCKS, WORKSHOP, TO_UPLOAD}


@dataclass(frozen=True)
class Entry:
    """A material in the vault: where its blob lies and what its maker wrote on the card."""

    key: str
    path: Path
    facts: dict[str, Any]


@dataclass(frozen=True)
class Damage:
    """A damaged entry that was set aside under ``corrupt/`` and must be made again.

    Attributes:
        reason: what was wrong, in a few words.
        facts: what its card said, as far as it could be read: ``shown`` of a take, for instance.
    """

    room: str
    key: str
    reason: str
    facts: dict[str, Any]


class _Unsound(Exception):
    """A blob is not what its card says."""


Stamp = tuple[int, ...]


class Vault:
    """A folder of materials by room and key.

    Threads and processes, on one machine or on several that share the folder, may use it at once.

    Args:
        root: the folder; made when the first material is kept.

    Attributes:
        set_aside: the damaged entries that this vault came upon, in the order in which it did.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.set_aside: list[Damage] = []
        self._verified: dict[Path, tuple[str, Stamp]] = {}

    def __contains__(self, address: tuple[str, str]) -> bool:
        """Whether ``(room, key)`` has a card. Cheap: the blob is not read."""
        room, key = address
        return self._card(room, key).is_file()

    def card(self, room: str, key: str) -> dict[str, Any] | None:
        """The facts of an entry; None when it has no card or one that cannot be read. The blob is not looked at."""
        entry = self.find(room, key)
        return entry.facts if entry else None

    def find(self, room: str, key: str) -> Entry | None:
        """The entry as its card tells it; whether the blob is sound, or there at all, only `fetch` says."""
        path = self._card(room, key)
        try:
            card = read_card(path)
        except CardUnreadable:
            return None  # `fetch` sets it aside when it is asked for
        if card is None or Path(card.blob).stem != key:
            return None
        return Entry(key, path.with_name(card.blob), card.facts)

    def fetch(self, room: str, key: str) -> Entry | None:
        """The entry, its blob verified against its checksum, or None when there is none or it was damaged.

        A damaged entry is moved to ``corrupt/`` and noted in ``set_aside``. A blob that this vault has written or
        verified is not hashed again while its size, times and inode stay what they were.

        Raises:
            StorageError: the folder cannot be read.
        """
        found = self._looked_at(room, key, again=False)
        return found if isinstance(found, Entry) else None

    def look_up(self, room: str, key: str) -> Entry | None:
        """The entry, verified as `fetch` does where its blob is on this machine; what lies only behind a URL is taken
        at its card's word and not downloaded.
        """
        return self.fetch(room, key)

    def is_sound(self, room: str, key: str) -> bool:
        """Read an entry's blob, whatever is known of it; False when it was damaged, and is set aside."""
        return not isinstance(self._looked_at(room, key, again=True), Damage)

    def keep(self, room: str, key: str, suffix: str, write: Callable[[Path], Mapping[str, Any]]) -> Entry:
        """Make and keep a material. If the very same bytes are there already, what was annotated to them stays.

        Args:
            room: ``takes``, ``mixes``, ``masters``, ….
            key: see `content_key`.
            suffix: of the blob, with its dot.
            write: writes the blob to the path it is given and returns the facts for the card (JSON-able).

        Raises:
            StorageError: the disk is full or the folder cannot be written.
        """
        blob = self._card(room, key).with_name(key + suffix)
        with ExitStack() as until_done:
            with new_file(blob, self._workshop) as making:
                facts = dict(write(making))
                checksum = file_sha256(making)
                until_done.enter_context(self._locked(key))
            card = Card(blob.name, checksum, self._annotated(room, key, checksum) | facts)
            write_card(self._card(room, key), card, self._workshop)
            self._has_verified(blob, checksum)
        return Entry(key, blob, card.facts)

    def annotate(self, room: str, key: str, /, **facts: Any) -> None:
        """Add facts to an entry's card; those of the same name are replaced, the checksum stays.

        Where there is no entry, or its card cannot be read, nothing is done: the material is made again by whoever
        asks for it, and its facts with it.

        Args:
            facts: JSON-able.

        Raises:
            StorageError: the disk is full or the folder cannot be written.
        """
        if (room, key) not in self:
            return
        with self._locked(key):
            try:
                card = read_card(self._card(room, key))
            except CardUnreadable:
                return  # `fetch` sets it aside when it is asked for
            if card and not facts.items() <= card.facts.items():
                write_card(self._card(room, key), Card(card.blob, card.sha256, card.facts | facts), self._workshop)

    def keys(self, room: str, shelf: str | None = None) -> Iterator[str]:
        """The key of every entry in a room, or on one shelf of it (the keys' first two characters), in order."""
        for each in _sorted_names(self.root / room) if shelf is None else (shelf,):
            for name in _sorted_names(self.root / room / each):
                if name.endswith(".json"):
                    yield name.removesuffix(".json")

    def cards(self, room: str) -> Iterator[dict[str, Any]]:
        """The facts of every material in a room, in the order of their keys. Blobs are not read."""
        for key in self.keys(room):
            facts = self.card(room, key)
            if facts is not None:
                yield facts

    def rooms(self) -> list[str]:
        """The rooms there are, by name."""
        return [name for name in _sorted_names(self.root) if name not in NO_ROOMS and (self.root / name).is_dir()]

    def count(self, room: str) -> int:
        """How many materials a room holds."""
        return sum(1 for _ in self.keys(room))

    def discard(self, room: str, keys: Iterable[str]) -> None:
        """Remove entries, and what is left of some: cards first, so that there is no entry without its blob."""
        for shelf, alike in groupby(sorted(keys), lambda key: key[:2]):
            doomed, folder = set(alike), self.root / room / shelf
            with self._locked(shelf), disk_errors(folder):
                names = [name for name in _sorted_names(folder) if name.partition(".")[0] in doomed]
                for name in sorted(names, key=lambda name: not name.endswith(".json")):
                    (folder / name).unlink(missing_ok=True)
                    self._verified.pop(folder / name, None)

    def clear_leftovers(self) -> None:
        """Remove what killed runs were making."""
        clear_leftovers(self._workshop)

    @property
    def _workshop(self) -> Path:
        return self.root / WORKSHOP

    def _card(self, room: str, key: str) -> Path:
        return Path(f"{self.root}/{room}/{key[:2]}/{key}.json")

    def _looked_at(self, room: str, key: str, *, again: bool) -> Entry | Damage | None:
        try:
            return self._sound_entry(room, key, again=again)
        except (CardUnreadable, _Unsound):
            pass
        with self._locked(key):  # somebody may have been putting it in place just now
            try:
                return self._sound_entry(room, key, again=again)
            except (CardUnreadable, _Unsound) as reason:
                damage = Damage(room, key, str(reason), self._card_facts(room, key))
                self._put_aside(damage)
                return damage

    def _sound_entry(self, room: str, key: str, *, again: bool) -> Entry | None:
        path = self._card(room, key)
        card = read_card(path)
        if card is None:
            return None
        if Path(card.blob).stem != key:
            raise _Unsound("its card is another one's")
        blob = path.with_name(card.blob)
        try:
            stamp = _stamp(blob)
            if again or self._verified.get(blob) != (card.sha256, stamp):
                if file_sha256(blob) != card.sha256:
                    raise _Unsound("its content is not what was kept")
                if not again:
                    self._verified[blob] = (card.sha256, stamp)
        except FileNotFoundError:
            raise _Unsound("its content is gone") from None
        except OSError as error:
            if error.errno == errno.EIO:
                raise _Unsound("the disk cannot read its content") from error
            raise StorageError(
                f"cannot read: {error.strerror}", where=str(blob), next_step="make the file readable"
            ) from error
        return Entry(key, blob, card.facts)

    def _has_verified(self, blob: Path, checksum: str) -> None:
        self._verified[blob] = (checksum, _stamp(blob))

    def _card_facts(self, room: str, key: str) -> dict[str, Any]:
        entry = Vault.find(self, room, key)  # this folder's, whatever a subclass knows
        return entry.facts if entry else {}

    def _annotated(self, room: str, key: str, checksum: str) -> dict[str, Any]:
        """What the card of these very bytes says already."""
        try:
            card = read_card(self._card(room, key))
        except CardUnreadable:
            return {}
        return card.facts if card and card.sha256 == checksum else {}

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        """Hold the shelf of a key, in every room; the lock is the operating system's and goes with the process."""
        path = self.root / LOCKS / key[:2]
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with disk_errors(path):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _put_aside(self, damage: Damage) -> None:
        aside = self.root / CORRUPT / damage.room
        with disk_errors(aside):
            aside.mkdir(parents=True, exist_ok=True)
            for path in self._card(damage.room, damage.key).parent.glob(f"{damage.key}.*"):
                shutil.move(path, aside / path.name)
        self.set_aside.append(damage)


def _stamp(path: Path) -> Stamp:
    """What changes when a file is written or replaced, whatever the clock says."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _sorted_names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return sorted(item.name for item in found)
    except (FileNotFoundError, NotADirectoryError):
        return []
