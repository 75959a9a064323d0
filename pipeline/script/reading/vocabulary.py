"""Words by which documents tell what a part of them is: structural semantics, classes, file names and headings."""

from __future__ import annotations

import re

EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"

SEMANTICS = {
    "cover": "cover", "titlepage": "titlepage", "halftitlepage": "titlepage", "halftitle": "titlepage",
    "title-page": "titlepage", "fulltitle": "titlepage", "copyright-page": "copyright", "imprint": "copyright",
    "imprimatur": "copyright", "dedication": "dedication", "epigraph": "epigraph", "toc": "contents",
    "toc-brief": "contents", "landmarks": "contents", "loi": "contents", "lot": "contents", "loa": "contents",
    "lov": "contents", "page-list": "contents", "pagelist": "contents", "foreword": "foreword", "preface": "preface",
    "introduction": "introduction", "prologue": "prologue", "epilogue": "epilogue", "afterword": "afterword",
    "acknowledgments": "acknowledgments", "acknowledgements": "acknowledgments", "other-credits": "acknowledgments",
    "contributors": "acknowledgments", "credits": "acknowledgments", "credit": "acknowledgments",
    "appendix": "appendix", "glossary": "glossary", "bibliography": "bibliography", "index": "index",
    "endnotes": "notes", "rearnotes": "notes", "footnotes": "notes", "notes": "notes", "colophon": "colophon",
    "seriespage": "advertisement", "other-books": "advertisement",
}  # fmt: skip
"""EPUB Structural Semantics Vocabulary 1.1, DPUB-ARIA 1.1 (there after ``doc-``), EPUB 2's guide (OPF 2.0.1, 2.6)."""

BODY = frozenset({"chapter", "part", "volume", "bodymatter", "text", "start", "conclusion", "division"})
NOTE_BODIES = frozenset({"footnote", "endnote", "rearnote"})
NOTE_REFERENCES = frozenset({"noteref", "annoref"})
PAGE_BREAKS = frozenset({"pagebreak"})
BACK_LINKS = frozenset({"backlink", "referrer"})
POETRY = frozenset({"z3998:poem", "z3998:verse", "z3998:song", "z3998:hymn", "z3998:lyrics"})

_FILES = {
    "cover": "cover cvi cvr coverpage",
    "titlepage": "titlepage titlepg title halftitle halftitlepage htp tp",
    "copyright": "copyright cop copyrightpage crt imprint legal rights impressum",
    "dedication": "dedication ded widmung dedicatoria",
    "epigraph": "epigraph",
    "contents": "toc contents tableofcontents nav loi lof inhalt",
    "foreword": "foreword fwd vorwort",
    "preface": "preface",
    "introduction": "introduction",
    "prologue": "prologue prolog",
    "epilogue": "epilogue epilog",
    "afterword": "afterword nachwort",
    "acknowledgments": "acknowledgments acknowledgements acknowledgment ack danksagung",
    "appendix": "appendix anhang",
    "glossary": "glossary",
    "bibliography": "bibliography",
    "notes": "notes endnotes footnotes rearnotes",
    "colophon": "colophon uncopyright",
    "advertisement": "adcard adc alsoby ad ads advert advertisement backads newsletter",
}
FILES = {word: section for section, words in _FILES.items() for word in words.split()}
"""``index`` is missing on purpose: many books call every file so."""
BODY_FILE = re.compile(r"chap|part|kapitel|capitulo|capitolo|chapitre")

