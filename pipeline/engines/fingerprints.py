"""Short hashes over everything a sound depends on."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import MissingError


def short_hash(*parts: str | bytes | int | float | None) -> str:
    """The first 16 hex digits of a SHA-256 over ``parts``; their borders and their types count."""
    digest = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else repr(part).encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()[:16]


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hex; remembered until the file's size or time changes."""
    stat = path.stat()
    return _file_hash(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _file_hash(path: Path, _size: int, _time_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def packaged_file(package: str, name: str) -> Path:
    """A file that an installed package brings, found without importing the package.

    Raises:
        MissingError: the package is not installed, or not whole.
    """
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / name
        if path.is_file():
            return path
    raise MissingError(
        f"the package '{package}' with its file '{name}' is not installed",
        next_step="run: pip install --force-reinstall chapterhouse",
    )


def package_versions(*names: str) -> str:
    """``name==version`` of installed distributions, joined; a part of a fingerprint."""
    return " ".join(f"{name}=={version(name)}" for name in names)
