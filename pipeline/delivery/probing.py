"""What an audio file says of itself: codec, rate, channels, bit rate, chapters, tags; and what is wrong with it.

It goes by content, never by the name. ffmpeg reads the containers; MP3 frames and the headers of WAV and FLAC are
read here too, because ffmpeg tells neither whether a bit rate is constant nor that a header promises more than there
is.
"""

from __future__ import annotations

import os
import re
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from pipeline.audio.decoding import input_arguments
from pipeline.audio.ffmpeg import Ffmpeg, run_ffmpeg
from pipeline.delivery.mpeg_audio import MpegScan, id3_bytes, scan_mp3
from pipeline.errors import EngineError, InputError

SUFFIXES = {
    "wav": (".wav", ".wave", ".bwf", ".rf64"),
    "flac": (".flac",),
    "mp3": (".mp3",),
    "mp4": (".m4b", ".m4a", ".mp4", ".aac"),
    "ogg": (".opus", ".ogg", ".oga"),
}
REASONS = {
    "moov atom not found": "its index is missing (moov), so it was cut off or never finished",
    "Invalid data found": "its content is of no known audio format",
    "Invalid argument": "its content is of no known audio format",
}
UNKNOWN_SIZE = 0xFFFFFFFF  # a WAV that was written to a pipe
PCM, IEEE_FLOAT, EXTENSIBLE = 1, 3, 0xFFFE  # WAVE format tags
FLAC_PICTURE = 6  # RFC 9639, section 8: types of metadata blocks
MP4_SHELLS = {b"moov", b"udta", b"ilst", b"covr"}


@dataclass(frozen=True)
class ChapterMark:
    """A chapter of a file, by the file itself: seconds from its start."""

    start_s: float
    end_s: float
    title: str


