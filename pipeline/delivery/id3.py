"""ID3v2.3 tags, the version that every player reads (id3.org, ID3 tag version 2.3.0).

Written here because ffmpeg puts comments into a frame that players do not show, and because a tag that merely stands
before the sound lets a title be corrected without encoding again.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.delivery.cover import Cover
from pipeline.delivery.tags import GENRE, Tags

LATIN_1, UTF_16 = b"\x00", b"\x01"
FRONT_COVER = b"\x03"  # section 4.15
MOST_ENTRIES = 255  # of a table of contents
ORDERED, TOP_LEVEL = 1, 2  # flags of a table of contents
NO_OFFSET = 0xFFFFFFFF  # only the times count


@dataclass(frozen=True)
class Id3Chapter:
    """A chapter: from … to … in milliseconds."""

    title: str
    start_ms: int
    end_ms: int


def id3_tag(tags: Tags, cover: Cover, chapters: Sequence[Id3Chapter] = ()) -> bytes:
    """The whole tag, to stand before the first MPEG frame."""
    frames = b"".join(
        [
            _text(b"TIT2", tags.title),
            _text(b"TPE1", tags.artist),
            _text(b"TPE2", tags.artist),
            _text(b"TALB", tags.album),
            _text(b"TRCK", tags.track_of),
            _text(b"TCON", GENRE),
            _text(b"TCOM", tags.narrators),
            _text(b"TCOP", tags.copyright),
            _text(b"TLAN", tags.long_language),
            _described(b"TXXX", b"", "NARRATOR", tags.narrators),
            _described(b"COMM", b"eng", "", tags.comment),
            _picture(cover),
            *_chapters(chapters),
        ]
    )
    return b"ID3\x03\x00\x00" + _syncsafe(len(frames)) + frames


def _chapters(chapters: Sequence[Id3Chapter]) -> list[bytes]:
    """id3.org, ID3v2 Chapter Frame Addendum 1.0. A table counts its entries in one byte, so more than 255 chapters
    are listed in tables of their own below the topmost one.
    """
    if not chapters:
        return []
    names = [f"chp{number}".encode() for number in range(len(chapters))]
    frames = []
    if len(names) <= MOST_ENTRIES:
        frames.append(_table(b"toc", names, top=True))
    else:
        parts = [names[first : first + MOST_ENTRIES] for first in range(0, len(names), MOST_ENTRIES)]
        tables = [f"toc{number}".encode() for number in range(len(parts))]
        frames.append(_table(b"toc", tables, top=True))
        frames += [_table(name, part, top=False) for name, part in zip(tables, parts, strict=True)]
    for name, chapter in zip(names, chapters, strict=True):
        times = struct.pack(">IIII", chapter.start_ms, chapter.end_ms, NO_OFFSET, NO_OFFSET)
        frames.append(_frame(b"CHAP", name + b"\x00" + times + _text(b"TIT2", chapter.title)))
    return frames


def _table(name: bytes, entries: Sequence[bytes], *, top: bool) -> bytes:
    flags = bytes([ORDERED | (TOP_LEVEL if top else 0), len(entries)])
    return _frame(b"CTOC", name + b"\x00" + flags + b"".join(entry + b"\x00" for entry in entries))


def _frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">I", len(body)) + b"\x00\x00" + body


def _text(name: bytes, text: str) -> bytes:
    if not text:
        return b""
    encoding, encoded, _ = _encode(text)
    return _frame(name, encoding + encoded)


def _described(name: bytes, language: bytes, description: str, text: str) -> bytes:
    """TXXX (no language) and COMM: both strings in one encoding, the first ended by a NUL."""
    if not text:
        return b""
    encoding, encoded, end = _encode(text)
    head = description.encode("latin-1") if encoding == LATIN_1 else _utf_16(description)
    return _frame(name, encoding + language + head + end + encoded)


def _picture(cover: Cover) -> bytes:
    return _frame(b"APIC", LATIN_1 + cover.mime.encode() + b"\x00" + FRONT_COVER + b"\x00" + cover.path.read_bytes())


def _encode(text: str) -> tuple[bytes, bytes, bytes]:
    """Encoding byte, text and the encoding's NUL: Latin-1 where it suffices, else UTF-16 with its mark."""
    try:
        return LATIN_1, text.encode("latin-1"), b"\x00"
    except UnicodeEncodeError:
        return UTF_16, _utf_16(text), b"\x00\x00"


def _utf_16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le", "replace")


def _syncsafe(number: int) -> bytes:
    """28 bits in four bytes of seven (section 3.1)."""
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))
