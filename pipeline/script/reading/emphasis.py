"""Which stars and underscores stand for emphasis: the rules of CommonMark 0.31, 6.2, for single and double ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Run:
    """A run of ``*`` or ``_``, characters ``start`` … ``end``, that may open or close emphasis."""

    sign: str
    start: int
    end: int
    opens: bool
    closes: bool


def run_of(raw: str, start: int, end: int) -> Run:
    """Whether a run may open or close emphasis: CommonMark 0.31, 6.2 'left-flanking' and 'right-flanking'."""
    before, after = raw[start - 1 : start] or " ", raw[end : end + 1] or " "
    spaced_before, spaced_after = before.isspace(), after.isspace()
    mark_before, mark_after = _is_punctuation(before), _is_punctuation(after)
    left = not spaced_after and (not mark_after or spaced_before or mark_before)
    right = not spaced_before and (not mark_before or spaced_after or mark_after)
    if raw[start] == "_":
        left, right = left and (not right or mark_before), right and (not left or mark_after)
    return Run(raw[start], start, end, left, right)


def _is_punctuation(letter: str) -> bool:
    return not letter.isalnum() and not letter.isspace()


def pairs(runs: list[Run]) -> Iterator[tuple[int, int, int]]:
    """Opening and closing position and length of the delimiters that pair up. The rest (``5 * 3``) stay text."""
    waiting: list[Run] = []
    for run in runs:
        start = run.start
        while run.closes and start < run.end:
            index = next((i for i in reversed(range(len(waiting))) if waiting[i].sign == run.sign), None)
            if index is None:
                break
            opener = waiting[index]
            length = min(opener.end - opener.start, run.end - start)
            yield opener.end - length, start, length
            start += length
            rest = replace(opener, end=opener.end - length)
            waiting[index:] = [rest] if rest.start < rest.end else []
        if run.opens and start < run.end:
            waiting.append(replace(run, start=start))
