"""German numbers that their neighbours decide: dates, ordinals, years, decades, times, compounds."""

from __future__ import annotations

import re

from pipeline.script.normalising.de_abbreviations import ORDERED
from pipeline.script.normalising.de_words import (
    ABBREVIATED_MONTHS,
    MONTHS,
    cardinal,
    clock,
    counted,
    ending,
    ordinal,
    year,
)
from pipeline.script.normalising.figures import Figures
from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.shapes import DASH, END, HALVES, START
from pipeline.script.normalising.words import Words

Match = re.Match[str]
_SHORT = "|".join(sorted((short.capitalize() for short in ABBREVIATED_MONTHS), key=len, reverse=True))
_MONTH = rf"(?:(?i:{'|'.join(MONTHS)}|Jänner|Feber)\b|(?:{_SHORT})\b\.?)"
_LETTER = "A-Za-zÄÖÜäöüß"
_ARTICLE = (
    r"(?:\b(?:der|die|das|den|dem|des|am|im|vom|zum|zur|beim|ins|ans|ein|eine|einen|einem|einer|eines|mein|dein|sein|ihr|unser"
    r"|meine|seine|ihre|unsere|meinem|seinem|ihrem|unserem|meinen|seinen|ihren|unseren|meiner|seiner|ihrer|diese|dieser|dieses"
    r"|diesem|diesen|jede|jeder|jedes|jedem|jeden|kein|keine)\s)"
)


def named_numbers(words: Words) -> tuple[Rule, ...]:
    """All of them, in the order in which they are tried."""
    return (
        *_days(words),
        *_ordinals(),
        *_hours(words),
        *_decades(),
        *_halves(),
        *_compounds(words),
        *_years(),
        *_single(),
    )


def _days(words: Words) -> tuple[Rule, ...]:
    """3. Oktober, 3.–5. Oktober, 23.11., 3. 10. 1990."""

    def day(match: Match) -> str:
        text, start = match.string, match.start("it")
        end = ending(text[:start], text[match.end("it") :])
        low = ordinal(int(match["low"]), end)
        return f"{low} bis {ordinal(int(match['high']), end)}" if match["high"] else low

    def numbers(match: Match) -> str | None:
        number, month = int(match["day"]), int(match["month"])
        if not (1 <= number <= 31 and 1 <= month <= 12):
            return None
        in_year = int(match["year"] or 0)
        if match["year"] and len(match["year"]) == 2:
            in_year += 2000 if in_year < 40 else 1900
        said = words.date(number, month, in_year, match.string[: match.start()])
        return said + ("." if not match["year"] and re.match(r"\W*$", match.string[match.end() :]) else "")

    def year_month(match: Match) -> str:
        return words.date(0, int(match["month"]), int(match["year"]), "")

    low = r"(?P<low>0?[1-9]|[12]\d|3[01])"
    high = r"(?P<high>0?[1-9]|[12]\d|3[01])"
    joined = r"(?:\s(?:und|oder|bis|bis zum|auf den)\s|,\s)"
    prepared = r"(?:\b(?:am|vom|bis|zum|ab|seit|den|der|dem|und|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag),?\s)"
    return (
        Rule("date", re.compile(rf"{START}(?P<it>{low}\.?{DASH}{high}\.)(?=\s{_MONTH})"), day),
        Rule(
            "date",
            re.compile(rf"{START}(?P<it>{low}\.(?P<high>(?!))?)(?=\s?{_MONTH}|{joined}\d{{1,2}}\.\s{_MONTH})"),
            day,
        ),
        Rule(
            "date",
            re.compile(
                rf"{START}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}|\d\d(?!\d|\.))(?![\w]|[.,]\d)"
            ),
            numbers,
        ),
        Rule(
            "date",
            re.compile(rf"{prepared}(?P<it>(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.(?P<year>(?!))?)(?!\d)"),
            numbers,
        ),
        Rule("date", re.compile(rf"{START}(?P<year>1\d{{3}}|20\d\d)-(?P<month>0[1-9]|1[0-2])(?![\w-])"), year_month),
    )


