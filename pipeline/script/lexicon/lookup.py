"""A lexicon looked up in a text: whole words, the longest entry first, in time that does not depend on its size.

Words are found by dictionary: a word hangs on itself, a phrase on its first two words, and a text is only looked at
where such words stand in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.materials import Edit
from pipeline.script.lexicon.entries import Entry

_WORD = re.compile(r"[^\W_]+")
_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u2010": "-", "\u2011": "-"})  # one sign for one, in both
_AFTER = re.compile(r"(?![^\W_])(?!'(?![sS](?![^\W_]))[^\W_])")
"""No letter, and no apostrophe with letters but for the possessive: 'Don' is not in 'Don't', and is in 'Don's'."""

_MORE_DIGITS = re.compile(r"[.,:]?\d")
_DIGITS_BEFORE = re.compile(r"\d[.,:]?$")
_ELIDED = re.compile(r"[^\W_]{3}")


@dataclass(frozen=True)
class _Candidate:
    """An entry made ready to be matched.

    Attributes:
        rank: which of two that match the same stretch wins: the greater.
        is_phrase: it is more than a word and needs a pattern.
        lead: characters of the entry before its first word: the apostrophe of ``'tis``.
    """

    entry: Entry
    rank: tuple[int, bool, int, int]
    folded: str
    is_phrase: bool
    lead: int

    @property
    def pattern(self) -> re.Pattern[str]:
        return _pattern(self.folded, self.entry.exact)


@dataclass(frozen=True)
class Lexicon:
    """Entries in the order of their rank: a later one wins over an earlier one. May be shared by threads.

    Attributes:
        entries: all of them, also those that a later one overrules.
        sources: for each entry, the number of the file it is from; files in order, the last wins.
    """

    entries: tuple[Entry, ...] = ()
    sources: tuple[int, ...] = ()
    _words: dict[str, tuple[_Candidate, ...]] = field(init=False, repr=False, compare=False)
    _phrases: dict[tuple[str, str], tuple[_Candidate, ...]] = field(init=False, repr=False, compare=False)
    _firsts: frozenset[str] = field(init=False, repr=False, compare=False)
    _odd: tuple[_Candidate, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hung: dict[tuple[str, ...], list[_Candidate]] = {}
        for position, entry in enumerate(self.entries):
            source = self.sources[position] if self.sources else int(entry.level)
            candidate, hook = _candidate(entry, (source, entry.exact, len(entry.language), position))
            hung.setdefault(hook, []).append(candidate)
        found = {
            "_words": {hook[0]: tuple(some) for hook, some in hung.items() if len(hook) == 1},
            "_phrases": {hook: tuple(some) for hook, some in hung.items() if len(hook) == 2},
            "_firsts": frozenset(hook[0] for hook in hung if hook),
            "_odd": tuple(hung.get((), ())),
        }
        for name, value in found.items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.entries)

    def over(self, lower: Lexicon) -> Lexicon:
        """Both lexicons in one; where both know a stretch, this one wins."""
        if not lower.entries:
            return self
        mine = self.sources or tuple(int(entry.level) for entry in self.entries)
        theirs = lower.sources or tuple(int(entry.level) for entry in lower.entries)
        above = max(theirs) + 1
        return Lexicon(lower.entries + self.entries, (*theirs, *(source + above for source in mine)))

    def find(self, text: str, language: str) -> tuple[Edit, ...]:
        """What the lexicon says of ``text``: edits in order, not overlapping, ``why`` is ``lexicon``.

        At each place the longest entry wins; of entries for the same stretch the one of the later file, then the one
        spelt exactly so, then the one of the narrower language, then the later one. An entry without a respelling
        leaves the word as it is and gives its phonemes.

        Args:
            language: BCP 47 tag of the text.
        """
        folded, offsets = _folded(text)
        best: dict[int, tuple[int, tuple[int, bool, int, int], Entry]] = {}
        for start, end, candidate in self._matches(folded):
            if candidate.entry.speaks_in(language):
                offer = (end, candidate.rank, candidate.entry)
                if start not in best or best[start][:2] < offer[:2]:
                    best[start] = offer
        if not best:
            return ()
        edits: list[Edit] = []
        position = 0
        for start in sorted(best):
            end, _, entry = best[start]
            if start >= position:
                position = end
                begin, stop = (start, end) if offsets is None else (offsets[start], offsets[end])
                edits.append(Edit(begin, stop, entry.say or text[begin:stop], "lexicon", entry.ipa))
        return tuple(edits)

    def _matches(self, text: str) -> Iterator[tuple[int, int, _Candidate]]:
        """Every entry at every place, of any language: start, end and entry."""
        for candidate in self._odd:
            for match in candidate.pattern.finditer(text):
                if _stands_free(text, *match.span()):
                    yield *match.span(), candidate
        if self._firsts.isdisjoint(map(str.casefold, _WORD.findall(text))):
            return
        words = [(match[0].casefold(), match) for match in _WORD.finditer(text)]
        for index, (first, word) in enumerate(words):
            if first in self._firsts:
                second = words[index + 1][0] if index + 1 < len(words) else ""
                for candidate in (*self._words.get(first, ()), *self._phrases.get((first, second), ())):
                    span = _span(candidate, word, text)
                    if span is not None and _stands_free(text, *span):
                        yield *span, candidate


def _candidate(entry: Entry, rank: tuple[int, bool, int, int]) -> tuple[_Candidate, tuple[str, ...]]:
    """The entry made ready, and the words it hangs on; none where a text could not be searched for them."""
    folded = entry.word.translate(_SAME)
    words = list(_WORD.finditer(folded))
    if words and words[0][0] == folded:
        return _Candidate(entry, rank, folded, False, 0), (folded.casefold(),)
    lead = words[0].start() if words else 0
    if not words or " " in folded[:lead]:
        return _Candidate(entry, rank, folded, True, 0), ()
    return _Candidate(entry, rank, folded, True, lead), tuple(word[0].casefold() for word in words[:2])


@lru_cache(maxsize=65_536)
def _pattern(phrase: str, exact: bool) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, phrase.split())), re.NOFLAG if exact else re.IGNORECASE)


def _span(candidate: _Candidate, word: re.Match[str], text: str) -> tuple[int, int] | None:
    if not candidate.is_phrase:
        return word.span() if not candidate.entry.exact or word[0] == candidate.folded else None
    start = word.start() - candidate.lead
    match = candidate.pattern.match(text, start) if start >= 0 else None
    return match.span() if match else None


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is whole words: no letters and no part of a number go on at either end."""
    first, last = text[start], text[end - 1]
    if unicodedata.combining(first) or (end < len(text) and unicodedata.combining(text[end])):
        return False
    if last.isalnum() and not _AFTER.match(text, end):
        return False
    if first.isalnum() and start and (text[start - 1].isalnum() or not _may_follow(text, start)):
        return False
    if last.isdigit() and _MORE_DIGITS.match(text, end):
        return False
    return not (first.isdigit() and _DIGITS_BEFORE.search(text, max(start - 2, 0), start))


