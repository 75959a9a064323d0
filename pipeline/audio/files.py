"""Sound files, in blocks: an hour of sound never has to fit in memory.

libsndfile reports a full disk without an errno, or not at all, so files are written through a Python stream that
keeps the operating system's own error (see `_Disk`).
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio.sound import Samples, Sound
from pipeline.errors import InputError, storage_error

BLOCK_FRAMES = 1 << 16  # 256 KiB of mono float32: 1.5 s at 44.1 kHz
RIFF_LIMIT = 2**32 - 1  # bytes; the size field of RIFF has 32 bits, beyond it RF64 (EBU Tech 3306)
IEEE_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT


@dataclass(frozen=True)
class SoundShape:
    """What a sound file's header says; ``frames`` counts samples per channel."""

    rate_hz: int
    channels: int
    frames: int


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    try:
        with soundfile.SoundFile(path) as file:
            yield file
    except soundfile.LibsndfileError as error:
        raise InputError(
            f"cannot be read as sound: {error.error_string}",
            where=str(path),
            next_step="check that the file is there and is a whole WAV, FLAC, MP3 or Ogg file",
        ) from error


def sound_shape(path: Path) -> SoundShape:
    """Rate, channels and length of a sound file.

    Raises:
        InputError: there is no such file or it is no sound file.
    """
    with _reading(path) as file:
        return SoundShape(int(file.samplerate), int(file.channels), int(file.frames))


def read_blocks(path: Path, block_frames: int = BLOCK_FRAMES) -> Iterator[Samples]:
    """A sound file as ``[n, channels]`` float32 blocks, ``n`` at most ``block_frames``.

    Raises:
        InputError: there is no such file or it is no sound file.
    """
    with _reading(path) as file:
        while len(block := file.read(block_frames, dtype="float32", always_2d=True)):
            yield block


def read_mono_blocks(path: Path, block_frames: int = BLOCK_FRAMES) -> Iterator[Samples]:
    """A sound file as ``[n]`` float32 blocks; several channels are averaged.

    Raises:
        InputError: as `read_blocks`.
    """
    for block in read_blocks(path, block_frames):
        yield block[:, 0] if block.shape[1] == 1 else block.mean(axis=1, dtype=np.float32)


def read_sound(path: Path) -> Sound:
    """A whole, short sound file such as a take; several channels are averaged.

    Raises:
        InputError: as `read_blocks`.
    """
    blocks = list(read_mono_blocks(path))
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return Sound(np.ascontiguousarray(samples), sound_shape(path).rate_hz)


def write_sound(path: Path, sound: Sound) -> None:
    """Write a sound as 24-bit FLAC or WAV, by the path's suffix. Samples beyond full scale are clipped.

    Raises:
        StorageError: the disk is full or the file cannot be written.
    """
    with sound_writer(path, sound.rate_hz, channels=1, subtype="PCM_24") as write:
        write(sound.samples[:, np.newaxis])


@contextmanager
def sound_writer(
    path: Path, rate_hz: int, *, channels: int, subtype: str
) -> Iterator[Callable[[NDArray[Any]], None]]:
    """A function that appends a ``[n, channels]`` block to a new FLAC or WAV file (by the path's suffix).

    Args:
        path: the file; what was there is lost.
        rate_hz: samples per second.
        channels: of every block.
        subtype: libsndfile's name of the sample format: ``PCM_16``, ``PCM_24``.

    Raises:
        StorageError: the disk is full or the file cannot be written.
    """
    with _Disk.open(path) as disk:
        with soundfile.SoundFile(
            disk, "w", rate_hz, channels, subtype, format=path.suffix.removeprefix(".").upper()
        ) as file:

            def write(block: NDArray[Any]) -> None:
                file.write(block)
                disk.check()

            yield write
        disk.check()


def write_float_wav(path: Path, rate_hz: int, frames: int, blocks: Iterable[Samples]) -> None:
    """Write mono float32 blocks as WAV, or as RF64 beyond 4 GiB.

    Not by libsndfile, whose float WAV holds the time of writing (PEAK chunk): equal sound must be equal bytes.

    Args:
        path: the file; what was there is lost.
        rate_hz: samples per second.
        frames: how many samples all blocks have together.
        blocks: ``[n]`` float32 each.

    Raises:
        StorageError: the disk is full or the file cannot be written.
    """
    with _Disk.open(path) as disk:
        disk.write(float_wav_header(rate_hz, frames))
        written = 0
        for block in blocks:
            disk.write(block.astype("<f4", copy=False).tobytes())
            disk.check()
            written += len(block)
    assert written == frames, f"{frames} samples were announced, {written} written"


def float_wav_header(rate_hz: int, frames: int) -> bytes:
    """The bytes before the samples of a mono float32 WAV (RIFF) or RF64 file (EBU Tech 3306)."""
    size = 4 * frames
    form = b"fmt " + struct.pack("<IHHIIHH", 16, IEEE_FLOAT, 1, rate_hz, 4 * rate_hz, 4, 32)
    form += b"fact" + struct.pack("<II", 4, min(frames, RIFF_LIMIT))
    whole = 4 + len(form) + 8 + size
    if whole <= RIFF_LIMIT:
        return b"RIFF" + struct.pack("<I", whole) + b"WAVE" + form + b"data" + struct.pack("<I", size)
    sizes = b"ds64" + struct.pack("<IQQQI", 28, whole + 36, size, frames, 0)
    head = b"RF64" + struct.pack("<I", RIFF_LIMIT) + b"WAVE" + sizes + form
    return head + b"data" + struct.pack("<I", RIFF_LIMIT)


class _Disk:
    """A file that remembers the first error of the operating system instead of raising it.

    libsndfile calls ``write`` from C, where an exception would be printed and lost; after an error the calls succeed
    and do nothing until `check` raises it.
    """

    def __init__(self, path: Path, raw: io.FileIO) -> None:
        self.path = path
        self.raw = raw
        self.error: OSError | None = None

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[_Disk]:
        try:
            raw = io.FileIO(path, "w+")
        except OSError as error:
            raise storage_error(error, path) from error
        with raw:
            yield cls(path, raw)

    def check(self) -> None:
        if self.error is not None:
            raise storage_error(self.error, self.path) from self.error

    def write(self, content: bytes) -> int:
        rest = memoryview(content)
        while rest and self.error is None:
            try:
                rest = rest[self.raw.write(rest) :]
            except OSError as error:
                self.error = error
        return len(content)

    def readinto(self, buffer: Any) -> int:
        return self.raw.readinto(buffer) or 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self.raw.seek(offset, whence)

    def tell(self) -> int:
        return self.raw.tell()
