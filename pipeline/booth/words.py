"""Whether a take says its text: the words that should be heard against those that a recogniser heard.

The alignment is by words; up to three on one side may be one, two or three on the other where they may be spellings
of the same sounds. What was said before the first right word and after the last one stands apart from the errors
between them, for it can be cut off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby

from rapidfuzz.distance import Levenshtein

from pipeline.booth.expecting import Wording
from pipeline.booth.spelling import NUMBER_WORDS, alike, closeness, words_of
from pipeline.booth.verdicts import at_most
from pipeline.hearing import HeardWord, Transcript
from pipeline.languages import primary
from pipeline.materials import Verdict

ERROR_SHARE, ERROR_SHARE_ELSEWHERE = 0.1, 0.3
LONGEST_RUN, MISHEARD_ELSEWHERE = 1, 3
"""Words wrong, of all and in a row, that may be the recogniser's mistake. English was measured (docs/faults.md). In
other languages recognisers err more, and no voice was at hand to measure it: more words may be heard as others there.
"""
MISHEARD = 0.6
"""Closeness of a stretch, too far off to be a spelling, that is still likelier misheard than misread ('a mazy' heard
as 'amazing')."""
_SPAN = 3
_NUMBER_SPAN = 7
FILLERS = frozenset({"uh", "um", "ah", "oh", "eh", "hm", "hmm", "mm", "mhm", "äh", "ähm", "euh"})

_Words = tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """Words in a row that differ: what should be heard and what was heard instead; either may be empty.

    Attributes:
        closeness: how alike the two sound, 0 … 1.
    """

    should: tuple[str, ...]
    heard: tuple[str, ...]
    closeness: float = 0.0

    @property
    def length(self) -> int:
        """Words wrong; of two that a recogniser has only divided otherwise, one."""
        words = max(len(self.should), len(self.heard))
        return words if self.closeness < MISHEARD else math.ceil(words / 2)


@dataclass(frozen=True)
class Comparison:
    """A text and what was heard of it, word by word.

    Attributes:
        expected: number of words that should be heard.
        errors: words omitted, inserted or wrong, those before and after included.
        runs: stretches that differ, between the first word and the last, in order.
        before: words added before the first.
        after: words added after the last.
        repeated: stretches that are said again, in ``runs``, ``before`` and ``after``, as text.
        span: first word and last-plus-one of the text in what was heard, in words as they are compared.
        heard: those words.
        language: BCP 47 tag.
    """

    expected: int
    errors: int
    runs: tuple[Run, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    repeated: tuple[str, ...]
    span: tuple[int, int]
    heard: tuple[str, ...]
    language: str

    @property
    def passes(self) -> bool:
        """Whether the take says its text."""
        return all(verdict.passed for verdict in word_verdicts(self))

    @property
    def omitted(self) -> tuple[str, ...]:
        return tuple(" ".join(run.should) for run in self.runs if not run.heard)

    @property
    def inserted(self) -> tuple[str, ...]:
        return tuple(" ".join(run.heard) for run in self.runs if not run.should)


def compare(
    spoken: str, transcript_text: str, language: str, wording: Wording, names: Collection[str] = ()
) -> Comparison:
    """The words of a text against those that were heard.

    Args:
        spoken: the text as it was to be read; ``[tags]`` are not words.
        transcript_text: as the recogniser writes it.
        language: BCP 47 tag.
        names: names and words of the lexicon, as written: they are spelt by guess in a transcript.
    """
    should, heard = words_of(spoken, language, wording), words_of(transcript_text, language, wording)
    strange = {word for name in names for word in words_of(name, language, wording)}
    steps = _aligned(should, heard, language, strange)
    first = next((number for number, step in enumerate(steps) if step.should or step.right), len(steps))
    last = max((number for number, step in enumerate(steps) if step.should), default=len(steps) - 1)
    before = tuple(word for step in steps[:first] for word in step.heard)
    after = tuple(word for step in steps[last + 1 :] for word in step.heard)
    runs = tuple(_runs(steps[first : last + 1], language))
    return Comparison(
        expected=len(should),
        errors=sum(run.length for run in runs) + len(before) + len(after),
        runs=runs,
        before=before,
        after=after,
        repeated=tuple(_repeated(steps, runs, before, after)),
        span=(len(before), len(heard) - len(after)),
        heard=heard,
        language=language,
    )


@dataclass(frozen=True)
class _Step:
    """One step of the alignment; right where both sides are the same words."""

    should: tuple[str, ...]
    heard: tuple[str, ...]
    right: bool = False


def _aligned(should: _Words, heard: _Words, language: str, names: Collection[str]) -> list[_Step]:
    """The cheapest alignment; what agrees word for word at both ends is not searched."""
    if (
        len(heard) > len(should) + 1
    ):  # words are added: which of two equal stretches is the text is the search's to say
        return _searched(should, heard, language, names)
    front = _agreeing(should, heard)
    back = _agreeing(should[front:][::-1], heard[front:][::-1])
    middle = _searched(
        should[front : len(should) - back],
        heard[front : len(heard) - back],
        language,
        names,
        inner=bool(front or back),
    )
    ends = (should[:front], should[len(should) - back :])
    first, last = ([_Step((word,), (word,), right=True) for word in words] for words in ends)
    return [*first, *middle, *last]


def _agreeing(should: _Words, heard: _Words) -> int:
    """Equal words at the start; not a number's, which may be part of one that is said otherwise."""
    pairs = enumerate(zip(should, heard, strict=False))
    count = next((k for k, (one, other) in pairs if one != other), min(len(should), len(heard)))
    while 0 < count < max(len(should), len(heard)) and should[count - 1] in NUMBER_WORDS:
        count -= 1
    return count


