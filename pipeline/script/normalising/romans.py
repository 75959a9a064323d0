"""Roman numerals, read only where a word beside them says that they are numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.rules import Rule, Trait

MOST_CHAPTERS = 300  # higher numerals before a title are words: MIX, DI, MD

Number = Callable[[int, re.Match[str]], "str | None"]


def after(named: Iterable[str], number: Number, *, small: bool = False) -> Rule:
    """Numerals after one of ``named`` (regular expressions of a word): Chapter XIV, Louis XVI.

    Args:
        number: the numeral's value and the match (``word`` is the word before) to what is said; None for no number.
        small: small letters count too: Scene ii, p. xiv.
    """

    def read(match: re.Match[str]) -> str | None:
        value = roman(match["it"].upper())
        return number(value, match) if value else None

    letters = "IVXLCivxlc" if small else "IVXLCDM"
    words = "|".join(named)
    pattern = rf"(?<!\w)(?P<word>{words})\s(?P<it>[{letters}]+)(?![\w]|[’'][^s\W])"
    return Rule("roman", re.compile(pattern), read, Trait.NONE if small else Trait.CAPITALS)


def before(named: Iterable[str], number: Number) -> Rule:
    """Numerals before one of ``named``: XIXe siècle, XIV secolo, XXI. Jahrhundert. ``word`` is what follows."""

    def read(match: re.Match[str]) -> str | None:
        value = roman(match["it"])
        return number(value, match) if value else None

    pattern = rf"(?<![\w.])(?P<it>[IVXLCDM]+)(?P<word>{'|'.join(named)})(?!\w)"
    return Rule("roman", re.compile(pattern), read, Trait.CAPITALS)


def alone(number: Number, *, title: bool = False) -> Rule:
    """A text that is nothing but a numeral; with ``title`` also one that begins so: IV. The Storm, XX A Plea."""

    def read(match: re.Match[str]) -> str | None:
        value = roman(match["it"])
        if value and match["title"]:
            said = number(value, match) if len(match["it"]) > 1 and value <= MOST_CHAPTERS else None
            return f"{said}." if said else None
        return number(value, match) if value else None

    rest = r"[.:)]|\s[-–—]|(?P<title>\s[\"“«‘]?[A-ZÀ-Þ])" if title else r"[.:]?\s*$|[.:]\s+[A-Z]{2,}|(?P<title>$^)"
    return Rule("roman", re.compile(rf"^\W*(?P<it>[IVXLCDM]+)(?=$|{rest})"), read, Trait.CAPITALS)
