"""English numbers that their neighbours decide: years, decades, ordinals, rooms, old money, feet and inches."""

from __future__ import annotations

import re

from pipeline.script.normalising.en_words import fraction, paired, plural, year
from pipeline.script.normalising.figures import Figures
from pipeline.script.normalising.rules import Rule
from pipeline.script.normalising.shapes import DASH, END, HALVES, START
from pipeline.script.normalising.words import Noun, Words

_BE = [
    "was",
    "is",
    "were",
    "are",
    "had",
    "has",
    "have",
    "did",
    "when",
    "and",
    "or",
    "but",
    "to",
    "in",
    "on",
    "at",
    "the",
    "a",
    "an",
    "he",
    "she",
    "it",
    "they",
    "we",
    "i",
    "you",
    "that",
    "which",
    "who",
    "whom",
    "with",
    "for",
    "from",
    "by",
    "as",
    "if",
    "then",
    "there",
    "this",
    "these",
    "his",
    "her",
    "their",
    "its",
    "our",
    "my",
    "your",
    "until",
    "till",
    "through",
    "after",
    "before",
    "because",
    "so",
    "would",
    "could",
    "should",
    "will",
    "may",
    "might",
    "must",
    "can",
    "shall",
    "not",
    "no",
    "also",
    "where",
    "while",
    "since",
    "though",
    "although",
    "of",
    "did",
    "than",
    "up",
    "out",
    "off",
    "into",
    "onto",
    "upon",
    "about",
    "over",
    "under",
    "however",
    "when",
    "edition",
    "census",
    "election",
    "war",
    "season",
    "winter",
    "summer",
    "spring",
    "autumn",
    "fall",
    "film",
    "movie",
    "album",
    "novel",
    "book",
    "olympics",
    "recession",
    "crash",
    "revolution",
    "treaty",
    "constitution",
    "act",
    "report",
    "paper",
    "study",
]
"""Words after which a number of four digits is still a year: it counts nothing."""
_NOT_COUNTED = rf"(?!\s(?!(?:{'|'.join(_BE)})\b)[a-z]{{2,}})"
_IN = (
    r"(?:\b(?:[Ii]n|[Ss]ince|[Yy]ear|[Yy]ears|[Uu]ntil|[Tt]ill|[Cc]irca|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all"
    r"|[Ww]inter|[Ee]arly|[Ll]ate|January|February|March|April|May|June|July|August|September|October|November"
    r"|December|Christmas|Easter),?\s)"
)


def named_numbers(words: Words) -> tuple[Rule, ...]:
    """All of them, in the order in which they are tried."""
    return (
        *_verses(words),
        *_feet(words),
        *_decades(words),
        *_ordinals(words),
        *_rooms(words),
        *_years(words),
    )


_BOOKS = (
    "Genesis|Gen\\.|Exodus|Leviticus|Numbers|Deuteronomy|Deut\\.|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra"
    "|Nehemiah"
    "|Esther|Job|Psalms?|Proverbs|Ecclesiastes|Isaiah|Isa\\.|Jeremiah|Ezekiel|Daniel|Hosea|Joel|Amos|Jonah|Micah"
    "|Malachi"
    "|Matthew|Matt\\.|Mark|Luke|John|Acts|Romans|Rom\\.|Corinthians|Cor\\.|Galatians|Ephesians|Philippians|Colossians"
    "|Thessalonians|Timothy|Titus|Hebrews|Heb\\.|James|Peter|Jude|Revelation|Rev\\.|Sura|Surah"
)


def _verses(words: Words) -> tuple[Rule, ...]:
    """John 3:16, Genesis 1:1-3: chapter and verse."""

    def said(match: re.Match[str]) -> str:
        low = f"{words.cardinal(int(match['chapter']), '')} {words.cardinal(int(match['verse']), '')}"
        return f"{low} {words.to} {words.cardinal(int(match['last']), '')}" if match["last"] else low

    verse = rf"(?P<it>(?P<chapter>\d{{1,3}}):(?P<verse>\d{{1,3}})(?:{DASH}(?P<last>\d{{1,3}}))?)(?![\w:])"
    return (Rule("number", re.compile(rf"(?<!\w)(?:{_BOOKS})\s{verse}"), said),)


