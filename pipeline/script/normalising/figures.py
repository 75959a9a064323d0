"""Numbers as they are written, and in words."""

from __future__ import annotations

import re
from functools import lru_cache

from num2words import num2words

from pipeline.script.normalising.words import Noun, Words

LONGEST = 15
"""Digits of the longest number that is read as one; what is longer is read digit by digit."""
LONGEST_GROUPED = 24
"""The same where thousands are grouped; every language's num2words goes as far."""


@lru_cache(maxsize=20_000)
def in_words(number: int, language: str, to: str = "cardinal") -> str:
    """What num2words says, its commas gone. ``language`` is one of num2words' names."""
    return str(num2words(number, lang=language, to=to)).replace(",", "")


class Figures:
    """A language's numbers: ``pattern`` finds one (no sign), `say` reads it.

    Attributes:
        whole: regular expression of a whole number, grouped or not.
        pattern: the same with decimals.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        group, decimal = words.group, re.escape(words.decimal)
        self.whole = rf"(?:\d{{1,3}}(?:[{group}]\d{{3}})+(?!\d)|\d+)"
        self.pattern = rf"(?:{self.whole}(?:{decimal}\d+)?|{decimal}\d+)"
        self._grouping = re.compile(rf"[{group}]")

    def value(self, written: str) -> tuple[int, str]:
        """The whole number and the decimals, as written, empty where there are none."""
        whole, _, decimals = written.partition(self.words.decimal)
        return int(self._grouping.sub("", whole) or "0"), decimals

    def say(self, written: str, gender: str = "") -> str:
        """A number without sign in words: ``1,234.50``."""
        whole, _, decimals = written.partition(self.words.decimal)
        said = self._whole(whole, "" if decimals else gender)
        return f"{said} {self.words.point} {self.digits(decimals)}".lstrip() if decimals else said

    def _whole(self, written: str, gender: str) -> str:
        number = self._grouping.sub("", written)
        if not number:
            return ""
        too_long = len(number) > (LONGEST if number == written else LONGEST_GROUPED)
        if too_long or (len(number) > 1 and number[0] == "0"):
            return self.digits(number)
        return self.words.cardinal(int(number), gender)

    def digits(self, written: str) -> str:
        """Digit by digit; whatever is no digit is left out."""
        return " ".join(self.words.cardinal(int(character), "") for character in written if character.isdecimal())

    def counted(self, written: str, noun: Noun) -> str:
        """A number without sign and the noun it counts."""
        return f"{self.say(written, noun.gender)} {noun.after(self.singular(written))}"

    def singular(self, written: str) -> bool:
        return self.value(written) == (1, "")
