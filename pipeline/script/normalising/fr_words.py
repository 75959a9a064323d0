"""French words: numbers, units, currencies, symbols."""

from __future__ import annotations

import re

from pipeline.script.normalising.figures import in_words
from pipeline.script.normalising.romance import nouns
from pipeline.script.normalising.words import Currency, Noun, Words

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
SHORT_MONTHS = {
    "janv": 1, "févr": 2, "fév": 2, "avr": 4, "juil": 7, "aout": 8, "sept": 9, "oct": 10, "nov": 11, "déc": 12,
}  # fmt: skip


def cardinal(number: int, gender: str = "") -> str:
    """``vingt et un``; ``vingt et une`` (f)."""
    said = in_words(number, "fr")
    return re.sub(r"\bun$", "une", said) if gender == "f" else said


def ordinal(number: int, gender: str = "m") -> str:
    """``premier``, ``première`` (f), ``vingt et unième``. num2words keeps the -s of vingts, cents and millions."""
    if number == 1:
        return "première" if gender == "f" else "premier"
    return re.sub(r"(vingt|cent|million|milliard)s(?=ième$)", r"\1", in_words(number, "fr", "ordinal"))


def regnal(number: int, gender: str = "m") -> str:
    """After a sovereign's name: only the first is an ordinal."""
    return ordinal(1, gender) if number == 1 else cardinal(number)


def fraction(over: int, under: int) -> str:
    """``trois quarts``, ``un demi``, ``deux cinquièmes``, ``un sur cent un``."""
    named = {2: "demi", 3: "tiers", 4: "quart"}.get(under)
    if named is None:
        if (over, under) == (24, 7) or (under > 100 and under % 100):
            return f"{cardinal(over)} sur {cardinal(under)}"
        named = ordinal(under)
    return f"{cardinal(over)} {named}{'' if over == 1 or named.endswith('s') else 's'}"


def decimals(written: str) -> str:
    """Zeros one by one, then the number, long ones in pairs."""
    bare = written.lstrip("0")
    size = 3 if len(bare) <= 3 else 2
    parts = ["zéro"] * (len(written) - len(bare)) + [
        bare[start : start + size] for start in range(0, len(bare), size)
    ]
    return " ".join(_pair(part) if part.isdecimal() else part for part in parts)


def _pair(written: str) -> str:
    zeros = len(written) - len(written.lstrip("0"))
    return " ".join(["zéro"] * zeros + ([cardinal(int(written))] if written.strip("0") else []))


def clock(hour: int, minute: int, second: int) -> str:
    """``quinze heures trente``, ``une heure``; with seconds a duration."""
    said = f"{cardinal(hour, 'f')} heure{'' if hour < 2 else 's'}"
    if second >= 0:
        parts = ((minute, "minute"), (second, "seconde"))
        rest = [f"{cardinal(count, 'f')} {name}{'' if count < 2 else 's'}" for count, name in parts]
        return f"{said} {rest[0]} et {rest[1]}"
    return f"{said} {cardinal(minute, 'f')}" if minute else said


def date(day: int, month: int, year: int) -> str:
    """``trois octobre deux mille douze``."""
    parts = [regnal(day) if day else "", MONTHS[month - 1], cardinal(year) if year else ""]
    return " ".join(part for part in parts if part)


