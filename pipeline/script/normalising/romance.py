"""What Spanish, French, Italian and Portuguese share beside the common shapes: Roman numerals by context, numbers
that agree with what they count, ordinals with a mark, abbreviations by context, capitals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace

from pipeline.script.normalising.addresses import addresses, spelled
from pipeline.script.normalising.capitals import capitals as lowered_or_spelled
from pipeline.script.normalising.figures import Figures
from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.shapes import END, clocks, dates, either, fractions, measures, money, numbers, ranges
from pipeline.script.normalising.shapes import phones as any_phones
from pipeline.script.normalising.signs import signs
from pipeline.script.normalising.words import Noun, Words

Match = re.Match[str]
Speak = Callable[[int, str], str]

BEFORE = r"(?<![\w.,])"
"""Before a number: a letter with an apostrophe may (l'11, d'1,5)."""
FIGURE = r"\s?[\[(]?(?:\d|[IVXLC]+(?![\w’'.]))"
"""What follows 'page', 'number': figures or a numeral."""
SPACE = r"[ \u00a0\u202f]"


def listed(text: str) -> list[str]:
    """The words of ``text``."""
    return text.split()


def nouns(table: str) -> dict[str, Noun]:
    """``km|kilómetro|kilómetros|m`` and so on, parted by line ends or semicolons; several symbols by commas."""
    rows = [row.strip().split("|") for row in re.split(r"[\n;]", table) if row.strip()]
    return {symbol: Noun(row[1], row[2], row[3]) for row in rows for symbol in row[0].split(",")}


def capitals(spelled: Iterable[str], *, heading: bool = False) -> tuple[Rule, ...]:
    """The rules of `pipeline.script.normalising.capitals`, which leave numerals alone."""

    def but_numerals(rule: Rule) -> Rule:
        return replace(
            rule, read=lambda match: None if roman(match[0]) and match[0] not in WORDLIKE else rule.read(match)
        )

    rules = lowered_or_spelled(frozenset(spelled), ACRONYMS, SOUNDS, heading=heading)
    return tuple(but_numerals(rule) for rule in rules)


WORDLIKE = frozenset(listed("CI DI DIX LI MI MIL MIX VI"))
"""Numerals that among words in capitals are words."""
ACRONYMS = frozenset(listed("NASA UNESCO UNICEF ONU OTAN NATO FIFA UEFA OPEP SIDA OVNI"))
SOUNDS = frozenset(
    listed("MM MLLES MMES HM SH ST PST PSST PS CHT CHST TCH TS PF PFT BR MGR MLLE MME SR DR MR JR SRS DRS STO")
)


def usual(words: Words, agreeing: Rule, no_noun: Container[str]) -> tuple[Rule, ...]:
    """The common shapes in their order, numbers that agree with their noun before those that do not."""
    counted = (_of_millions(rule, words) for rule in (*money(words), *measures(words)))
    handle = re.compile(r"(?<![\w@#])@(?=[^\W\d])\w+(?:\.\w+)+(?!\w)")
    return (
        *addresses(words),
        Rule("handle", handle, lambda match: spelled(match[0], words), Trait.SYMBOL),
        *dates(words),
        *clocks(words),
        *counted,
        _millions(words, no_noun),
        _grouped(words, agreeing),
        *any_phones(words),
        *ranges(words),
        *(_and_a_half(rule, words) for rule in fractions(words)),
        agreeing,
        *numbers(words),
        _unequal(),
        *signs(words),
        minus(words),
    )


def _unequal() -> Rule:
    """Signs of equality that stand for no sum (dashes of old prints, remains of tags) are silent."""
    summed = r"(?<=[\d)] )[=<>]|[=<>](?= ?[\d(−-])|(?<=[\d)])[=<>]|(?<=\b\w )[=<>](?= \w\b)"
    return Rule("symbol", re.compile(rf"(?!{summed})[=<>]+\s?"), lambda match: "", Trait.SYMBOL)


def _and_a_half(rule: Rule, words: Words) -> Rule:
    """'cuatro y un medio' of the common shapes as 'cuatro y medio'."""
    one_half = f"{words.mixed}{words.fraction(1, 2)}"

    def read(match: Match) -> str | None:
        said = rule.read(match)
        return said.replace(one_half, words.mixed + one_half.rsplit(maxsplit=1)[-1]) if said else said

    return replace(rule, read=read)


def _grouped(words: Words, agreeing: Rule) -> Rule:
    """Two groups of three figures and more, which are no telephone number and no machine's address: 2 000 000."""
    number = rf"[1-9]\d{{0,2}}(?:[{words.group}]\d{{3}}){{2,}}(?!\d)"
    return replace(agreeing, pattern=re.compile(_counted(number)))