def _ordinals() -> tuple[Rule, ...]:
    """der 3. Mann, im 19. und 20. Jahrhundert, II. Akt, 47. Auflage."""

    def said(match: Match) -> str | None:
        written = match["number"]
        number = int(written.replace(".", "")) if written[0].isdigit() else roman(written)
        if not number:
            return None
        after = match.string[match.end("it") :]
        noun = re.match(r"(?:\s(?:und|oder|bis)\s\d+\.|\s?[–-]\s?\d+\.)?(?P<rest>\s.*)", after)
        return ordinal(number, ending(match.string[: match.start("it")], noun["rest"] if noun else after))

    digits = r"(?P<it>(?P<number>\d{1,3}(?:\.\d{3})*|\d{1,4})\.)"
    nouns = rf"(?:[a-zäöüß]+(?:e|en|er|es)\s)?(?:{ORDERED})(?![{_LETTER}])"
    more = r"(?:\s(?:und|oder|bis)\s|\s?[–-]\s?|,\s)(?:\d{1,4}|[IVXL]+)\.\s"
    after = rf"(?=\s(?:{nouns})|{more}(?:{nouns}))"
    return (
        Rule("ordinal", re.compile(rf"{START}{digits}{after}"), said),
        Rule("ordinal", re.compile(rf"(?<![\w.])(?P<it>(?P<number>[IVXL]+)\.){after}"), said, Trait.CAPITALS),
        Rule(
            "ordinal",
            re.compile(rf"{_ARTICLE}{digits}(?=\s[{_LETTER}]|\s(?:und|oder|bis)\s\d+\.\s[{_LETTER}])"),
            said,
        ),
        Rule("ordinal", re.compile(rf"\d\.\s(?:und|oder|bis)\s{digits}(?=\s[A-ZÄÖÜ])"), said),
        Rule(
            "ordinal",
            re.compile(rf"(?:\b(?:ist|wurde|wird|war|als|Platz)\s){digits}(?=\s(?:geworden|und|von|beim|in)\b)"),
            said,
        ),
        Rule(
            "ordinal",
            re.compile(rf"{START}(?P<it>(?P<number>\d{{1,3}})(?:te|ste)(?:[nmrs]?))(?![{_LETTER}])"),
            _suffixed,
        ),
        Rule("ordinal", re.compile(rf"^{digits}$"), said),
    )


def _suffixed(match: Match) -> str:
    return ordinal(int(match["number"]), "e" + match["it"].rpartition("e")[2])


def _hours(words: Words) -> tuple[Rule, ...]:
    """14:30 Uhr, 8.30 Uhr, 15 Uhr, 8–10 Uhr, 14 Uhr 30, 4:20 Minuten."""

    def one(hour: str, minute: str | None, second: str | None = None) -> str:
        return clock(int(hour), int(minute or 0), int(second) if second else -1)

    def said(match: Match) -> str:
        zone = f" {match['zone'].upper()}" if match["zone"] else ""
        low = ""
        if match["low"]:
            low = one(match["low"], match["lowest"]) if match["lowest"] else cardinal(int(match["low"]))
            low += " bis "
        return low + one(match["hour"], match["minute"], match["second"]) + " ".join(zone)

    def minutes(match: Match) -> str:
        return cardinal(int(match["it"]))

    def lasting(match: Match) -> str:
        first, second = ("Minute", "Sekunde") if match["unit"].startswith("M") else ("Stunde", "Minute")
        return f"{counted(int(match['whole']), first)} {counted(int(match['part']), second)}"

    hour, minute = r"(?:[01]?\d|2[0-4])", r"[0-5]\d"
    low = rf"(?:(?P<low>{hour})(?:[:.](?P<lowest>{minute}))?(?:\sUhr)?(?:{DASH}|\sbis\s))?"
    pattern = rf"{START}{low}(?P<hour>{hour})(?:[:.](?P<minute>{minute})(?:[:.](?P<second>{minute}))?)?\s?Uhr(?:\s(?P<zone>est|EST|MEZ|MESZ|GMT|UTC))?(?![{_LETTER}])"
    return (
        Rule(
            "time",
            re.compile(
                rf"{START}(?P<whole>\d{{1,3}}):(?P<part>{minute})\s(?P<unit>Minuten|Min\.|Stunden|Std\.)(?!\w)"
            ),
            lasting,
        ),
        Rule("time", re.compile(pattern), said),
        Rule("time", re.compile(rf"\sUhr\s(?P<it>{minute}){END}"), minutes),
    )


def _decades() -> tuple[Rule, ...]:
    """90er, 1990er, 2000ern."""

    def said(match: Match) -> str:
        number = int(match["number"])
        return (year(number) if 1100 <= number < 2000 else cardinal(number)) + match["ending"]

    return (
        Rule("decade", re.compile(rf"(?<![\w.,])['’]?(?P<number>\d{{1,4}})(?P<ending>ern?)(?![{_LETTER}])"), said),
    )


