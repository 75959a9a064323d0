"""What the vault holds of a production: found, never made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.booth import Slot, take_in_vault
from pipeline.flows.callsheet import CallSheet
from pipeline.mastering import master_chapter
from pipeline.materials import ChapterChunks, ChapterMix, Master, Take
from pipeline.mixing import mix_chapter
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
        """What must be recorded, each key once."""
        lacking = [slot for slot, take in zip(self.slots, self.takes, strict=True) if take is None]
        return tuple({slot.key: slot for slot in lacking}.values())


@dataclass(frozen=True)
class Finished:
    """A chapter's mix and master."""

    mix: ChapterMix
    master: Master


def chosen_takes(sheet: CallSheet, chapter: ChapterChunks) -> Chosen:
    """The circled takes of a chapter, each verified by its checksum.

    Raises:
        MissingError: an engine's model is not on this machine.
    """
    slots = tuple(sheet.slots(chapter))
    held = {slot.key: take_in_vault(slot, sheet.vault) for slot in {slot.key: slot for slot in slots}.values()}
    return Chosen(chapter, slots, tuple(held[slot.key] for slot in slots))


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


def cards_of(takes: Sequence[Take], vault: Vault) -> dict[str, dict[str, Any]]:
    """The cards of takes under their keys."""
    facts = {key: vault.card("takes", key) for key in dict.fromkeys(take.key for take in takes)}
    return {key: card for key, card in facts.items() if card is not None}
