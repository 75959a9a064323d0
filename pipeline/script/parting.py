"""Sentence ends that a model of running text does not see: items of lists, ellipses, abbreviations at the end."""

from __future__ import annotations

import re

from pipeline.script.abbreviations import ENDINGS, starters

ITEM = r"[•⁃▪‣◦*-]?\s*(?:(\d{1,3})(\.\)|[.)])|([a-z])([.)]))\s"
FIRST_ITEM = re.compile(rf"\s*{ITEM}")
LATER_ITEM = re.compile(rf"(?<=\s){ITEM}(?=\S)")
BULLET = re.compile(r"(?<=\s)[•⁃▪‣◦]")
STOPPED = re.compile(r"(?:\.|…)[\"”’»“)\]]*\s+(?=[\"“‘«„(\[¿¡]*([^\W\d_][\w'’]*))")
ACRONYM = re.compile(r"(?:^|[\s(\"“‘«])(?:[^\W\d_]\.)+[^\W\d_]$")
TIME_OPENING = re.compile(
    r"(?:^|[.!?][\"”’»)]*\s+)\W*(?:At|By|Around|About|From|Since|Until|Before|After|On)(?:\s\S+){1,3}$"
)
FOUR_DOTS = re.compile(r"(?:\.\s?){3}$")
SPACED_DOTS = re.compile(r"\.\s$")
QUOTES = "\"'“”‘’«»„()[]—–-"


def ends(text: str, language: str) -> list[int]:
    """Offsets at which a new sentence begins for certain, ascending."""
    found = [*_list_items(text), *_after_stops(text, language)]
    return sorted(found)


def _list_items(text: str) -> list[int]:
    """Starts of the second and later items of a text that is a numbered, lettered or bulleted list."""
    if text.lstrip()[:1] in ("•", "⁃", "▪", "‣", "◦"):
        return [match.start() for match in BULLET.finditer(text)]
    first = FIRST_ITEM.match(text)
    if first is None:
        return []
    count = int(first[1]) if first[1] else ord(first[3])
    style = first[2] or first[4]
    items = []
    for match in LATER_ITEM.finditer(text, first.end()):
        number = int(match[1]) if match[1] else ord(match[3])
        if (match[2] or match[4]) == style and number == count + 1 and bool(match[1]) == bool(first[1]):
            items.append(match.start())
            count = number
    return items


def _after_stops(text: str, language: str) -> list[int]:
    """Where a sentence begins after an ellipsis, or after an abbreviation that ends the one before."""
    words = starters(language)
    found = []
    for match in STOPPED.finditer(text):
        word = match[1]
        if not word[0].isupper():
            continue
        stop = match.start()
        before = text[max(0, stop - 40) : stop]
        is_starter = word.lower().replace("’", "'") in words
        if text[stop] == "…" or before[-1:] in ("…", "."):
            is_end = _is_ended_twice(before) or (is_starter and not says_i(word))
        elif SPACED_DOTS.search(before):
            is_end = FOUR_DOTS.search(before) is not None or (is_starter and not says_i(word))
        else:
            is_end = _may_end(before, text, stop, is_starter=is_starter)
        if is_end:
            found.append(match.end())
    return found


def says_i(word: str) -> bool:
    """An English I says nothing of where a sentence begins: ``what I mean … I didn't``."""
    return word[:1] == "I" and word[1:2] in ("", "'", "’")


def _is_ended_twice(before: str) -> bool:
    """``23 Nov..`` and ``I never meant that....``: one full stop for the abbreviation, one for the sentence."""
    dots = len(before) - len(before.rstrip(".")) + 1
    return dots == 2 or dots >= 4


def _may_end(before: str, text: str, stop: int, *, is_starter: bool) -> bool:
    word = before.rpartition(" ")[2].lstrip(QUOTES)
    if word.lower() in ("a.m", "p.m"):
        return TIME_OPENING.search(text, max(0, stop - 60), stop) is None
    return is_starter and (word.lower() in ENDINGS or ACRONYM.search(before) is not None)
