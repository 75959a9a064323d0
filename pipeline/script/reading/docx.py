"""DOCX: Word's documents, by their styles; notes at the end, as the document keeps them.

Read by a walk of our own and not through a converter: text boxes, outline levels of a house's own styles, paragraph
marks deleted under tracking and the result of fields do not survive one.
"""

from __future__ import annotations

import posixpath
from pathlib import Path

from lxml import etree

from pipeline.errors import Place
from pipeline.script.blocks import Document
from pipeline.script.reading import outline
from pipeline.script.reading.archives import Archive, open_archive, refusal
from pipeline.script.reading.html import refuse_wordless
from pipeline.script.reading.markup import parse_xml
from pipeline.script.reading.transcript import Transcript
from pipeline.script.reading.walking import Walker
from pipeline.script.reading.word import Converter, namespace, styles

RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
CORE = "docProps/core.xml"
DC = "{http://purl.org/dc/elements/1.1/}"


def read(path: Path, content: bytes) -> Document:
    """The document as blocks. Lines of its places are paragraphs, counted from 1.

    Raises:
        ProblemsError: no DOCX (an old .doc, one with a password), damaged, without a word, or a danger.
    """
    archive = open_archive(path, content, "DOCX")
    main = _main(archive)
    links, parts = _relations(archive, main)
    style_root = _part(archive, parts.get("styles"))
    meta = _meta(archive)
    language = _language(style_root) or str(meta.get("language", ""))
    if language:
        meta["language"] = language
    root = _part(archive, main)
    body = None if root is None else next((el for el in root if str(el.tag).endswith("}body")), None)
    if body is None:
        raise refusal(archive.place(main), "the document has no text part", "open it in Word and save it anew")
    known = styles(style_root)
    converter = Converter(known, links, language)
    pages = [(main, converter.body(body))]
    for kind in ("footnote", "endnote"):
        name = parts.get(f"{kind}s")
        note_root = _part(archive, name)
        if name is not None and note_root is not None:
            note_links, _ = _relations(archive, name)
            noting = Converter(known, note_links, language)
            pages.append((name, noting.notes(note_root, kind, set(converter.references))))
    transcript = Transcript()
    walker = Walker(transcript, language)
    for index, (name, page) in enumerate(pages):
        walker.walk(page, f"{path}!{name}", index, "body", frozenset())
    refuse_wordless(path, transcript, "the document")
    title = str(meta.get("title", ""))
    outline.by_headings(transcript.drafts, title)
    outline.sections(transcript.drafts, [None] * len(pages), title)
    return Document(transcript.ledger(path), tuple(draft.block() for draft in transcript.drafts), meta=meta)


def _main(archive: Archive) -> str:
    """The part that the package names as its document."""
    found = archive.find("_rels/.rels")
    if found is not None:
        for relation in parse_xml(archive.read(found), archive.place(found)).iter(RELATION):
            if (relation.get("Type") or "").endswith("/officeDocument"):
                name = archive.find((relation.get("Target") or "").lstrip("/"))
                if name is not None and name.lower().endswith(".xml"):
                    return name
    if (name := archive.find("word/document.xml")) is not None:
        return name
    what = "the archive is no DOCX: it has no document part"
    raise refusal(Place(str(archive.path)), what, "check the path, or save the document as .docx")


def _relations(archive: Archive, part: str) -> tuple[dict[str, str], dict[str, str]]:
    """Of a part: relationship id → address outside, and kind → name of another part."""
    folder, name = posixpath.split(part)
    links: dict[str, str] = {}
    parts: dict[str, str] = {}
    found = archive.find(f"{folder}/_rels/{name}.rels")
    if found is None:
        return links, parts
    for relation in parse_xml(archive.read(found), archive.place(found)).iter(RELATION):
        target, kind = relation.get("Target") or "", (relation.get("Type") or "").rpartition("/")[2]
        if relation.get("TargetMode") == "External":
            links[relation.get("Id") or ""] = target
        else:
            inside = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            if (known := archive.find(inside)) is not None:
                parts.setdefault(kind, known)
    return links, parts


def _part(archive: Archive, name: str | None) -> etree._Element | None:
    return None if name is None else parse_xml(archive.read(name), archive.place(name))


def _language(root: etree._Element | None) -> str:
    """The language of the document's defaults."""
    if root is None:
        return ""
    w = namespace(root)
    found = root.find(f"{w}docDefaults/{w}rPrDefault/{w}rPr/{w}lang")
    return (found.get(f"{w}val") or "") if found is not None else ""


def _meta(archive: Archive) -> dict[str, object]:
    meta: dict[str, object] = {}
    if (found := archive.find(CORE)) is None:
        return meta
    root = parse_xml(archive.read(found), archive.place(found))
    for name, element in (("title", "title"), ("author", "creator"), ("language", "language")):
        value = root.find(f"{DC}{element}")
        if value is not None and value.text and value.text.strip():
            meta[name] = " ".join(value.text.split())
    return meta
