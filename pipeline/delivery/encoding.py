"""Encodings of masters: sound alone, without tags, kept in the vault so that it is made once.

ffmpeg encodes what we decode, treat and feed to it. An encoding's key names the masters, the settings, the treatment,
this code and ffmpeg; tags, cover and chapters are put around it later (`pipeline.delivery.packing`) and cost no
encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.audio.ffmpeg import REPRODUCIBLE, Ffmpeg, run_ffmpeg
from pipeline.delivery.programme import Frames, Programme, Treatment
from pipeline.errors import InputError
from pipeline.materials import Master
from pipeline.vault import Vault, content_key

ROOM = "deliverables"
VERSION = 2
MP3_DEFAULT_KBPS = 192  # ACX: 192 kbps or higher, constant
OPUS_DEFAULT_KBPS = 48
# ISO/IEC 11172-3 and 13818-3, layer III: MPEG-1 (32 kHz and above), MPEG-2 (16 … 24 kHz).
MP3_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MP3_LOW_RATE_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
MP3_HIGHEST_RATE_HZ = 48000
OPUS_RATE_HZ = 48000  # RFC 7845: what a decoder gives, whatever went in

Heard = Callable[[float], None]
"""Told the seconds of sound encoded so far; what it raises stops the encoding."""


@dataclass(frozen=True)
class Prior:
    """What an encoder does to speech, measured, so that most speech need be encoded only once.

    Attributes:
        gain_db: that makes good the level it takes away.
        margin_db: how far a peak may come out higher than it went in.
    """

    gain_db: float
    margin_db: float


@dataclass(frozen=True)
class Lossy:
    """What a lossy encoding is made from, so that it can be made again with another treatment.

    Attributes:
        programme: that it encodes, or a part of.
        treatment: of the programme.
        prior: what the encoder is known to do.
        again: the same encoding with another treatment.
    """

    programme: Programme
    treatment: Treatment
    prior: Prior
    again: Callable[[Treatment], Encoding]


@dataclass(frozen=True)
class Encoding:
    """Sound to be encoded.

    Attributes:
        key: in the vault's `ROOM`.
        suffix: of the blob.
        seconds: of sound in it.
        write: encodes to a path.
        lossy: what it is made from; None where decoding gives the master's samples.
    """

    key: str
    suffix: str
    seconds: float
    write: Callable[[Path, Heard], None]
    lossy: Lossy | None = None


def encoded(vault: Vault, encoding: Encoding, heard: Heard) -> Path:
    """The encoding's blob, from the vault or made now."""

    def write(making: Path) -> dict[str, object]:
        encoding.write(making, heard)
        treatment = {} if encoding.lossy is None else asdict(encoding.lossy.treatment)
        return {"seconds": encoding.seconds, **treatment}

    entry = vault.fetch(ROOM, encoding.key) or vault.keep(ROOM, encoding.key, encoding.suffix, write)
    return entry.path


def encoding_key(
    kind: str, programme: Programme, treatment: Treatment, ffmpeg: Ffmpeg, facts: Mapping[str, object]
) -> str:
    """The key of a lossy encoding; ``facts`` are the codec's settings."""
    return content_key(
        {
            "stage": f"encode {kind}",
            "version": VERSION,
            "ffmpeg": ffmpeg.version,
            "treatment": asdict(treatment),
            **programme.facts(),
            **facts,
        }
    )


# --- MP3 ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mp3Rate:
    """``kbps`` constant, or LAME's variable ``quality`` 0 (best) … 9."""

    kbps: int | None = None
    quality: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """For ffmpeg. At 128 kbps and more LAME's quality 7 is used.

        Measured on our speech, noise to mask ratio (Bark bands) and CPU seconds an hour against LAME's default: at
        192 kbps 4 dB less noise in 35 % of the time, at 128 kbps 4 dB less; at 64 kbps 1.4 dB more, so not there.
        """
        if self.quality is not None:
            return ("-q:a", str(self.quality))
        assert self.kbps is not None
        return ("-b:a", f"{self.kbps}k", "-compression_level", "7" if self.kbps >= 128 else "5")


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


def mp3_rate(asked_kbps: int | None, quality: int | None, rate_hz: int) -> Mp3Rate:
    """As a production asks for it.

    Raises:
        InputError: MP3 has no such rate.
    """
    return Mp3Rate(quality=quality) if quality is not None else Mp3Rate(mp3_bitrate_kbps(asked_kbps, rate_hz))


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


def mp3_prior(rate: Mp3Rate) -> Prior:
    """Overshoot on our speech, measured: 192 kbps and more 0.03 dB, less 0.4; V0 to V4 0.14, V6 0.23, V9 0.7."""
    if rate.quality is not None:
        return Prior(
            0.2 if rate.quality == 9 else 0.0, 0.25 if rate.quality < 6 else 0.45 if rate.quality < 8 else 1.0
        )
    assert rate.kbps is not None
    return Prior(0.0, 0.15 if rate.kbps >= 192 else 0.5)


