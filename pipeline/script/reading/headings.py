"""Lines that head a chapter, a part or a named section of a book, in six languages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

CHAPTERS = (
    "chapter capítulo capitulo kapitel chapitre capitolo stave canto letter adventure act scene acte scène akt szene "
    "aufzug auftritt acto escena atto scena ato cena lecture section lettre carta"
)
PARTS = "epoch book part volume vol libro libri livre livro buch band teil parte partie tome tomo"

NUMBERS = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty|first second third fourth fifth sixth seventh eighth ninth tenth "
    "eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
    "twentieth",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte|primero segundo tercero cuarto quinto sexto séptimo octavo "
    "noveno décimo undécimo duodécimo|primera segunda tercera cuarta quinta sexta séptima octava novena "
    "décima|primer x tercer",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize|premier "
    "deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième onzième "
    "douzième|première seconde|x second",
    "de": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn zwanzig|erstes zweites drittes viertes fünftes sechstes siebentes achtes "
    "neuntes zehntes elftes zwölftes dreizehntes vierzehntes fünfzehntes sechzehntes siebzehntes "
    "achtzehntes neunzehntes zwanzigstes|erster zweiter dritter vierter fünfter sechster siebenter achter "
    "neunter zehnter|erste zweite dritte vierte fünfte sechste siebente achte neunte zehnte|x x x x x x "
    "siebtes|x x x x x x siebter",
    "it": "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici|primo secondo terzo quarto quinto sesto settimo ottavo nono decimo undicesimo "
    "dodicesimo|prima seconda terza quarta quinta sesta",
    "pt": "um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze|primeiro segundo "
    "terceiro quarto quinto sexto sétimo oitavo nono décimo|primeira segunda terceira quarta quinta sexta",
}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
TENTHS = {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100}
WORDS: dict[str, int] = TENS | TENTHS
for _lists in NUMBERS.values():
    for _list in _lists.split("|"):
        WORDS |= {word: number for number, word in enumerate(_list.split(), 1) if word != "x" and word not in WORDS}

SECTION_WORDS = {
    "contents": "contents|table of contents|list of illustrations|illustrations|índice|indice|table des matières|"
    "table|inhalt|inhaltsverzeichnis|sumário|sommario|contenido|tabla de contenido",
    "preface": "preface|author's preface|translator's preface|prefacio|prefácio|préface|avant-propos|vorwort|"
    "prefazione|vorrede|to the reader|al lector|au lecteur",
    "foreword": "foreword|geleitwort|premessa",
    "introduction": "introduction|introductory|introductory note|introducción|einleitung|introduzione|introdução|"
    "einführung",
    "prologue": "prologue|prólogo|prolog|prologo",
    "epilogue": "epilogue|epílogo|épilogue|epilog|epilogo",
    "afterword": "afterword|postscript|nachwort|postface|posfácio|postfazione|author's note",
    "acknowledgments": "acknowledgments|acknowledgements|agradecimientos|remerciements|danksagung|ringraziamenti|"
    "agradecimentos",
    "appendix": "appendix|apéndice|anhang|appendice|apêndice|annexe",
    "glossary": "glossary|glosario|glossaire|glossar|glossario|glossário",
    "bibliography": "bibliography|bibliografía|bibliographie|bibliografia",
    "index": "index|general index|register|índice alfabético|indice analitico",
    "notes": "notes|footnotes|endnotes|footnotes:|notas|notes de bas de page|anmerkungen|fußnoten|fussnoten",
    "dedication": "dedication|dedicatoria|dédicace|widmung|dedica|dedicatória",
    "copyright": "copyright",
    "colophon": "colophon",
    "advertisement": "advertisement|advertisements|by the same author|also by the author|"
    "other books by the author|books by the same author",
    "boilerplate": "transcriber's note|transcriber's notes|transcribers' notes|transcribers' note|"
    "notes du transcripteur|anmerkungen zur transkription|nota del transcriptor",
}
SECTIONS_BY_WORD = {word: section for section, words in SECTION_WORDS.items() for word in words.split("|")}

MAX_HEADING = 90  # characters; longer lines are prose


def _cased(words: str) -> str:
    return "|".join(form for word in words.split() for form in (word.upper(), word.capitalize()))


ROMAN = r"M{0,3}(?:CM|CD|D?C{0,4})(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})"
_NUMBER = "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True))
_WORD = rf"(?i:(?:(?:the|el|la|le|il|o|a|das|der|die)\s+)?(?:{_NUMBER})(?:[-\s](?:{_NUMBER}))?)"
NUMERAL = rf"(?:(?=[IVXLCDM]){ROMAN}|(?=[ivxl])(?i:{ROMAN})|\d{{1,4}}|{_WORD})"
TITLE = r"[.:,]?|[.:]?\s*[—–-]+\s*\S.*|[.:,]?\s+[^a-zà-öø-ÿ\s].*|[.:][—–-]+\s*\S.*"
NUMBERED = re.compile(
    rf"(?P<mark>{_cased(CHAPTERS)}|{_cased(PARTS)})\.?\s+(?P<number>{NUMERAL})(?!\w)(?P<title>{TITLE})", re.DOTALL
)
ORDERED = re.compile(
    rf"(?:(?i:the|la|el|il|le|das|der)\s+)?(?P<number>(?=[A-ZÀ-Þ])(?:{_WORD})|{ROMAN}\.|\d{{1,3}}\.)\s+"
    rf"(?P<mark>(?i:{'|'.join((CHAPTERS + ' ' + PARTS).split())}))(?!\w)(?P<title>{TITLE})",
    re.DOTALL,
)
BARE = re.compile(rf"(?P<bracket>\[ )?(?P<number>(?=[IVXLCDM]){ROMAN}|\d{{1,3}})(?(bracket) \]|[.)]?)")
DASHED = re.compile(rf"[—–-]+ ?(?P<number>(?=[IVXLCDM]){ROMAN}) ?[—–-]+")
TITLED = re.compile(
    rf"(?P<number>(?=[IVXLCDM]){ROMAN}|\d{{1,3}})"
    rf"(?:[.)]\s*(?:[—–-]+\s*)?|\s+[—–-]+\s+|\s+)(?P<title>[\"“‘«_]?[A-ZÀ-Þ].*)",
    re.DOTALL,
)
PARTED = re.compile(rf"(?i:{'|'.join(PARTS.split())})\b")
_SMALL = "a an and the of in on at to for from by with or nor but is as it de la le les el los las del "
_SMALL += "y en der die das und von zu im am di il da do dos e o"
SMALL = frozenset(_SMALL.split())
QUOTES = "\"“”‘’«»„‚'"


@dataclass(frozen=True, slots=True)
class Heading:
    """What a line says it heads.

    Attributes:
        kind: ``chapter``, ``part``, ``numeral`` (a number alone), ``section`` or ``title`` (any other words).
        number: 0 where it has none.
        title: its words apart from the number.
        section: what kind of section it opens, as in `pipeline.script.blocks.SECTIONS`.
    """

    kind: str
    number: int
    title: str
    section: str = "body"


def heading_of(text: str) -> Heading | None:
    """What a line alone heads; None where nothing in it says that it is a heading."""
    if not text or len(text) > MAX_HEADING * 2:
        return None
    if text[0] == "_" == text[-1] or text[0] == "=" == text[-1]:
        text = text[1:-1].strip() or text
    for pattern in (NUMBERED, ORDERED):
        if match := pattern.fullmatch(text):
            kind = "part" if PARTED.match(match["mark"]) else "chapter"
            return Heading(kind, value(match["number"]), match["title"].strip(" .:—–-\n"))
    if match := BARE.fullmatch(text):
        return Heading("numeral", value(match["number"]), "")
    if match := DASHED.fullmatch(text):
        return Heading("part", value(match["number"]), "")
    return _section(text)


def _section(text: str) -> Heading | None:
    if not text[0].isupper() or len(text) > MAX_HEADING:
        return None
    bare = text.strip(" .:[]").replace("’", "'").lower()
    if (section := SECTIONS_BY_WORD.get(bare)) is not None:
        return Heading("section", 0, text, section)
    if text.isupper() or text.istitle() or is_title(text):
        first = re.match(r"([\w' ]+?)(?:[.:]? (?:to|of|by|zu|zur|de|di|à|al|du)\b|[.:—–-] ?)", bare)
        if first and SECTIONS_BY_WORD.get(first[1], "contents") != "contents" and text.isupper():
            return Heading("section", 0, text, SECTIONS_BY_WORD[first[1]])
        if re.fullmatch(r"appendix\s+(?:[a-z]|[ivx]+|\d+)(?:[.:].*)?", bare):
            return Heading("section", 0, text, "appendix")
    return None


def value(number: str) -> int:
    """The number that a numeral stands for, in digits, Roman or in words."""
    number = number.strip(". \n").lower()
    if number.isdigit():
        return int(number)
    if re.fullmatch(ROMAN, number.upper()):
        signs = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
        values = [signs[sign] for sign in number]
        return sum(-one if one < max(values[i:]) else one for i, one in enumerate(values))
    return sum(WORDS.get(word, 0) for word in re.split(r"[\s-]+", number))


def is_title(text: str) -> bool:
    """Whether words without a number look like a title: in capitals, or its longer words with a capital."""
    if len(text) > MAX_HEADING or text[0] in QUOTES or text.endswith((",", ";", "—", "-", '"', "”")):
        return False
    if is_capitals(text):
        return not text.endswith(("!", "?"))
    words = [word for word in re.findall(r"[^\W\d_][\w’'-]*", text) if word.lower() not in SMALL]
    return bool(words) and text[0].isupper() and all(word[0].isupper() for word in words) and len(words) <= 10


def is_capitals(text: str) -> bool:
    """At least two letters, and all of them capitals."""
    letters = [letter for letter in text if letter.isalpha()]
    return (
        len(letters) > 1
        and all(letter.isupper() or not letter.islower() for letter in letters)
        and letters[0].isupper()
    )


def key(text: str) -> str:
    """A title without case, accents, punctuation and marks, to compare by."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(sign for sign in folded if not unicodedata.combining(sign))))
