"""An MP4 audiobook written box by box, index first, in one pass over sound that is already encoded.

Sources: ISO/IEC 14496-12 (boxes), 14496-14 (mp4a, esds), Apple's QuickTime File Format (chapter track, text media,
edit list), and what players read by convention: iTunes' ``ilst``, Nero's ``chpl``. Written here because ffmpeg cannot
be told where sound that comes as bare packets starts and ends, to the sample, and because it writes a file of this
size twice to put the index first.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.delivery.aac import FRAME, PRIMING, RATES_HZ, adts_places, without_headers
from pipeline.delivery.cover import Cover

NERO_CHAPTERS = 255  # the older chapter list counts in one byte; the QuickTime track has no such limit
CHUNK = 43  # packets that lie together: a second at 44.1 kHz
LARGE = 1 << 32  # what needs 64 bits
PACKED_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
UTF_8 = struct.pack(">I4sI", 12, b"encd", 0x100)  # QTFF: text encoding of a text sample


@dataclass(frozen=True)
class Chapter:
    """A chapter mark: ``start`` and ``length`` in samples."""

    title: str
    start: int
    length: int


@dataclass(frozen=True)
class Book:
    """What an MP4 audiobook says about its sound.

    Attributes:
        rate_hz: samples per second.
        channels: of the sound.
        sample_count: of the sound, without the encoder's priming and padding.
        language: ISO 639-2.
        chapters: in order, without gaps.
        tags: iTunes atoms → text.
        freeform: tags without an atom of their own, by name.
        cover: the picture.
    """

    rate_hz: int
    channels: int
    sample_count: int
    language: str
    chapters: tuple[Chapter, ...]
    tags: Mapping[bytes, str]
    freeform: Mapping[str, str]
    cover: Cover


def write_book(book: Book, segments: Sequence[Path], making: Path, heard: Callable[[float], None]) -> None:
    """Write the file.

    Args:
        book: see there.
        segments: AAC packets with ADTS headers, joined one stream (`pipeline.delivery.aac`).
        making: the path to write.
        heard: told the seconds of sound written so far; what it raises stops the writing.
    """
    places = [adts_places(segment.read_bytes()) for segment in segments]
    sizes = np.concatenate([np.diff(place) - 7 for place in places])
    texts = [_text_sample(chapter.title) for chapter in book.chapters]
    kind = _box(b"ftyp", b"M4B ", struct.pack(">I", 0), b"M4B M4A mp42isom")
    body = sum(map(len, texts)) + int(sizes.sum())
    large = len(kind) + body + (1 << 28) >= LARGE  # the index takes well under 256 MB
    data = struct.pack(">I4sQ", 1, b"mdat", body + 16) if large else struct.pack(">I4s", body + 8, b"mdat")
    length = len(_index(book, sizes, texts, 0, large=large))
    index = _index(book, sizes, texts, len(kind) + length + len(data), large=large)
    with making.open("wb") as target:
        target.write(kind + index + data)
        target.writelines(texts)
        written = 0
        for segment, place in zip(segments, places, strict=True):
            target.write(without_headers(segment.read_bytes(), place))
            written += len(place) - 1
            heard(written * FRAME / book.rate_hz)


def _index(book: Book, sizes: NDArray[np.int64], texts: Sequence[bytes], base: int, *, large: bool) -> bytes:
    """The ``moov`` box; ``base`` is where the samples start in the file."""
    sound_base = base + sum(map(len, texts))
    media = PRIMING + book.sample_count  # what is decoded, but for the last packet's padding
    starts = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    offsets = sound_base + starts[::CHUNK]
    length = len(sizes)
    last = media - (length - 1) * FRAME
    assert 0 < last <= FRAME, "the packets are those of the sound"
    sound = _track(
        book,
        number=1,
        enabled=True,
        links=_box(b"tref", _box(b"chap", struct.pack(">I", 2))),
        edits=_edit_list(book.sample_count),
        media_length=media,
        handler=b"soun",
        header=_full(b"smhd", 0, 0, struct.pack(">HH", 0, 0)),
        table=(
            _full(b"stsd", 0, 0, struct.pack(">I", 1), _aac_entry(book, sizes)),
            _durations([(length - 1, FRAME), (1, last)]),
            _chunks(length, CHUNK),
            _full(b"stsz", 0, 0, struct.pack(">II", 0, length), sizes.astype(">u4").tobytes()),
            _offsets(offsets, large=large),
            # one packet before is needed to decode (ISO/IEC 14496-12, 10.1: roll distance -1)
            _full(b"sgpd", 1, 0, b"roll", struct.pack(">IIh", 2, 1, -1)),
            _full(b"sbgp", 0, 0, b"roll", struct.pack(">III", 1, length, 1)),
        ),
    )
    text_starts = base + np.cumsum([0, *map(len, texts)])[:-1]
    chapters = _track(
        book,
        number=2,
        enabled=False,
        links=b"",
        edits=b"",
        media_length=book.sample_count,
        handler=b"text",
        header=_box(
            b"gmhd",
            _full(b"gmin", 0, 0, struct.pack(">H3HhH", 0x40, 0x8000, 0x8000, 0x8000, 0, 0)),
            _box(b"text", PACKED_MATRIX),
        ),
        table=(
            _full(b"stsd", 0, 0, struct.pack(">I", 1), _text_entry()),
            _durations([(1, chapter.length) for chapter in book.chapters]),
            _chunks(len(texts), 1),
            _full(b"stsz", 0, 0, struct.pack(f">II{len(texts)}I", 0, len(texts), *map(len, texts))),
            _offsets(text_starts, large=large),
        ),
    )
    return _box(b"moov", _movie_header(book), sound, chapters, _user_data(book))


def _movie_header(book: Book) -> bytes:
    version, times = _times(book.sample_count, ">{0}{0}I{0}", 0, 0, book.rate_hz)
    rest = struct.pack(">IH10x", 0x10000, 0x100) + PACKED_MATRIX + struct.pack(">24xI", 3)
    return _full(b"mvhd", version, 0, times, rest)


def _track(
    book: Book,
    *,
    number: int,
    enabled: bool,
    links: bytes,
    edits: bytes,
    media_length: int,
    handler: bytes,
    header: bytes,
    table: Sequence[bytes],
) -> bytes:
    version, times = _times(book.sample_count, ">{0}{0}I4x{0}", 0, 0, number)
    place = struct.pack(">8xHHHH", 0, 0, 0x100 if enabled else 0, 0) + PACKED_MATRIX + struct.pack(">II", 0, 0)
    track = _full(b"tkhd", version, 3 if enabled else 2, times, place)
    version, times = _times(media_length, ">{0}{0}I{0}", 0, 0, book.rate_hz)
    language = sum((ord(letter) - 0x60) << shift for letter, shift in zip(book.language, (10, 5, 0), strict=True))
    here = _full(b"url ", 0, 1)
    information = _box(
        b"minf", header, _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), here)), _box(b"stbl", *table)
    )
    media = _box(
        b"mdia",
        _full(b"mdhd", version, 0, times, struct.pack(">HH", language, 0)),
        _full(b"hdlr", 0, 0, struct.pack(">4x4s12x", handler), b"Chapterhouse\0"),
        information,
    )
    return _box(b"trak", track, edits, links, media)


def _times(length: int, layout: str, *before: int) -> tuple[int, bytes]:
    """Version and fields of a header that ends in a length: 64 bits only where they are needed."""
    version = int(length >= LARGE - 1)
    return version, struct.pack(layout.format("Q" if version else "I"), *before, length)


def _edit_list(sample_count: int) -> bytes:
    """The sound begins after the priming and has just so many samples."""
    version, layout = (1, ">IQqhh") if sample_count >= LARGE - 1 else (0, ">IIihh")
    return _box(b"edts", _full(b"elst", version, 0, struct.pack(layout, 1, sample_count, PRIMING, 1, 0)))


def _aac_entry(book: Book, sizes: NDArray[np.int64]) -> bytes:
    average = round(float(sizes.sum()) * 8 * book.rate_hz / (len(sizes) * FRAME))
    most = int(sizes.max()) * 8 * book.rate_hz // FRAME
    # AudioSpecificConfig: AAC-LC, rate, channels; then that there is no SBR, which 24 kHz would else leave open
    config = struct.pack(">H", 2 << 11 | RATES_HZ.index(book.rate_hz) << 7 | book.channels << 3) + b"\x56\xe5\x00"
    decoder = _descriptor(
        4, struct.pack(">BB3sII", 0x40, 0x15, (6144 * book.channels // 8).to_bytes(3, "big"), most, average),
        _descriptor(5, config),
    )  # fmt: skip
    stream = _descriptor(3, struct.pack(">HB", 1, 0), decoder, _descriptor(6, b"\x02"))
    rate = book.rate_hz << 16 if book.rate_hz < 1 << 16 else 0  # 16.16; the mdhd has the rate
    sample = struct.pack(">6xH8xHH4xI", 1, book.channels, 16, rate)
    return _box(b"mp4a", sample, _full(b"esds", 0, 0, stream))


def _text_entry() -> bytes:
    """QTFF, text sample description: black on white, no box, the default font."""
    return _box(
        b"text", struct.pack(">6xH", 1), struct.pack(">Ii3H8x8xHHBH3HB", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    )


def _text_sample(title: str) -> bytes:
    text = title.encode("utf-8", "replace")
    return struct.pack(">H", len(text)) + text + UTF_8


def _durations(runs: Sequence[tuple[int, int]]) -> bytes:
    filled = [run for run in runs if run[0]]
    return _full(b"stts", 0, 0, struct.pack(">I", len(filled)), *(struct.pack(">II", *run) for run in filled))


def _chunks(count: int, each: int) -> bytes:
    """Chunks of ``each`` samples; the last one has what is left."""
    whole, rest = divmod(count, each)
    runs = [(1, each)] * (whole > 0) + [(whole + 1, rest)] * (rest > 0)
    return _full(b"stsc", 0, 0, struct.pack(">I", len(runs)), *(struct.pack(">III", *run, 1) for run in runs))


def _offsets(places: NDArray[np.int64], *, large: bool) -> bytes:
    name, kind = (b"co64", ">u8") if large else (b"stco", ">u4")
    return _full(name, 0, 0, struct.pack(">I", len(places)), places.astype(kind).tobytes())


def _user_data(book: Book) -> bytes:
    items = [_item(name, 1, text.encode("utf-8", "replace")) for name, text in book.tags.items()]
    items += [_item(b"stik", 21, b"\x02"), _item(b"pgap", 21, b"\x01")]  # an audiobook; to be played without gaps
    items += [_freeform(name, text) for name, text in book.freeform.items()]
    items.append(_item(b"covr", 13 if book.cover.mime == "image/jpeg" else 14, book.cover.path.read_bytes()))
    handler = _full(b"hdlr", 0, 0, struct.pack(">4x4s4s8x", b"mdir", b"appl"), b"\0")
    meta = _full(b"meta", 0, 0, handler, _box(b"ilst", *items))
    return _box(b"udta", *_nero(book), meta)


def _nero(book: Book) -> Iterator[bytes]:
    if len(book.chapters) > NERO_CHAPTERS:
        return
    marks = []
    for chapter in book.chapters:
        title = chapter.title.encode("utf-8", "replace")[:255].decode("utf-8", "ignore").encode()
        marks.append(struct.pack(">QB", round(chapter.start * 10_000_000 / book.rate_hz), len(title)) + title)
    yield _full(b"chpl", 1, 0, struct.pack(">IB", 0, len(marks)), *marks)


def _item(name: bytes, kind: int, content: bytes) -> bytes:
    return _box(name, _box(b"data", struct.pack(">II", kind, 0), content))


def _freeform(name: str, text: str) -> bytes:
    return _box(
        b"----",
        _full(b"mean", 0, 0, b"com.apple.iTunes"),
        _full(b"name", 0, 0, name.encode()),
        _box(b"data", struct.pack(">II", 1, 0), text.encode("utf-8", "replace")),
    )


def _descriptor(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">B4B", tag, 0x80, 0x80, 0x80, len(body)) + body


def _full(name: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *content)


def _box(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, name) + body
