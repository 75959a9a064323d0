"""Checking of names and settings that a producer wrote, with a suggestion for what was nearly right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.engines import Settings
from pipeline.errors import InputError

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Setting:
    """One setting of an engine.

    Attributes:
        default: the value when the production file has none; its type is the setting's type.
        low, high: bounds of a number, both allowed.
        choices: the only words allowed; empty for any.
    """

    default: str | int | float
    low: float = float("-inf")
    high: float = float("inf")
    choices: tuple[str, ...] = ()


def checked_settings(engine: str, settings: Settings, known: Mapping[str, Setting]) -> dict[str, Value]:
    """``settings`` with defaults filled in, numbers as the setting's own type.

    Raises:
        InputError: an unknown setting, a wrong type, or a value out of range.
    """
    for name in settings:
        if name not in known:
            raise InputError(
                f"the engine '{engine}' has no setting '{name}'", next_step=near_miss(name, known, "its settings are")
            )
    return {name: _checked(f"engines.{engine}.{name}", settings.get(name), known[name]) for name in known}


def _checked(where: str, value: Value, setting: Setting) -> Value:
    if value is None:
        return setting.default
    if isinstance(setting.default, str):
        if not isinstance(value, str) or not value:
            raise InputError(f"{where} wants a word, not {value!r}")
        if setting.choices and value not in setting.choices:
            raise InputError(
                f"{where} cannot be '{value}'", next_step=near_miss(value, setting.choices, "use one of")
            )
        return value
    kind = type(setting.default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or kind(value) != value:
        raise InputError(f"{where} wants {'a whole number' if kind is int else 'a number'}, not {value!r}")
    if not setting.low <= value <= setting.high:
        raise InputError(f"{where} must be between {setting.low:g} and {setting.high:g}, not {value:g}")
    return kind(value)


def checked_name(engine: str, voice: str, names: Iterable[str]) -> str:
    """``voice`` when it is one of ``names``.

    Raises:
        InputError: it is not; the next step names the nearest ones.
    """
    names = list(names)
    if voice not in names:
        raise InputError(
            f"the engine '{engine}' has no voice '{voice}'", next_step=near_miss(voice, names, "its voices are")
        )
    return voice


def near_miss(word: str, known: Iterable[str], otherwise: str) -> str:
    """A next step: ``did you mean …?`` when something known is near, else the list (cut after 12)."""
    known = list(known)
    near = get_close_matches(word.lower(), known, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(repr(name) for name in near)}?"
    return f"{otherwise}: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}"
