"""A person's choice among the takes of a line: the take that is used, and the one that is good as it is.

A take that the slot's own ladder makes, with the decision or without it, is recorded again where the vault has lost
it: the choice holds on another machine too. A take of another making (an earlier redo's, or one whose voice has
changed) is used as long as the vault holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline.booth.ladder import FINGERPRINTS, Attempt, ladder
from pipeline.booth.slots import Slot
from pipeline.booth.takes import ROOM
from pipeline.errors import ProductionError
from pipeline.production import Verify
from pipeline.vault import Vault

CHOSEN = "chosen"
"""The rung of a take that this production cannot record."""


class NoChoice(Exception):
    """A chosen take cannot be used: a sentence that says why."""


def choose(
    slots: Sequence[Slot], vault: Vault, verify: Verify, *, refused: Callable[[Slot, str], None]
) -> list[Slot]:
    """The slots, those whose take a person has chosen with that take as their only attempt.

    Args:
        slots: of a chapter, as `plan_takes` gives them.
        refused: told of a slot whose chosen take cannot be used, and why; that slot stays as it is.

    Raises:
        MissingError: an understudy's engine is not on this machine.
        StorageError: the vault cannot be read.
    """
    chosen: list[Slot] = []
    for slot in slots:
        as_planned = slot if slot.follows is None else _going_on(slot, chosen[-1])
        chosen.append(_with_choice(as_planned, vault, verify, refused))
    return chosen


def _going_on(slot: Slot, follows: Slot) -> Slot:
    """The slot behind what has become of the one before it."""
    plain = replace(slot.plain, follows=follows) if slot.plain is not None else None
    return replace(slot, follows=follows, plain=plain)


def _with_choice(slot: Slot, vault: Vault, verify: Verify, refused: Callable[[Slot, str], None]) -> Slot:
    wanted = slot.pickup.use if slot.pickup is not None else None
    if wanted is None:
        return slot
    own = [attempt for attempt in own_attempts(slot, verify) if attempt.key.startswith(wanted)]
    try:
        return replace(slot, chosen=own[0] if own else _in_vault(slot, wanted, vault), follows=None, history="")
    except NoChoice as why:
        refused(slot, str(why))
        return slot


def own_attempts(slot: Slot, verify: Verify) -> Iterator[Attempt]:
    """Every attempt that can be recorded for a slot: as a person decided it, then as it is without that."""
    yield from ladder(replace(slot, chosen=None), verify)
    if slot.plain is not None:
        yield from ladder(slot.plain, verify)


def _in_vault(slot: Slot, wanted: str, vault: Vault) -> Attempt:
    keys = [key for key in vault.keys(ROOM, wanted[:2]) if key.startswith(wanted)]
    if len(keys) > 1:
        raise NoChoice(f"{len(keys)} takes in the vault begin with {wanted}: write more of the key")
    entry = vault.fetch(ROOM, keys[0]) if keys else None
    if entry is None:
        raise NoChoice(f"the chosen take {wanted} is not in the vault any more: choose again")
    if entry.facts["shown"] != slot.chunk.shown:
        raise NoChoice(f"the chosen take {wanted} is of other words, '{entry.facts['shown']}': choose again")
    fingerprints = {name: str(entry.facts.get(name, "")) for name in FINGERPRINTS}
    recorded_for = replace(slot, key=str(entry.facts.get("slot", entry.key)))
    return Attempt(recorded_for, int(entry.facts["attempt"]), CHOSEN, (), entry.key, fingerprints)


def check_recordable(attempts: Sequence[Attempt]) -> None:
    """Raises ProductionError for a chosen take of another making that the vault has lost since it was looked up."""
    for attempt in attempts:
        if not attempt.readings:
            raise ProductionError(
                f"the chosen take {attempt.key} was in the vault when the run began, and is not there any more",
                where=attempt.slot.chunk.slate,
                next_step="run the same command again: the line gets its usual take; or choose another first",
            )


def is_approved(slot: Slot, take_key: str) -> bool:
    """Whether a person has accepted this very take of the slot."""
    return slot.pickup is not None and slot.pickup.approve is not None and take_key.startswith(slot.pickup.approve)
