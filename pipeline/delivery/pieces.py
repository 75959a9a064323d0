"""A piece: one file to deliver, its key and how it is made; and the job that pieces are drawn up from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.cover import Cover
from pipeline.delivery.encoding import Encoding
from pipeline.materials import Master
from pipeline.production import Delivery, Order
from pipeline.vault import content_key

VERSION = 1


@dataclass(frozen=True)
class Piece:
    """One file to deliver.

    Attributes:
        format: as the production file names it.
        name: path in the output folder, with ``/``.
        key: of everything the file is made from.
        sounds: what it is made of: sound to be encoded first, or a master as it lies; nothing for text.
        pack: called with the path of each sound and the path to write.
    """

    format: str
    name: str
    key: str
    sounds: tuple[Encoding | Path, ...]
    pack: Callable[[Sequence[Path], Path], None]

    @property
    def seconds(self) -> float:
        """Of sound to be encoded."""
        return sum(sound.seconds for sound in self.sounds if isinstance(sound, Encoding))


@dataclass(frozen=True)
class Job:
    """One entry of the production's ``deliver:`` list with all that pieces of it are made from."""

    masters: tuple[Master, ...]
    order: Order
    delivery: Delivery
    narrators: str
    cover: Cover
    ffmpeg: Ffmpeg

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
