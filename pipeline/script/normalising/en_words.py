"""English words: numbers, units, currencies, symbols."""

from __future__ import annotations

from functools import lru_cache

from pipeline.script.normalising.figures import in_words
from pipeline.script.normalising.words import Currency, Noun, Words

BRITISH = frozenset(["gb", "uk", "au", "nz", "ie", "za", "in", "sg", "hk", "mt"])
"""Regions that say 'one hundred and five' and write the day first; elsewhere 'one hundred five', month first."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
ABBREVIATED_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip


def cardinal(number: int, british: bool) -> str:
    """A whole number, not negative: ``one hundred and five`` or ``one hundred five``."""
    said = in_words(number, "en")
    return said if british else said.replace(" and ", " ")


def ordinal(number: int, british: bool) -> str:
    said = in_words(number, "en", "ordinal")
    return said if british else said.replace(" and ", " ")


def year(number: int, british: bool = False) -> str:
    """``nineteen eighty-four``, ``nineteen oh five``, ``two thousand five``, ``twenty twelve``."""
    century, rest = divmod(number, 100)
    if number < 1000 or number > 9999 or (century % 10 == 0 and rest < 10):
        return cardinal(number, british)
    if not rest:
        return f"{cardinal(century, british)} hundred"
    return f"{cardinal(century, british)} {'oh ' if rest < 10 else ''}{cardinal(rest, british)}"


def paired(written: str) -> str:
    """A number of a room, a house or a flight: ``one oh one``, ``seven forty-seven``, ``twelve ten``."""
    number = int(written)
    if written[0] == "0" or len(written) > 4:
        return " ".join(cardinal(int(digit), False) for digit in written)
    head, rest = divmod(number, 100)
    if not head or number % 1000 == 0:
        return cardinal(number, False)
    if not rest:
        return f"{cardinal(head, False)} hundred"
    return f"{cardinal(head, False)} {'oh ' if rest < 10 else ''}{cardinal(rest, False)}"


DECADE = {
    "ten": "tens", "twenty": "twenties", "thirty": "thirties", "forty": "forties", "fifty": "fifties",
    "sixty": "sixties", "seventy": "seventies", "eighty": "eighties", "ninety": "nineties",
}  # fmt: skip


def plural(said: str) -> str:
    """The plural of a number in words: ``nineties``, ``sixes``, ``hundreds``."""
    head, space, last = said.rpartition(" ")
    stem, hyphen, tail = last.rpartition("-")
    if tail in DECADE:
        tail = DECADE[tail]
    else:
        tail = tail[:-1] + "ies" if tail.endswith("y") else tail + ("es" if tail.endswith(("x", "s")) else "s")
    return f"{head}{space}{stem}{hyphen}{tail}"


def fraction(over: int, under: int, british: bool) -> str:
    """``three quarters``, ``one half``, ``twenty-one thirty-seconds``."""
    if under == 2:
        named = "half" if over == 1 else "halves"
    elif under == 4:
        named = "quarter" if over == 1 else "quarters"
    elif under > 100 and under % 100:
        return f"{cardinal(over, british)} over {cardinal(under, british)}"
    else:
        named = ordinal(under, british).replace("one hundredth", "hundredth").replace("one thousandth", "thousandth")
        named += "" if over == 1 else "s"
    return f"{cardinal(over, british)} {named}"


def clock(hour: int, minute: int, second: int) -> str:
    """``five o'clock``, ``five oh five``, ``seventeen hundred``; with seconds a duration."""
    if second >= 0:
        parts = [(hour, "hour"), (minute, "minute"), (second, "second")]
        named = [f"{cardinal(count, False)} {name}{'' if count == 1 else 's'}" for count, name in parts]
        return f"{named[0]} {named[1]} and {named[2]}"
    if not minute:
        return f"{cardinal(hour, False)} {'hundred' if hour > 12 or not hour else 'o’clock'}"
    return f"{cardinal(hour, False)} {'oh ' if minute < 10 else ''}{cardinal(minute, False)}"


def date(day: int, month: int, in_year: int, before: str, british: bool) -> str:
    """``January first, twenty twenty`` or ``the first of January twenty twenty``."""
    when = f" {year(in_year, british)}" if in_year else ""
    if not day:
        return f"{MONTHS[month - 1]}{when}"
    if british:
        the = "" if before.rstrip().lower().endswith("the") else "the "
        return f"{the}{ordinal(day, british)} of {MONTHS[month - 1]}{when}"
    return f"{MONTHS[month - 1]} {ordinal(day, british)}{',' if when else ''}{when}"


