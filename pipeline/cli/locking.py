"""The bodies of `chapterhouse lock` and `chapterhouse verify-build`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.watching import say, watch
from pipeline.errors import InputError
from pipeline.flows.callsheet import draw_up
from pipeline.flows.departures import Departure, changed_texts, chapters_to_verify, departures
from pipeline.flows.lockfile import lock_path, read_lock, write_lock
from pipeline.flows.locking import lock_of
from pipeline.flows.verifying_build import Rebuilt, rebuild
from pipeline.production import Order
from pipeline.vault import file_sha256

SHOWN_SLATES = 12


def lock_production(order: Order) -> None:
    """Write the lock file of a rendered production, and say what of it has changed.

    Raises:
        InputError: it is not fully rendered.
    """
    path = lock_path(order)
    before = file_sha256(path) if path.is_file() else None
    lock = lock_of(order, _report if sys.stderr.isatty() else lambda _done, _all: None)
    write_lock(path, lock)
    state = "is as it was" if file_sha256(path) == before else "written; keep it with the script, in git"
    click.echo(
        f"{path}: {len(lock.chapters)} chapters, {len(lock.chunks):,} takes, {len(lock.deliverables)} files; {state}"
    )


def _report(done: int, chapters: int) -> None:
    click.echo(f"\rreading chapter {done + 1} of {chapters} ", err=True, nl=done + 1 == chapters)


def verify_build(order: Order, numbers: Iterable[int], *, everything: bool, lock: Path | None, as_json: bool) -> int:
    """Make chapters again from the lock file and print what is the same and what differs, and why it may.

    Returns:
        0 when every byte is the same, else 1.
    """
    path = lock or lock_path(order)
    locked = read_lock(path)
    sheet = draw_up(order)
    try:
        wanted = chapters_to_verify(locked, numbers, everything=everything)
    except InputError as error:
        raise InputError(error.what, where=str(path), next_step=error.next_step) from error
    found = (*departures(locked, sheet), *changed_texts(locked, sheet, wanted))
    for departure in found:
        say(f"not as it was locked: {departure}")
    if not found:
        say("engines, voices, text, libraries and machine are as they were locked")
    with watch(plain=as_json) as listener:
        chapters = list(rebuild(locked, sheet, wanted, listener))
    if as_json:
        click.echo(_json(found, chapters))
    else:
        for chapter in chapters:
            _show(chapter, found)
    return 0 if all(chapter.is_same for chapter in chapters) else 1


def _json(found: Sequence[Departure], chapters: Sequence[Rebuilt]) -> str:
    listed = [asdict(chapter) | {"is_same": chapter.is_same} for chapter in chapters]
    return json.dumps(
        {
            "same": all(chapter.is_same for chapter in chapters),
            "departures": [asdict(departure) for departure in found],
            "chapters": listed,
        },
        ensure_ascii=False,
    )


def _show(chapter: Rebuilt, found: Sequence[Departure]) -> None:
    name = f"chapter {chapter.number}, {chapter.title}"
    if chapter.is_same:
        click.echo(f"{click.style('same', fg='green')}: {name}: {chapter.same:,} takes and the master, byte for byte")
        return
    click.echo(f"{click.style('differs', fg='red')}: {name}")
    if chapter.differing:
        more = f" and {len(chapter.differing) - SHOWN_SLATES:,} more" if len(chapter.differing) > SHOWN_SLATES else ""
        listed = ", ".join(chapter.differing[:SHOWN_SLATES])
        click.echo(f"  takes: {chapter.same:,} the same, {len(chapter.differing):,} differ: {listed}{more}")
    else:
        click.echo(f"  takes: all {chapter.same:,} are the same")
    click.echo(f"  master: {_master(chapter)}")
    click.echo(f"  why: {_why(chapter, found)}")


def _master(chapter: Rebuilt) -> str:
    if chapter.master_same is None:
        return "not made: not every chunk could be recorded as it is pinned"
    if chapter.master_same:
        return "the same"
    if chapter.differing:
        return "differs, as its takes do"
    if not chapter.mix_planned:
        return "differs: the order, the pauses, the gains or the trimming of the takes are not those locked"
    return "differs, though takes and mix are planned as locked: a setting of the mastering, or another library"


def _why(chapter: Rebuilt, found: Sequence[Departure]) -> str:
    """What may explain it, the likeliest first: texts and voices, then engines, then libraries and the machine."""
    slates = set(chapter.differing)
    order = ("text", "voice", "engine", "weights", "file", "version", "machine")
    near = [one for one in found if one.kind not in ("text", "voice") or one.what in slates or one.here == "new"]
    reasons = sorted(near, key=lambda one: order.index(one.kind))
    if not reasons:
        return (
            "nothing that the lock file knows of has changed: the engine does not read the same twice on this machine"
        )
    more = f"; and {len(reasons) - SHOWN_SLATES} more" if len(reasons) > SHOWN_SLATES else ""
    return "; ".join(map(str, reasons[:SHOWN_SLATES])) + more
