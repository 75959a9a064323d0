"""What ``chapterhouse script`` and ``check`` print: a prepared script, and the account of its words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

import click
from rich.console import Console
from rich.table import Table

from pipeline.engines import find_engine
from pipeline.errors import InputError, Place
from pipeline.materials import ChapterChunks, Chunk, Line, Manuscript, Notice, Sentence, Tally
from pipeline.production import Order, ScriptFormat
from pipeline.script import chunk_manuscript, read_manuscript, remarks

Prepared = tuple[Manuscript, tuple[ChapterChunks, ...], tuple[Notice, ...]]

SHOWN_NOTICES = 5  # of one kind


class Everybody(frozenset[str]):
    """The cast of a script that has no production yet: every name in capitals is in it."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name == name.upper() and any(letter.isupper() for letter in name)


def prepare(file: Path, *, form: str, language: str, engine: str) -> Prepared:
    """A script without a production, prepared for one engine that reads every role.

    Raises:
        InputError: the script or the engine is wrong.
    """
    if form not in get_args(ScriptFormat):
        raise InputError(f"there is no format '{form}'", next_step=f"use one of: {', '.join(get_args(ScriptFormat))}")
    narrator = find_engine(engine)
    limits = narrator.limits(narrator.check_settings({}, Path.cwd()))
    manuscript = read_manuscript(
        file, format=cast(ScriptFormat, form), language=language, roles=Everybody(), engine_of=lambda _role: narrator
    )
    chapters, notices = chunk_manuscript(
        manuscript, limits=dict.fromkeys(manuscript.roles, limits), language=language
    )
    engines = dict.fromkeys(manuscript.roles, narrator)
    remarked = remarks(chapters, engines, language=language, place=Place(str(file)))
    return manuscript, chapters, (*manuscript.notices, *remarked, *notices)


def prepare_production(order: Order) -> Prepared:
    """A production's script as its cast will read it, without the credits."""
    from pipeline.flows.callsheet import draw_up

    sheet = draw_up(order)
    numbers = {chapter.number for chapter in sheet.manuscript.chapters}
    return sheet.manuscript, tuple(chunks for chunks in sheet.chapters if chunks.number in numbers), sheet.notices


def show_script(prepared: Prepared, language: str, *, as_json: bool) -> None:
    """The prepared script: as one JSON object on one line, or as lines to read."""
    manuscript, _, notices = prepared
    if as_json:
        click.echo(json.dumps(script_json(prepared, language), ensure_ascii=False))
        return
    for chapter in manuscript.chapters:
        click.echo(click.style(f"\n{chapter.number}. {chapter.title}", bold=True))
        for line in chapter.lines:
            delivery = f" ({line.delivery})" if line.delivery else ""
            click.echo(f"\n{line.role}{delivery}:")
            for sentence in line.sentences:
                click.echo(f"  {sentence.shown}")
                if sentence.spoken != sentence.shown:
                    click.echo(click.style(f"  → {sentence.spoken}", fg="cyan"))
    click.echo()
    show_account(manuscript.account)
    show_notices(notices)


def script_json(prepared: Prepared, language: str) -> dict[str, Any]:
    """Chapters, lines, sentences and chunks, the account and the notices.

    Offsets count characters of ``source.text`` from 0; ``end`` is one past the last.
    """
    manuscript, chapters, notices = prepared
    return {
        "source": {"path": str(manuscript.source.path), "text": manuscript.source.text},
        "language": language,
        "title": manuscript.meta.get("title", ""),
        "chapters": [
            {"number": chapter.number, "title": chapter.title, "lines": list(_lines(chapter.lines, chunks.chunks))}
            for chapter, chunks in zip(manuscript.chapters, chapters, strict=True)
        ],
        "account": account_json(manuscript.account),
        "notices": [{"what": notice.what, "where": str(notice.place)} for notice in notices],
    }


def account_json(account: Sequence[Tally]) -> dict[str, Any]:
    """Words read and skipped by policy: in all, and of each chapter and each section that is not read."""
    skipped: Counter[str] = Counter()
    for tally in account:
        skipped.update(tally.skipped)
    return {
        "read": sum(tally.read for tally in account),
        "skipped": dict(skipped),
        "announced": sum(tally.announced for tally in account),
        "chapters": [
            {"title": tally.title, "read": tally.read, "skipped": dict(tally.skipped), "announced": tally.announced}
            for tally in account
        ],
    }


def show_account(account: Sequence[Tally]) -> None:
    """A table of the words of each chapter: read, announced, and skipped by which policy."""
    table = Table("", "words read", "skipped", box=None, pad_edge=False)
    for tally in account:
        table.add_row(tally.title, f"{tally.read:,}", _skipped(tally.skipped, tally.announced))
    whole = account_json(account)
    table.add_row("in all", f"{whole['read']:,}", _skipped(whole["skipped"], whole["announced"]))
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=140)).print(table)


def _skipped(skipped: Mapping[str, int], announced: int) -> str:
    parts = [f"{policy} {words:,}" for policy, words in skipped.items()]
    return ", ".join([*parts, *([f"announced {announced:,}"] if announced else [])])


def show_notices(notices: Sequence[Notice]) -> None:
    """Each notice with its place; of one kind only the first few."""
    kinds = Counter(map(_kind, notices))
    shown: Counter[str] = Counter()
    for notice in notices:
        kind = _kind(notice)
        shown[kind] += 1
        if shown[kind] <= SHOWN_NOTICES:
            click.echo(f"note: {notice}")
        elif shown[kind] == SHOWN_NOTICES + 1:
            click.echo(f"note: {kinds[kind] - SHOWN_NOTICES:,} more of this kind")


def _kind(notice: Notice) -> str:
    """A notice without what it quotes and counts."""
    return re.sub(r"'.*'|\d+", "", notice.what)


def _lines(lines: Sequence[Line], chunks: Sequence[Chunk]) -> Iterator[dict[str, Any]]:
    rest = list(chunks)
    for line in lines:
        count = next((i for i, chunk in enumerate(rest) if i and chunk.opens_line), len(rest))
        own, rest = rest[:count], rest[count:]
        yield {
            "role": line.role,
            "kind": str(line.kind),
            "delivery": line.delivery,
            "sentences": [_sentence(sentence) for sentence in line.sentences],
            "chunks": [_chunk(chunk) for chunk in own],
        }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "shown": sentence.shown,
        "spoken": sentence.spoken,
        "start": sentence.start,
        "end": sentence.end,
        "words": [list(word) for word in sentence.words],
        "edits": [
            {"start": edit.start, "end": edit.end, "spoken": edit.spoken, "why": edit.why}
            | ({"phonemes": edit.phonemes} if edit.phonemes else {})
            for edit in sentence.edits
        ],
        "language": sentence.language,
    }


def _chunk(chunk: Chunk) -> dict[str, Any]:
    return {
        "slate": chunk.slate,
        "shown": chunk.shown,
        "spoken": chunk.spoken,
        "sentences": [_sentence(sentence) for sentence in chunk.sentences],
        "estimated_s": round(chunk.estimated_s, 3),
        "pause": str(chunk.pause),
    }