def _counted(number: str) -> str:
    """Regular expression of ``number`` between the word before it and the word after it."""
    before = r"(?:(?<!\w)(?P<before>[^\W\d_]{1,9})[’' ])?"
    return rf"{before}{BEFORE}(?P<it>{number}){END}(?:{SPACE}(?P<noun>[^\W\d_]+))?"


MILLIONS = r"(?:[mb]il|trill?|mill?i?|tril)(?:h|i)?(?:ón|ones|on|ons|one|oni|ão|ões|ard|ards|ardo|ardi)"
"""Nouns of a million and more in the four languages: what they count follows after 'de'."""


def _of_millions(rule: Rule, words: Words) -> Rule:
    """'un millón euros' of the common shapes as 'un millón de euros', 'de euros' of French as 'd’euros'."""
    nouns = {*words.units.values(), *(currency.whole for currency in words.currencies.values())}
    counted = either({noun.many for noun in nouns} - {""})
    lacking = re.compile(rf"\b({MILLIONS}) (?={counted}(?!\w))")
    elided = words.of.endswith("de ") and "virgule" in words.point

    def read(match: Match) -> str | None:
        said = rule.read(match)
        said = lacking.sub(rf"\1{words.of}", said) if said else said
        return re.sub(r"\bde (?=[aeiouéèêhAEIOUÉ])", "d’", said) if said and elided else said

    return replace(rule, read=read)


def _millions(words: Words, no_noun: Container[str]) -> Rule:
    """Whole millions before a noun: 2 000 000 habitants, 'deux millions d’habitants'."""
    figures = Figures(words)
    elided = "virgule" in words.point

    def read(match: Match) -> str | None:
        number, noun = figures.value(match["number"])[0], match["noun"]
        if not number or number % 1_000_000 or noun in no_noun or len(str(number)) > 15:
            return None
        of = " d’" if elided and noun[0] in "aeiouéèêh" else words.of
        return words.cardinal(number, "") + of

    pattern = rf"{BEFORE}(?P<it>(?P<number>{figures.whole}){SPACE})(?P<noun>[a-zà-ÿ]{{2,}})"
    return Rule("number", re.compile(pattern), read)


def agreeing(words: Words, gender: Callable[[str, str], str], years: Container[str]) -> Rule:
    """A whole number before the noun it counts: 21 casas, 200 páginas.

    Args:
        gender: of (word before, noun); empty where it does not agree.
        years: words before a year.
    """
    figures = Figures(words)

    def read(match: Match) -> str | None:
        it, before = match["it"], (match["before"] or "").lower()
        if before in years and re.fullmatch("1[0-9]{3}|20[0-9]{2}", it):
            return words.year(int(it))
        return figures.say(it, gender(before, match["noun"] or ""))

    return Rule("number", re.compile(_counted(figures.whole)), read)


def ordinals(words: Words, marks: Mapping[str, str], speak: Speak | None = None) -> Rule:
    """A number with an ordinal's mark (1.º, 2.ª, 3e). ``marks``: what follows the figures, and the gender."""
    figures, say = Figures(words), speak or words.ordinal

    def read(match: Match) -> str | None:
        number = figures.value(match["number"])[0]
        return say(number, marks[match["mark"]]) if number else None

    pattern = rf"{BEFORE}(?P<number>{figures.whole})(?P<mark>{either(marks)})(?!\w|{SPACE}?[CF](?!\w))"
    return Rule("ordinal", re.compile(pattern), read, Trait.DIGIT)


