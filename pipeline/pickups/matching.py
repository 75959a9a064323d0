"""Decisions and the lines of the script as it is now: which belongs to which, and which line is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from pipeline.errors import Place
from pipeline.materials import Chunk, Notice
from pipeline.pickups.decisions import Line, Pickup, Redo, first_words, words_of
from pipeline.pickups.respelling import misplaced

NEAR = 60.0  # ours: similarity, 0 … 100, from which a line is worth naming as what a lost one has become


@dataclass(frozen=True)
class Written:
    """An entry as it stands in the file.

    Attributes:
        text: its lines with the comments above them; empty where it shares a line with another.
    """

    entry: Pickup
    place: Place
    text: str

    @property
    def comments(self) -> str:
        """The comments above it."""
        return "".join(takewhile(lambda line: line[:1] in "#\n", self.text.splitlines(keepends=True)))


@dataclass(frozen=True)
class _Found:
    """The entry that is for a chunk, and what of it holds there."""

    entry: Pickup
    holds: Pickup | None


@dataclass(frozen=True)
class Pickups:
    """A production's pickups, in the order of the book.

    Attributes:
        file: where they are kept.
        entries: what was decided.
        written: how the entries that came from the file stand there.
        head: what stands above them in the file.
        notices: what `on` found that a producer should know.
    """

    file: Path
    entries: tuple[Pickup, ...] = ()
    written: Mapping[Line, Written] = field(default_factory=dict, compare=False)
    head: str = field(default="", compare=False)
    notices: tuple[Notice, ...] = field(default=(), compare=False)
    _chunks: tuple[Chunk, ...] | None = field(default=None, compare=False, repr=False)
    _found: Mapping[str, _Found] = field(default_factory=dict, compare=False, repr=False)

    def on(self, chunks: Sequence[Chunk]) -> Pickups:
        """The same decisions with their lines found among ``chunks``: all of the script, in order.

        A line is found by its role and its words, so edits elsewhere change nothing. Where the role says the same
        words several times, it is the one after the same sentence, or else the ``nth``. A line whose chunk is cut
        otherwise now is found by the sentences that it still has; then only what can hold for other words is kept
        (seed, voice, speed, respelled words), and a notice says so.
        """
        found, notices = _match(self, chunks)
        return replace(self, notices=tuple(notices), _chunks=tuple(chunks), _found=found)

    def of(self, chunk: Chunk) -> Pickup | None:
        """What was decided about a chunk. The chunk is one of those that `on` was given."""
        assert self._chunks is not None or not self.entries, "Pickups.on(chunks) first: lines must be told apart"
        found = self._found.get(chunk.slate)
        return found.holds if found else None

    def mapped(self, change: Callable[[Chunk, Pickup], Pickup]) -> Pickups:
        """The same decisions as `of` gives them, each changed; the entries stay as they are written."""
        assert self._chunks is not None, "Pickups.on(chunks) first: lines must be told apart"
        chunks = {chunk.slate: chunk for chunk in self._chunks}
        found = {
            slate: each if each.holds is None else replace(each, holds=change(chunks[slate], each.holds))
            for slate, each in self._found.items()
        }
        return replace(self, _found=found)

    def unmatched(self, chunks: Sequence[Chunk]) -> tuple[Notice, ...]:
        """What a producer should know: decisions for lines that are gone or have changed, with the entry's place."""
        return self.on(chunks).notices

    def with_(self, chunk: Chunk, **decided: Any) -> Pickups:
        """These decisions with more about one chunk: ``redo``, ``use``, ``approve``, ``note``; None takes one away.

        Raises:
            pydantic.ValidationError: a value is out of range.
        """
        before = self.of(chunk)
        kept = before.model_dump(include={"redo", "use", "approve", "note"}) if before else {}
        values = {**kept, **decided}
        if isinstance(values.get("redo"), Redo):
            values["redo"] = values["redo"].model_dump()
        return self._changed(chunk, Pickup.model_validate({**self._line_of(chunk), **values}))

    def without(self, chunk: Chunk) -> Pickups:
        """These decisions but for the one about a chunk."""
        return self._changed(chunk, None)

    def _changed(self, chunk: Chunk, entry: Pickup | None) -> Pickups:
        assert self._chunks is not None, "Pickups.on(chunks) first: lines must be told apart"
        found = self._found.get(chunk.slate)
        elsewhere = [other.entry for slate, other in self._found.items() if slate != chunk.slate]
        others = [other for other in self.entries if found is None or other != found.entry or other in elsewhere]
        entries = tuple(sorted([*others, *([entry] if entry else [])], key=lambda other: other.order))
        written = dict(self.written)
        if found and entry and found.entry.line in written:
            written.setdefault(entry.line, written[found.entry.line])
        return replace(self, entries=entries, written=written).on(self._chunks)

    def _line_of(self, chunk: Chunk) -> dict[str, Any]:
        assert self._chunks is not None, "Pickups.on(chunks) first: lines must be told apart"
        index = next(i for i, other in enumerate(self._chunks) if other.slate == chunk.slate)
        words = words_of(chunk)
        same = [other for other in self._chunks[:index] if other.role == chunk.role and words_of(other) == words]
        return {
            "slate": chunk.slate,
            "role": chunk.role,
            "text": first_words(chunk.shown),
            "words": words,
            "after": _before(self._chunks, index),
            "nth": len(same) + 1,
        }

    def place(self, entry: Pickup) -> Place:
        """Where an entry stands; the file, for one that is not in it yet."""
        written = self.written.get(entry.line)
        return written.place if written else Place(str(self.file))


