"""The body of `chapterhouse diff`: what is different, for a person or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pipeline.cli.scripts import prepare
from pipeline.cli.watching import clock
from pipeline.errors import InputError
from pipeline.flows.differing import (
    Revision,
    Version,
    diff_production,
    diff_versions,
    version_for,
    version_without_production,
)
from pipeline.production import Order
from pipeline.production_file import load_order
from pipeline.script.comparing import Change, ChapterChange, LineChange, word_changes
from pipeline.vault import open_vault

CONTEXT = 6  # words shown on each side of a change
SHOWN_FILES = 8
DEFAULT_ENGINE = "hibari"
MARKS = {"-": ("[-", "-]", "red"), "+": ("{+", "+}", "green")}
SIGNS = {Change.ADDED: ("+", "green"), Change.REMOVED: ("-", "red"), Change.CHANGED: ("~", "yellow")}


def show_difference(files: Sequence[Path], production: Path | None, *, language: str, as_json: bool) -> None:
    """Compare two scripts, or a production with what was rendered of it, and print what is different.

    Raises:
        InputError: a file cannot be read, or nothing has been rendered yet.
    """
    revision = _revision(files, load_order(production) if production else None, language)
    if as_json:
        click.echo(json.dumps(revision_json(revision), ensure_ascii=False))
        return
    for change in revision.changes:
        if not change.is_as_it_was:
            _show_chapter(change)
    for line in summary(revision):
        click.echo(line)


def _revision(files: Sequence[Path], order: Order | None, language: str) -> Revision:
    if len(files) == 1:
        if files[0].suffix.lower() not in (".yaml", ".yml") or order is not None:
            raise InputError(
                "one file alone must be a production",
                where=str(files[0]),
                next_step="give PRODUCTION.yaml, or two scripts: OLD NEW",
            )
        return diff_production(load_order(files[0]))
    if len(files) > 2:
        raise InputError(f"{len(files)} files cannot be compared", next_step="give two scripts: OLD NEW")
    old, new = (_version(file, order, language) for file in files)
    return diff_versions(old, new, open_vault(order) if order else None)


def _version(script: Path, order: Order | None, language: str) -> Version:
    if order is not None:
        return version_for(order, script)
    _, chapters, _ = prepare(script, form="auto", language=language, engine=DEFAULT_ENGINE)
    return version_without_production(chapters, DEFAULT_ENGINE, language)


def revision_json(revision: Revision) -> dict[str, Any]:
    """Everything that is different and what it costs; lengths in seconds."""
    files = revision.files
    return {
        "chapters": [_chapter_json(change) for change in revision.changes if not change.is_as_it_was],
        "to_record": [asdict(each) for each in revision.to_record],
        "in_vault": revision.kept,
        "record_s": round(sum(revision.record_s.values()), 3),
        "computing_s": {
            engine: round(revision.rates[engine] * seconds, 3) if engine in revision.rates else None
            for engine, seconds in revision.record_s.items()
        },
        "chapters_remade": list(revision.remade),
        "files_anew": None if files is None else list(files.anew),
        "files_gone": None if files is None else list(files.gone),
    }


def _chapter_json(change: ChapterChange) -> dict[str, Any]:
    old, new = change.old, change.new
    return {
        "number": new.number if new else None,
        "title": new.title if new else None,
        "old_number": old.number if old else None,
        "old_title": old.title if old else None,
        "lines": [
            {
                "change": str(line.change),
                "old_slate": line.old.slate if line.old else None,
                "new_slate": line.new.slate if line.new else None,
                "old_role": line.old.role if line.old else None,
                "new_role": line.new.role if line.new else None,
                "old": line.old.shown if line.old else None,
                "new": line.new.shown if line.new else None,
            }
            for line in change.lines
        ],
    }


def _show_chapter(change: ChapterChange) -> None:
    click.echo(click.style(_headline(change), bold=True))
    if change.old is None or change.new is None:
        return  # its title says it all: every line is new, or gone
    for line in change.lines:
        click.echo(_line(line))


def _headline(change: ChapterChange) -> str:
    old, new = change.old, change.new
    if new is None:
        assert old is not None
        return f"- chapter {old.number}, {old.title}: gone, {len(old.lines)} lines"
    name = f"chapter {new.number}, {new.title}"
    if old is None:
        return f"+ {name}: new, {len(new.lines)} lines"
    was = [f"chapter {old.number}"] if change.moved else []
    was += [f"'{old.title}'"] if change.retitled else []
    return f"~ {name}" + (f" (was {', '.join(was)})" if was else "")


def _line(line: LineChange) -> str:
    said = line.new or line.old
    assert said is not None
    if line.change is Change.REREAD:
        return f"  * {said.slate} {said.role}: {_reread(line)}"
    sign, colour = SIGNS[line.change]
    sign = click.style(sign, fg=colour)
    if line.old is None or line.new is None:
        return f"  {sign} {said.slate} {said.role}: {click.style(said.shown, fg=colour)}"
    role = said.role if line.old.role == line.new.role else f"{line.old.role} → {line.new.role}"
    return f"  {sign} {said.slate} {role}: {marked(line.old.shown, line.new.shown)}"


def _reread(line: LineChange) -> str:
    assert line.old is not None and line.new is not None
    if line.old.spoken != line.new.spoken:
        return f"the same words, spoken otherwise: {marked(line.old.spoken, line.new.spoken)}"
    return f"the same words, recorded again: {' '.join(line.new.shown.split()[: 2 * CONTEXT])} …"


def marked(old: str, new: str) -> str:
    """Both texts in one: what went and what came in colour on a terminal, in ``[-…-]`` and ``{+…+}`` elsewhere."""
    on_terminal = sys.stdout.isatty()
    changes = list(word_changes(old, new))
    parts = []
    for index, (kind, words) in enumerate(changes):
        if kind == " ":
            parts.append(_elided(words, first=index == 0, last=index == len(changes) - 1))
            continue
        before, after, colour = MARKS[kind]
        parts.append(
            click.style(words, fg=colour, strikethrough=kind == "-") if on_terminal else f"{before}{words}{after}"
        )
    return " ".join(parts)


def _elided(words: str, *, first: bool, last: bool) -> str:
    """What stayed the same, without what is far from any change."""
    each = words.split()
    head, tail = (0 if first else CONTEXT), (0 if last else CONTEXT)
    if len(each) <= head + tail + 1:
        return words
    return " ".join([*each[:head], "…", *each[len(each) - tail :]])


def summary(revision: Revision) -> Iterator[str]:
    """What it costs, in a few lines."""
    if all(change.is_as_it_was for change in revision.changes):
        yield "the script is read as it was"
    if revision.to_record:
        yield (
            f"to record: {_count(len(revision.to_record), 'chunk')}, about "
            f"{clock(sum(revision.record_s.values()))} of speech; computing: {_computing(revision)}"
        )
    else:
        yield "to record: nothing"
    if revision.kept:
        yield f"of what is new, {_count(revision.kept, 'chunk')} in the vault already"
    if revision.remade:
        yield f"mixed and mastered anew: {_chapters(revision.remade)}"
    if revision.files is not None:
        yield from _files("made anew", revision.files.anew)
        yield from _files("removed", revision.files.gone)


def _computing(revision: Revision) -> str:
    told = []
    for engine, seconds in revision.record_s.items():
        rate = revision.rates.get(engine)
        told.append(
            f"{engine} unknown, no take of it was timed" if rate is None else f"{engine} {clock(rate * seconds)}"
        )
    return ", ".join(told)


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def _chapters(numbers: Sequence[int]) -> str:
    return f"{'chapter' if len(numbers) == 1 else 'chapters'} {', '.join(map(str, numbers))}"


def _files(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - SHOWN_FILES} more" if len(names) > SHOWN_FILES else ""
        yield f"{what}: {_count(len(names), 'file')}: {', '.join(names[:SHOWN_FILES])}{more}"
