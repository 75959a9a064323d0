"""WordprocessingML as a tree of XHTML: what the page shows, without what Word keeps beside it.

Comments, deleted text, field codes, headers and footers are left out; inserted text is read. ISO/IEC 29500-1, 17.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.languages import primary
from pipeline.script.reading.noting import NOTE, REFERENCE

LEFT_OUT = frozenset(
    (
        "del", "moveFrom", "delText", "instrText", "delInstrText", "pPr", "rPr", "tblPr", "trPr", "tcPr",
        "tblGrid", "sectPr", "sdtPr", "sdtEndPr", "footnoteRef", "endnoteRef", "annotationRef",
        "commentReference", "rt", "rubyPr", "Fallback", "softHyphen", "separator", "continuationSeparator",
        "pgNum", "lastRenderedPageBreak",
    )
)  # fmt: skip
OFF = frozenset(("0", "false", "off", "none"))
HEADING = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
CONTENTS = re.compile(r"toc(?:\s*\d|\s*heading)?|table of (?:figures|authorities)|contents heading", re.IGNORECASE)
PAGE_FIELDS = frozenset(("PAGE", "NUMPAGES", "PAGEREF", "SECTIONPAGES"))
DESCRIPTIONS = {"docPr": "descr", "shape": "alt"}  # of a picture: DrawingML, VML
TITLE, FIRST_HEADING = 1, 2
"""HTML levels: the document's title stands above Word's first level."""


@dataclass
class Style:
    """A paragraph or character style, with what it inherits.

    Attributes:
        level: of a heading, as HTML counts here; 0 for none.
        numbered: whether its paragraphs are items of a list.
        toggles: ``b``, ``i``, ``vanish`` → whether it is on.
    """

    name: str = ""
    level: int = 0
    numbered: bool = False
    toggles: Mapping[str, bool] = field(default_factory=dict)


def styles(root: etree._Element | None) -> dict[str, Style]:
    """Style id → style, each with the styles it is based on looked up."""
    if root is None:
        return {}
    w = namespace(root)
    written = {element.get(f"{w}styleId") or "": element for element in root.iter(f"{w}style")}
    return {name: _style(name, written, w) for name in written}


def _style(name: str, written: Mapping[str, etree._Element], w: str) -> Style:
    chain: list[etree._Element] = []
    while name in written and written[name] not in chain:
        chain.append(written[name])
        base = written[name].find(f"{w}basedOn")
        name = (base.get(f"{w}val") or "") if base is not None else ""
    names = [(found.get(f"{w}val") or "") if (found := el.find(f"{w}name")) is not None else "" for el in chain]
    level, toggles, numbered = 0, dict[str, bool](), None
    for element, own in zip(chain, names, strict=True):
        level = level or _level(element, own, w)
        for toggle in ("b", "i", "vanish"):
            value = element.find(f"{w}rPr/{w}{toggle}")
            if value is not None:
                toggles.setdefault(toggle, is_on(value, w))
        number = element.find(f"{w}pPr/{w}numPr/{w}numId")
        if number is not None and numbered is None:
            numbered = number.get(f"{w}val") != "0"
    return Style(names[0], max(level, 0), bool(numbered), toggles)


def _level(element: etree._Element, name: str, w: str) -> int:
    """1 for the title, 2 … 6 for headings, -1 for body text in the outline, 0 where this style does not say."""
    if (match := HEADING.fullmatch(name)) is not None:
        return min(int(match[1]) + FIRST_HEADING - 1, 6)
    if name.lower() == "title":
        return TITLE
    outline = element.find(f"{w}pPr/{w}outlineLvl")
    return outline_level(outline, w) if outline is not None else 0


def outline_level(outline: etree._Element, w: str) -> int:
    """The heading level that an outline level stands for; -1 for body text (9)."""
    value = outline.get(f"{w}val") or ""
    return min(int(value) + FIRST_HEADING, 6) if value.isdecimal() and int(value) < 9 else -1


def namespace(root: etree._Element) -> str:
    """``{…}`` of the root: transitional and strict documents differ in it."""
    return str(root.tag).partition("}")[0] + "}"


def is_on(toggle: etree._Element, w: str) -> bool:
    """Whether a property such as ``w:b`` is on."""
    return (toggle.get(f"{w}val") or "on").lower() not in OFF


@dataclass
class _Field:
    """A complex field: its code, and whether what follows is its result."""

    code: str = ""
    in_result: bool = False

    @property
    def word(self) -> str:
        return (self.code.split() or [""])[0].upper()


class Converter:
    """Turns one part of the document (text, footnotes, endnotes) into XHTML.

    Args:
        styles: by id.
        links: relationship id → address, of links out of the document.
        language: the document's; other languages are marked.
    """

    def __init__(self, styles: Mapping[str, Style], links: Mapping[str, str], language: str) -> None:
        self._styles = styles
        self._links = links
        self._language = primary(language)
        self._fields: list[_Field] = []
        self._paragraphs = 0
        self._carried: etree._Element | None = None
        self.references: list[str] = []

    def body(self, part: etree._Element) -> etree._Element:
        """``body`` of a part; paragraph numbers stand for lines."""
        self._w = namespace(part)
        page = etree.Element("body")
        self._blocks(part, page)
        return page

    def notes(self, part: etree._Element, kind: str, wanted: set[str]) -> etree._Element:
        """The notes of a part that are referred to, each as ``aside``; the separators are no notes."""
        self._w = namespace(part)
        page = etree.Element("body", role="doc-endnotes")
        for note in part.iter(f"{self._w}{kind}"):
            name = f"{kind}-{note.get(f'{self._w}id')}"
            if name in wanted:
                aside = etree.SubElement(page, "aside")
                aside.set(NOTE, name)
                self._blocks(note, aside)
        return page

    # Blocks

    def _blocks(self, parent: etree._Element, out: etree._Element) -> None:
        for child in parent:
            tag = _local(child)
            if tag == "p":
                self._paragraph(child, out)
            elif tag == "tbl":
                self._table(child, out)
            elif tag == "sdt":
                galleries = child.iter(f"{self._w}docPartGallery")
                is_contents = any("Contents" in (el.get(f"{self._w}val") or "") for el in galleries)
                self._blocks(child, etree.SubElement(out, "div", role="doc-toc") if is_contents else out)
            elif tag and tag not in LEFT_OUT:
                self._blocks(child, out)

    def _table(self, table: etree._Element, out: etree._Element) -> None:
        w = self._w
        shown = etree.SubElement(out, "table")
        for row in table.iter(f"{w}tr"):
            if next(row.iterancestors(f"{w}tbl")) is not table or row.find(f"{w}trPr/{w}del") is not None:
                continue
            line = etree.SubElement(shown, "tr")
            for cell in row.iter(f"{w}tc"):
                if next(cell.iterancestors(f"{w}tr")) is row:
                    self._blocks(cell, etree.SubElement(line, "td"))

    def _paragraph(self, paragraph: etree._Element, out: etree._Element) -> None:
        w = self._w
        self._paragraphs += 1
        properties = paragraph.find(f"{w}pPr")
        style = self._style(properties)
        is_contents = CONTENTS.match(style.name) is not None or any(one.word == "TOC" for one in self._fields)
        if is_contents:
            out = etree.SubElement(out, "div", role="doc-toc")
        block, boxes = self._block(style, properties, out), list[etree._Element]()
        if style.name:
            block.set("class", style.name.replace(" ", "-"))
        if self._carried is not None:  # its paragraph mark was deleted, or it is a drop cap
            _append(block, self._carried)
            self._carried = None
        self._inline(paragraph, block, boxes)
        if properties is not None and self._goes_on(properties):
            self._carried = block
            parent = block.getparent()
            if parent is not None:
                parent.remove(block)
        for box in boxes:
            self._blocks(box, etree.SubElement(out, "div"))

    def _goes_on(self, properties: etree._Element) -> bool:
        """Whether the next paragraph goes on with this one: a drop cap, or the mark between them was deleted."""
        w = self._w
        frame = properties.find(f"{w}framePr")
        is_cap = frame is not None and (frame.get(f"{w}dropCap") or "none") != "none"
        return is_cap or properties.find(f"{w}rPr/{w}del") is not None

    def _style(self, properties: etree._Element | None) -> Style:
        if properties is None or (named := properties.find(f"{self._w}pStyle")) is None:
            return Style()
        return self._styles.get(named.get(f"{self._w}val") or "", Style())

    def _block(self, style: Style, properties: etree._Element | None, out: etree._Element) -> etree._Element:
        w, level, numbered = self._w, style.level, style.numbered
        if properties is not None:
            if (outline := properties.find(f"{w}outlineLvl")) is not None:
                level = max(outline_level(outline, w), 0) or level
            if (number := properties.find(f"{w}numPr/{w}numId")) is not None:
                numbered = number.get(f"{w}val") != "0"
        tag = f"h{level}" if level else "li" if numbered else "figcaption" if style.name.lower() == "caption" else "p"
        return self._element(out, tag)

    def _element(self, out: etree._Element, tag: str) -> etree._Element:
        element = etree.SubElement(out, tag)
        element.sourceline = self._paragraphs  # type: ignore[misc]  # lxml lets it be set
        return element

    # Text

    def _inline(self, parent: etree._Element, out: etree._Element, boxes: list[etree._Element]) -> None:
        for child in parent:
            tag = _local(child)
            if not tag or tag in LEFT_OUT:
                continue
            if tag == "r":
                self._run(child, out, boxes)
            elif tag == "hyperlink":
                self._inline(child, self._anchor(out, self._links.get(_relation(child), "#")), boxes)
            elif tag == "fldSimple":
                code = (child.get(f"{self._w}instr") or "").split() or [""]
                is_page = code[0].upper() in PAGE_FIELDS
                self._inline(child, self._page(out) if is_page else out, boxes)
            elif tag in ("oMath", "oMathPara"):
                formula = self._element(out, "math")
                formula.text = "".join(el.text or "" for el in child.iter() if _local(el) == "t")
            else:
                self._inline(child, out, boxes)

    def _run(self, run: etree._Element, out: etree._Element, boxes: list[etree._Element]) -> None:
        for child in run:
            if _local(child) == "fldChar":
                self._field(child.get(f"{self._w}fldCharType") or "")
            elif _local(child) == "instrText" and self._fields:
                self._fields[-1].code += child.text or ""
        if any(not one.in_result for one in self._fields):
            return
        out = self._dressed(run, out)
        if self._fields and self._fields[-1].word in PAGE_FIELDS:
            out = self._page(out)
        elif self._fields and self._fields[-1].word == "HYPERLINK":
            address = re.search(r'"([^"]+)"', self._fields[-1].code)
            out = self._anchor(out, address[1] if address and "\\l" not in self._fields[-1].code else "#")
        for child in run:
            self._piece(child, out, boxes)

    def _piece(self, child: etree._Element, out: etree._Element, boxes: list[etree._Element]) -> None:
        tag = _local(child)
        if tag == "t":
            _write(out, child.text or "")
        elif tag in ("tab", "ptab"):
            _write(out, " ")
        elif tag in ("br", "cr"):
            if child.get(f"{self._w}type") in (None, "textWrapping"):
                self._element(out, "br")
            else:
                _write(out, " ")
        elif tag == "noBreakHyphen":
            _write(out, "‑")
        elif tag in ("footnoteReference", "endnoteReference"):
            name = f"{tag.removesuffix('Reference')}-{child.get(f'{self._w}id')}"
            self.references.append(name)
            self._element(out, "span").set(REFERENCE, name)
        elif tag in ("drawing", "pict", "object", "AlternateContent"):
            self._drawing(child, out, boxes)
        elif tag == "ruby":
            self._inline(child, out, boxes)
        elif tag == "sym" and (code := child.get(f"{self._w}char") or "").isalnum():
            letter = chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{4}", code) else ""
            _write(out, "" if "\ue000" <= letter <= "\uf8ff" else letter)

    def _drawing(self, drawing: etree._Element, out: etree._Element, boxes: list[etree._Element]) -> None:
        """A picture's description; the text of a box goes after the paragraph."""
        outermost = None
        for element in drawing.iter():
            if _is_spare(element):
                continue
            tag = _local(element)
            words = element.get(DESCRIPTIONS[tag]) if tag in DESCRIPTIONS else None
            if words:
                self._element(out, "img").set("alt", words)
            elif tag == "txbxContent" and (outermost is None or outermost not in element.iterancestors()):
                outermost = element
                boxes.append(element)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif self._fields and kind == "separate":
            self._fields[-1].in_result = True
        elif self._fields and kind == "end":
            self._fields.pop()

    def _dressed(self, run: etree._Element, out: etree._Element) -> etree._Element:
        """Emphasis, language and hidden text of a run as elements around it."""
        w = self._w
        properties = run.find(f"{w}rPr")
        if properties is None:
            return out
        named = properties.find(f"{w}rStyle")
        style = self._styles.get(named.get(f"{w}val") or "", Style()) if named is not None else Style()
        for toggle, tag in (("i", "em"), ("b", "strong"), ("vanish", "span")):
            own = properties.find(f"{w}{toggle}")
            if is_on(own, w) if own is not None else style.toggles.get(toggle, False):
                out = self._element(out, tag)
                if toggle == "vanish":
                    out.set("hidden", "")
        language = properties.find(f"{w}lang")
        value = (language.get(f"{w}val") or "") if language is not None else ""
        if value and self._language and primary(value) != self._language:
            out = self._element(out, "span")
            out.set("lang", value)
        return out

    def _anchor(self, out: etree._Element, address: str) -> etree._Element:
        link = self._element(out, "a")
        link.set("href", address)
        return link

    def _page(self, out: etree._Element) -> etree._Element:
        page = self._element(out, "span")
        page.set("role", "doc-pagebreak")
        return page


def _is_spare(element: etree._Element) -> bool:
    """Whether a fallback stands beside what it falls back from."""
    for above in (element, *element.iterancestors()):
        if _local(above) == "Fallback":
            beside = above.getparent()
            return beside is not None and any(_local(other) == "Choice" for other in beside)
    return False


def _write(out: etree._Element, text: str) -> None:
    if len(out):
        out[-1].tail = (out[-1].tail or "") + text
    else:
        out.text = (out.text or "") + text


def _append(out: etree._Element, other: etree._Element) -> None:
    """The content of another element at the end of this one."""
    _write(out, other.text or "")
    for child in list(other):
        out.append(child)


def _relation(element: etree._Element) -> str:
    return next((value for name, value in element.attrib.items() if str(name).endswith("}id")), "")


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
