"""Bytes become characters in the encoding they were written in; what is no text is refused with the way out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import Place, ProblemsError
from pipeline.script.reading.formats import contradiction, detect
from pipeline.script.reading.source import MAX_BYTES, decode, open_source, read_source

PATH = Path("book.txt")

ENGLISH = "“Don’t,” she said — the café was closed, and he had no naïve ideas about it."
FRENCH = "Elle était là, à côté de l’église, où les élèves rêvaient."
SPANISH = "Él no quería volver a España mañana."
GERMAN = "Der Mann ging über die Straße und grüßte den König."
PORTUGUESE = "Não são coisas que os irmãos façam às vezes."
POLISH = "Wszystko było już gotowe i nie można się było cofnąć."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy a to je vše."
RUSSIAN = "Все счастливые семьи похожи друг на друга."
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"
CHINESE = "话说天下大势，分久必合，合久必分。"
ENCODED = [
    *(("cp1252", text) for text in (ENGLISH, FRENCH, SPANISH, GERMAN, PORTUGUESE, "Café noir", "He paid £5.")),
    *(("latin-1", text) for text in (SPANISH, GERMAN, PORTUGUESE)),
    *(("iso8859_2", text) for text in (POLISH, CZECH)),
    *(("cp1250", text) for text in (f"„{POLISH}”", CZECH)),
    *(("mac_roman", text) for text in (ENGLISH, FRENCH, SPANISH, GERMAN)),
    ("cp1251", RUSSIAN),
    ("koi8_r", RUSSIAN),
    ("cp932", JAPANESE),
    ("euc_jp", JAPANESE),
    ("gb18030", CHINESE),
]


@pytest.mark.parametrize("encoding, text", ENCODED)
def test_an_encoding_is_told_from_a_single_line_and_named_with_a_word_to_look_at(encoding: str, text: str) -> None:
    found, (notice,) = decode(PATH, f"Plain.\r\n{text}\r".encode(encoding))
    assert found == f"Plain.\n{text}\n"
    assert notice.place == Place("book.txt", 2)
    assert "not UTF-8; read as" in notice.what and text[:20] in notice.what


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_needs_no_guess(encoding: str) -> None:
    assert decode(PATH, ENGLISH.encode(encoding)) == (ENGLISH, ())


def test_two_encodings_that_are_as_likely_are_an_error_that_shows_both() -> None:
    with pytest.raises(ProblemsError) as caught:
        decode(PATH, b"x\nEspa\xf1a")  # España in Windows-1252, Espańa in Latin-2
    assert "'España'" in str(caught.value) and "'Espańa'" in str(caught.value)
    assert "iconv -f" in str(caught.value) and "book.txt:2" in str(caught.value)


REFUSED = {
    "binary": (b"Hi\x00\x01", "zero byte at byte 2"),
    "nearly UTF-8": ("ä ö ü ß é è ê ë î ô û".encode() + b" \xe9 x", "UTF-8 but for byte 0xE9 at byte offset 33"),
    "no text at all": (bytes(range(1, 256)) * 3, "not UTF-8: byte 0x80"),
    "half of a UTF-16 character": (b"\xff\xfea\x00b", "UTF-16 but for"),
}


@pytest.mark.parametrize("content, what", REFUSED.values(), ids=REFUSED)
def test_bytes_that_are_no_text_are_refused(content: bytes, what: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        decode(PATH, content)
    assert what in str(caught.value) and "next:" in str(caught.value)


SPOILT = {
    "apostrophe": ("He said: itâ€™s late.", 1, 12, "'â€™' may be meant as '’'"),
    "accents": ("One.\nA cafÃ© here, a cafÃ© there, garÃ§on!", 2, 6, "'Ã©' may be meant as 'é'"),
    "lost character": ("One.\ncaf\ufffd", 2, 4, "U+FFFD"),
    "control character": ("Hi\x07 you", 1, 3, "U+0007"),
}


@pytest.mark.parametrize("text, line, column, what", SPOILT.values(), ids=SPOILT)
def test_text_that_was_spoilt_before_is_an_error_with_its_place(
    tmp_path: Path, text: str, line: int, column: int, what: str
) -> None:
    path = tmp_path / "t.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_source(path)
    assert what in caught.value.problems[0].what
    assert caught.value.problems[0].where == Place(str(path), line, column)


@pytest.mark.parametrize(
    "text", ["A IRMÃ « disse »", "«NÃO», disse. Ângela, Ótimo", "Â et Ã", "SÃO»", "naïve “café”"]
)
def test_accents_that_somebody_wrote_are_no_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.txt"
    path.write_text(text, encoding="utf-8")
    assert read_source(path).text == text


def test_form_feeds_and_the_mark_of_old_files_end_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"One.\r\n\x0cTwo.\x0b\r\n\x1a")
    source, notices = open_source(path)
    assert (source.text, notices) == ("One.\n\fTwo.\v\n", ())


def test_a_file_too_large_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path, what in ((big, "larger than 64 MiB"), (tmp_path, "cannot be read"), (tmp_path / "no", "no such")):
        with pytest.raises(ProblemsError, match=what):
            read_source(path)


def archive(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        for name, content in files.items():
            book.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


FORMATS = {
    "EPUB": ("x.epub", archive(mimetype="application/epub+zip"), "epub"),
    "EPUB named as text": ("x.txt", archive(mimetype="application/epub+zip"), "epub"),
    "Word": ("x.docx", archive(word__document_xml="<w/>"), "docx"),
    "PDF": ("x.bin", b"%PDF-1.7\n", "pdf"),
    "HTML": ("x.html", b"<p>Hi", "html"),
    "HTML named as text": ("x.txt", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!DOCTYPE html>\n<html>", "html"),
    "HTML of UTF-16": ("x.txt", "<html>".encode("utf-16"), "html"),
    "SSML": ("x.xml", b"<?xml version='1.0'?><speak>Hi</speak>", "ssml"),
    "Fountain": ("x.fountain", b"INT. HOUSE", "fountain"),
    "Markdown": ("x.MD", b"# Hi", "markdown"),
    "Markdown with HTML in it": ("x.md", b"<div>Hi</div>", "markdown"),
    "text": ("x.txt", b"Hi", "text"),
    "text named as EPUB": ("x.epub", b"Hi", "text"),
}


@pytest.mark.parametrize("name, content, expected", FORMATS.values(), ids=FORMATS)
def test_the_format_is_told_by_content_then_by_suffix(name: str, content: bytes, expected: str) -> None:
    assert detect(Path(name), content) == expected


def test_a_name_that_says_something_else_is_noticed() -> None:
    (notice,) = contradiction(Path("x.txt"), "epub")
    assert "named .txt, but it is epub" in str(notice)
    assert contradiction(Path("x.epub"), "epub") == contradiction(Path("x"), "pdf") == ()


NOT_READ = {
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "soffice"),
    "RTF": (b"{\\rtf1", "pandoc"),
    "Kindle": (b"\0" * 60 + b"BOOKMOBI", "ebook-convert"),
    "ODT": (archive(mimetype="application/vnd.oasis.opendocument.text"), "pandoc"),
    "picture": (b"\x89PNG\r\n\x1a\n", "character recognition"),
    "FictionBook": (b"<?xml version='1.0'?><FictionBook>", "pandoc"),
    "zip": (archive(a="b"), "zip archive"),
    "damaged zip": (b"PK\x03\x04....", "damaged"),
    "unknown suffix": (b"Hi", "set 'script: format:'"),
}


@pytest.mark.parametrize("content, step", NOT_READ.values(), ids=NOT_READ)
def test_a_format_that_is_not_read_is_refused_with_the_way_to_convert_it(content: bytes, step: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        detect(Path("book.xyz"), content)
    assert step in str(caught.value)
