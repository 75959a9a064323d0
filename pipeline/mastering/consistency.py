"""Whether a title sounds like one: chapter beside chapter, voice beside voice, the opening beside the rest.

A listener sets the volume once. What is held against the limits here are differences between masters that each met
its own target, or did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.materials import Master
from pipeline.profiles import Profile, Requirement, Source

BOOK_SPREAD_DB = 1.0
BOOK = Source("ours: 1 dB from the quietest to the loudest chapter; a step of that size is just noticed in speech")
VOICES_SPREAD_LU = 4.0
VOICES = Source(
    "ours: 4 LU from the quietest voice to the loudest; roles may be played softly, more asks for the volume knob"
)
OPENING_LU = 1.0
OPENING = Source("ours: the first chapter within 1 dB of the middle of the others, as the book's spread")


@dataclass(frozen=True)
class _Named:
    """A level and what has it."""

    name: str
    level: float


def consistency(masters: Sequence[Master], profile: Profile) -> tuple[Requirement, ...]:
    """The title's spreads against their limits; a line that needs two of something is left out where there is one.

    Args:
        masters: the title's chapters in order.
        profile: whose measure chapters are compared in.
    """
    chapters = [_Named(f"chapter {master.number}", _level(master, profile)) for master in masters]
    unit = "LU" if profile.measure == "integrated_lufs" else "dB"
    lines = []
    if len(chapters) > 1:
        lines.append(_spread("level from chapter to chapter", unit, chapters, BOOK_SPREAD_DB, BOOK))
        first, rest = chapters[0], [chapter.level for chapter in chapters[1:]]
        apart = first.level - median(rest)
        remark = (
            "" if abs(apart) <= OPENING_LU else f"{first.name} has {first.level:.2f}, the others {median(rest):.2f}"
        )
        lines.append(
            Requirement("first chapter against the others", unit, apart, -OPENING_LU, OPENING_LU, OPENING, remark)
        )
    voices = _voices(masters)
    if len(voices) > 1:
        lines.append(_spread("level from voice to voice", "LU", voices, VOICES_SPREAD_LU, VOICES))
    return tuple(lines)


def _level(master: Master, profile: Profile) -> float:
    """In the profile's measure, which stands first among the requirements."""
    return master.lufs if profile.measure == "integrated_lufs" else master.requirements[0].measured


def _voices(masters: Iterable[Master]) -> list[_Named]:
    """Each role over the whole title: its middle level, chapters counted alike."""
    found: dict[str, list[float]] = {}
    for master in masters:
        for role, lufs in master.voices_lufs.items():
            found.setdefault(role, []).append(lufs)
    return [_Named(role, median(levels)) for role, levels in found.items()]


def _spread(name: str, unit: str, things: Sequence[_Named], most: float, source: Source) -> Requirement:
    low, high = min(things, key=lambda thing: thing.level), max(things, key=lambda thing: thing.level)
    spread = high.level - low.level
    remark = "" if spread <= most else f"{low.name} has {low.level:.2f}, {high.name} {high.level:.2f}"
    return Requirement(name, unit, spread, None, most, source, remark)
