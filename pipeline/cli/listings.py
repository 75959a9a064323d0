"""What the listing commands print: plan, voices, auditions, models."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pipeline.cli.watching import clock
from pipeline.engines import Engine, Reading, Settings, Unreadable, engine_names, find_engine
from pipeline.errors import EngineError, InputError, MissingError
from pipeline.flows.callsheet import CallSheet
from pipeline.script import count_words
from pipeline.vault import new_file


def print_table(table: Table) -> None:
    """A table as wide as the terminal, or 140 columns where there is none."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=140)
    console.print(table)


def show_plan(sheet: CallSheet, *, as_json: bool) -> None:
    """Chapters, chunks, estimated audio and what the vault holds."""
    rows = []
    try:
        slots = sheet.settled()
    except MissingError:
        slots = {}  # the model is not here, so nothing can have been recorded with it
    for chapter in sheet.chapters:
        kept = sum(("takes", slot.first_take) in sheet.vault for slot in slots.get(chapter.number, ()))
        words = sum(count_words(chunk.shown) for chunk in chapter.chunks)
        rows.append((chapter.number, chapter.title, words, len(chapter.chunks), kept, chapter.estimated_s))
    if as_json:
        names = ("number", "title", "words", "chunks", "in_vault", "estimated_s")
        chapters = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(json.dumps({"production": sheet.order.name, "chapters": chapters}, ensure_ascii=False))
        return
    table = Table("", "chapter", "words", "chunks", "in the vault", "estimated", box=None, pad_edge=False)
    for number, title, words, chunks, kept, seconds in rows:
        table.add_row(str(number), title, f"{words:,}", str(chunks), str(kept), clock(seconds))
    total = [sum(row[column] for row in rows) for column in (2, 3, 4, 5)]  # type: ignore[misc]
    table.add_row("", "in all", f"{total[0]:,}", str(total[1]), str(total[2]), clock(total[3]))
    print_table(table)
    for notice in sheet.notices:
        click.echo(f"note: {notice}")


def show_voices(language: str | None) -> None:
    """Every engine with what it is, its licence, whether its model is here, and its voices."""
    for name in engine_names():
        engine = find_engine(name)
        cards = [
            card for card in engine.voices() if language in (None, card.language, card.language.partition("-")[0])
        ]
        if not cards:
            continue
        ready = "ready" if is_ready(engine, engine.check_settings({}, Path.cwd())) else "its model is not here"
        click.echo(f"{name}: {engine.summary} ({engine.licence}); {ready}")
        table = Table(box=None, pad_edge=False, show_header=False)
        for card in cards:
            table.add_row(f"  {name}/{card.name}", card.language, card.gender, card.description)
        print_table(table)


def is_ready(engine: Engine, settings: Settings) -> bool:
    """Whether an engine's model is on this machine."""
    try:
        engine.fingerprint(settings)
    except MissingError:
        return False
    return True


def audition_voices(
    text: str, chosen: Sequence[str], folder: Path, *, seed: int, speed: float, model: str | None
) -> None:
    """Render ``text`` in several voices into WAV files.

    Raises:
        InputError: an unknown voice.
        MissingError: an engine's model is not on this machine.
    """
    from pipeline.audio.files import write_sound

    for engine, settings, voices in _auditions(chosen, model):
        narrator = engine.load(settings)
        language = {card.name: card.language for card in engine.voices()}
        readings = [Reading(text, voice, language.get(voice, "en"), seed, speed) for voice in voices]
        try:
            for index, rendition in narrator.read(readings):
                stem = re.sub(
                    r"[^A-Za-z0-9_-]+", "-", Path(voices[index]).stem if "/" in voices[index] else voices[index]
                )
                path = folder / f"{engine.name}-{stem}.wav"
                with new_file(path) as making:
                    write_sound(making, rendition.sound)
                click.echo(f"{engine.name}/{voices[index]}: {rendition.sound.seconds:.1f} s, {path}")
        except Unreadable as error:
            raise EngineError(
                f"{engine.name} cannot read this line: {error.what}", next_step=error.next_step
            ) from error


def _auditions(chosen: Sequence[str], model: str | None) -> list[tuple[Engine, Settings, list[str]]]:
    wanted: dict[str, list[str]] = {}
    for voice in chosen:
        name, slash, rest = voice.partition("/")
        if not slash:
            raise InputError(f"'{voice}' is not ENGINE/VOICE", next_step="for example kokoro/am_michael")
        wanted.setdefault(name, []).append(rest)
    result = []
    for name in wanted or dict.fromkeys(engine_names()):
        engine = find_engine(name)
        settings = engine.check_settings({"model": model} if model and name == "bark" else {}, Path.cwd())
        if not wanted and (name == "humming" or not is_ready(engine, settings)):
            continue
        voices = wanted.get(name) or [card.name for card in engine.voices()]
        result.append((engine, settings, [engine.check_voice(voice, settings, Path.cwd()) for voice in voices]))
    return result


def render_prompt(voice: str, path: Path, model: str) -> float:
    """Decode a history prompt's own codes into a WAV file; its length in seconds.

    Raises:
        InputError: no such preset, or a file that is no history prompt.
        MissingError: the checkpoint, which holds the codec's weights, is not on this machine.
    """
    from pipeline.audio.files import write_sound
    from pipeline.engines.bark import BarkEngine

    bark = BarkEngine()
    settings = bark.check_settings({"model": model}, Path.cwd())
    sound = bark.audition(bark.check_voice(voice, settings, Path.cwd()), settings)
    with new_file(path) as making:
        write_sound(making, sound)
    return sound.seconds


def show_models() -> None:
    """Models that can be fetched, and where the installed ones lie."""
    from pipeline.engines.models import CATALOGUE, installed

    here = {model.name: model for model in installed()}
    table = Table("model", "from", "licence", "on this machine", box=None, pad_edge=False)
    for name, card in CATALOGUE.items():
        found = here.get(name)
        where = f"no: chapterhouse models pull {name}"
        if found:
            where = f"{found.size_bytes / 1e6:,.0f} MB, {found.folder}"
        table.add_row(name, card.repository, card.licence, where)
    print_table(table)


def verify_model(name: str) -> None:
    """Print what is wrong with a model's files, or that nothing is.

    Raises:
        EngineError: a file is damaged or missing.
    """
    from pipeline.engines.models import verify

    problems = verify(name)
    if problems:
        raise EngineError(
            f"{name}: " + "; ".join(problems), next_step=f"chapterhouse models remove {name}, then pull it again"
        )
    click.echo(f"{name}: every file is whole")
