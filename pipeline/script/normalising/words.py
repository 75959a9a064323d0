"""What a language gives so that the shapes common to all can be said in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Noun:
    """A counted noun.

    Attributes:
        one: after one.
        many: after any other number.
        gender: ``m``, ``f``, ``n``, as the language's ``cardinal`` wants it; empty where numbers do not agree.
    """

    one: str
    many: str
    gender: str = ""

    def after(self, singular: bool) -> str:
        return self.one if singular else self.many


@dataclass(frozen=True)
class Currency:
    """The unit of a currency and its hundredth; None where there is none in use."""

    whole: Noun
    part: Noun | None = None


@dataclass(frozen=True)
class Words:
    """A language's words and its way with numbers.

    Attributes:
        group: the characters that part thousands, as the inside of a regular expression's class.
        decimal: the character before decimals.
        cardinal: ``(number, gender)`` in words; gender empty for counting without a noun. Numbers are not negative.
        ordinal: ``(number, gender)`` in words.
        year: a year in words.
        fraction: ``(numerator, denominator)`` in words.
        date: ``(day, month, year, before)`` in words; day or year 0 where there is none; ``before`` is the text
            before the date, for agreement.
        clock: ``(hour, minute, second)`` in words; second -1 where there is none.
        day_first: whether 3/4 is the third of April.
        months: lower-case names and abbreviations without their dot, and the month's number.
        point: what is said for the decimal character.
        minus, plus, to, times, by, against: the words in -3, +3, 3-4, 3 x 4 = 12, 3x4 metres, 16:9.
        mixed: between a whole number and its fraction, spaces included: `` and ``.
        scales: words and abbreviations that multiply a number: million, bn, Mio.
        units: units of measurement by their symbol.
        percent: ``%``, ``‰`` and what is said.
        currencies: by symbol and by code.
        of: between a scale and a currency, spaces included: Spanish `` de `` (un millón de euros); else a space.
        cents: between the whole and the part of a sum, spaces included.
        signs: what is said for the characters of an address: ``.``, ``@``, ``/``, …
        symbols: what is said for a symbol in prose; empty for silence.
        letters: names of letters where the bare letter would be misread.
        compact: what multiplies a sum of money only: the b in ``$3b``.
        per: what follows a number's unit or a sum after a slash, ``/yr``, and how it is said: ``per year``.
        slash: what is said between two words parted by a slash, spaces included.
    """

    group: str
    decimal: str
    cardinal: Callable[[int, str], str]
    ordinal: Callable[[int, str], str]
    year: Callable[[int], str]
    fraction: Callable[[int, int], str]
    date: Callable[[int, int, int, str], str]
    clock: Callable[[int, int, int], str]
    months: Mapping[str, int]
    point: str
    minus: str
    plus: str
    to: str
    times: str
    by: str
    against: str
    mixed: str
    percent: Mapping[str, str]
    scales: Mapping[str, Noun]
    units: Mapping[str, Noun]
    currencies: Mapping[str, Currency]
    signs: Mapping[str, str]
    symbols: Mapping[str, str]
    day_first: bool = True
    of: str = " "
    cents: str = " "
    letters: Mapping[str, str] = field(default_factory=dict)
    compact: Mapping[str, Noun] = field(default_factory=dict)
    per: Mapping[str, str] = field(default_factory=dict)
    slash: str = " "
