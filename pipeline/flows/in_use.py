"""Which materials of its vault a production uses, told by cards alone: what `vault prune` must leave where it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from pipeline.booth import GENERATIONS, circled_in_vault, own_attempts, sound_checks
from pipeline.delivery import delivery_keys
from pipeline.flows.callsheet import CallSheet
from pipeline.flows.cards import Cards
from pipeline.mastering import master_in_vault
from pipeline.materials import ChapterChunks, Master, Take
from pipeline.mixing import mix_in_vault
from pipeline.vault import Vault


def keys_in_use(sheet: CallSheet) -> Mapping[str, set[str]]:
    """The keys in each room that the next run of a production would look for.

    Mixes and masters are known by their cards; what is not made yet has no key to be known by, and needs none. Where
    a chapter has no master, what is delivered cannot be known: delivery's rooms are then missing from the mapping,
    which means that nothing in them is known to be unused.

    Raises:
        MissingError: an engine's model, by which takes are known, or ffmpeg is not on this machine.
    """
    keys: dict[str, set[str]] = {room: set() for room in ("takes", "soundchecks", "mixes", "masters")}
    settled = sheet.settled()
    for chapter in sheet.chapters:
        attempts = [attempt for slot in settled[chapter.number] for attempt in own_attempts(slot, sheet.verify)]
        keys["takes"].update(attempt.key for attempt in attempts)
        keys["soundchecks"].update(sound_checks(attempts))
    keys["takes"].update(_right_parts(sheet.vault, keys["takes"]))
    masters = []
    for chapter, takes in circled_by_cards(sheet):
        known = [take.key for take in takes if take is not None]
        keys["takes"].update(known)
        master = _finished(sheet, chapter, known, keys) if len(known) == len(takes) else None
        if master is not None and master.path.is_file():
            masters.append(master)
    keys[GENERATIONS] = keys["takes"]  # the tokens of a take lie under its key
    if len(masters) == len(sheet.chapters):
        keys |= delivery_keys(
            masters, sheet.order, narrators=sheet.narrators, profile=sheet.profile, vault=sheet.vault
        )
    return keys


def _right_parts(vault: Vault, takes: Iterable[str]) -> Iterator[str]:
    """Keys of the parts of takes that are used instead of the whole."""
    for key in [*takes]:
        part = (vault.card("takes", key) or {}).get("right_part")
        if part is not None:
            yield str(part)


def circled_by_cards(sheet: CallSheet) -> list[tuple[ChapterChunks, list[Take | None]]]:
    """Each chapter with what its chunks' takes come to; None for what must be recorded or listened to.

    No sound is read. The whole book is circled at once, for its retakes share one budget.

    Raises:
        MissingError: an engine's model is not on this machine.
    """
    verify = sheet.verify
    cards = Cards(sheet.vault)
    slots = [sheet.slots(chapter) for chapter in sheet.chapters]
    together = [slot for of_chapter in slots for slot in of_chapter]
    takes = iter(circled_in_vault(together, cards, verify=verify, judge=sheet.judge(cards)))
    return [
        (chapter, [*islice(takes, len(of_chapter))])
        for chapter, of_chapter in zip(sheet.chapters, slots, strict=True)
    ]


def _finished(
    sheet: CallSheet, chapter: ChapterChunks, takes: list[str], keys: Mapping[str, set[str]]
) -> Master | None:
    """The chapter's master, if there is one; notes the keys of mix and master."""
    production = sheet.order.production
    mix = mix_in_vault(
        chapter,
        takes,
        gains_db={role: voice.gain_db for role, voice in sheet.cast.items()},
        pauses=production.pauses,
        spec=production.mix,
        vault=sheet.vault,
    )
    if mix is None:
        return None
    keys["mixes"].add(mix.key)
    master = master_in_vault(
        mix,
        number=chapter.number,
        title=chapter.title,
        profile=sheet.profile,
        room_tone_dbfs=production.mix.room_tone_dbfs,
        vault=sheet.vault,
    )
    if master is not None:
        keys["masters"].add(master.key)
    return master
