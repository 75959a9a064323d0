"""Notes marked by signs - ``alien.*`` and, below, ``*I am aware that …`` - told from scene breaks, bullets, emphasis.

A sign is a note's only where both are there: the words that it hangs on and, behind them, a paragraph that begins
with it. A sign without the other stays text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

_SIGN = r"\*{1,3}|†{1,3}|‡{1,3}|¶{1,2}|§{1,2}|‖{1,2}"
SIGNS = re.compile("[*†‡¶§‖]")
REFERENCE = re.compile(
    rf"(?P<mark>(?:(?<=[^\s*†‡¶§‖\\(\[])|(?<=[.,;:!?'\"”’)»])[ ])(?P<sign>{_SIGN}))(?![\w*†‡¶§‖\])]|[ ]?\d)"
)
DEFINITION = re.compile(rf"^[ \t]*\(?(?P<mark>(?P<sign>{_SIGN})[ \t]*)(?=[^\s*†‡¶§‖\d)—–-])", re.MULTILINE)
PARAGRAPH = re.compile(r"^(?:[^\S\n]*\S.*\n?)+", re.MULTILINE)
RULED = re.compile(r"[-_=—–\s]*")
FAR = 60_000  # characters from a reference to its note: the longest chapters whose notes stand at the end
LONGEST_EMPHASIS = 200  # characters
NEAR = 3_000  # characters between references to one note


@dataclass(frozen=True)
class _Hit:
    """A sign that could be a note's: characters ``start`` … ``end``."""

    sign: str
    start: int
    end: int
    defines: bool


@dataclass(frozen=True)
class Pair:
    """A note's sign, ``start`` … ``end``, and the signs in the text that refer to it."""

    name: str
    start: int
    end: int
    references: tuple[tuple[int, int], ...]


def signed(text: str, begin: int, end: int) -> list[Pair]:
    """The notes between two offsets that signs mark, in order, each with its references."""
    if SIGNS.search(text, begin, end) is None:
        return []
    references = [
        _Hit(match["sign"], *match.span("mark"), defines=False)
        for match in REFERENCE.finditer(text, begin, end)
        if not _closes_emphasis(text, match)
    ]
    definitions = _definitions(text, begin, end, {hit.end: hit.sign for hit in references})
    by_sign: dict[str, list[_Hit]] = defaultdict(list)
    for hit in sorted([*references, *definitions], key=lambda hit: hit.start):
        by_sign[hit.sign].append(hit)
    return sorted((pair for hits in by_sign.values() for pair in _paired(hits)), key=lambda pair: pair.start)


def _definitions(text: str, begin: int, end: int, ends: Mapping[int, str]) -> Iterator[_Hit]:
    """Signs before a paragraph; or before a line below a rule, below the line that refers to it, below such a line.

    Args:
        ends: where signs end that could be references.
    """
    for paragraph in PARAGRAPH.finditer(text, begin, end):
        if SIGNS.search(text, *paragraph.span()) is None:
            continue
        lines = list(DEFINITION.finditer(text, *paragraph.span()))
        uses = Counter(match["sign"] for match in lines)
        noting = False
        for match in lines:
            above = text[paragraph.start() : match.start()].rstrip()
            referring = ends.get(paragraph.start() + len(above)) == match["sign"]
            noting = noting or referring or RULED.fullmatch(above.rpartition("\n")[2]) is not None
            bullets = uses[match["sign"]] > 1
            if noting and not bullets and not _opens_emphasis(text, match, paragraph.end()):
                yield _Hit(match["sign"], *match.span("mark"), defines=True)


def _opens_emphasis(text: str, match: re.Match[str], end: int) -> bool:
    """``*so* it is``: the same sign stands behind words of the same paragraph."""
    after = text[match.end("mark") : end]
    following = re.search(rf"(?<![\w*]){re.escape(match['sign'])}(?=[^\s*])|{_closing(match['sign'])}", after)
    return following is not None and following.start() > 0 and not after[following.start() - 1].isspace()


def _closes_emphasis(text: str, match: re.Match[str]) -> bool:
    """``*so*`` and ``**so**``: the same sign stands before the words, in the same paragraph."""
    begin = max(text.rfind("\n\n", 0, match.start()), match.start() - LONGEST_EMPHASIS, 0)
    before = text[begin : match.start()]
    opening = rf"(?:^|(?<=[\s\"“‘'(\[—–-])){re.escape(match['sign'])}(?=[^\s*])"
    last = max((found.end() for found in re.finditer(opening, before)), default=None)
    return last is not None and re.search(_closing(match["sign"]), before[last:]) is None


def _closing(sign: str) -> str:
    return rf"(?<=[^\s*]){re.escape(sign)}(?![\w*])"


def _paired(hits: Sequence[_Hit]) -> Iterator[Pair]:
    """References and the notes behind them, by rank; several references close together have one note."""
    waiting: list[_Hit] = []
    for defines, group in groupby(hits, key=lambda hit: hit.defines):
        run = list(group)
        if not defines:
            waiting = run
            continue
        near = [hit for hit in waiting if run[0].start - hit.start <= FAR]
        waiting = []
        if not near:
            continue
        if len(run) == 1:
            shared = [hit for hit in near if near[-1].start - hit.start <= NEAR]
            yield _pair(run[0], shared)
        else:
            for note, hit in zip(run, near[-len(run) :], strict=False):
                yield _pair(note, [hit])


def _pair(note: _Hit, references: Sequence[_Hit]) -> Pair:
    return Pair(f"{note.sign} at {note.start}", note.start, note.end, tuple((r.start, r.end) for r in references))