_HEADINGS = {
    "contents": "contents|table of contents|list of (?:illustrations|figures|tables|maps|plates)|illustrations|"
    "inhalt|inhaltsverzeichnis|inhaltsübersicht|abbildungsverzeichnis|índice|índice general|contenido|tabla de "
    "contenidos?|sommaire|table des matières|table des illustrations|indice|sommario|sumário|conteúdo|inhoud",
    "copyright": "copyright(?: (?:page|notice|information))?|imprint|impressum|uncopyright|créditos|mentions légales",
    "titlepage": "title ?page|half ?title(?: page)?|titelseite|page de titre|portada|frontespizio",
    "cover": "cover|cover ?page|front cover|back cover|umschlag|couverture|cubierta|copertina|capa",
    "dedication": "dedication|widmung|dédicace|dedicatoria|dedica|dedicatória",
    "epigraph": "epigraph|epigraphs|motto|épigraphe|epígrafe|epigrafe",
    "foreword": "foreword|geleitwort|avant-propos|prefacio a la .*",
    "preface": "preface|the preface|author['’]s preface|preface to .*|vorwort|vorrede|préface|prefacio|prefazione|"
    "prefácio",
    "introduction": "introduction|introductory|einleitung|einführung|introducción|introduzione|introdução",
    "prologue": "prologue|prolog|prólogo|prologo",
    "epilogue": "epilogue|epilog|épilogue|epílogo|epilogo",
    "afterword": "afterword|postscript|nachwort|postface|postfacio|posfacio|postfazione|posfácio|about the authors?|"
    "über d(?:en autor|ie autorin)|à propos de l['’]auteure?|sobre (?:el autor|la autora|o autor|a autora)|"
    "l['’]autore|l['’]autrice",
    "acknowledgments": "acknowledge?ments?|danksagung|danke?|remerciements|agradecimientos|ringraziamenti|"
    "agradecimentos",
    "appendix": "appendix|appendices|appendix [a-z0-9]+\\b.*|anhang|annexes?|appendices?|apéndice|appendice|apêndice",
    "glossary": "glossary|glossar|glossaire|glosario|glossario|glossário",
    "bibliography": "bibliography|works cited|references|further reading|literaturverzeichnis|literatur|"
    "bibliographie|bibliografía|bibliografia",
    "index": "index|general index|register|stichwortverzeichnis|personenregister|índice alfabético|índice "
    "onomástico|indice analitico|índice remissivo",
    "notes": "notes|footnotes|endnotes|notes? de bas de page|anmerkungen|fußnoten|endnoten|notas|note|notas al pie|"
    "note al testo|notas de rodapé",
    "colophon": "colophon|kolophon|colofón|colofon|a note on the type|transcriber['’]s notes?|"
    "anmerkungen zur transkription|note sur la transcription|notes? (?:du|de) transcripteur|nota del transcriptor",
    "advertisement": "(?:also |other books |more )by .+|also available(?: from.*)?|books by .+|"
    "(?:weitere|andere) (?:bücher|werke|titel) .+|du même auteur|de la même auteure?|del mismo autor|"
    "dello stesso autore|do mesmo autor|advertisements?|advertisement",
    "boilerplate": "(?:the )?full project gutenberg(?:™|\\(tm\\)|-tm)? licen[sc]e|project gutenberg.*licen[sc]e",
}  # fmt: skip
_HEADING = re.compile("|".join(f"(?P<{section}>{words})" for section, words in _HEADINGS.items()), re.IGNORECASE)
_TITLED = re.compile(
    r"(?P<introduction>introduction|einleitung|introducción|introduzione|introdução)|(?P<prologue>prolog(?:ue)?|"
    r"prólogo|prologo)|(?P<epilogue>epilog(?:ue)?|épilogue|epílogo|epilogo)|(?P<preface>preface|vorwort|préface)|"
    r"(?P<foreword>foreword)|(?P<afterword>afterword|nachwort)|(?P<appendix>appendix|anhang)",
    re.IGNORECASE,
)
_AFTER_TITLE = re.compile(r"\s*(?:[:—–]|\.\s)")
TRIM = " .:*—–-[]()"

PART = re.compile(
    r"(?:part|book|volume|vol\.|act|section|teil|buch|band|akt|partie|livre|tome|acte|libro|parte|tomo|acto|atto|"
    r"livro|volumen|deel|boek)\b(?:\s+(?:the\s+)?\w+|$)|"
    r"(?:\w+)\s+(?:part|book|teil|buch|partie|livre|libro|parte|livro)(?:$|[.:])",
    re.IGNORECASE,
)
CHAPTER = re.compile(
    r"(?:chapter|kapitel|chapitre|cap[íi]tulo|capitolo|hoofdstuk|letter|brief|lettre|canto|stave|scene)\b|"
    r"(?:\d{1,3}|[IVXLC]{1,7})(?:[.:)]?$|[.:)]\s|\s*[—–-]\s)",
    re.IGNORECASE,
)

