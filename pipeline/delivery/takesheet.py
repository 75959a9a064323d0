"""The take sheet, ``takes.jsonl``: every chunk of a title in one line, with all that was recorded of it.

It is what a later `chapterhouse diff` holds a changed script against, and what other programs read. It says nothing
of when or how fast: equal productions give equal sheets.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.materials import Mark, Master, Take
from pipeline.vault import write_text

TAKE_SHEET = "takes.jsonl"

Cards = Mapping[str, Mapping[str, Any]]
"""The facts of takes under their keys in the vault."""


@dataclass(frozen=True)
class SheetLine:
    """What the take sheet says of one chunk, as far as it is compared with a script.

    Attributes:
        title: of its chapter.
        slot: key of what was to be read, by whom and how; all attempts at it share it.
        start_s: in the chapter's master.
    """

    slate: str
    chapter: int
    title: str
    slot: str
    role: str
    shown: str
    spoken: str
    opens_line: bool
    start_s: float
    end_s: float


def write_take_sheet(
    path: Path, *, masters: Sequence[Master], takes_by_chapter: Mapping[int, Sequence[Take]], cards: Cards
) -> Path:
    """Write the sheet, whole or not at all.

    Args:
        path: ``takes.jsonl`` in the output folder.
        masters: chapters in order; ``marks[i]`` of each belongs to take ``i``.
        takes_by_chapter: the circled takes under their chapter's number.
        cards: of the circled takes and of every other attempt at their slots (facts ``slot`` and ``attempt``).

    Returns:
        ``path``.

    Raises:
        StorageError: it cannot be written.
    """
    attempts = _attempts(cards)
    lines = (
        json.dumps(_line(master, mark, take, cards, attempts), ensure_ascii=False) + "\n"
        for master in masters
        for mark, take in zip(master.marks, takes_by_chapter[master.number], strict=True)
    )
    write_text(path, "".join(lines))
    return path


def read_take_sheet(path: Path) -> tuple[SheetLine, ...]:
    """The chunks of the last run, in order.

    Raises:
        InputError: there is no take sheet, or it is damaged.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return tuple(SheetLine(**{name: row[name] for name in SheetLine.__annotations__}) for row in rows)
    except FileNotFoundError:
        raise InputError(
            "nothing has been rendered here yet: there is no take sheet",
            where=str(path),
            next_step="run `chapterhouse render` first, or compare two scripts: `chapterhouse diff OLD NEW`",
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "the take sheet is damaged", where=str(path), next_step="run `chapterhouse render`: it is written anew"
        ) from error


def slot_of(key: str, facts: Mapping[str, Any]) -> str:
    """The slot that a take was recorded for: its own key where its card names none."""
    return str(facts.get("slot") or key)


def _attempts(cards: Cards) -> Mapping[str, list[dict[str, Any]]]:
    """Every attempt by its slot, in the order of recording."""
    attempts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, facts in sorted(cards.items(), key=lambda card: (card[1]["attempt"], card[0])):
        attempts[slot_of(key, facts)].append(_attempt(key, facts))
    return attempts


def _attempt(key: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": key,
        "seed": facts["seed"],
        "seconds": round(facts["seconds"], 3),
        "voice": facts["voice"],
        "speed": facts["speed"],
        "sampling": facts.get("sampling", []),
        "verdicts": facts["verdicts"],
        "trimmed": facts.get("trimmed"),
    }


def _line(
    master: Master, mark: Mark, take: Take, cards: Cards, attempts: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    slot = slot_of(take.key, cards[take.key])
    return {
        "slate": mark.slate,
        "chapter": master.number,
        "title": master.title,
        "key": take.key,
        "slot": slot,
        "role": mark.role,
        "shown": mark.shown,
        "spoken": cards[take.key]["spoken"],
        "opens_line": mark.opens_line,
        "start_s": round(mark.start_s, 3),
        "end_s": round(mark.end_s, 3),
        "flagged": not take.passed,
        "heard": take.heard,
        "sampled": take.sampled,
        "approved": take.approved,
        "attempts": attempts[slot],
    }
