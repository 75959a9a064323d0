"""What will be delivered: every file with its name, its key and how it is made. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial

from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.cover import Cover
from pipeline.delivery.encoding import (
    m4a_encoding,
    m4b_bitrate_kbps,
    mp3_bitrate_kbps,
    mp3_encoding,
    sample_encoding,
)
from pipeline.delivery.names import chapter_stems, title_stem
from pipeline.delivery.packing import pack_flac, pack_m4b, pack_mp3
from pipeline.delivery.pieces import Draw, Job, Piece
from pipeline.delivery.sample import SAMPLE_S
from pipeline.delivery.tags import tags_of
from pipeline.delivery.texts import TEXT_FORMATS
from pipeline.errors import Place
from pipeline.materials import Master, Notice
from pipeline.production import Order

LONGEST_M4B_S = 23 * 3600  # Apple Books: under 23 h a track


def plan(
    masters: Sequence[Master], order: Order, *, narrators: str, cover: Cover, ffmpeg: Ffmpeg
) -> tuple[Piece, ...]:
    """Every file of the order: formats as the production lists them, chapters in order.

    Raises:
        InputError: a bit rate that the format does not have.
    """
    return tuple(
        piece
        for delivery in order.production.deliver
        for piece in _FORMATS[delivery.format](Job(tuple(masters), order, delivery, narrators, cover, ffmpeg))
    )


def foresee(masters: Sequence[Master], order: Order) -> tuple[Notice, ...]:
    """What a producer should know about these deliverables though it stops nothing."""
    notices = []
    hours = sum(master.seconds for master in masters) / 3600
    if hours * 3600 >= LONGEST_M4B_S and any(delivery.format == "m4b" for delivery in order.production.deliver):
        notices.append(
            Notice(
                f"the M4B is {hours:.1f} h long; Apple Books takes less than 23 h in one file, and some players lose "
                "their place beyond: deliver the MP3s there",
                Place(str(order.file)),
            )
        )
    return tuple(notices)


def _flacs(job: Job) -> Iterator[Piece]:
    for master, stem in zip(job.masters, chapter_stems(job.masters), strict=True):
        tags = tags_of(job.order, job.narrators, len(job.masters), master)
        pack = partial(pack_flac, tags=tags, cover=job.cover, ffmpeg=job.ffmpeg)
        yield Piece("flac", f"flac/{stem}.flac", job.key(master.key, asdict(tags)), (master.path,), pack)


def _mp3s(job: Job) -> Iterator[Piece]:
    for master, stem in zip(job.masters, chapter_stems(job.masters), strict=True):
        tags = tags_of(job.order, job.narrators, len(job.masters), master)
        encoding = mp3_encoding(master, mp3_bitrate_kbps(job.delivery.bitrate_kbps, master.rate_hz), job.ffmpeg)
        pack = partial(pack_mp3, tags=tags, cover=job.cover)
        yield Piece("mp3", f"mp3/{stem}.mp3", job.key(encoding.key, asdict(tags)), (encoding,), pack)


def _m4b(job: Job) -> Iterator[Piece]:
    first = job.masters[0]
    tags = tags_of(job.order, job.narrators, len(job.masters))
    kbps = m4b_bitrate_kbps(job.delivery.bitrate_kbps, first.rate_hz, first.channels)
    encoding = m4a_encoding(job.masters, kbps, job.ffmpeg)
    chapters = [(master.number, master.title, master.sample_count) for master in job.masters]
    pack = partial(pack_m4b, masters=job.masters, tags=tags, cover=job.cover, ffmpeg=job.ffmpeg)
    key = job.key(encoding.key, asdict(tags), chapters)
    yield Piece("m4b", f"{title_stem(job.order.production.title)}.m4b", key, (encoding,), pack)


def _sample(job: Job) -> Iterator[Piece]:
    first = job.masters[0]
    kbps = mp3_bitrate_kbps(job.delivery.bitrate_kbps, first.rate_hz)
    encoding = sample_encoding(first, job.delivery.seconds or SAMPLE_S, kbps, job.ffmpeg)
    tags = tags_of(job.order, job.narrators, len(job.masters))
    pack = partial(pack_mp3, tags=tags, cover=job.cover)
    yield Piece("sample", "sample.mp3", job.key(encoding.key, asdict(tags)), (encoding,), pack)


_FORMATS: dict[str, Draw] = {
    "flac": _flacs,
    "mp3": _mp3s,
    "m4b": _m4b,
    "sample": _sample,
    **TEXT_FORMATS,
}
