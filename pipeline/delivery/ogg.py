"""Ogg Opus: tags put around sound that is already encoded, and its level corrected without encoding again.

Sources: RFC 3533 (pages), RFC 7845 (identification header with its output gain, comment header).
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from pipeline.delivery.cover import Cover
from pipeline.delivery.vorbis import comment_block, picture_block
from pipeline.errors import StorageError

HEAD = struct.Struct("<4sBBqIIIB")  # RFC 3533, 6: OggS, version, type, granule, serial, sequence, checksum, segments
CONTINUED = 1
MOST_SEGMENTS = 255
MOST_GAIN_DB = 127.0
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Page:
    """One page: its header's fields, the lengths of its segments, and what is in them."""

    kind: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes

    def packed(self) -> bytes:
        fields = (b"OggS", 0, self.kind, self.granule, self.serial, self.sequence)
        page = HEAD.pack(*fields, 0, len(self.lacing)) + self.lacing + self.body
        return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


def checksum(page: bytes) -> int:
    """RFC 3533's CRC-32: zlib's polynomial, bits the other way round, no inversion."""
    turned = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(struct.pack("<I", turned).translate(_REVERSED), "big")


def pages(stream: IO[bytes], where: Path) -> Iterator[Page]:
    """The pages of a stream.

    Raises:
        StorageError: it is damaged.
    """
    while head := stream.read(HEAD.size):
        if len(head) < HEAD.size or not head.startswith(b"OggS"):
            raise StorageError(
                "an Opus encoding is damaged", where=str(where), next_step="run the same command again"
            )
        _, _, kind, granule, serial, sequence, _, count = HEAD.unpack(head)
        lacing = stream.read(count)
        yield Page(kind, granule, serial, sequence, lacing, stream.read(sum(lacing)))


def write_opus(source: Path, making: Path, comments: Mapping[str, str], cover: Cover) -> None:
    """An Opus stream's audio as it is, behind new comments and a cover."""
    picture = base64.b64encode(picture_block(cover)).decode()
    tags = b"OpusTags" + comment_block({**comments, "METADATA_BLOCK_PICTURE": picture})
    with source.open("rb") as stream, making.open("wb") as target:
        read = pages(stream, source)
        first = next(read)
        target.write(first.packed())
        sequence = 1
        for page in _paged(tags, first.serial):
            target.write(replace(page, sequence=sequence).packed())
            sequence += 1
        comment_is_over = False
        for page in read:
            if not comment_is_over:  # RFC 7845, 3: the audio starts on a page of its own
                comment_is_over = page.lacing[-1] < MOST_SEGMENTS
                continue
            target.write(replace(page, sequence=sequence).packed())
            sequence += 1


def _paged(packet: bytes, serial: int) -> Iterator[Page]:
    """One packet on as many pages as it takes."""
    lacing = bytes([MOST_SEGMENTS]) * (len(packet) // MOST_SEGMENTS) + bytes([len(packet) % MOST_SEGMENTS])
    for first in range(0, len(lacing), MOST_SEGMENTS):
        part = lacing[first : first + MOST_SEGMENTS]
        start = first * MOST_SEGMENTS
        ends = first + MOST_SEGMENTS >= len(lacing)
        granule = 0 if ends else -1  # RFC 3533: -1 where no packet ends
        yield Page(CONTINUED if first else 0, granule, serial, 0, part, packet[start : start + sum(part)])


def turn_opus(path: Path, gain_db: float) -> None:
    """Make every player play the file louder by ``gain_db``: RFC 7845, 5.1, output gain in 1/256 dB."""
    with path.open("r+b") as stream:
        first = next(pages(stream, path))
        (before,) = struct.unpack_from("<h", first.body, 16)
        gain = struct.pack("<h", round(256 * max(-MOST_GAIN_DB, min(MOST_GAIN_DB, before / 256 + gain_db))))
        stream.seek(0)
        stream.write(replace(first, body=first.body[:16] + gain + first.body[18:]).packed())
