"""Whether two spellings may be the same spoken words: a recogniser knows sounds, not how a book spells them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from pipeline.booth.expecting import Wording
from pipeline.hearing.pronouncing import sounds_of

SAME_SOUND = 0.75
"""Least similarity of the sounds of two stretches that count as the same words, both in the dictionary."""
SAME_DIVIDED = 0.85
"""The same where the numbers of words differ: less would swallow an article that was left out."""
SAME_PARTLY_STRANGE = 0.9
"""The same where some of those words are outside the dictionary, whose vowels count for nothing: less would swallow
the 'I' of 'I, Queequeg'."""
SAME_STRANGE = 0.6
"""The same where a name or a word outside the dictionary is among the words that should be heard."""

_TAG = re.compile(r"\[[^\]]*\]")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_NOT_WORD = re.compile(r"[\W_]+")
_ELISION = re.compile(r"\b(l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|un|all|dell|nell|sull|dall|quell)['’](?=\w)")


def words_of(text: str, language: str, wording: Wording) -> tuple[str, ...]:
    """The words of ``text`` as they are compared: numbers in words, lower case, no signs, hyphens divide."""
    spoken = unicodedata.normalize("NFKC", wording.spoken_form(_TAG.sub(" ", text), language)).casefold()
    if primary(language) in ("fr", "it", "pt"):
        spoken = _ELISION.sub(r"\1 ", spoken)
    return tuple(_NOT_WORD.sub(" ", _APOSTROPHE.sub("", spoken)).split())


def primary(language: str) -> str:
    """``en`` of ``en-GB``."""
    return language.lower().split("-")[0]


def alike(should: Sequence[str], heard: Sequence[str], language: str, names: Collection[str] = ()) -> bool:
    """Whether ``heard`` may be another spelling of ``should``; both a few words, as `words_of` gives them."""
    if not should or not heard:
        return False
    one, other = "".join(should), "".join(heard)
    if one == other:
        return True
    strange = all(word in names for word in should)
    least = SAME_STRANGE if strange else SAME_SOUND if len(should) == len(heard) else SAME_DIVIDED
    if primary(language) == "en":
        return _english(tuple(should), tuple(heard), least)
    return _similar(_folded(one, primary(language)), _folded(other, primary(language)), least)


def _similar(one: str, other: str, least: float) -> bool:
    return one == other or Levenshtein.normalized_similarity(one, other, score_cutoff=least) >= least


@lru_cache(maxsize=8192)
def _english(should: tuple[str, ...], heard: tuple[str, ...], least: float) -> bool:
    if _contracted(should) == "".join(heard) or _contracted(heard) == "".join(should):
        return True
    value = _value(should)
    if value is not None and value == _value(heard):
        return True
    strange = [sounds_of(word) is None for word in should]
    if all(strange):
        least = SAME_STRANGE
    elif any(strange) and len(should) != len(heard):
        least = SAME_PARTLY_STRANGE
    return _similar(*_sounds(should, heard), least)


def _sounds(should: tuple[str, ...], heard: tuple[str, ...]) -> tuple[str, str]:
    """English in sounds, by the dictionary if it has all of the words, else by the letters."""
    known = [[sounds_of(word) for word in words] for words in (should, heard)]
    if any(sounds is None for words in known for sounds in words):
        return _folded("".join(should), "en"), _folded("".join(heard), "en")
    one, other = ("".join(map(str, words)) for words in known)
    return one, other


def closeness(should: Sequence[str], heard: Sequence[str], language: str) -> float:
    """How alike two stretches sound, 0 … 1."""
    code = primary(language)
    one, other = (
        _sounds(tuple(should), tuple(heard))
        if code == "en"
        else (_folded("".join(should), code), _folded("".join(heard), code))
    )
    return Levenshtein.normalized_similarity(one, other) if one and other else 0.0


# Letters that sound alike, per language; what is left of a word are its sounds, roughly.
_SOUNDS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("tch", "c"), ("sch", "sk"), ("ph", "f"), ("gh(?=[aeiou])", "g"), ("gh", ""), ("ck", "k"), ("kn", "n"),
        ("wh", "w"), ("wr", "r"),
        ("qu", "kw"), ("x", "ks"), ("c(?=[eiy])", "s"), ("c(?!h)", "k"), ("ee|ea|ie|ei", "i"), ("ou|oo|ow", "u"),
        ("y", "i"), ("z", "s"), ("(?<=[^aeiou])e$", ""), ("(?<=[aeiou])h(?![aeiou])", ""), ("[aeiou]+", "a"),
    ),
    "de": (
        ("sch", "x"), ("ch", "x"), ("ph", "f"), ("ck", "k"), ("qu", "kw"), ("chs", "ks"), ("dt", "t"), ("th", "t"),
        ("ie", "i"), ("ä", "e"), ("ae", "e"), ("ü", "y"), ("ue", "y"), ("ö", "o"), ("oe", "o"), ("v", "f"),
        ("tz|ts", "z"), ("c", "k"), ("h", ""), ("y", "i"), ("eu|äu|oi", "oi"), ("ai|ei|ay|ey", "ai"),
        ("d$", "t"), ("b$", "p"), ("g$", "k"),
    ),
    "fr": (
        ("eaux|eau|aux|au", "o"), ("ph", "f"), ("qu", "k"), ("ç", "s"), ("c(?=[eiy])", "s"), ("c(?!h)", "k"),
        ("ai|ei|et$|ez$|er$", "e"), ("en|em|am", "an"), ("ain|ein|im|in|yn", "in"), ("om", "on"), ("h", ""),
        ("(ent|es|e|s|t|x|d|z|p)$", ""), ("y", "i"), ("oe", "e"),
    ),
    "es": (
        ("ll", "y"), ("qu", "k"), ("c(?=[ei])", "s"), ("c(?!h)", "k"), ("z", "s"), ("v", "b"), ("g(?=[ei])", "j"),
        ("gu(?=[ei])", "g"), ("x", "j"), ("(?<!c)h", ""),
    ),
    "it": (("ch", "k"), ("gh", "g"), ("qu", "k"), ("c(?=[aou])", "k"), ("h", ""), ("j|y", "i")),
    "pt": (
        ("ph", "f"), ("ç", "s"), ("qu", "k"), ("c(?=[ei])", "s"), ("c(?!h)", "k"), ("z", "s"), ("x|ch", "x"),
        ("g(?=[ei])", "j"), ("(?<![nlc])h", ""), ("y", "i"), ("ão|am$", "an"),
    ),
}  # fmt: skip


@lru_cache(maxsize=8192)
def _folded(word: str, language: str) -> str:
    for letters, sound in _SOUNDS.get(language, ()):
        word = re.sub(letters, sound, word)
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return re.sub(r"(.)\1+", r"\1", plain)


_ENDINGS = {"is": "s", "has": "s", "us": "s", "are": "re", "will": "ll", "shall": "ll", "have": "ve", "had": "d",
            "would": "d", "am": "m", "not": "nt"}  # fmt: skip
_ODD = {("can", "not"): "cant", ("cannot",): "cant", ("will", "not"): "wont", ("shall", "not"): "shant",
        ("it", "is"): "its", ("it", "was"): "twas"}  # fmt: skip


def _contracted(words: tuple[str, ...]) -> str:
    """``it is`` as ``its``; the apostrophe is gone on both sides. Nothing to contract: empty."""
    if words in _ODD:
        return _ODD[words]
    return "".join(words[:-1]) + _ENDINGS[words[-1]] if len(words) > 1 and words[-1] in _ENDINGS else ""


# fmt: off
_UNITS = {word: value for value, word in enumerate(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
     "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"))}
_TENS = {word: 10 * value for value, word in enumerate(
    ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2)}
# fmt: on
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
NUMBER_WORDS = frozenset({*_UNITS, *_TENS, *_SCALES, "oh", "o", "and", "a"})


def _value(words: tuple[str, ...]) -> str | None:
    """1905 of 'nineteen hundred and five' and of 'nineteen oh five'; None if the words are no number."""
    if not any(word in _UNITS or word in _TENS for word in words) or not set(words) <= NUMBER_WORDS:
        return None
    groups: list[int] = [0]
    digits, open_group = "", False
    for word in words:
        if word in ("and", "a"):
            continue
        if word in ("oh", "o"):
            digits, groups, open_group = f"{digits}{sum(groups)}0", [0], False
        elif word in _SCALES:
            groups = (
                [max(1, sum(groups)) * _SCALES[word]]
                if _SCALES[word] > 100
                else [*groups[:-1], max(1, groups[-1]) * 100]
            )
            groups, open_group = [*groups, 0], False
        elif word in _TENS or (word in _UNITS and not open_group):
            if groups[-1] and word in _TENS:
                digits, groups = f"{digits}{sum(groups)}", [0]
            groups[-1] += _TENS.get(word, _UNITS.get(word, 0))
            open_group = word in _UNITS
        else:
            digits, groups = f"{digits}{sum(groups)}", [_UNITS[word]]
    return f"{digits}{sum(groups) or ''}"
