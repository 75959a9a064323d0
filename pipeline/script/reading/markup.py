"""XML, XHTML and HTML to trees, with suspicion: no entity is expanded that could grow, nothing outside is fetched."""

from __future__ import annotations

import codecs
import html
import re

from lxml import etree

from pipeline.errors import Place
from pipeline.script.reading.archives import refusal
from pipeline.script.reading.encodings import guess_encoding

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
META = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]*(?:\[(?P<subset>.*?)\]\s*)?>", re.IGNORECASE | re.DOTALL)
DOCTYPE_WITHIN = 4096  # characters; comments may stand before it
ENTITY = re.compile(r"<!ENTITY\s+(?P<name>[\w.:-]+)\s+(?P<quote>[\"'])(?P<value>.*?)(?P=quote)\s*>", re.DOTALL)
ANY_ENTITY = re.compile(r"<!ENTITY\b")
REFERENCE = re.compile(r"&([A-Za-z][\w.:-]*);")
LONGEST_ENTITY = 200  # characters, ours: an entity stands for a letter or a name
MAX_GROWTH = 1 << 20  # characters that a file's own entities may add
OWN_TO_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
EMPTY_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?)/>")
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f]")
XHTML_ENCODING_GUESS = "windows-1252"


def decode(content: bytes) -> str:
    """Text of an HTML or XML file by its byte order mark, its own word, or else by the look of it."""
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    declared = DECLARED.match(content) or META.search(content, 0, 4096)
    if declared is not None:
        name = declared[1].decode("ascii")
        if name.lower() in ("iso-8859-1", "latin1", "ascii", "us-ascii"):
            name = XHTML_ENCODING_GUESS  # as browsers do: WHATWG Encoding 4.2
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(content)


def _guess(content: bytes) -> str:
    guess = guess_encoding(content)
    return content.decode(XHTML_ENCODING_GUESS if guess.rival else guess.encoding or XHTML_ENCODING_GUESS, "replace")


def parse_xml(content: bytes, where: Place) -> etree._Element:
    """The root of an XML file that a program wrote (package, navigation, Word's parts).

    Raises:
        ProblemsError: it is no well-formed XML, or declares entities that could grow or lead outside.
    """
    text = _plain(decode(content), where)
    try:
        return etree.fromstring(text.encode(), _xml_parser())
    except etree.XMLSyntaxError as error:
        line = error.lineno or None
        raise refusal(
            Place(where.file, line), f"the file is not well-formed XML: {error.msg}", "export the book anew"
        ) from None


def parse_xhtml(content: bytes, where: Place) -> tuple[etree._Element | None, str]:
    """The root of a book's page, and what is wrong with it where it is no well-formed XML.

    A broken page is read as browsers read HTML, which loses no text; None for a page with nothing in it.

    Raises:
        ProblemsError: it declares entities that could grow or lead outside.
    """
    text = _plain(decode(content), where)
    try:
        return etree.fromstring(text.encode(), _xml_parser()), ""
    except etree.XMLSyntaxError as error:
        root = _html_root(EMPTY_ELEMENT.sub(_opened, text), where)
        return root, f"the page is not well-formed and was read as a browser would: {error.msg}"


def parse_html(content: bytes, where: Place) -> etree._Element | None:
    """The root of a web page; None for a page with nothing in it.

    Raises:
        ProblemsError: its elements are nested too deep.
    """
    text = decode(content)
    return _html_root(DECLARATION.sub("", text.replace("\r\n", "\n")), where)


def _html_root(text: str, where: Place) -> etree._Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, recover=True, remove_pis=True, remove_comments=True, huge_tree=True
    )
    try:
        root: etree._Element | None = etree.fromstring(CONTROL.sub(" ", text).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing but white space
        return None
    for error in parser.error_log.filter_from_fatals():  # the parser gave up, and what follows is lost
        if error.type_name == "ERR_RESOURCE_LIMIT":
            raise refusal(
                Place(where.file, error.line), f"the page cannot be read: {error.message}", "export it anew"
            )
    return root


def _xml_parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_pis=True,
        remove_comments=True,
    )


def _opened(match: re.Match[str]) -> str:
    """``<a id="x"/>`` is two tags to an HTML parser."""
    tag = match[1]
    return match[0] if tag.lower() in VOID else f"<{tag}{match[2]}></{tag}>"


def _plain(text: str, where: Place) -> str:
    """The text without declarations, entities replaced by their characters, line for line."""
    text = DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), text.replace("\r\n", "\n"))
    entities: dict[str, str] = {}
    doctype = DOCTYPE.search(text, 0, DOCTYPE_WITHIN) or (DOCTYPE.search(text) if "<!DOCTYPE" in text else None)
    if doctype is not None:
        entities = _entities(doctype["subset"] or "", where)
        text = text[: doctype.start()] + "\n" * doctype[0].count("\n") + text[doctype.end() :]
    if ANY_ENTITY.search(text):
        raise _entity_bomb(where, "declares entities in an odd place")
    if "&" not in text:
        return text
    if sum(text.count(f"&{name};") * len(value) for name, value in entities.items()) > MAX_GROWTH:
        raise _entity_bomb(where, "grows by its own entities beyond measure")
    return REFERENCE.sub(lambda match: _character(match, entities), text)


def _entities(subset: str, where: Place) -> dict[str, str]:
    """Entities that the file itself declares, if each is only some characters."""
    known = {match["name"]: html.unescape(match["value"]) for match in ENTITY.finditer(subset)}
    if len(ANY_ENTITY.findall(subset)) != len(ENTITY.findall(subset)):
        raise _entity_bomb(where, "declares an entity that stands outside of the file")
    for match in ENTITY.finditer(subset):
        if len(match["value"]) > LONGEST_ENTITY or any(name in known for name in REFERENCE.findall(match["value"])):
            raise _entity_bomb(where, f"declares the entity '{match['name']}', which could grow without end")
    return known


def _entity_bomb(where: Place, what: str) -> Exception:
    return refusal(where, f"the file {what}", "get the file from where you trust it, or export it anew")


def _character(match: re.Match[str], entities: dict[str, str]) -> str:
    name = match[1]
    if name in OWN_TO_XML:
        return match[0]
    if name in entities:
        return entities[name].replace("&", "&amp;").replace("<", "&lt;")
    letter = html.unescape(match[0])
    return letter if letter != match[0] else f"&amp;{name};"  # unknown: shown as it is written
