"""Italian: its own context rules and the shapes common to all languages."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising import romance, romance_romans
from pipeline.script.normalising.abbreviations import NAME, Case, abbreviations
from pipeline.script.normalising.hints import roman
from pipeline.script.normalising.it_words import SCALES, cardinal, ordinal
from pipeline.script.normalising.it_words import words as italian
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.words import Words

MALE_NAMES = romance.listed("""
Adriano Alberto Alessandro Alfonso Amedeo Antioco Arrigo Artaserse Baldovino Benedetto Bonifacio Callisto Carlo
Casimiro
Celestino Ciro Clemente Cosimo Costantino Cristiano Dario Edoardo Emanuele Enrico Ernesto Ercole Eugenio Federico
Felice
Ferdinando Filiberto Filippo Francesco Galeazzo Giacomo Giorgio Giovanni Giulio Gregorio Guglielmo Gustavo Innocenzo
Ivan Ladislao Leone Leopoldo Lodovico Lotario Ludovico Luigi Manuele Maometto Martino Massimiliano Napoleone Niccolò
Nicola Onorio Ottone Paolo Pasquale Pietro Pio Ramses Riccardo Roberto Rodolfo Ruggero Serse Sigismondo Sisto Stefano
Teodosio Tolomeo Umberto Urbano Vittorio
""")
FEMALE_NAMES = romance.listed(
    "Anna Caterina Cleopatra Cristina Elisabetta Giovanna Isabella Luisa Margherita Maria Vittoria"
)
FEMININE = re.compile(
    r"(?:a|zione|sione|gione|tà|tù|udine|trice|ie)$|^(?:notte|mano|parte|classe|voce|luce|croce|chiave|torre|fonte"
    r"|morte|legge|sede|base|frase|crisi|tesi|nave|gente|arte|carne|corte|valle|fede|fame|sete|neve|pelle|rete)$"
)
MASCULINE = re.compile(
    r"^(?:problema|programma|sistema|tema|clima|poema|dramma|chilogramma|papa|poeta|pianeta|giornalista|artista"
    r"|turista|atleta|monarca|panorama|telegramma|sistema|fantasma|enigma|cinema|pigiama|delta)$"
)
NO_NOUN = frozenset(
    romance.listed(
        "di a e o ed in con su per da del della dei degli delle dello al alla ai agli alle allo nel nella"
        " sul sulla dal "
        "dalla il lo la i gli le che è era fu sono ha non si ma se ore come subito dopo prima fino entro tra fra"
    )
)
YEARS = frozenset(romance.listed("nel dal al del il fino anno entro verso dopo e"))


def gender(before: str, noun: str) -> str:
    """``f``, ``m`` or ``s`` (masculine before s and consonant, z, gn, ps, x, y) of what one is; empty if unsure."""
    if not noun or noun in NO_NOUN or not noun.islower() or len(noun) < 3 or before in _NUMBERED:
        return ""
    if FEMININE.search(noun) and not MASCULINE.search(noun):
        return "f"
    return "s" if re.match(r"s[^aeiouàèéìòù]|z|gn|ps|x|y", noun) else "m"


_NUMBERED = frozenset(
    romance.listed("articolo numero pagina capitolo comma punto parte n rubrica il l all dell nell sull")
)

ROMANS = romance_romans.Romans(
    chapters=r"anno|capitol[oi]|cap|libr[oi]|tom[oi]|part[ei]|volum[ei]|vol|cant[oi]|titol[oi]|sezion[ei]|lezione"
    r"|appendice|allegat[oi]|articol[oi]|art|tavol[ae]|tav|figur[ae]|fig|pagin[ae]|pagg?|(?-i:pp?)|numer[oi]|tipo"
    r"|fase|salmo|sonetto|ode|episodio|strofa|novella|giornata",
    scenes={"atto": "m", "scena": "f"},
    centuries=r"secol[oi]|sec|secc",
    century=ordinal,
    names={**dict.fromkeys(MALE_NAMES, "m"), **dict.fromkeys(FEMALE_NAMES, "f")},
    titles="[Rr]e|[Rr]egina|[Pp]apa|[Ii]mperatore|[Zz]ar|[Ss]ultano|[Dd]uca|[Cc]onte|[Pp]rincipe|[Dd]on|[Ff]araone",
    regnal=ordinal,
    articles={
        **dict.fromkeys(["il", "lo", "del", "dello", "nel", "al", "allo", "dal", "sul", "quel"], "m"),
        **dict.fromkeys(["la", "della", "nella", "alla", "dalla", "sulla", "quella"], "f"),
    },
    joint=r"(?:,? (?:e|o|ed|al?|fino al) (?:il )?|, | ?[-–—/] ?)",
    ordinal=ordinal,
    cardinal=cardinal,
)
ORDINAL_MARKS = {
    **dict.fromkeys(["º", ".º", "°", ".°", "ᵒ", "mo"], "m"),
    **dict.fromkeys(["ª", ".ª", "ᵃ", ".ᵃ", "ma"], "f"),
}
_SAINTS_F = (
    "Agata|Agnese|Agnesa|Anna|Caterina|Cecilia|Chiara|Elena|Elisabetta|Lucia|Margherita|Maria|Marta|Rita|Rosa|Teresa"
)
_SAINTS_V = (
    "Agostino|Alessio|Ambrogio|Andrea|Angelo|Anselmo|Antonio|Elia|Eusebio|Eustorgio|Ignazio|Isidoro|Onofrio|Orsola"
)
_SAINTS = (
    "Babila|Bartolomeo|Benedetto|Bernardino|Bernardo|Biagio|Carlo|Crist[oò]foro|Domenico|Donato|Eustachio"
    "|Fedele|Felice|Ferdinando"
    "|Filippo|Francesco|Gaetano|Gennaro|Giacomo|Giorgio|Giovanni|Girolamo|Giuseppe|Gregorio|Lorenzo|Luca|Luigi|Marco"
    "|Martino|Matteo|Michele|Nicola|Niccolò|Paolo|Pietro|Pio|Quirino|Rocco|Sebastiano|Silvestro|Tommaso"
    "|Vincenzo|Vitale|Vito"
)
ABBREVIATIONS: dict[str, Case | tuple[Case, ...]] = {
    **{
        title: (Case(before_name, r"\s[^\W\d_]"), Case(alone, ends=True))
        for title, (before_name, alone) in {
            "sig": ("signor", "signore"), "Sig": ("signor", "signore"), "dott": ("dottor", "dottore"),
            "Dott": ("dottor", "dottore"), "prof": ("professor", "professore"), "Prof": ("professor", "professore"),
            "ing": ("ingegner", "ingegnere"), "Ing": ("ingegner", "ingegnere"), "cav": ("cavalier", "cavaliere"),
            "Cav": ("cavalier", "cavaliere"), "comm": ("commendator", "commendatore"),
            "Comm": ("commendator", "commendatore"), "avv": ("avvocato", "avvocato"), "Avv": ("avvocato", "avvocato"),
            "dr": ("dottor", "dottore"), "Dr": ("dottor", "dottore"),
        }.items()
    },
    **{
        title: Case(said)
        for title, said in {
            "sig.ra": "signora", "Sig.ra": "signora", "sig.na": "signorina", "Sig.na": "signorina", "sigg": "signori",
            "Sigg": "signori", "dott.ssa": "dottoressa", "Dott.ssa": "dottoressa", "prof.ssa": "professoressa",
            "Prof.ssa": "professoressa", "sig.r": "signor", "egr": "egregio", "Egr": "egregio",
            "ad es": "ad esempio", "Ad es": "Ad esempio", "p. es": "per esempio", "P. es": "Per esempio",
            "per es": "per esempio", "cfr": "confronta", "Cfr": "Confronta", "S. M": "Sua Maestà",
            "LL. MM": "Loro Maestà", "S. A. R": "Sua Altezza Reale", "S. E": "Sua Eccellenza",
            "V. E": "Vostra Eccellenza",
            "V. S": "Vossignoria", "dip": "dipartimento", "mons": "monsignor", "Mons": "monsignor",
        }.items()
    },
    **{
        title: Case(said, NAME)
        for title, said in {
            "on": "onorevole", "On": "onorevole", "gen": "generale", "Gen": "generale", "sen": "senatore",
            "Sen": "senatore", "col": "colonnello", "Col": "colonnello", "cap": "capitano", "ten": "tenente",
            "rag": "ragionier", "geom": "geometra", "arch": "architetto", "march": "marchese", "rev": "reverendo",
            "Rev": "reverendo", "card": "cardinal", "Card": "cardinal",
        }.items()
    },
    **{
        word: Case(said, romance.FIGURE)
        for word, said in {
            "pag": "pagina", "Pag": "pagina", "pagg": "pagine", "p": "pagina", "pp": "pagine", "n": "numero",
            "N": "numero", "nn": "numeri", "nr": "numero", "num": "numero", "vol": "volume", "voll": "volumi",
            "art": "articolo", "Art": "Articolo", "artt": "articoli", "fig": "figura", "Fig": "Figura",
            "cap": "capitolo",
            "Cap": "Capitolo", "sec": "secolo", "secc": "secoli", "tav": "tavola",
            "lib": "libro",
        }.items()
    },
    "sec": (Case("secolo", romance.FIGURE), Case("secolo", "", r"[IVX]\s", ends=True)),
    "L": Case("lire", r"\s?\d"), "Lit": Case("lire", r"\s?\d"),
    "ecc": Case("eccetera", ends=True), "etc": Case("eccetera", ends=True), "a. C": Case("avanti Cristo", ends=True),
    "d. C": Case("dopo Cristo", ends=True), "mln": Case("milioni", "", r"\d\s?", ends=True),
    "mld": Case("miliardi", "", r"\d\s?", ends=True), "ca": Case("circa", "", r"\d\s?"),
}  # fmt: skip
PLAIN = {
    "Ill.mo": "illustrissimo", "ill.mo": "illustrissimo", "Ill.ma": "illustrissima", "Gent.mo": "gentilissimo",
    "Gent.ma": "gentilissima", "Chiar.mo": "chiarissimo", "Rev.mo": "reverendissimo", "Eg.r": "egregio",
    "Spett.le": "spettabile", "spett.le": "spettabile", "p.za": "piazza", "p.zza": "piazza", "P.za": "piazza",
    "P.zza": "piazza", "c.so": "corso", "C.so": "corso", "v.le": "viale", "V.le": "viale", "F.lli": "fratelli",
    "f.lli": "fratelli", "S.ta": "santa", "S.to": "santo", "SS.": "santi", "sig.ra": "signora", "sig.na": "signorina",
    "dott.ssa": "dottoressa", "a.C.": "avanti Cristo", "d.C.": "dopo Cristo",
}  # fmt: skip
INITIALISMS = romance.listed("DNA RNA IVA USA UE ONG CGIL CISL PD PDL TG TV FMI BCE BR PM DC PCI PSI CD DVD PC")
_PHONES = (
    r"(?<![\w.,+-])(?<!\d )\(?0\d{1,3}\)?[ \-/]\d{3,4}[ \-]?\d{3,4}(?![\w-]|[.,]\d)",
    r"(?<![\w.,+-])3[2-9]\d[ \-/.]\d{3}[ \-.]?\d{3,4}(?![\w-]|[.,]\d)",
    r"(?<![\w+])00\d\d(?: \d{2,4}){2,4}(?![\w-])",
)


def language(tag: str) -> Words:
    """The words of ``tag``, a BCP 47 tag."""
    return _words()


@lru_cache(maxsize=1)
def _words() -> Words:
    return italian()


@lru_cache(maxsize=8)
def rules(tag: str) -> tuple[Rule, ...]:
    """Every rule in the order in which it is tried."""
    words = language(tag)
    return (
        *_centuries(),
        *romance_romans.romans(ROMANS),
        romance.written(
            {"n°": "numero", "n.°": "numero", "N°": "numero", "n.º": "numero", "nº": "numero"},
            r"(?=\s?(?:\d|[IVXLC]+(?!\w)))",
        ),
        Rule("abbreviation", re.compile(r"(?<=\d )(?P<it>mln|mld)(?!\w)"), lambda match: SCALES[match["it"]].many),
        *_saints(),
        *_ordinals(words),
        *abbreviations(ABBREVIATIONS),
        romance.written(PLAIN),
        romance.days_of_month(words, " e "),
        *romance.first_of_month(words, "primo", ""),
        romance.apostrophe_years(
            words, r"(?<=anni )|(?<=[’'])|(?<=[nd]el )|(?<=\bil )|(?<=\bal )|(?<=[nd]egli )|(?<=sul )"
        ),
        *romance.hours(
            words, r"(?:alle|dalle|delle|sulle|ore|le|per le|verso le|fino alle) ?(?:ore)?", "(?!)", "", dotted="h"
        ),
        *romance.phones(words, _PHONES, pairs=False),
        *romance.halves(words, {"m": "mezzo", "f": "mezza"}, " di "),
        romance.point_decimals(words, "punto"),
        *romance.usual(words, romance.agreeing(words, gender, YEARS), NO_NOUN),
        *romance.capitals(INITIALISMS),
    )


def _centuries() -> tuple[Rule, ...]:
    """``XIX secolo``, ``XV e XVI secolo``, ``XIX°``, ``XX sec.``"""

    def read(match: re.Match[str]) -> str | None:
        number = roman(match["it"])
        return ordinal(number) if number else None

    def marked(match: re.Match[str]) -> str | None:
        number = roman(match["number"])
        return ordinal(number, "f" if match["mark"] == "ª" else "m") if number else None

    numeral = r"(?<![\w.])(?P<it>[IVX]+)"
    after = r"\s(?:secol[oi]|sec\.)(?!\w)"
    return (
        Rule("roman", re.compile(rf"{numeral}(?={after})"), read, Trait.CAPITALS),
        Rule("roman", re.compile(rf"{numeral}(?=\s?(?:e|o|al|e il|[-–/])\s?[IVX]+{after})"), read, Trait.CAPITALS),
        Rule("roman", re.compile(r"(?<![\w.])(?P<it>(?P<number>[IVX]+)(?P<mark>[°ºª]))(?!\w)"), marked, Trait.NONE),
    )


def _saints() -> tuple[Rule, ...]:
    """``S. Pietro``, ``S. Maria``, ``S. Antonio``: san, santa, sant’."""

    def rule(said: str, pattern: str) -> Rule:
        return Rule("abbreviation", re.compile(pattern), lambda match: said, Trait.DOT)

    return (
        rule("santa", rf"(?<![\w.])S\.(?=\s?(?:{_SAINTS_F})(?!\w))"),
        rule("sant’", rf"(?<![\w.])S\.\s?(?=(?:{_SAINTS_V})(?!\w))"),
        rule("santo", r"(?<![\w.])S\.(?=\s?(?:Stefano|Spirito)(?!\w))"),
        rule("san", rf"(?<![\w.])S\.(?=\s?(?:{_SAINTS})(?!\w))"),
    )


def _ordinals(words: Words) -> tuple[Rule, ...]:
    """Ordinals with their mark; degrees where the figure is one or the words after it say so."""
    degrees = (
        r"(?=\s(?:sotto|sopra|all[’']ombra|di (?:lat|long)|(?:lat|long)|centigradi|[Nn]ord|[Ss]ud"
        r"|[Ee]st|[Oo]vest)|\s?\d)"
    )

    def read(match: re.Match[str]) -> str:
        return f"{cardinal(int(match['number']), 'm')} grad{'o' if match['number'] == '1' else 'i'}"

    pattern = rf"(?<![\w.,])(?P<number>\d{{1,3}})[°º]{degrees}"
    return (Rule("unit", re.compile(pattern), read), romance.ordinals(words, ORDINAL_MARKS))


@lru_cache(maxsize=8)
def heading_rules(tag: str) -> tuple[Rule, ...]:
    """Rules that go before `rules` in a heading."""
    return (
        romance_romans.chapter_numeral(cardinal),
        *romance_romans.romans(ROMANS),
        *romance.capitals(INITIALISMS, heading=True),
    )
