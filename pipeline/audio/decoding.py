"""Any audio file of any origin, in float blocks.

WAV, FLAC, AIFF and the like are read by libsndfile, everything else by ffmpeg in a process of its own. What a file is
its content says, not its name. Lossy files give what their decoder makes of them, beyond full scale too, without the
samples that their encoder put before and behind (gapless playback).
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import soundfile

from pipeline.audio.ffmpeg import FfmpegOutput, read_from_ffmpeg
from pipeline.audio.sound import Samples
from pipeline.errors import EngineError, InputError

CONTAINERS = "wav,w64,aiff,au,caf,flac,mp3,aac,ogg,mov,matroska,asf,ape,wv,tta,amr,ac3,eac3,mpc,mpc8,webm"
"""ffmpeg's names of formats of sound: never playlists or scripts, which would open other files or the network."""

BLOCK_FRAMES = 1 << 17  # 3 s at 44.1 kHz; libsndfile's cost per block is then lost in that of the samples
UNKNOWN_FRAMES = 1 << 62  # libsndfile's length of a FLAC that does not say its own is more
STREAMED = (0, 2**32 - 1)  # the size of a chunk that was written to a pipe, where it could not be filled in later
OGG_PAGE_BYTES = 65307  # at most, RFC 3533
OGG_LAST_PAGE = 4  # header type flag, RFC 3533
LENGTH_SLACK_S = 0.1  # ffmpeg rounds the lengths it prints
LARGE_FRAMES = ("-af", "asetnsamples=n=32768:p=0")  # a third less work than passing on every packet by itself
AS_FLOAT = ("-c:a", "pcm_f32le", "-f", "wav", "pipe:1")
TO_FLOAT = ("-map", "0:a:0", "-map_metadata", "-1", "-bitexact", *LARGE_FRAMES, *AS_FLOAT)


@dataclass(frozen=True)
class AudioFile:
    """A file that is open for reading.

    Attributes:
        path: where it is.
        rate_hz: samples per second.
        channels: of every block.
        frames: samples per channel, when the file says that reliably.
        container: its format, in libsndfile's or ffmpeg's words: ``WAV``, ``FLAC``, ``mp3``, ``mov,mp4,m4a,…``.
        codec: how its samples are kept: ``PCM_16``, ``FLOAT``, ``mp3``, ``aac``, ``opus``.
        bit_rate_kbps: as ffmpeg says it; None for what libsndfile reads.
    """

    path: Path
    rate_hz: int
    channels: int
    frames: int | None
    container: str
    codec: str
    bit_rate_kbps: int | None
    _blocks: Iterator[Samples] = field(repr=False, compare=False)

    def blocks(self) -> Iterator[Samples]:
        """What is left of it, as ``[n, channels]`` float32; full scale is -1 … +1, a lossy file may go beyond it.

        Raises:
            InputError: the file is damaged or ends too early.
            EngineError: ffmpeg was killed or failed.
        """
        return self._blocks


@contextmanager
def open_audio(path: Path) -> Iterator[AudioFile]:
    """Open an audio file of any format; no process is left when the context is.

    Raises:
        InputError: there is no such file, it is empty, cut off, or holds no sound.
        EngineError: ffmpeg was killed or failed.
        MissingError: there is no ffmpeg, and the file needs it.
    """
    start = _first_bytes(path)
    if start[:4] in {b"RIFF", b"RF64", b"riff", b"fLaC", b"FORM", b"caff", b".snd"}:
        try:
            file = soundfile.SoundFile(path)
        except soundfile.LibsndfileError:
            pass  # such as MP3 inside WAV
        else:
            with file:
                _check_length(path, start)
                yield _by_libsndfile(path, file)
            return
    if start[:4] == b"OggS":
        _check_last_page(path)
    arguments = ["-loglevel", "level+info", *input_arguments(path), "-protocol_whitelist", "pipe", *TO_FLOAT]
    with read_from_ffmpeg(arguments) as output:
        yield _by_ffmpeg(path, output)


def input_arguments(path: Path) -> tuple[str, ...]:
    """ffmpeg's arguments for reading one file of sound, and no other whatever is written in it."""
    return ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS, "-i", f"file:{path.absolute()}")


def _first_bytes(path: Path) -> bytes:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InputError("is no file", where=str(path), next_step="name an audio file, no pipe and no device")
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise InputError(
            f"cannot be read: {os.strerror(error.errno or 0)}",
            where=str(path),
            next_step="check that the file is there and that you may read it",
        ) from error
    if not start:
        raise InputError("is empty", where=str(path), next_step="make or copy the file again")
    return start


def _cut_off(path: Path, what: str) -> InputError:
    return InputError(f"is cut off: {what}", where=str(path), next_step="make or copy the file again")


def _no_sound(path: Path, what: str) -> InputError:
    return InputError(what, where=str(path), next_step="name an audio file: WAV, FLAC, MP3, M4A, M4B, Opus, …")


def _by_libsndfile(path: Path, file: Any) -> AudioFile:
    frames = int(file.frames) if file.frames < UNKNOWN_FRAMES else None
    if frames == 0:
        raise _no_sound(path, "holds no sound: it has no samples")
    return AudioFile(
        path,
        int(file.samplerate),
        int(file.channels),
        frames,
        str(file.format),
        str(file.subtype),
        None,
        _libsndfile_blocks(path, file, frames),
    )