@dataclass(frozen=True)
class FileFacts:
    """What a file says of itself.

    Attributes:
        container: ``wav``, ``flac``, ``mp3``, ``mp4``, ``ogg``, or as ffmpeg names it.
        codec: ``pcm`` (in WAV), ``flac``, ``mp3``, ``aac``, ``opus``, or as ffmpeg names it.
        rate_hz: samples per second.
        channels: of the sound.
        bits: of a sample; None for lossy sound.
        kbps: bit rate: the constant one, or the average. None where nobody knows.
        constant: every frame has the same bit rate; None where that is no question.
        joint_stereo: some frame is coded as joint stereo; None for other codecs than MP3.
        seconds: its length as the headers have it; None where they do not say.
        encoder: as the file names it.
        delay: samples that a player skips at the start, where an MP3 says so.
        padding: samples that it skips at the end.
        cover_bytes: size of the largest picture in it.
        chapters: in order.
        tags: by ffmpeg's names.
        damages: what is wrong with it, in words; empty when nothing was found.
    """

    container: str
    codec: str
    rate_hz: int
    channels: int
    bits: int | None = None
    kbps: float | None = None
    constant: bool | None = None
    joint_stereo: bool | None = None
    seconds: float | None = None
    encoder: str = ""
    delay: int | None = None
    padding: int | None = None
    cover_bytes: int = 0
    chapters: tuple[ChapterMark, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    damages: tuple[str, ...] = ()


def probe(path: Path, ffmpeg: Ffmpeg) -> FileFacts:
    """Read what a file says of itself. The sound is not decoded.

    Args:
        path: any file.
        ffmpeg: reads the containers.

    Raises:
        InputError: there is no such file, it is a folder, it is empty, it cannot be read, or it holds no sound.
    """
    _refuse_what_is_no_file(path)
    try:
        facts = _ask(path, ffmpeg)
        with path.open("rb") as stream:
            match facts.container:
                case "wav":
                    facts = _with_wav_header(stream, facts)
                case "flac":
                    facts = _with_flac_header(stream, facts)
                case "ogg" if facts.seconds:
                    size = stream.seek(0, os.SEEK_END)
                    facts = replace(facts, kbps=round(8 * size / facts.seconds / 1000, 1))
                case "mp4":
                    facts = replace(facts, cover_bytes=_mp4_cover_bytes(stream, 0, stream.seek(0, os.SEEK_END)))
                case "mp3" if facts.codec == "mp3":
                    facts = _with_mp3_frames(facts, scan_mp3(path))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    return facts


def suffixes_of(facts: FileFacts) -> tuple[str, ...]:
    """The suffixes that fit a file's content; none where we know of none."""
    return SUFFIXES.get(facts.container, ())


def _refuse_what_is_no_file(path: Path) -> None:
    if path.is_dir():
        raise InputError("this is a folder, not an audio file", where=str(path), next_step="name the files in it")
    if not path.exists():
        raise InputError("there is no such file", where=str(path))
    if not path.is_file():
        raise InputError("this is no regular file", where=str(path))
    if path.stat().st_size == 0:
        raise InputError("the file is empty", where=str(path), next_step="it was never written, or a copy broke off")


def _ask(path: Path, ffmpeg: Ffmpeg) -> FileFacts:
    """Everything that ffmpeg tells."""
    with tempfile.TemporaryDirectory(prefix="chapterhouse-probe-") as folder:
        told = Path(folder) / "metadata.txt"
        try:
            printed = run_ffmpeg(
                [
                    *("-loglevel", "info", *input_arguments(path)),
                    *("-f", "ffmetadata", f"file:{told}"),
                ],
                ffmpeg=ffmpeg,
            )
        except EngineError as error:
            raise InputError(
                f"this is no sound that can be read: {_reason(error.what)}",
                where=str(path),
                next_step="check that the file is whole and is audio",
            ) from error
        tags, chapters = _parse_metadata(told.read_text(encoding="utf-8", errors="replace"))
    return replace(_parse_dump(printed, path), tags=tags, chapters=chapters)


def _reason(printed: str) -> str:
    """Why ffmpeg could not open it."""
    for theirs, ours in REASONS.items():
        if theirs in printed:
            return ours
    return printed.splitlines()[-1][:200]


def _parse_dump(printed: str, path: Path) -> FileFacts:
    """ffmpeg's description of an input: ``Stream #0:0: Audio: mp3 (mp3float), 44100 Hz, mono, fltp, 192 kb/s``."""
    described = printed.partition("Stream mapping:")[0].partition("Output #0")[0]
    form = re.search(r"^Input #0, (.+), from '", described, re.MULTILINE)
    streams = re.findall(r"^  Stream #0:\d+[^:]*: Audio: (.+)$", described, re.MULTILINE)
    if form is None or not streams:
        raise InputError("there is no audio in it", where=str(path))
    line: str = streams[0]
    codec = re.match(r"\w+", line)
    rate = re.search(r"(\d+) Hz, ([^,]+)", line)
    if codec is None or rate is None:
        raise InputError(f"its sound cannot be understood: {line}", where=str(path))
    container = _container(form[1])
    kbps = re.search(r"(\d+) kb/s", line)
    length = re.search(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", described, re.MULTILINE)
    estimated = "Estimating duration from bitrate" in printed
    more = [f"there are {len(streams)} sounds in it; the first is certified"] if len(streams) > 1 else []
    return FileFacts(
        container=container,
        codec=_codec(codec[0], container),
        rate_hz=int(rate[1]),
        channels=_channel_count(rate[2]),
        bits=_bits(codec[0], line),
        kbps=float(kbps[1]) if kbps else None,
        seconds=int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3]) if length and not estimated else None,
        damages=tuple(more),
    )


def _container(names: str) -> str:
    first = names.partition(",")[0]
    return {"mov": "mp4", "w64": "wav", "rf64": "wav"}.get(first, first)


def _codec(name: str, container: str) -> str:
    if name.startswith("pcm_"):
        return "pcm" if container == "wav" else f"pcm in {container}"
    return name