def _halves() -> tuple[Rule, ...]:
    """1½, 2 1/2: eineinhalb, zweieinhalb; ½ Stunde."""

    def said(match: Match) -> str:
        return f"{cardinal(int(match['whole']), 'm')}einhalb"

    def half(match: Match) -> str:
        feminine = re.match(r"\s\w+(?:e|ung|eit)\b", match.string[match.end() :])
        return (
            "eine halbe"
            if feminine
            else "ein halbes"
            if re.match(r"\sJahr\b", match.string[match.end() :])
            else "ein halber"
        )

    return (
        Rule("fraction", re.compile(rf"{START}(?P<whole>\d{{1,3}})(?:\s?½|[ -]1/2)(?![\d/])"), said),
        Rule(
            "fraction",
            re.compile(
                rf"{START}½(?=\s(?:Stunde|Minute|Meile|Seite|Tasse|Flasche|Jahr|Liter|Tag|Meter|Kilo|Million))"
            ),
            half,
        ),
    )


def _compounds(words: Words) -> tuple[Rule, ...]:
    """47-jährig, 3-fach, 20%ig, 100-mal, 3-D."""
    figures = Figures(words)

    def joined(match: Match) -> str:
        return figures.say(match["number"])

    def apart(match: Match) -> str:
        return figures.say(match["number"]) + "-"

    def percent(match: Match) -> str:
        return figures.say(match["number"]) + "prozentig"

    tails = (
        "jährig|fach|mal|köpfig|stündig|tägig|wöchig|monatig|minütig|malig|prozentig|stellig|teilig|seitig|bändig|zeilig"
        "|stöckig|geschossig|eckig|beinig|spurig|türig|silbig|stimmig|dimensional|jährlich|tausend|hundert"
    )
    number = rf"(?P<number>{figures.pattern})"
    return (
        Rule("number", re.compile(rf"{START}(?P<it>{number}[-‑]?)(?={tails})"), joined),
        Rule("percent", re.compile(rf"{START}(?P<it>{number}\s?%-?ig)(?=e|\b)"), percent),
        Rule("number", re.compile(rf"{START}(?P<it>{number}[-‑]?)(?=D\b)"), apart),
    )


_STRONG = (
    r"(?:\b(?:[Ii]m\sJahre?|Jahre?n?|[Aa]nno|[Ss]ommer|[Hh]erbst|[Ww]inter|[Ff]rühjahr|[Ff]rühling|Anfang|Ende|Mitte|Als|Seit|seit|Ab|"
    + "|".join(MONTHS)
    + r"|[Aa]nfang|Weihnachten|Ostern|Juli),?\s)"
)
_NOT_COUNTED = r"(?!\s(?:[a-zäöüß]{3,}(?:e|en|er|es)\s)?(?!Uhr\b)[A-ZÄÖÜ][a-zäöüß]+(?:en|n|e|er|s|Mal|mal|Mann|Euro|Mark|Dollar|Meter|Liter|Gramm|Stück|Fuß|Grad|Volt|Watt)\b)"


def _years() -> tuple[Rule, ...]:
    def said(match: Match) -> str:
        return year(int(match["it"]))

    def span(match: Match) -> str | None:
        low, high = int(match["low"]), match["high"]
        if int(high) <= (low if len(high) == 4 else low % 100):
            return None
        return f"{year(low)} bis {year(int(high)) if len(high) == 4 else cardinal(int(high))}"

    bare = r"(?P<it>1[1-9]\d\d)"
    return (
        Rule(
            "range",
            re.compile(rf"{START}(?P<low>1[1-9]\d\d|20\d\d)(?:{DASH}|/)(?P<high>\d{{4}}|\d\d)(?![\w-]|[.,]\d)"),
            span,
        ),
        Rule("year", re.compile(rf"{_STRONG}{bare}(?!\w|[.,:]\d)"), said),
        Rule(
            "year",
            re.compile(rf"{START}{bare}{END}(?!\s?[%€$°]|-\w|\s(?:km|kg|m|g|l|t|cm|mm)\b){_NOT_COUNTED}"),
            said,
        ),
    )


def _single() -> tuple[Rule, ...]:
    """1 before a noun: ein Mann, eine Frau."""

    def said(match: Match) -> str:
        return (
            "eine"
            if re.match(
                r"\s(?:Frau|Mark|Person|Stimme|\w+(?:ung|heit|keit|schaft|ion|e))\b", match.string[match.end() :]
            )
            else "ein"
        )

    nouns = r"(?=\s(?!Uhr)[A-ZÄÖÜ][a-zäöüß]+\b)"
    numbered = r"(?<!Nummer\s)(?<!Seite\s)(?<!Kapitel\s)(?<!Nr\.\s)(?<!Band\s)(?<!Teil\s)(?<!Platz\s)"
    return (
        Rule("number", re.compile(rf"{numbered}{START}1{END}(?!\s(?:Million|Milliarde|Mio|Mrd|Tsd)){nouns}"), said),
    )


__all__ = ["HALVES", "named_numbers"]
