"""Spanish words: numbers, units, currencies, symbols.

Sources: RAE, Ortografía (2010) and Diccionario panhispánico de dudas.
"""

from __future__ import annotations

import re

from pipeline.script.normalising.figures import in_words
from pipeline.script.normalising.romance import listed, nouns
from pipeline.script.normalising.words import Currency, Noun, Words

MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip
SHORT_MONTHS = {
    "ene": 1, "feb": 2, "mar": 3, "abr": 4, "may": 5, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9, "set": 9,
    "setiembre": 9, "oct": 10, "nov": 11, "dic": 12,
}  # fmt: skip
_UNITS = ["", *listed(" primero segundo tercero cuarto quinto sexto séptimo octavo noveno")]
_TENS = [
    "",
    *listed(" décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo nonagésimo"),
]
_HUNDREDS = [
    "",
    *listed(
        " centésimo ducentésimo tricentésimo cuadringentésimo quingentésimo sexcentésimo septingentésimo"
        " octingentésimo"
        " noningentésimo"
    ),
]
_IRREGULAR = {11: "undécimo", 12: "duodécimo"}


def cardinal(number: int, gender: str = "") -> str:
    """``veintiuno``; before a noun ``veintiún`` (m) or ``veintiuna``, ``doscientas`` (f). num2words keeps -uno
    before mil and millones, where it is cut too.
    """
    said = in_words(number, "es")
    said = re.sub(r"veintiuno(?= (?:mil|\w+ón|\w+ones)\b)", "veintiún", said)
    said = re.sub(r"\buno(?= (?:mil|\w+ón|\w+ones)\b)", "un", said)
    if gender == "m":
        return re.sub(r"veintiuno$", "veintiún", re.sub(r"\buno$", "un", said))
    if gender == "f":
        cut = max((found.end() for found in re.finditer(r"ill(?:ón|ones)\b", said)), default=0)
        return said[:cut] + re.sub(
            r"uno$", "una", said[cut:].replace("cientos", "cientas").replace("nientos", "nientas")
        )
    return said


def ordinal(number: int, gender: str = "m") -> str:
    """``decimotercero``, ``vigésima primera``; gender ``a`` for the form before a masculine noun: ``primer``."""
    said = _ordinal(number)
    if gender == "f":
        return re.sub(r"o\b", "a", said)
    return re.sub(r"(prim|terc)ero$", r"\1er", said) if gender == "a" else said