def _years(words: Words) -> tuple[Rule, ...]:
    def said(match: re.Match[str]) -> str:
        return words.year(int(match["it"]))

    def span(match: re.Match[str]) -> str | None:
        low, high = int(match["low"]), int(match["high"])
        later = high if high > 99 else low // 100 * 100 + high
        if later <= low:
            return None
        return f"{words.year(low)} {words.to} {words.year(high) if high > 99 else _short_year(match['high'], words)}"

    bare = r"(?P<it>1[1-9]\d\d|1066|20\d\d)"
    return (
        Rule(
            "range",
            re.compile(
                rf"{START}(?P<low>1[0-9]\d\d|20\d\d){DASH}(?P<high>\d{{4}}|\d\d)(?![\w-]|[.,]\d)(?!\s?[a-z]{{1,2}}\b)"
            ),
            span,
        ),
        Rule("year", re.compile(rf"{_IN}(?P<it>1\d\d\d|20\d\d){END}(?!\s?%|[-–]\d)"), said),
        Rule("year", re.compile(rf"{START}(?P<it>[1-9]\d\d\d?){END}(?=\s(?:B\.?C|A\.?D|C\.?E)\b)"), said),
        Rule(
            "year",
            re.compile(
                rf"(?<![$£€#])(?<![+−±]){START}(?<![\d/:]){bare}{END}(?!\s?(?:[%°$€£+=×*]|-\d|–\d)"
                rf"|[/:]\d){_NOT_COUNTED}"
            ),
            said,
        ),
    )


def _short_year(written: str, words: Words) -> str:
    return ("oh " if written[0] == "0" else "") + words.cardinal(int(written), "")


def _decades(words: Words) -> tuple[Rule, ...]:
    def whole(match: re.Match[str]) -> str:
        said = plural(words.year(int(match["decade"])))
        if not match["next"]:
            return said
        later = words.year(int(match["next"])) if len(match["next"]) == 4 else words.cardinal(int(match["next"]), "")
        return f"{said} {words.to} {plural(later)}"

    def short(match: re.Match[str]) -> str:
        return plural(words.cardinal(int(match["decade"]), "")) if match["decade"] != "00" else "two thousands"

    more = rf"(?:{DASH}['’]?(?P<next>\d0|\d\d\d0)['’]?s)?"
    return (
        Rule("decade", re.compile(rf"{START}(?P<decade>1[0-9]\d0|20\d0)(?:['’]?s|\ss(?=\s|$)){more}(?!\w)"), whole),
        Rule("decade", re.compile(r"(?<!\w)[’'‘](?P<decade>\d0)s(?!\w)"), short),
        Rule("decade", re.compile(rf"{START}(?P<decade>[1-9]0)['’]?s(?!\w)"), short),
        Rule(
            "year", re.compile(r"(?<!\w)[’‘'](?P<it>\d\d)(?![\w’'])"), lambda match: _short_year(match["it"], words)
        ),
    )


def _ordinals(words: Words) -> tuple[Rule, ...]:
    figures = Figures(words)

    def said(match: re.Match[str]) -> str | None:
        number = figures.value(match["number"])[0]
        right = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        mark = match["mark"].lower()
        return words.ordinal(number, "") if mark == right or (mark == "d" and right in ("nd", "rd")) else None

    def part(match: re.Match[str]) -> str:
        return fraction(int(match["over"]), int(match["under"]), words.day_first)

    def plurals(match: re.Match[str]) -> str:
        return plural(figures.say(match["number"]))

    return (
        Rule("fraction", re.compile(rf"{START}(?P<over>\d+)/(?P<under>\d+)(?i:th|rd|nd|st)s?(?!\w)"), part),
        Rule(
            "ordinal",
            re.compile(rf"{START}(?P<number>{figures.whole})(?P<mark>st|nd|rd|th|d|ST|ND|RD|TH)(?!\w)"),
            said,
        ),
        Rule("number", re.compile(rf"{START}(?P<number>\d{{1,6}})s(?!\w)"), plurals),
    )


_SECRET = (
    r"\b(?:(?:card|account|phone|number)\s(?:number\s)?ending (?:in|with)|PIN|password|passcode|OTP|otp|pin|code"
    r"|combination)(?:\sis)?\s"
)
"""Before figures that are said one by one."""


def _rooms(words: Words) -> tuple[Rule, ...]:
    def said(match: re.Match[str]) -> str:
        return paired(match["it"])

    def fixed(match: re.Match[str]) -> str:
        return _FIXED[re.sub(r"\s", "", match[0])]

    def toll_free(match: re.Match[str]) -> str:
        hundreds = match["it"][2:-1]
        said = words.cardinal(int(hundreds), "") if hundreds.endswith("00") else Figures(words).digits(hundreds)
        return f"one, {said}, "

    def scaled(match: re.Match[str]) -> str:
        return f"{Figures(words).say(match['number'])} {'thousand' if match['scale'] == 'k' else 'million'}"

    place = (
        r"(?:[Rr]oom|[Ss]uite|[Ff]light|[Rr]oute|[Hh]ighway|[Ii]nterstate|[Aa]partment|[Aa]pt\.|[Bb]oeing|[Cc]hannel"
        r"|Area)"
    )
    street = (
        r"(?:[A-Z][\w’'.-]*\s){1,3}(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Ct|Court|Way|Place"
        r"|Pl|Square|Terrace)\b"
    )
    return (
        Rule(
            "number",
            re.compile(r"(?<![\w.,/-])(?:24/7|9/11|007|911(?=,? (?:call|emergency))|50/50|20/20)(?![\w/-]|[.,]\d)"),
            fixed,
        ),
        Rule(
            "number",
            re.compile(r"(?:[Cc]all(?:ed|ing)?|[Dd]ial(?:led|ed)?)\s(?P<it>911|999|112|411)(?![\w-])"),
            lambda m: Figures(words).digits(m["it"]),
        ),
        Rule("number", re.compile(rf"{_SECRET}(?P<it>\d{{3,}}){END}"), lambda m: Figures(words).digits(m["it"])),
        Rule("phone", re.compile(r"(?<![\w-])(?P<it>1-8\d\d-)(?=[A-Z0-9])"), toll_free),
        Rule("number", re.compile(rf"{START}(?P<it>(?P<number>\d+(?:\.\d+)?)(?P<scale>k|M))(?=\s[a-z])"), scaled),
        Rule("number", re.compile(rf"{place}\s(?P<it>\d{{3,4}}){END}"), said),
        Rule("number", re.compile(rf"{START}(?P<it>[1-9]\d{{2,3}})(?=\s{street})"), said),
        Rule("number", re.compile(rf"{START}(?P<it>[1-9]\d{{1,3}})(?=\s[NSEW]\.?\s(?:\d|[A-Z]))"), said),
        Rule("number", re.compile(rf"{START}(?P<it>7[0-8]7)(?=s?{END}\s(?:jet|plane|airliner|jumbo))"), said),
        Rule("number", re.compile(r"(?<!\w)401\(k\)"), lambda match: "four oh one k"),
    )


_FIXED = {
    "24/7": "twenty-four seven", "9/11": "nine eleven", "007": "double oh seven", "911": "nine one one",
    "50/50": "fifty-fifty", "20/20": "twenty-twenty",
}  # fmt: skip


def _feet(words: Words) -> tuple[Rule, ...]:
    """6'2", 35′, 12″; 40°26′46″ N."""
    vulgar = "".join(HALVES)

    def feet_or_inches(written: str) -> str:
        if written[-1] not in HALVES:
            return words.cardinal(int(written), "")
        half = fraction(*HALVES[written[-1]], words.day_first)
        return f"{words.cardinal(int(written[:-1]), '')} and {half}" if written[:-1] else half

    def tall(match: re.Match[str]) -> str:
        feet, inches = match["feet"], match["inches"]
        said = f"{feet_or_inches(feet)} {'foot' if feet == '1' or inches else 'feet'}"
        return f"{said} {feet_or_inches(inches)}" if inches else said

    def long(match: re.Match[str]) -> str:
        return f"{feet_or_inches(match['inches'])} {'inch' if match['inches'] == '1' else 'inches'}"

    def arc(match: re.Match[str]) -> str:
        parts = [(match["degrees"], "degree"), (match["minutes"], "minute"), (match["seconds"], "second")]
        figures = Figures(words)
        said = [figures.counted(part, Noun(name, name + "s")) for part, name in parts if part]
        return " ".join([*said, *([_WINDS[match["wind"]]] if match["wind"] else [])])

    number = r"\d+(?:\.\d+)?"
    seconds = rf"(?:\s?(?P<seconds>{number})\s?[″\"”])?"
    coordinates = rf"{START}(?P<degrees>{number})\s?°\s?(?:(?P<minutes>{number})\s?[′'’]{seconds})?"
    inches = rf"(?P<inches>\d{{1,2}}[{vulgar}]?|[{vulgar}])"
    balanced = r"(?P<inches>\d{1,3})"
    return (
        Rule("unit", re.compile(rf"{coordinates}\s?(?P<wind>[NSEW])(?!\w)"), arc),
        Rule("unit", re.compile(rf"{coordinates}(?P<wind>(?!))?(?<=[′'’″\"”])"), arc),
        Rule("unit", re.compile(rf"{START}(?P<feet>\d{{1,2}})\s?['’′]\s?{inches}\s?(?:[\"”″]|''|’’|(?!\w))"), tall),
        Rule("unit", re.compile(rf"{START}(?P<feet>\d{{1,4}})′(?!\w)"), tall),
        Rule("unit", re.compile(rf"{START}{balanced}″(?!\w)"), long),
        Rule("unit", re.compile(rf"^{balanced}\"$"), long),
    )


_WINDS = {"N": "north", "S": "south", "E": "east", "W": "west"}


def old_money(words: Words) -> tuple[Rule, ...]:
    """£3 10s. 6d., 10s. 6d., 6d., 2s.: pounds, shillings and pence before 1971."""

    def said(match: re.Match[str]) -> str | None:
        parts = []
        for name, one, many in (
            ("pounds", "pound", "pounds"),
            ("shillings", "shilling", "shillings"),
            ("pence", "penny", "pence"),
        ):
            if match[name] and match[name] != "0":
                half = HALVES.get(match[name][-1])
                count = match[name][:-1] if half else match[name]
                number = words.cardinal(int(count.replace(",", "")), "") if count else ""
                if half:
                    part = fraction(*half, words.day_first).replace("one half", "a half")
                    number = f"{number} and {part}" if number else f"{part} of a"
                parts.append(f"{number} {one if match[name] == '1' else many}")
        return " ".join(parts)

    vulgar = "".join(HALVES)
    pence = rf"(?P<pence>\d{{1,2}}[{vulgar}]?)\s?d\b\.?(?!\w)"
    shillings = r"(?P<shillings>\d{1,3})\s?s\b(?:\.|(?=,?\s\d))"
    close = r"(?<![\w.,])"
    columns = rf"{close}£\s?(?P<pounds>\d[\d,]*)-(?P<shillings>\d{{1,2}})-(?P<pence>\d{{1,2}})(?![\w-])"
    slashed = rf"{START}(?P<pounds>(?!))?(?P<shillings>[7-9]|1\d)/6(?P<pence>(?!))?(?![\w/]|[.,]\d)"
    even = rf"{START}(?P<pounds>(?!))?(?P<shillings>\d{{1,3}})/[-–—](?P<pence>(?!))?(?!\w)"

    def and_six(match: re.Match[str]) -> str:
        return f"{words.cardinal(int(match['shillings']), '')} and six"

    return (
        Rule("money", re.compile(columns), said),
        Rule("money", re.compile(slashed), and_six),
        Rule("money", re.compile(even), said),
        Rule("money", re.compile(rf"{close}£(?P<pounds>\d[\d,]*),?\s{shillings}(?:,?\s{pence})?"), said),
        Rule("money", re.compile(rf"{close}(?P<pounds>(?!))?{shillings},?\s{pence}"), said),
        Rule(
            "money",
            re.compile(rf"{close}(?P<pounds>(?!))?(?P<shillings>(?!))?(?P<pence>\d{{1,2}}[{vulgar}]?)d\.(?!\w)"),
            said,
        ),
        Rule(
            "money", re.compile(rf"{close}(?P<pounds>(?!))?(?P<shillings>\d{{1,3}})s\.(?P<pence>(?!))?(?!\w)"), said
        ),
    )


__all__ = ["named_numbers", "year"]
