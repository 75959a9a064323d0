"""Captions, texts and packages of a title, drawn up from its timeline."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from pipeline.delivery.acx import (
    FOLDER,
    SAMPLE_S,
    acx_bitrate_kbps,
    pack_cover,
    range_encoding,
    readme,
    sample_master,
    sections,
)
from pipeline.delivery.captions import srt, vtt
from pipeline.delivery.editlists import audacity_labels, edit_list, reaper_regions
from pipeline.delivery.encoding import MP3_DEFAULT_KBPS, Encoding, Mp3Rate, mp3_bitrate_kbps, mp3_encoding, mp3_of
from pipeline.delivery.lpf import lpf_texts, pack_lpf
from pipeline.delivery.names import chapter_stems, title_stem
from pipeline.delivery.packing import pack_mp3
from pipeline.delivery.pieces import Draw, Job, Piece
from pipeline.delivery.podcasting import chapters_json, transcript_json
from pipeline.delivery.programme import Programme
from pipeline.delivery.publication import SUFFIXES, Publication, publication_of
from pipeline.delivery.readalong import epub_texts, pack_epub
from pipeline.delivery.tags import Tags, tags_of
from pipeline.delivery.timeline import TimedChapter, timeline_of
from pipeline.materials import Master
from pipeline.production import Order

CHAPTER_FILES = ("wav", "flac", "mp3", "opus")  # formats with a file for each chapter, the best for an editor first


def _vtts(job: Job) -> Iterator[Piece]:
    """``captions/01_….vtt`` for each chapter's file, and one beside the M4B for the whole title."""
    timeline = timeline_of(job.masters)
    yield _text(job, f"{_title(job)}.vtt", vtt(timeline, timeline.chapters, _tags(job)))
    for master, chapter, stem in _chapters(job):
        yield _text(job, f"captions/{stem}.vtt", vtt(timeline, [chapter], _tags(job, master)))


def _srts(job: Job) -> Iterator[Piece]:
    timeline = timeline_of(job.masters)
    yield _text(job, f"{_title(job)}.srt", srt(timeline, timeline.chapters))
    for _, chapter, stem in _chapters(job):
        yield _text(job, f"captions/{stem}.srt", srt(timeline, [chapter]))


def _chapter_list(job: Job) -> Iterator[Piece]:
    yield _text(job, f"{_title(job)}.chapters.json", chapters_json(timeline_of(job.masters), _tags(job)))


def _transcripts(job: Job) -> Iterator[Piece]:
    timeline = timeline_of(job.masters)
    yield _text(job, f"{_title(job)}.transcript.json", transcript_json(timeline, timeline.chapters))
    for _, chapter, stem in _chapters(job):
        yield _text(job, f"transcripts/{stem}.json", transcript_json(timeline, [chapter]))


def _labels(job: Job) -> Iterator[Piece]:
    timeline = timeline_of(job.masters)
    whole = audacity_labels(timeline, timeline.chapters, with_chapters=True)
    yield _text(job, f"{_title(job)}.labels.txt", whole)
    for _, chapter, stem in _chapters(job):
        yield _text(job, f"labels/{stem}.txt", audacity_labels(timeline, [chapter], with_chapters=False))


def _edit_lists(job: Job) -> Iterator[Piece]:
    timeline = timeline_of(job.masters)
    files = [_chapter_file(job.order, stem) for stem in chapter_stems(job.masters)]
    yield _text(job, f"{_title(job)}.edit-list.csv", edit_list(timeline, files))
    yield _text(job, f"{_title(job)}.reaper.csv", reaper_regions(timeline))


def _epub(job: Job) -> Iterator[Piece]:
    publication = _publication(job)
    texts = epub_texts(publication, job.order.production.pauses)
    yield _package(job, f"{_title(job)}.epub", texts, partial(pack_epub, texts=texts, publication=publication))


