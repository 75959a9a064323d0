"""From a rendered production to its lock: everything is read from the vault, nothing is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.booth import Slot
from pipeline.delivery import settle_cover, standing
from pipeline.engines.weights import weights_of
from pipeline.errors import InputError
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.flows.lockfile import Lock, LockedChapter, LockedChunk, LockedEngine, LockedFile, LockedInputs
from pipeline.flows.rendered import Chosen, Finished, NotKept, Sealed, chosen_takes, finished
from pipeline.flows.toolchain import machine, versions
from pipeline.materials import Master, Take
from pipeline.production import Order
from pipeline.vault import file_sha256

SHOWN_MISSING = 8

ReportChapter = Callable[[int, int], None]
"""Told how many chapters are read and how many there are."""


def lock_of(order: Order, report: ReportChapter = lambda _done, _all: None) -> Lock:
    """The lock of a production as it was rendered last. Every take, mix, master and file is read and verified.

    Raises:
        InputError: something is not rendered, or a delivered file was changed; names it.
        MissingError: an engine's model or ffmpeg is not on this machine.
    """
    sheet = draw_up(order)
    chosen = _all_chosen(sheet)
    finals: list[Finished] = []
    chunks: list[LockedChunk] = []
    for number, chapter in enumerate(chosen):
        report(number, len(chosen))
        finals.append(_finished(sheet, chapter))
        chunks += _chunks(sheet, chapter)
    return Lock(
        production=inputs_of(order),
        made_with=versions(),
        machine=machine(),
        engines=engines_of(sheet),
        chapters=tuple(_chapter(final) for final in finals),
        chunks=tuple(chunks),
        deliverables=_deliverables(order, sheet, [final.master for final in finals]),
    )


def inputs_of(order: Order) -> LockedInputs:
    """The production's own files as they are now."""
    return LockedInputs(
        title=order.production.title,
        file=order.file.name,
        sha256=file_sha256(order.file),
        script=_relative(order.script, order.folder),
        script_sha256=file_sha256(order.script),
    )


def _relative(path: Path, folder: Path) -> str:
    base = folder.resolve()
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.name


def engines_of(sheet: CallSheet) -> dict[str, LockedEngine]:
    """The cast's engines, by name, as they are on this machine.

    Raises:
        MissingError: a model is not on this machine.
    """
    voices = {voice.engine.name: voice for voice in sheet.cast.values()}
    return {
        name: LockedEngine(
            fingerprint=voice.engine.fingerprint(voice.settings),
            weights=dict(weights_of(voice.engine, voice.settings)),
        )
        for name, voice in sorted(voices.items())
    }


def text_sha256(spoken: str) -> str:
    """SHA-256 of what is spoken, hexadecimal."""
    return hashlib.sha256(spoken.encode()).hexdigest()


def _all_chosen(sheet: CallSheet) -> list[Chosen]:
    chosen = chosen_takes(sheet)
    missing = [slot.chunk.slate for chapter in chosen for slot in chapter.missing]
    if missing:
        more = f" and {len(missing) - SHOWN_MISSING:,} more" if len(missing) > SHOWN_MISSING else ""
        listed = ", ".join(missing[:SHOWN_MISSING])
        raise _render_first(sheet.order, f"not everything is recorded: {listed}{more}")
    return chosen


def _render_first(order: Order, what: str) -> InputError:
    return InputError(what, where=str(order.file), next_step=f"run `chapterhouse render {order.file.name}` first")


def _takes(chosen: Chosen) -> Iterator[tuple[Slot, Take]]:
    for slot, take in zip(chosen.slots, chosen.takes, strict=True):
        assert take is not None, f"{slot.chunk.slate} was found to be recorded"
        yield slot, take


def _finished(sheet: CallSheet, chosen: Chosen) -> Finished:
    try:
        return finished(sheet, chosen.chapter, [take for _, take in _takes(chosen)], Sealed(sheet.vault))
    except NotKept as error:
        made = {"mixes": "mixed", "masters": "mastered"}[error.room]
        raise _render_first(sheet.order, f"chapter {chosen.chapter.number} is not {made} yet") from error


def _chunks(sheet: CallSheet, chosen: Chosen) -> Iterator[LockedChunk]:
    for slot, take in _takes(chosen):
        entry = sheet.vault.fetch("takes", take.key)
        if entry is None:
            raise _render_first(sheet.order, f"the take of {slot.chunk.slate} was damaged and is set aside")
        yield _chunk(slot, take, entry.facts, file_sha256(entry.path))


def _chunk(slot: Slot, take: Take, facts: Mapping[str, Any], sha256: str) -> LockedChunk:
    return LockedChunk(
        chapter=slot.chunk.chapter,
        slate=slot.chunk.slate,
        role=slot.chunk.role,
        text=text_sha256(facts["spoken"]),
        engine=facts["engine"],
        voice=facts["voice"],
        voice_fingerprint=facts["voice_fingerprint"],
        seed=take.seed,
        sampling=tuple(sorted(facts["sampling"].items())),
        speed=facts["speed"],
        rung=facts["rung"],
        history=facts.get("history", ""),
        trimmed=facts.get("trimmed"),
        slot=slot.key,
        take=take.key,
        sha256=sha256,
        scores={verdict.check: round(verdict.measure, 6) for verdict in take.verdicts},
    )


def _chapter(final: Finished) -> LockedChapter:
    master = final.master
    return LockedChapter(
        number=master.number,
        title=master.title,
        mix=final.mix.key,
        master=master.key,
        sha256=file_sha256(master.path),
    )


def _deliverables(order: Order, sheet: CallSheet, masters: Sequence[Master]) -> tuple[LockedFile, ...]:
    vault = Sealed(sheet.vault)
    try:
        cover = settle_cover(order, masters, vault)
    except NotKept as error:
        raise _render_first(order, "the cover is not drawn yet") from error
    now = standing(masters, order, narrators=sheet.narrators, profile=sheet.profile, cover=cover, vault=vault)
    if now.anew:
        more = f" and {len(now.anew) - SHOWN_MISSING} more" if len(now.anew) > SHOWN_MISSING else ""
        listed = ", ".join(now.anew[:SHOWN_MISSING])
        raise _render_first(order, f"not delivered, or not as this production makes it: {listed}{more}")
    return tuple(LockedFile(path=name, sha256=sha256) for name, sha256 in sorted(now.files.items()))
