"""Which materials of its vault a production uses: what `vault prune` must leave where it is."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.delivery import delivery_keys
from pipeline.flows.callsheet import CallSheet
from pipeline.mastering import master_in_vault
from pipeline.materials import ChapterChunks, Master
from pipeline.mixing import mix_in_vault


def keys_in_use(sheet: CallSheet) -> Mapping[str, set[str]]:
    """The keys in each room that the next run of a production would look for.

    Mixes and masters are known by their cards; what is not made yet has no key to be known by, and needs none. Where
    a chapter has no master, what is delivered cannot be known: delivery's rooms are then missing from the mapping,
    which means that nothing in them is known to be unused.

    Raises:
        MissingError: an engine's model, by which takes are known, or ffmpeg is not on this machine.
    """
    keys: dict[str, set[str]] = {"takes": set(), "mixes": set(), "masters": set()}
    masters = []
    for chapter in sheet.chapters:
        takes = [slot.key for slot in sheet.slots(chapter)]
        keys["takes"].update(takes)
        master = _finished(sheet, chapter, takes, keys)
        if master is not None and master.path.is_file():
            masters.append(master)
    if len(masters) == len(sheet.chapters):
        keys |= delivery_keys(
            masters, sheet.order, narrators=sheet.narrators, profile=sheet.profile, vault=sheet.vault
        )
    return keys


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
