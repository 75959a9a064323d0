"""Lossy encodings of masters: sound alone, without tags, kept in the vault so that it is made once.

ffmpeg encodes what we decode and feed to it. An encoding's key names the masters, the settings, this code and ffmpeg;
tags, cover and chapter titles are put around it later (`pipeline.delivery.packing`) and cost no encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from pipeline.audio.ffmpeg import REPRODUCIBLE, Ffmpeg, run_ffmpeg
from pipeline.delivery.sample import opening
from pipeline.errors import InputError, StorageError
from pipeline.materials import Master
from pipeline.vault import Vault, content_key

ROOM = "deliverables"
VERSION = 1
BLOCK_FRAMES = 1 << 16
FULL_SCALE_16 = 32768.0
MP3_DEFAULT_KBPS = 192  # ACX: 192 kbps or higher, constant
M4B_DEFAULT_KBPS = 96
# ISO/IEC 11172-3 and 13818-3, layer III: MPEG-1 (32 kHz and above), MPEG-2 (16 … 24 kHz).
MP3_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MP3_LOW_RATE_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
MP3_HIGHEST_RATE_HZ = 48000
AAC_FRAME_BITS = 6144  # ISO/IEC 14496-3: most bits of a channel's frame of 1024 samples

Frames = np.ndarray[tuple[int, int], np.dtype[np.int16]]
"""``[frames, channels]`` int16."""
Heard = Callable[[float], None]
"""Told the seconds of sound encoded so far; what it raises stops the encoding."""


@dataclass(frozen=True)
class Encoding:
    """Sound to be encoded.

    Attributes:
        key: in the vault's `ROOM`.
        suffix: of the blob.
        seconds: of sound in it.
        write: encodes to a path.
    """

    key: str
    suffix: str
    seconds: float
    write: Callable[[Path, Heard], None]


def encoded(vault: Vault, encoding: Encoding, heard: Heard) -> Path:
    """The encoding's blob, from the vault or made now."""

    def write(making: Path) -> dict[str, object]:
        encoding.write(making, heard)
        return {"seconds": encoding.seconds}

    entry = vault.fetch(ROOM, encoding.key) or vault.keep(ROOM, encoding.key, encoding.suffix, write)
    return entry.path


def mp3_bitrate_kbps(asked: int | None, rate_hz: int) -> int:
    """The constant bit rate of an MP3, checked against what the format has at this sampling rate.

    Raises:
        InputError: MP3 has no such rate.
    """
    allowed = MP3_KBPS if rate_hz >= 32000 else MP3_LOW_RATE_KBPS
    kbps = min(MP3_DEFAULT_KBPS, allowed[-1]) if asked is None else asked
    if kbps not in allowed:
        raise InputError(
            f"MP3 at {rate_hz} Hz has no bit rate of {kbps} kbps",
            where="deliver: mp3",
            next_step=f"choose bitrate_kbps out of {', '.join(str(rate) for rate in allowed)}",
        )
    return kbps


def m4b_bitrate_kbps(asked: int | None, rate_hz: int, channels: int) -> int:
    """The bit rate of the AAC file, held under what AAC can carry at this sampling rate."""
    most = AAC_FRAME_BITS * channels * rate_hz // 1024 // 1000
    return min(asked or M4B_DEFAULT_KBPS, most)


def lame_gain(kbps: int) -> float:
    """What to multiply by so that LAME's output is as loud as its input.

    LAME turns constant-bit-rate input down by an amount that depends on the bit rate alone (presets.c, ``abr_map``);
    measured through ffmpeg 9.0 at every rate of the table, mono and stereo, 24 to 48 kHz: within 0.2 % of these.
    """
    if kbps >= 256:
        return 1.0
    if kbps >= 224:
        return 1.0 / 0.98
    return 1.0 / (0.97 if kbps >= 192 else 0.95)