def written(spoken: Mapping[str, str], follows: str = r"(?!\w)", *, why: str = "abbreviation") -> Rule:
    """Abbreviations that no full stop ends (``n.º``, ``Mme``, ``1.er``), before what ``follows``; blanks optional."""
    compact = {re.sub(r"\s", "", one): said for one, said in spoken.items()}

    def read(match: Match) -> str:
        return compact[re.sub(r"\s", "", match["it"])]

    choices = "|".join(re.escape(one) for one in sorted(spoken, key=lambda one: (-len(one), one)))
    choices = choices.replace(r"\ ", rf"{SPACE}?")
    return Rule(why, re.compile(rf"(?<![\w.&@-])(?P<it>{choices}){follows}"), read, Trait.NONE)


def _full_months(words: Words) -> dict[int, str]:
    """The names, which `Words.months` gives before their abbreviations."""
    full: dict[int, str] = {}
    for name, number in words.months.items():
        full.setdefault(number, name)
    return full


def first_of_month(words: Words, first: str, of: str, of_said: str = "") -> tuple[Rule, ...]:
    """The first day before a month's name, and months cut short after a day. ``of``: regular expression between."""
    months = either(words.months)
    full = _full_months(words)

    def month(match: Match) -> str:
        return full[words.months[match["it"].lower()]]

    def day(match: Match) -> str:
        number = int(match["it"])
        return f"{first if number == 1 else words.cardinal(number, '')}{of_said}"

    short = either(name for name in words.months if len(name) < 6 and full[words.months[name]] != name)
    names = either(full.values())
    bare = rf"{BEFORE}(?P<it>0?[1-9]|[12]\d|3[01])(?={SPACE}(?i:{names})(?!\w))"
    return (
        *([Rule("date", re.compile(bare), day)] if of_said else []),
        Rule("date", re.compile(rf"{BEFORE}(?P<it>0?1)(?={SPACE}{of}(?i:{months})(?!\w))"), lambda match: first),
        Rule("date", re.compile(rf"{BEFORE}\d\d?{SPACE}{of}(?P<it>(?i:{short}))\.?(?!\w)"), month),
    )


def hours(words: Words, after: str, unit: str, mark: str, *, dotted: str = "") -> tuple[Rule, ...]:
    """Times in a language's own hand.

    Args:
        after: regular expression of the words before a time: there 9.15 is one.
        unit: regular expression of the word after a time, which stays: there 9.15 is one.
        mark: regular expression of the mark between hour and minute that makes any figures a time: ``14h30``.
        dotted: regular expression of an abbreviation for hours after a time, which goes: ``h``.
    """

    def read(match: Match) -> str | None:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        return words.clock(hour, minute, -1)

    hour, minute = r"(?P<hour>[01]?\d|2[0-4])", r"(?P<minute>[0-5]\d)(?!\d)"
    spelled = rf"(?:{SPACE}?m(?:in|n)?\.?)?"
    plain = rf"{hour}[.:]{minute}(?![.,:]\d)"
    rules = [
        Rule("time", re.compile(rf"(?<!\w)(?i:{after}){SPACE}?(?P<it>{plain})(?!\w|{SPACE}?[%€$])"), read),
        Rule("time", re.compile(rf"{BEFORE}(?P<it>{plain})(?={SPACE}(?:{unit})(?!\w))"), read),
    ]
    if mark:
        rules.append(
            Rule("time", re.compile(rf"{BEFORE}(?P<it>{hour}{SPACE}?{mark}{SPACE}?{minute}{spelled})(?!\w)"), read)
        )
    if dotted:
        rules.append(Rule("time", re.compile(rf"{BEFORE}(?P<it>{plain}{SPACE}?(?:{dotted}))(?![\w/])"), read))
    return tuple(rules)


def point_decimals(words: Words, point: str) -> Rule:
    """Decimals after a point, as English writes them (1.48 %, 93.52 km²): never three, which would be thousands."""
    figures, units = (
        Figures(words),
        {**words.units, **{sign: Noun(said, said) for sign, said in words.percent.items()}},
    )

    def read(match: Match) -> str:
        minus = f"{words.minus} " if match["sign"] else ""
        said = figures.say(match["number"].replace(".", words.decimal)).replace(f" {words.point} ", f" {point} ", 1)
        return minus + said + (f" {units[match['unit']].many}" if match["unit"] else "")

    number = r"(?P<number>\d{1,7}\.(?:\d{1,2}|\d{4,}))"
    unit = rf"(?:{SPACE}?(?P<unit>{either(units)}))?"
    pattern = rf"(?P<it>(?P<sign>(?<!\S)[-−–])?{BEFORE}{number}(?![\d])(?!\.\d){unit})(?![\w²³])"
    return Rule("number", re.compile(pattern), read)