def _bits(codec: str, line: str) -> int | None:
    depth = re.match(r"pcm_[a-z](\d+)", codec)
    if depth:
        return int(depth[1])
    named = re.search(r"\((\d+) bit\)", line)
    if named:
        return int(named[1])
    return {"s16": 16, "s32": 32}.get(_sample_format(line)) if codec in ("flac", "alac") else None


def _sample_format(line: str) -> str:
    found = re.search(r"\b(u8|s16|s32|flt|dbl)p?\b", line)
    return found[1] if found else ""


def _channel_count(layout: str) -> int:
    """``mono``, ``stereo``, ``5.1(side)``, ``2 channels``."""
    counted = re.match(r"(\d+) channels", layout)
    if counted:
        return int(counted[1])
    dotted = re.match(r"(\d+)\.(\d+)", layout)
    if dotted:
        return int(dotted[1]) + int(dotted[2])
    return {"mono": 1, "stereo": 2, "downmix": 2, "quad": 4}.get(layout.partition("(")[0].strip(), 2)


def _parse_metadata(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[ChapterMark, ...]]:
    """ffmpeg's ``;FFMETADATA1``: tags, then a section for each chapter; a backslash escapes the next character."""
    tags: list[tuple[str, str]] = []
    chapters: list[dict[str, str]] = []
    into: dict[str, str] | None = None
    for line in re.findall(r"(?:\\[\s\S]|[^\\\n])+", text):
        if line.startswith(("[CHAPTER]", "[STREAM]")):
            into = {}
            if line.startswith("[CHAPTER]"):
                chapters.append(into)
            continue
        name, found, value = _split(line)
        if not found or line.startswith(";"):
            continue
        if into is None:
            tags.append((name, value))
        else:
            into[name] = value
    return tuple(tags), tuple(_chapter_mark(chapter) for chapter in chapters)


def _split(line: str) -> tuple[str, bool, str]:
    """Name and value of a line, at the first ``=`` that is not escaped."""
    parts = re.match(r"((?:\\[\s\S]|[^\\=])*)=([\s\S]*)", line)
    if parts is None:
        return line, False, ""
    name, value = (re.sub(r"\\([\s\S])", r"\1", part) for part in parts.groups())
    return name, True, value


def _chapter_mark(fields: dict[str, str]) -> ChapterMark:
    above, _, below = fields.get("TIMEBASE", "1/1000").partition("/")
    unit = int(above) / int(below or 1)
    start, end = int(fields.get("START", 0)) * unit, int(fields.get("END", 0)) * unit
    return ChapterMark(round(start, 6), round(end, 6), fields.get("title", ""))


def _with_mp3_frames(facts: FileFacts, scan: MpegScan | None) -> FileFacts:
    if scan is None:
        return replace(facts, damages=(*facts.damages, "it has no run of MP3 frames"))
    damages = list(facts.damages)
    if scan.cut:
        damages.append("its last frame is cut off")
    if scan.stray_bytes:
        damages.append(f"{scan.stray_bytes:,} bytes between its frames are no sound")
    if scan.claimed_frames not in (None, scan.frames):
        damages.append(f"its header promises {scan.claimed_frames:,} frames, there are {scan.frames:,}")
    if len(scan.rates_hz) > 1:
        damages.append(f"its sampling rate changes: {', '.join(f'{rate} Hz' for rate in sorted(scan.rates_hz))}")
    mono = scan.modes[3]
    if 0 < mono < scan.frames:
        damages.append(f"it changes between one channel ({mono:,} frames) and two ({scan.frames - mono:,})")
    return replace(
        facts,
        rate_hz=scan.rates_hz.most_common(1)[0][0],
        channels=scan.channels,
        bits=None,
        kbps=round(scan.average_kbps, 1),
        constant=scan.constant,
        joint_stereo=scan.joint_stereo,
        seconds=scan.playing_samples / scan.rates_hz.most_common(1)[0][0],
        encoder=scan.encoder,
        delay=scan.delay,
        padding=scan.padding,
        cover_bytes=scan.picture_bytes,
        damages=tuple(damages),
    )


