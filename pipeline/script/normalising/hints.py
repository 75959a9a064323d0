"""Explicit hints: a text read as what its writer says it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

from pipeline.edits import speak
from pipeline.script.normalising.addresses import letters, spelled
from pipeline.script.normalising.figures import Figures
from pipeline.script.normalising.rules import Rule, apply
from pipeline.script.normalising.shapes import clocks, dates, fractions, measures, money
from pipeline.script.normalising.words import Words

Saying = Callable[[str, Words], "str | None"]


def say(text: str, how: str, tag: str, module: ModuleType) -> str:
    """``text`` as ``how`` says. See `pipeline.script.normalising.say_as`."""
    words: Words = module.language(tag)
    text = text.strip()
    if how not in SAYINGS:
        raise ValueError(f"there is no hint '{how}': one of {', '.join(sorted(SAYINGS))}")
    said = SAYINGS[how](text, words)
    if said is None:
        said = _whole(text, module.rules(tag)) if how in BY_RULE else None
    if not said:
        raise ValueError(f"'{text}' is no {how}")
    return said


def _whole(text: str, rules: tuple[Rule, ...]) -> str | None:
    """What the language's own rules say, if they leave nothing written."""
    said = speak(text, apply(text, rules))
    return said if said != text and not re.search(r"\d", said) else None


def _number(text: str, words: Words) -> int | None:
    figures = Figures(words)
    return figures.value(text)[0] if re.fullmatch(figures.whole, text) else None


def _cardinal(text: str, words: Words) -> str | None:
    figures = Figures(words)
    sign, number = (words.minus + " ", text[1:]) if text[:1] in "-−–" else ("", text)
    return sign + figures.say(number) if re.fullmatch(figures.pattern, number) else None


def _ordinal(text: str, words: Words) -> str | None:
    number = _number(re.sub(r"(?<=\d)(?:[^\W\d]+|[.ºª°])$", "", text), words)
    return None if number is None else words.ordinal(number, "")


def _digits(text: str, words: Words) -> str | None:
    return Figures(words).digits(text) if re.fullmatch(r"[\d\s.,/()-]*\d[\d\s.,/()-]*", text) else None


def _characters(text: str, words: Words) -> str | None:
    figures = Figures(words)
    said = [
        figures.digits(one) if one.isdecimal() else letters(one, words) if one.isalpha() else words.signs.get(one, "")
        for one in text
    ]
    return " ".join(part for part in said if part)


def _telephone(text: str, words: Words) -> str | None:
    if not re.fullmatch(r"\+?[\d\s().\-/]*\d", text):
        return None
    groups = ", ".join(Figures(words).digits(group) for group in re.findall(r"\d+", text))
    return f"{words.plus} {groups}" if text.startswith("+") else groups


def _year(text: str, words: Words) -> str | None:
    return words.year(int(text)) if re.fullmatch(r"\d{1,4}", text) else None


def _roman(text: str, words: Words) -> str | None:
    number = roman(text.upper())
    return words.cardinal(number, "") if number else None


def _by(*makers: Callable[[Words], tuple[Rule, ...]]) -> Saying:
    def saying(text: str, words: Words) -> str | None:
        rules = [rule for maker in makers for rule in maker(words)]
        for rule in rules:
            match = rule.pattern.fullmatch(text)
            if match and (said := rule.read(match)):
                return said
        return None

    return saying


ROMAN = re.compile(r"(?=[MDCLXVI])M{0,3}(?:CM|CD|D?C{0,4})(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def roman(text: str) -> int:
    """The value of a Roman numeral in capitals; 0 where it is none."""
    if not ROMAN.fullmatch(text):
        return 0
    values = [_VALUES[letter] for letter in text]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))


SAYINGS: dict[str, Saying] = {
    "cardinal": _cardinal, "number": _cardinal, "ordinal": _ordinal, "digits": _digits, "characters": _characters,
    "spell-out": _characters, "telephone": _telephone, "year": _year, "roman": _roman, "date": _by(dates),
    "time": _by(clocks), "currency": _by(money), "money": _by(money), "measure": _by(measures), "unit": _by(measures),
    "fraction": _by(fractions), "address": spelled,
}  # fmt: skip
BY_RULE = frozenset({"date", "time", "currency", "money", "measure", "unit", "fraction", "year"})
"""Hints for which the language's own rules are asked when the common shapes do not fit."""
