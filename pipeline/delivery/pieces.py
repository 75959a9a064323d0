"""A piece: one file to deliver, its key and how it is made; and the job that pieces are drawn up from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.cover import Cover
from pipeline.delivery.encoding import Encoding
from pipeline.delivery.programme import Programme
from pipeline.materials import Master
from pipeline.production import Delivery, Order
from pipeline.profiles import Codec
from pipeline.vault import Vault, content_key

VERSION = 2
AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".m4b", ".opus"})


@dataclass(frozen=True)
class Piece:
    """One file to deliver.

    Attributes:
        format: as the production file names it.
        name: path in the output folder, with ``/``.
        key: of everything the file is made from.
        sounds: what it is made of: sound to be encoded first, or a master as it lies; nothing for text.
        pack: called with the path of each sound and the path to write; and, when ``packed_s`` is not 0, with
            ``heard``, which it tells the seconds it is through with.
        packed_s: seconds of sound that packing itself works through.
        wants: programme whose measurement (`original`) is in the vault when ``pack`` is called.
        turn: makes the finished file louder by so many dB without encoding it again, where a format can.
    """

    format: str
    name: str
    key: str
    sounds: tuple[Encoding | Path, ...]
    pack: Callable[..., None]
    packed_s: float = 0.0
    wants: Programme | None = None
    turn: Callable[[Path, float], None] | None = None

    @property
    def seconds(self) -> float:
        """Of sound to be encoded."""
        return sum(sound.seconds for sound in self.encodings)

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        return tuple(sound for sound in self.sounds if isinstance(sound, Encoding))

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """Everything that is measured before it is encoded, each once."""
        wanted = [] if self.wants is None else [self.wants]
        for encoding in self.encodings:
            if encoding.lossy is not None and encoding.lossy.programme not in wanted:
                wanted.append(encoding.lossy.programme)
        return tuple(wanted)

    @property
    def is_audio(self) -> bool:
        """Whether it is sound itself, and not a text or a package with sound in it."""
        return PurePosixPath(self.name).suffix in AUDIO_SUFFIXES


@dataclass(frozen=True)
class Job:
    """One entry of the production's ``deliver:`` list with all that pieces of it are made from."""

    masters: tuple[Master, ...]
    order: Order
    delivery: Delivery
    narrators: str
    cover: Cover
    ffmpeg: Ffmpeg
    vault: Vault

    def kbps(self, codec: Codec, usual: int) -> int | None:
        """The bit rate that is asked for; or the one nearest to ``usual`` that the profile's receiver takes.

        Returns:
            None where the usual one will do, and where a variable rate is asked for.
        """
        if self.delivery.bitrate_kbps is not None or self.delivery.quality is not None:
            return self.delivery.bitrate_kbps
        rule = self.order.production.master.resolved().encodings.get(codec)
        if rule is None:
            return None
        stereo = rule.least_stereo_kbps if self.masters[0].channels > 1 else None
        least, most = stereo or rule.least_kbps or usual, rule.most_kbps or usual
        nearest = min(max(usual, least), max(most, least))
        return None if nearest == usual else nearest

    def key(self, sound: object, *facts: object) -> str:
        """The key of a piece: format, cover, ffmpeg, the sound's key or keys, and what else it depends on."""
        return content_key(
            {
                "stage": f"deliver {self.delivery.format}",
                "version": VERSION,
                "sound": sound,
                "cover": self.cover.sha256,
                "ffmpeg": self.ffmpeg.version,
                "facts": facts,
            }
        )


Draw = Callable[[Job], Iterator[Piece]]
"""Draws up the pieces of one format."""