_UNITS = {
    "km": "kilometer kilometers", "m": "meter meters", "cm": "centimeter centimeters", "mm": "millimeter millimeters",
    "nm": "nanometer nanometers", "µm": "micrometer micrometers", "μm": "micrometer micrometers",
    "kg": "kilogram kilograms", "g": "gram grams", "mg": "milligram milligrams", "t": "ton tons",
    "µg": "microgram micrograms", "μg": "microgram micrograms",
    "lb": "pound pounds", "lbs": "pound pounds", "lb.": "pound pounds", "lbs.": "pound pounds",
    "oz": "ounce ounces", "oz.": "ounce ounces", "st.": "stone stone", "cwt": "hundredweight hundredweight",
    "ft": "foot feet", "ft.": "foot feet", "yd": "yard yards", "yds": "yard yards", "yd.": "yard yards",
    "yds.": "yard yards", "mi": "mile miles", "mi.": "mile miles", "in.": "inch inches",
    "mph": "mile_per_hour miles_per_hour", "km/h": "kilometer_per_hour kilometers_per_hour",
    "kph": "kilometer_per_hour kilometers_per_hour", "kmh": "kilometer_per_hour kilometers_per_hour",
    "m/s": "meter_per_second meters_per_second", "km/s": "kilometer_per_second kilometers_per_second",
    "m²": "square_meter square_meters", "m2": "square_meter square_meters", "m^2": "square_meter square_meters",
    "km²": "square_kilometer square_kilometers", "km2": "square_kilometer square_kilometers",
    "cm²": "square_centimeter square_centimeters", "m³": "cubic_meter cubic_meters",
    "m3": "cubic_meter cubic_meters", "cm³": "cubic_centimeter cubic_centimeters",
    "sq ft": "square_foot square_feet", "sq. ft.": "square_foot square_feet", "sq mi": "square_mile square_miles",
    "sq m": "square_meter square_meters", "sq. mi.": "square_mile square_miles",
    "ha": "hectare hectares", "l": "liter liters", "L": "liter liters", "ml": "milliliter milliliters",
    "mL": "milliliter milliliters", "cl": "centiliter centiliters", "gal": "gallon gallons",
    "gal.": "gallon gallons", "qt": "quart quarts", "qt.": "quart quarts", "pt.": "pint pints",
    "tsp": "teaspoon teaspoons",
    "tbsp": "tablespoon tablespoons", "cc": "cc ccs",
    "°C": "degree_Celsius degrees_Celsius", "° C": "degree_Celsius degrees_Celsius",
    "ºC": "degree_Celsius degrees_Celsius",
    "°F": "degree_Fahrenheit degrees_Fahrenheit", "° F": "degree_Fahrenheit degrees_Fahrenheit",
    "ºF": "degree_Fahrenheit degrees_Fahrenheit", "°": "degree degrees", "K": "kelvin kelvins",
    "h": "hour hours", "hr": "hour hours", "hrs": "hour hours", "hr.": "hour hours", "hrs.": "hour hours",
    "min": "minute minutes", "min.": "minute minutes", "mins": "minute minutes", "s": "second seconds",
    "sec": "second seconds", "sec.": "second seconds", "secs": "second seconds", "ms": "millisecond milliseconds",
    "µs": "microsecond microseconds", "μs": "microsecond microseconds", "ns": "nanosecond nanoseconds",
    "Hz": "hertz hertz", "kHz": "kilohertz kilohertz", "MHz": "megahertz megahertz", "GHz": "gigahertz gigahertz",
    "W": "watt watts", "kW": "kilowatt kilowatts", "MW": "megawatt megawatts", "GW": "gigawatt gigawatts",
    "kWh": "kilowatt_hour kilowatt_hours", "V": "volt volts", "kV": "kilovolt kilovolts",
    "mV": "millivolt millivolts",
    "mA": "milliampere milliamperes", "J": "joule joules", "kJ": "kilojoule kilojoules", "N": "newton newtons",
    "kcal": "kilocalorie kilocalories", "cal": "calorie calories", "Pa": "pascal pascals",
    "kPa": "kilopascal kilopascals",
    "hPa": "hectopascal hectopascals", "psi": "pound_per_square_inch pounds_per_square_inch",
    "hp": "horsepower horsepower",
    "dB": "decibel decibels", "B": "byte bytes", "kB": "kilobyte kilobytes", "KB": "kilobyte kilobytes",
    "MB": "megabyte megabytes",
    "GB": "gigabyte gigabytes", "TB": "terabyte terabytes", "kbps": "kilobit_per_second kilobits_per_second",
    "Mbps": "megabit_per_second megabits_per_second", "Gbps": "gigabit_per_second gigabits_per_second",
    "rpm": "revolution_per_minute revolutions_per_minute", "Ω": "ohm ohms", "kΩ": "kilohm kilohms",
}  # fmt: skip


