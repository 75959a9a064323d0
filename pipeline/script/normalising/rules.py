"""Rules and how they are applied: in order of precedence, no two of them to the same characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Flag, auto
from itertools import zip_longest

from pipeline.edits import Stretch, stretches
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
        joined: what is said may grow together with the word beside it: 47-jährig.
    """

    why: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], str | None]
    needs: Trait = Trait.DIGIT
    joined: bool = False


_ROUNDS = 4
"""What is said may itself be something to read ('Nr. 5 f.' → 'Nummer fünf f.'); it never was for longer than this."""


def apply(text: str, rules: Sequence[Rule]) -> tuple[Edit, ...]:
    """The edits of ``text``, in order; where rules meet, the earlier one stays.

    Applied to what is said, the rules find nothing more.
    """
    edits = _once(text, rules)
    for _ in range(_ROUNDS if edits else 0):
        parts = stretches(text, edits)
        later = _once("".join(part.spoken for part in parts), rules)
        if not later:
            break
        edits = _composed(edits, parts, later)
    return tuple(edits)


def _once(text: str, rules: Sequence[Rule]) -> list[Edit]:
    missing = ~traits(text).value
    taken = bytearray(len(text))
    edits = []
    for rule in rules:
        if rule.needs.value & missing:
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
                apart = spoken if rule.joined else _apart(text, start, end, spoken)
                edits.append(Edit(start, end, apart, rule.why))
    return list(_parted(sorted(edits, key=lambda edit: edit.start)))


def _composed(before: list[Edit], parts: list[Stretch], later: list[Edit]) -> list[Edit]:
    """``later``, edits of what ``parts`` say, as edits of what they show; a part edited twice stays one edit."""
    known = {edit.start: edit for edit in before}
    edits: list[Edit] = []
    pending = list(later)
    said = 0
    for part in parts:
        first, said = said, said + len(part.spoken)
        inside = [edit for edit in pending if edit.start < said]
        pending = pending[len(inside) :]
        if not part.edited:
            shift = part.start - first
            edits += [replace(edit, start=edit.start + shift, end=min(edit.end, said) + shift) for edit in inside]
        elif inside:
            spoken = part.spoken
            for edit in reversed(inside):
                spoken = spoken[: edit.start - first] + edit.spoken + spoken[edit.end - first :]
            edits.append(replace(known[part.start], spoken=spoken))
        else:
            edits.append(known[part.start])
        if inside and inside[-1].end > said:
            pending.insert(0, replace(inside[-1], start=said, spoken=""))
    return edits


def _parted(edits: list[Edit]) -> Iterator[Edit]:
    """Edits with a space between two words where two of them touch."""
    for edit, following in zip_longest(edits, edits[1:]):
        touches = following and edit.end == following.start and edit.spoken and following.spoken.lstrip(", ")
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