UNITS = nouns("""
km|kilomètre|kilomètres|m;m|mètre|mètres|m;dm|décimètre|décimètres|m;cm|centimètre|centimètres|m
mm|millimètre|millimètres|m;µm,μm|micromètre|micromètres|m;nm|nanomètre|nanomètres|m
kg,Kg|kilogramme|kilogrammes|m;g,gr|gramme|grammes|m;mg|milligramme|milligrammes|m;t|tonne|tonnes|f
l,L|litre|litres|m;ml,mL|millilitre|millilitres|m;cl,cL|centilitre|centilitres|m;dl|décilitre|décilitres|m
hl|hectolitre|hectolitres|m;ha|hectare|hectares|m;m²,m2|mètre carré|mètres carrés|m
km²,km2|kilomètre carré|kilomètres carrés|m;cm²,cm2|centimètre carré|centimètres carrés|m
m³,m3|mètre cube|mètres cubes|m;cm³,cm3|centimètre cube|centimètres cubes|m
km/h|kilomètre heure|kilomètres heure|m;m/s|mètre par seconde|mètres par seconde|m
h|heure|heures|f;min,mn|minute|minutes|f;s,sec|seconde|secondes|f;ms|milliseconde|millisecondes|f
°C,ºC,° C|degré Celsius|degrés Celsius|m;°F,° F|degré Fahrenheit|degrés Fahrenheit|m;°|degré|degrés|m
kW|kilowatt|kilowatts|m;W|watt|watts|m;MW|mégawatt|mégawatts|m;kWh|kilowattheure|kilowattheures|m
kV|kilovolt|kilovolts|m;mA|milliampère|milliampères|m;Hz|hertz|hertz|m;kHz|kilohertz|kilohertz|m
MHz|mégahertz|mégahertz|m;GHz|gigahertz|gigahertz|m;ko,Ko|kilooctet|kilooctets|m;Mo|mégaoctet|mégaoctets|m
Go|gigaoctet|gigaoctets|m;To|téraoctet|téraoctets|m;dB|décibel|décibels|m;kcal|kilocalorie|kilocalories|f
cal|calorie|calories|f;hPa|hectopascal|hectopascals|m
""")
SCALES = nouns("""
mille|mille|mille|m;million,millions,M|million|millions|m;milliard,milliards,Md,Mds|milliard|milliards|m
billion,billions|billion|billions|m;trillion,trillions|trillion|trillions|m
""")
SIGNS = {
    ".": "point", "@": "arobase", "/": "slash", ":": "deux-points", "-": "tiret", "_": "tiret bas", "~": "tilde",
    "?": "point d’interrogation", "=": "égale", "&": "et", "%": "pour cent", "+": "plus", "#": "dièse",
}  # fmt: skip
SYMBOLS = {
    "&": "et", "@": "arobase", "%": "pour cent", "‰": "pour mille", "§§": "paragraphes", "§": "paragraphe",
    "+": "plus",
    "=": "égale", "×": "fois", "÷": "divisé par", "±": "plus ou moins", "≈": "environ", "≠": "différent de",
    "≤": "inférieur ou égal à", "≥": "supérieur ou égal à", "<": "inférieur à", ">": "supérieur à", "°": "degrés",
    "²": "au carré", "³": "au cube", "√": "racine carrée de", "∞": "l’infini", "π": "pi", "−": "moins", "→": "à",
    "©": "tous droits réservés", "$": "dollars", "€": "euros", "£": "livres", "¥": "yens", "¢": "cents",
    "№": "numéro", "Ω": "ohms", "℃": "degrés Celsius", "℉": "degrés Fahrenheit", "#": "dièse",
}  # fmt: skip


def currencies() -> dict[str, Currency]:
    """By symbol and code."""
    table = nouns("""
        €,EUR|euro|euros|m;$|dollar|dollars|m;US$,USD,$US|dollar américain|dollars américains|m;£,GBP|livre|livres|f
        CAD,$CA,CA$|dollar canadien|dollars canadiens|m;¥,JPY|yen|yens|m;CHF|franc suisse|francs suisses|m
        FF|franc|francs|m;R$|réal|réaux|m;₹|roupie|roupies|f;₽|rouble|roubles|m;CNY|yuan|yuans|m;₩|won|wons|m
        ₺|livre turque|livres turques|f;₪|shekel|shekels|m;₿|bitcoin|bitcoins|m;FCFA|franc CFA|francs CFA|m
        SEK,NOK,DKK|couronne|couronnes|f
    """)
    centime, cent = Noun("centime", "centimes", "m"), Noun("cent", "cents", "m")
    parts = {"livre": Noun("penny", "pence", "m"), "yen": None, "won": None, "franc CFA": None}
    parts |= dict.fromkeys(["dollar", "dollar américain", "dollar canadien"], cent)
    return {sign: Currency(noun, parts.get(noun.one, centime)) for sign, noun in table.items()}


def words() -> Words:
    """French words and numbers."""
    return Words(
        group=" .\u00a0\u202f'’", decimal=",", cardinal=cardinal, ordinal=ordinal, year=cardinal, fraction=fraction,
        date=lambda day, month, year, before: date(day, month, year), clock=clock,
        months={**{name: index + 1 for index, name in enumerate(MONTHS)}, **SHORT_MONTHS}, point="virgule",
        minus="moins", plus="plus", to="à", times="fois", by="sur", against="à", mixed=" et ",
        percent={"%": "pour cent", "‰": "pour mille"}, scales=SCALES, units=UNITS, currencies=currencies(),
        signs=SIGNS, symbols=SYMBOLS, of=" de ", cents=" ", decimals=decimals,
    )  # fmt: skip