CHAPTER_LINE = re.compile(
    r"(?:chapter|kapitel|chapitre|cap[íi]tulo|capitolo|hoofdstuk)\s+(?:\d{1,3}|[ivxlc]{1,7}|\w+(?:-\w+)?)"
    r"(?:[.:]?|[.:]?\s*[—–-]\s*\S.*|[.:]\s+\S.*)",
    re.IGNORECASE,
)
"""A paragraph that is the heading of a chapter though no markup says so."""
BY_LINE = re.compile(r"(?:written |edited |translated )?(?:by|von|par|por|di|da|door)\s+\w.*", re.IGNORECASE)

SCENE_BREAK = re.compile(
    r"(?:scene|section|thought|context|time|space|text)[-_]?break|\b(?:ornament|asterism|dinkus|fleuron|separator|tb)\b",
    re.IGNORECASE,
)
VERSE = re.compile(
    r"(?:^|[\s_-])(?:poem|poetry|verses?|stanza|strophe|linegroup|lg|lyrics|song|canto|gedicht|poème)(?:[\s_-]|$)",
    re.IGNORECASE,
)
PAGE_NUMBER_CLASS = re.compile(r"page[-_]?(?:num|no\b|break|\d)|\bpagina\b|\bfolio\b|\bpb\b", re.IGNORECASE)
PAGE_NUMBER = re.compile(r"\W*(?:(?:pg|page|p|seite|s)\b\.?\s*)?(?:\d{1,4}|[ivxlc]+)\W*", re.IGNORECASE)
ORNAMENT = re.compile(r"[\s*⁂•·∙●○◦◆◇■□▪◊~∼〜#+=_\-–—―.…×✻✽✢✣✤✥✦✧✩✪✫✬✭✮✯✰★☆❀❁❂❃❄❅❆❇❈❉❊❋❦❧☙⸙⁕⁎※§¤†‡|/\\<>^°º]+")
PICTURE_FILE = re.compile(
    r"\S+\.(?:jpe?g|png|gif|svg|webp|tiff?|bmp)(?:\s*\(\d+\s*[KM]B?\))?|(?:image|img|picture|figure|fig|photo|bild|illustration|logo)?"
    r"[\s_.-]*\d*|\S*[/\\_]\S*|untitled|null|decoration|ornament|\*+",
    re.IGNORECASE,
)

GUTENBERG_START = re.compile(
    r"\*\*\*\s*START OF (?:TH(?:E|IS) )?PROJECT GUTENBERG|\*\s?END\*?\s?THE SMALL PRINT|\*END THE SMALL PRINT",
    re.IGNORECASE,
)
GUTENBERG_END = re.compile(
    r"\*\*\*\s*END OF (?:TH(?:E|IS) )?PROJECT GUTENBERG|^End of (?:the |this )?Project Gutenberg(?:['’]s|\s+EBook)"
)
GUTENBERG_CREDIT = re.compile(
    r"(?:Produced|Transcribed|E-?text prepared|This e-?book was produced) by\b", re.IGNORECASE
)
GUTENBERG_IDS = frozenset({"pg-header", "pg-footer", "pg-machine-header", "pg-start-separator", "pg-end-separator"})
RIGHTS = re.compile(r"all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos|\bISBN\b|©")


def section_of_semantics(words: str) -> str | None:
    """The section that ``epub:type`` or ``role`` names; ``body`` for the text itself, None for no word of it."""
    found = None
    for word in words.lower().split():
        name = word.removeprefix("doc-")
        if name in SEMANTICS:
            return SEMANTICS[name]
        if name in BODY:
            found = "body"
    return found


def section_of_heading(heading: str) -> str | None:
    """The section that a heading or a title in the table of contents names; None for any other heading."""
    words = " ".join(heading.split()).strip(TRIM)
    match = _HEADING.fullmatch(words)
    if match is None and (match := _TITLED.match(words)) is not None and not _AFTER_TITLE.match(words, match.end()):
        match = None
    return match.lastgroup if match is not None else None


def section_of_file(name: str) -> str | None:
    """The section that a file's name tells, ``OEBPS/05_Dedication.xhtml``."""
    stem = name.rpartition("/")[2].rpartition(".")[0].lower()
    if BODY_FILE.search(stem):
        return None
    return next((FILES[word] for word in re.split(r"[^a-z]+", stem) if word in FILES), None)
