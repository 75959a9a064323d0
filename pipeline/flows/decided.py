"""A production's decisions about single lines, put on its script and checked against its cast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.casting import CastVoice
from pipeline.errors import InputError, ProblemsError
from pipeline.materials import Chunk
from pipeline.pickups import Pickup, Pickups, load_pickups, pickups_path
from pipeline.production import Order


def pickups_on(order: Order, cast: Mapping[str, CastVoice], chunks: Sequence[Chunk]) -> Pickups:
    """The decisions in the production's file, found among its chunks; voices as a `Reading` carries them.

    Raises:
        InputError: the file cannot be used, or a line's engine has no such voice or speed; tells the entry's place.
    """
    pickups = load_pickups(pickups_path(order)).on(chunks)
    problems: list[InputError] = []

    def checked(chunk: Chunk, pickup: Pickup) -> Pickup:
        try:
            return _checked(pickup, cast[chunk.role], order)
        except InputError as error:
            problems.append(InputError(error.what, where=pickups.place(pickup), next_step=error.next_step))
            return pickup

    checked_pickups = pickups.mapped(checked)
    if problems:
        raise problems[0] if len(problems) == 1 else ProblemsError(problems)
    return checked_pickups


def _checked(pickup: Pickup, member: CastVoice, order: Order) -> Pickup:
    redo, engine = pickup.redo, member.engine
    if redo is None:
        return pickup
    slowest, fastest = engine.speeds
    if redo.speed is not None and not slowest <= redo.speed <= fastest:
        step = "take 'speed' out" if slowest == fastest else f"choose {slowest:g} … {fastest:g}"
        raise InputError(f"{engine.name} cannot read at speed {redo.speed:g}", next_step=step)
    if redo.voice is None:
        return pickup
    voice = engine.check_voice(redo.voice, member.settings, order.folder)
    return pickup.model_copy(update={"redo": redo.model_copy(update={"voice": voice})})
