"""What a chapter's heading says: ``CHAPTER IV. The Storm`` is number 4, 'The Storm'."""

from __future__ import annotations

import re
from dataclasses import dataclass

CHAPTERS = "chapter capítulo capitulo kapitel chapitre capitolo"
PARTS = "book part volume act libro livre livro buch band parte partie teil tome tomo acto acte akt atto"
NUMBER_WORDS = {
    word: number
    for words in (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
        "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo",
        "un deux trois quatre cinq six sept huit neuf dix",
        "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième",
        "eins zwei drei vier fünf sechs sieben acht neun zehn",
        "erstes zweites drittes viertes fünftes sechstes siebtes achtes neuntes zehntes",
        "uno due tre quattro cinque sei sette otto nove dieci",
        "primo secondo terzo quarto quinto sesto settimo ottavo nono decimo",
        "um dois três quatro cinco seis sete oito nove dez",
        "primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo",
    )
    for number, word in enumerate(words.split(), start=1)
}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
ROMAN_NUMERAL = r"M{0,3}(?:CM|CD|D?C{0,4})(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})"

_MARK = rf"(?i:{'|'.join((CHAPTERS + ' ' + PARTS).split())})"
_WORD = r"[^\W\d_]+(?:-[^\W\d_]+)?"
HEADING = re.compile(
    rf"(?:(?P<mark>{_MARK})\s+)?(?:the\s+)?(?P<number>(?=[IVXLCDM])(?-i:{ROMAN_NUMERAL})|\d{{1,4}}|{_WORD})"
    r"(?P<stop>\.|:|\)|\s*[—–-](?=\s)|(?=\s)|$)\s*(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
PART = re.compile(rf"(?i:{'|'.join(PARTS.split())})\b|.*\b(?i:book|part|volume)\s*$")


@dataclass(frozen=True)
class Heading:
    """A chapter's heading.

    Attributes:
        number: as written in figures, numerals or words; None where there is none.
        title: what is left; may be empty.
        marked: it says 'chapter', 'part' or the like.
    """

    number: int | None
    title: str
    marked: bool


def read_heading(text: str) -> Heading:
    """The parts of a heading. A numeral or word counts as its number only after 'chapter' and the like, or alone.

    ``I. Down the Rabbit-Hole`` is number 1; ``I Am Legend`` is a title.
    """
    words = " ".join(text.split())
    match = HEADING.match(words)
    number = _number(match["number"]) if match is not None else None
    if match is None or number is None:
        return Heading(None, words, marked=False)
    marked = match["mark"] is not None
    if not marked and match["title"] and match["stop"].strip() not in (".", ":", ")"):
        return Heading(None, words, marked=False)
    return Heading(number, match["title"].strip(), marked)


def is_part(text: str) -> bool:
    """Whether a heading names a part, book or volume, which may hold nothing of its own."""
    return PART.match(" ".join(text.split())) is not None


def _number(written: str) -> int | None:
    if written.isdigit():
        return int(written)
    if re.fullmatch(ROMAN_NUMERAL, written):
        values = [ROMAN[sign] for sign in written]
        return sum(-value if value < max(values[i:]) else value for i, value in enumerate(values))
    tens, _, unit = written.casefold().partition("-")
    if tens in TENS:
        return TENS[tens] + (NUMBER_WORDS.get(unit, 0) if unit else 0)
    return NUMBER_WORDS.get(written.casefold())
