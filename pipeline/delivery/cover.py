"""The cover: checked where the production names one, drawn where it does not."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError, Place
from pipeline.materials import Master, Notice
from pipeline.production import Order
from pipeline.vault import Vault, content_key, file_sha256

MOST_BYTES = 10_000_000
LEAST_SIDE = 1024  # Google Play's least; Apple's podcasts ask for 1400
DRAWN_SIDE = 1400
BAR_COUNT = 40
COVERS = "covers"  # the vault's room of drawn ones
VERSION = 1
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Markers that carry no length, and start-of-frame markers (ITU-T T.81 table B.1).
JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
Colour = tuple[int, int, int]
Palette = tuple[Colour, Colour, Colour]
# Top and bottom of the gradient and the colour of the bars; the title chooses.
PALETTES: tuple[Palette, ...] = (
    ((24, 28, 62), (92, 46, 106), (255, 214, 165)),
    ((10, 44, 58), (24, 108, 112), (247, 232, 196)),
    ((46, 18, 40), (158, 58, 66), (255, 220, 188)),
    ((16, 34, 30), (62, 112, 74), (240, 236, 200)),
    ((22, 26, 36), (70, 92, 132), (236, 240, 247)),
    ((44, 28, 16), (150, 96, 40), (255, 236, 204)),
)


@dataclass(frozen=True)
class Cover:
    """A picture that is fit to be embedded.

    Attributes:
        path: the file.
        mime: ``image/png`` or ``image/jpeg``.
        width: in pixels.
        height: in pixels.
        sha256: of the file.
    """

    path: Path
    mime: str
    width: int
    height: int
    sha256: str


def read_cover(path: Path, where: str) -> Cover:
    """Check a picture by its content, whatever its suffix says.

    Args:
        where: the production file, for errors.

    Raises:
        InputError: it is not there, too large, or neither JPEG nor PNG.
    """
    try:
        size = path.stat().st_size
        picture = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise InputError(
            f"the cover {path} cannot be read: {error.strerror}", where=where, next_step="correct 'cover:'"
        ) from error
    if size > MOST_BYTES:
        raise InputError(
            f"the cover {path} has {size / 1e6:.1f} MB; it goes into every file and may have {MOST_BYTES / 1e6:.0f}",
            where=where,
            next_step="save it smaller: 2400 × 2400 pixels as JPEG is plenty",
        )
    kind = _png_size(picture) or _jpeg_size(picture)
    if kind is None:
        raise InputError(
            f"the cover {path} is neither a JPEG nor a PNG picture, or it is damaged",
            where=where,
            next_step="save it as JPEG or PNG, or leave 'cover:' out and one is drawn",
        )
    mime, width, height = kind
    return Cover(path, mime, width, height, hashlib.sha256(picture).hexdigest())


def check_cover(order: Order) -> tuple[Notice, ...]:
    """Check the production's own cover before anything is recorded.

    Raises:
        InputError: see `read_cover`.
    """
    if order.production.cover is None:
        return ()
    cover = read_cover(order.resolve(order.production.cover), str(order.file))
    notices = []
    if cover.width != cover.height:
        notices.append(f"the cover is {cover.width} × {cover.height}; stores and players want it square")
    if min(cover.width, cover.height) < LEAST_SIDE:
        notices.append(
            f"the cover is {cover.width} × {cover.height}; stores want at least {LEAST_SIDE} × {LEAST_SIDE}"
        )
    return tuple(Notice(notice, Place(str(order.file))) for notice in notices)


def settle_cover(order: Order, masters: Sequence[Master], vault: Vault) -> Cover:
    """The production's cover, or one drawn from its title and its sound and kept in the vault."""
    if order.production.cover is not None:
        return read_cover(order.resolve(order.production.cover), str(order.file))
    title = order.production.title
    key = cover_key(title, masters)

    def write(making: Path) -> dict[str, object]:
        making.write_bytes(draw_cover(title, bar_heights(masters)))
        return {}

    entry = vault.fetch(COVERS, key) or vault.keep(COVERS, key, ".png", write)
    return Cover(entry.path, "image/png", DRAWN_SIDE, DRAWN_SIDE, file_sha256(entry.path))


