"""Footnotes and endnotes found in a book's trees: what refers to a note, what is one, what only leads back.

A book says it by ``epub:type`` or ``role``, or only by two links that lead to each other. What is found is written
into the trees as attributes, where the walker reads it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from pipeline.script.reading import vocabulary
from pipeline.script.reading.looks import tag_of

REFERENCE = "chapterhouse-reference"  # value: the note's id
NOTE = "chapterhouse-note"  # value: its id
BACK = "chapterhouse-back"
LABEL = "chapterhouse-label"  # value: the sign by which the text refers to it

SIGN = re.compile(
    r"[\[(]?\s*(\d{1,4}[a-z]?|[*†‡§¶‖#]{1,4}|[a-z]|[ivxlc]{1,7}|[⁰¹²³⁴-⁹]{1,4})\s*[\])]?[.:]?", re.IGNORECASE
)
ARROW = re.compile(r"[\s\[(]*(?:[↩↑⤴⏎↵←⇑⬆^«<︎️]+|back|return|zurück|retour|volver|torna)[\s\])]*", re.IGNORECASE)
BETWEEN = re.compile(r"[\s,;.\[\]()–-]*")
PARAGRAPHS = frozenset(("p", "li", "dd", "td", "div", "aside", "section", "blockquote", "dt", "tr"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
WHOLE = re.compile(
    r"(?:foot|end|rear)?notes?(?:[-_ ]?(?:text|body|item|entry))?\d*|_idfootnote|fn\w?\d*|ftn\d+|edn\d+",
    re.IGNORECASE,
)
MANY = re.compile(r"notes(?:\d*|[-_ ].*)$", re.IGNORECASE)


@dataclass(slots=True)
class Page:
    """One file of the book.

    Attributes:
        name: its path in the book; empty for a document that is one file.
        root: its tree.
        anchors: id or name → element.
    """

    name: str
    root: etree._Element
    anchors: dict[str, etree._Element] = field(default_factory=dict)


@dataclass(slots=True)
class _Link:
    element: etree._Element
    target: etree._Element
    order: int


_Links = dict[etree._Element, _Link]


def resolve(page: str, address: str) -> tuple[str, str]:
    """File and fragment that a link in ``page`` leads to."""
    file, _, fragment = address.partition("#")
    file = unquote(file)
    return (posixpath.normpath(posixpath.join(posixpath.dirname(page), file)) if file else page), unquote(fragment)


def annotate(pages: list[Page]) -> None:
    """Mark references, notes and links back in the trees of a whole book."""
    links = _links(pages)
    notes = {note: None for page in pages for note in _marked(page.root)}
    count = 0
    taken: set[etree._Element] = set()
    for link in links.values():
        if link.element in taken:
            continue
        note = _marked_note(link, notes)
        if note is None:
            note = _unmarked_note(link, links)
        if note is None or _is_within(link.element, note):
            continue
        count = _name(note, count)
        _refer(link.element, note)
        for back in _links_in(note, links):
            if back.element is not link.element and _leads_back(back, link):
                back.element.set(BACK, "")
                taken.add(back.element)
    for note in notes:
        count = _name(note, count)
    for page in pages:
        _lead_back(page.root)
        _continue(page.root)


def label_of(note: etree._Element) -> str:
    """The sign of a note, without brackets; empty where it is not known."""
    return note.get(LABEL) or ""


def _links(pages: list[Page]) -> _Links:
    """Links within the book whose target exists, in order."""
    by_name: Mapping[str, Page] = {page.name: page for page in pages}
    for page in pages:
        for element in page.root.iter():
            if isinstance(element.tag, str) and element.attrib:
                for name in (element.get("id"), element.get("{http://www.w3.org/XML/1998/namespace}id")):
                    if name:
                        page.anchors.setdefault(name, element)
                if (name := element.get("name")) and tag_of(element) == "a":
                    page.anchors.setdefault(name, element)
    links: _Links = {}
    for page in pages:
        for element in page.root.iter("{*}a"):
            address = element.get("href") or ""
            if "#" not in address or "://" in address:
                continue
            file, fragment = resolve(page.name, address)
            where = by_name.get(file)
            if where is not None and (target := where.anchors.get(fragment)) is not None:
                links[element] = _Link(element, target, len(links))
    return links


def _semantics(element: etree._Element) -> list[str]:
    words = f"{element.get(vocabulary.EPUB_TYPE) or element.get('epub:type') or ''} {element.get('role') or ''}"
    return words.lower().replace("doc-", "").split()


def _marked(root: etree._Element) -> Iterator[etree._Element]:
    """Elements that say themselves that they are a note."""
    for element in root.iter():
        if not isinstance(element.tag, str) or not element.attrib:
            continue
        if not vocabulary.NOTE_BODIES.isdisjoint(_semantics(element)) and tag_of(element) != "a":
            yield element


def _marked_note(link: _Link, notes: Mapping[etree._Element, None]) -> etree._Element | None:
    """The note that a reference leads to where one of the two says what it is."""
    around = next((el for el in (link.target, *link.target.iterancestors()) if el in notes), None)
    if around is not None:
        return None if _is_back(link.element) or _is_within(link.element, around) else around
    if vocabulary.NOTE_REFERENCES.isdisjoint(_semantics(link.element)):
        return None
    return _block_of(link.target)


def _unmarked_note(link: _Link, links: _Links) -> etree._Element | None:
    """The note that a link leads to where only its looks and a link back tell: ``<sup><a href="#n1">1</a></sup>``."""
    sign = SIGN.fullmatch(_words(link.element))
    if sign is None or _is_back(link.element) or _stands_alone(link.element):
        return None
    note = _block_of(link.target)
    if note is None or _is_within(link.element, note) or tag_of(note) in HEADINGS or _in_heading(link.target):
        return None
    begins = _begins(note)
    if any(_leads_back(back, link) for back in _links_in(note, links)):
        is_first = not _begins_block(link.element) or _precedes(link, note, links)
        return note if is_first else None
    is_raised = _is_raised(link.element) or not sign[0][:1].isalnum()
    return note if is_raised and _starts_with(begins, sign[1]) else None


def _precedes(link: _Link, note: etree._Element, links: _Links) -> bool:
    """Of two links at the beginning of their blocks the first refers to the second."""
    return any(back.order > link.order for back in _links_in(note, links) if _leads_back(back, link))


def _links_in(note: etree._Element, links: _Links) -> list[_Link]:
    return [links[element] for element in note.iter("{*}a") if element in links]


def _leads_back(back: _Link, link: _Link) -> bool:
    """Whether ``back`` leads to ``link`` or to something close around it."""
    target = back.target
    if target is link.element or (
        _is_within(link.element, target) and tag_of(target) not in ("body", "html", "section")
    ):
        return True
    if _is_within(target, link.element):
        return True
    neighbours: tuple[etree._Element | None, ...] = (link.element.getprevious(), link.element.getnext())
    parent = link.element.getparent()
    if parent is not None and tag_of(parent) in ("sup", "span"):
        neighbours = (*neighbours, parent.getprevious())
    return any(target is near for near in neighbours)


def _is_back(element: etree._Element) -> bool:
    return not vocabulary.BACK_LINKS.isdisjoint(_semantics(element)) or ARROW.fullmatch(_words(element)) is not None


def _name(note: etree._Element, count: int) -> int:
    """Give a note an id that is its own in the whole book."""
    if note.get(NOTE) is None:
        count += 1
        note.set(NOTE, f"note-{count}")
    return count


def _refer(element: etree._Element, note: etree._Element) -> None:
    element.set(REFERENCE, note.get(NOTE) or "")
    sign = SIGN.fullmatch(_words(element))
    if sign is not None and note.get(LABEL) is None:
        note.set(LABEL, sign[1])
    parent = element.getparent()
    if parent is not None and tag_of(parent) == "sup":
        beside = [parent.text or "", *(child.tail or "" for child in parent)]
        if all(BETWEEN.fullmatch(text) for text in beside):
            parent.set(BACK, "")


def _lead_back(root: etree._Element) -> None:
    """Links in notes that only lead back: marked as such, or an arrow."""
    for element in root.iter("{*}a"):
        if element.get(REFERENCE) is None and _is_back(element):
            is_noted = any(above.get(NOTE) is not None for above in element.iterancestors())
            if is_noted or not vocabulary.BACK_LINKS.isdisjoint(_semantics(element)):
                element.set(BACK, "")


def _continue(root: etree._Element) -> None:
    """Paragraphs between two notes of one list go on with the first of them."""
    for parent in {note.getparent() for note in root.iter() if isinstance(note.tag, str) and note.get(NOTE)}:
        if parent is None:
            continue
        held: list[etree._Element] = []
        current = ""
        for child in parent:
            if not isinstance(child.tag, str):
                continue
            name = child.get(NOTE)
            if name is not None:
                for element in held if current else ():
                    element.set(NOTE, current)
                held, current = [], name
            elif tag_of(child) in ("p", "blockquote", "ul", "ol") and current:
                held.append(child)
            else:
                held, current = [], ""


def _block_of(target: etree._Element) -> etree._Element | None:
    """The paragraph or container that an anchor stands at the beginning of."""
    element = target
    while tag_of(element) not in PARAGRAPHS and tag_of(element) not in HEADINGS:
        parent = element.getparent()
        if parent is None or tag_of(parent) in ("body", "html"):
            return _after(element)
        element = parent
    if tag_of(element) in HEADINGS:
        return element
    if element is not target and not _stands_first(target, element):
        return None
    return _container(element)


def _after(element: etree._Element) -> etree._Element | None:
    """An anchor that stands between paragraphs means the next one."""
    following = element.getnext()
    while following is not None and not isinstance(following.tag, str):
        following = following.getnext()
    return following if following is not None and tag_of(following) in PARAGRAPHS else None


def _container(element: etree._Element) -> etree._Element:
    """The element around a note's first paragraph that holds the whole note and no other."""
    parent = element.getparent()
    while parent is not None and tag_of(parent) in ("div", "aside", "li", "dd", "td"):
        names = f"{parent.get('class') or ''} {parent.get('id') or ''}".split()
        is_note = tag_of(parent) in ("li", "aside") or any(WHOLE.fullmatch(n) and not MANY.match(n) for n in names)
        first = next((child for child in parent if isinstance(child.tag, str)), None)
        if not is_note or first is not element or (parent.text or "").strip():
            break
        element, parent = parent, parent.getparent()
    return element


