"""A book's table of contents: read from EPUB 3's navigation or EPUB 2's NCX, and which of its lines are chapters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.errors import Place
from pipeline.script.blocks import Sort
from pipeline.script.reading import vocabulary
from pipeline.script.reading.noting import resolve
from pipeline.script.reading.transcript import Draft

NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
OWN_TEXT = 120  # words before the first line under it: a chapter with sections, no part with chapters; ours
BEFORE_HEADING = (Sort.PAGE, Sort.IMAGE, Sort.BREAK)


@dataclass(slots=True)
class Line:
    """A line of the table of contents and the lines under it.

    Attributes:
        place: where it is written.
        index: of the draft that begins there; None where the target is missing.
    """

    title: str
    file: str = ""
    fragment: str = ""
    place: Place | None = None
    children: list[Line] = field(default_factory=list)
    index: int | None = None

    def walk(self) -> Iterator[Line]:
        """This line and all under it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def navigation(root: etree._Element, name: str, shown: str) -> tuple[list[Line], dict[str, str]]:
    """EPUB 3: the lines of ``nav epub:type="toc"``, and of its landmarks the semantics of each file.

    Args:
        name: the navigation document's path in the book.
        shown: the same as places name it.
    """
    lines: list[Line] = []
    landmarks: dict[str, str] = {}
    for nav in root.iter("{*}nav"):
        semantics = (nav.get(vocabulary.EPUB_TYPE) or nav.get("epub:type") or "").split()
        roles = (nav.get("role") or "").split()
        if ("toc" in semantics or "doc-toc" in roles) and not lines:
            lines = [line for items in _lists(nav) for line in _items(items, name, shown)]
        elif "landmarks" in semantics:
            for link in nav.iter("{*}a"):
                file, _ = resolve(name, link.get("href") or "")
                landmarks.setdefault(file, link.get(vocabulary.EPUB_TYPE) or link.get("epub:type") or "")
    return lines, landmarks


def _lists(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if child.tag in ("ol", "ul") or str(child.tag).endswith(("}ol", "}ul"))]


def _items(items: etree._Element, name: str, shown: str) -> list[Line]:
    lines = []
    for item in items.iterchildren("{*}li"):
        label = next((child for child in item if str(child.tag).rpartition("}")[2] in ("a", "span")), None)
        if label is None:  # some books wrap it
            label = next(item.iter("{*}a"), None)
        line = Line(_words(label) if label is not None else "")
        if label is not None and label.get("href"):
            line.file, line.fragment = resolve(name, label.get("href") or "")
            line.place = Place(shown, label.sourceline)
        line.children = [under for inner in _lists(item) for under in _items(inner, name, shown)]
        lines.append(line)
    return lines


def ncx(root: etree._Element, name: str, shown: str) -> list[Line]:
    """EPUB 2: the lines of the navigation map."""
    top = next(root.iter(f"{NCX}navMap"), None)
    return [] if top is None else [_point(point, name, shown) for point in top.iterchildren(f"{NCX}navPoint")]


def _point(point: etree._Element, name: str, shown: str) -> Line:
    label, content = point.find(f"{NCX}navLabel/{NCX}text"), point.find(f"{NCX}content")
    line = Line(_words(label) if label is not None else "")
    if content is not None and content.get("src"):
        line.file, line.fragment = resolve(name, content.get("src") or "")
        line.place = Place(shown, content.sourceline)
    line.children = [_point(under, name, shown) for under in point.iterchildren(f"{NCX}navPoint")]
    return line


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def chapters(lines: list[Line], drafts: list[Draft], book: str) -> list[Line]:
    """The lines that are chapters, and the parts around them, each with an ``index``, in the order of the text.

    A line with lines under it is a part when it is called so (*Part One*), when they are called chapters, or when it
    has next to no text before the first of them; otherwise it is a chapter, and they are its sections.

    Args:
        lines: the table of contents; ``index`` is set where the target exists.
        book: its title; a line of that name around all others is no part.
    """
    chosen: list[Line] = []
    for line in lines:
        chosen += _choose(line, drafts, book)
    seen: set[int] = set()
    ordered = []
    for line in sorted(chosen, key=lambda one: one.index or 0):
        if line.index is not None and line.index < len(drafts) and line.index not in seen:
            seen.add(line.index)
            ordered.append(line)
    return ordered


def _choose(line: Line, drafts: list[Draft], book: str) -> list[Line]:
    under = [child for child in line.children if any(one.index is not None for one in child.walk())]
    own = [line] if line.index is not None and line.title else []
    if not under:
        return own
    if own and not _is_part(line, under, drafts, book):
        return own
    first = next(one.index for child in under for one in child.walk() if one.index is not None)
    chosen = [one for child in under for one in _choose(child, drafts, book)]
    return chosen if own and line.index == first else [*own, *chosen]


def _is_part(line: Line, under: list[Line], drafts: list[Draft], book: str) -> bool:
    if vocabulary.PART.match(line.title) or line.title.casefold() == book.casefold():
        return True
    if vocabulary.section_of_heading(line.title) not in (None, "body"):
        return False
    named = sum(vocabulary.CHAPTER.match(child.title) is not None for child in under)
    if vocabulary.CHAPTER.match(line.title):
        return False
    if named * 2 >= len(under):
        return True
    first = next(one.index for child in under for one in child.walk() if one.index is not None)
    own = sum(len(draft.text.split()) for draft in drafts[line.index : first] if draft.sort is not Sort.HEADING)
    in_own_files = any(child.file != line.file for child in under)
    return own < OWN_TEXT and in_own_files
