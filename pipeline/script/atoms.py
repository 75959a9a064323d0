"""The stretches of a sentence that are never cut: shown and spoken text side by side, each with its edits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.edits import speak, stretches
from pipeline.engines import ReadingLimits
from pipeline.materials import Edit, Sentence
from pipeline.script.words import ATOMS

ANY_WORD = re.compile(r"[^\W_]")

Estimate = Callable[[str], float]


@dataclass(frozen=True)
class Atom:
    """A word with what clings to it, or all that an edit covers.

    Attributes:
        start: where it begins in the sentence's shown text.
        shown: its part of that text, white space first.
        spoken: the same as it is spoken, its white space kept.
        edits: counted from its own start.
    """

    start: int
    shown: str
    spoken: str
    edits: tuple[Edit, ...] = ()


def atoms_of(sentence: Sentence, limits: ReadingLimits, estimate: Estimate) -> list[Atom]:
    """The atoms of a sentence. Together their shown texts are its shown text, and so are the spoken ones.

    Args:
        limits: no atom is longer, unless a single letter is.
        estimate: seconds of a spoken text.
    """
    slowest = max(estimate("."), estimate("0")) + 0.01
    longest = max(1, min(int(limits.max_s / slowest), limits.max_characters or len(sentence.spoken)))

    def fits(text: str) -> bool:
        return _fits_characters(text, limits) and estimate(text) <= limits.max_s

    atoms: list[Atom] = []
    for atom in _whole(sentence.shown, _edits_of(sentence)):
        for part in [atom] if len(atom.spoken) <= longest or fits(atom.spoken) else _pieces(atom, fits, longest):
            clings = atoms and (_is_silent(part.spoken) or _is_silent(atoms[-1].spoken))
            if clings and _fits_characters(atoms[-1].spoken + part.spoken, limits):
                atoms[-1] = _joined(atoms[-1], part)
            else:
                atoms.append(part)
    return atoms


def _edits_of(sentence: Sentence) -> Sequence[Edit]:
    """A sentence that is spoken otherwise than its edits say is one edit as a whole."""
    if speak(sentence.shown, sentence.edits) == sentence.spoken:
        return sentence.edits
    return (Edit(0, len(sentence.shown), sentence.spoken, "sentence"),)


def _whole(shown: str, edits: Sequence[Edit]) -> Iterator[Atom]:
    """Words of the shown text; those that one edit covers together are one atom."""
    cuts: list[tuple[int, int]] = []  # where each atom ends, in the text and in the edits
    taken = 0
    for match in ATOMS.finditer(shown):
        while taken < len(edits) and edits[taken].end <= match.end():
            taken += 1
        if taken == len(edits) or edits[taken].start >= match.end():
            cuts.append((match.end(), taken))
    cuts[-1:] = [(len(shown), len(edits))]  # white space after the last word, and an edit that covers it
    start = first = 0
    for stop, last in cuts:
        inside = tuple(replace(edit, start=edit.start - start, end=edit.end - start) for edit in edits[first:last])
        yield _atom(start, shown[start:stop], inside)
        start, first = stop, last


def _atom(start: int, shown: str, edits: tuple[Edit, ...]) -> Atom:
    spoken = "".join(part.spoken for part in stretches(shown, edits)) if edits else shown
    return Atom(start, shown, spoken, edits)


def _joined(one: Atom, other: Atom) -> Atom:
    shift = len(one.shown)
    moved = tuple(replace(edit, start=edit.start + shift, end=edit.end + shift) for edit in other.edits)
    return Atom(one.start, one.shown + other.shown, one.spoken + other.spoken, one.edits + moved)


def _pieces(atom: Atom, fits: Callable[[str], bool], longest: int) -> Iterator[Atom]:
    """An atom too long for one breath, in pieces; those of an edit share out what is shown, word by word.

    Where the edit has more words than are shown, the last pieces show nothing.
    """
    if not atom.edits:
        for index in range(0, len(atom.shown), longest):
            piece = atom.shown[index : index + longest]
            yield Atom(atom.start + index, piece, piece)
        return
    spoken = [
        piece
        for match in ATOMS.finditer(atom.spoken)
        for piece in ([match[0]] if fits(match[0]) else _slices(match[0], longest))
    ]
    shown = [match[0] for match in ATOMS.finditer(atom.shown)]
    position = 0
    for number, said in enumerate(spoken):
        first, last = (-(-len(shown) * step // len(spoken)) for step in (number, number + 1))
        words = "".join(shown[first:last]) if number < len(spoken) - 1 else atom.shown[position:]
        yield Atom(atom.start + position, words, said, (Edit(0, len(words), said, atom.edits[0].why),))
        position += len(words)


def _slices(text: str, longest: int) -> list[str]:
    return [text[index : index + longest] for index in range(0, len(text), longest)]


def _is_silent(text: str) -> bool:
    return ANY_WORD.search(text) is None


def _fits_characters(text: str, limits: ReadingLimits) -> bool:
    return limits.max_characters is None or len(text.strip()) <= limits.max_characters
