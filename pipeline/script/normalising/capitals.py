"""Capitals: initialisms are spelled, acronyms are words, headings and shouted openings are lowered."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from pipeline.script.normalising.rules import Rule, Trait

UPPER = "A-ZÀ-ÖØ-Þ"
WORD = rf"(?<![^\W\d])(?<![’'.&@#/])[{UPPER}]{{2,}}(?:[’'][{UPPER}]+)*(?![^\W\d]|[&@/]|[’'][{UPPER}]|\.\w)"
_NEXT = re.compile(rf"[\s,;:!?—–.\"“”-]+(?:(?:[{UPPER}]|[IVXLC]+)\b[\s,.:]+)*(?P<word>[{UPPER}]{{2,}})(?![\w])")
_LAST = re.compile(
    rf"(?<!\w)(?P<word>[{UPPER}]{{2,}})(?:[’'][{UPPER}]+)*(?:[\s,]+(?:[{UPPER}]|[IVXLC]+)\b)*[\s,;:!?—–.\"“”-]+$"
)
_OPENING = re.compile(r"(?:^|[.!?:…]\s+|[—–]\s?)[\"“‘'«„»\s(\[—–-]*$")
_DOTTED = re.compile(
    rf"(?<![\w.])(?:[a-z]\.){{2,}}[a-z](?![\w])|(?<![\w.])(?:[{UPPER}]\.\s?)+[{UPPER}]\.(?!\w)"
    rf"|(?<![\w.])(?:[{UPPER}]\.){{1,}}[{UPPER}](?![\w.])"
)

_LIKE_A_WORD = re.compile("[B-DF-HJ-NP-TV-Z]?[AEIOU][B-DF-HJ-NP-TV-Z]{0,2}")
"""An initialism that in a row of words in capitals is more likely a word: UN, MIT."""
_PART = re.compile(r"\w[-—–]$")
_PART_NEXT = re.compile(rf"[-—–][{UPPER}]")
_NAME_NEXT = re.compile(rf"\s[{UPPER}][a-zß-ÿ]")


def capitals(
    spelled: Collection[str],
    acronyms: Collection[str],
    words: Collection[str] = (),
    letters: Mapping[str, str] | None = None,
    heading: bool = False,
) -> tuple[Rule, ...]:
    """Rules for words in capitals.

    Args:
        spelled: initialisms, in capitals: FBI.
        acronyms: said as words: NASA.
        words: what looks like an initialism, having no vowels, and is none: SHH.
        letters: names of letters where the bare letter would be misread.
        heading: capitals are a type face: every word in them that is no initialism is lowered, also a lone one.
    """
    names = letters or {}

    def known(word: str) -> bool:
        return word in spelled or word in acronyms or (word not in words and not pronounceable(word))

    def shouted(match: re.Match[str]) -> str | None:
        word = match[0]
        text, start, end = match.string, match.start(), match.end()
        if known(word) and not (word not in acronyms and _LIKE_A_WORD.fullmatch(word) and _in_run(text, start, end)):
            return None
        if not heading and not _in_run(text, start, end):
            return None
        if heading or _OPENING.search(text[max(0, start - 8) : start]):
            return word[0] + word[1:].lower()
        return word.lower()

    def one(match: re.Match[str]) -> str | None:
        word = match[0]
        if word in acronyms:
            return word.capitalize()
        if _PART.search(match.string[max(0, match.start() - 2) : match.start()]) or _PART_NEXT.match(
            match.string, match.end()
        ):
            return None
        if word in spelled or (word not in words and not pronounceable(word)):
            return _spelled(word, names)
        return None

    def _in_run(text: str, start: int, end: int) -> bool:
        following, preceding = _NEXT.match(text, end), _LAST.search(text[max(0, start - 80) : start])
        after = bool(following and not known(following["word"]))
        before = bool(preceding and not known(preceding["word"]))
        if after and before:
            return True
        if after and following:
            third = _NEXT.match(text, following.end())
            return bool(third and not known(third["word"])) or bool(_OPENING.search(text[max(0, start - 8) : start]))
        if before and preceding:
            cut = max(0, start - 80) + preceding.start()
            head = text[max(0, cut - 80) : cut]
            earlier = _LAST.search(head)
            return bool(earlier and not known(earlier["word"])) or bool(_OPENING.search(head[-8:]))
        return False

    return (
        Rule("capitals", re.compile(WORD), shouted, Trait.CAPITALS),
        Rule("acronym", re.compile(WORD), one, Trait.CAPITALS),
    )


def dotted(letters: Mapping[str, str] | None = None) -> tuple[Rule, ...]:
    """U.S.A., Ph.D. without its h, R. S. V. P.: letter by letter; initials parted by spaces before a name stay."""
    names = letters or {}

    def read(match: re.Match[str]) -> str | None:
        if ". " in match[0] and _NAME_NEXT.match(match.string, match.end()):
            return None
        ends = match[0].endswith(".") and re.match(r"[\"”’')\]]*\s*$", match.string[match.end() :])
        return _spelled(re.sub(r"[.\s]", "", match[0]).upper(), names) + ("." if ends else "")

    return (Rule("acronym", _DOTTED, read, Trait.DOT),)


def _spelled(word: str, names: Mapping[str, str]) -> str:
    return " ".join(names.get(letter.lower(), letter) for letter in word)


def pronounceable(word: str) -> bool:
    """Whether a word in capitals could be one: it has a vowel, or is too long for an initialism."""
    return bool(re.search("[AEIOUYÄÖÜÁÉÍÓÚÀÈÌÒÙÂÊÎÔÛÃÕ]", word)) or len(word) > 6