_SIGNS = {
    ".": "dot", "@": "at", "/": "slash", ":": "colon", "-": "dash", "_": "underscore", "~": "tilde",
    "?": "question mark", "=": "equals", "&": "and", "%": "percent", "+": "plus",
}  # fmt: skip
_COMPACT = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "b": "billion", "B": "billion", "T": "trillion",
}  # fmt: skip
_PER = {
    "yr": "per year", "year": "per year", "mo": "per month", "month": "per month", "wk": "per week", "week": "per week",
    "day": "per day", "hr": "per hour", "h": "per hour", "hour": "per hour", "min": "per minute", "s": "per second",
    "sec": "per second", "kg": "per kilogram", "lb": "per pound", "mi": "per mile", "km": "per kilometer",
    "night": "per night", "person": "per person",
}  # fmt: skip
_SYMBOLS = {
    "&": "and", "@": "at", "%": "percent", "‰": "per mille", "§§": "sections", "§": "section", "¶": "paragraph",
    "+": "plus", "=": "equals", "×": "times", "÷": "divided by", "±": "plus or minus", "≈": "approximately",
    "≠": "is not equal to", "≤": "less than or equal to", "≥": "greater than or equal to", "<": "less than",
    ">": "greater than", "°": "degrees", "²": "squared", "³": "cubed", "√": "square root of", "∞": "infinity",
    "π": "pi", "−": "minus", "→": "to", "©": "copyright", "$": "dollar", "€": "euro", "£": "pound", "¥": "yen",
    "₩": "won", "¢": "cent", "№": "number", "Ω": "ohms", "℃": "degrees Celsius", "℉": "degrees Fahrenheit",
}  # fmt: skip


def _currencies() -> dict[str, Currency]:
    cent, penny, sen = Noun("cent", "cents"), Noun("penny", "pence"), None
    named = {
        "$": ("dollar dollars", cent), "US$": ("US_dollar US_dollars", cent), "USD": ("US_dollar US_dollars", cent),
        "C$": ("Canadian_dollar Canadian_dollars", cent), "A$": ("Australian_dollar Australian_dollars", cent),
        "CAD": ("Canadian_dollar Canadian_dollars", cent), "AUD": ("Australian_dollar Australian_dollars", cent),
        "NZ$": ("New_Zealand_dollar New_Zealand_dollars", cent), "HK$": ("Hong_Kong_dollar Hong_Kong_dollars", cent),
        "€": ("euro euros", cent), "EUR": ("euro euros", cent), "£": ("pound pounds", penny),
        "GBP": ("pound pounds", penny), "¥": ("yen yen", sen), "JPY": ("yen yen", sen), "CNY": ("yuan yuan", sen),
        "₹": ("rupee rupees", Noun("paisa", "paise")), "INR": ("rupee rupees", Noun("paisa", "paise")),
        "₽": ("ruble rubles", Noun("kopek", "kopeks")), "₩": ("won won", sen), "KRW": ("won won", sen),
        "₺": ("lira lira", sen), "₪": ("shekel shekels", sen), "R$": ("real reais", Noun("centavo", "centavos")),
        "CHF": ("Swiss_franc Swiss_francs", Noun("centime", "centimes")), "₿": ("bitcoin bitcoins", sen),
        "¢": ("cent cents", sen), "₴": ("hryvnia hryvnias", sen), "zł": ("zloty zlotys", sen),
        "kr": ("krone kroner", sen),
    }  # fmt: skip
    return {sign: Currency(_noun(name), part) for sign, (name, part) in named.items()}


def _noun(pair: str) -> Noun:
    one, many = pair.replace("-", "-").split()
    return Noun(one.replace("_", " "), many.replace("_", " "))


def _nouns(pairs: dict[str, str], british: bool) -> dict[str, Noun]:
    if not british:
        return {symbol: _noun(pair) for symbol, pair in pairs.items()}
    metres = {symbol: pair.replace("meter", "metre").replace("liter", "litre") for symbol, pair in pairs.items()}
    return {symbol: _noun(pair) for symbol, pair in metres.items()}


@lru_cache(maxsize=2)
def words(british: bool) -> Words:
    """English words and numbers, as in Britain or as in the United States."""
    scale = {
        "hundred": "hundred", "thousand": "thousand", "million": "million", "billion": "billion",
        "trillion": "trillion",
        "mln": "million", "bn": "billion", "tn": "trillion", "mn": "million",
    }  # fmt: skip
    return Words(
        group=",",
        decimal=".",
        cardinal=lambda number, gender: cardinal(number, british),
        ordinal=lambda number, gender: ordinal(number, british),
        year=lambda number: year(number, british),
        fraction=lambda over, under: fraction(over, under, british),
        date=lambda day, month, when, before: date(day, month, when, before, british),
        clock=clock,
        months={**{name.lower(): index + 1 for index, name in enumerate(MONTHS)}, **ABBREVIATED_MONTHS},
        point="point",
        minus="minus",
        plus="plus",
        to="to",
        times="times",
        by="by",
        against="to",
        mixed=" and ",
        percent={"%": "percent", "‰": "per mille", "pct": "percent", "pct.": "percent"},
        scales={short: Noun(said, said) for short, said in scale.items()},
        units=_nouns(_UNITS, british),
        currencies=_currencies(),
        signs=_SIGNS,
        symbols=_SYMBOLS,
        compact={short: Noun(said, said) for short, said in _COMPACT.items()},
        per=_PER,
        slash=" slash ",
        day_first=british,
        cents=" " if british else " and ",
    )
