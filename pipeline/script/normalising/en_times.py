"""English dates with a month's name, and times of day."""

from __future__ import annotations

import re

from pipeline.script.normalising.en_words import ABBREVIATED_MONTHS, MONTHS, clock
from pipeline.script.normalising.rules import Rule
from pipeline.script.normalising.shapes import DASH, END, START
from pipeline.script.normalising.words import Words

_SHORT = "|".join(short.capitalize() for short in ABBREVIATED_MONTHS)
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{_SHORT})\b\.?)"
_LOWER = "|".join(
    [month.lower() for month in MONTHS if month not in ("March", "May")] + [month.upper() for month in MONTHS]
)
_ANY = rf"(?:{_MONTH}|{_LOWER}|(?:{_SHORT.upper()})\b\.?|(?:jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL = r"(?:st|nd|rd|th)?"


def times(words: Words) -> tuple[Rule, ...]:
    """May 5, 5 May, May 5-7, 5-7 May; 5 p.m., 5:30 pm, 5-7 p.m."""
    return (*_days(words), *_hours(words))


def _days(words: Words) -> tuple[Rule, ...]:
    def ordinal(written: str) -> str:
        return words.ordinal(int(re.sub(r"\D", "", written)), "")

    def after_month(match: re.Match[str]) -> str:
        low, high = match["low"], match["high"]
        said = ordinal(low) + (f" {words.to} {ordinal(high)}" if high else "")
        return f"the {said}" if words.day_first else said

    def before_month(match: re.Match[str]) -> str:
        low, high = match["low"], match["high"]
        said = ordinal(low) + (f" {words.to} the {ordinal(high)}" if high else "")
        the = (
            ""
            if re.search(
                r"\b(?:the|this|that|his|her|my|our|every|last|next)\s$", match.string[: match.start("it")], re.I
            )
            else "the "
        )
        return f"{the}{said} of"

    def short(match: re.Match[str]) -> str:
        return MONTHS[words.months[match["it"].rstrip(".").lower()] - 1]

    days = rf"(?P<low>{_DAY}){_ORDINAL}(?:{DASH}(?P<high>{_DAY}){_ORDINAL})?"
    second = (
        rf"(?<![\w.])(?:{_ANY})(?:\s|-(?=\d\d?\b))(?P<it>{days})(?![\w:%$]|[.,/-]\d|\s?(?:percent|million|billion))"
    )
    first = rf"{START}(?P<it>{days})\s(?=(?:{_ANY})(?!\w)(?:,?\s\d{{4}}|\b))"
    named = rf"(?P<it>(?:{_SHORT}|{_SHORT.upper()}|{_SHORT.lower()})\b\.?)"
    day_after = rf"(?<![\w.]){named}(?=(?:\s|-){_DAY}(?![\d:])|,?\s[12]\d{{3}}\b)"
    day_before = rf"(?<![\w.]){_DAY}{_ORDINAL}\s(?:of\s)?{named}(?!\w)"
    return (
        Rule("date", re.compile(second), after_month),
        Rule("date", re.compile(first), before_month),
        Rule("date", re.compile(day_after), short),
        Rule("date", re.compile(day_before), short),
    )


def _hours(words: Words) -> tuple[Rule, ...]:
    def said(hour: str, minute: str | None, half: bool, second: str | None = None) -> str:
        if half and second and int(second):
            return clock(int(hour), int(minute or 0), int(second))
        if half and not int(minute or 0):
            return words.cardinal(int(hour), "")
        return clock(int(hour), int(minute or 0), -1)

    def half(match: re.Match[str]) -> str:
        letters = " ".join(match["half"].replace(".", "").replace(" ", "").upper())
        low = f"{said(match['low'], match['lowest'], True)} {words.to} " if match["low"] else ""
        first = " ".join(match["first"].replace(".", "").upper()) if match["first"] else ""
        if first:
            low = low.replace(f" {words.to} ", f" {first} {words.to} ")
        dot = (
            "."
            if match["half"].endswith(".")
            and re.match(r"[\"”’')\]]*(?:$|\s+[“\"‘'(]?[A-Z])", match.string[match.end() :])
            else ""
        )
        return f"{low}{said(match['hour'], match['minute'], True, match['second'])} {letters}{dot}"

    mark = r"(?:[ap]\.\s?m\.?|[ap]m|[AP]\.\s?M\.?|[AP]M)(?!\w)"
    hour = r"(?:0?\d|1\d|2[0-3])"
    low = rf"(?:(?P<low>{hour})(?:[:.](?P<lowest>[0-5]\d))?(?:\s?(?P<first>{mark}))?(?:{DASH}|\sto\s))?"
    pattern = rf"{START}{low}(?P<hour>{hour})(?:[:.](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?)?\s?(?P<half>{mark})"

    def oclock(match: re.Match[str]) -> str:
        return words.cardinal(int(match["hour"]), "")

    return (
        Rule("time", re.compile(pattern), half),
        Rule("time", re.compile(rf"{START}(?P<it>(?P<hour>{hour}){END}(?=\so[’']?\s?clock))"), oclock),
    )
