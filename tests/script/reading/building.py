"""Small EPUB and DOCX files, built in memory, and what every reader's document must hold to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.script.blocks import Block, Document, Mark, Marking, Sort

XHTML = "http://www.w3.org/1999/xhtml"
CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

BOOK = Path("book.epub")
NOVEL = Path("novel.docx")
PAGE = Path("page.html")


def zipped(files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of files by name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def page(body: str, head: str = "", attributes: str = "") -> str:
    """An XHTML page of a book."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="{XHTML}" '
        'xmlns:epub="http://www.idpf.org/2007/ops" xmlns:ssml="http://www.w3.org/2001/10/synthesis">'
        f"<head><title>A page</title>{head}</head><body {attributes}>{body}</body></html>"
    )


def nav(items: str, more: str = "") -> str:
    """An EPUB 3 navigation document whose table of contents holds ``items``."""
    return page(f'<nav epub:type="toc"><ol>{items}</ol></nav>{more}')


def line(title: str, target: str, under: str = "") -> str:
    """A line of a table of contents."""
    return f'<li><a href="{target}">{title}</a>{f"<ol>{under}</ol>" if under else ""}</li>'


def epub(
    pages: Mapping[str, str],
    *,
    contents: str = "",
    ncx: str = "",
    meta: str = "<dc:title>A Book</dc:title><dc:creator>An Author</dc:creator><dc:language>en</dc:language>",
    linear: Mapping[str, str] | None = None,
    guide: str = "",
    items: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """An EPUB whose spine is ``pages``, each a whole XHTML file or else the inside of its body.

    Args:
        contents: lines of EPUB 3's table of contents.
        ncx: nav points of EPUB 2's.
        linear: page → ``no``.
        more: further files of the archive, by their names in it.
    """
    files: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    manifest, spine = items, ""
    for name, text in pages.items():
        files[f"OEBPS/{name}"] = text if text.lstrip().startswith(("<?xml", "<html", "<!")) else page(text)
        manifest += f'<item id="id-{name}" href="{name}" media-type="application/xhtml+xml"/>'
        spine += f'<itemref idref="id-{name}" linear="{(linear or {}).get(name, "yes")}"/>'
    if contents:
        files["OEBPS/nav.xhtml"] = nav(contents) if contents.startswith("<li") else contents
        manifest += '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    if ncx:
        files["OEBPS/toc.ncx"] = (
            '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">'
            f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{ncx}</navMap></ncx>'
        )
        manifest += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    files["OEBPS/book.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{meta}</metadata><manifest>{manifest}</manifest>'
        f'<spine toc="ncx">{spine}</spine><guide>{guide}</guide></package>'
    )
    return zipped(files | dict(more or {}))


def point(title: str, target: str, under: str = "") -> str:
    """A nav point of an NCX."""
    return f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{target}"/>{under}</navPoint>'


def docx(
    body: str,
    *,
    styles: str = "",
    footnotes: str = "",
    links: Mapping[str, str] | None = None,
    title: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A DOCX whose body is ``body``, WordprocessingML with the prefix ``w``."""
    relations = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/hyperlink" Target="{target}" TargetMode="External"/>'
        for name, target in (links or {}).items()
    )
    for part in ("styles", "footnotes"):
        relations += f'<Relationship Id="r-{part}" Type="{OFFICE}/{part}" Target="{part}.xml"/>'
    files: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="a" Type="{OFFICE}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
        "word/document.xml": _part("document", f"<w:body>{body}</w:body>"),
        "word/styles.xml": _part("styles", styles),
        "word/footnotes.xml": _part("footnotes", footnotes),
        "docProps/core.xml": '<c xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>An Author</dc:creator></c>",
    }
    return zipped(files | dict(more or {}))


def _part(tag: str, inside: str) -> str:
    return (
        f'<w:{tag} xmlns:w="{WORD}" xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-'
        'compatibility/2006" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        f"{inside}</w:{tag}>"
    )


def para(text: str, properties: str = "") -> str:
    """A paragraph of Word; ``text`` is runs, or plain text for one run."""
    inside = text if text.startswith("<") else run(text)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inside}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run of Word."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def styled(style: str) -> str:
    """The property that gives a paragraph its style."""
    return f'<w:pStyle w:val="{style}"/>'


def sound(document: Document) -> Document:
    """Check what every document must hold to: positions, and every character in one block or accounted for."""
    ledger = document.ledger
    text = ledger.source.text
    seen = bytearray(len(text))
    for block in document.blocks:
        assert len(block.offsets) == len(block.text)
        assert "".join(text[offset] for offset in block.offsets) == block.text
        assert all(0 <= mark.start <= mark.end <= len(block.text) for mark in block.marks)
        assert [mark.start for mark in block.marks] == sorted(mark.start for mark in block.marks)
        for offset in block.offsets:
            assert not seen[offset] and not ledger.fates[offset]
            seen[offset] = 1
    lost = [i for i, letter in enumerate(text) if not (letter.isspace() or seen[i] or ledger.fates[i])]
    assert not lost, text[max(lost[0] - 20, 0) : lost[0] + 20]
    assert len(ledger.source.starts) == len(ledger.source.places) or not ledger.source.places
    return document


def texts(document: Document, *sorts: Sort) -> list[str]:
    """The texts of the blocks, of some sorts only where they are named."""
    return [block.text for block in document.blocks if not sorts or block.sort in sorts]


def skipped(document: Document, policy: str) -> str:
    """What is skipped in the source by the policy, in order, stretches parted by a bar."""
    ledger = document.ledger
    if policy not in ledger.policies:
        return ""
    code = ledger.policies.index(policy)
    letters = (letter if fate == code else "|" for letter, fate in zip(ledger.source.text, ledger.fates, strict=True))
    return "|".join(stretch for stretch in "".join(letters).split("|") if stretch)


def block_with(document: Document, words: str) -> Block:
    """The first block that holds the words."""
    return next(block for block in document.blocks if words in block.text)


def marked(block: Block, marking: Marking) -> list[tuple[str, str]]:
    """Text and value of a block's marks of one kind."""
    found: list[Mark] = [mark for mark in block.marks if mark.marking is marking]
    return [(block.text[mark.start : mark.end], mark.value) for mark in found]


Read = Callable[[Path, bytes], Document]
