"""A vault with 100,000 takes: what opening, looking up, listing, verifying and pruning cost, beside plain tools.

    python benchmarks/vault.py [--takes 100000] [--folder FOLDER]

Every step runs in a process of its own, for its peak memory is wanted: seconds of CPU (children's too), of wall time,
and peak resident memory of the Python process. The takes are one real FLAC of 0.25 s, copied, each under a key of its
own with a card of the usual size. Peers: the same blobs and cards in one SQLite table (Python's own, write-ahead
log), and find, du and sha256sum. The page cache is warm for everybody: the files were written just before.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.audio.files import write_sound
from pipeline.audio.sound import Sound
from pipeline.vault import Vault, content_key, file_sha256
from pipeline.vault.cards import Card
from pipeline.vault.stocktaking import shelved, unused

RATE_HZ = 24_000
SEED = 5
LOOKED_UP = 1000
PRUNED = 0.1


@cache
def keys(count: int) -> list[str]:
    """The keys of the vault, the same in every process."""
    return [content_key({"take": number}) for number in range(count)]


def make(root: Path, count: int) -> None:
    """Lay out a vault as `Vault.keep` does, without its flushing to the disk, and the same in SQLite."""
    root.mkdir(parents=True)
    sound = root / "one.flac"
    noise = np.random.default_rng(SEED).normal(0.0, 0.05, RATE_HZ // 4).astype(np.float32)
    write_sound(sound, Sound(noise, RATE_HZ))
    blob, checksum = sound.read_bytes(), file_sha256(sound)
    sound.unlink()
    database = opened(root)
    database.execute("create table takes (key text primary key, card text, blob blob) without rowid")
    for key in keys(count):
        text = Card(f"{key}.flac", checksum, facts(key)).text
        shelf = root / "vault" / "takes" / key[:2]
        shelf.mkdir(parents=True, exist_ok=True)
        (shelf / f"{key}.flac").write_bytes(blob)
        (shelf / f"{key}.json").write_text(text)
        database.execute("insert into takes values (?, ?, ?)", (key, text, blob))
    database.commit()
    database.close()
    print(f"{count:,} takes of {len(blob):,} bytes, cards of {len(text):,} bytes")


def facts(key: str) -> dict[str, object]:
    """A card as takes have them once they were listened to."""
    said = "And the boats were in before the light, which nobody in harbour had thought to see that night."
    verdict = {"check": "words", "passed": True, "measure": 0.0, "threshold": 0.1, "reason": "every word is there"}
    return {
        "shown": said,
        "spoken": said,
        "role": "NARRATOR",
        "engine": "humming",
        "voice": "low",
        "language": "en",
        "speed": 1.0,
        "seed": int(key[:8], 16),
        "attempt": 1,
        "seconds": 0.25,
        "verdicts": [
            {**verdict, "check": check} for check in ("finite", "length", "silence", "level", "voice", "words")
        ],
    }


def opened(root: Path) -> sqlite3.Connection:
    """The peer's table."""
    database = sqlite3.connect(root / "takes.sqlite")
    database.execute("pragma journal_mode = wal")
    return database


@cache
def wanted(count: int) -> list[str]:
    """The keys that are looked up."""
    return random.Random(SEED).sample(keys(count), LOOKED_UP)


@cache
def used(count: int) -> set[str]:
    """The keys that pruning leaves."""
    return set(random.Random(SEED).sample(keys(count), round(count * (1.0 - PRUNED))))


def nothing(_root: Path, _count: int) -> int:
    """What every step's process costs before it begins: Python, numpy, this package, the list of keys."""
    return 0


def look_up(root: Path, count: int) -> int:
    """Fetch entries, each verified."""
    vault = Vault(root / "vault")
    return sum(vault.fetch("takes", key) is not None for key in wanted(count))


def look_up_again(root: Path, count: int) -> int:
    """Fetch the same entries nine more times, as mix after mix does in one run."""
    vault = Vault(root / "vault")
    return sum(vault.fetch("takes", key) is not None for _ in range(10) for key in wanted(count))


def read_cards(root: Path, count: int) -> int:
    """Read cards only."""
    vault = Vault(root / "vault")
    return sum(vault.card("takes", key) is not None for key in wanted(count))


def is_there(root: Path, count: int) -> int:
    """Ask of each take of a book of this size whether it is there, as a run does at its start."""
    vault = Vault(root / "vault")
    return sum(("takes", key) in vault for key in keys(count))


def list_keys(root: Path, _count: int) -> int:
    """Every key in order."""
    return Vault(root / "vault").count("takes")


def status(root: Path, _count: int) -> int:
    """Sizes of all entries."""
    return sum(one.bytes > 0 for one in shelved(root / "vault", "takes"))


def verify(root: Path, _count: int) -> int:
    """Read and check everything."""
    vault = Vault(root / "vault")
    return sum(vault.is_sound("takes", key) for key in vault.keys("takes"))


