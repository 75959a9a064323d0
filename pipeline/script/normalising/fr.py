"""French: its own context rules and the shapes common to all languages."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising import romance, romance_romans
from pipeline.script.normalising.abbreviations import NAME, Case, abbreviations
from pipeline.script.normalising.fr_words import UNITS, cardinal, ordinal, regnal
from pipeline.script.normalising.fr_words import words as french
from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.words import Words

MALE_NAMES = romance.listed("""
Adrien Albert Alexandre Alexis Alphonse Amédée Antiochos Artaxerxès Baudouin Benoît Boniface Casimir Célestin Charles
Childebert Childéric Chilpéric Clément Clotaire Clovis Constantin Cyrus Dagobert Darius Édouard Edouard Étienne Eugène
Ferdinand François Frédéric Georges Grégoire Guillaume Gustave Henri Hugues Humbert Innocent Ivan Jacques Jean Jules
Léon Léopold Louis Manuel Mahomet Martin Maximilien Mohammed Napoléon Nicolas Othon Paul Philippe Pie Pierre Ptolémée
Ramsès Raymond Richard Robert Rodolphe Sigismond Sixte Stanislas Théodose Thibaut Thierry Urbain Xerxès
""")
FEMALE_NAMES = romance.listed(
    "Anne Catherine Christine Cléopâtre Élisabeth Elisabeth Isabelle Jeanne Marguerite Marie Victoria"
)
FEMININE = re.compile(
    r"(?:tions?|sions?|ettes?|ances?|ences?|euses?|illes?|esses?|ées|inaines?|aines?|ures|udes|iques?)$|^(?:voix|fois"
    r"|heures?|minutes?|secondes?|pages?|personnes?|femmes?|lieues?|voitures?|maisons?|portes?|places?|pièces?"
    r"|lettres?|lignes?|notes?|tables?|villes?|rues?|chambres?|nuits?|mains?|âmes?|tonnes?|étoiles?|sœurs?|tasses?"
    r"|cartes?|marches?|roses?|chaises?|semaines?|livres sterling|lampes?|bougies?|dames?|vaches?|brebis"
    r"|têtes?|roues?"
    r"|caisses?|croix|clefs?|clés?|œuvres?|îles?|provinces?|communes?|églises?|écoles?|tombes?|années?"
    r"|soirées?|journées?)$"
)
MASCULINE = re.compile(r"^(?:musées?|lycées?|trophées?|silences?|domaines?|capitaines?|millions?|figures|kilo\w+)$")
NO_NOUN = frozenset(
    romance.listed("de du des et ou à au aux le la les en par pour sur dans qui que est sont a ont fut ne")
)
YEARS = frozenset(romance.listed("en de depuis dès vers an année du"))


def gender(before: str, noun: str) -> str:
    """``f`` where a feminine noun is counted, as far as its ending tells."""
    return "f" if FEMININE.search(noun) and not MASCULINE.search(noun) and noun.islower() else ""


ROMANS = romance_romans.Romans(
    chapters=r"an|chapitres?|chap|livres?|tomes?|parties?|volumes?|vol|chants?|titres?|sections?|leçons?|annexes?"
    r"|articles?|art|planches?|pl|figures?|fig|pages?|(?-i:pp?)|numéros?|type|phase|acte|scène|tableau|psaume"
    r"|épisode|strophe|fable|(?-i:t)",
    scenes={"sc.": "f"},
    centuries=r"siècles?",
    century=ordinal,
    names={**dict.fromkeys(MALE_NAMES, "m"), **dict.fromkeys(FEMALE_NAMES, "f")},
    titles="[Rr]oi|[Rr]eine|[Pp]ape|[Ee]mpereur|[Tt]sar|[Ss]ultan|[Dd]uc|[Cc]omte|[Pp]rince",
    regnal=regnal,
    articles={"le": "m", "du": "m", "au": "m", "la": "f"},
    joint=r"(?:,? (?:et|ou|à) (?:le )?|, | ?[-–—/] ?)",
    ordinal=ordinal,
    cardinal=cardinal,
)
ORDINAL_MARKS = {
    **dict.fromkeys(["er", "ᵉʳ", "ers", "e", "è", "ème", "eme", "ième", "ᵉ", "es", "èmes"], "m"),
    **dict.fromkeys(["re", "ère", "res", "ères", "ʳᵉ"], "f"),
}
ENUMERATED = romance.listed("primo secundo tertio quarto quinto sexto septimo octavo nono decimo")
BEFORE_M = (
    r"(?:^|[^\w.\s]\s?|[.!?…]\s|\b[a-zà-ÿœ]+[\s’']|\b(?:Et|Mais|Ah|Oh|Or|Puis|Quand|Alors|Si|Donc|Car|Que"
    r"|Chez|Pour|Avec|De"
    r"|Dans|Monsieur|Pauvre|Cher|Bon|Bonjour|Non|Oui|Est-ce|À|A|Par|Comme|Sans|Selon|Mon|Ce|Le|Quant|Voici|Voilà)\s)"
)
ABBREVIATIONS: dict[str, Case | tuple[Case, ...]] = {
    "M": Case("monsieur", r"\s(?:[A-ZÀ-ÖØ-ÞŒ]|de\s|d[’']|le\s|l[’']|du\s|des\s|votre\s|mon\s)", BEFORE_M),
    "MM": Case("messieurs", r"\s(?:[A-ZÀ-ÖØ-ÞŒ]|de\s|d[’']|les\s|l[’']|du\s|des\s)"),
    "Mr": Case("monsieur"), "Mrs": Case("mistress"), "Mme": Case("madame"), "Mmes": Case("mesdames"),
    "Mlle": Case("mademoiselle"), "Mlles": Case("mesdemoiselles"), "Mgr": Case("monseigneur", NAME),
    "Dr": Case("docteur"), "Pr": Case("professeur", NAME), "St": Case("saint", NAME), "Ste": Case("sainte", NAME),
    "av. J.-C": Case("avant Jésus-Christ", ends=True), "apr. J.-C": Case("après Jésus-Christ", ends=True),
    "ap. J.-C": Case("après Jésus-Christ", ends=True), "J.-C": Case("Jésus-Christ", ends=True),
    "c.-à-d": Case("c’est-à-dire"), "p. ex": Case("par exemple"), "N.-D": Case("Notre-Dame", NAME),
    "S. M": Case("Sa Majesté"), "LL. MM": Case("Leurs Majestés"), "S. A. R": Case("Son Altesse royale"),
    "S. A": Case("Son Altesse"), "S. E": Case("Son Excellence"), "S. S": Case("Sa Sainteté"),
    "etc": Case("et cetera", ends=True), "cf": Case("confer"), "id": Case("idem", ends=True),
    "ibid": Case("ibidem", ends=True), "env": Case("environ"), "hab": Case("habitants", "", r"\d\s", ends=True),
    "no": Case("numéro", r"\s?\d"), "No": Case("numéro", r"\s?\d"),
    "bd": Case("boulevard", NAME), "Bd": Case("boulevard", NAME), "boul": Case("boulevard", NAME),
    "av": Case("avenue", NAME), "Av": Case("avenue", NAME), "Vve": Case("veuve", NAME),
    "fr": Case("francs", "", r"\d\s?", ends=True), "frs": Case("francs", "", r"\d\s?", ends=True),
    "avr": Case("avril", "", r"\d\s"),
    **{
        word: Case(said, romance.FIGURE)
        for word, said in {
            "p": "page", "pp": "pages", "pag": "page", "t": "tome", "vol": "volume", "chap": "chapitre",
            "ch": "chapitre",
            "art": "article", "Art": "Article", "fig": "figure", "Fig": "Figure", "pl": "planche",
            "tél": "téléphone", "Tél": "Téléphone", "liv": "livre", "sc": "scène",
        }.items()
    },
}  # fmt: skip
NUMBERED = {
    "n°": "numéro", "N°": "Numéro", "nº": "numéro", "Nº": "Numéro", "n ᵒ": "numéro", "nᵒ": "numéro", "Nᵒ": "Numéro",
    "n° ": "numéro", "nos": "numéros", "n os": "numéros", "n°s": "numéros",
}  # fmt: skip
PLAIN = {
    "Mme": "madame", "Mmes": "mesdames", "Mlle": "mademoiselle", "Mlles": "mesdemoiselles", "Mgr": "monseigneur",
    "Mᵐᵉ": "madame", "Mᵐᵉˢ": "mesdames", "Mˡˡᵉ": "mademoiselle", "Mˡˡᵉˢ": "mesdemoiselles", "Mᵍʳ": "monseigneur",
    "Dʳ": "docteur", "Dʳˢ": "docteurs", "Dʳᵉ": "docteure", "Dʳᵉˢ": "docteures", "Vᵛᵉ": "veuve", "Cᵗᵉ": "comte",
    "Cie": "compagnie", "Cⁱᵉ": "compagnie", "Sᵗ": "saint", "Sᵗᵉ": "sainte", "c-à-d": "c’est-à-dire",
    "MMᵉˢ": "maîtres",
}  # fmt: skip
BEFORE_NAME = {"Dr": "docteur", "Pr": "professeur", "Me": "maître", "Mᵉ": "maître", "Mes": "maîtres"}
INITIALISMS = romance.listed("ADN ARN SNCF TGV RATP HLM ONG UE USA PME RER CEDEX EDF IBM PDG")
_PHONES = (
    r"(?<![\w.,+-])(?:\(?0\d\)?)(?:[ .\-]\d\d){4}(?![ .\-]?\d)",
    r"(?<![\w+])(?:\+|00)33[ .\-]?(?:\(0\))?\d(?:[ .\-]?\d\d){4}(?!\d)",
    r"(?<![\w.,+-])0[1-79]\d{8}(?!\d)",
)


def language(tag: str) -> Words:
    """The words of ``tag``, a BCP 47 tag."""
    return _words()


@lru_cache(maxsize=1)
def _words() -> Words:
    return french()


@lru_cache(maxsize=8)
def rules(tag: str) -> tuple[Rule, ...]:
    """Every rule in the order in which it is tried."""
    words = language(tag)
    return (
        *_marked_romans(),
        *romance_romans.romans(ROMANS),
        romance.written({"M.": "monsieur"}, r"(?=(?:de|du|le|la)\s|d[’'])"),
        romance.written(NUMBERED, r"(?=\s?(?:\d|[IVXLC]+(?!\w)))"),
        romance.written(BEFORE_NAME, r"(?=\s[A-ZÀ-ÖØ-Þ][a-zà-ÿ])"),
        romance.written({"St": "saint", "Ste": "sainte", "Sts": "saints"}, r"(?=[\s-][A-ZÀ-ÖØ-Þ][a-zà-ÿ])"),
        *_ordinals(words),
        *_sums(),
        *abbreviations(ABBREVIATIONS),
        romance.written(PLAIN),
        romance.days_of_month(words, " et "),
        *romance.first_of_month(words, "premier", ""),
        *romance.hours(words, r"à|vers|de|dès|jusqu[’']à", "(?!)", "[hH]", dotted="h"),
        *_phones(),
        *romance.halves(words, {"m": "demi", "f": "demie"}, " de "),
        romance.point_decimals(words, "point"),
        *romance.usual(words, romance.agreeing(words, gender, YEARS), NO_NOUN),
        *romance.capitals(INITIALISMS),
    )


def _marked_romans() -> tuple[Rule, ...]:
    """Numerals with an ordinal's mark: XIXe siècle, IIIe République, François Ier."""

    def read(match: re.Match[str]) -> str | None:
        number = roman(match["number"])
        feminine = match["mark"] in {"re", "ère", "ʳᵉ"}
        if not number or (number == 1) != (match["mark"] in {"er", "ᵉʳ", "re", "ère", "ʳᵉ"}):
            return None
        return ordinal(number, "f" if feminine else "m")

    marks = "(?P<mark>er|ᵉʳ|re|ère|ʳᵉ|ème|es|e|ᵉ)"
    pattern = rf"(?<![\w’'.])(?P<it>(?P<number>[IVX]+|[IVXLC]{{3,}}){marks})(?![\w’'])"
    elided = rf"(?<=[ldLD][’'])(?P<it>(?P<number>[IVX]+|[IVXLC]{{3,}}){marks})(?![\w’'])"
    return tuple(Rule("roman", re.compile(one), read, Trait.NONE) for one in (pattern, elided))


