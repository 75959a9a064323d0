"""`chapterhouse pickups list`: lines with their times, takes and what was decided about them."""

from __future__ import annotations

import json
from typing import Any

import click

from pipeline.cli.line_finding import Book, KeptTake, the_book
from pipeline.errors import InputError
from pipeline.materials import Chunk
from pipeline.pickups import Pickup
from pipeline.production import Order

KEY_SHOWN = 12  # characters of a take's key: no two of a library of takes begin alike


def list_lines(order: Order, *, everything: bool, chapter: int | None, as_json: bool) -> None:
    """Print the flagged lines, or every line, flagged ones first, with their takes and decisions."""
    book = the_book(order)
    chunks = [chunk for chunk in book.chunks if chapter in (None, chunk.chapter)]
    if chapter is not None and not chunks:
        raise InputError(f"there is no chapter {chapter}", next_step="`chapterhouse plan` lists them")
    flagged = [chunk for chunk in chunks if book.is_flagged(chunk)]
    slates = {chunk.slate for chunk in flagged}
    others = [chunk for chunk in chunks if everything and chunk.slate not in slates]
    if as_json:
        lines = [_line_json(book, chunk) for chunk in (*flagged, *others)]
        notices = [{"what": notice.what, "where": str(notice.place)} for notice in book.pickups.notices]
        told = {"production": order.name, "lines": lines, "notices": notices}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for chunk in flagged:
        _show(book, chunk)
    for chunk in others:
        click.echo(f"{headline(book, chunk)}{decided(book.pickups.of(chunk))}")
    for notice in book.pickups.notices:
        click.echo(f"note: {notice}")
    if not book.sheet_rows:
        click.echo("no run has been finished yet: times come with the first")
    click.echo(f"{len(flagged)} of {len(chunks):,} lines flagged, {len(book.pickups.entries)} decided about")
    if flagged:
        click.echo(f"next: chapterhouse pickups redo {order.file.name} {flagged[0].slate}")


def headline(book: Book, chunk: Chunk) -> str:
    """Slate, time, role and text."""
    return f"{chunk.slate}  {book.when(chunk) or '–'}  {chunk.role}  {chunk.shown}"


def _show(book: Book, chunk: Chunk) -> None:
    pickup = book.pickups.of(chunk)
    click.echo(click.style(headline(book, chunk), bold=True))
    for take in book.takes(chunk):
        mark = "●" if take.key == book.circled(chunk) else " "
        click.echo(f"  {mark} {take_line(take)}")
    if pickup is not None:
        click.echo(f"  decided:{decided(pickup)}")


def take_line(take: KeptTake) -> str:
    """Key, seed, length, voice, what the checks found, and on a second line the file."""
    facts = take.facts
    found = "; ".join(take.failures) or ("every check passed" if facts["verdicts"] else "not listened to")
    return (
        f"{take.key[:KEY_SHOWN]}  seed {facts['seed']}  {facts['seconds']:.1f} s  {facts['voice']} × "
        f"{facts['speed']:g}  {found}\n    {take.path}"
    )


def decided(pickup: Pickup | None) -> str:
    """A decision in one line; empty for none."""
    if pickup is None:
        return ""
    parts = pickup.model_dump(include={"redo", "use", "approve", "note"}, exclude_defaults=True)
    return "  " + json.dumps(parts, ensure_ascii=False)


def _line_json(book: Book, chunk: Chunk) -> dict[str, Any]:
    row = book.rows.get(chunk.slate)
    pickup = book.pickups.of(chunk)
    return {
        "slate": chunk.slate,
        "chapter": chunk.chapter,
        "start_s": row["start_s"] if row else None,
        "end_s": row["end_s"] if row else None,
        "role": chunk.role,
        "shown": chunk.shown,
        "spoken": chunk.spoken,
        "flagged": book.is_flagged(chunk),
        "takes": [
            {name: take.facts[name] for name in ("seed", "seconds", "voice", "speed", "verdicts")}
            | {"key": take.key, "circled": take.key == book.circled(chunk), "path": str(take.path)}
            for take in book.takes(chunk)
        ],
        "decision": pickup.model_dump(include={"redo", "use", "approve", "note"}, exclude_defaults=True)
        if pickup
        else None,
    }
