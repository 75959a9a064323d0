"""Roman numerals in Spanish, French, Italian and Portuguese: what they are is told by the word beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.romance import SPACE, Match, Speak
from pipeline.script.normalising.romans import MOST_CHAPTERS
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.shapes import either

NUMERAL = r"(?=[IVXLCDM])M{0,3}(?:C[MD]|D?C{0,4})(?:X[CL]|L?X{0,4})(?:I[XV]|V?I{0,4})"
NAME = r"[A-ZÀ-ÖØ-Þ][\wÀ-ÿ’'-]*"


@dataclass(frozen=True)
class Romans:
    """Where a language writes Roman numerals, and how they are said there.

    Attributes:
        chapters: regular expression of the words after which a numeral is a cardinal.
        scenes: words after which it is an ordinal, and their gender.
        centuries: regular expression of the words for a century.
        century: ``(number, gender)``, after or before the word.
        names: names of sovereigns and popes, and their gender.
        titles: regular expression of titles that make any name one of them.
        regnal: ``(number, gender)`` after such a name.
        articles: articles before a numeral that is an ordinal (la II Guerra), and their gender.
        joint: regular expression of what parts two numerals of a list.
        ordinal: ``(number, gender)``.
    """

    chapters: str
    scenes: Mapping[str, str]
    centuries: str
    century: Speak
    names: Mapping[str, str]
    titles: str
    regnal: Speak
    articles: Mapping[str, str]
    joint: str
    ordinal: Speak
    cardinal: Speak


def romans(spec: Romans) -> tuple[Rule, ...]:
    """Rules for numerals, from the surest context to none."""

    def said(speak: Speak, gender: str = "m") -> Callable[[Match], str | None]:
        def read(match: Match) -> str | None:
            number = roman(match["it"].upper())
            return speak(number, gender) if number else None

        return read

    def chaptered(match: Match) -> str | None:
        letter = match["it"] in {"L", "C", "D", "M"} and not re.match(r"(?i)cha?p|cap|cant|psau|salm", match[0])
        return None if letter else said(spec.cardinal, "")(match)

    def named(match: Match) -> str | None:
        name = match["name"]
        gender = spec.names.get(name.capitalize(), "f" if name.endswith("a") else "m")
        return spec.regnal(roman(match["it"]), gender)

    def counted(match: Match) -> str | None:
        if match["it"] in _NO_NUMERALS:
            return None
        return spec.ordinal(roman(match["it"]), spec.articles[match["article"].lower()])

    def scene(match: Match) -> str:
        number, gender = roman(match["it"]), spec.scenes[match["scene"].lower()]
        return spec.ordinal(number, gender) if number <= 10 else spec.cardinal(number, "")

    it = rf"(?P<it>{NUMERAL})(?![\w’'])"
    rules = []
    for earlier in range(3):
        before = rf"(?:{NUMERAL}{spec.joint}){{{earlier}}}"
        century = rf"(?<!\w)(?i:{spec.centuries})\.?{SPACE}{before}{it}"
        low = r"(?P<it>(?!vi\b)[xvi]{2,})(?![\w’'])"
        small = rf"(?<!\w)(?:{spec.centuries})\.?{SPACE}(?:[xvi]+{spec.joint}){{{earlier}}}{low}"
        rules.append(Rule("roman", re.compile(small), said(spec.century), Trait.NONE))
        chapter = rf"(?<!\w)(?i:{spec.chapters})\.?{SPACE}{before}{it}"
        rules.append(Rule("roman", re.compile(century), said(spec.century), Trait.CAPITALS))
        rules.append(Rule("roman", re.compile(chapter), chaptered, Trait.CAPITALS))
    it = r"(?P<it>[IVX]+|[IVXLC]{3,})(?![\w’'])"
    names = either([*spec.names, *(name.upper() for name in spec.names)])
    capital = rf"(?P<article>(?i:{either(spec.articles)})){SPACE}?(?P<it>[IVX]{{1,6}}){SPACE}(?={NAME}[^\W\d_])"
    small = rf"(?P<article>(?i:{either(spec.articles)})){SPACE}?(?P<it>[IVX]{{2,6}}){SPACE}(?=[a-zà-ÿ]{{4,}})"
    fallback = r"(?<![\w.’'&/-])(?P<it>[IVX]{2,8}|[IVXLCDM]{5,})(?![\w’'&/])"
    return (
        *rules,
        Rule("roman", re.compile(rf"(?<!\w)(?i:(?P<scene>{either(spec.scenes)})){SPACE}{it}"), scene, Trait.CAPITALS),
        Rule(
            "roman", re.compile(rf"(?<!\w)(?P<name>{names}){SPACE}{it}(?!\.{SPACE}?[A-Z]\.)"), named, Trait.CAPITALS
        ),
        Rule(
            "roman", re.compile(rf"(?<!\w)(?:{spec.titles}){SPACE}(?P<name>{NAME}){SPACE}{it}"), named, Trait.CAPITALS
        ),
        Rule("roman", re.compile(rf"(?<!\w){capital}"), counted, Trait.CAPITALS),
        Rule("roman", re.compile(rf"(?<!\w){small}"), counted, Trait.CAPITALS),
        Rule("roman", re.compile(fallback), _lone(spec.cardinal), Trait.CAPITALS),
    )


_NO_NUMERALS = frozenset(["XX", "XXX", "CIVIL", "MIMIC", "CIVIC", "VIVID", "MILD"])


def _lone(cardinal: Speak) -> Callable[[Match], str | None]:
    """A numeral in no context: not among shouted words, where VI is a verb."""

    def read(match: Match) -> str | None:
        number = roman(match["it"])
        around = match.string[max(match.start() - 12, 0) : match.start()] + " " + match.string[match.end() :][:12]
        shouted = any(not roman(word) for word in re.findall(r"(?<!\w)[A-ZÀ-Þ]{2,}(?!\w)", around))
        return cardinal(number, "") if number and not shouted and match["it"] not in _NO_NUMERALS else None

    return read


def chapter_numeral(cardinal: Speak) -> Rule:
    """A heading that is or begins with a numeral: ``XIV``, ``IV. The Storm``, ``V``, ``XX The Storm``."""

    def read(match: Match) -> str | None:
        number = roman(match["it"])
        if number and match["title"]:
            return f"{cardinal(number, '')}." if len(match["it"]) > 1 and number <= MOST_CHAPTERS else None
        return cardinal(number, "") if number else None

    rest = r"\s*$|\s*[.:)—–-](?:\s|$)|(?P<title>\s[\"“«‘¿¡]*[A-ZÀ-ÖØ-Þ])"
    return Rule("roman", re.compile(rf"^\s*(?P<it>{NUMERAL})(?={rest})"), read, Trait.NONE)
