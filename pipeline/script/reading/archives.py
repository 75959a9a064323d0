"""Zip archives opened with suspicion: EPUB and DOCX files come from anywhere.

Nothing is written to disk. What an archive says of itself is checked before a byte of it is unpacked, and no more is
unpacked than it says.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from pathlib import Path

from pipeline.errors import InputError, Place, ProblemsError

# Ours: ten times what the largest of the public EPUB samples has.
MAX_ENTRIES = 20_000
MAX_ENTRY = 64 << 20  # bytes unpacked, of one file that is read
MAX_READ = 256 << 20  # bytes unpacked, of all files that are read
MAX_RATIO = 200  # unpacked to packed; text is at 3 to 20
RATIO_COUNTS_FROM = 4 << 20  # bytes unpacked; a small file of blanks harms nobody

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # MS-CFB 2.2: the container of .doc and of a DOCX with a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # MS-OFFCRYPTO 2.3.4.4
MOBI = (b"BOOKMOBI", b"TEXtREAd")  # at byte 60 of a Palm database
KINDLE = (b"\xeaDRMION\xee", b"CONT\x02\x00", b"TPZ0")  # KFX with and without protection, Topaz


class Archive:
    """A zip archive in memory, read by name.

    Attributes:
        path: the file.
        names: of all its files, in the archive's order.
    """

    def __init__(self, path: Path, zipped: zipfile.ZipFile) -> None:
        self.path = path
        self.names = tuple(entry.filename for entry in zipped.infolist() if not entry.is_dir())
        self._zip = zipped
        self._folded = {name.casefold(): name for name in reversed(self.names)}
        self._read = 0

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def find(self, name: str) -> str | None:
        """The name as the archive writes it; some books mix up capitals."""
        return name if name in self else self._folded.get(name.casefold())

    def place(self, name: str, line: int | None = None) -> Place:
        """A file in the archive, as problems name it."""
        return Place(f"{self.path}!{name}", line)

    def read(self, name: str) -> bytes:
        """The unpacked content of one file.

        Raises:
            ProblemsError: the file is damaged, locked with a password, or too large.
        """
        entry = self._zip.getinfo(name)
        self._read += entry.file_size
        if entry.file_size > MAX_ENTRY or self._read > MAX_READ:
            limit = (MAX_ENTRY if entry.file_size > MAX_ENTRY else MAX_READ) >> 20
            raise refusal(self.place(name), f"the text unpacks to more than {limit} MiB", "split the book")
        if entry.flag_bits & 1:
            raise refusal(self.place(name), "the archive is locked with a password", "save the file without one")
        try:
            return self._zip.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            what = f"this part of the archive is damaged: {error}"
            raise refusal(self.place(name), what, "get a whole copy of the file") from None


def open_archive(path: Path, content: bytes, kind: str) -> Archive:
    """The archive in ``content``.

    Args:
        path: the file it was read from; for messages.
        kind: what the producer calls it: ``EPUB``, ``DOCX``.

    Raises:
        ProblemsError: another kind of file (old Word, Kindle, PDF), a truncated archive, a zip bomb, a password, or
            names that lead out of the archive.
    """
    refuse_others(path, content, kind)
    try:
        zipped = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError) as error:
        what = f"the {kind} is truncated or damaged: {error}"
        raise refusal(Place(str(path)), what, "get a whole copy of the file, or save it anew") from None
    _check(path, zipped.infolist(), len(content))
    return Archive(path, zipped)


def refuse_others(path: Path, content: bytes, kind: str) -> None:
    """Name what a file really is when it is no zip archive.

    Raises:
        ProblemsError: it is none.
    """
    if content.startswith(b"PK"):
        return
    if content.startswith(OLE):
        if ENCRYPTED in content:
            what, step = "the document is locked with a password", "open it in Word and save it without a password"
        else:
            what, step = "the document is in the old Word format (.doc)", "save it as .docx"
    elif content[60:68] in MOBI or content.startswith(KINDLE):
        what, step = "the book is in a Kindle format (MOBI, AZW, KFX)", "use the EPUB, or convert it with Calibre"
    elif content.startswith(b"%PDF"):
        what, step = (
            f"the file is a PDF, not {_a(kind)}",
            "write 'format: pdf' under 'script:' in the production file",
        )
    elif content.startswith(b"{\\rtf"):
        what, step = f"the file is RTF, not {_a(kind)}", "save it as .docx"
    else:
        what, step = f"the file is no {kind}: it is no zip archive", "check the path, or export the file anew"
    raise refusal(Place(str(path)), what, step)


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "AEIOU" else f"a {kind}"


def _check(path: Path, entries: list[zipfile.ZipInfo], size: int) -> None:
    here = Place(str(path))
    if len(entries) > MAX_ENTRIES:
        raise refusal(here, f"the archive holds more than {MAX_ENTRIES} files", "export the book anew")
    packed = sum(entry.compress_size for entry in entries)
    if packed > size or len({entry.header_offset for entry in entries}) < len(entries):
        raise refusal(here, "files overlap in the archive, as in a zip bomb", "get the file from where you trust it")
    for entry in entries:
        name = entry.filename
        if _leads_out(name) or stat.S_ISLNK(entry.external_attr >> 16):
            what = f"the name '{name}' leads out of the archive"
            raise refusal(here, what, "get the file from where you trust it")
        if entry.file_size > max(RATIO_COUNTS_FROM, MAX_RATIO * entry.compress_size):
            what = f"'{name}' unpacks to more than {MAX_RATIO} times its size, as in a zip bomb"
            raise refusal(here, what, "get the file from where you trust it")


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or name[1:2] == ":" or ".." in name.split("/")


def refusal(where: Place, what: str, next_step: str) -> ProblemsError:
    """A reading that ends before it has begun."""
    return ProblemsError([InputError(what, where=where, next_step=next_step)])
