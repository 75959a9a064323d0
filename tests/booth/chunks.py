"""Chunks and voices for tests of the booth."""

from __future__ import annotations

from pathlib import Path

from pipeline.casting import CastVoice
from pipeline.engines import find_engine
from pipeline.errors import Place
from pipeline.materials import Chunk, PauseReason


def chunk(number: int, spoken: str = "Hello there, harbour.", role: str = "NARRATOR") -> Chunk:
    return Chunk(
        slate=f"ch01-{number:04d}",
        chapter=1,
        role=role,
        shown=spoken,
        spoken=spoken,
        estimated_s=2.0,
        pause=PauseReason.SENTENCE,
        asked_s=None,
        place=Place("book.md", number, 1),
        start=0,
        end=len(spoken),
    )


def voice(**changes: object) -> CastVoice:
    engine = find_engine("humming")
    settings = engine.check_settings({}, Path())
    facts: dict[str, object] = {
        "role": "NARRATOR",
        "engine": engine,
        "voice": "middle",
        "seed": 0,
        "speed": 1.0,
        "gain_db": 0.0,
        "settings": settings,
        "limits": engine.limits(settings),
    }
    return CastVoice(**(facts | changes))  # type: ignore[arg-type]
