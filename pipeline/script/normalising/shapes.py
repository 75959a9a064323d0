"""Shapes that every language has: numbers and what they count, dates, times, ranges, fractions.

Each function gives rules for one language, said with its `Words`. A language's own module puts them in order between
rules of its own; `usual` is the order that works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.script.normalising.addresses import addresses
from pipeline.script.normalising.figures import Figures
from pipeline.script.normalising.rules import Rule
from pipeline.script.normalising.signs import signs
from pipeline.script.normalising.words import Noun, Words

Match = re.Match[str]

START = r"(?<!\w)(?<!\d[.,])(?<!\d[’'])"
"""Before a number: no letter, digit, or separator of a longer number; an elided article may stand there (l'11)."""
END = r"(?![\w]|[.,]\d)"
"""After a number: no letter or digit, no decimals."""
SIGN = r"(?P<sign>[-−–+±])?"
DASH = r"\s?[-–‒−]\s?"
HALVES = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip


def either(choices: Iterable[str]) -> str:
    """A regular expression for any of ``choices``, the longest first."""
    return "(?:" + "|".join(re.escape(choice) for choice in sorted(choices, key=lambda c: (-len(c), c))) + ")"


def usual(words: Words) -> tuple[Rule, ...]:
    """All common shapes in the order in which they are tried."""
    return (
        *addresses(words), *dates(words), *clocks(words), *phones(words), *money(words), *measures(words),
        *ranges(words), *fractions(words), *numbers(words), *signs(words),
    )  # fmt: skip


def dates(words: Words) -> tuple[Rule, ...]:
    """ISO dates, dates in figures and dates with the month's name where the day has no ordinal mark of its own."""

    def said(match: Match, day: str, month: str, year: str) -> str | None:
        number, in_year = int(day or 0), int(year or 0)
        which = int(month) if month.isdecimal() else words.months[month.lower()]
        if len(year) == 2:
            in_year += 2000 if in_year < 40 else 1900
        if not 1 <= which <= 12 or number > 31 or (day and not number):
            return None
        return words.date(number, which, in_year, match.string[: match.start()])

    def iso(match: Match) -> str | None:
        return said(match, match["day"], match["month"], match["year"])

    def figures(match: Match) -> str | None:
        first, second = match["first"], match["second"]
        day, month = (first, second) if words.day_first else (second, first)
        if int(month) > 12 >= int(day):
            day, month = month, day
        return said(match, day, month, match["year"])

    iso_date = rf"{START}(?P<year>\d{{4}})-(?P<month>0\d|1[0-2])-(?P<day>[0-2]\d|3[01])(?![\w-])"
    in_figures = (
        rf"{START}(?P<first>\d{{1,2}})(?P<mark>[./-])(?P<second>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d\d){END}"
    )
    slashed = rf"{START}(?P<year>[12]\d{{3}})/(?P<month>0?[1-9]|1[0-2])/(?P<day>[0-2]?\d|3[01])(?![\w/-])"
    return (
        Rule("date", re.compile(slashed), iso),
        Rule("date", re.compile(iso_date), iso),
        Rule("date", re.compile(in_figures), figures),
    )


def clocks(words: Words) -> tuple[Rule, ...]:
    """14:30 and 14:30:05."""

    def clock(match: Match) -> str:
        return words.clock(int(match["hour"]), int(match["minute"]), int(match["second"] or -1))

    joint = r"\d:[0-5]\d(?P<it>\s?[-–—]\s?)(?=\d{1,2}:[0-5]\d)"
    pattern = rf"{START}(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\w:]|[.,]\d)"
    to = Rule("range", re.compile(joint), lambda match: f" {words.to} ")
    return (to, Rule("time", re.compile(pattern), clock))


def phones(words: Words) -> tuple[Rule, ...]:
    """Groups of digits with a leading plus, zero or bracket, and +1-800-555-0199: digit by digit, groups parted."""
    figures = Figures(words)

    def group_of(written: str) -> str:
        hundreds = words.round_groups and re.fullmatch("[1-9]00", written)
        return words.cardinal(int(written), "") if hundreds else figures.digits(written)

    def phone(match: Match) -> str | None:
        written = match[0]
        groups = re.findall(r"\d+", written)
        if sum(map(len, groups)) < 6:
            return None
        said = ", ".join(group_of(group) for group in groups)
        return f"{words.plus} {said}" if written.startswith("+") else said

    plus = r"(?<![\w+])\+\d{1,3}(?:[ .\-/]?\(?\d{1,5}\)?){2,6}(?![\w-])"
    zero = rf"{START}\(?0\d{{1,5}}\)?(?:[ \-/]{{1,2}}\d{{2,9}}){{1,4}}(?![\w-]|[.,/]\d)"
    bracket = rf"{START}\(\d{{3}}\)[ -]?\d{{3}}[ \-.]\d{{4}}(?![\w-])"
    points = rf"{START}\d{{3}}\.\d{{3}}\.\d{{4}}(?![\w-]|\.\d)"
    dashes = rf"(?<![\w-]){START}\d+(?:-\d+){{2,}}(?![\w-])"
    short = rf"(?<![\w-]){START}\d{{3}}-\d{{4}}(?![\w-]|[.,]\d)"
    host = rf"{START}\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\w-]|\.\d)"

    def pointed(match: Match) -> str:
        return f" {words.signs['.']} ".join(figures.digits(part) for part in match[0].split("."))

    said = tuple(
        Rule("phone", re.compile(pattern), phone) for pattern in (plus, zero, bracket, points, dashes, short)
    )
    return (*said, Rule("number", re.compile(host), pointed))


def money(words: Words) -> tuple[Rule, ...]:
    """$5, € 5,50, 5 €, 5 million €, $3-4, US$ 20."""
    figures = Figures(words)
    symbols = either(words.currencies)
    scales = {**words.scales, **words.compact}
    scale = either(scales)
    number = figures.pattern

    def amount(written: str, scale: str, symbol: str) -> str:
        currency = words.currencies[symbol]
        if scale:
            return f"{figures.counted(written, scales[scale])}{words.of}{currency.whole.many}"
        whole, decimals = figures.value(written)
        if decimals and currency.part and not decimals[2:].strip("0"):
            return _sum(words, whole, int(f"{decimals:0<2}"[:2]), currency.whole, currency.part)
        if decimals and not decimals.strip("0"):
            written = written.partition(words.decimal)[0]
        return figures.counted(written, currency.whole)

    def said(match: Match) -> str:
        sign = {"-": words.minus + " ", "−": words.minus + " ", "–": words.minus + " "}.get(match["sign"] or "", "")
        low, scale, symbol = match["number"], match["scale"] or "", match["symbol"]
        if match["high"]:
            high = amount(match["high"], scale, symbol)
            return f"{sign}{figures.say(low, words.currencies[symbol].whole.gender)} {words.to} {high}"
        return sign + amount(low, scale, symbol)

    sums = rf"(?P<number>{number})(?:\s?[-–—]\s?(?P<high>{number}))?(?:\s?(?P<scale>{scale})(?!\w))?"
    before = rf"(?<![\w.,$])(?P<sign>[-−–](?=\S))?(?P<symbol>{symbols})\s?{sums}{END}"
    after = rf"{START}(?P<sign>[-−–](?=\S))?{sums}\s?(?P<symbol>{symbols})(?!\w)"
    joint = rf"{symbols}\s?{number}(?:\s?{scale})?(?P<it>\s?[-–]\s?)(?={symbols}\s?\d)"
    return (
        Rule("range", re.compile(joint), lambda match: f" {words.to} "),
        Rule("money", re.compile(before), said),
        Rule("money", re.compile(after), said),
    )


def _sum(words: Words, whole: int, part: int, unit: Noun, hundredth: Noun) -> str:
    said = [f"{words.cardinal(whole, unit.gender)} {unit.after(whole == 1)}"] if whole or not part else []
    if part:
        said.append(f"{words.cardinal(part, hundredth.gender)} {hundredth.after(part == 1)}")
    return words.cents.join(said)


def measures(words: Words) -> tuple[Rule, ...]:
    """5 kg, 20 %, -3 °C, 5-6 km, 3 x 4 m, 3½ km, 2 million km."""
    figures = Figures(words)
    units = {**words.units, **{sign: Noun(said, said, words.percent_gender) for sign, said in words.percent.items()}}
    vulgar = "".join(HALVES)

    def one(written: str) -> str:
        """A number that may end in a fraction, without its unit."""
        return mixed_number(written, words) or figures.say(written)

    def said(match: Match) -> str | None:
        for part in (match["low"], match["number"]):
            if part and re.search("[/⁄]", part) and not mixed_number(part, words):
                return None
        unit, written, scale = units[match["unit"]], match["number"], match["scale"]
        sign = (
            {"+": words.plus, "±": words.symbols.get("±", "")}.get(match["sign"], words.minus)
            if match["sign"]
            else ""
        )
        joint = match["joint"]
        low = (
            one(match["low"]) + (f" {words.by} " if joint and joint.strip() in "x×" else f" {words.to} ")
            if joint
            else ""
        )
        if scale:
            counted = f"{figures.counted(written, words.scales[scale])} {unit.many}"
        elif fractional := mixed_number(written, words):
            less_than_one = written[0] in HALVES or re.fullmatch(r"\d+[/⁄]\d+", written) is not None
            counted = f"{fractional} {unit.after(less_than_one)}"
        else:
            counted = (
                figures.counted(written, unit) if not joint else f"{figures.say(written, unit.gender)} {unit.many}"
            )
        return f"{sign} {low}{counted}".strip()

    slashed = r"(?:\d+[ -])?\d{1,2}[/⁄]\d{1,3}"
    number = rf"(?:{slashed}|{figures.pattern}(?:\s?[{vulgar}])?|[{vulgar}])"
    low = rf"(?P<low>{number})(?P<joint>{DASH}|\s?[x×]\s?)"
    scale = rf"(?P<scale>{either(words.scales)})"
    unit = rf"[\s-]?(?P<unit>{either(units)})(?![\w²³]|[.’']\w)"
    pattern = rf"{START}(?:{SIGN})(?:{low})?(?P<number>{number})(?:\s{scale}(?!\w))?{unit}"
    rules = [Rule("unit", re.compile(pattern), said)]
    if words.per:
        rated = rf"(?:\d|\d\s?\w{{1,3}}|\d\s?{either(words.currencies)})(?P<it>\s?/{either(words.per)})(?!\w)"
        rules.append(Rule("unit", re.compile(rated), lambda match: f" {words.per[match['it'].lstrip()[1:]]}"))
    return tuple(rules)


def ranges(words: Words) -> tuple[Rule, ...]:
    """3-4 and 1914-18: the numbers with the language's 'to'; 16:9; 3 x 4; 2 + 2 = 4."""
    figures = Figures(words)

    def span(match: Match) -> str:
        low, high = match["low"], match["high"]
        if len(low) == 4 and len(high) in (2, 4) and 1000 <= int(low) < 2100:
            later = words.year(int(high)) if len(high) == 4 else words.cardinal(int(high), "")
            return f"{words.year(int(low))} {words.to} {later}"
        return f"{figures.say(low)} {words.to} {figures.say(high)}"

    def ratio(match: Match) -> str:
        return f"{figures.say(match['low'])} {words.against} {figures.say(match['high'])}"

    def size(match: Match) -> str:
        return f" {words.by} ".join(figures.say(number) for number in re.split(r"\s?[x×]\s?", match[0]))

    def sums(match: Match) -> str:
        return " ".join(
            operators.get(part, "") or figures.say(part)
            for part in re.findall(rf"{figures.pattern}|[^\s\d]", match[0])
        )

    operators = {
        "+": words.plus, "-": words.minus, "−": words.minus, "–": words.minus, "×": words.times, "x": words.times,
        "*": words.times, "·": words.times, "/": words.symbols.get("÷", ""),
        **{sign: words.symbols[sign] for sign in "=÷" if sign in words.symbols},
    }  # fmt: skip
    number = figures.pattern
    equation = rf"{START}{number}(?:\s?[-+−–×x*·÷:/]\s?{number})+\s?=\s?{number}{END}"
    low_high = rf"{START}(?P<low>\d{{1,7}}){DASH}(?P<high>\d{{1,7}})(?![\w-]|[.,/⁄]\d)"
    return (
        Rule("math", re.compile(equation), sums),
        Rule("range", re.compile(rf"(?<![-–]){low_high}"), span),
        Rule("ratio", re.compile(rf"{START}(?P<low>\d{{1,4}}):(?P<high>\d{{1,4}})(?![\w:]|[.,]\d)"), ratio),
        Rule("range", re.compile(rf"{START}{number}(?:\s?[x×]\s?{number})+{END}"), size),
    )


def fractions(words: Words) -> tuple[Rule, ...]:
    """½, 2½, 2 1/2, 3/4."""

    def read(match: Match) -> str | None:
        sign = {"": "", "+": words.plus + " "}.get(match["sign"] or "", words.minus + " ")
        said = mixed_number(match["number"], words)
        return sign + said if said else None

    sign = r"(?P<sign>(?<!\S)[-−–+](?=[\d½¼¾]))?"
    slashed = rf"{START}(?:\d+[ -])?\d{{1,6}}[/⁄]\d{{1,6}}(?![\w/]|[.,]\d)"
    vulgar = rf"(?:(?<![\w.,])\d+\s?)?[{''.join(HALVES)}]"
    return (
        Rule("fraction", re.compile(rf"{sign}(?P<number>{vulgar})"), read),
        Rule("fraction", re.compile(rf"{sign}(?P<number>{slashed})"), read),
    )


_MIXED = re.compile(rf"(?:(?P<whole>\d+)[\s-]?)??(?:(?P<half>[{''.join(HALVES)}])|(?P<over>\d+)[/⁄](?P<under>\d+))")


def mixed_number(written: str, words: Words) -> str | None:
    """½, 2½, 3/4 or 2 1/2 in words; None for what is none of these."""
    match = _MIXED.fullmatch(written)
    if not match:
        return None
    over, under = HALVES[match["half"]] if match["half"] else (int(match["over"]), int(match["under"]))
    whole = match["whole"]
    if under < 2 or (whole and over >= under):
        return None
    said = words.half_after if whole and words.half_after and under == 2 else words.fraction(over, under)
    return f"{words.cardinal(int(whole), '')}{words.mixed}{said}" if whole else said


def numbers(words: Words) -> tuple[Rule, ...]:
    """What is left: numbers with a sign, grouped or with decimals, bare ones; 1.2.3; any digits."""
    figures = Figures(words)

    def number(match: Match) -> str:
        sign = {"": "", "+": words.plus + " ", "±": words.symbols.get("±", "") + " "}.get(
            match["sign"] or "", words.minus + " "
        )
        return sign + figures.say(match["number"])

    def pointed(match: Match) -> str:
        if re.fullmatch(figures.whole, match[0]):
            return figures.say(match[0])
        return f" {words.signs['.']} ".join(figures.say(part) for part in match[0].split("."))

    def rest(match: Match) -> str:
        return figures.say(match[0]) if len(match[0]) < 5 or words.decimal in match[0] else figures.digits(match[0])

    sign = r"(?P<sign>(?<![^\s(\[?!;:=<>])[-−–+±](?=[\d.,]))?"
    return (
        Rule("number", re.compile(r"(?<![\d.,])\d+(?:\.\d+){2,}(?!\w|\.\d)"), pointed),
        Rule("number", re.compile(rf"{sign}(?<![\w.,])(?P<number>{figures.pattern}){END}"), number),
        Rule("number", re.compile(rf"\d+(?:(?<!\d\d\d\d\d){re.escape(words.decimal)}\d+)?"), rest),
    )
