"""``chapterhouse vault``: what lies in a production's vault, whether it is sound, what may go, and takes by name."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pipeline.cli.listings import print_table
from pipeline.errors import InputError, MissingError
from pipeline.flows.callsheet import draw_up
from pipeline.flows.in_use import keys_in_use
from pipeline.flows.run import locked
from pipeline.materials import Chunk
from pipeline.production import Order
from pipeline.production_file import load_order
from pipeline.vault import SharedVault, Vault, new_file, open_vault, write_text
from pipeline.vault.remote import Remote, key_of
from pipeline.vault.shelves import NO_ROOMS
from pipeline.vault.stocktaking import Shelved, corrupt_files, shelved, unused

DAY_S = 86400.0
TOLD = 20  # damaged entries listed by name


def show_status(files: Sequence[Path]) -> None:
    """Per room: entries, bytes, what these productions use of it, what was set aside as damaged."""
    for vault, orders in _by_vault(files):
        used = _used(orders)
        click.echo(f"{_place(vault)}, as {_names(orders)} use{'s' * (len(orders) == 1)} it")
        damaged = _count_corrupt(vault.root)
        table = Table(
            "room", "entries", "size", "used", "unused", "unused size", "set aside", box=None, pad_edge=False
        )
        for name in sorted({*Vault(vault.root).rooms(), *damaged}):
            table.add_row(name, *_room(shelved(vault.root, name), used.get(name)), f"{damaged.get(name, 0):,}")
        print_table(table)
        if isinstance(vault, SharedVault):
            _show_remote(vault.remote)


def verify_vaults(files: Sequence[Path]) -> int:
    """Read every blob and hold it against its card; damaged ones are set aside and listed.

    Returns:
        How many were damaged.
    """
    damaged = 0
    for vault, _orders in _by_vault(files):
        rooms = {room: vault.count(room) for room in vault.rooms()}
        with _bar("verifying", sum(rooms.values())) as advance:
            for room in rooms:
                for key in vault.keys(room):
                    vault.is_sound(room, key)
                    advance()
        damaged += len(vault.set_aside)
        for one in vault.set_aside[:TOLD]:
            said = one.facts.get("shown", "")
            click.echo(f"damaged: {one.room}/{one.key}: {one.reason}" + (f": “{said[:60]}”" if said else ""))
        if len(vault.set_aside) > TOLD:
            click.echo(f"… and {len(vault.set_aside) - TOLD:,} more")
        click.echo(f"{_place(vault)}: {sum(rooms.values()):,} entries read, {len(vault.set_aside):,} damaged")
        if vault.set_aside:
            click.echo("next: render again; what is damaged lies in 'corrupt' and is made anew")
    return damaged


@dataclass(frozen=True)
class Pruning:
    """What `prune_vaults` is asked for.

    Attributes:
        older_than_days: only what was written longer ago.
        corrupt: also what was set aside as damaged.
        remote: in the vault behind the URL, not in its working copy.
        dry_run: remove nothing.
        yes: do not ask.
    """

    older_than_days: float | None = None
    corrupt: bool = False
    remote: bool = False
    dry_run: bool = False
    yes: bool = False


def prune_vaults(files: Sequence[Path], pruning: Pruning) -> None:
    """Remove what the productions do not use, after telling how much it is and asking.

    Raises:
        BusyError: a run of one of the productions is at work.
        MissingError: an engine's model is not here, so what is used cannot be known.
    """
    for vault, orders in _by_vault(files):
        with ExitStack() as locks:
            for order in orders:
                locks.enter_context(locked(order))
            _prune(vault, orders, pruning)


def export_takes(files: Sequence[Path], folder: Path) -> None:
    """Copy each chunk's take to ``<folder>/ch03-0412-t1.flac``, its card beside it, in a folder a production."""
    for file in files:
        sheet = draw_up(load_order(file))
        target = folder / sheet.order.name if len(files) > 1 else folder
        wanted = [(slot.chunk, slot.key) for chapter in sheet.chapters for slot in sheet.slots(chapter)]
        exported = sum(_export(sheet.vault, key, chunk, target) for chunk, key in wanted)
        click.echo(f"{target}: {exported:,} takes of {len(wanted):,} chunks")
        if exported < len(wanted):
            click.echo(
                f"note: {len(wanted) - exported:,} chunks are not recorded yet; next: chapterhouse render {file}"
            )


def _by_vault(files: Iterable[Path]) -> Iterator[tuple[Vault, list[Order]]]:
    """Each vault once, with the productions named that use it."""
    together: dict[tuple[Path, str | None], list[Order]] = {}
    for file in files:
        order = load_order(file)
        together.setdefault((order.vault, order.vault_url), []).append(order)
    for orders in together.values():
        yield open_vault(orders[0]), orders


