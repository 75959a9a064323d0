"""Two versions of a script compared: chapters found again by what they say, lines by their words.

A chapter that moved or was renumbered is the same chapter, and one put in between leaves the others alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

SHINGLE = 4  # words in a row by which chapters are known: few enough to survive an edit in every sentence
ALIKE = 0.2  # share of them that two versions of one chapter have in common at least
SAME_LINE = 0.5  # share of its words that a changed line keeps; with fewer, one went and another came
AHEAD = 20  # lines that may have been put in before a changed one: keeps a book written anew from taking hours


@dataclass(frozen=True)
class Told:
    """A chunk as one version has it.

    Attributes:
        key: of what is recorded for it; equal keys are one recording.
        estimated_s: seconds of speech.
    """

    slate: str
    role: str
    shown: str
    spoken: str
    key: str
    estimated_s: float
    opens_line: bool


@dataclass(frozen=True)
class ToldLine:
    """What one role says without a break, as one version has it."""

    chunks: tuple[Told, ...]

    @property
    def slate(self) -> str:
        return self.chunks[0].slate

    @property
    def role(self) -> str:
        return self.chunks[0].role

    @property
    def shown(self) -> str:
        return " ".join(chunk.shown for chunk in self.chunks)

    @property
    def spoken(self) -> str:
        return " ".join(chunk.spoken for chunk in self.chunks)


@dataclass(frozen=True)
class ToldChapter:
    """A chapter as one version has it."""

    number: int
    title: str
    chunks: tuple[Told, ...]

    @property
    def lines(self) -> tuple[ToldLine, ...]:
        lines: list[list[Told]] = []
        for chunk in self.chunks:
            if chunk.opens_line or not lines:
                lines.append([])
            lines[-1].append(chunk)
        return tuple(ToldLine(tuple(line)) for line in lines)


class Change(StrEnum):
    """What became of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # other words, or another role
    REREAD = "reread"  # the same words shown, but recorded again: the lexicon, the voice, the speed, the engine


@dataclass(frozen=True)
class LineChange:
    """A line of the old version, of the new one, or of both."""

    change: Change
    old: ToldLine | None
    new: ToldLine | None


@dataclass(frozen=True)
class ChapterChange:
    """A chapter of the old version, of the new one, or of both, with the lines of it that are not as they were."""

    old: ToldChapter | None
    new: ToldChapter | None
    lines: tuple[LineChange, ...]

    @property
    def moved(self) -> bool:
        """Whether it is there with another number."""
        return self.old is not None and self.new is not None and self.old.number != self.new.number

    @property
    def retitled(self) -> bool:
        """Whether it is there under another title."""
        return self.old is not None and self.new is not None and self.old.title != self.new.title

    @property
    def is_as_it_was(self) -> bool:
        return not self.lines and not self.moved and not self.retitled and None not in (self.old, self.new)


def compare(old: Sequence[ToldChapter], new: Sequence[ToldChapter]) -> tuple[ChapterChange, ...]:
    """Every chapter of both versions: in the order of the new one, those that are gone after the one before them."""
    known = {chunk.key for chapter in old for chunk in chapter.chunks}
    return tuple(
        ChapterChange(before, now, tuple(_line_changes(before, now, known))) for before, now in _in_order(old, new)
    )


def _in_order(
    old: Sequence[ToldChapter], new: Sequence[ToldChapter]
) -> Iterator[tuple[ToldChapter | None, ToldChapter | None]]:
    pairs = paired(old, new)
    gone = [index for index in range(len(old)) if index not in pairs.values()]
    for index, chapter in enumerate(new):
        before = pairs.get(index)
        while before is not None and gone and gone[0] < before:
            yield old[gone.pop(0)], None
        yield (None if before is None else old[before]), chapter
    yield from ((old[index], None) for index in gone)