def keep(root: Path, count: int) -> int:
    """Keep new takes, flushed to the disk."""
    vault = Vault(root / "vault")
    source = vault.fetch("takes", keys(1)[0])
    assert source is not None
    content = source.path.read_bytes()

    def write(path: Path) -> dict[str, object]:
        path.write_bytes(content)
        return source.facts

    return len([vault.keep("more", key, ".flac", write) for key in wanted(count)])


def annotate(root: Path, count: int) -> int:
    """Add a verdict to cards, flushed to the disk."""
    vault = Vault(root / "vault")
    return len([vault.annotate("takes", key, heard="said") for key in wanted(count)])


def prune(root: Path, count: int) -> int:
    """Remove a tenth."""
    vault = Vault(root / "vault")
    doomed = [*unused(shelved(vault.root, "takes"), {"takes": used(count)})]
    vault.discard("takes", (one.key for one in doomed))
    return len(doomed)


def sqlite_look_up(root: Path, count: int) -> int:
    """Blobs and cards by key, each verified."""
    import hashlib

    database, found = opened(root), 0
    for key in wanted(count):
        card, blob = database.execute("select card, blob from takes where key = ?", (key,)).fetchone()
        found += hashlib.sha256(blob).hexdigest() == json.loads(card)["sha256"]
    return found


def sqlite_list(root: Path, _count: int) -> int:
    """Every key in order."""
    return sum(1 for _ in opened(root).execute("select key from takes order by key"))


def sqlite_verify(root: Path, _count: int) -> int:
    """Read and check everything."""
    import hashlib

    rows = opened(root).execute("select card, blob from takes")
    return sum(hashlib.sha256(blob).hexdigest() == json.loads(card)["sha256"] for card, blob in rows)


def sqlite_prune(root: Path, count: int) -> int:
    """Remove a tenth, in one transaction."""
    database, keep_these = opened(root), used(count)
    doomed = [(key,) for (key,) in database.execute("select key from takes") if key not in keep_these]
    database.executemany("delete from takes where key = ?", doomed)
    database.commit()
    return len(doomed)


def find_list(root: Path, _count: int) -> int:
    """Every card's name: ``find``."""
    return _shell(f"find {root}/vault/takes -name '*.json' | wc -l")


def find_status(root: Path, _count: int) -> int:
    """The size of everything: ``du``."""
    return _shell(f"du -sb {root}/vault/takes | cut -f1") and 0


def find_verify(root: Path, _count: int) -> int:
    """Read and hash every blob, compare with nothing: ``find`` and ``sha256sum``."""
    return _shell(f"find {root}/vault/takes -name '*.flac' -print0 | xargs -0 sha256sum | wc -l")


def _shell(command: str) -> int:
    return int(subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout)


STEPS: dict[str, tuple[Callable[[Path, int], int], ...]] = {
    "vault": (
        nothing, look_up, look_up_again, read_cards, is_there, list_keys, status, verify, keep, annotate, prune,
    ),
    "SQLite": (sqlite_look_up, sqlite_list, sqlite_verify, sqlite_prune),
    "shell": (find_list, find_status, find_verify),
}  # fmt: skip
ORDER = ("shell", "vault", "SQLite")  # the vault's own pruning comes after the shell has read it whole


def step(name: str, root: Path, count: int) -> None:
    """Do one step and print what it cost."""
    work = next(work for works in STEPS.values() for work in works if work.__name__ == name)
    wanted(count), used(count)  # the lists of keys belong to nobody
    wall, cpu = time.perf_counter(), _cpu_s()
    result = work(root, count)
    wall, cpu = time.perf_counter() - wall, _cpu_s() - cpu
    peak_mb = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024  # not the parent's
    print(json.dumps({"result": result, "wall_s": wall, "cpu_s": cpu, "peak_mb": peak_mb}))


def _cpu_s() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--takes", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--step", help=argparse.SUPPRESS)
    given = parser.parse_args()
    root = given.folder / f"vault-benchmark-{given.takes}"
    if given.step:
        step(given.step, root, given.takes)
        return
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{machine}, {file_system(root.parent)}, Python {platform.python_version()}")
    try:
        make(root, given.takes)
        print(f"{'':<34}{'result':>9}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}")
        for who in ORDER:
            for work in STEPS[who]:
                command = [sys.executable, __file__, "--takes", str(given.takes), "--folder", str(given.folder)]
                done = subprocess.run([*command, "--step", work.__name__], check=True, capture_output=True, text=True)
                cost = json.loads(done.stdout)
                print(
                    f"{who}: {work.__name__.removeprefix('sqlite_').removeprefix('find_').replace('_', ' '):<26}"
                    f"{cost['result']:>9,}{cost['cpu_s']:>9.2f}{cost['wall_s']:>9.2f}{cost['peak_mb']:>9.0f}"
                )
    finally:
        shutil.rmtree(root, ignore_errors=True)


def file_system(folder: Path) -> str:
    """Its kind, as the kernel names it."""
    found = subprocess.run(["stat", "-f", "-c", "%T", str(folder)], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "?"


if __name__ == "__main__":
    main()