def _used(orders: Iterable[Order]) -> Mapping[str, set[str]]:
    """What the productions use together; a room that one of them cannot tell of is left out; empty without models."""
    try:
        each = [keys_in_use(draw_up(order)) for order in orders]
    except MissingError as missing:
        click.echo(f"note: what is used cannot be told: {missing.what}")
        return {}
    return _together(each)


def _together(each: Sequence[Mapping[str, set[str]]]) -> dict[str, set[str]]:
    known = set.intersection(*(set(one) for one in each))
    return {room: set().union(*(one[room] for one in each)) for room in known}


def _room(found: Iterable[Shelved], used: set[str] | None) -> tuple[str, ...]:
    entries = bytes_ = idle = idle_bytes = 0
    for one in found:
        entries += one.whole
        bytes_ += one.bytes
        if used is not None and one.key not in used:
            idle += one.whole
            idle_bytes += one.bytes
    if used is None:
        return f"{entries:,}", _size(bytes_), "?", "?", "?"
    return f"{entries:,}", _size(bytes_), f"{entries - idle:,}", f"{idle:,}", _size(idle_bytes)


def _show_remote(remote: Remote) -> None:
    table = Table("there", "entries", "size", box=None, pad_edge=False)
    for room in sorted({*remote.folders()} - NO_ROOMS):
        table.add_row(room, *_room(shelved(remote, room), None)[:2])
    print_table(table)


def _count_corrupt(root: Path) -> dict[str, int]:
    keys: dict[str, set[str]] = {}
    for file in corrupt_files(root):
        room = file.path.split("/")[1]
        keys.setdefault(room, set()).add(key_of(file))
    return {room: len(found) for room, found in keys.items()}


@dataclass
class _Heap:
    """What is about to go, by room: how many and how many bytes."""

    rooms: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, room: str, size: int) -> None:
        count, bytes_ = self.rooms.get(room, (0, 0))
        self.rooms[room] = count + 1, bytes_ + size

    def __str__(self) -> str:
        parts = [f"{room} {count:,} ({_size(size)})" for room, (count, size) in sorted(self.rooms.items())]
        total = sum(size for _count, size in self.rooms.values())
        return f"{', '.join(parts)}; {_size(total)} in all" if parts else "nothing"


def _prune(vault: Vault, orders: Sequence[Order], pruning: Pruning) -> None:
    used = _together([keys_in_use(draw_up(order)) for order in orders])
    place = _pruned_place(vault, pruning)
    before = None if pruning.older_than_days is None else time.time() - pruning.older_than_days * DAY_S
    heap = _Heap()
    doomed: dict[str, list[str]] = {}
    for room in sorted(used):
        for one in unused(shelved(place, room), used, written_before=before):
            heap.add(room, one.bytes)
            doomed.setdefault(room, []).append(one.key)
    rotten = [*corrupt_files(place)] if pruning.corrupt else []
    for file in rotten:
        heap.add("corrupt", file.size)
    where = place.url if isinstance(place, Remote) else str(place)
    click.echo(f"{where}: not used by {_names(orders)}: {heap}")
    untold = sorted({*vault.rooms()} - used.keys())
    if untold:
        click.echo(f"left as it is, for what is used of it is not known: {', '.join(untold)}")
    if pruning.dry_run or not heap.rooms:
        return
    if not pruning.yes:
        click.confirm("remove that for good?", abort=True)
    for room, keys in doomed.items():
        if isinstance(place, Remote):
            place.discard(room, keys)
        else:
            vault.discard(room, keys)
    for file in rotten:
        place.remove(file.path) if isinstance(place, Remote) else (place / file.path).unlink(missing_ok=True)
    click.echo("removed")


def _pruned_place(vault: Vault, pruning: Pruning) -> Path | Remote:
    if not pruning.remote:
        return vault.root
    if not isinstance(vault, SharedVault):
        raise InputError("this vault is a folder, not a URL", where=str(vault.root), next_step="leave --remote out")
    return vault.remote


def _export(vault: Vault, key: str, chunk: Chunk, folder: Path) -> bool:
    entry = vault.fetch("takes", key)
    if entry is None:
        return False
    slate = f"{chunk.slate}-t{entry.facts.get('attempt', 1)}"
    with new_file(folder / f"{slate}{entry.path.suffix}") as making:
        shutil.copyfile(entry.path, making)
    facts = {"slate": slate, "key": key, **entry.facts}
    write_text(folder / f"{slate}.json", json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    return True


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar where standard error is a terminal; nothing elsewhere."""
    console = Console(stderr=True, highlight=False)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def _place(vault: Vault) -> str:
    return f"{vault.remote.url} and {vault.root}" if isinstance(vault, SharedVault) else str(vault.root)


def _names(orders: Sequence[Order]) -> str:
    return ", ".join(order.name for order in orders)


def _size(bytes_: int) -> str:
    return f"{bytes_ / 1e9:,.2f} GB" if bytes_ >= 1e9 else f"{bytes_ / 1e6:,.1f} MB"