def _ordinal(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    if thousands:
        head = ("" if thousands == 1 else cardinal(thousands, "m").replace(" ", "")) + "milésimo"
        return f"{head} {_ordinal(rest)}" if rest else head
    hundreds, rest = divmod(rest, 100)
    tens, units = divmod(rest, 10)
    if rest in _IRREGULAR:
        low = _IRREGULAR[rest]
    elif tens in {1, 2} and units:
        low = ({1: "decimo", 2: "vigesimo"}[tens] + _UNITS[units]).replace("oo", "o")
    else:
        low = f"{_TENS[tens]} {_UNITS[units]}"
    return f"{_HUNDREDS[hundreds]} {low}".strip()


_FRACTIONS = {2: "medio", 3: "tercio", **dict(enumerate(_UNITS[4:9], 4)), 9: "noveno", 10: "décimo"}


def fraction(over: int, under: int) -> str:
    """``tres cuartos``, ``un veinteavo``, ``uno sobre ciento uno``."""
    if under in _FRACTIONS:
        named = _FRACTIONS[under]
    elif under < 100:
        said = in_words(under, "es").replace(" y ", "i").translate(str.maketrans("áéíóú", "aeiou"))
        named = (said[:-1] if said.endswith(("a", "uno")) else said) + "avo"
    elif under % (100 if under < 1000 else 1000) == 0:
        named = _ordinal(under)
    else:
        return f"{cardinal(over)} sobre {cardinal(under)}"
    return f"{cardinal(over, 'm')} {named}{'' if over == 1 else 's'}"


def decimals(written: str) -> str:
    """Zeros one by one, then the number, long ones in pairs: ``cero cinco``, ``catorce quince``."""
    bare = written.lstrip("0")
    zeros = ["cero"] * (len(written) - len(bare))
    size = 3 if len(bare) <= 3 else 2
    return " ".join([*zeros, *(_pair(bare[start : start + size]) for start in range(0, len(bare), size))])


def _pair(written: str) -> str:
    head = len(written) - len(written.lstrip("0"))
    return " ".join(["cero"] * head + ([cardinal(int(written))] if written.strip("0") else []))


def clock(hour: int, minute: int, second: int) -> str:
    """``nueve y cuarto``, ``una y media``; with seconds a duration."""
    if second >= 0:
        parts = ((hour, "hora"), (minute, "minuto"), (second, "segundo"))
        said = [
            f"{cardinal(n, 'm' if n_name[0] != 'h' else 'f')} {n_name}{'' if n == 1 else 's'}" for n, n_name in parts
        ]
        return f"{said[0]} {said[1]} y {said[2]}"
    quarter = {0: "", 15: " y cuarto", 30: " y media"}.get(minute, f" y {cardinal(minute)}")
    return cardinal(hour, "f") + quarter


def date(day: int, month: int, year: int, first: str) -> str:
    """``tres de octubre de dos mil doce``."""
    when = f" de {cardinal(year)}" if year else ""
    which = first if day == 1 else cardinal(day)
    return f"{which} de {MONTHS[month - 1]}{when}" if day else f"{MONTHS[month - 1]}{when}"


UNITS = nouns("""
km|kilómetro|kilómetros|m;m|metro|metros|m;dm|decímetro|decímetros|m;cm|centímetro|centímetros|m
mm|milímetro|milímetros|m;µm,μm|micrómetro|micrómetros|m;nm|nanómetro|nanómetros|m;mi|milla|millas|f
kg,Kg|kilogramo|kilogramos|m;g,gr|gramo|gramos|m;mg|miligramo|miligramos|m;t|tonelada|toneladas|f;lb|libra|libras|f
l,L|litro|litros|m;ml,mL|mililitro|mililitros|m;cl|centilitro|centilitros|m;dl|decilitro|decilitros|m
hl|hectolitro|hectolitros|m;ha|hectárea|hectáreas|f;m²,m2|metro cuadrado|metros cuadrados|m
km²,km2|kilómetro cuadrado|kilómetros cuadrados|m;cm²,cm2|centímetro cuadrado|centímetros cuadrados|m
m³,m3|metro cúbico|metros cúbicos|m;cm³,cm3|centímetro cúbico|centímetros cúbicos|m
km/h,kph,km / h|kilómetro por hora|kilómetros por hora|m;m/s|metro por segundo|metros por segundo|m
mph|milla por hora|millas por hora|f;h|hora|horas|f;min|minuto|minutos|m;s,seg|segundo|segundos|m
ms|milisegundo|milisegundos|m;°C,ºC,° C|grado Celsius|grados Celsius|m
°F,ºF,° F|grado Fahrenheit|grados Fahrenheit|m;°|grado|grados|m
kW|kilovatio|kilovatios|m;W|vatio|vatios|m;MW|megavatio|megavatios|m;kWh|kilovatio hora|kilovatios hora|m
kV|kilovoltio|kilovoltios|m;mA|miliamperio|miliamperios|m;Hz|hercio|hercios|m
kHz|kilohercio|kilohercios|m;MHz|megahercio|megahercios|m;GHz|gigahercio|gigahercios|m
kB,KB|kilobyte|kilobytes|m;MB|megabyte|megabytes|m;GB|gigabyte|gigabytes|m;TB|terabyte|terabytes|m
dB|decibelio|decibelios|m;kcal|kilocaloría|kilocalorías|f;cal|caloría|calorías|f;hPa|hectopascal|hectopascales|m
""")
SCALES = nouns("""
mil|mil|mil|m;millón,millones,millon,mill.,M|millón|millones|m;millardo,millardos|millardo|millardos|m
billón,billones,billon|billón|billones|m;trillón,trillones|trillón|trillones|m
""")
SIGNS = {
    ".": "punto", "@": "arroba", "/": "barra", ":": "dos puntos", "-": "guion", "_": "guion bajo", "~": "virgulilla",
    "?": "signo de interrogación", "=": "igual", "&": "y", "%": "por ciento", "+": "más", "#": "almohadilla",
}  # fmt: skip
SYMBOLS = {
    "&": "y", "@": "arroba", "%": "por ciento", "‰": "por mil", "§§": "párrafos", "§": "párrafo", "+": "más",
    "=": "es igual a", "×": "por", "÷": "dividido entre", "±": "más menos", "≈": "aproximadamente",
    "≠": "distinto de", "≤": "menor o igual que", "≥": "mayor o igual que", "<": "menor que", ">": "mayor que",
    "°": "grados", "²": "al cuadrado", "³": "al cubo", "√": "raíz cuadrada de", "∞": "infinito", "π": "pi",
    "−": "menos", "→": "a", "©": "derechos reservados", "$": "dólares", "€": "euros", "£": "libras", "¥": "yenes",
    "¢": "centavos", "№": "número", "Ω": "ohmios", "℃": "grados Celsius", "℉": "grados Fahrenheit",
    "#": "número",
}  # fmt: skip
_CENT, _CENTAVO, _PENNY = (
    Noun("céntimo", "céntimos", "m"),
    Noun("centavo", "centavos", "m"),
    Noun("penique", "peniques", "m"),
)


def currencies() -> dict[str, Currency]:
    """By symbol and code."""
    table = nouns("""
        €,EUR,eur|euro|euros|m;$|dólar|dólares|m;US$,USD,U$S,US $|dólar estadounidense|dólares estadounidenses|m
        £,GBP|libra|libras|f;¥,JPY|yen|yenes|m;₩|won|wones|m;₧,pta.,ptas.|peseta|pesetas|f
        R$|real brasileño|reales brasileños|m;CHF|franco suizo|francos suizos|m
        MXN,MX$|peso mexicano|pesos mexicanos|m
        COP|peso colombiano|pesos colombianos|m;ARS|peso argentino|pesos argentinos|m
        CLP|peso chileno|pesos chilenos|m
        PEN,S/|sol|soles|m;₹|rupia|rupias|f;₽|rublo|rublos|m;CNY|yuan|yuanes|m;₪|séquel|séqueles|m
        ₺|lira turca|liras turcas|f
        ₿|bitcóin|bitcoines|m;HKD,HK$|dólar de Hong Kong|dólares de Hong Kong|m
        CAD|dólar canadiense|dólares canadienses|m
        AUD|dólar australiano|dólares australianos|m;BRL|real brasileño|reales brasileños|m;HNL|lempira|lempiras|m
        GTQ|quetzal|quetzales|m;CRC,₡|colón costarricense|colones costarricenses|m;NIO|córdoba|córdobas|f
        PAB|balboa|balboas|m;BOB|peso boliviano|pesos bolivianos|m;UYU|peso uruguayo|pesos uruguayos|m
        SEK,NOK,DKK,kr|corona|coronas|f
    """)
    parts = {"euro": _CENT, "libra": _PENNY, "yen": None, "won": None, "peseta": _CENT, "franco suizo": _CENT}
    small = {code.lower(): noun for code, noun in table.items() if code.isalpha() and code not in {"COP", "PEN"}}
    return {sign: Currency(noun, parts.get(noun.one, _CENTAVO)) for sign, noun in {**small, **table}.items()}


def words(first: str) -> Words:
    """Spanish words and numbers. ``first``: the first day of a month, ``primero`` or, in Spain, ``uno``."""
    return Words(
        group=". \u00a0\u202f", decimal=",", cardinal=cardinal, ordinal=ordinal, year=cardinal, fraction=fraction,
        date=lambda day, month, year, before: date(day, month, year, first), clock=clock,
        months={**{name: index + 1 for index, name in enumerate(MONTHS)}, **SHORT_MONTHS}, point="coma",
        minus="menos", plus="más", to="a", times="por", by="por", against="a", mixed=" y ",
        percent={"%": "por ciento", "‰": "por mil"}, scales=SCALES, units=UNITS, currencies=currencies(), signs=SIGNS,
        symbols=SYMBOLS, of=" de ", cents=" con ", decimals=decimals,
    )  # fmt: skip
