"""What the stages of `faults` hand on: a file of JSON lines each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faulty import Fault

PARTS = ("free", "voice", "follow", "words", "quality")
"""What is found of a take; each has a file of its own."""


@dataclass(frozen=True)
class Recorded:
    """One line of ``takes.jsonl``.

    Attributes:
        estimated_s: of speech, by the script room's duration model at a pace of 1.
        spent_s: CPU seconds that the recording took, the fault's making included.
        fault: what was made wrong; None where nothing was.
    """

    key: str
    slate: str
    text: str
    language: str
    seconds: float
    estimated_s: float
    spent_s: float
    fault: Fault | None


def recorded(folder: Path) -> list[Recorded]:
    """What ``takes.jsonl`` holds; nothing where there is none."""
    return [
        Recorded(**{**take, "fault": Fault(**take["fault"]) if take["fault"] else None})
        for take in lines_of(folder / "takes.jsonl")
    ]


def lines_of(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines; empty where there is none. A line cut off by a kill is left out."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