def _stands_first(target: etree._Element, block: etree._Element) -> bool:
    """Whether no words but a sign stand before the anchor in its block."""
    before: list[str] = []
    for event, element in etree.iterwalk(block, events=("start", "end")):
        if event == "start":
            if element is target:
                break
            before.append(element.text or "")
        elif element is not block:
            before.append(element.tail or "")
    words = "".join(before).strip()
    return not words or SIGN.fullmatch(words) is not None


def _begins_block(element: etree._Element) -> bool:
    block = _around(element)
    return block is not None and _stands_first(element, block)


def _stands_alone(element: etree._Element) -> bool:
    """Whether its block holds nothing else, as in a table of contents: a note is about something."""
    block = _around(element)
    return block is not None and len(_words(block)) == len(_words(element))


def _around(element: etree._Element) -> etree._Element | None:
    tags = PARAGRAPHS | HEADINGS
    return next((above for above in element.iterancestors() if tag_of(above) in tags), None)


def _in_heading(element: etree._Element) -> bool:
    return any(tag_of(above) in HEADINGS for above in element.iterancestors())


def _begins(note: etree._Element) -> str:
    words: list[str] = []
    for text in note.itertext():
        words.append(text)
        if sum(map(len, words)) > 40:
            break
    return "".join(words).strip()


def _starts_with(begins: str, sign: str) -> bool:
    match = re.match(rf"[\[(]?{re.escape(sign)}(?![\w])", begins)
    return match is not None and len(begins) > match.end() + 2


def _is_raised(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is not None and tag_of(parent) == "sup":
        return True
    if any(tag_of(child) == "sup" for child in element):
        return True
    words = _words(element)
    names = f"{element.get('class') or ''} {parent.get('class') or '' if parent is not None else ''}"
    return words.startswith(("[", "(")) or re.search(r"note|sup|fnref|anchor", names, re.IGNORECASE) is not None


def _is_within(element: etree._Element, outer: etree._Element) -> bool:
    return element is outer or any(above is outer for above in element.iterancestors())


def _words(element: etree._Element) -> str:
    return "".join(element.itertext()).strip()
