"""What a script's file is: by its first bytes, and by its suffix where many formats are plain text."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from pipeline.errors import Place, ProblemsError
from pipeline.materials import Notice
from pipeline.production import ScriptFormat
from pipeline.script.reading.source import whole

SUFFIXES: dict[str, ScriptFormat] = {
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".text": "text", ".epub": "epub", ".docx": "docx",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".fountain": "fountain", ".spmd": "fountain",
    ".ssml": "ssml", ".pdf": "pdf",
}  # fmt: skip
WRITTEN: tuple[ScriptFormat, ...] = ("markdown", "text", "fountain")  # plain text to the eye: the suffix tells
PANDOC = "convert it: pandoc {name} -o {stem}.epub"
OFFICE = "convert it: soffice --convert-to docx {name}, or save it as .docx in its own program"
CALIBRE = "convert it: ebook-convert {name} {stem}.epub (Calibre)"
DECLARED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE\s+(?!html)[^>]*>\s*)*"
    r"<(?:!DOCTYPE\s+)?(?P<name>html|head|body|(?:\w+:)?speak|FictionBook|FinalDraft)\b",
    re.IGNORECASE | re.DOTALL,
)
# first bytes (offset, bytes), what it is, what to do
REFUSED = (
    (0, b"\xd0\xcf\x11\xe0", "an old Word file (.doc) or another OLE file", OFFICE),
    (0, b"{\\rtf", "Rich Text (RTF)", PANDOC),
    (60, b"BOOKMOBI", "a Kindle book (MOBI, AZW)", CALIBRE),
    (60, b"TEXtREAd", "a Palm book", CALIBRE),
    (0, b"TPZ", "a Kindle book (Topaz)", CALIBRE),
    (0, b"ITOLITLS", "a Microsoft Reader book (LIT)", CALIBRE),
    (0, b"\x89PNG", "a picture (PNG)", "give the text: a picture of it needs character recognition first"),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", "give the text: a picture of it needs character recognition first"),
    (0, b"GIF8", "a picture (GIF)", "give the text: a picture of it needs character recognition first"),
    (0, b"II*\x00", "a picture (TIFF)", "give the text: a picture of it needs character recognition first"),
    (0, b"MM\x00*", "a picture (TIFF)", "give the text: a picture of it needs character recognition first"),
    (8, b"WEBP", "a picture (WebP)", "give the text: a picture of it needs character recognition first"),
    (0, b"AT&TFORM", "a DjVu file", "take its text out: djvutxt {name} > {stem}.txt"),
    (0, b"%!PS", "PostScript", "convert it: ps2pdf {name}"),
    (0, b"\x1f\x8b", "packed with gzip", "unpack it: gunzip {name}"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and name the script inside"),
    (0, b"Rar!", "a RAR archive", "unpack it and name the script inside"),
)


def detect(path: Path, content: bytes) -> ScriptFormat:
    """The format of a script. What the content says goes before what the suffix says.

    Raises:
        ProblemsError: it is none that can be read (with how to convert it), or nothing tells what it is.
    """
    for offset, first, what, step in REFUSED:
        if content.startswith(first, offset):
            raise _refusal(path, f"the script is {what}", step)
    if content.startswith(b"PK\x03\x04"):
        return _zipped(path, content)
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if (declared := DECLARED.match(_head(content))) is not None:
        return _declared(path, declared["name"].lower())
    named = SUFFIXES.get(path.suffix.lower())
    if named is None:
        what = f"the suffix '{path.suffix}' does not tell the script's format"
        raise whole(path, what, "name it .md or .txt, or set 'script: format:' to markdown or text")
    return named if named in (*WRITTEN, "html", "ssml") else "text"


def contradiction(path: Path, found: ScriptFormat) -> tuple[Notice, ...]:
    """A notice where a file is read as something else than its name says."""
    named = SUFFIXES.get(path.suffix.lower())
    if named is None or named == found:
        return ()
    return (Notice(f"named {path.suffix}, but it is {found} by its content and is read as that", Place(str(path))),)


def _zipped(path: Path, content: bytes) -> ScriptFormat:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:80].decode("ascii", "replace") if _is_small(archive, "mimetype") else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        what = "the script is a zip archive (an EPUB or a Word file?), and a damaged one"
        raise whole(path, what, "get the file again, or export it again") from None
    if kind.strip() == "application/epub+zip" or ("META-INF/container.xml" in names and "text" not in kind):
        return "epub"
    if "word/document.xml" in names:
        return "docx"
    if "opendocument.text" in kind:
        raise _refusal(path, "the script is an OpenDocument text (ODT)", PANDOC)
    step = "export it as Markdown or text, or unpack it and name the script inside"
    raise whole(path, "the script is a zip archive, but neither an EPUB nor a Word file", step)


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return any(entry.filename == name and entry.file_size < 1000 for entry in archive.infolist())


def _head(content: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[2:8192].decode(encoding, "replace")
    return content[:8192].decode("utf-8-sig", "replace")


def _declared(path: Path, name: str) -> ScriptFormat:
    if name == "fictionbook":
        raise _refusal(path, "the script is a FictionBook (FB2)", PANDOC)
    if name == "finaldraft":
        raise _refusal(path, "the script is a Final Draft file (FDX)", "export it as Fountain")
    return "ssml" if name.endswith("speak") else "html"


def _refusal(path: Path, what: str, step: str) -> ProblemsError:
    return whole(path, f"{what}, which is not read", step.format(name=path.name, stem=path.stem))