def _ordinals(words: Words) -> tuple[Rule, ...]:
    """Ordinals with their marks, 2nd, and the Latin ones of a list: 1° … 2° …"""

    def second(match: re.Match[str]) -> str:
        return "seconde" if "de" in match["mark"] else "second"

    def enumerated(match: re.Match[str]) -> str:
        return ENUMERATED[int(match["number"]) - 1]

    def degrees(match: re.Match[str]) -> str | None:
        return ordinal(int(match["number"]))

    return (
        Rule("ordinal", re.compile(r"(?<!\w)2\s?(?P<mark>nde?|ⁿᵈᵉ?)s?(?!\w)"), second),
        Rule("ordinal", re.compile(r"(?<![\w.,’'])(?P<number>10|[1-9])[°º](?=\s[A-ZÀ-ÖØ-Þ][a-zà-ÿ’'])"), enumerated),
        Rule("ordinal", re.compile(r"(?<![\w.,’'])(?P<number>10|[1-9])º(?!\w)"), enumerated),
        Rule("ordinal", re.compile(r"^(?P<number>\d{1,3})[°º]$"), degrees),
        romance.ordinals(words, ORDINAL_MARKS),
    )


def _sums() -> tuple[Rule, ...]:
    """Lengths and sums as they were written: 4 m. 90, 3 fr. 50."""

    def read(match: re.Match[str]) -> str:
        unit, whole = match["unit"], int(match["whole"])
        named = UNITS["m"].after(whole == 1) if unit == "m" else "franc" if whole == 1 else "francs"
        return f"{cardinal(whole)} {named} {cardinal(int(match['part']))}"

    pattern = r"(?<![\w.,])(?P<whole>\d{1,4})\s(?P<unit>m|fr|f)\.\s(?P<part>[1-9]\d)(?![\w]|[.,]\d)"
    return (Rule("unit", re.compile(pattern), read),)


def _phones() -> tuple[Rule, ...]:
    """French numbers in pairs: 'zéro six, douze, trente-quatre'."""

    def pair(written: str) -> str:
        return (
            cardinal(int(written)) if written[0] != "0" or len(written) == 1 else f"zéro {cardinal(int(written[1]))}"
        )

    def read(match: re.Match[str]) -> str:
        figures = re.sub(r"\(0\)|\D", "", match[0])
        head = ""
        if len(figures) > 10:
            code = figures[:-9]
            head = "plus trente-trois, " if match[0].startswith("+") else "zéro zéro trente-trois, "
            figures = figures[len(code) :]
        first = len(figures) % 2
        groups = ([figures[0]] if first else []) + re.findall("..", figures[first:])
        return head + ", ".join(pair(group) for group in groups)

    return tuple(Rule("phone", re.compile(pattern), read) for pattern in _PHONES)


@lru_cache(maxsize=8)
def heading_rules(tag: str) -> tuple[Rule, ...]:
    """Rules that go before `rules` in a heading."""
    return (
        romance_romans.chapter_numeral(cardinal),
        *romance_romans.romans(ROMANS),
        *romance.capitals(INITIALISMS, heading=True),
    )
