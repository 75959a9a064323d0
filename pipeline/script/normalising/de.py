"""German: what its own context rules say, before and after the shapes common to all languages."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising import capitals, romans
from pipeline.script.normalising.abbreviations import abbreviations
from pipeline.script.normalising.addresses import addresses
from pipeline.script.normalising.de_abbreviations import (
    ABBREVIATIONS,
    ACRONYMS,
    MIXED,
    NUMBERED,
    REGNAL,
    SPELLED,
    WORDS,
)
from pipeline.script.normalising.de_numbers import named_numbers
from pipeline.script.normalising.de_words import ordinal, words
from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.shapes import clocks, dates, fractions, measures, money, numbers, phones, ranges
from pipeline.script.normalising.signs import signs
from pipeline.script.normalising.words import Words


def language(tag: str) -> Words:
    """The words of ``tag``, a BCP 47 tag."""
    return words()


@lru_cache(maxsize=8)
def rules(tag: str) -> tuple[Rule, ...]:
    """Every rule in the order in which it is tried."""
    speech = language(tag)
    return (
        *addresses(speech), *_romans(speech), *abbreviations(ABBREVIATIONS), *_streets(), *capitals.dotted(),
        *dates(speech), *phones(speech), *named_numbers(speech), *clocks(speech), *money(speech), *measures(speech),
        *ranges(speech), *fractions(speech), *numbers(speech), *_signs(), *signs(speech),
        *capitals.capitals(SPELLED, ACRONYMS, WORDS),
    )  # fmt: skip


@lru_cache(maxsize=8)
def heading_rules(tag: str) -> tuple[Rule, ...]:
    """Rules that go before `rules` in a heading."""
    speech = language(tag)
    return (
        romans.alone(lambda value, match: speech.cardinal(value, ""), title=True),
        *_romans(speech), *abbreviations(ABBREVIATIONS), *capitals.dotted(),
        *capitals.capitals(SPELLED, ACRONYMS, WORDS, heading=True),
    )  # fmt: skip


_DATIVE = re.compile(
    r"\b(?i:von|vom|mit|bei|nach|zu|zum|aus|seit|unter|vor|neben|gegenüber|dem|im)\s(?:[A-ZÄÖÜ]\w+\s){0,3}$"
)
_ACCUSATIVE = re.compile(r"\b(?i:für|gegen|durch|ohne|um|den|an)\s(?:[A-ZÄÖÜ]\w+\s){0,3}$")
_GENITIVE = re.compile(r"\b(?i:des)\s(?:[A-ZÄÖÜ]\w+\s){0,3}$")


def _romans(speech: Words) -> tuple[Rule, ...]:
    def counted(value: int, match: re.Match[str]) -> str | None:
        return speech.cardinal(value, "") if value < 200 else None

    def reigned(match: re.Match[str]) -> str | None:
        value = roman(match["number"])
        if not value or value > 39 or (value == 1 and "." not in match["it"]):
            return None
        before = match.string[: match.start("name")]
        if (match["name"].endswith("s") and match["name"].rstrip("s") in _NAMES) or _GENITIVE.search(before):
            said = f"des {ordinal(value, 'en').capitalize()}"
        elif _DATIVE.search(before):
            said = f"dem {ordinal(value, 'en').capitalize()}"
        elif _ACCUSATIVE.search(before):
            said = f"den {ordinal(value, 'en').capitalize()}"
        else:
            said = f"der {ordinal(value, 'e').capitalize()}"
        return said + (
            "." if "." in match["it"] and re.match(r"[\"“”’»)]*\s*$", match.string[match.end("it") :]) else ""
        )

    name = rf"(?P<name>(?:{REGNAL})s?)"
    return (
        romans.alone(
            lambda value, match: speech.cardinal(value, "") if len(match["it"]) > 1 and value < 90 else None
        ),
        Rule(
            "roman", re.compile(rf"(?<!\w){name}\s(?P<it>(?P<number>[IVXL]+)(?:\.|(?!\w)))"), reigned, Trait.CAPITALS
        ),
        romans.after([f"(?i:{NUMBERED})"], counted),
    )


_NAMES = frozenset(REGNAL.split("|"))


def _streets() -> tuple[Rule, ...]:
    """Goethestr. 5: the street in its own name."""
    pattern = r"(?<=[a-zß])str\.(?=\s\d|\s?[,;)]|\s*$)"
    return (Rule("abbreviation", re.compile(pattern), lambda match: "straße", Trait.DOT, joined=True),)


def _signs() -> tuple[Rule, ...]:
    def mixed(match: re.Match[str]) -> str:
        return " ".join(match[0].upper())

    return (
        Rule("acronym", re.compile(rf"(?<!\w)(?:{'|'.join(MIXED)})(?!\w)"), mixed, Trait.CAPITALS),
        Rule("symbol", re.compile(r"(?<=\bund)/(?=oder\b)"), lambda match: " ", Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<!\w)#(?=\d)"), lambda match: "Nummer ", Trait.SYMBOL),
    )
