"""What an element looks like: questions about it alone, without the text around it."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from pipeline.script.reading import vocabulary

SSML = "{http://www.w3.org/2001/10/synthesis}"
HEADINGS = {f"h{level}": level for level in range(1, 7)}

PARAGRAPHS_OF_A_CELL = 2  # ours: a table with so many in a cell only places them on the page
PROSE_CELL = 300  # characters


_locals: dict[str, str] = {}


def local(tag: str) -> str:
    """The tag without its namespace, in lower case."""
    name = _locals.get(tag)
    if name is None:
        name = _locals[tag] = tag.rpartition("}")[2].lower()
    return name


def tag_of(element: etree._Element) -> str:
    """The element's tag without its namespace; empty for a comment."""
    return local(element.tag) if isinstance(element.tag, str) else ""


def parent_tag(element: etree._Element) -> str:
    """The tag of what the element stands in."""
    parent = element.getparent()
    return tag_of(parent) if parent is not None else ""


def primary(language: str) -> str:
    """``en`` of ``en-GB`` and of ``en_GB``."""
    return language.replace("_", "-").partition("-")[0].lower()


def heading_level(element: etree._Element) -> int:
    """What ``aria-level`` says, 1 … 6."""
    level = element.get("aria-level") or ""
    return min(max(int(level), 1), 6) if level.isdecimal() else 2  # WAI-ARIA 1.2: the default of role=heading


def is_landmark(semantics: str) -> bool:
    """Whether roles say that this is no part of the text but of the site around it."""
    return not {"navigation", "banner", "contentinfo", "complementary", "search"}.isdisjoint(semantics.split())


def has_main(root: etree._Element) -> bool:
    """Whether the page says where its text is."""
    return any(tag_of(el) in ("main", "article") for el in root.iter())


def is_outside_main(element: etree._Element) -> bool:
    """Whether the element stands beside the page's text and holds neither it nor its title."""
    inside = any(tag_of(above) in ("main", "article") for above in element.iterancestors())
    return not inside and not any(tag_of(el) in ("main", "article", "h1") for el in element.iter())


def is_page_number(element: etree._Element) -> bool:
    """Whether its words are a page's number, ``[Pg 12]``."""
    words = "".join(element.itertext()).strip()
    return vocabulary.PAGE_NUMBER.fullmatch(words) is not None if words else False


def is_data(table: etree._Element) -> bool:
    """Whether it is a table and not only a way to place prose on the page."""
    if table.get("role") in ("presentation", "none"):
        return False
    widest = 0
    for element in table.iterdescendants():
        tag = tag_of(element)
        if tag == "table" or tag in HEADINGS or tag == "blockquote":
            return False
        if tag == "tr":
            widest = max(widest, sum(tag_of(cell) in ("td", "th") for cell in element))
        elif tag in ("td", "th"):
            if "persona" in (element.get(vocabulary.EPUB_TYPE) or element.get("epub:type") or ""):
                return False  # who speaks: a play, as Standard Ebooks sets it
            paragraphs = [el for el in element.iter() if tag_of(el) == "p"]
            length = sum(map(len, element.itertext()))
            if len(paragraphs) >= PARAGRAPHS_OF_A_CELL and length > PROSE_CELL:
                return False
    return widest > 1


def alphabet_of(element: etree._Element) -> str:
    """The alphabet in which pronunciations are written here (SSML in EPUB 3)."""
    for above in (element, *element.iterancestors()):
        if alphabet := above.get(f"{SSML}alphabet") or above.get("ssml:alphabet"):
            return str(alphabet)
    return "ipa"


def drawn(element: etree._Element, parts: Collection[str]) -> list[str]:
    """Of an SVG drawing the texts of some of its elements."""
    return ["".join(part.itertext()) for part in element.iter() if tag_of(part) in parts]
