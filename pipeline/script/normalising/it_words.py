"""Italian words: numbers, units, currencies, symbols."""

from __future__ import annotations

from pipeline.script.normalising.figures import in_words
from pipeline.script.normalising.romance import nouns
from pipeline.script.normalising.words import Currency, Noun, Words

MONTHS = (
    "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
    "novembre", "dicembre",
)  # fmt: skip
SHORT_MONTHS = {
    "gen": 1, "genn": 1, "feb": 2, "febb": 2, "mar": 3, "apr": 4, "mag": 5, "magg": 5, "giu": 6, "lug": 7, "ago": 8,
    "set": 9, "sett": 9, "ott": 10, "nov": 11, "dic": 12,
}  # fmt: skip


def cardinal(number: int, gender: str = "") -> str:
    """``uno``; before a noun ``un`` (m), ``uno`` (s: before s and consonant, z, gn, ps), ``una`` (f).

    num2words puts an e after milioni and drops the i of -diciotto.
    """
    if number == 1 and gender:
        return {"m": "un", "f": "una"}.get(gender, "uno")
    return in_words(number, "it").replace(" e ", " ").replace("dicotto", "diciotto").replace("tunomila", "tunmila")


def ordinal(number: int, gender: str = "m") -> str:
    """``sedicesimo``, ``sedicesima`` (f)."""
    said = in_words(number, "it", "ordinal").replace("dicott", "diciott")
    return said[:-1] + "a" if gender == "f" else said


def fraction(over: int, under: int) -> str:
    """``tre quarti``, ``un mezzo``, ``uno su centouno``."""
    if (over, under) == (24, 7) or (under > 100 and under % 100):
        return f"{cardinal(over)} su {cardinal(under)}"
    named = "mezzo" if under == 2 else ordinal(under)
    return f"{cardinal(over, 'm')} {named if over == 1 else named[:-1] + 'i'}"


def decimals(written: str) -> str:
    """Zeros one by one, then the number; long ones figure by figure."""
    bare = written.lstrip("0")
    zeros = ["zero"] * (len(written) - len(bare))
    rest = [cardinal(int(bare))] if 0 < len(bare) <= 3 else [cardinal(int(figure)) for figure in bare]
    return " ".join([*zeros, *rest])


def clock(hour: int, minute: int, second: int) -> str:
    """``nove e quindici``, ``una``, ``mezzanotte``; with seconds a duration."""
    said = cardinal(hour, "f")
    if second >= 0:
        minutes = f"{cardinal(minute, 'm')} minut{'o' if minute == 1 else 'i'}"
        return f"{said} e {minutes} e {cardinal(second, 'm')} second{'o' if second == 1 else 'i'}"
    return f"{said} e {cardinal(minute)}" if minute else said


def date(day: int, month: int, year: int) -> str:
    """``primo febbraio duemilaventi``."""
    parts = ["primo" if day == 1 else cardinal(day) if day else "", MONTHS[month - 1], cardinal(year) if year else ""]
    return " ".join(part for part in parts if part)