def mp3_encoding(master: Master, kbps: int, ffmpeg: Ffmpeg) -> Encoding:
    """One chapter as a bare MP3 stream: constant bit rate, Xing/LAME header for gapless playing, no tags."""

    def write(making: Path, heard: Heard) -> None:
        _encode_mp3(making, _blocks([master]), master=master, kbps=kbps, heard=heard, ffmpeg=ffmpeg)

    return Encoding(_key("mp3", [master], kbps, ffmpeg), ".mp3", master.seconds, write)


def sample_encoding(master: Master, longest_s: int, kbps: int, ffmpeg: Ffmpeg) -> Encoding:
    """The opening of a chapter as a bare MP3 stream: the retail sample. It ends at a pause, see `opening`."""

    def write(making: Path, heard: Heard) -> None:
        _encode_mp3(making, iter([opening(master, longest_s)]), master=master, kbps=kbps, heard=heard, ffmpeg=ffmpeg)

    key = _key(f"sample {longest_s} s", [master], kbps, ffmpeg)
    return Encoding(key, ".mp3", min(master.seconds, float(longest_s)), write)


def _encode_mp3(
    making: Path, blocks: Iterator[Frames], *, master: Master, kbps: int, heard: Heard, ffmpeg: Ffmpeg
) -> None:
    rate = () if master.rate_hz <= MP3_HIGHEST_RATE_HZ else ("-ar", str(MP3_HIGHEST_RATE_HZ))
    gain = np.float32(lame_gain(kbps) / FULL_SCALE_16)
    run_ffmpeg(
        [
            *_raw_input("f32le", master),
            *("-c:a", "libmp3lame", "-b:a", f"{kbps}k", *rate, "-threads", "1"),
            *("-map_metadata", "-1", "-id3v2_version", "0", "-write_id3v1", "0", *REPRODUCIBLE),
            *("-f", "mp3", f"file:{making}"),
        ],
        ffmpeg=ffmpeg,
        stdin=((block.astype(np.float32) * gain).tobytes() for block in blocks),
        watch=lambda fed: heard(fed / (4 * master.channels * master.rate_hz)),
    )


def m4a_encoding(masters: Sequence[Master], kbps: int, ffmpeg: Ffmpeg) -> Encoding:
    """The whole title as one AAC stream without seams: the chapters' samples follow each other in one run.

    The encoder's fast search is used: 3.5 times as fast as the default and closer to the original on speech.
    """
    first = masters[0]

    def write(making: Path, heard: Heard) -> None:
        run_ffmpeg(
            [
                *_raw_input("s16le", first),
                *("-c:a", "aac", "-aac_coder", "fast", "-b:a", f"{kbps}k", "-map_metadata", "-1", *REPRODUCIBLE),
                *("-f", "ipod", f"file:{making}"),
            ],
            ffmpeg=ffmpeg,
            stdin=(block.tobytes() for block in _blocks(masters)),
            watch=lambda fed: heard(fed / (2 * first.channels * first.rate_hz)),
        )

    return Encoding(_key("m4a", masters, kbps, ffmpeg), ".m4a", sum(master.seconds for master in masters), write)


def _raw_input(layout: str, master: Master) -> tuple[str, ...]:
    return ("-f", layout, "-ar", str(master.rate_hz), "-ac", str(master.channels), "-i", "pipe:0")


def _blocks(masters: Sequence[Master]) -> Iterator[Frames]:
    """The masters' samples one after the other: ``[frames, channels]`` int16."""
    for master in masters:
        try:
            with soundfile.SoundFile(master.path) as sound:
                assert (sound.samplerate, sound.channels) == (master.rate_hz, master.channels), master.path
                yield from sound.blocks(BLOCK_FRAMES, dtype="int16", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise StorageError(
                f"the master of chapter {master.number} cannot be read: {error.error_string}",
                where=str(master.path),
                next_step="run the same command again; a damaged master is made anew",
            ) from error


def _key(kind: str, masters: Sequence[Master], kbps: int, ffmpeg: Ffmpeg) -> str:
    return content_key(
        {
            "stage": f"encode {kind}",
            "version": VERSION,
            "masters": [master.key for master in masters],
            "rate_hz": masters[0].rate_hz,
            "channels": masters[0].channels,
            "kbps": kbps,
            "ffmpeg": ffmpeg.version,
        }
    )
