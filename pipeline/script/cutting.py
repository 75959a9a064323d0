"""A sentence too long for one breath, cut where a reader would breathe."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise
from math import inf

from pipeline.engines import ReadingLimits
from pipeline.languages import primary
from pipeline.materials import Edit, Sentence
from pipeline.script.atoms import Atom, Estimate, atoms_of
from pipeline.script.duration import estimate_seconds
from pipeline.script.words import word_spans

# What it costs to breathe, by what stands there; a part of the target's length, or of full windows, costs no more.
CUT_COSTS = (
    (re.compile(r"(?:[!?。！？]+[\"'”’»)]*|\.[\"'”’»)]+|\.)[—–-]+$|[!?。！？]+[\"'”’»)]*$|\.[\"'”’»)]+$"), 0.0),
    (re.compile(r"[;；][\"'”’»)]*$"), 0.1),
    (re.compile(r"(?:[:：]|…|\.\.\.)[\"'”’»)]*$"), 0.15),
    (re.compile(r"(?:[—–]|--|\))[\"'”’»,]*$"), 0.3),
    (re.compile(r"[,、，][\"'”’»]+$"), 0.4),
)
COMMA = re.compile(r"[,、，]$")
COMMA_CONJUNCTION_COST = 0.45
COMMA_COST = 0.7
CONJUNCTION_COST = 1.5
SPACE_COST = 3.0
STOP_INSIDE_COST = 6.0  # 'Mr.' and its like
LETTER_COST = 20.0

EMPTY_COST = 0.5  # a window that a part leaves empty, squared: to fill one is worth a dash, not a comma more
SHORT_SHARE = 0.375  # of the target: three seconds of eight
SHORT_COST = 1.5

_CONJUNCTIONS = {
    "en": "and but or nor for so yet that which who whom whose when where while whilst whereas because since though "
    "although if unless until till as than before after whereupon whereby lest",
    "de": "und aber oder denn sondern doch dass daß der die das welche welcher welches als wenn weil ob während "
    "obwohl wo",
    "fr": "et mais ou donc or ni car que qui dont où quand lorsque puisque comme si parce tandis",
    "es": "y e pero o u ni que quien cuando donde porque pues como si aunque mientras sino",
    "it": "e ed ma o né che chi cui quando dove perché poiché come se benché mentre però",
    "pt": "e mas ou nem que quem quando onde porque pois como se embora enquanto",
}
CONJUNCTIONS = {language: frozenset(words.split()) for language, words in _CONJUNCTIONS.items()}
WORD = re.compile(r"\W*(\w+)")
CUT_HERE = re.compile(r"[—–、，；：。！？]$|--$")


@dataclass(frozen=True)
class Breath:
    """A sentence, or a part of one, that fits in one breath.

    Attributes:
        sentence: all of it, or the part with its own shown and spoken text, edits and place.
        seconds: estimated.
        glued: no white space stands before it in its sentence.
        cut: its sentence goes on after it.
    """

    sentence: Sentence
    seconds: float
    glued: bool = False
    cut: bool = False


def breaths(sentence: Sentence, limits: ReadingLimits, language: str, pace: float = 1.0) -> tuple[Breath, ...]:
    """A sentence in as few and as even parts as its clauses allow.

    Shown and spoken text are cut at the same place: between words, never inside an edit unless the edit alone is too
    long. Of every part, ``spoken`` is ``speak(shown, edits)``.

    Args:
        language: BCP 47 tag of the sentence.
        pace: how long this voice takes, measured in the language's estimates (`estimate_seconds`).
    """
    estimate = partial(estimate_seconds, language=language, pace=pace)
    seconds = estimate(sentence.spoken)
    if seconds <= limits.max_s and _fits(len(sentence.spoken), limits):
        return (Breath(sentence, seconds),)
    atoms = atoms_of(sentence, limits, estimate)
    costs = [_cut_cost(before, after, language) for before, after in pairwise(atoms)]
    bounds = _best_cuts(atoms, costs, limits, estimate)
    words = word_spans(sentence.shown)
    return tuple(_part(sentence, words, atoms, span, estimate) for span in pairwise(bounds))


def _fits(characters: int, limits: ReadingLimits) -> bool:
    return limits.max_characters is None or characters <= limits.max_characters


def _cut_cost(left: Atom, right: Atom, language: str) -> float:
    before, after = left.spoken, right.spoken
    if not after[:1].isspace() and not CUT_HERE.search(before):
        return LETTER_COST
    for pattern, cost in () if before[-1].isalnum() else CUT_COSTS:
        if pattern.search(before):
            return cost
    word = WORD.match(after)
    goes_on = word is not None and word[1].lower() in CONJUNCTIONS.get(primary(language), ())
    if COMMA.search(before):
        return COMMA_CONJUNCTION_COST if goes_on else COMMA_COST
    if after.lstrip()[:1] in ("(", "—", "–"):
        return 0.3
    if left.shown.endswith("."):
        return STOP_INSIDE_COST
    return CONJUNCTION_COST if goes_on else SPACE_COST


def _best_cuts(atoms: list[Atom], costs: list[float], limits: ReadingLimits, estimate: Estimate) -> list[int]:
    """Boundaries (atom numbers, 0 and the last included) of the cheapest parts that all fit the limits."""
    seconds = [0.0, *accumulate(estimate(atom.spoken) for atom in atoms)]
    ends = [0, *accumulate(len(atom.spoken) for atom in atoms)]
    begins = [end + len(atom.spoken) - len(atom.spoken.lstrip()) for end, atom in zip(ends, atoms, strict=False)]
    most = limits.max_characters or ends[-1]
    before = [0.0, *costs]
    short = SHORT_SHARE * limits.target_s
    best, chosen = [0.0], [0]
    for end in range(1, len(atoms) + 1):
        cheapest, first = inf, end - 1
        for start in range(end - 1, -1, -1):
            length = seconds[end] - seconds[start]
            if start < end - 1 and (length > limits.max_s or ends[end] - begins[start] > most):
                break
            cost = best[start] + before[start] + _off(length, limits) + (SHORT_COST if length < short else 0.0)
            if cost <= cheapest:
                cheapest, first = cost, start
        best.append(cheapest)
        chosen.append(first)
    bounds = [len(atoms)]
    while bounds[-1]:
        bounds.append(chosen[bounds[-1]])
    return bounds[::-1]


def _off(seconds: float, limits: ReadingLimits) -> float:
    """What a part's length costs: how far it is from the target, or how much of a window it leaves empty."""
    if limits.window_s is not None:
        return float(EMPTY_COST * limits.empty_window(seconds) ** 2)
    return float((seconds / limits.target_s - 1.0) ** 2)