def mp3_of(programme: Programme, rate: Mp3Rate, ffmpeg: Ffmpeg, treatment: Treatment | None = None) -> Encoding:
    """A bare MP3 stream: Xing/LAME header for gapless playing, no tags.

    Two channels are joint stereo: ours carry the same sound, so the side channel costs nothing and the sound gets all
    bits. Who wants no joint stereo (ACX) gets mono, see `Programme.folded`.
    """
    prior = mp3_prior(rate)
    chosen = Treatment(prior.gain_db) if treatment is None else treatment

    def write(making: Path, heard: Heard) -> None:
        out_hz = min(programme.rate_hz, MP3_HIGHEST_RATE_HZ)
        gain = np.float32(1.0 if rate.kbps is None else lame_gain(rate.kbps))
        feed(
            (block * gain for block in programme.treated(chosen, rate_hz=out_hz)),
            programme,
            ["-c:a", "libmp3lame", *rate.words, "-id3v2_version", "0", "-write_id3v1", "0"],
            ["-f", "mp3", f"file:{making}"],
            heard=heard,
            ffmpeg=ffmpeg,
            rate_hz=out_hz,
        )

    key = encoding_key("mp3", programme, chosen, ffmpeg, {"kbps": rate.kbps, "quality": rate.quality})
    again = partial(mp3_of, programme, rate, ffmpeg)
    return Encoding(key, ".mp3", programme.seconds, write, Lossy(programme, chosen, prior, again))


def mp3_encoding(master: Master, kbps: int, ffmpeg: Ffmpeg) -> Encoding:
    """One chapter as a bare MP3 stream of constant bit rate."""
    return mp3_of(Programme((master,)), Mp3Rate(kbps), ffmpeg)


def sample_encoding(master: Master, longest_s: int, kbps: int, ffmpeg: Ffmpeg) -> Encoding:
    """The opening of a chapter as a bare MP3 stream: the retail sample. It ends at a pause, see `opening`."""
    return mp3_of(Programme((master,), opening_s=longest_s), Mp3Rate(kbps), ffmpeg)


# --- Opus -----------------------------------------------------------------------------------------------------------


def opus_prior(kbps: int) -> Prior:
    """Measured on our speech at 48 kbps: -0.20 LU, peaks 0.17 to 0.58 dB higher."""
    return Prior(0.2 if kbps <= 64 else 0.0, 0.8)


def opus_of(programme: Programme, kbps: int, ffmpeg: Ffmpeg, treatment: Treatment | None = None) -> Encoding:
    """Ogg Opus, resampled to 48 kHz by soxr, without tags.

    libopus's complexity 7 is used. Measured on our speech: 10 has the same noise to mask ratio within 0.1 dB and
    takes 10 % longer; 5 takes 40 % of the time but spends 13 % more bits than it is asked to, and its worst bands
    carry 6 dB more noise over the mask.
    """
    prior = opus_prior(kbps)
    chosen = Treatment(prior.gain_db) if treatment is None else treatment

    def write(making: Path, heard: Heard) -> None:
        feed(
            programme.treated(chosen, rate_hz=OPUS_RATE_HZ),
            programme,
            ["-c:a", "libopus", "-b:a", f"{kbps}k", "-compression_level", "7"],
            ["-f", "opus", f"file:{making}"],
            heard=heard,
            ffmpeg=ffmpeg,
            rate_hz=OPUS_RATE_HZ,
        )

    key = encoding_key("opus", programme, chosen, ffmpeg, {"kbps": kbps})
    again = partial(opus_of, programme, kbps, ffmpeg)
    return Encoding(key, ".opus", programme.seconds, write, Lossy(programme, chosen, prior, again))


# --- what all of them share -----------------------------------------------------------------------------------------


def feed(
    blocks: Iterable[Frames],
    programme: Programme,
    codec: Sequence[str],
    target: Sequence[str],
    *,
    heard: Heard,
    ffmpeg: Ffmpeg,
    rate_hz: int,
) -> None:
    """Encode blocks by ffmpeg, on one thread, to the same bytes each time."""
    run_ffmpeg(
        [
            *("-f", "f32le", "-ar", str(rate_hz), "-ac", str(programme.channels), "-i", "pipe:0"),
            *(*codec, "-threads", "1", "-map_metadata", "-1", *REPRODUCIBLE),
            *target,
        ],
        ffmpeg=ffmpeg,
        stdin=(block.astype("<f4", copy=False).tobytes() for block in blocks),
        watch=lambda fed: heard(fed / (4 * programme.channels * rate_hz)),
    )
