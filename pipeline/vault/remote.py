"""A folder somewhere else, behind any fsspec URL: whole files in, whole files out, errors as producers are told them.

Credentials, endpoints and the like come from where they usually do: the environment (``AWS_…``, ``FSSPEC_S3_…``),
the cloud's own files, fsspec's configuration; see `docs/vault.md`. fsspec is imported when a remote is first used.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DISK_FULL, StorageError, storage_error

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

# A put is whole or not at all, and there are no folders to make; what is put elsewhere is renamed into place
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "r2", "memory"}
EXTRAS = {"s3": "s3", "s3a": "s3"}  # protocol → our extra that brings its library
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Stored:
    """A file: its path below the vault's root, its size, and when it was written (seconds since 1970)."""

    path: str
    size: int
    written: float


def key_of(stored: Stored) -> str:
    """The key under which a file of a room lies."""
    return stored.path.rpartition("/")[2].partition(".")[0]


class Remote:
    """The files below a URL such as ``s3://bucket/prefix``.

    Every method raises `StorageError` when the remote cannot be reached, refuses, or lacks the bucket.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.protocol = url.partition("://")[0]

    def read(self, path: str) -> bytes | None:
        """A small file's content, or None where there is none."""
        with self._told():
            try:
                content = self._system.cat_file(self._at(path))
            except FileNotFoundError as error:
                _bucket_is_there(error)
                return None
            return bytes(content)

    def download(self, path: str, target: Path) -> bool:
        """Write a file's content to ``target``; False where there is none."""
        with self._told():
            try:
                self._system.get_file(self._at(path), str(target))
            except FileNotFoundError as error:
                _bucket_is_there(error)
                return False
            return True

    def upload(self, source: Path, path: str) -> None:
        """Put a file in place, whole."""
        with self._told(), self._placed(path) as place:
            self._system.put_file(str(source), place)

    def write(self, path: str, content: bytes) -> None:
        """Put a small file in place, whole."""
        with self._told(), self._placed(path) as place:
            self._system.pipe_file(place, content)

    def move(self, path: str, target: str) -> None:
        """Move a file, if it is there."""
        with self._told():
            try:
                self._make_parent(self._at(target))
                self._system.mv(self._at(path), self._at(target))
            except FileNotFoundError as error:
                _bucket_is_there(error)

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        with self._told():
            try:
                self._system.rm_file(self._at(path))
            except FileNotFoundError as error:
                _bucket_is_there(error)

    def discard(self, room: str, keys: Iterable[str]) -> None:
        """Remove entries of a vault's room: cards first, so that there is no entry without its blob."""
        for shelf, alike in groupby(sorted(keys), lambda key: key[:2]):
            doomed = set(alike)
            found = [stored.path for stored in self.files(f"{room}/{shelf}") if key_of(stored) in doomed]
            for path in sorted(found, key=lambda path: not path.endswith(".json")):
                self.remove(path)

    def files(self, folder: str) -> list[Stored]:
        """Every file in a folder and below, by path."""
        with self._told():
            try:
                found = self._system.find(self._at(folder), detail=True)
            except FileNotFoundError as error:
                _bucket_is_there(error)
                return []
            return [Stored(self._below(name), int(fact["size"] or 0), _written(fact)) for name, fact in found.items()]

    def folders(self) -> list[str]:
        """The names of the folders right below the root."""
        with self._told():
            try:
                found = self._system.ls(self._root, detail=True)
            except FileNotFoundError as error:
                _bucket_is_there(error)
                return []
            return sorted(self._below(item["name"]) for item in found if item["type"] == "directory")

    def sha256(self, path: str) -> str | None:
        """SHA-256 of a file's content, hexadecimal, read in blocks; None where there is none."""
        digest = hashlib.sha256()
        with self._told():
            try:
                with self._system.open(self._at(path), "rb", block_size=4 * BLOCK_BYTES) as stream:
                    while block := stream.read(BLOCK_BYTES):
                        digest.update(block)
            except FileNotFoundError as error:
                _bucket_is_there(error)
                return None
        return digest.hexdigest()

    @cached_property
    def _opened(self) -> tuple[AbstractFileSystem, str]:
        from fsspec.core import url_to_fs

        try:
            system, root = url_to_fs(self.url, use_listings_cache=False)
        except ImportError as error:
            extra = EXTRAS.get(self.protocol)
            raise StorageError(
                f"the library for {self.protocol}:// is not installed",
                where=self.url,
                next_step=f"pip install 'chapterhouse[{extra}]'" if extra else str(error),
            ) from error
        except ValueError as error:
            raise StorageError(
                f"the vault's URL cannot be used: {error}",
                where=self.url,
                next_step="write a folder, or a URL such as s3://bucket/prefix, under 'paths: vault:'",
            ) from error
        return system, str(root).rstrip("/")

    @property
    def _system(self) -> AbstractFileSystem:
        return self._opened[0]

    @property
    def _root(self) -> str:
        return self._opened[1]

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def _below(self, name: str) -> str:
        return str(name).strip("/").removeprefix(self._root.strip("/")).strip("/")

    def _make_parent(self, place: str) -> None:
        if self.protocol not in OBJECT_STORES:
            self._system.makedirs(place.rpartition("/")[0], exist_ok=True)

    @contextmanager
    def _placed(self, path: str) -> Iterator[str]:
        """Where to write what shall be at ``path``; renamed into place where a put may be seen half done."""
        if self.protocol in OBJECT_STORES:
            yield self._at(path)
            return
        making = self._at(f"making/{platform.node()}-{os.getpid()}-{path.replace('/', '-')}")
        for place in (making, self._at(path)):
            self._make_parent(place)
        yield making
        self._system.mv(making, self._at(path))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except StorageError:
            raise
        except _failures() as error:
            raise _told_as(error, self.url) from error


def _bucket_is_there(error: FileNotFoundError) -> None:
    """A file that is not there is an answer; a bucket that is not there is a mistake."""
    if "bucket does not exist" in str(error):
        raise error


def _failures() -> tuple[type[BaseException], ...]:
    """What remotes' libraries raise when they fail, beside `OSError`; only those that are loaded can raise."""
    kinds: list[type[BaseException]] = [OSError]
    for module, name in (("botocore.exceptions", "BotoCoreError"), ("aiohttp", "ClientError")):
        if module in sys.modules:
            kinds.append(getattr(sys.modules[module], name))
    return tuple(kinds)


def _told_as(error: BaseException, url: str) -> StorageError:
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return storage_error(error, url)
    kind, said = type(error).__name__, str(error) or type(error).__name__
    if kind in ("NoCredentialsError", "PartialCredentialsError", "TokenRetrievalError", "ProfileNotFound"):
        what, step = f"no credentials: {said}", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    elif isinstance(error, PermissionError):
        what, step = f"access refused: {said}", "check the credentials and what they may do there"
    elif isinstance(error, FileNotFoundError):
        what, step = f"there is no such place: {said}", "make the bucket or folder first, or correct 'paths: vault:'"
    else:
        what = f"cannot be reached: {said}"
        step = "look at the network and the endpoint, and run again: what was recorded is safe in the working copy"
    return StorageError(what, where=url, next_step=step)


def _written(fact: dict[str, Any]) -> float:
    """When a file was written; the names differ from one file system to the next. 0 where it is not told."""
    for name in ("mtime", "LastModified", "last_modified", "updated", "created"):
        when = fact.get(name)
        if isinstance(when, (int, float)):
            return float(when)
        if when is not None and hasattr(when, "timestamp"):
            return float(when.timestamp())
    return 0.0
