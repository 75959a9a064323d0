"""What will be delivered: every file with its name, its key and how it is made. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import NamedTuple

from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.aac import DEFAULT_KBPS, aac_bitrate_kbps, aac_segments
from pipeline.delivery.acx import foresee_acx, sample_master
from pipeline.delivery.cover import Cover
from pipeline.delivery.encoding import (
    MP3_DEFAULT_KBPS,
    OPUS_DEFAULT_KBPS,
    mp3_bitrate_kbps,
    mp3_of,
    mp3_rate,
    opus_of,
    sample_encoding,
)
from pipeline.delivery.names import chapter_stems, title_stem
from pipeline.delivery.ogg import turn_opus
from pipeline.delivery.packing import (
    PACKING,
    chapter_cues,
    chunk_cues,
    id3_chapters,
    pack_flac,
    pack_m4b,
    pack_mp3,
    pack_new_flac,
    pack_opus,
    pack_wav,
)
from pipeline.delivery.pieces import Draw, Job, Piece
from pipeline.delivery.programme import Programme
from pipeline.delivery.sample import SAMPLE_S
from pipeline.delivery.tags import Tags, tags_of
from pipeline.delivery.texts import TEXT_FORMATS
from pipeline.errors import Place
from pipeline.materials import Master, Notice
from pipeline.production import Order
from pipeline.vault import Vault

LONGEST_M4B_S = 23 * 3600  # Apple Books: under 23 h a track
DEEPEST_BITS = 24


def plan(
    masters: Sequence[Master], order: Order, *, narrators: str, cover: Cover, ffmpeg: Ffmpeg, vault: Vault
) -> tuple[Piece, ...]:
    """Every file of the order: formats as the production lists them, chapters in order.

    Raises:
        InputError: a bit rate that the format does not have.
    """
    return tuple(
        piece
        for delivery in order.production.deliver
        for piece in _FORMATS[delivery.format](Job(tuple(masters), order, delivery, narrators, cover, ffmpeg, vault))
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
    if any(delivery.format == "acx" for delivery in order.production.deliver):
        notices += foresee_acx(masters, order)
    return tuple(notices)


class Whole(NamedTuple):
    """What one file of a format holds: a chapter or the title."""

    name: str
    programme: Programme
    tags: Tags
    start: int

    def facts(self) -> tuple[object, ...]:
        """What tags and chapter marks depend on."""
        chapters = [(master.number, master.title, master.sample_count) for master in self.programme.masters]
        return asdict(self.tags), chapters


def _wholes(job: Job, suffix: str) -> Iterator[Whole]:
    """Each chapter in a folder of the format's name, or the title in one file."""
    programme = Programme(job.masters)
    if job.delivery.per == "title":
        tags = tags_of(job.order, job.narrators, job.masters)
        yield Whole(f"{title_stem(job.order.production.title)}.{suffix}", programme, tags, 0)
        return
    stems = chapter_stems(job.masters)
    for master, stem, start in zip(job.masters, stems, programme.starts, strict=True):
        tags = tags_of(job.order, job.narrators, job.masters, master)
        yield Whole(f"{suffix}/{stem}.{suffix}", Programme((master,)), tags, start)


def _wavs(job: Job) -> Iterator[Piece]:
    for whole in _wholes(job, "wav"):
        programme = whole.programme
        cues = chapter_cues(programme) if job.delivery.per == "title" else chunk_cues(programme.masters[0])
        bits = min(programme.masters[0].bits, DEEPEST_BITS)
        pack = partial(
            pack_wav,
            programme=programme,
            bits=bits,
            vault=job.vault,
            tags=whole.tags,
            cues=cues,
            time_reference=whole.start,
        )
        key = job.key(programme.facts(), *whole.facts(), bits, whole.start, [asdict(cue) for cue in cues])
        yield Piece("wav", whole.name, key, (), pack, packed_s=programme.seconds, wants=programme)


def _flacs(job: Job) -> Iterator[Piece]:
    for whole in _wholes(job, "flac"):
        masters = whole.programme.masters
        key = job.key(whole.programme.facts(), *whole.facts())
        if len(masters) == 1 and masters[0].path.suffix == ".flac":
            pack = partial(pack_flac, tags=whole.tags, cover=job.cover)
            yield Piece("flac", whole.name, key, (masters[0].path,), pack)
            continue
        bits = min(masters[0].bits, DEEPEST_BITS)
        anew = partial(pack_new_flac, programme=whole.programme, bits=bits, tags=whole.tags, cover=job.cover)
        yield Piece("flac", whole.name, key, (), anew, packed_s=whole.programme.seconds)


def _mp3s(job: Job) -> Iterator[Piece]:
    rate = mp3_rate(job.kbps("mp3", MP3_DEFAULT_KBPS), job.delivery.quality, job.masters[0].rate_hz)
    for whole in _wholes(job, "mp3"):
        encoding = mp3_of(whole.programme, rate, job.ffmpeg)
        pack = partial(pack_mp3, tags=whole.tags, cover=job.cover, chapters=id3_chapters(whole.programme))
        yield Piece("mp3", whole.name, job.key(encoding.key, *whole.facts()), (encoding,), pack)


def _opuses(job: Job) -> Iterator[Piece]:
    usual = OPUS_DEFAULT_KBPS * job.masters[0].channels
    kbps = job.kbps("opus", usual) or usual
    for whole in _wholes(job, "opus"):
        encoding = opus_of(whole.programme, kbps, job.ffmpeg)
        pack = partial(pack_opus, programme=whole.programme, tags=whole.tags, cover=job.cover)
        key = job.key(encoding.key, *whole.facts())
        yield Piece("opus", whole.name, key, (encoding,), pack, turn=turn_opus)


def _m4b(job: Job) -> Iterator[Piece]:
    programme = Programme(job.masters)
    tags = tags_of(job.order, job.narrators, job.masters)
    whole = Whole(f"{title_stem(job.order.production.title)}.m4b", programme, tags, 0)
    kbps = aac_bitrate_kbps(job.kbps("aac", DEFAULT_KBPS), programme.rate_hz, programme.channels)
    segments = aac_segments(programme, kbps, job.ffmpeg)
    pack = partial(pack_m4b, programme=programme, tags=tags, cover=job.cover)
    key = job.key([segment.key for segment in segments], *whole.facts())
    yield Piece("m4b", whole.name, key, segments, pack, packed_s=PACKING * programme.seconds)


def _sample(job: Job) -> Iterator[Piece]:
    first = sample_master(job.masters)
    kbps = mp3_bitrate_kbps(job.kbps("mp3", MP3_DEFAULT_KBPS), first.rate_hz)
    encoding = sample_encoding(first, job.delivery.seconds or SAMPLE_S, kbps, job.ffmpeg)
    tags = tags_of(job.order, job.narrators, job.masters)
    pack = partial(pack_mp3, tags=tags, cover=job.cover)
    yield Piece("sample", "sample.mp3", job.key(encoding.key, asdict(tags)), (encoding,), pack)


_FORMATS: dict[str, Draw] = {
    "wav": _wavs,
    "flac": _flacs,
    "mp3": _mp3s,
    "m4b": _m4b,
    "opus": _opuses,
    "sample": _sample,
    **TEXT_FORMATS,
}
