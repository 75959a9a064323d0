"""Archives from anywhere: nothing grows without end, nothing leads out, and a wrong file is named for what it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import ProblemsError
from pipeline.script.reading import archives, docx, epub
from pipeline.script.reading.archives import open_archive

from . import building
from .building import BOOK, zipped


def problem(content: bytes, kind: str = "EPUB", name: str = "") -> str:
    """What is wrong with the archive, or with the file in it of that name."""
    with pytest.raises(ProblemsError) as caught:
        open_archive(BOOK, content, kind).read(name)
    (found,) = caught.value.problems
    assert "book.epub" in str(found.where) and found.next_step
    return found.what


def test_an_archive_is_read_by_name_whatever_its_capitals() -> None:
    archive = open_archive(BOOK, zipped({"A/b.txt": "words"}), "EPUB")
    assert archive.names == ("A/b.txt",)
    assert archive.find("a/B.TXT") == "A/b.txt" and archive.find("c") is None
    assert archive.read("A/b.txt") == b"words"
    assert str(archive.place("A/b.txt", 3)) == "book.epub!A/b.txt:3"


OTHERS = {
    "old Word": (archives.OLE + b"\0" * 600, "old Word format"),
    "Word with a password": (archives.OLE + b"\0" * 100 + archives.ENCRYPTED, "locked with a password"),
    "MOBI": (b"\0" * 60 + b"BOOKMOBI", "Kindle"),
    "KFX": (archives.KINDLE[0] + b"\0" * 60, "Kindle"),
    "PDF": (b"%PDF-1.7", "a PDF"),
    "RTF": (b"{\\rtf1 x}", "RTF"),
    "text": (b"Call me Ishmael.", "no zip archive"),
    "nothing": (b"", "no zip archive"),
}


@pytest.mark.parametrize("content, what", OTHERS.values(), ids=OTHERS)
def test_another_kind_of_file_is_named(content: bytes, what: str) -> None:
    assert what in problem(content)
    for reader in (epub.read, docx.read):
        with pytest.raises(ProblemsError, match=what):
            reader(Path("x"), content)


def test_a_truncated_archive_is_refused_at_every_length() -> None:
    whole = building.epub({"a.xhtml": "<p>Text.</p>"})
    for length in range(2, len(whole) - 1, 41):
        with pytest.raises(ProblemsError, match="truncated or damaged"):
            epub.read(BOOK, whole[:length])


def test_damage_within_a_file_of_the_archive_names_that_file() -> None:
    whole = bytearray(zipped({"a.txt": "words " * 50}, zipfile.ZIP_STORED))
    whole[60] ^= 0xFF
    assert "damaged" in problem(bytes(whole), name="a.txt")


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "..\\a", "C:/a"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    assert "leads out" in problem(zipped({name: "x"}))


def test_links_are_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        entry = zipfile.ZipInfo("a")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    assert "leads out" in problem(content.getvalue())


def test_a_file_that_unpacks_beyond_measure_is_refused_before_it_is_unpacked() -> None:
    assert "zip bomb" in problem(zipped({"a": b"\0" * (archives.RATIO_COUNTS_FROM + 1)}))


def test_text_that_is_only_well_packed_is_no_bomb() -> None:
    text = "All work and no play makes Jack a dull boy.\n" * 20_000
    assert open_archive(BOOK, zipped({"a": text}), "EPUB").read("a") == text.encode()


def test_files_that_overlap_are_refused() -> None:
    whole = zipped({"a": "x" * 100, "b": "x" * 100}, zipfile.ZIP_STORED)
    first, second = (i for i in range(len(whole)) if whole.startswith(b"PK\x01\x02", i))
    offset_of_second = slice(second + 42, second + 46)  # APPNOTE 4.3.12: relative offset of local header
    forged = whole[: offset_of_second.start] + whole[first + 42 : first + 46] + whole[offset_of_second.stop :]
    assert "overlap" in problem(forged)


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    assert "more than 3 files" in problem(zipped({str(n): "" for n in range(4)}))


def test_what_is_read_in_all_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_READ", 1 << 20)
    archive = open_archive(BOOK, zipped(dict.fromkeys("ab", "words " * 100000)), "EPUB")
    archive.read("a")
    with pytest.raises(ProblemsError, match="more than 1 MiB"):
        archive.read("b")


def test_a_password_is_named() -> None:
    whole = bytearray(zipped({"a": "x"}))
    whole[whole.index(b"PK\x01\x02") + 8] |= 1  # APPNOTE 4.4.4: bit 0 of the general purpose flag
    assert "password" in problem(bytes(whole), name="a")
