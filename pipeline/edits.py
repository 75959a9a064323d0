"""A text as written and as spoken: edits applied, joined and cut, with neither side losing its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.materials import Edit


@dataclass(frozen=True)
class Stretch:
    """A piece of a text: ``shown[start:end]`` is said as ``spoken``.

    Attributes:
        edited: by an edit; then the stretch has no finer correspondence than its two ends.
    """

    start: int
    end: int
    spoken: str
    edited: bool


def stretches(shown: str, edits: Sequence[Edit]) -> list[Stretch]:
    """The whole text in order: what stands between the edits as it is, the edits as they are spoken.

    Joined, their ``spoken`` is the spoken text before white space is collapsed.
    """
    parts: list[Stretch] = []
    position = 0
    for edit in edits:
        assert position <= edit.start <= edit.end <= len(shown), f"the edits of '{shown[:60]}' overlap: {edit}"
        if edit.start > position:
            parts.append(Stretch(position, edit.start, shown[position : edit.start], edited=False))
        parts.append(Stretch(edit.start, edit.end, edit.spoken, edited=True))
        position = edit.end
    if position < len(shown):
        parts.append(Stretch(position, len(shown), shown[position:], edited=False))
    return parts


def speak(shown: str, edits: Sequence[Edit]) -> str:
    """What is said of ``shown``: its edits applied, white space collapsed."""
    return " ".join("".join(part.spoken for part in stretches(shown, edits)).split())


def merged(first: Iterable[Edit], *others: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits of several sources in order; where two overlap, the one of the earlier argument stays.

    Added text (``start == end``) overlaps only what lies on both sides of it.
    """
    kept = list(first)
    for edits in others:
        taken = [(edit.start, edit.end) for edit in kept]
        kept += [edit for edit in edits if not any(_overlap((edit.start, edit.end), span) for span in taken)]
    return tuple(sorted(kept, key=lambda edit: (edit.start, edit.end)))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    if one[0] == one[1] or other[0] == other[1]:
        return other[0] < one[0] < other[1] or one[0] < other[0] < one[1]
    return one[0] < other[1] and other[0] < one[1]


def cut(edits: Sequence[Edit], start: int, end: int) -> tuple[Edit, ...]:
    """The edits of ``shown[start:end]``, their offsets counted from ``start``. No edit may lie across an end."""
    return tuple(
        replace(edit, start=edit.start - start, end=edit.end - start)
        for edit in edits
        if start <= edit.start and edit.end <= end
    )


def pronounced(shown: str, edits: Sequence[Edit]) -> Iterator[tuple[int, int, str]]:
    """Of edits with phonemes: first and last-plus-one character in what `speak` gives, and the phonemes."""
    if not any(edit.phonemes for edit in edits):
        return
    known = {(edit.start, edit.end): edit.phonemes for edit in edits if edit.phonemes}
    raw = ""
    for part in stretches(shown, edits):
        said = part.spoken.strip()
        if part.edited and said and (part.start, part.end) in known:
            start = len(" ".join(f"{raw}{part.spoken.rstrip()}|".split())) - 1 - len(" ".join(said.split()))
            yield start, start + len(" ".join(said.split())), known[part.start, part.end]
        raw += part.spoken
