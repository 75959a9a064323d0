"""ID3v2.3 tags, the version that every player reads (id3.org, ID3 tag version 2.3.0).

Written here because ffmpeg puts comments into a frame that players do not show, and because a tag that merely stands
before the sound lets a title be corrected without encoding again.
"""

from __future__ import annotations

import struct

from pipeline.delivery.cover import Cover
from pipeline.delivery.tags import GENRE, Tags

LATIN_1, UTF_16 = b"\x00", b"\x01"
FRONT_COVER = b"\x03"  # section 4.15


def id3_tag(tags: Tags, cover: Cover) -> bytes:
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
        ]
    )
    return b"ID3\x03\x00\x00" + _syncsafe(len(frames)) + frames


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
