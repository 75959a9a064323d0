"""Walks the frames of an MP3: bit rates, channel modes, and what its headers claim (ISO/IEC 11172-3 and 13818-3).

Headers alone are read, in blocks: a day of sound takes some seconds and a megabyte.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
LAYER_3 = 1
# ISO/IEC 11172-3 section 2.4.2.3, table of bit rates in kbps for layer III: MPEG-1, then MPEG-2 and 2.5
KBPS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # by version bits
JOINT, MONO = 1, 3  # channel mode bits
ID3V1_BYTES = 128
ID3_HEADER = 10


@dataclass(frozen=True)
class Frame:
    """What a frame's header says.

    Attributes:
        bytes: length of the whole frame.
        samples: per channel.
        mode: channel mode bits.
    """

    bytes: int
    samples: int
    rate_hz: int
    kbps: int
    mode: int
    mpeg_1: bool

    @property
    def channels(self) -> int:
        return 1 if self.mode == MONO else 2

    @property
    def side_bytes(self) -> int:
        """Length of the side information after the header (section 2.4.1.7)."""
        if self.mpeg_1:
            return 17 if self.channels == 1 else 32
        return 9 if self.channels == 1 else 17


@dataclass
class MpegScan:
    """What a walk over every frame found.

    Attributes:
        frames: with sound; the header frame (Xing, Info, VBRI) is not counted.
        samples: per channel, of these frames.
        sound_bytes: of these frames.
        kbps: frames by bit rate.
        rates_hz: frames by sampling rate.
        modes: frames by channel mode bits.
        header: ``Xing``, ``Info`` or ``VBRI``, empty when there is none.
        claimed_frames: what the header says there are.
        encoder: as the LAME tag names it.
        delay: samples that the encoder put before the sound, from the LAME tag.
        padding: samples that it put behind.
        stray_bytes: between frames, that belong to nothing.
        cut: the last frame is not whole.
        id3_bytes: length of the ID3v2 tag.
        picture_bytes: of the largest picture in it.
    """

    frames: int = 0
    samples: int = 0
    sound_bytes: int = 0
    kbps: Counter[int] = field(default_factory=Counter)
    rates_hz: Counter[int] = field(default_factory=Counter)
    modes: Counter[int] = field(default_factory=Counter)
    header: str = ""
    claimed_frames: int | None = None
    encoder: str = ""
    delay: int | None = None
    padding: int | None = None
    stray_bytes: int = 0
    cut: bool = False
    id3_bytes: int = 0
    picture_bytes: int = 0

    @property
    def constant(self) -> bool:
        return len(self.kbps) == 1

    @property
    def joint_stereo(self) -> bool:
        return self.modes[JOINT] > 0

    @property
    def channels(self) -> int:
        """Of most frames."""
        mono = self.modes[MONO]
        return 1 if mono * 2 > self.frames else 2

    @property
    def average_kbps(self) -> float:
        """The constant bit rate, or the average of a variable one."""
        if self.constant:
            return float(next(iter(self.kbps)))
        return sum(kbps * count for kbps, count in self.kbps.items()) / max(self.frames, 1)

    @property
    def playing_samples(self) -> int:
        """Per channel, without what the encoder put around them."""
        return self.samples - (self.delay or 0) - (self.padding or 0)


def parse_frame(head: bytes) -> Frame | None:
    """A frame's header; None when these four bytes are not one of layer III with a known bit rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, index, mode = head[2] >> 2 & 3, head[2] >> 4, head[3] >> 6
    if version == 1 or layer != LAYER_3 or rate == 3 or index in (0, 15):
        return None
    mpeg_1 = version == 3
    rate_hz, kbps = RATES_HZ[version][rate], KBPS[0 if mpeg_1 else 1][index]
    length = (144 if mpeg_1 else 72) * kbps * 1000 // rate_hz + (head[2] >> 1 & 1)
    return Frame(length, 1152 if mpeg_1 else 576, rate_hz, kbps, mode, mpeg_1)


def id3_bytes(head: bytes) -> int:
    """Length of the ID3v2 tag that begins here, its header included; 0 when none does."""
    if len(head) < ID3_HEADER or head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return ID3_HEADER + size + (ID3_HEADER if head[5] & 0x10 else 0)  # a footer, ID3v2.4 section 3.4


def scan_mp3(path: Path) -> MpegScan | None:
    """Walk a file's frames; None when it holds no run of MP3 frames after its tags.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        window = _Window(stream)
        scan = MpegScan()
        at = 0
        while length := id3_bytes(window.read(at, ID3_HEADER)):
            scan.picture_bytes = max(scan.picture_bytes, _largest_picture(window, at, length))
            at += length
        scan.id3_bytes = at
        end = _end_of_sound(window)
        start = _next_run(window, at, min(at + BLOCK, end), end)
        if start is None:
            return None
        scan.stray_bytes = start - at
        _walk(window, start, end, scan)
    return scan if scan.frames else None


class _Window:
    """Bytes of a file by their place, a block of it in memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.size = stream.seek(0, 2)
        self._start, self._block = 0, b""

    def read(self, at: int, count: int) -> bytes:
        if not self._start <= at <= at + count <= self._start + len(self._block):
            self._stream.seek(at)
            self._start, self._block = at, self._stream.read(max(BLOCK, count))
        return self._block[at - self._start : at - self._start + count]

    def find_sync(self, at: int, limit: int) -> int | None:
        """The first byte of ones from ``at`` on and before ``limit``."""
        while at < limit:
            self.read(at, 1)
            found = self._block.find(b"\xff", at - self._start, limit - self._start)
            if found >= 0:
                return self._start + found
            at = self._start + len(self._block)
        return None