def _before(chunks: Sequence[Chunk], index: int) -> str:
    """Hash of the sentence before a chunk; empty at a chapter's start."""
    if index == 0 or chunks[index - 1].chapter != chunks[index].chapter:
        return ""
    return words_of(chunks[index - 1]).rpartition(".")[2]


def _match(pickups: Pickups, chunks: Sequence[Chunk]) -> tuple[dict[str, _Found], list[Notice]]:
    lines: dict[tuple[str, str], list[int]] = {}
    for index, chunk in enumerate(chunks):
        lines.setdefault((chunk.role, words_of(chunk)), []).append(index)
    found: dict[str, _Found] = {}
    notices: list[Notice] = []
    lost: list[Pickup] = []
    for entry in pickups.entries:
        candidates = lines.get((entry.role, entry.words), [])
        chosen, doubt = _chosen(entry, candidates, chunks)
        if chosen is None or chunks[chosen].slate in found:
            lost.append(entry)
            continue
        found[chunks[chosen].slate] = _Found(entry, entry)
        notices += [Notice(what, pickups.place(entry)) for what in (*doubt, *misplaced(chunks[chosen], entry))]
    sentences = _once(chunks)
    for entry in lost:
        ours = [(entry.role, part) for part in entry.words.split(".")]
        parts = sorted({sentences[part] for part in ours if part in sentences})
        now = [chunks[part] for part in parts if chunks[part].slate not in found]
        found |= {chunk.slate: _Found(entry, _what_holds(entry)) for chunk in now}
        notices.append(Notice(_changed_line(entry, now) if now else _gone(entry, chunks), pickups.place(entry)))
    return found, notices


def _chosen(entry: Pickup, candidates: Sequence[int], chunks: Sequence[Chunk]) -> tuple[int | None, tuple[str, ...]]:
    """Which of several lines of the same words is meant, and what is doubtful about that."""
    if len(candidates) <= 1 and entry.nth == 1:
        return (candidates[0] if candidates else None), ()
    same_place = [index for index in candidates if _before(chunks, index) == entry.after]
    counted = candidates[min(entry.nth, len(candidates)) - 1] if candidates else None
    if counted in same_place or counted is None:
        return counted, ()
    if len(same_place) == 1:
        return same_place[0], ()
    what = f"{entry.role} says '{entry.text}' {len(candidates)} times, and the line before the one meant has changed"
    return counted, (f"{what}; taken for {chunks[counted].slate}: see that it is the right one",)


def _once(chunks: Sequence[Chunk]) -> dict[tuple[str, str], int]:
    """Sentences that a role says once in the script, each with its chunk's position."""
    said = [(chunk.role, part, index) for index, chunk in enumerate(chunks) for part in words_of(chunk).split(".")]
    times = Counter((role, part) for role, part, _ in said)
    return {(role, part): index for role, part, index in said if times[role, part] == 1}


def _what_holds(entry: Pickup) -> Pickup | None:
    """What is left of a decision when the line has other words: no take can be used, nor the whole respelling."""
    kept = {} if entry.redo is None else entry.redo.model_dump(exclude_none=True)
    if isinstance(kept.get("say"), str):
        del kept["say"]
    if not kept and not entry.note:
        return None
    holds = {**entry.model_dump(exclude_defaults=True), "redo": kept or None, "use": None, "approve": None}
    return Pickup.model_validate(holds)


def _changed_line(entry: Pickup, now: Sequence[Chunk]) -> str:
    where = ", ".join(chunk.slate for chunk in now)
    dropped = list(_dropped(entry))
    kept = "what was decided holds there" if not dropped else f"{' and '.join(dropped)} no longer fits: decide again"
    return f"the line '{entry.text}' ({entry.role}, once {entry.slate}) has other words now and is {where}; {kept}"


def _dropped(entry: Pickup) -> Iterator[str]:
    if entry.use:
        yield f"the take {entry.use[:8]}"
    if entry.approve:
        yield "the approval"
    if entry.redo and isinstance(entry.redo.say, str):
        yield "the respelled text"


def _gone(entry: Pickup, chunks: Sequence[Chunk]) -> str:
    what = f"the line '{entry.text}' ({entry.role}, once {entry.slate}) is no longer in the script"
    lines = {chunk.slate: first_words(chunk.shown) for chunk in chunks if chunk.role == entry.role}
    near = process.extractOne(entry.text, lines, scorer=fuzz.ratio, score_cutoff=NEAR) if entry.text else None
    if near is None:
        return f"{what}; remove the entry"
    text, _, slate = near
    return f"{what}; the nearest one now is {slate}, '{text}'"