def halves(words: Words, half: Mapping[str, str], of: str) -> tuple[Rule, ...]:
    """Fractions before a unit or a noun: 1/2 kg, 1 1/2 h, 3/4 l. ``half``: by gender; ``of``: before the unit."""
    units = words.units
    signs = {"½": "1/2", "¼": "1/4", "¾": "3/4"}

    def parts(written: str) -> tuple[int, int]:
        over, _, under = signs.get(written, written).replace("⁄", "/").partition("/")
        return int(over), int(under)

    def measured(match: Match) -> str | None:
        unit, (over, under) = units[match["unit"]], parts(match["part"])
        sign = f"{words.minus} " if match["sign"] else ""
        if match["whole"]:
            whole = int(match["whole"])
            part = half[unit.gender] if (over, under) == (1, 2) else words.fraction(over, under)
            return f"{sign}{words.cardinal(whole, unit.gender)} {unit.after(whole == 1)}{words.mixed}{part}"
        if (over, under) == (1, 2):
            return f"{sign}{half[unit.gender]} {unit.one}"
        return f"{sign}{words.fraction(over, under)}{of}{unit.one}" if under > 2 else None

    part = r"(?P<part>\d{1,2}[/⁄]\d{1,2}|[½¼¾])"
    sign = r"(?P<sign>(?<!\S)[-−–])?"
    pattern = rf"{sign}{BEFORE}(?:(?P<whole>\d+){SPACE})?{part}{SPACE}?(?P<unit>{either(units)})(?![\w²³])"
    return (Rule("unit", re.compile(pattern), measured),)


def minus(words: Words) -> Rule:
    """A minus before a number that another rule has read; the last of all rules."""
    return Rule("number", re.compile(r"(?<!\S)[-−](?=\d|[½¼¾])(?<!\d\s.)"), lambda match: words.minus)


def phones(words: Words, patterns: Iterable[str], pairs: bool) -> tuple[Rule, ...]:
    """Telephone numbers: groups of figures one by one; of two as a number where that is the custom (``pairs``)."""
    figures = Figures(words)

    def group(written: str, code: bool) -> str:
        return (
            words.cardinal(int(written), "")
            if len(written) == 2 and (pairs or code) and written[0] != "0"
            else figures.digits(written)
        )

    def read(match: Match) -> str:
        plus = match[0].startswith("+")
        groups = [group(found, plus and not index) for index, found in enumerate(re.findall(r"\d+", match[0]))]
        return (f"{words.plus} " if plus else "") + ", ".join(groups)

    plus = r"\+\d{1,3}(?:[ .\-/]?\(?\d{2,5}\)?){2,6}(?![\w-])"
    return tuple(Rule("phone", re.compile(pattern), read) for pattern in (rf"(?<![\w+]){plus}", *patterns))


def days_of_month(words: Words, joined: str) -> Rule:
    """Several days before one month: 17/18 mars, 17-18-19 mars."""

    def read(match: Match) -> str:
        days = [words.cardinal(int(day), "") for day in re.findall(r"\d+", match["it"])]
        return f"{', '.join(days[:-1])}{joined}{days[-1]}"

    months = either(_full_months(words).values())
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    return Rule(
        "date",
        re.compile(rf"{BEFORE}(?P<it>{day}(?:/{day})+|{day}(?:-{day}){{2,}})(?={SPACE}(?:de )?{months}(?!\w))"),
        read,
    )


def apostrophe_years(words: Words, after: str) -> Rule:
    """A year or a century cut short by an apostrophe: anni ’90, l’’800. ``after``: regular expression before it."""

    def read(match: Match) -> str:
        return words.cardinal(int(match["year"]), "")

    return Rule("year", re.compile(rf"(?:{after})(?P<it>[’‘'](?P<year>\d00|\d\d))(?![\w’'])"), read)