def _lpf(job: Job) -> Iterator[Piece]:
    publication = _publication(job)
    texts = lpf_texts(publication)
    yield _package(job, f"{_title(job)}.lpf", texts, partial(pack_lpf, texts=texts, publication=publication))


def _acx(job: Job) -> Iterator[Piece]:
    """The package's files.

    Raises:
        InputError: ACX does not take the bit rate or the masters' sampling rate.
    """
    kbps = acx_bitrate_kbps(job.delivery.bitrate_kbps, job.masters, job.order)

    def mp3(name: str, encoding: Encoding, tags: Tags) -> Piece:
        pack = partial(pack_mp3, tags=tags, cover=job.cover)
        return Piece("acx", f"{FOLDER}/{name}", job.key(encoding.key, asdict(tags)), (encoding,), pack)

    for section in sections(job.masters):
        encoding = range_encoding(section.master, section.start, section.end, kbps, job.ffmpeg)
        yield mp3(section.name, encoding, replace(_tags(job, section.master), title=section.title))
    sampled = sample_master(job.masters)
    programme = Programme((sampled,), opening_s=SAMPLE_S, folded=sampled.channels > 1)
    encoding = mp3_of(programme, Mp3Rate(kbps), job.ffmpeg)
    yield mp3("sample.mp3", encoding, _tags(job))
    cover = f"cover{SUFFIXES[job.cover.mime]}"
    yield Piece("acx", f"{FOLDER}/{cover}", job.key(None), (), partial(pack_cover, cover=job.cover))
    yield _text(job, f"{FOLDER}/README.txt", readme(job.masters, job.order, job.cover, cover))


def _chapters(job: Job) -> Iterator[tuple[Master, TimedChapter, str]]:
    return zip(job.masters, timeline_of(job.masters).chapters, chapter_stems(job.masters), strict=True)


def _title(job: Job) -> str:
    return title_stem(job.order.production.title)


def _tags(job: Job, master: Master | None = None) -> Tags:
    return tags_of(job.order, job.narrators, job.masters, master)


def _publication(job: Job) -> Publication:
    return publication_of(job.order, _tags(job), job.cover, timeline_of(job.masters), chapter_stems(job.masters))


def _chapter_file(order: Order, stem: str) -> str:
    """A chapter's file as it is delivered, or its name without suffix where no format has chapters of its own."""
    delivered = {delivery.format for delivery in order.production.deliver if delivery.per == "chapter"}
    chosen = next((format_ for format_ in CHAPTER_FILES if format_ in delivered), None)
    return f"{chosen}/{stem}.{chosen}" if chosen else stem


def _text(job: Job, name: str, text: str) -> Piece:
    content = text.encode()
    return Piece(job.delivery.format, name, job.key(_sha256(content)), (), partial(_write, content))


def _package(
    job: Job, name: str, texts: Sequence[tuple[str, bytes]], pack: Callable[[Sequence[Path], Path], None]
) -> Piece:
    """A package of texts and of every chapter as MP3, encoded as the format ``mp3`` does."""
    kbps = mp3_bitrate_kbps(job.kbps("mp3", MP3_DEFAULT_KBPS), job.masters[0].rate_hz)
    encodings = tuple(mp3_encoding(master, kbps, job.ffmpeg) for master in job.masters)
    facts = [(entry, _sha256(content)) for entry, content in texts]
    key = job.key([encoding.key for encoding in encodings], facts)
    return Piece(job.delivery.format, name, key, encodings, pack)


def _write(content: bytes, sounds: Sequence[Path], making: Path) -> None:
    del sounds
    making.write_bytes(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


TEXT_FORMATS: dict[str, Draw] = {
    "vtt": _vtts,
    "srt": _srts,
    "chapters": _chapter_list,
    "transcript": _transcripts,
    "labels": _labels,
    "edl": _edit_lists,
    "epub": _epub,
    "lpf": _lpf,
    "acx": _acx,
}
