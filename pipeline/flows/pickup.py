"""One line recorded now: the booth for a single chunk, without the rest of a run."""

from __future__ import annotations

from pipeline.booth import Attempt, Booth
from pipeline.errors import InputError
from pipeline.flows.callsheet import draw_up
from pipeline.flows.progress import Listener, Recorded, deaf
from pipeline.flows.run import Run, locked
from pipeline.materials import Take
from pipeline.production import Order, RetakeBudget

WITHOUT_LIMIT = RetakeBudget(retakes=None, seconds=None, share=None)
"""A person waits for this line: what a whole book may spend on retakes does not bind it."""


def record_line(order: Order, slate: str, listener: Listener = deaf) -> Take:
    """Record a line as it is decided to be read, listen to it, and again until a take passes or none is left to try.

    The takes are in the vault, where the next run finds them.

    Args:
        slate: of the chunk, ``ch03-0412``.
        listener: told of every take.

    Raises:
        InputError: the production or its pickups are wrong; there is no such line.
        MissingError: an engine's model is not on this machine.
        BusyError: a run is at work on this production.
        EngineError: the narrator cannot read the line.
        StorageError: the vault cannot be written.
    """
    run = Run(draw_up(order), listener)
    sheet = run.sheet
    slots = {slot.chunk.slate: slot for of_chapter in sheet.settled().values() for slot in of_chapter}
    slot = slots.get(slate)
    if slot is None:
        raise InputError(f"there is no line {slate} in this script", where=str(order.script))
    if slot.history is None:
        raise InputError(
            f"{slate} goes on from the take before it, and that is not recorded yet",
            where=str(order.script),
            next_step="decide with --later, and render",
        )

    def on_take(attempt: Attempt) -> None:
        run.tell(Recorded(attempt.slate, attempt.slot.engine, attempt.cost_s))

    sheet.ears.on_trouble = run.note
    verify = sheet.verify.model_copy(update={"budget": WITHOUT_LIMIT})
    try:
        with (
            locked(order),
            Booth([slot], vault=sheet.vault, verify=verify, judge=sheet.judge(), go_on=run.go_on) as booth,
        ):
            while batch := booth.next_batch():
                booth.record(batch, run.narrator(slot.engine), on_take)
            takes = booth.circled([slot])
    finally:
        run.dismiss()
    assert takes is not None, "the booth ended with a line that is not circled"
    return takes[0]
