"""The bodies of `chapterhouse pickups`: a person's decisions about single lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from pipeline.casting import CastVoice
from pipeline.cli.line_finding import Book, KeptTake, find_line, the_book
from pipeline.cli.line_listing import KEY_SHOWN, decided, headline, take_line
from pipeline.errors import InputError
from pipeline.materials import Chunk
from pipeline.pickups import Redo, misplaced, save_pickups
from pipeline.production import Order

MAX_SEED = 2**31 - 1


def redo_line(
    order: Order,
    named: str,
    *,
    seed: int | None,
    voice: str | None,
    speed: float | None,
    say: Sequence[str],
    note: str | None,
    later: bool,
) -> None:
    """Decide that a line is read again, otherwise; record it now unless ``later``.

    Raises:
        InputError: no such line; a voice, a speed or a word that cannot be.
    """
    book = the_book(order)
    chunk, _ = find_line(book, named)
    member = book.sheet.cast[chunk.role]
    before = book.pickups.of(chunk)
    redo = before.redo if before else None
    if voice is not None:
        _check_voice(voice, member, order)
    if speed is not None:
        _check_speed(speed, member)
    if seed is None and voice is None and speed is None and not say:
        seed = _next_seed(book, chunk, member, redo)
    given = {"seed": seed, "voice": voice, "speed": speed, "say": _respelling(say)}
    changed = (redo.model_dump() if redo else {}) | {
        name: value for name, value in given.items() if value is not None
    }
    values: dict[str, Any] = {"redo": Redo(**changed), "use": None, "approve": None}
    if note is not None:
        values["note"] = note
    pickups = book.pickups.with_(chunk, **values)
    pickup = pickups.of(chunk)
    assert pickup is not None
    for what in misplaced(chunk, pickup):
        raise InputError(what, where=chunk.slate, next_step=f"the line is: {chunk.shown}")
    save_pickups(pickups)
    click.echo(f"{headline(book, chunk)}{decided(pickup)}")
    if later:
        click.echo(f"next render: records this line again, and mixes and masters {_chapter(chunk)} again")
        return
    _record(order, chunk)
    click.echo(f"next render: uses the new reading, and mixes and masters {_chapter(chunk)} again")


def _check_voice(voice: str, member: CastVoice, order: Order) -> None:
    try:
        member.engine.check_voice(voice, member.settings, order.folder)
    except InputError as error:
        step = error.next_step or f"`chapterhouse voices` lists those of {member.engine.name}"
        raise InputError(error.what, where=error.where or "--voice", next_step=step) from None


def _check_speed(speed: float, member: CastVoice) -> None:
    slowest, fastest = member.engine.speeds
    if not slowest <= speed <= fastest:
        raise InputError(
            f"{member.engine.name} cannot read at speed {speed:g}",
            where="--speed",
            next_step="leave '--speed' out" if slowest == fastest else f"choose {slowest:g} … {fastest:g}",
        )


def _next_seed(book: Book, chunk: Chunk, member: CastVoice, redo: Redo | None) -> int:
    """The first seed after the role's, and after the last one decided, that no take of the line was read with."""
    used = {take.facts["seed"] for take in book.takes(chunk)}
    seed = member.seed if redo is None or redo.seed is None else redo.seed
    while True:
        seed = seed + 1 if seed < MAX_SEED else 0
        if seed not in used:
            return seed


def _respelling(say: Sequence[str]) -> str | dict[str, str] | None:
    """``WORD=RESPELLING``, several times, or the whole line."""
    if not say:
        return None
    if len(say) == 1 and "=" not in say[0]:
        return say[0]
    words = dict(text.split("=", 1) for text in say if "=" in text)
    if len(words) < len(say):
        step = "give --say WORD=RESPELLING for each word, or --say once with the whole line"
        raise InputError("a whole line cannot be respelled together with single words", where="--say", next_step=step)
    return {word.strip(): spelling.strip() for word, spelling in words.items()}


def _record(order: Order, chunk: Chunk) -> None:
    """Record a line now and say where it can be listened to."""
    from pipeline.cli.watching import watch
    from pipeline.flows.pickup import record_line

    with watch(plain=False) as listener:
        take = record_line(order, chunk.slate, listener)
    kept = the_book(order).kept.get(take.key)
    click.echo(f"recorded {take_line(kept)}" if kept else f"recorded {take.key[:KEY_SHOWN]}")


