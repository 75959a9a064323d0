"""Portuguese words, of Brazil and of Portugal: numbers, units, currencies, symbols."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising.figures import in_words
from pipeline.script.normalising.romance import nouns
from pipeline.script.normalising.words import Currency, Noun, Words

MONTHS = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
    "dezembro",
)  # fmt: skip
SHORT_MONTHS = {
    "jan": 1, "fev": 2, "mar": 3, "abr": 4, "mai": 5, "jun": 6, "jul": 7, "ago": 8, "set": 9, "out": 10, "nov": 11,
    "dez": 12,
}  # fmt: skip


def cardinal(number: int, gender: str = "", brazil: bool = True) -> str:
    """``dezesseis`` (Brazil), ``dezasseis``; ``duas``, ``duzentas`` (f)."""
    said = in_words(number, "pt_BR" if brazil else "pt")
    if gender != "f":
        return said
    cut = max((found.end() for found in re.finditer(r"[mbt]r?ilh(?:ão|ões)\b", said)), default=0)
    rest = re.sub(r"\bum$", "uma", re.sub(r"\bdois\b", "duas", said[cut:]))
    return said[:cut] + re.sub(r"(entos|hentos)\b", lambda found: found[0].replace("os", "as"), rest)


def ordinal(number: int, gender: str = "m") -> str:
    """``décimo primeiro``, ``décima primeira`` (f)."""
    said = in_words(number, "pt", "ordinal")
    return re.sub(r"o\b", "a", said) if gender == "f" else said


_FRACTIONS = {2: "meio", 3: "terço"}


def fraction(over: int, under: int, brazil: bool) -> str:
    """``três quartos``, ``um meio``, ``cinco doze avos``."""
    if under in _FRACTIONS or under <= 10 or (under % 100 == 0 and under <= 1000):
        named = _FRACTIONS.get(under) or ordinal(under)
        return f"{cardinal(over, '', brazil)} {named if over == 1 else re.sub(r'(?<=o)(?= |$)', 's', named)}"
    if (over, under) == (24, 7):
        return f"{cardinal(over)} por {cardinal(under)}"
    return f"{cardinal(over, '', brazil)} {cardinal(under, '', brazil)} avo{'' if over == 1 else 's'}"


def clock(hour: int, minute: int, second: int, brazil: bool) -> str:
    """``nove horas e cinco``, ``uma hora``, ``meia-noite`` as ``zero horas``; with seconds a duration."""
    said = f"{cardinal(hour, 'f', brazil)} hora{'' if hour == 1 else 's'}"
    if second >= 0:
        parts = ((minute, "minuto"), (second, "segundo"))
        rest = [f"{cardinal(count, '', brazil)} {name}{'' if count == 1 else 's'}" for count, name in parts]
        return f"{said} e {rest[0]} e {rest[1]}"
    return f"{said} e {cardinal(minute, '', brazil)}" if minute else said


def date(day: int, month: int, year: int, first: str, brazil: bool) -> str:
    """``quinze de março de dois mil e vinte e quatro``."""
    when = f" de {cardinal(year, '', brazil)}" if year else ""
    which = first if day == 1 else cardinal(day, "", brazil)
    return f"{which} de {MONTHS[month - 1]}{when}" if day else f"{MONTHS[month - 1]}{when}"


UNITS = nouns("""
km,Km|quilômetro|quilômetros|m;m|metro|metros|m;dm|decímetro|decímetros|m;cm|centímetro|centímetros|m
mm|milímetro|milímetros|m;µm,μm|micrômetro|micrômetros|m;nm|nanômetro|nanômetros|m
kg,Kg|quilograma|quilogramas|m;g,gr|grama|gramas|m;mg|miligrama|miligramas|m;t|tonelada|toneladas|f
l,L|litro|litros|m;ml,mL|mililitro|mililitros|m;cl|centilitro|centilitros|m;dl|decilitro|decilitros|m
hl|hectolitro|hectolitros|m;ha|hectare|hectares|m;m²,m2,m ²|metro quadrado|metros quadrados|m
km²,km2,km ²|quilômetro quadrado|quilômetros quadrados|m;cm²,cm2|centímetro quadrado|centímetros quadrados|m
m³,m3|metro cúbico|metros cúbicos|m;cm³,cm3|centímetro cúbico|centímetros cúbicos|m
km/h,km / h|quilômetro por hora|quilômetros por hora|m;m/s|metro por segundo|metros por segundo|m
km/s,km / s|quilômetro por segundo|quilômetros por segundo|m;h|hora|horas|f;min|minuto|minutos|m
s,seg|segundo|segundos|m
ms|milissegundo|milissegundos|m;°C,ºC,° C|grau Celsius|graus Celsius|m;°F,° F|grau Fahrenheit|graus Fahrenheit|m
°|grau|graus|m;kW|quilowatt|quilowatts|m;W|watt|watts|m;MW|megawatt|megawatts|m;kWh|quilowatt-hora|quilowatts-hora|m
kV|quilovolt|quilovolts|m;mA|miliampere|miliamperes|m;Hz|hertz|hertz|m;kHz|quilohertz|quilohertz|m
MHz|megahertz|megahertz|m;GHz|gigahertz|gigahertz|m;kB,KB|quilobyte|quilobytes|m;MB|megabyte|megabytes|m
GB|gigabyte|gigabytes|m;TB|terabyte|terabytes|m;dB|decibel|decibéis|m;kcal|quilocaloria|quilocalorias|f
cal|caloria|calorias|f;hPa|hectopascal|hectopascais|m;mph|milha por hora|milhas por hora|f;lb|libra|libras|f
""")
SCALES = nouns("""
mil|mil|mil|m;milhão,milhões,mi,M|milhão|milhões|m;bilhão,bilhões,bi|bilhão|bilhões|m
bilião,biliões|bilião|biliões|m;trilhão,trilhões,tri|trilhão|trilhões|m
""")
SIGNS = {
    ".": "ponto", "@": "arroba", "/": "barra", ":": "dois pontos", "-": "hífen", "_": "sublinhado", "~": "til",
    "?": "ponto de interrogação", "=": "igual", "&": "e", "%": "por cento", "+": "mais", "#": "cerquilha",
}  # fmt: skip
SYMBOLS = {
    "&": "e", "@": "arroba", "%": "por cento", "‰": "por mil", "§§": "parágrafos", "§": "parágrafo", "+": "mais",
    "=": "é igual a", "×": "vezes", "÷": "dividido por", "±": "mais ou menos", "≈": "aproximadamente",
    "≠": "diferente de", "≤": "menor ou igual a", "≥": "maior ou igual a", "<": "menor que", ">": "maior que",
    "°": "graus", "²": "ao quadrado", "³": "ao cubo", "√": "raiz quadrada de", "∞": "infinito", "π": "pi",
    "−": "menos", "→": "a", "©": "todos os direitos reservados", "R$": "reais", "$": "dólares", "€": "euros",
    "£": "libras", "¥": "ienes", "¢": "centavos", "№": "número", "Ω": "ohms", "℃": "graus Celsius",
    "℉": "graus Fahrenheit", "#": "número",
}  # fmt: skip


def currencies(brazil: bool) -> dict[str, Currency]:
    """By symbol and code."""
    table = nouns("""
        R$,R $,BRL|real|reais|m;€,EUR|euro|euros|m;$|dólar|dólares|m
        US$,USD,US $,U$|dólar americano|dólares americanos|m;£,GBP|libra|libras|f;¥,JPY|iene|ienes|m
        CHF|franco suíço|francos suíços|m;₹|rupia|rupias|f;₽|rublo|rublos|m;CNY|yuan|yuans|m;₩|won|wons|m
        ₺|lira turca|liras turcas|f;₪|shekel|shekels|m;₿|bitcoin|bitcoins|m;CAD|dólar canadense|dólares canadenses|m
        SEK,NOK,DKK|coroa|coroas|f;MZN|metical|meticais|m;AOA,Kz|kwanza|kwanzas|m
    """)
    cent, penny = Noun("centavo", "centavos", "m"), Noun("penny", "pence", "m")
    parts: dict[str, Noun | None] = {"libra": penny, "iene": None, "won": None}
    parts["euro"] = cent if brazil else Noun("cêntimo", "cêntimos", "m")
    return {sign: Currency(noun, parts.get(noun.one, cent)) for sign, noun in table.items()}


def _spelt(units: dict[str, Noun], brazil: bool) -> dict[str, Noun]:
    """Portugal's vowels in quilómetro and its like."""
    if brazil:
        return units
    return {
        sign: Noun(unit.one.replace("ôm", "óm"), unit.many.replace("ôm", "óm"), unit.gender)
        for sign, unit in units.items()
    }


@lru_cache(maxsize=2)
def words(brazil: bool) -> Words:
    """Portuguese words and numbers, of Brazil or of Portugal."""
    first = "primeiro" if brazil else "um"
    return Words(
        group=". \u00a0\u202f", decimal=",", cardinal=lambda number, gender: cardinal(number, gender, brazil),
        ordinal=ordinal, year=lambda number: cardinal(number, "", brazil),
        fraction=lambda over, under: fraction(over, under, brazil),
        date=lambda day, month, year, before: date(day, month, year, first, brazil),
        clock=lambda hour, minute, second: clock(hour, minute, second, brazil),
        months={**{name: index + 1 for index, name in enumerate(MONTHS)}, **SHORT_MONTHS}, point="vírgula",
        minus="menos", plus="mais", to="a", times="vezes", by="por", against="a", mixed=" e ",
        percent={"%": "por cento", "‰": "por mil"}, scales=SCALES, units=_spelt(UNITS, brazil),
        currencies=currencies(brazil), signs=SIGNS, symbols=SYMBOLS, of=" de ", cents=" e ",
    )  # fmt: skip