def cover_key(title: str, masters: Sequence[Master]) -> str:
    """The key of the cover that is drawn for a title, in the vault's room `COVERS`."""
    bars = [round(bar, 4) for bar in bar_heights(masters)]
    return content_key({"stage": "cover", "version": VERSION, "title": title, "bars": bars})


def bar_heights(masters: Sequence[Master]) -> tuple[float, ...]:
    """The whole title's level as `BAR_COUNT` heights 0.06 … 1, by time."""
    if not any(master.waveform for master in masters):
        return (0.06,) * BAR_COUNT
    ends = np.cumsum([0.0, *(master.seconds for master in masters)])
    times = (np.arange(BAR_COUNT) + 0.5) / BAR_COUNT * ends[-1]
    heights = np.zeros(BAR_COUNT)
    for bar, time in enumerate(times):
        chapter = min(int(np.searchsorted(ends, time, side="right")) - 1, len(masters) - 1)
        wave = masters[chapter].waveform or (0.0,)
        share = (time - ends[chapter]) / max(masters[chapter].seconds, 1e-9)
        heights[bar] = wave[min(int(share * len(wave)), len(wave) - 1)]
    return tuple(float(height) for height in np.clip(heights / max(float(heights.max()), 1e-9), 0.06, 1.0))


def palette(title: str) -> Palette:
    """The colours that a title has on its cover and its report: top, bottom, bars."""
    return PALETTES[hashlib.sha256(title.encode()).digest()[0] % len(PALETTES)]


def draw_cover(title: str, bars: Sequence[float]) -> bytes:
    """A square PNG: a gradient, and the title's own waveform as rounded bars across the middle.

    Args:
        title: chooses the colours.
        bars: heights 0 … 1 from left to right.
    """
    top, bottom, light = palette(title)
    side = DRAWN_SIDE
    ramp = np.linspace(0.0, 1.0, side)[:, None, None]
    canvas = np.broadcast_to(
        (np.array(top) * (1 - ramp) + np.array(bottom) * ramp), (side, side, 3)
    ).copy()  # [side, side, 3]
    margin, reach = side // 6, side * 0.2
    pitch = (side - 2 * margin) / len(bars)
    rows = np.abs(np.arange(side) - (side - 1) / 2)[:, None]
    for place, bar in enumerate(bars):
        middle, radius = margin + (place + 0.5) * pitch, pitch * 0.3
        first, last = int(middle - radius - 2), int(middle + radius + 3)
        columns = np.abs(np.arange(first, last) - middle)[None, :]
        distance = np.hypot(columns, np.maximum(rows - bar * reach, 0.0))
        inside = np.clip(radius + 0.5 - distance, 0.0, 1.0)[:, :, None]
        canvas[:, first:last] += (np.array(light) - canvas[:, first:last]) * inside
    return _png(np.rint(canvas).astype(np.uint8))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """``[height, width, 3]`` RGB as PNG; every row filtered by the row above (W3C PNG 9.2), which flat rows love."""
    height, width, _ = pixels.shape
    flat = pixels.reshape(height, width * 3)
    rows = np.zeros((height, 1 + width * 3), np.uint8)
    rows[:, 0] = 2
    rows[0, 1:] = flat[0]
    rows[1:, 1:] = flat[1:] - flat[:-1]  # modulo 256, as the filter wants
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return PNG_SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _png_size(picture: bytes) -> tuple[str, int, int] | None:
    if not picture.startswith(PNG_SIGNATURE) or picture[12:16] != b"IHDR" or len(picture) < 33:
        return None
    width, height = struct.unpack(">II", picture[16:24])
    return ("image/png", width, height) if width and height else None


def _jpeg_size(picture: bytes) -> tuple[str, int, int] | None:
    """Walk the markers to the frame header, which holds the size (ITU-T T.81 B.2.2)."""
    if not picture.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in JPEG_BARE:
            at += 2
        elif marker in JPEG_FRAMES:
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
            return ("image/jpeg", width, height) if width and height else None
        else:
            at += 2 + int(struct.unpack(">H", picture[at + 2 : at + 4])[0])
    return None
