"""The words of a script that a narrator may say wrongly, before a narrator says them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Protocol

from pipeline.errors import Place
from pipeline.languages import primary
from pipeline.materials import Sentence
from pipeline.script.lexicon.heteronyms import HARD, STRESSED
from pipeline.script.sentences import LITERARY

EXAMPLES = 2
RARE_ZIPF = 2.0
"""Below once in ten million words a word counts as rare (Zipf scale: Van Heuven et al. 2014)."""


class Doubt(StrEnum):
    """Why we are not sure how a word is said."""

    NAME = "name"
    FOREIGN = "foreign"
    RARE = "rare word"
    ACRONYM = "acronym"
    DIGITS = "letters and digits"
    HETERONYM = "two readings"
    STRESS = "two stresses"


WEIGHTS = {
    Doubt.NAME: 1.0,
    Doubt.FOREIGN: 1.0,
    Doubt.RARE: 1.0,
    Doubt.ACRONYM: 1.0,
    Doubt.DIGITS: 1.0,
    Doubt.HETERONYM: 0.1,
    Doubt.STRESS: 0.02,
}
"""Share of a word's occurrences that may be wrong, roughly: the list is in the order of what that may cost."""

_Weighed = tuple[Doubt, float] | None
MADE_OF_KNOWN = 0.1  # whaleboat, unknowingness: the parts are in the dictionary


class Dictionary(Protocol):
    """What is known of the words of one language."""

    def knows(self, word: str) -> bool:
        """Whether its pronunciation is looked up rather than guessed."""
        ...

    def said_in(self, sentence: str, word: str) -> str:
        """How it will be said in this sentence, in IPA; empty where that is not known."""
        ...


@dataclass(frozen=True)
class Suggestion:
    """A word that somebody should say how to say.

    Attributes:
        word: as it is mostly written, without its possessive.
        language: of the text; BCP 47.
        count: how often it occurs.
        why: the kind of doubt.
        now: how the first example will be said as things are, in IPA; empty where that is not known.
        readings: of a word with two readings, both.
        examples: sentences it stands in, each with its place.
    """

    word: str
    language: str
    count: int
    why: Doubt
    now: str
    readings: str
    examples: tuple[tuple[str, Place], ...]


@dataclass
class _Seen:
    """One word, in whatever capitals, through the whole script."""

    forms: dict[str, int] = field(default_factory=dict)
    inside: int = 0  # capitalised where no sentence begins
    examples: list[tuple[str, Place]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.forms.values())

    @property
    def usual(self) -> str:
        return max(self.forms, key=lambda form: self.forms[form])

    @property
    def is_name(self) -> bool:
        return self.inside > 0 and not any(form[0].islower() for form in self.forms)


_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’][sS]$")
_BEGINS = re.compile(r"(?:^|[.!?:;…—–“”\"‘(\[])[\s\"“”‘’'(\[—–]*$")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Ste|Capt|Col|Gen|Prof|Rev|Hon|Mme|Mlle|[A-Z])\.\s*$")
_ABBREVIATIONS = frozenset(LITERARY.replace(".", " ").split())
_ROMAN = re.compile(r"(?=[MDCLXVI])M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$")
_COUNTED = re.compile(r"\d+(?:st|nd|rd|th|s|['’]s|[ap]m|e|er|re|ème|o|a|º|ª)?$", re.IGNORECASE)
_UNENGLISH = re.compile(
    r"[^\x00-\x7f]|aa|ii|uu|[jqv]$|[qjx][bcdfghjklmnpqrstvwxz]|kh|zh|[cs]z|ij|eaux?$|[^s]ck[^aeilnrsty]|sch|^[mn][bdgkt]|tz[aeiou]"
)
_SUFFIXES = (
    "ness",
    "less",
    "like",
    "ly",
    "est",
    "eth",
    "er",
    "ish",
    "ful",
    "ward",
    "wise",
    "ment",
    "able",
    "ism",
    "ity",
)
_PREFIXES = ("un", "re", "over", "under", "out", "fore", "non", "mis", "pre", "super", "anti", "be", "en", "half")


def suggest(
    sentences: Iterable[tuple[Sentence, Place]],
    language: str,
    *,
    limit: int | None = None,
    dictionary_of: Callable[[str], Dictionary | None] | None = None,
) -> list[Suggestion]:
    """Words in doubt, those first that may cost most. What an edit stands for already is not asked about again.

    Args:
        sentences: of the whole script, each with where it stands.
        language: BCP 47 tag of those that name none.
        limit: no more than so many.
        dictionary_of: the dictionary of a language, None where there is none; default `dictionary_for`.
    """
    find_dictionary = cache(dictionary_of or dictionary_for)
    doubts: list[tuple[float, str, _Seen, str, Doubt]] = []
    for tag, seen in _seen_by_language(sentences, language).items():
        dictionary = find_dictionary(tag)
        small = {word for word, found in seen.items() if any(form[0].islower() for form in found.forms)}
        for word, found in seen.items():
            doubt = _doubt(word, found, tag, dictionary, small)
            if doubt is not None:
                doubts.append((-found.count * doubt[1], word, found, tag, doubt[0]))
    doubts.sort(key=lambda scored: scored[:2])
    return [_suggestion(word, found, tag, why, find_dictionary(tag)) for _, word, found, tag, why in doubts[:limit]]


def dictionary_for(language: str) -> Dictionary | None:
    """The narrators' own dictionary for English, word frequencies for other languages where wordfreq is installed."""
    if primary(language) == "en":
        from pipeline.engines.english import English  # the dictionaries take a second to read

        return English(british=language.lower().startswith("en-gb"))
    try:
        from wordfreq import available_languages, zipf_frequency
    except ImportError:
        return None
    tag = primary(language)
    if tag not in available_languages("best"):
        return None
    return _Frequencies(lambda word: zipf_frequency(word, tag))


