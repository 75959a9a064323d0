"""The bodies of `chapterhouse lexicon`: what to look at, what is wrong, and one format turned into another."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pipeline.engines.ipa import without_english
from pipeline.errors import InputError, Place
from pipeline.flows.callsheet import draw_up
from pipeline.materials import Manuscript, Sentence
from pipeline.production import Order
from pipeline.production_file import load_order
from pipeline.script.lexicon import (
    Entry,
    Lexicon,
    Suggestion,
    load_lexicon,
    pls_of,
    read_lexicon,
    respell,
    suggest,
    table_of,
)
from pipeline.script.lexicon.table import COLUMNS
from pipeline.vault import write_text

EXCERPT = 72
WRITERS = {".pls": pls_of, ".csv": table_of}


def suggest_words(production: Path, *, path: Path | None, limit: int) -> None:
    """Print the words in doubt, or write them as a lexicon to be filled in."""
    order = load_order(production)
    sheet = draw_up(order)
    found = suggest(_sentences(sheet.manuscript), order.production.language, limit=limit)
    if path is not None:
        write_text(path, suggestions_table(found, order.production.language))
        click.echo(
            f"wrote {len(found)} words to {path}\n"
            f"next: fill in 'say' or 'ipa' where a word will be said wrongly, and name the file under 'lexicons:'"
        )
    elif not found:
        click.echo("every word is in the dictionary or in the lexicon")
    else:
        _show(found)


def check_lexicon(path: Path) -> None:
    """Read one lexicon file and say what is in it.

    Raises:
        InputError: it cannot be used.
    """
    entries = read_lexicon(path, notify=lambda notice: click.echo(f"note: {notice}"))
    for entry, what in _remarks(entries):
        click.echo(f"note: {entry.place}: {what}")
    sounded = sum(bool(entry.ipa) for entry in entries)
    click.echo(f"{path}: good. {_counted(len(entries))}, {sounded:,} with phonemes")


def export_lexicon(source: Path, target: Path) -> None:
    """Write a production's whole lexicon, or another lexicon file, as PLS or CSV.

    Raises:
        InputError: the source cannot be used, or the target's suffix is neither .pls nor .csv.
    """
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        what = f"the suffix '{target.suffix}' does not tell a lexicon's format"
        raise InputError(what, where=str(target), next_step="name it .pls or .csv")
    is_production = source.suffix.lower() in (".yaml", ".yml")
    entries = lexicon_of(load_order(source)).entries if is_production else read_lexicon(source)
    kept = {(entry.word, entry.language, entry.case): entry for entry in entries}  # a later one wins over an earlier
    write_text(target, writer(kept.values()))
    click.echo(f"wrote {_counted(len(kept))} to {target}")


def _counted(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries:,} entries"


def lexicon_of(order: Order) -> Lexicon:
    """The lexicon that a production file asks for.

    Raises:
        InputError: a file or an entry cannot be used.
    """
    production = order.production
    places = {word: order.place("lexicon", word) for word in production.lexicon}
    return load_lexicon([order.resolve(path) for path in production.lexicons], production.lexicon, places=places)


def suggestions_table(suggestions: list[Suggestion], language: str) -> str:
    """CSV that is a lexicon once it is filled in; what we know of each word stands in columns of its own."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([*COLUMNS, "count", "why", "now", "sentence", "place"])
    for each in suggestions:
        foreign = each.language if each.language != language else ""
        sentence, place = each.examples[0]
        rows.writerow([each.word, "", "", foreign, "", each.count, _why(each), _now(each), sentence, _where(place)])
    return out.getvalue()


def _sentences(manuscript: Manuscript) -> Iterator[tuple[Sentence, Place]]:
    for chapter in manuscript.chapters:
        for line in chapter.lines:
            for sentence in line.sentences:
                yield sentence, manuscript.source.place(sentence.start)


def _show(suggestions: list[Suggestion]) -> None:
    table = Table("times", "word", "why", "said now", "where", box=None, pad_edge=False)
    for each in suggestions:
        excerpts = "\n".join(f"{_excerpt(text, each.word)} ({_where(place)})" for text, place in each.examples)
        table.add_row(str(each.count), each.word, _why(each), _now(each), excerpts)
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=180)
    console.print(table)


def _where(place: Place) -> str:
    """The place without the folders of its file: all are in one script."""
    return str(Place(Path(place.file).name, place.line, place.column))


def _why(suggestion: Suggestion) -> str:
    return f"{suggestion.why}: {suggestion.readings}" if suggestion.readings else str(suggestion.why)


def _now(suggestion: Suggestion) -> str:
    return f"{respell(suggestion.now)} /{suggestion.now}/" if suggestion.now else ""


def _excerpt(text: str, word: str) -> str:
    """Some words around the word in question."""
    at = max(text.lower().find(word.lower()), 0)
    start = max(at - EXCERPT // 2, 0)
    end = min(start + EXCERPT, len(text))
    head, tail = "… " if start else "", " …" if end < len(text) else ""
    shown = text[start:end]
    return head + (shown.partition(" ")[2] if start else shown).rstrip() + tail


def _remarks(entries: list[Entry]) -> Iterator[tuple[Entry, str]]:
    seen: dict[tuple[str, str, bool | None], Entry] = {}
    for entry in entries:
        key = (entry.word, entry.language, entry.case)
        if key in seen:
            yield entry, f"'{entry.word}' stands at {seen[key].place} too; this one wins"
        seen[key] = entry
        strange = without_english(entry.ipa)
        if strange:
            yield entry, f"the English voices have no sound like {' '.join(strange)} in '{entry.ipa}'"
        if entry.ipa and not entry.say:
            yield entry, f"'{entry.word}' has phonemes alone: engines that take none read it as it is written"
