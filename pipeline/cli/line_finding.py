"""The lines of a title with what the last run made of them, and one line found as a person names it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rapidfuzz import process

from pipeline.delivery import TAKE_SHEET
from pipeline.delivery.report import clock
from pipeline.errors import InputError
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.materials import Chunk
from pipeline.pickups import Pickups, first_words
from pipeline.production import Order

SLATE = re.compile(r"(ch\d+-\d+)(?:-t(\d+))?", re.IGNORECASE)
TIMECODE = re.compile(r"(?:(?P<chapter>\d+)@)?(?:(?:(?P<hours>\d+):)?(?P<minutes>\d+):)?(?P<seconds>\d+(?:\.\d*)?)")
Row = Mapping[str, Any]
"""A line of the take sheet."""


@dataclass(frozen=True)
class KeptTake:
    """A take in the vault.

    Attributes:
        facts: of its card: ``role``, ``shown``, ``seed``, ``seconds``, ``voice``, ``speed``, ``verdicts``, ….
        path: the FLAC.
    """

    key: str
    facts: Mapping[str, Any]
    path: Path

    @property
    def failures(self) -> list[str]:
        """What the checks found, in words."""
        return [verdict["reason"] or verdict["check"] for verdict in self.facts["verdicts"] if not verdict["passed"]]


@dataclass(frozen=True)
class Book:
    """A production's chunks as the script is now, the take sheet of the last run and the decisions.

    Attributes:
        rows: by the chunk's slate, what the last run made of it; none for what is new since.
        sheet_rows: the whole take sheet, in order.
    """

    sheet: CallSheet
    chunks: tuple[Chunk, ...]
    sheet_rows: tuple[Row, ...]
    rows: Mapping[str, Row]
    pickups: Pickups

    @cached_property
    def kept(self) -> Mapping[str, KeptTake]:
        """Every take in the vault by its key; blobs are not read."""
        vault = self.sheet.vault
        found = (vault.find("takes", key) for key in vault.keys("takes"))
        return {entry.key: KeptTake(entry.key, entry.facts, entry.path) for entry in found if entry is not None}

    @cached_property
    def _keys_by_line(self) -> Mapping[tuple[Any, Any], list[str]]:
        """Keys of the takes in the vault by role and words."""
        keys: dict[tuple[Any, Any], list[str]] = defaultdict(list)
        for take in self.kept.values():
            keys[take.facts.get("role"), take.facts.get("shown")].append(take.key)
        return keys

    def takes(self, chunk: Chunk) -> list[KeptTake]:
        """The takes of a chunk that are in the vault: those of the last run in its order, then the others."""
        row = self.rows.get(chunk.slate)
        keys = [attempt["key"] for attempt in row["attempts"]] if row else []
        same = self._keys_by_line.get((chunk.role, chunk.shown), ())
        return [self.kept[key] for key in dict.fromkeys([*keys, *same]) if key in self.kept]

    def circled(self, chunk: Chunk) -> str | None:
        """The key of the take that the last run used."""
        row = self.rows.get(chunk.slate)
        return row["key"] if row else None

    def is_flagged(self, chunk: Chunk) -> bool:
        """Whether the last run flagged it; where there was none, whether it has takes and none of them passed."""
        row = self.rows.get(chunk.slate)
        if row is not None:
            return bool(row["flagged"])
        takes = self.takes(chunk)
        return bool(takes) and all(take.failures for take in takes)

    def when(self, chunk: Chunk) -> str:
        """``3@12:34.5``: where the last run laid it; empty when it did not."""
        row = self.rows.get(chunk.slate)
        if row is None:
            return ""
        minutes, seconds = divmod(round(row["start_s"], 1), 60)
        return f"{chunk.chapter}@{minutes:.0f}:{seconds:04.1f}"


def the_book(order: Order) -> Book:
    """A production's lines, as the script, the take sheet and the vault are now. No model is loaded.

    Raises:
        InputError: the script, the cast, the pickups or the take sheet cannot be used.
    """
    sheet = draw_up(order)
    chunks = tuple(chunk for chapter in sheet.chapters for chunk in chapter.chunks)
    rows = _take_sheet(order.output / TAKE_SHEET)
    return Book(sheet, chunks, rows, _paired(chunks, rows), sheet.pickups)


def _take_sheet(path: Path) -> tuple[Row, ...]:
    try:
        rows = tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return ()
    except ValueError as error:
        raise InputError(
            "the take sheet is damaged", where=str(path), next_step="`chapterhouse render` writes it anew"
        ) from error
    needed = {"slate", "chapter", "key", "role", "shown", "start_s", "end_s", "flagged", "attempts"}
    if any(not isinstance(row, dict) or not needed <= row.keys() for row in rows):
        raise InputError(
            "this is not a take sheet", where=str(path), next_step="`chapterhouse render` writes it anew"
        )
    return rows


def _paired(chunks: Sequence[Chunk], rows: Sequence[Row]) -> dict[str, Row]:
    """Each chunk's row: of the same role and words; the first of several to the first."""
    waiting: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in reversed(rows):
        waiting[row["role"], row["shown"]].append(row)
    paired = {}
    for chunk in chunks:
        if waiting[chunk.role, chunk.shown]:
            paired[chunk.slate] = waiting[chunk.role, chunk.shown].pop()
    return paired


