"""Spanish: its own context rules and the shapes common to all languages.

Plain ``es`` and American tags say 'primero de enero', ``es-ES`` 'uno de enero'.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising import romance, romance_romans
from pipeline.script.normalising.abbreviations import NAME, Case, abbreviations
from pipeline.script.normalising.es_words import cardinal, ordinal
from pipeline.script.normalising.es_words import words as spanish
from pipeline.script.normalising.rules import Rule
from pipeline.script.normalising.words import Words

MALE_NAMES = romance.listed("""
Abderramán Adriano Alberto Alejandro Alfonso Amadeo Antíoco Artajerjes Balduino Benedicto Bermudo Bonifacio Calixto
Carlos Casimiro Celestino Ciro Clemente Constantino Cristián Darío Eduardo Enrique Ernesto Esteban Eugenio Federico
Felipe Fernando Filipo Francisco García Gregorio Guillermo Gustavo Hasán Hassan Humberto Inocencio Iván Jacobo Jaime
Jerjes Jorge José Juan Julio Ladislao León Leopoldo Luis Mahoma Manuel Martín Maximiliano Mohamed Napoleón Nicolás
Ordoño Otón Pablo Paulo Pedro Pío Ramiro Ramón Ramsés Ricardo Roberto Rodolfo Sancho Sebastián Segismundo Selim Sixto
Teodosio Teobaldo Tolomeo Ptolomeo Urbano Víctor Wifredo
""")
FEMALE_NAMES = romance.listed(
    "Ana Catalina Cleopatra Cristina Isabel Juana Leonor Luisa Margarita María Urraca Victoria"
)
FEMININE = re.compile(
    r"(?:as|ci[oó]n(?:es)?|si[oó]n(?:es)?|dad(?:es)?|tud(?:es)?|umbres?|eces|ices|a)$|^(?:mujeres|noches"
    r"|tardes|calles"
    r"|naves|clases|manos|partes|voces|luces|cruces|llaves|torres|fuentes|leyes|sedes|bases|frases|tesis"
    r"|crisis|flores"
    r"|reses|redes|pieles|gentes|series|especies|leguas|varas|suertes|muertes|nubes|sangres|imágenes|órdenes|vírgenes"
    r"|cárceles|paredes|señales|sales|raíces|raciones)$"
)
MASCULINE = re.compile(
    r"^(?:día|mapa|planeta|poema|problema|programa|sistema|tema|tranvía|idioma|clima|drama|cometa|guardia"
    r"|policía|cura"
    r"|poeta|artista|turista|atleta|futbolista|periodista|monarca|patriarca|gramo|kilo\w*|yoga|panorama|telegrama"
    r"|kilograma|axioma|síntoma|fantasma|enigma)s?$|^(?:aviones|camiones|guiones|gorriones)$"
)
NO_NOUN = frozenset(
    romance.listed(
        "de del y e o u a al que en con por para sin sobre los las les nos os sus mis tus más mas menos"
        " tras pues antes "
        "después entonces es son era eran fue ni no si se su lo la le el un una como cuando desde hasta"
        " entre ya muy ha han "
        "hay otros otras otro otra todos todas grados veces porque pero sino mayores menores mejores iguales ante"
    )
) - {"veces", "grados"}

YEARS = frozenset(romance.listed("en desde hasta de del hacia año a y"))


def gender(before: str, noun: str) -> str:
    """``m`` or ``f`` of what is counted, after the word before the number and the word after it; empty if unsure."""
    if before in {"el", "del", "al", "día"}:
        return ""  # a date: el 21 muchas personas
    if noun and noun.lower() not in NO_NOUN and noun[:1].islower():
        if MASCULINE.search(noun):
            return "m"
        if FEMININE.search(noun):
            return "f"
        if noun.endswith("s") or noun in {"mil", "millón", "billón"}:
            return "m"
    return "f" if before in {"las", "unas", "estas", "esas", "aquellas"} else ""


def articles() -> dict[str, str]:
    return {"el": "m", "del": "m", "al": "m", "un": "m", "este": "m", "la": "f", "una": "f", "esta": "f"}


ROMANS = romance_romans.Romans(
    chapters=r"año|cap[ií]tulos?|cap|libros?|tomos?|partes?|vol(?:umen|úmenes)?|cantos?|t[ií]tulos?"
    r"|secci[oó]n|secciones"
    r"|lecci[oó]n|ap[eé]ndices?|anexos?|art[ií]culos?|art|cartas|jornadas?|cuadros?|p[aá]rrafos?|p[aá]gs?|p[aá]ginas?"
    r"|(?-i:pp?)|n[uú]m(?:eros?)?|láminas?|figuras?|fig|tipos?|fases?|serie|epístola|salmos?|soneto"
    r"|romance|estrofa|rima"
    r"|episodio|entrega|cuaderno|legajo|versículo",
    scenes={"acto": "m", "escena": "f"},
    centuries=r"siglos?",
    century=lambda number, gender: "primero" if number == 1 else cardinal(number),
    names={**dict.fromkeys(MALE_NAMES, "m"), **dict.fromkeys(FEMALE_NAMES, "f")},
    titles="rey|reina|papa|emperador|emperatriz|zar|zarina|sultán|conde|condesa|duque|duquesa|príncipe"
    "|princesa|faraón"
    "|[Dd]on|[Dd]oña",
    regnal=lambda number, gender: ordinal(number, gender) if number <= 10 else cardinal(number),
    articles=articles(),
    joint=r"(?:,? (?:y|e|o|al?|hasta) (?:el )?|, | ?[-–—/] ?)",
    ordinal=lambda number, gender: ordinal(number, "a" if gender == "m" else gender),
    cardinal=cardinal,
)

ORDINAL_MARKS = {
    **dict.fromkeys([".º", "º", ".°", ".ᵒ", "ᵒ", "ro", "do", "to", "mo", "vo", "no"], "m"),
    **dict.fromkeys([".ª", "ª", ".ᵃ", "ᵃ", "ra", "da", "ta", "ma", "va", "na"], "f"),
    **dict.fromkeys([".er", "er", ".ᵉʳ", "ᵉʳ"], "a"),
}
BEFORE_DON = (
    r"(?:^|[^\w\s.]\s?|[.!?…]\s|\b[a-záéíóúñü]+\s|\b(?:Y|A|De|Con|El|Al|Señor|Pero|Para|Por|Que|Como|Cuando|Según|Si"
    r"|Entonces|Era|Don|Infante|Rey|Príncipe|Calle|Plaza|AL|A|SR|SEÑOR)\.?\s)"
    r"|\b[A-ZÁÉÍÓÚ][a-záéíóúñ]*(?:[óéíá]|aba|ía|aban|ían|aron|ieron|ijo|izo|uso|uvo|ino|iene|ice)\s"
)
"""What may stand before D. for don: after any other capital it is an initial (Franklin D. Roosevelt)."""
ABBREVIATIONS: dict[str, Case | tuple[Case, ...]] = {
    **{
        title: Case(said)
        for title, said in {
            "Sr": "señor", "Sra": "señora", "Sres": "señores", "Sras": "señoras", "Srta": "señorita",
            "Srtas": "señoritas", "Dr": "doctor", "Dra": "doctora", "Dres": "doctores", "Dña": "doña", "Ud": "usted",
            "Uds": "ustedes", "Vd": "usted", "Vds": "ustedes", "Excmo": "excelentísimo", "Excma": "excelentísima",
            "Ilmo": "ilustrísimo", "Ilma": "ilustrísima", "Rvdo": "reverendo", "Rdo": "reverendo",
            "Pbro": "presbítero",
            "Mons": "monseñor", "sr": "señor", "sra": "señora", "srta": "señorita", "dr": "doctor", "dra": "doctora",
            "ud": "usted", "uds": "ustedes", "vd": "usted", "vds": "ustedes", "p. ej": "por ejemplo",
            "P. ej": "Por ejemplo", "S. M": "su majestad", "SS. MM": "sus majestades", "V. M": "vuestra majestad",
            "V. E": "vuecencia", "V. S": "usía", "V. A": "vuestra alteza", "S. A. R": "su alteza real",
            "aprox": "aproximadamente", "avda": "avenida", "Avda": "Avenida", "pza": "plaza", "Pza": "Plaza",
            "plza": "plaza", "Plza": "Plaza", "dpto": "departamento", "Dpto": "Departamento", "depto": "departamento",
            "esq": "esquina", "izda": "izquierda", "izq": "izquierda", "dcha": "derecha", "admón": "administración",
            "Hnos": "Hermanos", "hnos": "hermanos", "Mr": "míster", "Mrs": "mistress",
        }.items()
    },
    **{
        title: Case(said, NAME)
        for title, said in {
            "Prof": "profesor", "Profa": "profesora", "Lic": "licenciado", "Ing": "ingeniero", "Arq": "arquitecto",
            "Gral": "general", "Cnel": "coronel", "Tte": "teniente", "Sto": "santo", "Sta": "santa", "Fr": "fray",
            "Av": "avenida", "Hno": "hermano", "Hna": "hermana", "Cap": "capitán", "Gob": "gobernador", "da": "doña",
        }.items()
    },
    **{
        word: Case(said, romance.FIGURE)
        for word, said in {
            "pág": "página", "págs": "páginas", "Pág": "Página", "pag": "página", "p": "página", "pp": "páginas",
            "núm": "número", "núms": "números", "Núm": "Número", "num": "número", "art": "artículo",
            "arts": "artículos", "Art": "Artículo", "cap": "capítulo", "caps": "capítulos", "Cap": "Capítulo",
            "vol": "volumen", "vols": "volúmenes", "Vol": "Volumen", "fig": "figura", "Fig": "Figura",
            "figs": "figuras",
            "lib": "libro", "tel": "teléfono", "Tel": "Teléfono", "tfno": "teléfono", "ext": "extensión",
            "lám": "lámina", "s": "siglo", "ss": "siglos", "km": "kilómetro",
        }.items()
    },
    **{
        word: Case(said, ends=True)
        for word, said in {
            "etc": "etcétera", "Etc": "Etcétera", "EE. UU": "Estados Unidos", "ee. uu": "Estados Unidos",
            "RR. HH": "recursos humanos", "FF. AA": "fuerzas armadas", "JJ. OO": "Juegos Olímpicos",
            "a. C": "antes de Cristo", "d. C": "después de Cristo", "a. de C": "antes de Cristo",
            "d. de C": "después de Cristo", "a. de J. C": "antes de Jesucristo", "a. J. C": "antes de Jesucristo",
            "a. c": "antes de Cristo", "d. c": "después de Cristo", "Cía": "Compañía", "cía": "compañía",
            "i. e": "esto es", "máx": "máximo", "mín": "mínimo",
        }.items()
    },
    "No": Case("número", r"\s?\d"),
    "D": Case("don", rf"{NAME}[\w’']{{2}}(?!\.)", BEFORE_DON),
    "S": Case("san", r"\s(?:Agustín|Andrés|Antonio|Benito|Bernardo|Carlos|Cayetano|Esteban|Felipe|Fernando|Francisco"
              r"|Ginés|Gregorio|Ignacio|Ildefonso|Isidro|Jer[óo]nimo|Jorge|Jos[ée]|Juan|Lorenzo|Lucas|Luis|Marcos"
              r"|Mart[íi]n|Mateo|Miguel|Nicolás|Pablo|Pedro|Rafael|Roque|Sebasti[áa]n|Vicente)(?!\w)"),
    "V": (Case("usted", r",?\s(?!\d)[a-záéíóúñ]|[?!,;:]", r"(?:^|[a-záéíóúñ,;:¿¡—–«(-]\s?)"),),
}  # fmt: skip
WRITTEN = {
    "n.º": "número", "nº": "número", "N.º": "Número", "Nº": "Número", "n.ᵒ": "número", "n°": "número", "N°": "Número",
    "n.°": "número", "N º": "Número", "n º": "número", "núm": "número", "Núm": "Número",
}  # fmt: skip
PLAIN = {
    "D.ª": "doña", "Dª": "doña", "D.a": "doña", "M.ª": "María", "Mª": "María", "c/": "calle", "C/": "Calle",
    "EEUU": "Estados Unidos", "c.º": "camino", "aC": "antes de Cristo", "dC": "después de Cristo", "Dr": "doctor",
    "Sr": "señor", "Sra": "señora",
}  # fmt: skip
INITIALISMS = romance.listed("ADN ARN ONG CIA UE IRPF ITV")


def language(tag: str) -> Words:
    """The words of ``tag``, a BCP 47 tag."""
    return _words(tag.lower().endswith("-es"))


@lru_cache(maxsize=2)
def _words(spain: bool) -> Words:
    return spanish("uno" if spain else "primero")


@lru_cache(maxsize=8)
def rules(tag: str) -> tuple[Rule, ...]:
    """Every rule in the order in which it is tried."""
    words = language(tag)
    first = "uno" if tag.lower().endswith("-es") else "primero"
    return (
        *romance_romans.romans(ROMANS),
        romance.written(WRITTEN, r"(?=\s?(?:\d|[IVXLC]+(?!\w)))"),
        romance.ordinals(words, ORDINAL_MARKS),
        *_halves_of_day(words),
        *abbreviations(ABBREVIATIONS),
        romance.written(PLAIN),
        *romance.first_of_month(words, first, "(?:de )?", " de"),
        *romance.hours(
            words, r"(?:a|desde|hasta|sobre|de|entre) las?|y las|(?<=\d )a las", "horas?", "", dotted=r"h(?:s|rs)?\.?"
        ),
        *romance.phones(words, _PHONES, pairs=True),
        *romance.halves(words, {"m": "medio", "f": "media"}, " de "),
        *_half(),
        romance.days_of_month(words, " y "),
        romance.apostrophe_years(words, r"(?<=los )|(?<=años )|(?<=de )|(?<=del )"),
        romance.point_decimals(words, "punto"),
        *romance.usual(words, romance.agreeing(words, gender, YEARS), NO_NOUN),
        *romance.capitals(INITIALISMS),
    )


def _halves_of_day(words: Words) -> tuple[Rule, ...]:
    """``5:02 p. m.``: 'cinco y dos de la tarde'."""

    def read(match: re.Match[str]) -> str | None:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if not 1 <= hour <= 12:
            return None
        if match["half"].lower() == "a":
            part = "de la mañana" if hour < 12 else "de la noche"
        else:
            part = "del mediodía" if hour == 12 else "de la tarde" if hour < 8 else "de la noche"
        return f"{words.clock(hour, minute, -1)} {part}"

    half = r"(?P<half>[AaPp])\.?\s?[Mm](?:\.(?!\s*$|\s+[A-ZÁÉÍÓÚ])|(?![\w.])|(?=\.))"
    pattern = rf"(?<![\w.,:])(?P<it>(?P<hour>\d\d?)(?:[.:](?P<minute>[0-5]\d))?\s?{half})"
    return (Rule("time", re.compile(pattern), read),)


_PHONES = (
    r"(?<![\w.,-])\d{3}-\d{3}-\d{3,4}(?![\w-])",
    r"(?<![\w.,-])(?!1\d|20)\d{4}-\d{4}(?![\w-])",
    r"(?<![\w.,+-])(?:\(?9\d\)?[ -]\d{3}[ -]\d\d[ -]\d\d|[679]\d\d[ -]\d\d[ -]\d\d[ -]\d\d)(?! ?[\w-])",
    r"(?<=[Tt]el\. )(?<!\w)\d{3}[. ]\d{3}[. ]\d{3}(?![\w-])",
)


def _half() -> tuple[Rule, ...]:
    """``1/2 taza``: 'media taza'."""

    def read(match: re.Match[str]) -> str | None:
        found = gender("", match["noun"] + "s") if match["noun"] not in NO_NOUN else ""
        return {"m": "medio", "f": "media"}.get(found)

    pattern = r"(?<![\w.,/])(?P<it>1/2|½)(?=\s(?P<noun>[a-záéíóúñ]{3,})(?!\w))"
    return (Rule("fraction", re.compile(pattern), read),)


@lru_cache(maxsize=8)
def heading_rules(tag: str) -> tuple[Rule, ...]:
    """Rules that go before `rules` in a heading."""
    return (
        romance_romans.chapter_numeral(cardinal),
        *romance_romans.romans(ROMANS),
        *romance.capitals(INITIALISMS, heading=True),
    )
