"""What the vault holds of a production: found, never made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.booth import Slot
from pipeline.flows.callsheet import CallSheet
from pipeline.mastering import master_chapter, master_key
from pipeline.materials import ChapterChunks, ChapterMix, Master, Take
from pipeline.mixing import TakeLost, mix_chapter
from pipeline.vault import Entry, Vault


class NotKept(Exception):
    """The vault does not hold something that would have to be made."""

    def __init__(self, room: str) -> None:
        super().__init__(room)
        self.room = room


class Sealed(Vault):
    """A vault that gives and takes nothing: whoever would make a material learns that it is not there."""

    def __init__(self, vault: Vault) -> None:
        super().__init__(vault.root)
        self._vault = vault

    def fetch(self, room: str, key: str) -> Entry | None:
        """As the vault itself."""
        return self._vault.fetch(room, key)

    def find(self, room: str, key: str) -> Entry | None:
        """As the vault itself."""
        return self._vault.find(room, key)

    def keep(self, room: str, key: str, suffix: str, write: Callable[[Path], Mapping[str, Any]]) -> Entry:
        """Raises NotKept."""
        raise NotKept(room)


@dataclass(frozen=True)
class Chosen:
    """A chapter's slots with the circled take of each; None where there is none yet."""

    chapter: ChapterChunks
    slots: tuple[Slot, ...]
    takes: tuple[Take | None, ...]

    @property
    def missing(self) -> tuple[Slot, ...]:
        """What must be recorded, each once."""
        lacking = [slot for slot, take in zip(self.slots, self.takes, strict=True) if take is None]
        return tuple({slot.identity: slot for slot in lacking}.values())


@dataclass(frozen=True)
class Finished:
    """A chapter's mix and master."""

    mix: ChapterMix
    master: Master


def chosen_takes(sheet: CallSheet) -> list[Chosen]:
    """The circled takes of every chapter, each verified by its checksum where it is on this machine.

    The whole book is circled at once, for its retakes share one budget.

    Raises:
        MissingError: an engine's model is not on this machine.
    """
    slots = [tuple(sheet.slots(chapter)) for chapter in sheet.chapters]
    takes = iter(sheet.circled([slot for of_chapter in slots for slot in of_chapter]))
    return [
        Chosen(chapter, of_chapter, tuple(islice(takes, len(of_chapter))))
        for chapter, of_chapter in zip(sheet.chapters, slots, strict=True)
    ]


def lacks_master(sheet: CallSheet, vault: Vault) -> Callable[[ChapterMix], bool]:
    """Whether a mix's sound is needed, because there is no sound master of it."""
    profile, room_tone_dbfs = sheet.profile, sheet.order.production.mix.room_tone_dbfs

    def lacks(mix: ChapterMix) -> bool:
        return vault.fetch("masters", master_key(mix, profile=profile, room_tone_dbfs=room_tone_dbfs)) is None

    return lacks


def finished(sheet: CallSheet, chapter: ChapterChunks, takes: Sequence[Take], vault: Vault) -> Finished:
    """A chapter's mix and master, as a run makes them, from the takes in ``vault``.

    Raises:
        NotKept: the vault is `Sealed` and does not hold them.
        StorageError: they must be made and cannot be written.
    """
    production = sheet.order.production
    mix = mix_chapter(
        chapter,
        takes,
        gains_db={role: voice.gain_db for role, voice in sheet.cast.items()},
        pauses=production.pauses,
        spec=production.mix,
        vault=vault,
        needed=lacks_master(sheet, vault),
    )
    master = master_chapter(
        mix,
        number=chapter.number,
        title=chapter.title,
        profile=sheet.profile,
        room_tone_dbfs=production.mix.room_tone_dbfs,
        vault=vault,
    )
    return Finished(mix, master)


def attempt_cards(sheet: CallSheet, takes: Mapping[int, Sequence[Take]]) -> dict[str, dict[str, Any]]:
    """The cards of circled takes and of every other attempt that was made at their slots, under their keys.

    Args:
        takes: the circled take of each chunk, under its chapter's number.

    Raises:
        TakeLost: a circled take is not in the vault any more.
    """
    keys = {key: None for of_chapter in takes.values() for take in of_chapter for key in (take.key, *take.tried)}
    cards = {key: card for key in keys if (card := sheet.vault.card("takes", key)) is not None}
    for take in (take for of_chapter in takes.values() for take in of_chapter):
        if take.key not in cards:
            raise TakeLost(take.key, take.slate)
    return cards
