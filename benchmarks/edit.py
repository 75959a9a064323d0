"""One word of one sentence in a long book is changed: seconds to new deliverables, and what was used again.

    python benchmarks/edit.py MANUSCRIPT.txt [--engine humming] [--deliver m4b] [--folder FOLDER] [--check]

The book is rendered from nothing, then again with nothing changed, then again after the edit, each run a command of
its own as a producer gives it, Prefect's server and all. The edit is one word more in a sentence of the middle
chapter.
For each run: CPU seconds with those of all its processes, wall seconds, and what it added to each room of the vault.
``--check`` renders the edited book from nothing, too, and compares the deliverables byte for byte.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.vault import Vault

ROOMS = ("takes", "mixes", "masters", "deliverables", "settlings", "measurements")
PRODUCTION = """\
title: {title}
author: A. Writer
script: {{path: {script}}}
cast: {{NARRATOR: {{engine: {engine}, voice: {voice}}}}}
verify: {{mode: {verify}}}
deliver: [{deliver}]
"""
ADDED = "quietly"


@dataclass(frozen=True)
class Run:
    """One run of the command.

    Attributes:
        cpu_s: of the command and its children.
        result: its result line.
        held: keys in each room of the vault after it.
    """

    name: str
    cpu_s: float
    wall_s: float
    result: dict[str, Any]
    held: dict[str, frozenset[str]]


def render(name: str, production: Path) -> Run:
    """Render a production as the command line does."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "pipeline.cli", "render", str(production), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    wall_s, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    vault = Vault(production.parent / "build" / production.stem / "vault")
    held = {room: frozenset(vault.keys(room)) for room in ROOMS}
    return Run(name, cpu_s, wall_s, json.loads(done.stdout.splitlines()[-1]), held)


def edit(production: Path, script: Path) -> str:
    """Add a word to a sentence of the middle chapter that the script has on one line; the sentence as it was."""
    sheet = production.parent / "build" / production.stem / "deliverables" / "takes.jsonl"
    rows = [json.loads(line) for line in sheet.read_text(encoding="utf-8").splitlines()]
    text = script.read_text(encoding="utf-8")
    middle = sorted({row["chapter"] for row in rows})[len({row["chapter"] for row in rows}) // 2]
    for row in (row for row in rows if row["chapter"] == middle):
        first, *others = row["shown"].split(". ")[0].split(" ")
        start = " ".join([first, *others][:6])
        if len(others) > 8 and text.count(start) == 1:
            script.write_text(text.replace(start, f"{start} {ADDED}"), encoding="utf-8")
            return str(row["shown"])
    sys.exit("no sentence of the middle chapter can be found in the script")


def report(runs: list[Run], words: str) -> None:
    first = runs[0].result
    print(f"{first['audio_s'] / 3600:.2f} hours, {len(first['chapters'])} chapters; edited: {words[:70]} …")
    print(f"| | CPU s | wall s | {' | '.join(f'new {room}' for room in ROOMS)} |")
    print(f"|---|---:|---:|{'---:|' * len(ROOMS)}")
    known = {room: frozenset[str]() for room in ROOMS}
    for run in runs:
        new = [f"{len(run.held[room] - known[room]):,} of {len(run.held[room]):,}" for room in ROOMS]
        print(f"| {run.name} | {run.cpu_s:.1f} | {run.wall_s:.1f} | {' | '.join(new)} |")
        known = run.held
    scratch, edited = runs[0], runs[-1]
    print(f"edit / from nothing: CPU {edited.cpu_s / scratch.cpu_s:.4f}, wall {edited.wall_s / scratch.wall_s:.4f}")


def main() -> None:
    """Render, render again, edit, render."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("manuscript", type=Path)
    arguments.add_argument("--engine", default="humming")
    arguments.add_argument("--voice", default="middle")
    arguments.add_argument("--verify", default="free")
    arguments.add_argument("--deliver", default="m4b")
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--check", action="store_true")
    asked = arguments.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="edit-"))
    production = draw_up(folder / "book", asked, asked.manuscript.read_text(encoding="utf-8"))
    script = production.with_suffix(asked.manuscript.suffix)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    runs = [render("from nothing", production), render("nothing changed", production)]
    words = edit(production, script)
    runs.append(render("one sentence edited", production))
    report(runs, words)
    if asked.check:
        again = render("edited, from nothing", draw_up(folder / "again", asked, script.read_text(encoding="utf-8")))
        sums = [[file["sha256"] for file in run.result["deliverables"]] for run in (runs[-1], again)]
        print(f"edited, from nothing: {again.cpu_s:.1f} CPU s; the same bytes: {sums[0] == sums[1]}")


def draw_up(folder: Path, asked: argparse.Namespace, text: str) -> Path:
    """A production of its own in a folder."""
    folder.mkdir(parents=True)
    script = folder / f"book{asked.manuscript.suffix}"
    script.write_text(text, encoding="utf-8")
    production = folder / "book.yaml"
    facts = {name: getattr(asked, name) for name in ("engine", "voice", "verify", "deliver")}
    production.write_text(PRODUCTION.format(title=asked.manuscript.stem, script=script.name, **facts))
    return production


if __name__ == "__main__":
    main()