def _searched(
    should: _Words, heard: _Words, language: str, names: Collection[str], *, inner: bool = False
) -> list[_Step]:
    """The cheapest alignment; of equals the one that covers more.

    Args:
        inner: words heard before and after cost as much as between.
    """
    same = lru_cache(maxsize=None)(partial(_same, language=language, names=names))
    rows, columns = len(should) + 1, len(heard) + 1
    cost = [[0.0] * columns for _ in range(rows)]
    back: list[list[tuple[int, int, bool]]] = [[(0, 0, False)] * columns for _ in range(rows)]
    for i in range(rows):
        edge_cost = _EDGE_COST if i in (0, rows - 1) and not inner else 1.0
        for j in range(columns):
            ways = _ways(i, j, should, heard, same)
            prices = ((a, b, edge_cost if not a else price, right) for a, b, price, right in ways)
            found = [(cost[i - a][j - b] + price, -(a + b), (a, b, right)) for a, b, price, right in prices]
            if found:
                cost[i][j], _, back[i][j] = min(found)
    steps: list[_Step] = []
    i, j = rows - 1, columns - 1
    while i or j:
        a, b, right = back[i][j]
        steps.append(_Step(should[i - a : i], heard[j - b : j], right))
        i, j = i - a, j - b
    return steps[::-1]


# Words added at an end cost less than errors inside, so that text that can be cut off is found there in one piece.
_EDGE_COST = 0.4


def _ways(
    i: int, j: int, should: _Words, heard: _Words, same: Callable[[_Words, _Words], bool]
) -> Iterator[tuple[int, int, float, bool]]:
    """Last steps that lead to (i, j): words of the text, words heard, cost, whether they are the same."""
    if i and j and should[i - 1] == heard[j - 1]:
        yield 1, 1, 0.0, True
        if should[i - 1] not in NUMBER_WORDS:  # 'hundred and five' and 'oh five' end alike and are one number
            return
    if j:
        yield 0, 1, 1.0, False
    if i:
        yield 1, 0, 1.0, False
    if i and j:
        yield 1, 1, 1.0, False
    for a in range(1, min(i, _NUMBER_SPAN) + 1):
        for b in range(1, min(j, _NUMBER_SPAN) + 1):
            one, other = should[i - a : i], heard[j - b : j]
            if (a > _SPAN or b > _SPAN) and not NUMBER_WORDS.issuperset((*one, *other)):
                break
            if same(one, other):
                yield a, b, 0.01 * (a + b), True  # a spelling is dearer than the word itself


def _same(one: _Words, other: _Words, language: str, names: Collection[str]) -> bool:
    short, long = sorted((sum(map(len, one)), sum(map(len, other))))
    if NUMBER_WORDS.issuperset((*one, *other)):
        return alike(one, other, language, names)
    if not set(one).isdisjoint(other):
        return one == other  # what is the same in both would lend its likeness to what is not
    return long <= 2 * short + 2 and alike(one, other, language, names)