@dataclass(frozen=True)
class _Frequencies:
    zipf: Callable[[str], float]

    def knows(self, word: str) -> bool:
        return self.zipf(word) >= RARE_ZIPF

    def said_in(self, _sentence: str, _word: str) -> str:
        return ""


def _seen_by_language(sentences: Iterable[tuple[Sentence, Place]], language: str) -> Mapping[str, dict[str, _Seen]]:
    languages: dict[str, dict[str, _Seen]] = {}
    for sentence, place in sentences:
        seen = languages.setdefault(sentence.language or language, {})
        text = sentence.shown
        shouted = text.isupper() and " " in text.strip()
        said = [(edit.start, edit.end) for edit in sentence.edits]
        for start, word in _words(text):
            if any(begin <= start < end for begin, end in said):
                continue
            form = word.capitalize() if shouted else word
            found = seen.setdefault(word.casefold().replace("’", "'"), _Seen())
            found.forms[form] = found.forms.get(form, 0) + 1
            if form[0].isupper() and not shouted and _is_inside(text, start):
                found.inside += 1
            if len(found.examples) < EXAMPLES and (not found.examples or found.examples[-1][0] != text):
                found.examples.append((text, place))
    return languages


def _is_inside(text: str, start: int) -> bool:
    """Whether a capital at ``start`` must be the word's own: no sentence and no quotation begins there."""
    return not _BEGINS.search(text, max(start - 6, 0), start) or bool(_TITLE.search(text, max(start - 8, 0), start))


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Words with a letter in them and where they begin, their possessive cut off."""
    for match in _TOKEN.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        if any(map(str.isalpha, word)):
            yield match.start(), word


def _doubt(word: str, found: _Seen, language: str, dictionary: Dictionary | None, small: set[str]) -> _Weighed:
    """Why a word is in doubt, and how much one occurrence of it weighs; None when it is not."""
    form, is_english = found.usual, primary(language) == "en"
    if any(map(str.isdigit, word)):
        return None if _COUNTED.match(word) else _weighed(Doubt.DIGITS)
    if is_english and (word in HARD or word in STRESSED):
        is_name = found.is_name and word not in ("polish", "reading", "nice")  # Mr. Bass, Captain Close
        return None if is_name else _weighed(Doubt.HETERONYM if word in HARD else Doubt.STRESS)
    if form.isupper() and len(form) > 1:
        return _acronym(word, form, dictionary, small)
    if len(word) < 2 or _ROMAN.match(form) or (is_english and word in _ABBREVIATIONS):
        return None
    return _stranger(word, form, found.is_name, dictionary, is_english)


def _stranger(word: str, form: str, is_name: bool, dictionary: Dictionary | None, is_english: bool) -> _Weighed:
    if dictionary is None:
        return _weighed(Doubt.NAME) if is_name else None
    if _knows(dictionary, form):
        return None
    if is_english and _UNENGLISH.search(word):
        return _weighed(Doubt.FOREIGN)
    is_made = is_english and not is_name and _is_made_of_known(word, dictionary)
    return _weighed(Doubt.NAME if is_name else Doubt.RARE, MADE_OF_KNOWN if is_made else 1.0)


def _acronym(word: str, form: str, dictionary: Dictionary | None, small: set[str]) -> _Weighed:
    """Letters that are spelled; not a word that is shouted, nor a Roman numeral."""
    shouted = word in small or (len(form) > 3 and dictionary is not None and dictionary.knows(word))
    if shouted or _ROMAN.match(form) or not form.isalpha() or len(form) > 6:
        return None
    return _weighed(Doubt.ACRONYM)


def _weighed(why: Doubt, factor: float = 1.0) -> _Weighed:
    return why, WEIGHTS[why] * factor


def _knows(dictionary: Dictionary, form: str) -> bool:
    """The whole, or every part around an apostrophe that is more than a letter or two (``ma'am``, ``we'll``)."""
    if dictionary.knows(form):
        return True
    parts = re.split("['’]", form)
    return len(parts) > 1 and all(len(part) < 3 or dictionary.knows(part) for part in parts)


def _is_made_of_known(word: str, dictionary: Dictionary) -> bool:
    """A compound of two words, or a word with an ending or a beginning that changes nothing in it."""
    if any(map(dictionary.knows, (f"{word}g", f"{word.removesuffix('ied')}y", f"{word.removesuffix('ies')}y"))):
        return True  # comin', descried
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix)
        if (
            stem != word
            and len(stem) > 2
            and any(map(dictionary.knows, (stem, f"{stem}e", _with_y(stem), stem[:-1])))
        ):
            return True
    for prefix in _PREFIXES:
        stem = word.removeprefix(prefix)
        if stem != word and len(stem) > 3 and (dictionary.knows(stem) or _is_made_of_known(stem, dictionary)):
            return True
    return any(dictionary.knows(word[:cut]) and dictionary.knows(word[cut:]) for cut in range(3, len(word) - 2))


def _with_y(stem: str) -> str:
    return f"{stem[:-1]}y" if stem.endswith("i") else stem


def _suggestion(word: str, found: _Seen, language: str, why: Doubt, dictionary: Dictionary | None) -> Suggestion:
    now = ""
    if dictionary is not None:
        now = dictionary.said_in(found.examples[0][0], word) or dictionary.said_in(found.usual, word)
    return Suggestion(found.usual, language, found.count, why, now, HARD.get(word, ""), tuple(found.examples))
