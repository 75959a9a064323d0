"""Vorbis comments and pictures as FLAC and Ogg Opus carry them, and FLAC's own blocks around frames as they are.

Sources: xiph.org, Ogg Vorbis I format specification, comment field and header specification; RFC 9639 (FLAC) 8.6 and
8.8; the chapter extension of xiph.org's wiki (``CHAPTER001``, ``CHAPTER001NAME``).
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Mapping
from pathlib import Path

from pipeline.delivery.cover import Cover
from pipeline.delivery.programme import Programme
from pipeline.errors import StorageError

VENDOR = b"Chapterhouse"
FRONT_COVER = 3
STREAM_INFO, SEEK_TABLE, VORBIS_COMMENT, PICTURE = 0, 3, 4, 6  # RFC 9639, table 3
LAST_BLOCK = 0x80
MOST_CHAPTERS = 999  # the extension's names have three digits
COPY_BYTES = 1 << 20


def chapter_comments(programme: Programme) -> dict[str, str]:
    """Where each chapter starts, to the millisecond, and its name. Empty for a single one."""
    comments: dict[str, str] = {}
    if len(programme.masters) == 1:
        return comments
    for number, (start, master) in enumerate(zip(programme.starts, programme.masters, strict=True), 1):
        if number > MOST_CHAPTERS:
            break
        milliseconds = round(1000 * start / programme.rate_hz)
        minutes, rest = divmod(milliseconds, 60_000)
        time = f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
        comments[f"CHAPTER{number:03d}"] = time
        comments[f"CHAPTER{number:03d}NAME"] = " ".join(master.title.split()) or f"Chapter {master.number}"
    return comments


def comment_block(comments: Mapping[str, str]) -> bytes:
    """The comment header without framing: lengths are little-endian, text is UTF-8."""
    fields = [f"{name}={text}".encode("utf-8", "replace") for name, text in comments.items()]
    listed = b"".join(struct.pack("<I", len(field)) + field for field in fields)
    return struct.pack("<I", len(VENDOR)) + VENDOR + struct.pack("<I", len(fields)) + listed


def picture_block(cover: Cover) -> bytes:
    """RFC 9639, 8.8: the front cover, 24 bits a pixel."""
    picture, mime = cover.path.read_bytes(), cover.mime.encode()
    head = struct.pack(">II", FRONT_COVER, len(mime)) + mime + struct.pack(">I", 0)
    return head + struct.pack(">IIIII", cover.width, cover.height, 24, 0, len(picture)) + picture


def write_flac(source: Path, making: Path, comments: Mapping[str, str], cover: Cover) -> None:
    """A FLAC's frames as they are, behind new comments and a cover.

    Raises:
        StorageError: the source is no FLAC.
    """
    with source.open("rb") as stream, making.open("wb") as target:
        if stream.read(4) != b"fLaC":
            raise _damaged(source)
        kept = []
        kind = 0
        while not kind & LAST_BLOCK:
            head = stream.read(4)
            if len(head) < 4:
                raise _damaged(source)
            kind = head[0]
            body = stream.read(int.from_bytes(head[1:], "big"))
            if kind & 0x7F in {STREAM_INFO, SEEK_TABLE}:
                kept.append((kind & 0x7F, body))
        if not kept or kept[0][0] != STREAM_INFO or len(kept[0][1]) != 34:
            raise _damaged(source)
        blocks = [*kept, (VORBIS_COMMENT, comment_block(comments)), (PICTURE, picture_block(cover))]
        target.write(b"fLaC")
        for place, (kind, body) in enumerate(blocks, 1):
            last = LAST_BLOCK if place == len(blocks) else 0
            target.write(bytes([kind | last]) + len(body).to_bytes(3, "big") + body)
        shutil.copyfileobj(stream, target, COPY_BYTES)


def _damaged(source: Path) -> StorageError:
    return StorageError(
        "the master is no whole FLAC file",
        where=str(source),
        next_step="run the same command again; a damaged master is made anew",
    )