def paired(old: Sequence[ToldChapter], new: Sequence[ToldChapter]) -> dict[int, int]:
    """Which chapter of ``old`` each of ``new`` is, by index: the most alike first, then by title.

    Chapters without enough words in common are paired by equal titles: one that was written anew is told as changed.
    """
    alike = _likenesses([_shingles(chapter) for chapter in old], [_shingles(chapter) for chapter in new])
    pairs: dict[int, int] = {}
    for likeness, _, now, before in sorted(alike, reverse=True):
        if likeness >= ALIKE and now not in pairs and before not in pairs.values():
            pairs[now] = before
    titles = {chapter.title: index for index, chapter in enumerate(old) if index not in pairs.values()}
    for index, chapter in enumerate(new):
        if index not in pairs and chapter.title in titles:
            pairs[index] = titles.pop(chapter.title)
    return pairs


def _shingles(chapter: ToldChapter) -> Counter[tuple[str, ...]]:
    words = [word for chunk in chapter.chunks for word in chunk.shown.split()]
    size = min(SHINGLE, len(words))
    return (
        Counter(tuple(words[start : start + size]) for start in range(len(words) - size + 1)) if size else Counter()
    )


def _likenesses(
    old: Sequence[Counter[tuple[str, ...]]], new: Sequence[Counter[tuple[str, ...]]]
) -> Iterator[tuple[float, int, int, int]]:
    """Likeness 0 … 1, nearness in place, index in ``new`` and in ``old`` of all that have a shingle in common."""
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for before, shingles in enumerate(old):
        for shingle in shingles:
            where[shingle].append(before)
    for now, shingles in enumerate(new):
        common: Counter[int] = Counter()
        for shingle, count in shingles.items():
            for before in where.get(shingle, ()):
                common[before] += min(count, old[before][shingle])
        for before, count in common.items():
            likeness = 2 * count / (old[before].total() + shingles.total())
            yield likeness, -abs(before - now), now, before


def _line_changes(old: ToldChapter | None, new: ToldChapter | None, known: set[str]) -> Iterator[LineChange]:
    """Changes in the order of the script; ``known`` are the keys of everything that was recorded."""
    before, now = old.lines if old else (), new.lines if new else ()
    matcher = SequenceMatcher(
        a=[(line.role, line.shown) for line in before], b=[(line.role, line.shown) for line in now], autojunk=False
    )
    for same, start, stop, new_start, new_stop in matcher.get_opcodes():
        if same == "equal":
            for was, line in zip(before[start:stop], now[new_start:new_stop], strict=True):
                if any(chunk.key not in known for chunk in line.chunks):
                    yield LineChange(Change.REREAD, was, line)
        else:
            yield from _replaced(before[start:stop], now[new_start:new_stop])


def _replaced(old: Sequence[ToldLine], new: Sequence[ToldLine]) -> Iterator[LineChange]:
    """Lines that took the place of others: each with the next one that it has enough words in common with."""
    left = 0
    for was in old:
        at = next(
            (index for index in range(left, min(left + AHEAD, len(new))) if _is_same_line(was, new[index])), None
        )
        if at is None:
            yield LineChange(Change.REMOVED, was, None)
            continue
        yield from (LineChange(Change.ADDED, None, line) for line in new[left:at])
        yield LineChange(Change.CHANGED, was, new[at])
        left = at + 1
    yield from (LineChange(Change.ADDED, None, line) for line in new[left:])


def _is_same_line(old: ToldLine, new: ToldLine) -> bool:
    matcher = SequenceMatcher(a=old.shown.split(), b=new.shown.split(), autojunk=False)
    return matcher.quick_ratio() >= SAME_LINE and matcher.ratio() >= SAME_LINE


def word_changes(old: str, new: str) -> Iterator[tuple[str, str]]:
    """What stays, goes and comes, in reading order: pairs of `` ``, ``-`` or ``+`` and the words."""
    before, now = old.split(), new.split()
    for same, start, stop, new_start, new_stop in SequenceMatcher(a=before, b=now, autojunk=False).get_opcodes():
        if same == "equal":
            yield " ", " ".join(before[start:stop])
            continue
        if stop > start:
            yield "-", " ".join(before[start:stop])
        if new_stop > new_start:
            yield "+", " ".join(now[new_start:new_stop])