def use_take(order: Order, named: str, wanted: str | None, *, note: str | None) -> None:
    """Decide that a line has a take that is in the vault already.

    Raises:
        InputError: no such line; no such take, or one of another line.
    """
    book = the_book(order)
    chunk, number = find_line(book, named)
    take = the_take(book, chunk, wanted, number)
    values: dict[str, Any] = {"use": take.key[:KEY_SHOWN], "approve": None} | ({} if note is None else {"note": note})
    _decide(book, chunk, values)
    click.echo(take_line(take))
    if take.key == book.circled(chunk):
        click.echo("next render: nothing changes, this take is in use; it stays whatever the checks say of others")
    else:
        click.echo(f"next render: records nothing, and mixes and masters {_chapter(chunk)} again with this take")


def approve_take(order: Order, named: str, *, note: str | None) -> None:
    """Decide that a flagged take is good as it is.

    Raises:
        InputError: no such line; nothing recorded of it.
    """
    book = the_book(order)
    chunk, number = find_line(book, named)
    pickup = book.pickups.of(chunk)
    chosen = (pickup.use if pickup else None) or book.circled(chunk)
    take = the_take(book, chunk, chosen if number is None else None, number)
    values: dict[str, Any] = {"approve": take.key[:KEY_SHOWN]} | ({} if note is None else {"note": note})
    if take.key != book.circled(chunk):
        values["use"] = take.key[:KEY_SHOWN]
    _decide(book, chunk, values)
    click.echo(take_line(take))
    rest = "records nothing and flags this line no more"
    again = (
        "" if take.key == book.circled(chunk) else f"; {_chapter(chunk)} is mixed and mastered again with this take"
    )
    click.echo(f"next render: {rest}{again}")


def clear_line(order: Order, named: str) -> None:
    """Forget what was decided about a line."""
    book = the_book(order)
    chunk, _ = find_line(book, named)
    pickups = book.pickups.without(chunk)
    if pickups == book.pickups:
        raise InputError(
            f"nothing was decided about {chunk.slate}",
            where=str(book.pickups.file),
            next_step="`chapterhouse pickups list --all` shows what was",
        )
    save_pickups(pickups)
    click.echo(headline(book, chunk))
    click.echo("next render: this line is what it was before; its takes are still in the vault")


def _decide(book: Book, chunk: Chunk, values: Mapping[str, Any]) -> None:
    pickups = book.pickups.with_(chunk, **values)
    save_pickups(pickups)
    click.echo(f"{headline(book, chunk)}{decided(pickups.of(chunk))}")


def _chapter(chunk: Chunk) -> str:
    return f"chapter {chunk.chapter}"


def the_take(book: Book, chunk: Chunk, wanted: str | None, number: int | None) -> KeptTake:
    """A take of the line, by its key or the beginning of it, by its number, or the only one there is."""
    takes = book.takes(chunk)
    if not takes:
        step = "`chapterhouse render`, or `chapterhouse pickups redo`, records it"
        raise InputError("there is no take of this line", where=chunk.slate, next_step=step)
    if wanted is not None:
        found = [take for take in takes if take.key.startswith(wanted.lower())] if len(wanted) >= 8 else []
    elif number is not None:
        found = [take for take in takes if take.facts.get("attempt") == number]
    else:
        found = takes
    if len(found) == 1:
        return found[0]
    there = "\n".join(f"    {line}" for line in _choices(takes))
    asked = wanted or (f"t{number}" if number else "")
    what = f"{len(found)} takes of this line are '{asked}'" if found else f"there is no take '{asked}' of this line"
    if found and not asked:
        what = f"this line has {len(takes)} takes"
    other = [
        take for take in book.kept.values() if wanted and len(wanted) >= 8 and take.key.startswith(wanted.lower())
    ]
    if other and not found:
        what = f"the take '{wanted}' is of another line: {other[0].facts['role']} '{other[0].facts['shown']}'"
    raise InputError(what, where=chunk.slate, next_step=f"give 8 characters or more of a key of these:\n{there}")


def _choices(takes: Sequence[KeptTake]) -> Iterator[str]:
    for take in takes:
        yield take_line(take).replace("\n", "\n    ")
