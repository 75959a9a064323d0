"""Tags, chapters and cover put around sound that is already encoded. Nothing here changes a sample."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.audio.files import sound_writer
from pipeline.delivery.cover import Cover
from pipeline.delivery.encoding import Heard
from pipeline.delivery.id3 import Id3Chapter, id3_tag
from pipeline.delivery.measured import original
from pipeline.delivery.mp4 import Book, Chapter, write_book
from pipeline.delivery.ogg import write_opus
from pipeline.delivery.programme import Programme
from pipeline.delivery.tags import Tags, mp4_freeform, mp4_tags, vorbis_comments, wav_info
from pipeline.delivery.vorbis import chapter_comments, write_flac
from pipeline.delivery.wav import Cue, write_wav
from pipeline.materials import Master
from pipeline.vault import Vault

COPY_BYTES = 1 << 20
PACKING = 0.02  # what packing a second of M4B costs, in seconds of encoding it; for the progress only


def pack_flac(sounds: Sequence[Path], making: Path, *, tags: Tags, cover: Cover) -> None:
    """The master, frame for frame, with Vorbis comments and the cover."""
    (master,) = sounds
    write_flac(master, making, vorbis_comments(tags), cover)


def pack_new_flac(
    sounds: Sequence[Path], making: Path, *, programme: Programme, bits: int, tags: Tags, cover: Cover, heard: Heard
) -> None:
    """A FLAC of masters that are several, or that are not FLAC: the same samples, chapters as Vorbis comments."""
    del sounds
    with tempfile.NamedTemporaryFile(dir=making.parent, prefix=making.name, suffix=".flac") as plain:
        path = Path(plain.name)
        written = 0
        with sound_writer(path, programme.rate_hz, channels=programme.channels, subtype=f"PCM_{bits}") as write:
            for block in programme.blocks():
                most = 1 << (bits - 1)
                steps = np.clip(np.rint(block.astype(np.float64) * most), -most, most - 1)
                write((steps * (1 << (32 - bits))).astype(np.int32))
                written += len(block)
                heard(written / programme.rate_hz)
        write_flac(path, making, vorbis_comments(tags) | chapter_comments(programme), cover)


def pack_wav(
    sounds: Sequence[Path],
    making: Path,
    *,
    programme: Programme,
    bits: int,
    vault: Vault,
    tags: Tags,
    cues: Sequence[Cue],
    time_reference: int,
    heard: Heard,
) -> None:
    """The masters' samples as broadcast WAV, with what they measure."""
    del sounds
    write_wav(
        programme,
        making,
        bits=bits,
        measurement=original(vault, programme),
        cues=cues,
        info=wav_info(tags),
        description=f"{tags.album}: {tags.title}. {tags.comment}" if tags.track else f"{tags.title}. {tags.comment}",
        time_reference=time_reference,
        heard=heard,
    )


def pack_mp3(
    sounds: Sequence[Path], making: Path, *, tags: Tags, cover: Cover, chapters: Sequence[Id3Chapter] = ()
) -> None:
    """The bare MP3 stream behind an ID3v2.3 tag."""
    (sound,) = sounds
    with making.open("wb") as target, sound.open("rb") as stream:
        target.write(id3_tag(tags, cover, chapters))
        shutil.copyfileobj(stream, target, COPY_BYTES)


def pack_opus(sounds: Sequence[Path], making: Path, *, programme: Programme, tags: Tags, cover: Cover) -> None:
    """The Opus stream with Vorbis comments, chapters and cover in its header."""
    (sound,) = sounds
    write_opus(sound, making, vorbis_comments(tags) | chapter_comments(programme), cover)


def pack_m4b(
    sounds: Sequence[Path], making: Path, *, programme: Programme, tags: Tags, cover: Cover, heard: Heard
) -> None:
    """The AAC segments as one stream with chapters that start on the exact sample, tags and cover, index first."""
    book = Book(
        rate_hz=programme.rate_hz,
        channels=programme.channels,
        sample_count=programme.sample_count,
        language=tags.long_language,
        chapters=tuple(
            Chapter(shown_title(master), start, master.sample_count)
            for start, master in zip(programme.starts, programme.masters, strict=True)
        ),
        tags=mp4_tags(tags),
        freeform=mp4_freeform(tags),
        cover=cover,
    )
    write_book(book, sounds, making, lambda seconds: heard(PACKING * seconds))


def id3_chapters(programme: Programme) -> tuple[Id3Chapter, ...]:
    """The programme's chapters in milliseconds; none when it is a single one."""
    if len(programme.masters) == 1:
        return ()
    bounds = [round(1000 * at / programme.rate_hz) for at in (*programme.starts, programme.sample_count)]
    return tuple(
        Id3Chapter(shown_title(master), start, end)
        for master, start, end in zip(programme.masters, bounds, bounds[1:], strict=False)
    )


def chapter_cues(programme: Programme) -> tuple[Cue, ...]:
    """A mark at the start of each chapter."""
    return tuple(
        Cue(start, shown_title(master)) for start, master in zip(programme.starts, programme.masters, strict=True)
    )


def chunk_cues(master: Master) -> tuple[Cue, ...]:
    """A mark at the start of each chunk, labelled with its slate, role and words."""
    return tuple(
        Cue(round(mark.start_s * master.rate_hz), f"{mark.slate} {mark.role}: {mark.shown}") for mark in master.marks
    )


def shown_title(master: Master) -> str:
    """A chapter's title on one line; a number where it has none."""
    return " ".join(master.title.split()) or f"Chapter {master.number}"
