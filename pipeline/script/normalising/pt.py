"""Portuguese: its own context rules and the shapes common to all languages.

Plain ``pt`` and ``pt-BR`` speak as in Brazil (dezesseis, bilhão, primeiro de maio), ``pt-PT`` and others as in
Portugal.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.normalising import romance, romance_romans
from pipeline.script.normalising.abbreviations import NAME, Case, abbreviations
from pipeline.script.normalising.pt_words import cardinal, ordinal
from pipeline.script.normalising.pt_words import words as portuguese
from pipeline.script.normalising.rules import Rule
from pipeline.script.normalising.words import Words

MALE_NAMES = romance.listed("""
Adriano Afonso Affonso Alberto Alexandre Amadeu Antíoco Balduíno Benedito Bento Bonifácio Calisto Carlos Casimiro
Celestino Ciro Clemente Constantino Dario Dinis Diniz Duarte Eduardo Ernesto Estêvão Eugênio Eugénio Felipe Fernando
Filipe Filippe Fillippe Francisco Frederico Garcia Gregório Gregorio Guilherme Gustavo Henrique Humberto Inocêncio
Innocencio Ivan Jaime Jayme João Jorge José Júlio Julio Ladislau Leão Leopoldo Luís Luiz Manuel Manoel Maomé Martinho
Maximiliano Miguel Napoleão Nicolau Otão Paulo Pedro Pio Ramiro Ramsés Ricardo Roberto Rodolfo Sancho Sebastião
Segismundo Sisto Sixto Teodósio Urbano Vítor Victor Xerxes
""")
FEMALE_NAMES = romance.listed(
    "Ana Catarina Cleópatra Cristina Elisabeth Isabel Elizabeth Joana Leonor Luísa Margarida Maria Marianna Vitória"
)
FEMALE_UNLIKE = frozenset(
    romance.listed(
        "Inês Ignez Ignês Isabel Izabel Leonor Beatriz Brites Guiomar Carmo Carmen Mercês Mercedes Raquel"
        " Rachel Ester Esther Ruth Dulce"
        " Alice Matilde Mathilde Conceição Encarnação Assunção Consolação Irene Judite Judith Luz Dores"
        " Rosário Pilar Violante"
        " Henriqueta Aldonça Constança Genoveva Felicidade Piedade Soledade Natividade Trindade Caridade"
        " Clotilde Cacilde"
        " Adelaide Berengária Nazaré Cleonice Eunice Elisabete Isabel Mécia Mor Tareja Quitéria Iracema"
    )
)
FEMININE = re.compile(
    r"(?:as?|ções|ção|dades?|gens?|sões|tudes?|ices?)$|^(?:vezes|mulheres|noites|tardes|partes|vozes|luzes"
    r"|flores|mãos"
    r"|cruzes|nozes|leis|naus|colheres|paredes|pontes|árvores|classes|frases|torres|fontes|chaves|neves|nuvens|ordens"
    r"|virgens|mães|irmãs|maçãs|manhãs|lãs|romãs|gentes|redes|sedes|bases|razões|estações|aves|mortes"
    r"|artes|crises|teses)$"
)
MASCULINE = re.compile(
    r"^(?:dia|mapa|planeta|poema|problema|programa|sistema|tema|idioma|clima|drama|cometa|poeta|artista"
    r"|turista|atleta"
    r"|jornalista|futebolista|monarca|patriarca|grama|quilograma|miligrama|panorama|telegrama|fantasma|enigma|guarda"
    r"|camarada|personagen|homen|jovem|guia|recruta)s?$|^(?:homens|jovens|armazéns|itens|personagens|trens"
    r"|bens|parabéns)$"
)
NO_NOUN = frozenset(
    romance.listed(
        "de do da dos das e ou a o as os ao aos à às em no na nos nas que com por para pelo pela pelos"
        " pelas sem sob sobre "
        "se um uma mas mais menos foi foram é são era eram ainda apenas já mil desta deste dessa destas nesta cada"
    )
)
YEARS = frozenset(romance.listed("em de desde até ano anno por e do a"))


def gender(before: str, noun: str) -> str:
    """``f`` where a feminine noun is counted, after its ending or the article before the number."""
    if before in {"o", "do", "ao", "no", "dia"}:
        return ""  # a date: no dia 2 muitas pessoas
    if noun and noun.islower() and noun not in NO_NOUN and len(noun) > 2:
        if MASCULINE.search(noun):
            return ""
        if FEMININE.search(noun):
            return "f"
        return ""
    return "f" if before in {"as", "às", "umas", "estas", "essas", "aquelas"} else ""


def romans(brazil: bool) -> romance_romans.Romans:
    """Where Portuguese writes numerals: ordinals up to the tenth after names and centuries, then cardinals."""

    def count(number: int, gender: str = "") -> str:
        return cardinal(number, "", brazil)

    def until_tenth(number: int, gender: str) -> str:
        return ordinal(number, gender) if number <= 10 else count(number)

    return romance_romans.Romans(
        chapters=r"an+o(?: de)?|cap[íi]tulos?|cap|caps|livros?|tomos?|partes?|vol(?:umes?)?|cantos?|cant"
        r"|t[íi]tulos?|secções|sec[çc]ão"
        r"|seções|seção|lição|apêndices?|anexos?|artigos?|art|cartas|páginas?|págs?|(?-i:pp?)|n[úu]meros?"
        r"|figuras?|fig|tipos?|fases?"
        r"|série|salmos?|soneto|episódio|estrofe|incisos?|quadros?|grupo|jornada",
        scenes={"ato": "m", "acto": "m", "cena": "f", "scena": "f"},
        centuries=r"s[ée]culos?|s[ée]c|s[ée]cs",
        century=until_tenth,
        names={**dict.fromkeys(MALE_NAMES, "m"), **dict.fromkeys(FEMALE_NAMES, "f")},
        titles="[Rr]ei|[Rr]ainha|[Pp]apa|[Ii]mperador|[Ii]mperatriz|[Cc]zar|[Ss]ultão|[Dd]uque|[Cc]onde"
        "|[Pp]ríncipe|[Dd]om|D\\.",
        regnal=until_tenth,
        articles={
            **dict.fromkeys(["o", "do", "no", "ao", "pelo"], "m"),
            **dict.fromkeys(["a", "da", "na", "à", "pela"], "f"),
        },
        joint=r"(?:,? (?:e|ou|a|ao|até) (?:o )?|, | ?[-–—/] ?)",
        ordinal=ordinal,
        cardinal=count,
    )


ORDINAL_MARKS = {
    **dict.fromkeys([".º", "º", ".°", "°", ".ᵒ", "ᵒ", ".o", " º"], "m"),
    **dict.fromkeys([".ª", "ª", ".ᵃ", "ᵃ", ".a", " ª"], "f"),
}
_SAINTS_V = (
    "Amaro|Antão|Ant[óôo]nio|António|Agostinho|Inácio|Ignacio|Ildefonso|Isidro|Onofre|Ovídio|André|Estêvão|Elói"
)
_SAINTS_F = (
    "Ana|Anna|Bárbara|Catarina|Catharina|Cecília|Clara|Cruz|Helena|Inês|Isabel|Luzia|Maria|Marta"
    "|Martha|Rita|Teresa|Thereza|Úrsula"
)
_SAINTS = (
    "Bento|Bernardo|Br[áa]s|Braz|Caetano|Carlos|Cristóvão|Domingos|Felipe|Filipe|Francisco|Gabriel"
    "|Gonçalo|Gregório|Jerónimo"
    "|Jerônimo|Jo[ãa]o|Jorge|Jos[ée]|Lázaro|Lourenço|Lucas|Luís|Luiz|Mamede|Marcos|Martinho|Mateus"
    "|Matheus|Miguel|Nicolau|Paulo"
    "|Pedro|Rafael|Raphael|Roque|Salvador|Sebastião|Silvestre|Tiago|Thiago|Tomás|Thomaz|Vicente"
)
BEFORE_DOM = (
    r"(?:^|[^\w\s.]\s?|[.!?…]\s|\b[a-záàâãéêíóôõúç]+\s|\b(?:E|O|A|À|Ao|As|Os|De|Da|Do|Com|Em|No|Na"
    r"|Senhora?|Mas|Para|Por|Que"
    r"|Como|Quando|Segundo|Se|Então|Era|Infant[ea]|Rei|Rainha|El-Rei|Príncipe|Princesa|Praça|Rua|Largo"
    r"|Avenida|Ponte|Teatro"
    r"|Conde|Duque|Bispo|Arcebispo|Frei|Imperador|Imperatriz|Quinta|Hotel|Colégio|Parque|Palácio)\.?\s)"
    r"|\b[A-ZÁÉÍÓÚ][a-záâãçéêíóôõú]*(?:ou|eu|iu|isse|ava|ia|avam|iam|aram|eram|ez|oi|eio|uiz|iz|em)\s"
)
"""What may stand before D. for dom and dona: after any other capital it is an initial (Franklin D. Roosevelt)."""
ABBREVIATIONS: dict[str, Case | tuple[Case, ...]] = {
    **{
        title: Case(said)
        for title, said in {
            "Sr": "senhor", "sr": "senhor", "Sra": "senhora", "sra": "senhora", "Srs": "senhores", "srs": "senhores",
            "Sras": "senhoras", "Srta": "senhorita", "srta": "senhorita", "Snr": "senhor", "snr": "senhor",
            "Snra": "senhora", "snra": "senhora", "Dr": "doutor", "dr": "doutor", "Dra": "doutora", "dra": "doutora",
            "Drs": "doutores", "Exmo": "excelentíssimo", "Exma": "excelentíssima", "Ex.mo": "excelentíssimo",
            "Ex.ma": "excelentíssima", "Ilmo": "ilustríssimo", "Ilma": "ilustríssima", "Il.mo": "ilustríssimo",
            "p. ex": "por exemplo", "P. ex": "Por exemplo", "S. M": "Sua Majestade", "SS. MM": "Suas Majestades",
            "V. M": "Vossa Majestade", "V. Exa": "vossa excelência", "V. Exas": "vossas excelências",
            "S. Exa": "sua excelência", "V. Ex": "vossa excelência", "S. Ex": "sua excelência",
            "V. Sa": "vossa senhoria",
            "S. A. R": "Sua Alteza Real", "V. A": "Vossa Alteza", "V. Rev": "vossa reverência", "Cia": "companhia",
            "Mons": "monsenhor", "Mr": "míster", "Mrs": "místress", "Mme": "madame", "Mlle": "mademoiselle",
        }.items()
    },
    **{
        title: Case(said, NAME)
        for title, said in {
            "Prof": "professor", "prof": "professor", "Profa": "professora", "Eng": "engenheiro", "eng": "engenheiro",
            "Fr": "frei", "fr": "frei", "Pe": "padre", "Av": "avenida", "av": "avenida", "Gen": "general",
            "Cel": "coronel", "Cap": "capitão", "Ten": "tenente", "Dep": "deputado", "Sto": "santo", "Sta": "santa",
            "Arq": "arquiteto", "Des": "desembargador", "Min": "ministro", "Rev": "reverendo",
        }.items()
    },
    **{
        word: Case(said, romance.FIGURE)
        for word, said in {
            "pág": "página", "págs": "páginas", "Pág": "Página", "pag": "página", "p": "página", "pp": "páginas",
            "num": "número", "art": "artigo", "Art": "Artigo", "arts": "artigos", "cap": "capítulo",
            "caps": "capítulos",
            "vol": "volume", "vols": "volumes", "Vol": "Volume", "fig": "figura", "Fig": "Figura", "séc": "século",
            "sec": "século", "Séc": "Século", "sécs": "séculos", "tel": "telefone", "Tel": "Telefone", "fl": "folha",
            "fls": "folhas", "cant": "canto", "Cant": "Canto", "est": "estrofe", "st": "estrofe", "liv": "livro",
        }.items()
    },
    **{
        word: Case(said, ends=True)
        for word, said in {
            "etc": "etcétera", "a. C": "antes de Cristo", "d. C": "depois de Cristo", "E. U. A": "Estados Unidos",
            "Ltda": "limitada", "S. S": "Sua Santidade",
        }.items()
    },
    "D": (
        Case("dona", rf"\s(?:{'|'.join(sorted(FEMALE_UNLIKE))}|(?!Garcia|Gama|Sousa|Souza|Costa"
            rf"|Silva)[A-ZÁÉÍÓÚÂÊÔ][\w’']*[aã])(?!\w)", BEFORE_DOM),
        Case("dom", rf"{NAME}[\w’']{{2}}(?!\.)", BEFORE_DOM),
    ),
    "S": (
        Case("santa", rf"\s(?:{_SAINTS_F})(?!\w)"), Case("santo", rf"\s(?:{_SAINTS_V})(?!\w)"),
        Case("são", rf"\s(?:{_SAINTS})(?!\w)"),
    ),
}  # fmt: skip
PLAIN = {
    "Sr.ª": "senhora", "sr.ª": "senhora", "Sr.as": "senhoras", "Srª": "senhora", "srª": "senhora", "Snr.ª": "senhora",
    "snr.ª": "senhora", "Dr.ª": "doutora", "dr.ª": "doutora", "Drª": "doutora", "Prof.ª": "professora",
    "Profª": "professora", "V. Ex.ª": "vossa excelência", "V. Exª": "vossa excelência", "V. ex.ª": "vossa excelência",
    "V. Ex.ªs": "vossas excelências", "V. Ex.as": "vossas excelências", "V. Ex.a": "vossa excelência",
    "S. Ex.ª": "sua excelência", "S. Exª": "sua excelência", "S. Ex.a": "sua excelência", "s. ex.ª": "sua excelência",
    "v. ex.ª": "vossa excelência", "V. S.ª": "vossa senhoria", "V. Sª": "vossa senhoria", "V. S.a": "vossa senhoria",
    "V. Rev.ma": "vossa reverendíssima", "V. Ex.^a": "vossa excelência", "s. ex.^a": "sua excelência",
    "v. ex.^a": "vossa excelência", "S. Ex.^a": "sua excelência", "sr.^a": "senhora", "snr.^a": "senhora",
    "Sr.^a": "senhora", "D.ª": "dona", "M.ª": "Maria", "Ex.mo": "excelentíssimo", "Ex.^mo": "excelentíssimo",
    "Ex.ma": "excelentíssima", "Ex.^ma": "excelentíssima", "Ill.mo": "ilustríssimo", "Ill.^mo": "ilustríssimo",
    "Il.mo": "ilustríssimo", "P.e": "padre", "M.me": "madame", "M.lle": "mademoiselle", "Pe.": "padre",
    "Rev.mo": "reverendíssimo", "EUA": "Estados Unidos",
    "Cª": "companhia", "C.ª": "companhia",
}  # fmt: skip
NUMBERED = {
    "n.º": "número", "nº": "número", "N.º": "Número", "Nº": "Número", "n.°": "número", "n°": "número", "N°": "Número",
    "n.o": "número", "n º": "número", "n °": "número", "N º": "Número", "n.os": "números", "nºs": "números",
}  # fmt: skip
INITIALISMS = romance.listed("DNA ADN RNA ARN ONG UE EU CPI IBGE INSS IPTU IPVA BR USP UTI PIB FHC")
_PHONES = (
    r"(?<![\w.,+-])\(\d{2,3}\) ?9?\d{4}[- ]?\d{4}(?![\w-])",
    r"(?<![\w.,+-])(?:9\d{4}|\d{3})-\d{4}(?![\w-])",
    r"(?<![\w.,+-])(?!1\d|20)\d{4}-\d{4}(?![\w-])",
)


def _brazil(tag: str) -> bool:
    region = tag.lower().partition("-")[2]
    return region in {"", "br"}


def language(tag: str) -> Words:
    """The words of ``tag``, a BCP 47 tag."""
    return portuguese(_brazil(tag))


@lru_cache(maxsize=8)
def rules(tag: str) -> tuple[Rule, ...]:
    """Every rule in the order in which it is tried."""
    words = language(tag)
    first = "primeiro" if _brazil(tag) else "um"
    return (
        *romance_romans.romans(romans(_brazil(tag))),
        romance.written(NUMBERED, r"(?=\s?(?:\d|[IVXLC]+(?!\w)))"),
        *_reis(words),
        romance.ordinals(words, ORDINAL_MARKS),
        *abbreviations(ABBREVIATIONS),
        romance.written(PLAIN, r"(?![\w])"),
        romance.days_of_month(words, " e "),
        *romance.first_of_month(words, first, "(?:de |d[’'])?", " de"),
        romance.apostrophe_years(words, r"(?<=anos )|(?<=de )|(?<=em )"),
        *romance.hours(
            words, r"às?|das|pelas|até as|entre as|de|e as|as", "(?!)", "[hH]", dotted=r"h(?:s|rs)?\.?|horas"
        ),
        *romance.phones(words, _PHONES, pairs=False),
        *romance.halves(words, {"m": "meio", "f": "meia"}, " de "),
        romance.point_decimals(words, "ponto"),
        *romance.usual(words, romance.agreeing(words, gender, YEARS), NO_NOUN),
        *romance.capitals(INITIALISMS),
    )


def _reis(words: Words) -> tuple[Rule, ...]:
    """Old sums and old thousands: 12$500, 1:620$829, 30:000 homens."""

    def reis(match: re.Match[str]) -> str:
        said = words.cardinal(int(re.sub(r"\D", "", match["sum"])), "")
        return said if match["unit"] else f"{said} réis"

    def thousands(match: re.Match[str]) -> str:
        return words.cardinal(
            int(match[0].replace(":", "")),
            gender(
                "",
                match.string[match.end() :].split(" ")[1:2][0] if match.string[match.end() :].startswith(" ") else "",
            ),
        )

    return (
        Rule(
            "money",
            re.compile(
                r"(?<![\w.,$])(?P<it>(?P<sum>\d{1,3}(?:[:.]\d{3})*\$\d{3}))(?!\w"
                r"|[.,:]\d)(?P<unit>\s+(?:r[ée]is|libras))?"
            ),
            reis,
        ),
        Rule("number", re.compile(r"(?<![\w.,:$])[1-9]\d{0,2}(?::\d{3})+(?![\w:$]|[.,]\d)"), thousands),
    )


@lru_cache(maxsize=8)
def heading_rules(tag: str) -> tuple[Rule, ...]:
    """Rules that go before `rules` in a heading."""
    brazil = _brazil(tag)
    return (
        romance_romans.chapter_numeral(lambda number, gender: cardinal(number, "", brazil)),
        *romance_romans.romans(romans(brazil)),
        *romance.capitals(INITIALISMS, heading=True),
    )
