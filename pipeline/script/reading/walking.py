"""A tree of XHTML becomes lines of source text and blocks, in the order in which they stand.

White space is collapsed as HTML does. Every visible character goes into the source text once; what is not to be read
whatever the policies say (ruby, hidden stretches, the reference's own sign of a note) is skipped there by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.errors import Place
from pipeline.script.blocks import Marking, Sort
from pipeline.script.reading import vocabulary
from pipeline.script.reading.looks import (
    HEADINGS,
    SSML,
    alphabet_of,
    drawn,
    has_main,
    heading_level,
    is_data,
    is_landmark,
    is_outside_main,
    is_page_number,
    local,
    parent_tag,
    primary,
)
from pipeline.script.reading.noting import BACK, NOTE, REFERENCE, label_of
from pipeline.script.reading.phonemes import ipa_of
from pipeline.script.reading.runs import Run, plain
from pipeline.script.reading.transcript import WORD, Draft, Manner, Span, Transcript

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
        "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
        "h4", "h5", "h6", "header", "hgroup", "html", "li", "legend", "main", "menu", "nav", "ol", "option",
        "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    )
)  # fmt: skip
DROPPED = frozenset(
    (
        "script", "style", "template", "head", "link", "meta", "base", "param", "source", "track", "area",
        "map", "canvas", "iframe",
    )
)  # fmt: skip
FALLBACKS = frozenset(["audio", "video", "noscript", "noframes"])
SKIPPED = dict.fromkeys(("rt", "rp", "rtc"), "ruby")
EMPHASIS = {
    "em": Marking.EMPHASIS, "i": Marking.EMPHASIS, "cite": Marking.EMPHASIS, "strong": Marking.STRONG,
    "b": Marking.STRONG,
}  # fmt: skip
ITEMS = frozenset(("li", "dt", "dd"))
CAPTIONS = frozenset(("caption", "figcaption", "legend"))
KEPT = (Sort.HEADING, Sort.ITEM, Sort.CAPTION, Sort.VERSE)
"""What a paragraph within it is too."""

NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
WEB = re.compile(r"(?:https?|mailto|ftp|tel):", re.IGNORECASE)
LETTER = re.compile(r"[\"'“‘«„¿¡—–]{0,2}[^\W\d_]{1,2}")

VERSE_LINES = 3  # ours: so many short lines parted by <br/> are verse
VERSE_WIDTH = 70  # characters


@dataclass(slots=True)
class _Frame:
    """An open element: what it says of the text in it."""

    sort: Sort = Sort.PARAGRAPH
    level: int = 0
    section: str = "body"
    language: str = ""
    note: str = ""
    skip: str = ""
    names: str = ""
    is_block: bool = False
    is_verse: bool = False
    is_pre: bool = False
    is_row: bool = False
    is_data: bool = False
    is_link: bool = False
    is_aside: bool = False
    ends: tuple[int, ...] = ()  # the open marks that end with it


class Walker:
    """Walks the files of one book, one after the other.

    Args:
        transcript: what it writes to.
        language: the book's; stretches of another one are marked.
        navigation: section of what is marked as navigation, or empty to skip it as ``navigation``.
    """

    def __init__(self, transcript: Transcript, language: str, navigation: str = "contents") -> None:
        self.transcript = transcript
        self.anchors: dict[tuple[int, str], int] = {}
        self._language = primary(language)
        self._navigation = navigation
        self._run = Run()
        self._marks = 0
        self._pictures: list[tuple[str, int | None]] = []
        self._held: list[Run] = []
        self._asides: list[tuple[Run, _Frame, str]] = []
        self._has_formula = False
        self._pending: list[tuple[tuple[int, str], int]] = []
        self._label = ""

    def walk(self, root: etree._Element, name: str, file: int, section: str, wanted: Collection[str]) -> None:
        """Append one file.

        Args:
            root: its tree, annotated by `pipeline.script.reading.noting`.
            name: as places name it, ``book.epub!OEBPS/ch1.xhtml``.
            file: its index; with it and one of ``wanted`` the `anchors` tell the draft that begins there.
            section: of what the file itself gives no other one.
            wanted: ids in the file that the table of contents points to.
        """
        self._name, self._file, self._wanted = name, file, wanted
        self._landmarks = self._navigation == "" and has_main(root)
        self._pending.append(((file, ""), 0))
        self._frames = [_Frame(section=section, is_block=True)]
        walking = etree.iterwalk(root, events=("start", "end"))
        for event, element in walking:
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                tag = local(element.tag)
                if tag in DROPPED:
                    walking.skip_subtree()
                    self._frames.append(self._frames[-1])
                    continue
                self._enter(element, tag)
                if tag in ("svg", "math"):
                    self._whole(element, tag)
                    walking.skip_subtree()
                elif element.text:
                    self._text(element.text, element)
            else:
                self._leave(element)
                if element.tail and element is not root:
                    self._text(element.tail, element)
        self._flush()
        self._frames.pop()

    def finish(self) -> None:
        """Anchors that nothing followed name the end."""
        for anchor, _ in self._pending:
            self.anchors.setdefault(anchor, len(self.transcript.drafts))

    # Elements

    def _enter(self, element: etree._Element, tag: str) -> None:
        above = self._frames[-1]
        is_block = tag in BLOCKS
        is_aside = (
            not above.is_row and element.get(NOTE) is not None and not (is_block and parent_tag(element) != "p")
        )
        if is_block and not above.is_row and not is_aside:
            self._flush()
        frame = _below(above, is_block)
        self._frames.append(frame)
        if is_aside:
            self._begin_aside(element, frame)
        elif is_block:
            self._enter_block(element, tag, frame, above)
        elif tag == "br":
            self._run.break_line()
        elif tag == "hr" and not above.is_row:
            self._flush()
            self.transcript.scene_break(self.transcript.length, frame.section, self._file)
        elif tag == "img":
            self._picture(element, frame)
        elif tag in EMPHASIS:
            self._mark(EMPHASIS[tag], "", frame)
        elif tag in SKIPPED:
            frame.skip = frame.skip or SKIPPED[tag]
        elif tag in FALLBACKS:
            frame.skip = frame.skip or "hidden"
        if element.attrib:
            self._attributes(element, tag, frame, above)

    def _begin_aside(self, element: etree._Element, frame: _Frame) -> None:
        """A note that stands within a paragraph: the paragraph goes on around it, and it comes after."""
        frame.note, frame.sort = element.get(NOTE) or "", Sort.NOTE
        frame.is_aside = frame.is_row = True
        if not any(mark.value == frame.note for mark in self._run.marks if mark.marking is Marking.NOTE):
            self._run.point(Marking.NOTE, frame.note)
        self._held.append(self._run)
        self._run = Run()

    def _end_aside(self, frame: _Frame, label: str) -> None:
        self._asides.append((self._run, frame, label))
        self._run = self._held.pop()

    def _enter_block(self, element: etree._Element, tag: str, frame: _Frame, above: _Frame) -> None:
        if above.is_row:
            if tag in ("td", "th"):
                self._run.cell()
            else:
                self._run.space()
            return
        frame.sort = above.sort if above.sort in KEPT else Sort.PARAGRAPH
        frame.names = ""
        if tag in HEADINGS:
            frame.sort, frame.level = Sort.HEADING, HEADINGS[tag]
        elif tag in ITEMS:
            frame.sort = Sort.ITEM
        elif tag in CAPTIONS:
            frame.sort = Sort.CAPTION
        elif tag == "pre":
            frame.sort, frame.is_verse, frame.is_pre = Sort.VERSE, True, True
        elif tag == "table":
            frame.is_data = is_data(element)
        elif tag == "tr" and frame.is_data:
            frame.sort, frame.is_row = Sort.TABLE, True
        elif tag == "p" and parent_tag(element) == "hgroup":
            frame.sort, frame.level = Sort.HEADING, 6
        elif tag == "nav":
            self._navigate(frame)
        elif self._landmarks and tag in ("header", "footer", "aside") and is_outside_main(element):
            frame.skip = frame.skip or "navigation"

    def _navigate(self, frame: _Frame) -> None:
        if self._navigation:
            frame.section = self._navigation
        else:
            frame.skip = frame.skip or "navigation"

    def _attributes(self, element: etree._Element, tag: str, frame: _Frame, above: _Frame) -> None:
        get = element.get
        semantics = f"{get(vocabulary.EPUB_TYPE) or get('epub:type') or ''} {get('role') or ''}".strip()
        names = get("class") or ""
        identity = get("id") or get(XML_ID) or ""
        if identity and identity in self._wanted:
            self._pending.append(((self._file, identity), self._run.length))
        if tag == "a" and (anchor := get("name")) and anchor in self._wanted:
            self._pending.append(((self._file, anchor), self._run.length))
        if get("hidden") is not None or get("aria-hidden") == "true" or NOT_SHOWN.search(get("style") or ""):
            frame.skip = frame.skip or "hidden"
        if (reference := get(REFERENCE)) is not None:
            frame.skip = frame.skip or "note_references"
            self._run.point(Marking.NOTE, reference)
        elif get(BACK) is not None:
            frame.skip = frame.skip or "note_references"
        if (language := get(XML_LANG) or get("lang")) is not None:
            self._speaks(language, frame, above)
        if frame.is_block:
            self._block_attributes(element, tag, frame, semantics)
        elif tag == "a":
            self._link(get("href") or "", frame)
        if semantics or names:
            self._signs(element, tag, frame, semantics, names)
        if phonemes := get(f"{SSML}ph") or get("ssml:ph"):
            self._phonemes(phonemes, element, frame)

    def _block_attributes(self, element: etree._Element, tag: str, frame: _Frame, semantics: str) -> None:
        names, identity = element.get("class") or "", element.get("id") or element.get(XML_ID) or ""
        frame.names = f"{names} {identity}"
        if (note := element.get(NOTE)) is not None and not frame.is_row:
            frame.note, frame.sort, self._label = note, Sort.NOTE, label_of(element)
        if identity in vocabulary.GUTENBERG_IDS or "pg-boilerplate" in names:
            frame.section = "boilerplate"
        if semantics and tag in ("section", "div", "article", "aside", "body", "nav", "header", "ol", "ul", "table"):
            section = vocabulary.section_of_semantics(semantics)
            if section is not None and not frame.note:
                frame.section = section
        if "heading" in semantics.split():
            frame.sort, frame.level = Sort.HEADING, heading_level(element)
        if self._navigation == "" and is_landmark(semantics):
            frame.skip = frame.skip or "navigation"

    def _signs(self, element: etree._Element, tag: str, frame: _Frame, semantics: str, names: str) -> None:
        """What class and semantics say beyond the section: page numbers, verse, scene breaks."""
        words = semantics.lower().replace("doc-", "").split()
        if any(word in vocabulary.PAGE_BREAKS for word in words) or (
            names and vocabulary.PAGE_NUMBER_CLASS.search(names) and is_page_number(element)
        ):
            self._page(element, frame)
        if not frame.is_block or frame.is_row:
            return
        if vocabulary.POETRY.intersection(words) or vocabulary.VERSE.search(names):
            frame.is_verse = True
            if frame.sort is Sort.PARAGRAPH:
                frame.sort = Sort.VERSE
        if names and vocabulary.SCENE_BREAK.search(names) and not WORD.search("".join(element.itertext())):
            self.transcript.scene_break(self.transcript.length, frame.section, self._file)

    def _leave(self, element: etree._Element) -> None:
        frame = self._frames.pop()
        above = self._frames[-1]
        if frame is above:  # a dropped element
            return
        for number in frame.ends:
            self._run.end(number)
        if frame.is_aside:
            self._end_aside(frame, label_of(element))
        elif frame.is_block:
            if frame.is_row and above.is_row:
                self._run.space()
            else:
                self._frames.append(frame)
                self._flush()
                self._frames.pop()

    # Text

    def _text(self, text: str, element: etree._Element) -> None:
        frame, line = self._frames[-1], element.sourceline
        text = plain(text)
        if not frame.is_pre:
            self._run.say(text, line, frame.skip, frame.is_link)
            return
        first, *others = text.replace("\r", "").split("\n")
        self._run.say(first, line, frame.skip, frame.is_link)
        for other in others:
            self._run.break_line()
            self._run.say(other, line, frame.skip, frame.is_link)

    def _flush(self) -> None:
        """What has been gathered is a block; so are the pictures that stood in it, after it."""
        run, frame = self._run, self._frames[-1]
        if not run.pieces and not self._pictures and not self._asides:
            return
        self._run = run.next()
        self._write(run, frame)
        asides, self._asides = self._asides, []
        for note, note_frame, label in asides:
            self._label = label
            self._write(note, note_frame)
        pictures, self._pictures = self._pictures, []
        for words, line in pictures:
            manner = Manner(
                Sort.IMAGE,
                language=self._other(frame.language),
                section=frame.section,
                note=frame.note,
                file=self._file,
            )
            self._anchor(self.transcript.add(words, (), (), manner, Place(self._name, line)), len(words))

    def _write(self, run: Run, frame: _Frame) -> None:
        text = "".join(run.pieces)
        if text.strip():
            for start, end, manner in self._lines(text, run, frame):
                self._line(text, start, end, run, manner)

    def _lines(self, text: str, run: Run, frame: _Frame) -> list[tuple[int, int, Manner]]:
        """The block, or each line of verse, as start and end in the run."""
        sort = Sort.NOTE if frame.note else frame.sort
        is_link = run.linked >= 0.8 * len(text)
        manner = Manner(
            sort, frame.level if sort is Sort.HEADING else 0, self._other(frame.language), frame.note, frame.section,
            is_link, frame.names, self._file,
        )  # fmt: skip
        if not run.breaks or sort not in (Sort.PARAGRAPH, Sort.VERSE):
            return [(0, len(text), manner)]
        lines = run.lines(text)
        is_verse = frame.is_verse or (len(lines) >= VERSE_LINES and all(b - a <= VERSE_WIDTH for a, b in lines))
        if not is_verse:
            return [(0, len(text), manner)]
        return [(a, b, replace(manner, sort=Sort.VERSE)) for a, b in lines]

    def _line(self, text: str, start: int, end: int, run: Run, manner: Manner) -> None:
        while end > start and text[end - 1] in " \t":
            end -= 1
        skips, marks = run.within(start, end)
        if self._label and manner.note:
            skips = _without_label(text[start:end], self._label, skips)
            self._label = ""
        place = Place(self._name, run.line)
        self._anchor(self.transcript.add(text[start:end], skips, marks, manner, place), end)

    def _anchor(self, draft: Draft | None, end: int) -> None:
        """What the table of contents points to begins with this block."""
        if draft is None or draft.sort is Sort.BREAK:
            self._pending = [(anchor, 0) for anchor, _ in self._pending]
            return
        index = len(self.transcript.drafts) - 1
        for anchor, position in self._pending:
            if position < max(end, 1):
                self.anchors.setdefault(anchor, index)
        self._pending = [(anchor, 0) for anchor, position in self._pending if position >= max(end, 1)]

    # What an element adds

    def _mark(self, marking: Marking, value: str, frame: _Frame) -> None:
        self._marks += 1
        self._run.open[self._marks] = (marking, value, self._run.length)
        frame.ends = (*frame.ends, self._marks)

    def _speaks(self, language: str, frame: _Frame, above: _Frame) -> None:
        if not language or primary(language) == primary(above.language or self._language):
            return
        frame.language = language
        if not frame.is_block or frame.is_row:
            self._mark(Marking.LANGUAGE, language, frame)
            frame.language = above.language if not frame.is_block else language

    def _other(self, language: str) -> str:
        """The block's language where it is not the book's."""
        return "" if primary(language) == self._language else language

    def _link(self, address: str, frame: _Frame) -> None:
        if WEB.match(address):
            self._mark(Marking.LINK, address, frame)
        elif address:
            frame.is_link = True

    def _phonemes(self, written: str, element: etree._Element, frame: _Frame) -> None:
        phonemes = ipa_of(written, alphabet_of(element))
        if phonemes is None:
            self.transcript.notices.append(
                (f"the pronunciation '{written}' is in an alphabet that is not known here", self.transcript.length)
            )
        else:
            self._mark(Marking.IPA, phonemes, frame)

    def _page(self, element: etree._Element, frame: _Frame) -> None:
        frame.skip = frame.skip or "page_numbers"
        if not "".join(element.itertext()).strip():
            number = element.get("title") or element.get("aria-label") or ""
            if number.strip():
                self._text(number.strip(), element)

    def _picture(self, element: etree._Element, frame: _Frame) -> None:
        words = " ".join((element.get("alt") or "").split())
        if not words or frame.skip or element.get("role") == "presentation":
            return
        if not self._run.length and LETTER.fullmatch(words) and (element.tail or "").strip()[:1].isalpha():
            self._text(words, element)  # a drawn initial
        elif WORD.search(words) and not vocabulary.PICTURE_FILE.fullmatch(words):
            self._pictures.append((plain(words), element.sourceline))

    def _whole(self, element: etree._Element, tag: str) -> None:
        """A drawing or a formula."""
        frame = self._frames[-1]
        if tag == "math":
            self._formula(element, frame)
            return
        is_page = element.getparent() is None
        for text in element.iter("{*}text") if is_page else ():  # a page that is a drawing: its text is all there is
            self._text("".join(text.itertext()), text)
            self._flush()
        words = " ".join(
            " ".join(drawn(element, ("title", "desc") if is_page else ("title", "desc", "text"))).split()
        )
        if frame.skip:
            self._text(words, element)
        elif WORD.search(words) and not vocabulary.PICTURE_FILE.fullmatch(words):
            self._pictures.append((plain(words), element.sourceline))

    def _formula(self, element: etree._Element, frame: _Frame) -> None:
        words = element.get("alttext") or ""
        shown = "".join(element.itertext())
        if not words:
            words = shown
            if not self._has_formula:
                what = "formulas without a text that says them; their signs are read one after the other"
                self.transcript.notices.append((what, self.transcript.length))
            self._has_formula = True
        self._text(f" {words} " if element.get("display") == "block" else words, element)
        if words is not shown and shown.strip():
            above, frame.skip = frame.skip, frame.skip or "formulas"
            self._text(f" {shown}", element)
            frame.skip = above


def _below(above: _Frame, is_block: bool) -> _Frame:
    return _Frame(
        above.sort, above.level, above.section, above.language, above.note, above.skip, above.names,
        is_block, above.is_verse, above.is_pre, above.is_row, above.is_data, above.is_link,
    )  # fmt: skip


def _without_label(text: str, label: str, skips: list[Span]) -> list[Span]:
    """The note's number at its beginning, in a link back or not, is no part of what it says."""
    match = re.match(rf"\W*{re.escape(label)}(?:[.:)\]]+\s*|\s+|(?=[\W]))", text)
    if match is None:
        return skips
    end = match.end()
    return [(0, end, "note_references"), *((max(a, end), b, p) for a, b, p in skips if b > end)]