def find_line(book: Book, named: str) -> tuple[Chunk, int | None]:
    """The line that a person means, and the number of the take where the name has one.

    Args:
        named: ``ch03-0412``, ``ch03-0412-t2``, ``3@12:34.5`` (in chapter 3), ``0:47:10`` (in the title) or words.

    Raises:
        InputError: there is no such line, or there are several.
    """
    if slate := SLATE.fullmatch(named.strip()):
        return _by_slate(book, slate[1].lower()), int(slate[2]) if slate[2] else None
    code = TIMECODE.fullmatch(named.strip())
    if code and (code["chapter"] or code["minutes"]):
        return _by_timecode(book, named.strip(), code), None
    return _by_words(book, named), None


def _by_slate(book: Book, slate: str) -> Chunk:
    now = next((chunk for chunk in book.chunks if chunk.slate == slate), None)
    then = next((row for row in book.sheet_rows if row["slate"] == slate), None)
    if now is None:
        near = [found for found, _, _ in process.extract(slate, [chunk.slate for chunk in book.chunks], limit=3)]
        step = f"the nearest are {', '.join(near)}; `chapterhouse pickups list --all` shows every line"
        raise InputError(f"there is no line {slate} in this script", next_step=step)
    if then is not None and (then["role"], then["shown"]) != (now.role, now.shown):
        raise InputError(
            f"the script has changed since the last run: {slate} was '{first_words(then['shown'])}' and is now "
            f"'{first_words(now.shown)}'",
            where=str(book.sheet.order.script),
            next_step="name the line by some of its words",
        )
    return now


def _by_timecode(book: Book, named: str, code: re.Match[str]) -> Chunk:
    if not book.sheet_rows:
        raise InputError(
            "nothing has been rendered yet, so no line has a time",
            where=str(book.sheet.order.output / TAKE_SHEET),
            next_step="name the line by its slate or its words",
        )
    seconds = 3600 * int(code["hours"] or 0) + 60 * int(code["minutes"] or 0) + float(code["seconds"])
    starts = _chapter_starts(book)
    if code["chapter"]:
        chapter = int(code["chapter"])
        if chapter not in starts:
            raise InputError(f"there is no chapter {chapter} in the last run", next_step=f"there are {_span(starts)}")
    else:
        chapter = max((number for number, (start, _) in starts.items() if start <= seconds), key=list(starts).index)
        seconds -= starts[chapter][0]
    if seconds > starts[chapter][1]:
        length = clock(starts[chapter][1])
        raise InputError(f"{named} is past the end of chapter {chapter}", next_step=f"it is {length} long")
    rows = [row for row in book.sheet_rows if row["chapter"] == chapter]
    row = min(rows, key=lambda row: max(row["start_s"] - seconds, seconds - row["end_s"], 0.0))
    slates = [slate for slate, other in book.rows.items() if other is row]
    if not slates:
        raise InputError(
            f"at {named} stands '{first_words(row['shown'])}', which is no longer in the script",
            next_step="name the line by some of its words",
        )
    return next(chunk for chunk in book.chunks if chunk.slate == slates[0])


def _chapter_starts(book: Book) -> dict[int, tuple[float, float]]:
    """Of each chapter of the last run its start in the title and its length, in seconds."""
    pauses = book.sheet.order.production.pauses
    asked = {chunk.slate: chunk.asked_s for chunk in book.chunks}
    last: dict[int, Row] = {row["chapter"]: row for row in book.sheet_rows}
    starts, now = {}, 0.0
    for number, row in last.items():
        tail = asked.get(row["slate"])
        length = row["end_s"] + (pauses.tail_s if tail is None else tail)
        starts[number] = (now, length)
        now += length
    return starts


def _span(starts: Mapping[int, object]) -> str:
    numbers = list(starts)
    return f"{numbers[0]} … {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])


def _by_words(book: Book, named: str) -> Chunk:
    wanted = _bare(named)
    if not wanted.strip():
        raise InputError(f"'{named}' names no line", next_step="give a slate, a timecode or some words of the line")
    found = [chunk for chunk in book.chunks if wanted in _bare(chunk.shown) or wanted in _bare(chunk.spoken)]
    if len(found) == 1:
        return found[0]
    if not found:
        lines = {chunk.slate: _bare(chunk.shown) for chunk in book.chunks}
        texts = {chunk.slate: chunk.shown for chunk in book.chunks}
        near = [slate for _, _, slate in process.extract(wanted, lines, limit=3)]
        shown = "; ".join(f"{slate} '{first_words(texts[slate])}'" for slate in near)
        raise InputError(f"no line has the words '{named}'", next_step=f"the nearest are {shown}")
    listed = "\n".join(
        f"    {chunk.slate}  {book.when(chunk)}  {chunk.role}  {first_words(chunk.shown)}" for chunk in found
    )
    raise InputError(f"{len(found)} lines have the words '{named}':\n{listed}", next_step="give the slate of one")


def _bare(text: str) -> str:
    """Words alone, each between spaces, whatever their case."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return f" {' '.join(words)} "
