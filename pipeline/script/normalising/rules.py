"""Rules and how they are applied: in order of precedence, no two of them to the same characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Flag, auto
from itertools import zip_longest

from pipeline.materials import Edit


class Trait(Flag):
    """What a text holds that a rule could be about; a text that holds none of it is not searched."""

    NONE = 0
    DIGIT = auto()  # a digit, a fraction, a superscript
    SYMBOL = auto()  # anything that is no letter, digit, space or ordinary punctuation
    DOT = auto()  # a full stop that follows a short word, or stands in one
    CAPITALS = auto()  # two capitals in a row, or a lone one that a Roman numeral could be


_TRAITS = (
    (Trait.DIGIT, re.compile(r"[\d\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u215e]")),
    (Trait.SYMBOL, re.compile(r"[^\w\s.,;:!?'\"“”„‘’‚«»‹›()¡¿…—–\-]|[_ªº]|\w[’']\w?\d")),
    (Trait.DOT, re.compile(r"\w\.(?=\w)|(?<!\w)[^\W\d_]{1,9}\.(?!\w)")),
    (Trait.CAPITALS, re.compile(r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ]|(?<!\w)[IVXLC](?!\w)")),
)


def traits(text: str) -> Trait:
    """What ``text`` holds."""
    found = Trait.NONE
    for trait, pattern in _TRAITS:
        if pattern.search(text):
            found |= trait
    return found


@dataclass(frozen=True)
class Rule:
    """One thing that is spoken otherwise than it is written.

    Attributes:
        why: the edit's reason.
        pattern: what it looks like. A group named ``it`` is the stretch that is replaced, the rest its context;
            without that group the whole match is replaced.
        read: what is said; None where it is not that after all, the stretch itself to keep it from later rules.
        needs: no text without all of these is searched.
    """

    why: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], str | None]
    needs: Trait = Trait.DIGIT


def apply(text: str, rules: Iterable[Rule]) -> tuple[Edit, ...]:
    """The edits of ``text``, in order; where rules meet, the earlier one stays."""
    present = traits(text)
    if not present:
        return ()
    taken = bytearray(len(text))
    edits = []
    for rule in rules:
        if rule.needs & ~present:
            continue
        it = "it" if "it" in rule.pattern.groupindex else 0
        for match in rule.pattern.finditer(text):
            start, end = match.span(it)
            if start >= end or any(taken[start:end]):
                continue
            spoken = rule.read(match)
            if spoken is None:
                continue
            taken[start:end] = b"\x01" * (end - start)
            if spoken != text[start:end]:
                edits.append(Edit(start, end, _apart(text, start, end, spoken), rule.why))
    return tuple(_parted(sorted(edits, key=lambda edit: edit.start)))


def _parted(edits: list[Edit]) -> Iterator[Edit]:
    """Edits with a space between two words where two of them touch."""
    for edit, following in zip_longest(edits, edits[1:]):
        touches = following and edit.end == following.start and edit.spoken and following.spoken
        yield replace(edit, spoken=edit.spoken.rstrip() + " ") if touches else edit


def _apart(text: str, start: int, end: int, spoken: str) -> str:
    """``spoken`` with a space where it would otherwise grow together with the word beside it."""
    if not spoken:
        return " " if text[start - 1 : start].isalnum() and text[end : end + 1].isalnum() else ""
    if spoken[0].isalnum() and text[start - 1 : start].isalnum():
        spoken = " " + spoken
    if spoken[-1].isalnum() and text[end : end + 1].isalnum():
        spoken += " "
    return spoken