def _part(
    sentence: Sentence,
    words: list[tuple[int, int]],
    atoms: list[Atom],
    span: tuple[int, int],
    estimate: Estimate,
) -> Breath:
    first, last = span
    inside = atoms[first:last]
    spoken = "".join(atom.spoken for atom in inside)
    shown = "".join(atom.shown for atom in inside)
    begin = inside[0].start + len(shown) - len(shown.lstrip())
    stop = begin + len(shown.strip())
    places = _words_within(sentence, words, begin, stop)
    edits = [_shifted(edit, atom.start) for atom in inside for edit in atom.edits]
    part = replace(
        sentence,
        shown=shown.strip(),
        spoken=" ".join(spoken.split()),
        start=places[0][0] if places else sentence.start,
        end=places[-1][1] if places else sentence.end,
        words=tuple(places),
        edits=tuple(_within(edits, begin, stop)),
    )
    seconds = estimate(spoken)
    return Breath(part, seconds, glued=first > 0 and not spoken[:1].isspace(), cut=last < len(atoms))


def _shifted(edit: Edit, by: int) -> Edit:
    return replace(edit, start=edit.start + by, end=edit.end + by)


def _within(edits: list[Edit], begin: int, stop: int) -> Iterator[Edit]:
    """Edits of a sentence as those of its part ``begin`` … ``stop``.

    What is added before the part's first shown word, or after its last, stays apart from it as it was.
    """
    early = sum(edit.start < begin for edit in edits) - 1
    late = sum(edit.end <= stop for edit in edits)
    for index, edit in enumerate(edits):
        yield replace(
            edit,
            start=min(max(edit.start, begin), stop) - begin,
            end=min(max(edit.end, begin), stop) - begin,
            spoken=" " * (index == late and edit.start > stop)
            + edit.spoken
            + " " * (index == early and edit.end < begin),
        )


def _words_within(sentence: Sentence, words: list[tuple[int, int]], begin: int, stop: int) -> list[tuple[int, int]]:
    """Source spans of the words of ``shown[begin:stop]``; of a word cut in two, the part's share of its span."""
    if len(sentence.words) != len(words) or begin >= stop:
        return []
    first = bisect_right(words, (begin, len(sentence.shown))) - 1
    last = bisect_right(words, (stop - 1, len(sentence.shown))) - 1
    places = list(sentence.words[first : last + 1])
    if stop < words[last][1]:
        places[-1] = (places[-1][0], min(places[-1][0] + stop - words[last][0], places[-1][1]))
    if begin > words[first][0]:
        places[0] = (min(sentence.words[first][0] + begin - words[first][0], places[0][1] - 1), places[0][1])
    return places
