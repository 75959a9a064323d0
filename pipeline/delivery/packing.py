"""Tags, chapters and cover put around sound that is already encoded. Nothing here changes a sample."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.audio.ffmpeg import REPRODUCIBLE, Ffmpeg, run_ffmpeg
from pipeline.delivery.cover import Cover
from pipeline.delivery.id3 import id3_tag
from pipeline.delivery.tags import Tags, mp4_tags, vorbis_comments
from pipeline.materials import Master

NERO_CHAPTERS = 255  # the older chapter list counts in one byte; the QuickTime track has no such limit
COPY_BYTES = 1 << 20


def pack_flac(sounds: Sequence[Path], making: Path, *, tags: Tags, cover: Cover, ffmpeg: Ffmpeg) -> None:
    """The master, frame for frame, with Vorbis comments and the cover."""
    (master,) = sounds
    with master.open("rb") as stream:
        run_ffmpeg(
            [
                *("-f", "flac", "-i", "pipe:0", *_picture(cover), "-map", "0:a", "-map", "1:v", "-c", "copy"),
                *("-disposition:v:0", "attached_pic", "-metadata:s:v", "comment=Cover (front)"),
                *("-map_metadata", "-1", *_fields(vorbis_comments(tags)), *REPRODUCIBLE),
                *("-f", "flac", f"file:{making}"),
            ],
            ffmpeg=ffmpeg,
            stdin=iter(lambda: stream.read(COPY_BYTES), b""),
        )


def pack_mp3(sounds: Sequence[Path], making: Path, *, tags: Tags, cover: Cover) -> None:
    """The bare MP3 stream behind an ID3v2.3 tag."""
    (sound,) = sounds
    with making.open("wb") as target, sound.open("rb") as stream:
        target.write(id3_tag(tags, cover))
        shutil.copyfileobj(stream, target, COPY_BYTES)


def pack_m4b(
    sounds: Sequence[Path], making: Path, *, masters: Sequence[Master], tags: Tags, cover: Cover, ffmpeg: Ffmpeg
) -> None:
    """The AAC stream with chapters that start on the exact sample, tags and cover, index first."""
    (sound,) = sounds
    flags = "+faststart" + ("+disable_chpl" if len(masters) > NERO_CHAPTERS else "")
    with tempfile.TemporaryDirectory() as folder:
        chapters = Path(folder) / "chapters.txt"
        chapters.write_text("".join(chapter_list(masters)), encoding="utf-8")
        run_ffmpeg(
            [
                *("-i", f"file:{sound}", *_picture(cover), "-f", "ffmetadata", "-i", f"file:{chapters}"),
                *("-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v:0", "attached_pic"),
                *("-map_metadata", "2", "-map_chapters", "2", *_fields(mp4_tags(tags))),
                *("-metadata:s:a:0", f"language={tags.long_language}", "-brand", "M4B ", "-movflags", flags),
                *(*REPRODUCIBLE, "-f", "ipod", f"file:{making}"),
            ],
            ffmpeg=ffmpeg,
        )


def chapter_list(masters: Sequence[Master]) -> Iterator[str]:
    """Chapters in ffmpeg's metadata format, times counted in samples."""
    yield ";FFMETADATA1\n"
    start = 0
    for master in masters:
        end = start + master.sample_count
        title = " ".join(master.title.split()) or f"Chapter {master.number}"
        yield f"[CHAPTER]\nTIMEBASE=1/{master.rate_hz}\nSTART={start}\nEND={end}\ntitle={_escape(title)}\n"
        start = end


def _escape(text: str) -> str:
    return re.sub(r"([=;#\\\n])", r"\\\1", text.replace("\0", ""))


def _picture(cover: Cover) -> tuple[str, ...]:
    return ("-f", "png_pipe" if cover.mime == "image/png" else "jpeg_pipe", "-i", f"file:{cover.path}")


def _fields(fields: Mapping[str, str]) -> list[str]:
    return [word for name, value in fields.items() for word in ("-metadata", f"{name}={value}")]
