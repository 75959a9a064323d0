"""A sentence too long for one breath, cut where a reader would breathe."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise

from pipeline.engines import ReadingLimits
from pipeline.materials import Sentence
from pipeline.script.duration import STOP_S, estimate_seconds, primary
from pipeline.script.words import ATOMS, word_spans

# What it costs to breathe, by what stands there; a part of the target's length costs nothing else.
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
RESPELLED_COST = 8.0  # inside what the lexicon has put there
LETTER_COST = 20.0
RESPELLED_ATOMS = 12  # longest entry or respelling, in words

SHORT_PART_S = 2.0
SHORT_COST = 1.5

CONJUNCTIONS = {
    "en": "and but or nor for so yet that which who whom whose when where while whilst whereas because since though "
    "although if unless until till as than before after whereupon whereby lest",
    "de": "und aber oder denn sondern doch dass daß der die das welche welcher welches als wenn weil ob während "
    "obwohl wo",
    "fr": "et mais ou donc or ni car que qui dont où quand lorsque puisque comme si parce tandis",
    "es": "y e pero o u ni que quien cuando donde porque pues como si aunque mientras sino",
    "it": "e ed ma o né che chi cui quando dove perché poiché come se benché mentre però",
    "pt": "e mas ou nem que quem quando onde porque pois como se embora enquanto",
}
WORD = re.compile(r"\W*(\w+)")


@dataclass(frozen=True)
class Breath:
    """A sentence, or a part of one, that fits in one breath.

    Attributes:
        seconds: estimated.
        glued: no white space stands before it in its sentence.
        cut: its sentence goes on after it.
    """

    shown: str
    spoken: str
    start: int
    end: int
    seconds: float
    glued: bool = False
    cut: bool = False


def breaths(sentence: Sentence, limits: ReadingLimits, language: str) -> tuple[Breath, ...]:
    """The sentence whole where it fits the limits, else in as few and as even parts as its clauses allow."""
    seconds = estimate_seconds(sentence.spoken, language)
    if seconds <= limits.max_s and _fits(len(sentence.spoken), limits):
        return (Breath(sentence.shown, sentence.spoken, sentence.start, sentence.end, seconds),)
    atoms = _atoms(sentence.spoken, limits, language)
    to_shown, inexact = _align(atoms, _atoms(sentence.shown, limits, language))
    costs = [
        _cut_cost(before, after, language) + (RESPELLED_COST if index in inexact else 0.0)
        for index, (before, after) in enumerate(pairwise(atoms), start=1)
    ]
    bounds = _best_cuts(atoms, costs, limits, language)
    words = word_spans(sentence.shown)
    return tuple(_part(sentence, words, atoms, (to_shown, bound), language) for bound in pairwise(bounds))


def _fits(characters: int, limits: ReadingLimits) -> bool:
    return limits.max_characters is None or characters <= limits.max_characters


def _is_silent(text: str) -> bool:
    return not any(letter.isalnum() for letter in text)


def _atoms(text: str, limits: ReadingLimits, language: str) -> list[str]:
    """Stretches that are never cut: words with what clings to them, white space first. Together they are the text."""
    longest = max(1, min(int(limits.max_s / (STOP_S + 0.01)), limits.max_characters or len(text)))
    atoms: list[str] = []
    for match in ATOMS.finditer(text):
        atom = match[0]
        if estimate_seconds(atom, language) > limits.max_s or not _fits(len(atom.strip()), limits):
            slices = [atom[i : i + longest] for i in range(0, len(atom), longest)]
        else:
            slices = [atom]
        for part in slices:
            clings = atoms and (_is_silent(part) or _is_silent(atoms[-1]))
            if clings and _fits(len((atoms[-1] + part).strip()), limits):
                atoms[-1] += part
            else:
                atoms.append(part)
    return atoms


def _align(spoken: list[str], shown: list[str]) -> tuple[list[int], set[int]]:
    """For each boundary between spoken atoms its offset in the shown text, and which of them are guesses."""
    lengths = [0, *accumulate(len(atom) for atom in shown)]
    if spoken == shown:
        return lengths, set()
    offsets = [0] * (len(spoken) + 1)
    inexact: set[int] = set()
    i = j = 0
    while i < len(spoken):
        more_spoken, more_shown = _next_match(spoken, shown, i, j)
        inexact.update(range(i + 1, i + more_spoken))
        offsets[i + 1 : i + more_spoken] = [lengths[j]] * (more_spoken - 1)
        i, j = i + more_spoken, j + more_shown
        offsets[i] = lengths[j]
    offsets[-1] = lengths[-1]
    return offsets, inexact


def _next_match(spoken: list[str], shown: list[str], i: int, j: int) -> tuple[int, int]:
    """How far to go in both texts, from where they stand level, until they are level again.

    Respellings are short, so the nearest level place is the right one; no search over the whole sentence.
    """
    if j < len(shown) and spoken[i] == shown[j]:
        return 1, 1
    for distance in range(1, 2 * RESPELLED_ATOMS):
        for more in range(max(0, distance - RESPELLED_ATOMS), min(distance, RESPELLED_ATOMS) + 1):
            a, b = i + distance - more, j + more
            if a < len(spoken) and b < len(shown) and a > i and spoken[a] == shown[b]:
                return a - i, b - j
    return len(spoken) - i, len(shown) - j


def _cut_cost(before: str, after: str, language: str) -> float:
    if not after[:1].isspace() and not re.search(r"[—–、，；：。！？]$|--$", before):
        return LETTER_COST
    for pattern, cost in CUT_COSTS:
        if pattern.search(before):
            return cost
    word = WORD.match(after)
    goes_on = word is not None and word[1].lower() in CONJUNCTIONS.get(primary(language), "").split()
    if COMMA.search(before):
        return COMMA_CONJUNCTION_COST if goes_on else COMMA_COST
    if after.lstrip()[:1] in ("(", "—", "–"):
        return 0.3
    if before.endswith("."):
        return STOP_INSIDE_COST
    return CONJUNCTION_COST if goes_on else SPACE_COST


def _best_cuts(atoms: list[str], costs: list[float], limits: ReadingLimits, language: str) -> list[int]:
    """Boundaries (atom numbers, 0 and the last included) of the cheapest parts that all fit the limits."""
    seconds = [0.0, *accumulate(estimate_seconds(atom, language) for atom in atoms)]
    lengths = [0, *accumulate(len(atom) for atom in atoms)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(atoms) + 1):
        ways = []
        for start in range(end - 1, -1, -1):
            length = seconds[end] - seconds[start]
            space = len(atoms[start]) - len(atoms[start].lstrip())
            fits = length <= limits.max_s and _fits(lengths[end] - lengths[start] - space, limits)
            if not fits and start < end - 1:
                break
            here = costs[start - 1] if start else 0.0
            ways.append((best[start][0] + here + _length_cost(length, limits), start))
        best.append(min(ways))
    bounds = [len(atoms)]
    while bounds[-1]:
        bounds.append(best[bounds[-1]][1])
    return bounds[::-1]


def _length_cost(seconds: float, limits: ReadingLimits) -> float:
    off = (seconds - limits.target_s) / limits.target_s
    return off * off + (SHORT_COST if seconds < SHORT_PART_S else 0.0)


def _part(
    sentence: Sentence,
    words: list[tuple[int, int]],
    atoms: list[str],
    cut: tuple[list[int], tuple[int, int]],
    language: str,
) -> Breath:
    to_shown, (first, last) = cut
    text = "".join(atoms[first:last])
    begin, stop = to_shown[first], to_shown[last]
    shown = sentence.shown[begin:stop]
    inner = begin + len(shown) - len(shown.lstrip())
    start, end = _source_span(sentence, words, inner, inner + len(shown.strip()))
    return Breath(
        shown=shown.strip(),
        spoken=text.strip(),
        start=start,
        end=end,
        seconds=estimate_seconds(text, language),
        glued=first > 0 and not text[:1].isspace(),
        cut=last < len(atoms),
    )


def _source_span(sentence: Sentence, words: list[tuple[int, int]], begin: int, stop: int) -> tuple[int, int]:
    """Source offsets of the shown characters ``begin`` … ``stop``; the whole sentence's where words have none."""
    if len(sentence.words) != len(words) or begin >= stop:
        return sentence.start, sentence.end
    first = bisect_right(words, (begin, len(sentence.shown))) - 1
    last = bisect_right(words, (stop - 1, len(sentence.shown))) - 1
    head = sentence.words[first][0] + begin - words[first][0]
    is_whole = stop >= words[last][1]
    tail = sentence.words[last][1] if is_whole else sentence.words[last][0] + stop - words[last][0]
    return min(head, sentence.words[first][1] - 1), min(tail, sentence.words[last][1])