def _with_wav_header(stream: IO[bytes], facts: FileFacts) -> FileFacts:
    """Check the ``fmt`` chunk against itself and the ``data`` chunk against the file (RIFF, RF64: EBU Tech 3306)."""
    damages = list(facts.damages)
    head = stream.read(12)
    if head[:4] not in (b"RIFF", b"RF64", b"BW64"):
        return facts  # Sony's W64, or a WAV of another byte order
    end = stream.seek(0, os.SEEK_END)
    at, long_size, frame_bytes = 12, None, 0
    while at + 8 <= end:
        stream.seek(at)
        name, size = struct.unpack("<4sI", stream.read(8))
        if name == b"ds64":
            long_size = struct.unpack("<Q", stream.read(16)[8:16])[0]
        elif name == b"fmt " and size >= 16:
            tag, channels, rate, per_second, frame_bytes, bits = struct.unpack("<HHIIHH", stream.read(16))
            if tag in (PCM, IEEE_FLOAT, EXTENSIBLE) and frame_bytes != channels * ((bits + 7) // 8):
                damages.append(
                    f"its header says {channels} channels of {bits} bits, and {frame_bytes} bytes for a sample of all"
                )
            elif tag in (PCM, IEEE_FLOAT, EXTENSIBLE) and per_second != rate * frame_bytes:
                damages.append(f"its header says {rate} Hz, and {per_second} bytes a second")
        elif name == b"data":
            if size == UNKNOWN_SIZE and long_size is not None:
                size = long_size
            if size != UNKNOWN_SIZE:
                there = end - at - 8
                if size > there:
                    damages.append(f"its header promises {size:,} bytes of sound, there are {there:,}")
                if frame_bytes:
                    facts = replace(facts, seconds=size / frame_bytes / facts.rate_hz)
            break
        at += 8 + size + (size & 1)
    return replace(facts, damages=tuple(damages))


def _with_flac_header(stream: IO[bytes], facts: FileFacts) -> FileFacts:
    """STREAMINFO and picture blocks (RFC 9639, section 8)."""
    stream.seek(0)
    start = id3_bytes(stream.read(10))
    stream.seek(start)
    if stream.read(4) != b"fLaC":
        return facts
    cover, last = 0, False
    while not last and len(head := stream.read(4)) == 4:
        last, kind, size = bool(head[0] & 0x80), head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == 0 and size >= 18:
            body = stream.read(size)
            packed = int.from_bytes(body[10:18], "big")  # 20 bits rate, 3 channels - 1, 5 bits - 1, 36 samples
            rate_hz, bits, count = packed >> 44, (packed >> 36 & 0x1F) + 1, packed & (1 << 36) - 1
            facts = replace(facts, bits=bits, seconds=count / rate_hz if count and rate_hz else facts.seconds)
        else:
            cover = max(cover, size if kind == FLAC_PICTURE else 0)
            stream.seek(size, os.SEEK_CUR)
    return replace(facts, cover_bytes=cover)


def _mp4_cover_bytes(stream: IO[bytes], start: int, end: int) -> int:
    """Size of the largest picture under moov/udta/meta/ilst/covr (ISO/IEC 14496-12; iTunes metadata)."""
    return max((size for size in _mp4_pictures(stream, start, end)), default=0)


def _mp4_pictures(stream: IO[bytes], at: int, end: int, inside: bytes = b"") -> Iterator[int]:
    while at + 8 <= end:
        stream.seek(at)
        size, name = struct.unpack(">I4s", stream.read(8))
        head = 8
        if size == 1:
            size, head = int.from_bytes(stream.read(8), "big"), 16
        size = size or end - at
        if size < head:
            return
        if name == b"data" and inside == b"covr":
            yield size - 16
        elif name in MP4_SHELLS or name == b"meta":
            skipped = head + (4 if name == b"meta" else 0)
            yield from _mp4_pictures(stream, at + skipped, min(at + size, end), name)
        at += size
