"""English: what its own context rules say, before and after the shapes common to all languages.

A region that counts as British (``en-GB`` and others) says 'one hundred and five' and puts the day first; plain
``en`` and ``en-US`` say 'one hundred five'.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising import capitals, romans
from pipeline.script.normalising.abbreviations import abbreviations
from pipeline.script.normalising.addresses import addresses
from pipeline.script.normalising.en_abbreviations import (
    ABBREVIATIONS,
    ACRONYMS,
    CHAPTERS,
    COMPASS,
    LETTERED,
    NUMBERED,
    REGNAL,
    SPELLED,
    STATES,
    STREETS,
    UNDOTTED,
    WORDLIKE_STATES,
    WORDS,
)
from pipeline.script.normalising.en_numbers import named_numbers, old_money
from pipeline.script.normalising.en_times import times
from pipeline.script.normalising.en_words import BRITISH, words
from pipeline.script.normalising.figures import Figures
from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.shapes import clocks, dates, fractions, measures, money, numbers, phones, ranges
from pipeline.script.normalising.signs import signs
from pipeline.script.normalising.words import Words


def language(tag: str) -> Words:
    """The words of ``tag``, a BCP 47 tag."""
    return words("-" in tag and tag.lower().rpartition("-")[2] in BRITISH)


@lru_cache(maxsize=8)
def rules(tag: str) -> tuple[Rule, ...]:
    """Every rule in the order in which it is tried."""
    speech = language(tag)
    return (
        *addresses(speech), *times(speech), *capitals.dotted(), *_titles(), *abbreviations(ABBREVIATIONS),
        *_romans(speech),
        *old_money(speech), *dates(speech), *phones(speech), *named_numbers(speech), *clocks(speech), *money(speech),
        *measures(speech),
        *ranges(speech), *fractions(speech), *_signs(speech), *numbers(speech), *signs(speech), *_states(),
        *_capitals(),
    )  # fmt: skip


@lru_cache(maxsize=8)
def heading_rules(tag: str) -> tuple[Rule, ...]:
    """Rules that go before `rules` in a heading."""
    speech = language(tag)
    return (
        romans.alone(lambda value, match: speech.cardinal(value, ""), title=True),
        *_romans(speech), *capitals.dotted(), *_titles(), *abbreviations(ABBREVIATIONS),
        *capitals.capitals(SPELLED, ACRONYMS, WORDS, heading=True),
    )  # fmt: skip


def _titles() -> tuple[Rule, ...]:
    """Mr Smith, without a full stop; &c.; c/o."""
    names = "|".join(UNDOTTED)
    pattern = rf"(?<![\w.])(?P<it>{names})(?=\s[A-ZÀ-Þ][\w’']|\s[A-Z]\.|\s(?:de|du|von|van)\s)"
    return (
        Rule("abbreviation", re.compile(r"(?<!\w)c/o(?!\w)"), lambda match: "care of", Trait.SYMBOL),
        Rule("abbreviation", re.compile(r"&c(?:\.(?!\s*$))?(?!\w)"), lambda match: "et cetera", Trait.SYMBOL),
        Rule("abbreviation", re.compile(pattern), lambda match: UNDOTTED[match["it"]], Trait.NONE),
    )


_VERB = (
    r"(?:have|had|am|was|will|would|love|loved|like|liked|know|knew|think|thought|can|could|shall|should|did|do|may"
    r"|must"
    r"|want|wanted|need|see|saw|never|always|only|do|said|say|told|tell|wrote|read|found|hope|believe|mean)"
)
_PRONOUN = re.compile(rf"[’'](?:ll|m|d|ve)|\s{_VERB}\b")
_RULES_A_REALM = re.compile(r"[’']s\b|[,.;:)\]!?—–]|\s(?:of|\()|$")
_RULER = re.compile(
    r"(?:King|Queen|Pope|Emperor|Empress|Tsar|Czar|Kaiser|Prince|Sultan|Pharaoh|Saint|St\.?|Duke|Grand Duke)\s\w+\s$"
)


def _romans(speech: Words) -> tuple[Rule, ...]:
    def counted(value: int, match: re.Match[str]) -> str | None:
        it, rest, word = match["it"], match.string[match.end("it") :], match["word"].lower().rstrip(".s")
        if len(it) == 1 and (value >= 50 or it == "x") and word not in CHAPTERS:
            return None
        if len(it) == 1 and word in LETTERED:
            return None
        if it.islower() and (word not in CHAPTERS or (len(it) == 1 and not re.match(r"[.,;:)\]]|$", rest))):
            return None
        if it in ("I", "i") and match["word"].lower().startswith("no"):
            return None
        if it in ("I", "i") and (match["word"].islower() or _PRONOUN.match(rest)) and not _RULES_A_REALM.match(rest):
            return None
        return speech.cardinal(value, "")

    def reigned(value: int, match: re.Match[str]) -> str | None:
        start, end = match.span("it")
        if value == 1 and not (_RULES_A_REALM.match(match.string, end) or _RULER.search(match.string[:start])):
            return None
        if value > 39 or (match["word"] == "Malcolm" and value > 5):
            return None
        return f"the {speech.ordinal(value, '')}"

    def other(value: int, match: re.Match[str]) -> str | None:
        return speech.cardinal(value, "") if value < 40 and match["it"] not in ("XX", "XXX", "XI") else None

    return (
        romans.alone(
            lambda value, match: speech.cardinal(value, "") if len(match["it"]) > 1 and value < 90 else None
        ),
        romans.after([rf"(?i:{NUMBERED})"], counted),
        romans.after([rf"(?i:{NUMBERED})"], counted, small=True),
        romans.after([rf"(?i:{REGNAL})"], reigned),
        Rule(
            "roman",
            re.compile(r"(?<!\w)(?P<word>[A-Z][a-z]+)\s(?P<it>[IVX]{2,})(?!\w|[’'][^s\W])"),
            lambda match: other(value, match) if (value := roman(match["it"])) else None,
            Trait.CAPITALS,
        ),
    )


def _signs(speech: Words) -> tuple[Rule, ...]:
    """and/or, C#, #1 (its number has been read), a street after its house number without a full stop."""

    def postal(match: re.Match[str]) -> str:
        return Figures(speech).digits(match["it"])

    streets = "|".join(STREETS)
    house = rf"(?<!\w)\d{{1,5}}\s(?:[NSEW]\.?\s)?(?:[A-Z][\w’'-]*\s){{1,3}}(?P<it>{streets})(?=,|\s*$|[;:)])"
    compass = (
        rf"\d\s(?P<it>[NSEW])\.?(?=\s(?:[A-Z][\w’'-]*\s|\d+(?:st|nd|rd|th)\s){{1,3}}(?:{streets}|Street|Avenue|Road))"
    )
    return (
        Rule("abbreviation", re.compile(compass), lambda match: COMPASS[match["it"]]),
        Rule("number", re.compile(rf"(?<=,\s)(?:{'|'.join(STATES)})\s(?P<it>\d{{5}}(?:-\d{{4}})?)(?![\w-])"), postal),
        Rule("symbol", re.compile(r"(?<!\S)[~≈](?=\s?\d)"), lambda match: "about ", Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<=\w)\^(?=\w)"), lambda match: " to the power of ", Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<=\band)/(?=or\b)"), lambda match: " ", Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<=\b[A-G])#(?!\w)"), lambda match: " sharp", Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<!\w)#(?=\d)"), lambda match: "number ", Trait.SYMBOL),
        Rule("abbreviation", re.compile(house), lambda match: STREETS[match["it"]]),
    )


def _states() -> tuple[Rule, ...]:
    """City, NY: the state's name; those that look like words only before a postal code."""
    clear = "|".join(sorted(set(STATES) - WORDLIKE_STATES))
    pattern = rf"(?<=[a-z],\s)(?P<it>(?:{clear})(?!\w)|(?:{'|'.join(sorted(WORDLIKE_STATES))})(?=\s\d{{5}}))"
    return (Rule("abbreviation", re.compile(pattern), lambda match: STATES[match["it"]], Trait.CAPITALS),)


def _capitals() -> tuple[Rule, ...]:
    return capitals.capitals(spelled=SPELLED, acronyms=ACRONYMS, words=WORDS)