def _may_follow(text: str, start: int) -> bool:
    """False after an apostrophe that joins a word of two letters or less to a letter: the 're' of 'we're'.

    Longer ones are words of their own: the 'Artagnan' of 'd'Artagnan', the 'homme' of 'l'homme'.
    """
    joined = start > 1 and text[start - 1] == "'" and text[start - 2].isalnum()
    return not joined or _ELIDED.match(text, start) is not None


def _folded(text: str) -> tuple[str, Sequence[int] | None]:
    """``text`` with one apostrophe and one hyphen for all, composed, without soft hyphens.

    Returns:
        The text to look in, and for each of its characters and its end the offset in ``text``; None when the same.
    """
    if "\u00ad" not in text and unicodedata.is_normalized("NFC", text):
        return text.translate(_SAME), None
    folded, offsets = [], []
    start = 0
    for end in [*(at for at in range(1, len(text)) if not _clings(text[at])), len(text)]:
        composed = unicodedata.normalize("NFC", text[start:end].replace("\u00ad", ""))
        folded.append(composed)
        offsets += [start] * len(composed)
        start = end
    return "".join(folded).translate(_SAME), [*offsets, len(text)]


def _clings(sign: str) -> bool:
    return sign == "\u00ad" or unicodedata.combining(sign) != 0
