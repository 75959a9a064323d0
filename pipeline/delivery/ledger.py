"""The ledger of an output folder: which files in it are ours, so that nobody else's is ever lost.

It lies in the folder as ``.chapterhouse.json``. A file that is not in it, or that has changed since we wrote it, is
the producer's: it is set aside, never overwritten and never removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pipeline.errors import InputError
from pipeline.vault import disk_errors, file_sha256, write_text

LEDGER = ".chapterhouse.json"


@dataclass(frozen=True)
class Written:
    """A file that we wrote.

    Attributes:
        key: of everything it was made from.
        sha256: of the file.
        bytes: its size.
    """

    key: str
    sha256: str
    bytes: int


Ledger = dict[str, dict[str, Written]]
"""Production name → path in the folder (with ``/``) → what was written there."""


def read_ledger(output: Path) -> Ledger:
    """The folder's ledger; empty when there is none or it is damaged, and then every file there is the producer's."""
    try:
        written = json.loads((output / LEDGER).read_text(encoding="utf-8"))
        return {
            production: {name: Written(**card) for name, card in files.items() if _inside(name)}
            for production, files in written["productions"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_ledger(output: Path, ledger: Ledger) -> None:
    """Write the whole ledger or nothing."""
    productions = {
        production: {name: asdict(card) for name, card in sorted(files.items())}
        for production, files in sorted(ledger.items())
        if files
    }
    text = json.dumps({"productions": productions}, ensure_ascii=False, indent=1) + "\n"
    path = output / LEDGER
    if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
        write_text(path, text)


def unchanged(path: Path, written: Written) -> bool:
    """Whether the file is there as we wrote it. The size is looked at first: it costs nothing."""
    return path.is_file() and path.stat().st_size == written.bytes and file_sha256(path) == written.sha256


def refuse_shared_names(ledger: Ledger, production: str, names: Iterable[str], output: Path) -> None:
    """Two productions may share a folder but not a file in it.

    Raises:
        InputError: another production wrote a file of one of these names, and it is still there.
    """
    wanted = set(names)
    for other, files in ledger.items():
        for name in sorted(wanted & files.keys()) if other != production else ():
            if unchanged(output / name, files[name]):
                raise InputError(
                    f"{name} was written by the production '{other}', which delivers to the same folder",
                    where=str(output),
                    next_step="give each production its own 'paths: output:', or move the other's files away",
                )


def set_aside(path: Path) -> Path | None:
    """Rename a file that is not ours and lies where ours must go: ``01_x.mp3`` → ``01_x.kept-1.mp3``."""
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.stem}.kept-{number}{path.suffix}")).exists():
        number += 1
    with disk_errors(path):
        path.rename(aside)
    return aside


def remove_stale(output: Path, earlier: Mapping[str, Written], wanted: Iterable[str]) -> tuple[str, ...]:
    """Remove what an earlier run wrote, this one does not want and nobody has touched; their names."""
    removed = []
    for name in sorted(earlier.keys() - set(wanted)):
        path = output / name
        if unchanged(path, earlier[name]):
            with disk_errors(path):
                path.unlink()
            removed.append(name)
            if path.parent != output and not any(path.parent.iterdir()):
                path.parent.rmdir()
    return tuple(removed)


def _inside(name: str) -> bool:
    """Whether a ledger's path stays in its folder: the ledger may have been edited."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts
