"""German words: numbers, units, currencies, symbols."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising.figures import in_words
from pipeline.script.normalising.words import Currency, Noun, Words

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
ABBREVIATED_MONTHS = {
    "jan": 1, "feb": 2, "febr": 2, "mär": 3, "mrz": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9,
    "okt": 10, "nov": 11, "dez": 12,
}  # fmt: skip
AUSTRIAN_MONTHS = {"jänner": 1, "feber": 2}
ONE = {"": "eins", "m": "ein", "n": "ein", "f": "eine"}


def cardinal(number: int, gender: str = "") -> str:
    """``eins``, ``ein`` or ``eine``; ``hundert`` and ``tausend`` without a leading 'ein'."""
    if number == 1:
        return ONE[gender]
    said = in_words(number, "de")
    return said.removeprefix("ein") if 100 <= number < 200 or 1000 <= number < 2000 else said


def ordinal(number: int, ending: str = "e") -> str:
    """``dritte``, ``dritten``, ``dritter``, ``drittes``: ``ending`` is e, en, er, es, em."""
    said = in_words(number, "de", "ordinal").replace("millionen ", "millionen").replace("million ", "million")
    return said[:-1] + (ending or "e")


def year(number: int) -> str:
    """``neunzehnhundertvierundachtzig``, ``zweitausendzwölf``."""
    if 1100 <= number < 2000:
        rest = cardinal(number % 100) if number % 100 else ""
        return f"{cardinal(number // 100)}hundert{rest}"
    return cardinal(number)


def fraction(over: int, under: int) -> str:
    """``einhalb``, ``drei Viertel``, ``ein Zwanzigstel``."""
    if under == 2:
        return "einhalb" if over == 1 else f"{cardinal(over)} Halbe"
    return f"{cardinal(over, 'n')} {ordinal(under, 'e')[:-1].capitalize()}el"


def clock(hour: int, minute: int, second: int) -> str:
    """``vierzehn Uhr dreißig``."""
    if second >= 0:
        minutes, seconds = counted(minute, "Minute"), counted(second, "Sekunde")
        return f"{cardinal(hour, 'm')} Uhr {minutes} {seconds}"
    return f"{cardinal(hour, 'm')} Uhr" + (f" {cardinal(minute)}" if minute else "")


def counted(count: int, noun: str) -> str:
    """A number and a feminine noun in -e."""
    return f"{cardinal(count, 'f')} {noun}{'' if count == 1 else 'n'}"


_DATIVE = (
    r"am|vom|zum|beim|im|zur|dem|den|des|einem|einer|eines|diesem|diesen|dieses|jenem|jeden|jedem|jedes|bis|ab|seit|nach"
    r"|vor|meinem|seinem|ihrem|unserem|meines|seines|ihres|unseres|meinen|seinen|ihren|unseren|einen|keinen|letzten|nächsten"
    r"|\w+(?:em|en) dem|kommenden|vergangenen|gegen|zwischen|mit|von|meiner|seiner|ihrer|unserer|dieser|welchem|welchen"
)
_DER_DATIVE = (
    r"(?:in|an|auf|aus|mit|von|zu|nach|bei|seit|vor|während|unter|über|hinter|neben|zwischen|trotz|wegen|innerhalb|außerhalb"
    r"|ab|gegenüber|ende|anfang|mitte|gegen)\sder"
)
_JOINED = re.compile(r"(?:\d{1,4}\.(?:\s\w+)?(?:\s?[,/–-]\s?|\s(?:und|oder|bis|zum|auf den|bis zum)\s))+$")
_WEEKDAY = re.compile(r"(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)[se]?,?\s$")
_NEUTER = re.compile(
    r"\s(?:Jahrhundert|Kapitel|Buch|Mal|Jahr|\w+jahr|Semester|Bild|Regiment|Gebot|Stockwerk|Jahrtausend)\b"
)
_FEMININE = re.compile(
    r"\s(?:Auflage|Klasse|Szene|Symphonie|Sinfonie|Armee|Division|Etage|Liga|Runde|Woche|Stunde|Minute|Person|Reihe|Republik"
    r"|Generation|Strophe|Ausgabe|Staffel|Folge|Seite|\w+(?:ung|heit|keit|schaft|tion))\b"
)


def ending(before: str, after: str = "") -> str:
    """The ending of an ordinal between ``before`` and ``after``: by the article or preposition before it.

    Without either it is strong: ``dritter Oktober``, ``drittes Kapitel``, ``dritte Auflage``.
    """
    before = _WEEKDAY.sub("", _JOINED.sub("", before))
    before = re.sub(r"(?:den|dem)\s$", lambda match: match[0], before)
    if re.search(rf"(?<!\w)(?:{_DATIVE}|{_DER_DATIVE})\s$", before, re.IGNORECASE):
        return "en"
    if re.search(
        r"(?<!\w)(?:der|die|das|diese|jede|jene|eine|keine|meine|seine|ihre|unsere|ins|ans|fürs|ums|jeder)\s$",
        before,
        re.I,
    ):
        return "e"
    if re.match(r"\s(?:Jahrhunderts|Jahres)\b", after):
        return "en"
    return "es" if _NEUTER.match(after) else "e" if _FEMININE.match(after) else "er"


def date(day: int, month: int, in_year: int, before: str) -> str:
    """``dritten Oktober zweitausendzwanzig``, the day's ending by what stands before."""
    said = f"{ordinal(day, ending(before))} " if day else ""
    return f"{said}{MONTHS[month - 1]}" + (f" {year(in_year)}" if in_year else "")


def _n(pair: str) -> Noun:
    one, many, *gender = pair.split()
    return Noun(one.replace("_", " "), many.replace("_", " "), gender[0] if gender else "m")


_SAME = {
    "km": "Kilometer", "m": "Meter", "cm": "Zentimeter", "mm": "Millimeter", "nm": "Nanometer", "µm": "Mikrometer",
    "μm": "Mikrometer", "dm": "Dezimeter", "kg": "Kilogramm", "g": "Gramm", "mg": "Milligramm", "µg": "Mikrogramm",
    "km/h": "Kilometer_pro_Stunde", "m/s": "Meter_pro_Sekunde", "km/s": "Kilometer_pro_Sekunde",
    "m²": "Quadratmeter", "m2": "Quadratmeter", "qm": "Quadratmeter", "km²": "Quadratkilometer", "cm²": "Quadratzentimeter",
    "km2": "Quadratkilometer", "m³": "Kubikmeter", "m3": "Kubikmeter", "cm³": "Kubikzentimeter", "ccm": "Kubikzentimeter",
    "kg/m²": "Kilogramm_pro_Quadratmeter", "ha": "Hektar", "l": "Liter", "L": "Liter", "ml": "Milliliter", "cl": "Zentiliter",
    "hl": "Hektoliter", "°C": "Grad_Celsius", "° C": "Grad_Celsius", "ºC": "Grad_Celsius", "°F": "Grad_Fahrenheit", "°": "Grad",
    "K": "Kelvin", "ft": "Fuß", "Hz": "Hertz", "kHz": "Kilohertz", "MHz": "Megahertz", "GHz": "Gigahertz", "W": "Watt",
    "kW": "Kilowatt", "MW": "Megawatt", "GW": "Gigawatt", "V": "Volt", "kV": "Kilovolt", "mV": "Millivolt", "mv": "Millivolt",
    "mA": "Milliampere", "J": "Joule", "kJ": "Kilojoule", "N": "Newton", "kcal": "Kilokalorien", "Pa": "Pascal",
    "hPa": "Hektopascal", "bar": "Bar", "dB": "Dezibel", "PS": "PS", "kB": "Kilobyte", "KB": "Kilobyte", "MB": "Megabyte",
    "GB": "Gigabyte", "TB": "Terabyte", "Ω": "Ohm", "Pfd.": "Pfund", "Ztr.": "Zentner", "Dtz.": "Dutzend",
}  # fmt: skip
_COUNTED = {
    "t": "Tonne Tonnen f", "kWh": "Kilowattstunde Kilowattstunden f", "kwh": "Kilowattstunde Kilowattstunden f",
    "h": "Stunde Stunden f", "Std.": "Stunde Stunden f", "min": "Minute Minuten f", "Min.": "Minute Minuten f",
    "s": "Sekunde Sekunden f", "sek": "Sekunde Sekunden f", "Sek.": "Sekunde Sekunden f", "sec": "Sekunde Sekunden f",
    "ms": "Millisekunde Millisekunden f", "mi": "Meile Meilen f", "lb": "Pfund Pfund n", "oz": "Unze Unzen f",
    "Mbit/s": "Megabit_pro_Sekunde Megabit_pro_Sekunde n", "mph": "Meile_pro_Stunde Meilen_pro_Stunde f",
}  # fmt: skip
_SCALES = {
    "Tsd.": "tausend tausend", "Mio.": "Million Millionen f", "Mio": "Million Millionen f", "Mrd.": "Milliarde Milliarden f",
    "Mrd": "Milliarde Milliarden f", "Bio.": "Billion Billionen f", "Million": "Million Millionen f",
    "Millionen": "Million Millionen f", "Milliarde": "Milliarde Milliarden f", "Milliarden": "Milliarde Milliarden f",
    "Billion": "Billion Billionen f", "Billionen": "Billion Billionen f", "million": "Million Millionen f",
    "millionen": "Million Millionen f", "milliarden": "Milliarde Milliarden f", "Tausend": "tausend tausend", "tausend": "tausend tausend",
}  # fmt: skip
_SIGNS = {
    ".": "Punkt", "@": "at", "/": "Slash", ":": "Doppelpunkt", "-": "Bindestrich", "_": "Unterstrich", "~": "Tilde",
    "?": "Fragezeichen", "=": "gleich", "&": "und", "#": "Raute", "%": "Prozent", "+": "plus",
}  # fmt: skip
_SYMBOLS = {
    "&": "und", "@": "at", "%": "Prozent", "‰": "Promille", "§§": "Paragraphen", "§": "Paragraph", "¶": "Absatz", "+": "plus",
    "=": "gleich", "×": "mal", "÷": "geteilt durch", "±": "plus minus", "≈": "ungefähr", "≠": "ungleich",
    "≤": "kleiner oder gleich", "≥": "größer oder gleich", "<": "kleiner als", ">": "größer als", "°": "Grad",
    "²": "Quadrat", "³": "hoch drei", "√": "Wurzel aus", "∞": "unendlich", "π": "Pi", "−": "minus", "→": "nach", "©": "Copyright",
    "$": "Dollar", "€": "Euro", "£": "Pfund", "¥": "Yen", "₩": "Won", "¢": "Cent", "№": "Nummer", "Ω": "Ohm", "℃": "Grad Celsius",
}  # fmt: skip


