"""The cast, resolved: every role with its engine, checked voice and limits. No model is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.engines import Engine, ReadingLimits, Settings, find_engine
from pipeline.errors import InputError, ProblemsError
from pipeline.production import Order


@dataclass(frozen=True)
class CastVoice:
    """What a role speaks with.

    Attributes:
        voice: as a `Reading` carries it: a name, or the absolute path of a voice file.
        settings: the engine's settings, checked, defaults filled in.
        pace: how long it takes, in estimates, where the production says so.
        understudy: another voice of the engine, checked, for chunks that this one cannot get right.
        rolls: a chunk goes on from the take before it in its paragraph.
    """

    role: str
    engine: Engine
    voice: str
    seed: int
    speed: float
    gain_db: float
    settings: Settings
    limits: ReadingLimits
    pace: float | None = None
    understudy: str | None = None
    rolls: bool = False


def resolve_cast(order: Order) -> Mapping[str, CastVoice]:
    """The cast of a production, every engine, setting and voice checked.

    Raises:
        InputError: an unknown engine, setting or voice, with its place in the production file.
    """
    problems: list[InputError] = []
    settings = _checked_settings(order, problems)
    cast: dict[str, CastVoice] = {}
    for role, member in order.production.cast.items():
        if member.engine not in settings:
            continue  # already reported
        engine, checked = settings[member.engine]
        voices = {"voice": member.voice, "understudy": member.understudy}
        try:
            for key, name in voices.items():
                voices[key] = name and engine.check_voice(name, checked, order.folder)
        except InputError as error:
            problems.append(_at(error, order, "cast", role, key))
            continue
        problems += _mismatches(order, role, engine)
        cast[role] = CastVoice(
            role=role,
            engine=engine,
            voice=str(voices["voice"]),
            seed=member.seed,
            speed=member.speed,
            gain_db=member.gain_db,
            settings=checked,
            limits=engine.limits(checked),
            pace=member.pace,
            understudy=voices["understudy"],
            rolls=member.history == "paragraph",
        )
    if problems:
        raise problems[0] if len(problems) == 1 else ProblemsError(problems)
    return cast


def _checked_settings(order: Order, problems: list[InputError]) -> dict[str, tuple[Engine, Settings]]:
    production = order.production
    wanted = {member.engine: ("cast", role, "engine") for role, member in reversed(production.cast.items())}
    wanted |= {name: ("engines", name) for name in production.engines if name not in wanted}  # type: ignore[misc]
    checked: dict[str, tuple[Engine, Settings]] = {}
    for name, path in wanted.items():
        try:
            engine = find_engine(name)
        except InputError as error:
            problems.append(_at(error, order, *path))
            continue
        try:
            checked[name] = (engine, engine.check_settings(production.engines.get(name, {}), order.folder))
        except InputError as error:
            problems.append(_at(error, order, "engines", name))
    return checked


def _mismatches(order: Order, role: str, engine: Engine) -> list[InputError]:
    """What the engine cannot do of what the production asks of it."""
    problems = []
    production = order.production
    language = production.language.partition("-")[0]
    if "*" not in engine.languages and language not in engine.languages:
        problems.append(
            InputError(
                f"{engine.name} does not speak '{production.language}'",
                where=order.place("cast", role, "engine"),
                next_step=f"it speaks {', '.join(engine.languages)}; `chapterhouse voices --language {language}`",
            )
        )
    if production.cast[role].history == "paragraph" and not engine.abilities.rolls:
        problems.append(
            InputError(
                f"{engine.name} cannot go on from another take",
                where=order.place("cast", role, "history"),
                next_step="take 'history' out",
            )
        )
    slowest, fastest = engine.speeds
    if not slowest <= production.cast[role].speed <= fastest:
        problems.append(
            InputError(
                f"{engine.name} cannot read at speed {production.cast[role].speed:g}",
                where=order.place("cast", role, "speed"),
                next_step="take 'speed' out" if slowest == fastest else f"choose {slowest:g} … {fastest:g}",
            )
        )
    return problems


def _at(error: InputError, order: Order, *path: str) -> InputError:
    return InputError(error.what, where=error.where or order.place(*path), next_step=error.next_step)
