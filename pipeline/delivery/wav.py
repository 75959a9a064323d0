"""Broadcast WAV, written in one stream: samples, loudness, marks and tags; RF64 where 32 bits do not suffice.

Sources: EBU Tech 3285 v2 (bext with its loudness fields), EBU Tech 3306 v2 (RF64, ds64), Microsoft's Multimedia
Programming Interface and Data Specifications 1.0 (cue, LIST adtl, LIST INFO).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.audio.decibels import SILENCE_DB
from pipeline.delivery.encoding import Heard
from pipeline.delivery.programme import Frames, Programme
from pipeline.metering import Measurement

RIFF_LIMIT = 2**32 - 1  # bytes; a size of RIFF has 32 bits
PCM = 1  # WAVE_FORMAT_PCM
ORIGINATOR = b"Chapterhouse"
NOT_SET = 0x7FFF  # Tech 3285: the value of a loudness field that is not known
LAST_CUE = 2**32 - 1  # samples; a cue's position has 32 bits


@dataclass(frozen=True)
class Cue:
    """A mark: ``at`` in samples."""

    at: int
    label: str


def write_wav(
    programme: Programme,
    making: Path,
    *,
    bits: int,
    measurement: Measurement,
    cues: Sequence[Cue],
    info: Mapping[str, str],
    description: str,
    time_reference: int,
    heard: Heard,
) -> None:
    """Write the file.

    Args:
        programme: whose samples are written; of float masters the nearest 24-bit ones.
        making: the path to write.
        bits: of a sample, 16 or 24.
        measurement: of the programme.
        cues: marks in order of time; any beyond 2³² samples are left out, the format cannot say them.
        info: four-letter names of LIST INFO → text.
        description: of the bext chunk; 256 ASCII characters are kept.
        time_reference: samples from the start of the title.
        heard: told the seconds written so far; what it raises stops the writing.
    """
    size = programme.sample_count * programme.channels * bits // 8
    with making.open("wb") as target:
        target.write(
            wav_head(
                rate_hz=programme.rate_hz,
                channels=programme.channels,
                bits=bits,
                frames=programme.sample_count,
                chunks=(
                    bext(programme, bits, measurement, description, time_reference),
                    *cue_chunks(cues),
                    _list(b"INFO", *(_chunk(name.encode(), _text(text)) for name, text in info.items())),
                ),
            )
        )
        written = 0
        for block in programme.blocks():
            target.write(pcm(block, bits))
            written += len(block)
            heard(written / programme.rate_hz)
        assert written == programme.sample_count, f"{programme.sample_count} announced, {written} written"
        target.write(b"\0" * (size % 2))


def wav_head(*, rate_hz: int, channels: int, bits: int, frames: int, chunks: Sequence[bytes] = ()) -> bytes:
    """Everything before the samples. Tech 3306: the sizes that do not fit are -1, and ds64 holds them."""
    align = channels * bits // 8
    size = align * frames
    form = _chunk(b"fmt ", struct.pack("<HHIIHH", PCM, channels, rate_hz, align * rate_hz, align, bits))
    body = b"".join([*chunks, form])
    whole = 4 + len(body) + 8 + size + size % 2
    if whole <= RIFF_LIMIT:
        return b"RIFF" + struct.pack("<I", whole) + b"WAVE" + body + b"data" + struct.pack("<I", size)
    sizes = _chunk(b"ds64", struct.pack("<QQQI", whole + 36, size, frames, 0))
    head = b"RF64" + struct.pack("<I", RIFF_LIMIT) + b"WAVE" + sizes + body
    return head + b"data" + struct.pack("<I", RIFF_LIMIT)


def pcm(block: Frames, bits: int) -> bytes:
    """Little-endian samples; those that were integers of so many bits are themselves again."""
    most = 1 << (bits - 1)
    steps = np.clip(np.rint(block.astype(np.float64) * most), -most, most - 1)
    if bits == 16:
        return steps.astype("<i2").tobytes()
    return steps.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def bext(programme: Programme, bits: int, measurement: Measurement, description: str, time_reference: int) -> bytes:
    """The broadcast extension, version 2. Date and time are not set: equal sound is equal bytes. The UMID is zero."""
    loudness = (
        _hundredths(measurement.integrated_lufs),
        round(100 * measurement.lra_lu),
        _hundredths(measurement.true_peak_dbtp),
        _hundredths(measurement.max_momentary_lufs),
        _hundredths(measurement.max_short_term_lufs),
    )
    mode = "mono" if programme.channels == 1 else "stereo"
    history = f"A=PCM,F={programme.rate_hz},W={bits},M={mode},T=Chapterhouse\r\n".encode()
    fields = struct.pack(
        "<256s32s32s10s8sQH64s5h180s",
        _ascii(description),
        ORIGINATOR,
        b"",
        b"",
        b"",
        time_reference,
        2,
        b"",
        *loudness,
        b"",
    )
    return _chunk(b"bext", fields + history)


def cue_chunks(cues: Sequence[Cue]) -> tuple[bytes, ...]:
    """The positions, and their labels beside them."""
    held = [cue for cue in cues if cue.at <= LAST_CUE]
    if not held:
        return ()
    points = [struct.pack("<II4sIII", n, cue.at, b"data", 0, 0, cue.at) for n, cue in enumerate(held, 1)]
    labels = [_chunk(b"labl", struct.pack("<I", n) + _text(cue.label)) for n, cue in enumerate(held, 1)]
    return _chunk(b"cue ", struct.pack("<I", len(held)), *points), _list(b"adtl", *labels)


def _hundredths(level: float) -> int:
    return NOT_SET if level <= SILENCE_DB else round(100 * level)


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")[:256]


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace") + b"\0"


def _list(kind: bytes, *chunks: bytes) -> bytes:
    return _chunk(b"LIST", kind, *chunks)


def _chunk(name: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