def _end_of_sound(window: _Window) -> int:
    """Where tags at the end of the file begin: ID3v1, and APE before it."""
    end = window.size
    if window.read(max(end - ID3V1_BYTES, 0), 3) == b"TAG":
        end -= ID3V1_BYTES
    footer = window.read(max(end - 32, 0), 32)
    if footer[:8] == b"APETAGEX":
        size, flags = struct.unpack_from("<I", footer, 12)[0], struct.unpack_from("<I", footer, 20)[0]
        end -= size + (32 if flags & 1 << 31 else 0)
    return max(end, 0)


def _next_run(window: _Window, at: int, limit: int, end: int) -> int | None:
    """The first place before ``limit`` where a frame begins that another one, or the end, follows."""
    while (found := window.find_sync(at, limit)) is not None:
        frame = parse_frame(window.read(found, 4))
        if frame is not None:
            after = found + frame.bytes
            second = parse_frame(window.read(after, 4)) if after + 4 <= end else None
            if after == end or (second is not None and second.rate_hz == frame.rate_hz):
                return found
        at = found + 1
    return None


def _walk(window: _Window, at: int, end: int, scan: MpegScan) -> None:
    first = True
    while at + 4 <= end:
        frame = parse_frame(window.read(at, 4))
        if frame is None:
            found = _next_run(window, at, end, end)
            scan.stray_bytes += (end if found is None else found) - at
            if found is None:
                return
            at = found
            continue
        if at + frame.bytes > end:
            scan.cut = True
            return
        if not (first and _read_header(window.read(at, frame.bytes), frame, scan)):
            scan.frames += 1
            scan.samples += frame.samples
            scan.sound_bytes += frame.bytes
            scan.kbps[frame.kbps] += 1
            scan.rates_hz[frame.rate_hz] += 1
            scan.modes[frame.mode] += 1
        first = False
        at += frame.bytes
    scan.stray_bytes += end - at


def _read_header(body: bytes, frame: Frame, scan: MpegScan) -> bool:
    """Whether a frame is a header frame; what it says is noted.

    Xing and Info lie after the side information, VBRI 32 bytes after the header (Fraunhofer).
    """
    if body[36:40] == b"VBRI" and len(body) >= 54:
        scan.header = "VBRI"
        scan.claimed_frames = struct.unpack_from(">I", body, 50)[0]
        return True
    at = 4 + frame.side_bytes
    if body[at : at + 4] not in (b"Xing", b"Info"):
        return False
    scan.header = body[at : at + 4].decode()
    flags = struct.unpack_from(">I", body, at + 4)[0]
    at += 8
    for flag, length in ((1, 4), (2, 4), (4, 100), (8, 4)):  # frames, bytes, table of contents, quality
        if flags & flag:
            if flag == 1:
                scan.claimed_frames = struct.unpack_from(">I", body, at)[0]
            at += length
    name = body[at : at + 9]
    if name[:4] in (b"LAME", b"Lavf", b"Lavc") and len(body) >= at + 24:  # LAME's tag, "MP3 Info Tag rev 1"
        scan.encoder = name.split(b"\x00")[0].decode("latin-1").strip()
        delays = int.from_bytes(body[at + 21 : at + 24], "big")
        scan.delay, scan.padding = delays >> 12, delays & 0xFFF
    return True


def _largest_picture(window: _Window, at: int, length: int) -> int:
    return max((size for name, size in _id3_frames(window, at, length) if name in ("APIC", "PIC")), default=0)


def _id3_frames(window: _Window, at: int, length: int) -> Iterator[tuple[str, int]]:
    """Names and sizes of a tag's frames (ID3v2.2, 2.3 and 2.4)."""
    version = window.read(at, 4)[3]
    head = 6 if version == 2 else 10
    end = at + length
    at += ID3_HEADER
    while at + head <= end:
        raw = window.read(at, head)
        if len(raw) < head or raw[0] == 0:
            return
        if version == 2:
            name, size = raw[:3], int.from_bytes(raw[3:6], "big")
        else:
            name, size = raw[:4], int.from_bytes(raw[4:8], "big")
            if version == 4:
                size = sum((byte & 0x7F) << shift for byte, shift in zip(raw[4:8], (21, 14, 7, 0), strict=True))
        yield name.decode("latin-1"), size
        at += head + size