def _currencies() -> dict[str, Currency]:
    cent = _n("Cent Cent")
    named = {
        "€": ("Euro Euro", cent), "EUR": ("Euro Euro", cent), "Euro": ("Euro Euro", cent), "$": ("Dollar Dollar", cent),
        "US$": ("US-Dollar US-Dollar", cent), "USD": ("Dollar Dollar", cent), "Dollar": ("Dollar Dollar", cent),
        "£": ("Pfund Pfund n", _n("Penny Pence")), "GBP": ("Pfund Pfund n", _n("Penny Pence")), "¥": ("Yen Yen", None),
        "CHF": ("Franken Franken", _n("Rappen Rappen")), "Fr.": ("Franken Franken", _n("Rappen Rappen")),
        "sFr.": ("Franken Franken", _n("Rappen Rappen")), "DM": ("D-Mark D-Mark f", _n("Pfennig Pfennig")),
        "RM": ("Reichsmark Reichsmark f", _n("Pfennig Pfennig")), "₽": ("Rubel Rubel", None), "₩": ("Won Won", None),
        "₹": ("Rupie Rupien f", None), "₺": ("Lira Lira f", None), "¢": ("Cent Cent", None), "CNY": ("Yuan Yuan", None),
        "JPY": ("Yen Yen", None), "Mk.": ("Mark Mark f", _n("Pfennig Pfennig")), "ct": ("Cent Cent", None),
        "Pf.": ("Pfennig Pfennig", None),
    }  # fmt: skip
    return {sign: Currency(_n(name), part) for sign, (name, part) in named.items()}


@lru_cache(maxsize=1)
def words() -> Words:
    """German words and numbers."""
    units = {symbol: Noun(name.replace("_", " "), name.replace("_", " "), "m") for symbol, name in _SAME.items()}
    return Words(
        group=".\u202f\u00a0 '’",
        decimal=",",
        cardinal=cardinal,
        ordinal=ordinal,
        year=year,
        fraction=fraction,
        date=date,
        clock=clock,
        months={
            **{name.lower(): index + 1 for index, name in enumerate(MONTHS)},
            **ABBREVIATED_MONTHS,
            **AUSTRIAN_MONTHS,
        },
        point="Komma",
        minus="minus",
        plus="plus",
        to="bis",
        times="mal",
        by="mal",
        against="zu",
        mixed=" ",
        percent={"%": "Prozent", "‰": "Promille"},
        scales={short: _n(said) for short, said in _SCALES.items()},
        units=units | {symbol: _n(said) for symbol, said in _COUNTED.items()},
        currencies=_currencies(),
        signs=_SIGNS,
        symbols=_SYMBOLS,
        per={
            "Jahr": "pro Jahr",
            "Monat": "pro Monat",
            "Woche": "pro Woche",
            "Tag": "pro Tag",
            "h": "pro Stunde",
            "Std.": "pro Stunde",
            "kg": "pro Kilogramm",
            "Person": "pro Person",
            "Nacht": "pro Nacht",
            "m²": "pro Quadratmeter",
        },
        slash=" Schrägstrich ",
    )
