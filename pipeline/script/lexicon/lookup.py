"""A lexicon looked up in a text: whole words, the longest entry first, in time that does not depend on its size.

Words are found by dictionary: each entry hangs on its first word, and a text is only looked at where one of its words
is such a first word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.materials import Edit
from pipeline.script.edits import speak
from pipeline.script.lexicon.entries import Entry, checked

Speak = Callable[[str], str]

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
        phrase: None for a single word.
        lead: characters of the entry before its first word: the apostrophe of ``'tis``.
    """

    entry: Entry
    rank: tuple[int, bool, int, int]
    folded: str
    phrase: re.Pattern[str] | None
    lead: int


@dataclass(frozen=True)
class Lexicon:
    """Entries in the order of their rank: a later one wins over an earlier one. May be shared by threads.

    Attributes:
        entries: all of them, also those that a later one overrules.
        sources: for each entry, the number of the file it is from; files in order, the last wins.
    """

    entries: tuple[Entry, ...] = ()
    sources: tuple[int, ...] = ()
    _by_word: dict[str, tuple[_Candidate, ...]] = field(init=False, repr=False, compare=False)
    _odd: tuple[_Candidate, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[_Candidate]] = {}
        odd = []
        for position, entry in enumerate(self.entries):
            source = self.sources[position] if self.sources else int(entry.level)
            candidate, first = _candidate(entry, (source, entry.exact, len(entry.language), position))
            if first:
                found.setdefault(first, []).append(candidate)
            else:
                odd.append(candidate)
        object.__setattr__(self, "_by_word", {first: tuple(some) for first, some in found.items()})
        object.__setattr__(self, "_odd", tuple(odd))

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
            assert candidate.phrase is not None
            for match in candidate.phrase.finditer(text):
                if _stands_free(text, *match.span()):
                    yield *match.span(), candidate
        by_word = self._by_word
        if not by_word or by_word.keys().isdisjoint(map(str.casefold, _WORD.findall(text))):
            return
        for word in _WORD.finditer(text):
            for candidate in by_word.get(word[0].casefold(), ()):
                span = _span(candidate, word, text)
                if span is not None and _stands_free(text, *span):
                    yield *span, candidate


def _candidate(entry: Entry, rank: tuple[int, bool, int, int]) -> tuple[_Candidate, str]:
    """The entry made ready, and the word it hangs on; empty where it has none that a text could be searched for."""
    folded = entry.word.translate(_SAME)
    first = _WORD.search(folded)
    if first is not None and first[0] == folded:
        return _Candidate(entry, rank, folded, None, 0), folded.casefold()
    flags = re.NOFLAG if entry.exact else re.IGNORECASE
    phrase = re.compile(r"\s+".join(map(re.escape, folded.split())), flags)
    hangs = first is not None and " " not in folded[: first.start()]
    lead = first.start() if first is not None and hangs else 0
    return _Candidate(entry, rank, folded, phrase, lead), first[0].casefold() if first is not None and hangs else ""


def _span(candidate: _Candidate, word: re.Match[str], text: str) -> tuple[int, int] | None:
    if candidate.phrase is None:
        return word.span() if not candidate.entry.exact or word[0] == candidate.folded else None
    start = word.start() - candidate.lead
    match = candidate.phrase.match(text, start) if start >= 0 else None
    return match.span() if match else None


def _stands_free(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is whole words: no letters and no part of a number go on at either end."""
    first, last = text[start], text[end - 1]
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


def speaker_of(respellings: Mapping[str, str]) -> Speak:
    """A function that says a text as these respellings of any language want it.

    Raises:
        InputError: an entry is empty, or its respelling is.
    """
    lexicon = Lexicon(tuple(checked(Entry(word, say)) for word, say in respellings.items()))
    return lambda text: speak(text, lexicon.find(text, ""))
