"""The package for ACX: a folder with one MP3 for each section, the retail sample, the cover and what to do with them.

Source: help.acx.com, ACX audio submission requirements (read November 2026): 44.1 kHz MP3 of 192 kbps or more at a
constant rate, one section a file, 120 minutes at most, opening and closing credits as files of their own, a sample of
5 minutes or less.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.cover import Cover
from pipeline.delivery.encoding import Encoding, Mp3Rate, mp3_bitrate_kbps, mp3_of
from pipeline.delivery.names import chapter_stems
from pipeline.delivery.programme import Programme
from pipeline.delivery.timeline import clock, plain
from pipeline.errors import InputError, Place
from pipeline.materials import Master, Notice
from pipeline.production import CLOSING_CREDITS, OPENING_CREDITS, Order

FOLDER = "acx"
RATE_HZ = 44100
LEAST_KBPS = 192
LONGEST_S = 120 * 60
PART_S = 115 * 60  # a longer section is cut before this, with room for the limit
SEARCH_S = 30 * 60  # how far before that the longest pause is looked for
HEAD_S = 0.75  # of room tone before a later part's first word; ACX: 0.5 to 1 s
SAMPLE_S = 295  # with the encoder's padding still under 5 minutes
LEAST_COVER_SIDE = 2400  # ACX Cover Art Requirements
BLOCK_FRAMES = 1 << 16
CREDITS = (OPENING_CREDITS, CLOSING_CREDITS)
HUMAN = (
    "ACX takes only books that a human narrates unless it has authorised otherwise; this narration is synthetic, so "
    "agree it with ACX before you upload"
)


@dataclass(frozen=True)
class Section:
    """One file to upload: the frames of a master from ``start`` to ``end``."""

    name: str
    title: str
    master: Master
    start: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / self.master.rate_hz


def sections(masters: Sequence[Master]) -> Iterator[Section]:
    """The files in order; a chapter that is too long for one is cut at pauses into parts."""
    for master, stem in zip(masters, chapter_stems(masters), strict=True):
        title = plain(master.title) or f"Chapter {master.number}"
        spans = tuple(parts(master))
        if len(spans) == 1:
            yield Section(f"{stem}.mp3", title, master, 0, master.sample_count)
            continue
        for number, (start, end) in enumerate(spans, 1):
            yield Section(f"{stem}-part-{number}.mp3", f"{title}, part {number}", master, start, end)


def parts(master: Master) -> Iterator[tuple[int, int]]:
    """Frames of each part: the whole master unless it is too long.

    A part ends with the longest pause of the `SEARCH_S` before `PART_S`, or of all before it when there is none, and
    the next one starts with the last `HEAD_S` of that same pause: each has room tone at both ends. Where nobody
    pauses at all it is cut at the limit.
    """
    start = 0
    while master.sample_count - start > LONGEST_S * master.rate_hz:
        end, following = _cut(master, start, start + PART_S * master.rate_hz)
        yield start, end
        start = following
    yield start, master.sample_count


def range_encoding(master: Master, start: int, end: int, kbps: int, ffmpeg: Ffmpeg) -> Encoding:
    """The frames of a master from ``start`` to ``end`` as a bare MP3 stream, mono as ACX recommends."""
    span = None if (start, end) == (0, master.sample_count) else (start, end)
    return mp3_of(Programme((master,), span=span, folded=master.channels > 1), Mp3Rate(kbps), ffmpeg)


def acx_bitrate_kbps(asked: int | None, masters: Sequence[Master], order: Order) -> int:
    """The bit rate of the package's MP3s.

    Raises:
        InputError: ACX does not take this bit rate, or nothing of the masters' sampling rate.
    """
    rate_hz = masters[0].rate_hz
    if rate_hz != RATE_HZ:
        raise InputError(
            f"the masters have {rate_hz} Hz; ACX takes {RATE_HZ} Hz only",
            where=order.place("master"),
            next_step="set 'master: {profile: acx}', or leave acx out of 'deliver:'",
        )
    kbps = mp3_bitrate_kbps(asked, rate_hz)
    if kbps < LEAST_KBPS:
        raise InputError(
            f"ACX takes MP3 of {LEAST_KBPS} kbps or more, not {kbps}",
            where=order.place("deliver"),
            next_step="leave out bitrate_kbps of acx",
        )
    return kbps


def sample_master(masters: Sequence[Master]) -> Master:
    """What the retail sample is cut from: the first chapter that is not the opening credits."""
    return masters[1] if len(masters) > 1 and _is_credits(masters[0], 0) else masters[0]


def foresee_acx(masters: Sequence[Master], order: Order) -> tuple[Notice, ...]:
    """What ACX will refuse or ask about though the files themselves are as it wants them."""
    return tuple(Notice(what, Place(str(order.file))) for what in _remarks(masters))


def readme(masters: Sequence[Master], order: Order, cover: Cover, cover_name: str) -> str:
    """What to upload, in which order, and what is still missing: plain text."""
    listed = "\n".join(
        f"{number:3d}. {section.name}  {clock(round(section.seconds * 1000))}  {section.title}"
        for number, section in enumerate(sections(masters), 1)
    )
    remarks = [*_remarks(masters), *_cover_remarks(cover, cover_name)]
    return f"""\
{plain(order.production.title)}

Upload these sections to ACX in this order:

{listed}

Then the retail sample, sample.mp3, and the cover, {cover_name}.

To see to before you submit:

{chr(10).join(f"- {remark}." for remark in remarks)}
"""


def pack_cover(sounds: Sequence[Path], making: Path, *, cover: Cover) -> None:
    """The cover as it is."""
    del sounds
    shutil.copyfile(cover.path, making)


def _cut(master: Master, start: int, limit: int) -> tuple[int, int]:
    """Where the part that begins at ``start`` ends, and where the next one begins: frames."""
    rate_hz = master.rate_hz
    edges = [(round(mark.start_s * rate_hz), round(mark.end_s * rate_hz)) for mark in master.marks]
    pauses = [(begin - end, end, begin) for (_, end), (begin, _) in pairwise(edges) if start < end < begin <= limit]
    late = [pause for pause in pauses if pause[1] >= limit - SEARCH_S * rate_hz]
    if not pauses:
        return limit, limit
    _, end, begin = max(late or pauses)
    return begin, max(begin - round(HEAD_S * rate_hz), end)


def _is_credits(master: Master, which: int) -> bool:
    return plain(master.title).casefold() == CREDITS[which].casefold()


def _remarks(masters: Sequence[Master]) -> Iterator[str]:
    yield HUMAN
    for which, (master, place) in enumerate(((masters[0], "first"), (masters[-1], "last"))):
        if not _is_credits(master, which):
            yield (
                f"ACX wants {CREDITS[which].lower()} as a file of their own, and the {place} chapter is "
                f"'{plain(master.title)[:60]}': set 'credits: {{}}' in the production file, or add a chapter "
                f"of the title '{CREDITS[which]}'"
            )
    for master in masters:
        spans = tuple(parts(master))
        if len(spans) > 1:
            yield (
                f"chapter {master.number} is {master.seconds / 60:.0f} minutes long and goes to ACX in {len(spans)} "
                "parts; it wants each file to begin with its own header read aloud: divide the chapter in the script"
            )


def _cover_remarks(cover: Cover, name: str) -> Iterator[str]:
    if cover.width != cover.height or cover.width < LEAST_COVER_SIDE:
        yield (
            f"{name} is {cover.width} × {cover.height} pixels; ACX wants a square of "
            f"{LEAST_COVER_SIDE} × {LEAST_COVER_SIDE} or more"
        )
