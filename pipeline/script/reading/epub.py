"""EPUB 2 and 3: the package, its files in reading order, its table of contents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from pipeline.errors import InputError, Place
from pipeline.script.blocks import MAX_PROBLEMS, Document, Entry, Sort
from pipeline.script.reading import navigation, outline, vocabulary
from pipeline.script.reading.archives import Archive, open_archive, refusal
from pipeline.script.reading.markup import parse_xhtml, parse_xml
from pipeline.script.reading.noting import Page, annotate, resolve
from pipeline.script.reading.transcript import Transcript
from pipeline.script.reading.walking import XML_LANG, Walker

CONTAINER = "META-INF/container.xml"  # OCF 3.3, 4.2.6.3.1
ENCRYPTION = "META-INF/encryption.xml"
OCF = "{urn:oasis:names:tc:opendocument:xmlns:container}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
XENC = "{http://www.w3.org/2001/04/xmlenc#}"

FONTS = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
"""Obfuscation of fonts (OCF 3.3, 4.4; Adobe's own): no protection of the text."""
LOCKS = {
    "META-INF/license.lcpl": "Readium LCP",
    "META-INF/sinf.xml": "Apple FairPlay",
    "META-INF/rights.xml": "Adobe ADEPT or Barnes & Noble",
}
TEXT = frozenset(("application/xhtml+xml", "text/html", "application/xml", "image/svg+xml", "text/x-oeb1-document"))
LEXICON = "application/pls+xml"
NAVIGATION = "application/x-dtbncx+xml"


@dataclass(frozen=True)
class Item:
    """A file of the book as its manifest names it."""

    name: str
    kind: str
    properties: tuple[str, ...] = ()


@dataclass
class Package:
    """What the package document says.

    Attributes:
        items: id → file.
        spine: files in reading order, and whether each belongs to it (``linear``).
        guide: file → what EPUB 2's guide calls it.
    """

    name: str
    meta: dict[str, object] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    spine: list[tuple[Item, bool]] = field(default_factory=list)
    guide: dict[str, str] = field(default_factory=dict)
    toc: str = ""


def read(path: Path, content: bytes) -> Document:
    """The book as blocks.

    Raises:
        ProblemsError: no EPUB, damaged, protected by DRM, made of pictures only, or a danger (zip or entity bomb,
            names that lead out of the archive).
    """
    archive = open_archive(path, content, "EPUB")
    transcript = Transcript()
    package = _package(archive, _package_name(archive))
    _refuse_locked(archive, package)
    pages = list(_pages(archive, package, transcript))
    lines, landmarks = _contents(archive, package)
    annotate([page for page, _ in pages])
    if language := next(
        (found for page, _ in pages if (found := page.root.get(XML_LANG) or page.root.get("lang"))), ""
    ):
        package.meta.setdefault("language", language)
    walker = Walker(transcript, str(package.meta.get("language", "")))
    by_name = {page.name: index for index, (page, _) in enumerate(pages)}
    wanted: dict[str, set[str]] = {}
    for line in (one for top in lines for one in top.walk()):
        wanted.setdefault(line.file, set()).add(line.fragment)
    for index, (page, is_linear) in enumerate(pages):
        start = len(transcript.drafts)
        hint = landmarks.get(page.name) or package.guide.get(page.name) or ""
        section = vocabulary.section_of_semantics(hint) or "body"
        name = f"{path}!{page.name}"
        walker.walk(page.root, name, index, section, wanted.get(page.name, frozenset()))
        if not is_linear and page.name not in wanted:
            _set_apart(transcript, start)
    walker.finish()
    _refuse_pictures(path, transcript)
    lost = _find(lines, by_name, walker, archive)
    title = str(package.meta.get("title", ""))
    chosen = navigation.chapters(lines, transcript.drafts, title)
    is_listed = len(chosen) > 1 or (chosen and _headings(transcript) < 3)
    if is_listed:
        outline.by_contents(transcript.drafts, chosen)
    else:
        outline.by_headings(transcript.drafts, title)
    outline.sections(transcript.drafts, [vocabulary.section_of_file(page.name) for page, _ in pages], title)
    entries = tuple(_entries(chosen, transcript)) if is_listed else ()
    ledger = transcript.ledger(path)
    ledger.problems += lost[: MAX_PROBLEMS - len(ledger.problems)]
    return Document(
        ledger,
        tuple(draft.block() for draft in transcript.drafts),
        entries,
        package.meta,
        tuple((item.name, archive.read(found)) for item in package.items.values()
              if item.kind == LEXICON and (found := archive.find(item.name)) is not None),
    )  # fmt: skip


def _entries(chosen: list[navigation.Line], transcript: Transcript) -> Iterator[Entry]:
    """The chapters; parts that hold nothing but their heading are none."""
    ends = [line.index or 0 for line in chosen[1:]] + [len(transcript.drafts)]
    for line, end in zip(chosen, ends, strict=True):
        inside = transcript.drafts[line.index or 0 : end]
        if not line.children or any(draft.sort not in (Sort.HEADING, *navigation.BEFORE_HEADING) for draft in inside):
            yield transcript.entry(line.title, line.index or 0)


def _headings(transcript: Transcript) -> int:
    return sum(draft.sort is Sort.HEADING and draft.section == "body" for draft in transcript.drafts)


def _package_name(archive: Archive) -> str:
    """Where the container says that the package document is."""
    if (found := archive.find(CONTAINER)) is not None:
        root = parse_xml(archive.read(found), archive.place(found))
        for file in root.iter(f"{OCF}rootfile", "rootfile"):
            name = archive.find(_inside(archive, "", file.get("full-path") or ""))
            if name is not None:
                return name
    packages = [name for name in archive.names if name.lower().endswith(".opf")]
    if packages:
        return packages[0]
    what = "the archive is no EPUB: it has no package document (.opf)"
    raise refusal(Place(str(archive.path)), what, "check the path, or export the book anew")


def _inside(archive: Archive, base: str, address: str) -> str:
    """A name in the archive as seen from another file in it."""
    name, _ = resolve(base, address)
    if name.startswith(("..", "/")):
        what = f"the address '{address}' leads out of the book"
        raise refusal(archive.place(base or CONTAINER), what, "get the file from where you trust it")
    return name


def _package(archive: Archive, name: str) -> Package:
    root = parse_xml(archive.read(name), archive.place(name))
    package = Package(name, _meta(root))
    for item in root.iter(f"{OPF}item"):
        address = item.get("href") or ""
        if "://" not in address and item.get("id"):
            properties = tuple((item.get("properties") or "").split())
            file = Item(_inside(archive, name, address), (item.get("media-type") or "").lower(), properties)
            package.items[item.get("id") or ""] = file
    spine = next(root.iter(f"{OPF}spine"), None)
    for reference in root.iter(f"{OPF}itemref"):
        item_found = package.items.get(reference.get("idref") or "")
        if item_found is not None:
            package.spine.append((item_found, reference.get("linear") != "no"))
    for reference in root.iter(f"{OPF}reference"):
        file_name, fragment = resolve(name, reference.get("href") or "")
        if not fragment:
            package.guide.setdefault(file_name, (reference.get("type") or "").removeprefix("other."))
    package.toc = (spine.get("toc") or "") if spine is not None else ""
    if not package.spine:
        raise refusal(archive.place(name), "the book names no files to read (its spine is empty)", "export it anew")
    return package


def _meta(root: etree._Element) -> dict[str, object]:
    meta: dict[str, object] = {}
    for name, element in (("title", "title"), ("author", "creator"), ("language", "language")):
        words = [" ".join("".join(found.itertext()).split()) for found in root.iter(f"{DC}{element}")]
        words = [word for word in words if word]
        if words:
            meta[name] = ", ".join(dict.fromkeys(words)) if name == "author" else words[0]
    return meta


def _refuse_locked(archive: Archive, package: Package) -> None:
    """Text that is encrypted cannot be read; obfuscated fonts do not matter."""
    if (found := archive.find(ENCRYPTION)) is None:
        return
    texts = {item.name for item in package.items.values() if item.kind in TEXT}
    for data in parse_xml(archive.read(found), archive.place(found)).iter(f"{XENC}EncryptedData"):
        method = data.find(f"{XENC}EncryptionMethod")
        if method is not None and method.get("Algorithm") in FONTS:
            continue
        for reference in data.iter(f"{XENC}CipherReference"):
            name, _ = resolve("", reference.get("URI") or "")
            if name in texts:
                scheme = next((lock for file, lock in LOCKS.items() if file in archive), "")
                what = f"the book is protected by DRM{f' ({scheme})' if scheme else ''}: '{name}' is encrypted"
                raise refusal(Place(str(archive.path)), what, "get the book without DRM from its publisher or author")


def _pages(archive: Archive, package: Package, transcript: Transcript) -> Iterator[tuple[Page, bool]]:
    """The files of the spine as trees, and whether each belongs to the text itself."""
    seen: set[str] = set()
    for item, is_linear in package.spine:
        found = archive.find(item.name)
        if item.kind.startswith(("image/", "audio/", "video/")) and item.kind not in TEXT:
            continue
        if found is None:
            what = f"'{item.name}' is in the book's reading order and not in the archive"
            transcript.problems.append((what, transcript.length, "get a whole copy of the book"))
            continue
        if item.name in seen or (item.kind not in TEXT and not found.lower().endswith(("html", "htm", "xml"))):
            continue
        seen.add(item.name)
        root, wrong = parse_xhtml(archive.read(found), archive.place(found))
        if wrong:
            transcript.notices.append((f"{found}: {wrong}", transcript.length))
        if root is not None:
            yield Page(item.name, root), is_linear


def _contents(archive: Archive, package: Package) -> tuple[list[navigation.Line], dict[str, str]]:
    """EPUB 3's navigation; where it is missing or empty, EPUB 2's."""
    lines: list[navigation.Line] = []
    landmarks: dict[str, str] = {}
    for item in package.items.values():
        if "nav" in item.properties and (found := archive.find(item.name)) is not None:
            root, _ = parse_xhtml(archive.read(found), archive.place(found))
            if root is not None:
                lines, landmarks = navigation.navigation(root, item.name, str(archive.place(item.name)))
    if not lines:
        named = package.items.get(package.toc)
        maps = [named] if named else [item for item in package.items.values() if item.kind == NAVIGATION]
        for item in maps:
            if not lines and (found := archive.find(item.name)) is not None:
                lines = navigation.ncx(
                    parse_xml(archive.read(found), archive.place(found)), item.name, str(archive.place(item.name))
                )
    return lines, landmarks


def _find(lines: list[navigation.Line], files: dict[str, int], walker: Walker, archive: Archive) -> list[InputError]:
    """Give each line of the table of contents the draft that it points to; those that point nowhere are problems."""
    problems: list[tuple[str, navigation.Line, str]] = []
    folded = {name.casefold(): index for name, index in files.items()}
    for line in (one for top in lines for one in top.walk()):
        if not line.file:
            continue
        file = files.get(line.file, folded.get(line.file.casefold()))
        index = walker.anchors.get((file, line.fragment)) if file is not None else None
        if index is None and file is not None:
            index = walker.anchors.get((file, ""))
            target = f"{line.file}#{line.fragment}"
            what = f"the table of contents names '{line.title}' at '{target}', which is not there"
            problems.append((what, line, "mend the book's table of contents, or its anchors"))
        elif file is None and archive.find(line.file) is None:
            what = f"the table of contents names '{line.title}' in '{line.file}', which is not in the book"
            problems.append((what, line, "get a whole copy of the book, or mend its table of contents"))
        elif file is None:
            what = f"the table of contents names '{line.title}' in '{line.file}', which is not in the reading order"
            problems.append((what, line, "add the file to the book's spine, or take the line out"))
        line.index = index
    return [InputError(what, where=line.place, next_step=next_step) for what, line, next_step in problems]


def _set_apart(transcript: Transcript, first: int) -> None:
    """Words beside the reading order (``linear="no"``) that are neither notes nor marked as anything."""
    drafts = transcript.drafts[first:]
    kept = [draft for draft in drafts if draft.section != "body" or draft.note]
    for draft in drafts:
        if draft.section == "body" and not draft.note and len(draft.offsets):
            transcript.skips.append((draft.start, draft.end, "not_linear"))
    transcript.drafts[first:] = kept


def _refuse_pictures(path: Path, transcript: Transcript) -> None:
    if any(draft.sort not in (Sort.IMAGE, Sort.PAGE, Sort.BREAK) for draft in transcript.drafts):
        return
    what = "the book has no text: its pages hold only pictures"
    raise refusal(Place(str(path)), what, "run it through an OCR program first, or use an edition with text")