def _runs(steps: Iterable[_Step], language: str) -> Iterator[Run]:
    for right, group in groupby(steps, key=lambda step: step.right):
        if not right:
            wrong = list(group)
            should = tuple(word for step in wrong for word in step.should)
            heard = tuple(word for step in wrong for word in step.heard)
            yield Run(should, heard, closeness(should, heard, language))


def _repeated(
    steps: list[_Step], runs: tuple[Run, ...], before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[str]:
    """Added words, two or more, that stand in the text in that order."""
    text = f" {' '.join(word for step in steps for word in step.should)} "
    for said in (before, *(run.heard for run in runs if len(run.heard) > len(run.should)), after):
        if len(said) > 1 and f" {' '.join(said)} " in text:
            yield " ".join(said)


WORD_CHECKS = frozenset({"words", "longest run", "nothing added", "nothing repeated"})
"""Names of the verdicts on words."""


def word_verdicts(comparison: Comparison) -> tuple[Verdict, ...]:
    """What the comparison says of the take; measures and thresholds are numbers of words."""
    english = primary(comparison.language) == "en"
    allowed = max(1, math.ceil((ERROR_SHARE if english else ERROR_SHARE_ELSEWHERE) * comparison.expected))
    measured = [(run, _limit(run, english=english)) for run in comparison.runs]
    longest, limit = max(measured, key=lambda pair: pair[0].length - pair[1], default=(None, LONGEST_RUN))
    added = max((comparison.before, comparison.after), key=_weight)
    again = max((len(text.split()) for text in comparison.repeated), default=0)
    return (
        at_most("words", comparison.errors, allowed, f"{comparison.errors} of {comparison.expected} words wrong"),
        at_most("longest run", longest.length if longest else 0, limit, _told(longest) if longest else ""),
        at_most(
            "nothing added",
            _weight(added),
            LONGEST_RUN,
            f"added {'before' if added is comparison.before else 'after'} the text: {_quoted(added)}",
        ),
        at_most(
            "nothing repeated", again, LONGEST_RUN, f"said twice: {_quoted(' '.join(comparison.repeated).split())}"
        ),
    )


def _limit(run: Run, *, english: bool) -> int:
    return LONGEST_RUN if english or not (run.should and run.heard) else MISHEARD_ELSEWHERE


def _weight(words: tuple[str, ...]) -> int:
    return sum(word not in FILLERS for word in words)


def _told(run: Run) -> str:
    if not run.heard:
        return f"{len(run.should)} words missing: {_quoted(run.should)}"
    if not run.should:
        return f"{len(run.heard)} words added: {_quoted(run.heard)}"
    return f"{_quoted(run.should)} heard as {_quoted(run.heard)}"


def _quoted(words: Iterable[str]) -> str:
    text = list(words)
    return f"'{' '.join(text[:8])}{' …' if len(text) > 8 else ''}'"


def right_part(comparison: Comparison, transcript: Transcript, wording: Wording) -> tuple[float, float] | None:
    """Where the right words are, when they are one contiguous part of what was said and more was said around it.

    Args:
        transcript: the one that was compared, with times.

    Returns:
        Start and end in seconds, each halfway into the silence between two words; None where cutting does not help.
    """
    if not (comparison.before or comparison.after) or comparison.runs or not comparison.expected:
        return None
    owners = _owners(comparison, transcript.words, wording)
    first, last = owners.get(comparison.span[0]), owners.get(comparison.span[1] - 1)
    if first is None or last is None or last < first:
        return None
    words = transcript.words
    start = (words[first - 1].end_s + words[first].start_s) / 2 if comparison.before and first else 0.0
    end = words[last].end_s
    if comparison.after and last + 1 < len(words):
        end = (end + words[last + 1].start_s) / 2
    elif not comparison.after:
        end = math.inf
    return (start, end) if start < end else None


def _owners(comparison: Comparison, words: tuple[HeardWord, ...], wording: Wording) -> dict[int, int]:
    """Place of a compared word → the transcript's word that it comes from, where that is certain."""
    parts = [
        (word, number)
        for number, said in enumerate(words)
        for word in words_of(said.text, comparison.language, wording)
    ]
    single = [word for word, _ in parts]
    found: dict[int, int] = {}
    for block in Levenshtein.opcodes(comparison.heard, single):
        if block.tag == "equal":
            places = zip(range(block.src_start, block.src_end), range(block.dest_start, block.dest_end), strict=True)
            found |= {place: parts[other][1] for place, other in places}
    return found
