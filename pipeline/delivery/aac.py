"""AAC in segments: a title of any length encoded on every core, without a seam to be heard or measured.

AAC-LC keeps nothing from frame to frame but the overlap of its transform (ISO/IEC 14496-3, 4.6.11): packet ``i``
is made from the samples of frames ``i - 1`` and ``i``, and what is decoded from it overlaps with its neighbours only.
So a segment that is cut on the title's grid of 1024 samples gives the packets that the whole would have given, once
the encoder's own habits (rate control, masking) have settled: it is fed `PRE_ROLL` frames of what comes before, and
the packets of those are dropped. Segments have a fixed length: the bytes do not depend on the number of cores.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.encoding import Encoding, Heard, Lossy, Prior, encoding_key, feed
from pipeline.delivery.programme import Programme, Treatment
from pipeline.errors import EngineError

FRAME = 1024  # samples a packet
PRIMING = FRAME  # samples that the first packet decodes to before the first of the sound
PRE_ROLL = 16  # frames: 0.37 s at 44.1 kHz
POST_ROLL = 2  # frames that the encoder looks ahead into the next segment
SEGMENT = 1 << 14  # frames: 6 min at 44.1 kHz; ffmpeg's start costs 0.1 s each
DEFAULT_KBPS = 96
MOST_FRAME_BITS = 6144  # ISO/IEC 14496-3: of a channel
RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
ADTS_HEADER = 7  # bytes; without CRC, as ffmpeg writes it


def aac_bitrate_kbps(asked: int | None, rate_hz: int, channels: int) -> int:
    """The bit rate, held under what AAC can carry at this sampling rate."""
    most = MOST_FRAME_BITS * channels * rate_hz // FRAME // 1000
    return min(asked or DEFAULT_KBPS, most)


def packet_count(sample_count: int) -> int:
    """How many packets a sound takes: one more than it has frames, for the overlap at its start."""
    return -(-sample_count // FRAME) + 1


def aac_segments(programme: Programme, kbps: int, ffmpeg: Ffmpeg) -> tuple[Encoding, ...]:
    """The programme as AAC-LC packets with ADTS headers, a blob for each segment; joined they are one stream."""
    packets = packet_count(programme.sample_count)
    return tuple(
        _segment(programme, kbps, ffmpeg, (first, min(first + SEGMENT, packets)), None)
        for first in range(0, packets, SEGMENT)
    )


def aac_prior(kbps: int, channels: int) -> Prior:
    """Measured on our speech: 64 kbps -0.06 LU and +0.27 dB of peak, 96 -0.04 and +0.04, 128 -0.02 and +0.03."""
    return Prior(0.06, 0.5) if kbps < 96 * channels else Prior(0.04, 0.2)


def _segment(
    programme: Programme, kbps: int, ffmpeg: Ffmpeg, packets: tuple[int, int], treatment: Treatment | None
) -> Encoding:
    first, last = packets
    prior = aac_prior(kbps, programme.channels)
    chosen = Treatment(prior.gain_db) if treatment is None else treatment
    lead = min(first, PRE_ROLL)
    start, stop = (first - lead) * FRAME, (last + POST_ROLL) * FRAME

    def write(making: Path, heard: Heard) -> None:
        with tempfile.NamedTemporaryFile(dir=making.parent, prefix=making.name, suffix=".aac") as stream:
            feed(
                programme.treated(chosen, start, stop),
                programme,
                ["-c:a", "aac", "-aac_coder", "fast", "-b:a", f"{kbps}k"],
                ["-f", "adts", f"file:{stream.name}"],
                heard=heard,
                ffmpeg=ffmpeg,
                rate_hz=programme.rate_hz,
            )
            adts = Path(stream.name).read_bytes()
        places = adts_places(adts)
        if len(places) - 1 < lead + last - first:
            raise EngineError(
                f"ffmpeg's AAC encoder gave {len(places) - 1} packets where {lead + last - first} were expected",
                where=str(making),
                next_step="run the same command again; if it fails the same way, report a bug",
            )
        making.write_bytes(adts[places[lead] : places[lead + last - first]])

    fed = programme.within(start, stop)  # an edit of one chapter leaves every segment before it as it is
    key = encoding_key("aac", fed, chosen, ffmpeg, {"kbps": kbps, "coder": "fast", "packets": (lead, last - first)})
    seconds = max(min(last * FRAME, programme.sample_count) - first * FRAME, 0) / programme.rate_hz
    again = partial(_again, programme, kbps, ffmpeg, packets)
    return Encoding(key, ".aac", seconds, write, Lossy(programme, chosen, prior, again))


def _again(
    programme: Programme, kbps: int, ffmpeg: Ffmpeg, packets: tuple[int, int], treatment: Treatment
) -> Encoding:
    return _segment(programme, kbps, ffmpeg, packets, treatment)


def adts_places(stream: bytes) -> NDArray[np.int64]:
    """Where each packet of a stream starts, header first, and where the last one ends (ISO/IEC 14496-3, 1.A.3.2).

    Raises:
        EngineError: it is not whole.
    """
    places, at = [0], 0
    while at + ADTS_HEADER <= len(stream) and stream[at] == 0xFF and stream[at + 1] & 0xF6 == 0xF0:
        at += (stream[at + 3] & 3) << 11 | stream[at + 4] << 3 | stream[at + 5] >> 5
        places.append(at)
    if at != len(stream):
        raise EngineError(
            "an AAC stream is damaged", where=f"byte {at}", next_step="remove the vault's deliverables; run again"
        )
    return np.array(places, np.int64)


def without_headers(stream: bytes, places: NDArray[np.int64]) -> bytes:
    """The packets of a stream end to end, as MP4 wants them."""
    kept = np.ones(len(stream), bool)
    kept[places[:-1, np.newaxis] + np.arange(ADTS_HEADER)] = False
    return np.frombuffer(stream, np.uint8)[kept].tobytes()