def _libsndfile_blocks(path: Path, file: Any, frames: int | None) -> Iterator[Samples]:
    """16 bits are read as such and made floats here: exact, and five times as quick as in libsndfile."""
    short = file.subtype == "PCM_16"
    come = 0
    try:
        while len(block := file.read(BLOCK_FRAMES, dtype="int16" if short else "float32", always_2d=True)):
            come += len(block)
            yield np.multiply(block, np.float32(1 / 32768), dtype=np.float32) if short else block
    except soundfile.LibsndfileError as error:
        raise InputError(
            f"is damaged after {come / file.samplerate:.1f} s: {error.error_string}",
            where=str(path),
            next_step="make or copy the file again",
        ) from error
    if frames is not None and come < frames:
        raise _cut_off(path, f"its header says {frames} samples, {come} are there")


def _check_length(path: Path, start: bytes) -> None:
    """libsndfile reads a WAV or AIFF that ends too early without a word, so the chunks' sizes are added up here."""
    wanted = {b"RIFF": b"data", b"RF64": b"data", b"FORM": b"SSND"}.get(start[:4])
    if wanted is None:
        return
    order = ">" if start[:4] == b"FORM" else "<"
    whole = path.stat().st_size
    with path.open("rb") as file:
        at, long = 12, 0
        while len(head := _at(file, at, 8)) == 8:
            name, size = struct.unpack(f"{order}4sI", head)
            if name == b"ds64":  # EBU Tech 3306
                long = struct.unpack("<Q", _at(file, at + 16, 8))[0]
            if name == wanted:
                size = long if size == STREAMED[1] and long else size
                if size not in STREAMED and at + 8 + size > whole:
                    there = whole - at - 8
                    raise _cut_off(path, f"its header says {size:,} bytes of samples, {there:,} are there")
                return
            at += 8 + size + size % 2


def _at(file: IO[bytes], offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _check_last_page(path: Path) -> None:
    """ffmpeg reads an Ogg file that ends too early without a word; its last page should say that it is the last."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - OGG_PAGE_BYTES, 0))
        end = file.read()
    last = end.rfind(b"OggS")
    head = end[last : last + 27]
    if len(head) < 27 or not head[5] & OGG_LAST_PAGE:
        raise _cut_off(path, "its last page is missing")
    segments = end[last + 27 : last + 27 + head[26]]
    if len(segments) < head[26] or last + 27 + head[26] + sum(segments) > len(end):
        raise _cut_off(path, "its last page is not whole")


def _by_ffmpeg(path: Path, output: FfmpegOutput) -> AudioFile:
    shape = _wav_shape(output.stream)
    if shape is None:
        status = output.ended()
        if status < 0:
            raise _killed(path, status)
        raise _no_sound(path, _why_no_sound(output.printed()))
    rate_hz, channels = shape
    printed = output.printed()
    container = re.search(r"Input #0, (.+), from ", printed)
    codec = re.search(r"Stream #0:\d+.*?: Audio: (\w+).*?(?:, (\d+) kb/s|$)", printed, re.MULTILINE)
    return AudioFile(
        path,
        rate_hz,
        channels,
        None,
        container[1] if container else "",
        codec[1] if codec else "",
        int(codec[2]) if codec and codec[2] else None,
        _ffmpeg_blocks(path, output, rate_hz, channels),
    )


def _wav_shape(stream: IO[bytes]) -> tuple[int, int] | None:
    """Rate and channels from the WAV header that ffmpeg writes first; None when it wrote none, or no samples."""
    shape = None
    if len(stream.read(12)) < 12:
        return None
    while len(head := stream.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if name == b"data":
            return shape
        content = stream.read(size + size % 2)
        if name == b"fmt ":
            channels, rate_hz = struct.unpack("<HI", content[2:8])
            shape = rate_hz, channels
    return None


def _why_no_sound(printed: str) -> str:
    if "matches no streams" in printed:
        return "holds no sound"
    found = re.findall(r"\[(?:error|fatal)\] (?!Error)(.+)", printed)
    return "is no audio file that ffmpeg can read" + (f": {found[0]}" if found else "")


def _ffmpeg_blocks(path: Path, output: FfmpegOutput, rate_hz: int, channels: int) -> Iterator[Samples]:
    come = 0
    while content := output.stream.read(4 * channels * BLOCK_FRAMES):
        block = np.frombuffer(content, "<f4", len(content) // (4 * channels) * channels).reshape(-1, channels)
        come += len(block)
        yield block
    status, printed = output.ended(), output.printed()
    if status < 0:
        raise _killed(path, status)
    damage = re.findall(r"\[(?:error|fatal)\] (.+)", printed)
    if damage:
        raise InputError(
            f"is damaged or cut off: {damage[0]}", where=str(path), next_step="make or copy the file again"
        )
    if status:
        raise EngineError(f"ffmpeg failed with status {status}", where=str(path), next_step="report a bug")
    if not come:
        raise _no_sound(path, "holds no sound: it has no samples")
    announced_s = _announced_s(printed)
    if announced_s is not None and come / rate_hz < announced_s - LENGTH_SLACK_S:
        raise _cut_off(path, f"its header says {announced_s:.2f} s, {come / rate_hz:.2f} s are there")


def _announced_s(printed: str) -> float | None:
    """The length in the file's header, where ffmpeg says that the file's size gives another."""
    if "filesize and duration do not match" not in printed:
        return None
    found = re.search(r"Duration: (\d+):(\d+):([\d.]+)", printed)
    return 3600 * int(found[1]) + 60 * int(found[2]) + float(found[3]) if found else None


def _killed(path: Path, status: int) -> EngineError:
    return EngineError(
        f"ffmpeg was killed by signal {-status} while it decoded",
        where=str(path),
        next_step="run the same command again",
    )
