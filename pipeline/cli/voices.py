"""`chapterhouse voices save`: a voice of bark made of a take that is in the vault."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from pipeline.booth import GENERATIONS
from pipeline.cli.line_finding import Book, KeptTake, find_line, the_book
from pipeline.cli.line_listing import take_line
from pipeline.cli.pickups import the_take
from pipeline.engines.bark.prompts import FRAME_RATE_HZ, prompt_of_generation, write_prompt
from pipeline.errors import InputError
from pipeline.production import Order
from pipeline.vault import new_file

FINGERPRINTS = ("engine", "engine_fingerprint", "voice", "voice_fingerprint")
PROVENANCE = ("spoken", "language", *FINGERPRINTS, "seed", "sampling", "history")


def save_voice(order: Order, named: str, path: Path) -> None:
    """Write the history prompt that a take's generation is, with where it comes from.

    Args:
        named: the line: a slate, a timecode or words; with a take's number another than the one that is used.
        path: of the ``.npz``.

    Raises:
        InputError: no such line or take; a take without a generation or too short for a voice; the file is there.
        StorageError: it cannot be written.
    """
    if path.suffix != ".npz":
        raise InputError("a voice of bark is an .npz file", where=str(path), next_step=f"call it {path.stem}.npz")
    if path.exists():
        raise InputError("there is such a file already", where=str(path), next_step="give it another name")
    book = the_book(order)
    chunk, number = find_line(book, named)
    take = the_take(book, chunk, book.circled(chunk) if number is None else None, number)
    prompt = prompt_of_generation(_generation(book, take), f"take {take.key[:12]}")
    provenance = {name: take.facts.get(name) for name in PROVENANCE}
    with new_file(path) as making:
        write_prompt(making, prompt, provenance | {"take": take.key, "title": order.production.title})
    click.echo(take_line(take))
    if take.failures:
        click.echo("note: this take fails a check; a voice goes on with the faults of its prompt")
    click.echo(f"wrote {path}: {prompt.fine.shape[1] / FRAME_RATE_HZ:.1f} s")
    click.echo(f"next: cast a role with it: {{engine: bark, voice: {path.name}}}")


def _generation(book: Book, take: KeptTake) -> Mapping[str, NDArray[np.generic]]:
    """The tokens that a take was made of. Raises InputError where it has none."""
    entry = book.sheet.vault.fetch(GENERATIONS, take.key) if take.facts.get("generation") else None
    if entry is None:
        raise InputError(
            f"this take has no tokens that a voice could be made of: {_why(take.facts)}",
            where=f"take {take.key[:12]}",
            next_step="`chapterhouse pickups list --all` shows other takes of the line; or choose another line",
        )
    with np.load(entry.path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _why(facts: Mapping[str, Any]) -> str:
    if facts.get("generation"):
        return "they were damaged, or removed from the vault"
    if facts.get("rung") == "split":
        return "it was read in two"
    if facts.get("part_of"):
        return "it is the right part of a longer take"
    return f"{facts.get('engine', 'its engine')} gave none with it"
