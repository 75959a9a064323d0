"""Rolling: a chunk that goes on from the take before it in its paragraph, in place of the voice's own prompt.

What a chunk goes on from is known when the one before it is circled, and follows from that alone, so a rerun comes to
the same takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.booth.choosing import check_recordable
from pipeline.booth.ladder import FINGERPRINTS, Attempt
from pipeline.booth.slots import Slot
from pipeline.booth.takes import GENERATIONS, keep_generation
from pipeline.engines import Narrator, Reading
from pipeline.errors import EngineError
from pipeline.vault import Entry, Vault

if TYPE_CHECKING:
    from pipeline.booth.circling import Circled

LEAST_S = 2.0  # shorter takes tell a voice too little; Bark refuses prompts of less than one second


def settled(slot: Slot, before: Circled) -> Slot:
    """A slot that goes on from another's take, once that is circled.

    It goes on from a take that passed, by its own voice, whose tokens were kept; else it is read from the voice's own
    prompt.
    """
    best = before.best
    same_voice = all(best.attempt.fingerprints[name] == slot.facts[name] for name in FINGERPRINTS)
    good = best.passed and best.generation and best.seconds >= LEAST_S
    return replace(slot, history=best.key if good and same_voice else "")


def readings_of(
    attempt: Attempt, vault: Vault, narrator: Narrator, circled: Callable[[Slot], Circled | None]
) -> tuple[Reading, ...]:
    """An attempt's readings, with the file of the tokens that they go on from. Lost ones are made again.

    Args:
        circled: what is circled for a slot.

    Raises:
        EngineError: the tokens are lost and the narrator gives none.
        ProductionError: they are lost, and are of a take that this production cannot record.
        StorageError: the vault cannot be used.
    """
    if not attempt.history:
        return attempt.readings
    kept = vault.fetch(GENERATIONS, attempt.history)
    path = (kept or _made_again(attempt, vault, narrator, circled)).path
    return tuple(replace(reading, history=str(path)) for reading in attempt.readings)


def _made_again(
    attempt: Attempt, vault: Vault, narrator: Narrator, circled: Callable[[Slot], Circled | None]
) -> Entry:
    follows = attempt.slot.follows
    before = circled(follows) if follows is not None else None
    if before is not None:
        check_recordable([before.best.attempt])
        readings = readings_of(before.best.attempt, vault, narrator, circled)
        for _, rendition in narrator.read(readings):
            if rendition.generation:
                return keep_generation(attempt.history, rendition.generation, vault)
    raise EngineError(
        f"the tokens of the take that {attempt.slot.chunk.slate} goes on from are not in the vault any more",
        where=attempt.slot.chunk.place,
        next_step="`chapterhouse render` makes them again",
    )


def generation_path(attempt: Attempt, vault: Vault) -> Path | None:
    """Where the tokens lie that an attempt goes on from; None where it goes on from none, or they are not there."""
    kept = vault.fetch(GENERATIONS, attempt.history) if attempt.history else None
    return kept.path if kept else None