UNITS = nouns("""
km,Km|chilometro|chilometri|m;m,mt|metro|metri|m;dm|decimetro|decimetri|m;cm|centimetro|centimetri|m
mm|millimetro|millimetri|m;µm,μm|micrometro|micrometri|m;nm|nanometro|nanometri|m
kg,Kg|chilogrammo|chilogrammi|m;hg|ettogrammo|ettogrammi|m;g,gr|grammo|grammi|m;mg|milligrammo|milligrammi|m
t|tonnellata|tonnellate|f;q|quintale|quintali|m;l,L|litro|litri|m;ml,mL|millilitro|millilitri|m
cl|centilitro|centilitri|m;dl|decilitro|decilitri|m;hl|ettolitro|ettolitri|m
m²,m2,mq|metro quadrato|metri quadrati|m;km²,km2,kmq,Km2|chilometro quadrato|chilometri quadrati|m
cm²,cm2|centimetro quadrato|centimetri quadrati|m;m³,m3,mc|metro cubo|metri cubi|m
cm³,cm3,cc|centimetro cubo|centimetri cubi|m
km/h,Km/h|chilometro orario|chilometri orari|m;m/s|metro al secondo|metri al secondo|m
h|ora|ore|f;min|minuto|minuti|m;s,sec|secondo|secondi|m;ms|millisecondo|millisecondi|m
°C,ºC,° C|grado Celsius|gradi Celsius|m;°F,° F|grado Fahrenheit|gradi Fahrenheit|m;°|grado|gradi|m
kW|chilowatt|chilowatt|m;W|watt|watt|m;MW|megawatt|megawatt|m;kWh|chilowattora|chilowattora|m;kV|chilovolt|chilovolt|m
A|ampere|ampere|m;mA|milliampere|milliampere|m;Hz|hertz|hertz|m;kHz|chilohertz|chilohertz|m
MHz|megahertz|megahertz|m;GHz|gigahertz|gigahertz|m;kB,KB|kilobyte|kilobyte|m;MB|megabyte|megabyte|m
GB|gigabyte|gigabyte|m;TB|terabyte|terabyte|m;dB|decibel|decibel|m;kcal|chilocaloria|chilocalorie|f
cal|caloria|calorie|f;hPa|ettopascal|ettopascal|m;CV|cavallo vapore|cavalli vapore|m
""")
SCALES = nouns("""
mila|mila|mila|m;milione,milioni,mln,mln.,M|milione|milioni|m;miliardo,miliardi,mld,mld.|miliardo|miliardi|m
bilione,bilioni|bilione|bilioni|m;trilione,trilioni|trilione|trilioni|m
""")
SIGNS = {
    ".": "punto", "@": "chiocciola", "/": "slash", ":": "due punti", "-": "trattino", "_": "trattino basso",
    "~": "tilde", "?": "punto interrogativo", "!": "punto esclamativo", "=": "uguale", "&": "e commerciale",
    "%": "percento", "+": "più", "#": "cancelletto",
}  # fmt: skip
SYMBOLS = {
    "&": "e", "@": "chiocciola", "%": "percento", "‰": "per mille", "§§": "paragrafi", "§": "paragrafo", "+": "più",
    "=": "uguale", "×": "per", "÷": "diviso", "±": "più o meno", "≈": "circa", "≠": "diverso da",
    "≤": "minore o uguale a", "≥": "maggiore o uguale a", "<": "minore di", ">": "maggiore di", "°": "gradi",
    "²": "al quadrato", "³": "al cubo", "√": "radice quadrata di", "∞": "infinito", "π": "pi greco", "−": "meno",
    "→": "a", "©": "tutti i diritti riservati", "$": "dollari", "€": "euro", "£": "sterline", "¥": "yen",
    "¢": "centesimi", "№": "numero", "Ω": "ohm", "℃": "gradi Celsius", "℉": "gradi Fahrenheit",
    "#": "cancelletto",
}  # fmt: skip


def currencies() -> dict[str, Currency]:
    """By symbol and code."""
    table = nouns("""
        €,EUR,eur|euro|euro|m;$|dollaro|dollari|m;US$,USD,usd|dollaro statunitense|dollari statunitensi|m
        £,GBP|sterlina|sterline|f;¥,JPY|yen|yen|m;CHF|franco svizzero|franchi svizzeri|m;R$|real|real|m
        ₹|rupia|rupie|f;₽|rublo|rubli|m;CNY|yuan|yuan|m;₩|won|won|m;₺|lira turca|lire turche|f;₪|shekel|shekel|m
        ₿|bitcoin|bitcoin|m;CAD|dollaro canadese|dollari canadesi|m;AUD|dollaro australiano|dollari australiani|m
        ₤,ITL|lira|lire|f;SEK,NOK,DKK|corona|corone|f
    """)
    cent, penny = Noun("centesimo", "centesimi", "m"), Noun("penny", "pence", "m")
    parts = {"sterlina": penny, "yen": None, "won": None}
    return {sign: Currency(noun, parts.get(noun.one, cent)) for sign, noun in table.items()}


def words() -> Words:
    """Italian words and numbers."""
    return Words(
        group=". \u00a0\u202f’'", decimal=",", cardinal=cardinal, ordinal=ordinal, year=cardinal, fraction=fraction,
        date=lambda day, month, year, before: date(day, month, year), clock=clock,
        months={**{name: index + 1 for index, name in enumerate(MONTHS)}, **SHORT_MONTHS}, point="virgola",
        minus="meno", plus="più", to="a", times="per", by="per", against="a", mixed=" e ",
        percent={"%": "percento", "‰": "per mille"}, scales=SCALES, units=UNITS, currencies=currencies(), signs=SIGNS,
        symbols=SYMBOLS, of=" di ", cents=" e ", decimals=decimals,
    )  # fmt: skip
