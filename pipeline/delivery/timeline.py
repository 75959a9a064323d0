"""The title's timeline: where every chapter and every chunk lies, counted in samples of the masters' rate.

All captions, lists and packages are cut from it. Places are whole samples and exact; each format rounds them once, at
the very end, to its own unit. Rounding never changes an order, so what does not overlap here overlaps nowhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.materials import Mark, Master
from pipeline.production import NARRATOR

SEPARATORS = frozenset({"Zl", "Zp"})  # line and paragraph separator
UNWRITABLE = frozenset({"Cc", "Cs"})  # control characters and halves of surrogate pairs: XML 1.0 forbids nearly all


@dataclass(frozen=True)
class Cue:
    """What one chunk says and when: samples from the title's start.

    Attributes:
        slate: the chunk's label.
        role: who speaks.
        text: one line, see `plain`; never empty.
        start: its first sample.
        end: one past its last; after ``start``.
        sentences: shown and spoken text of each of its sentences.
        opens_line: a paragraph or a role's line begins with it.
    """

    slate: str
    role: str
    text: str
    start: int
    end: int
    sentences: tuple[tuple[str, str], ...] = ()
    opens_line: bool = True


@dataclass(frozen=True)
class TimedChapter:
    """A chapter in the title: samples from the title's start. ``title`` is one line, never empty."""

    number: int
    title: str
    start: int
    end: int
    cues: tuple[Cue, ...]


@dataclass(frozen=True)
class TitleTimeline:
    """All chapters one after the other, without a gap."""

    rate_hz: int
    chapters: tuple[TimedChapter, ...]

    @property
    def end(self) -> int:
        """The title's length in samples."""
        return self.chapters[-1].end

    @property
    def has_roles(self) -> bool:
        """Whether anybody but the narrator speaks: only then is it worth saying who does."""
        return any(cue.role != NARRATOR for chapter in self.chapters for cue in chapter.cues)

    def ms(self, samples: int) -> int:
        """Samples as milliseconds, to the nearest; halves up."""
        return _rounded(samples, 1000, self.rate_hz)

    def seconds(self, samples: int, places: int) -> str:
        """Samples as seconds with that many decimals, exact to the last of them: ``12.345678``."""
        scale = 10**places
        whole, rest = divmod(_rounded(samples, scale, self.rate_hz), scale)
        return f"{whole}.{rest:0{places}d}"


def timeline_of(masters: Sequence[Master]) -> TitleTimeline:
    """The timeline of masters in order.

    A chunk without text has nothing to show and is left out, and so is one that has no sound.

    Args:
        masters: of one sampling rate.
    """
    chapters = []
    start = 0
    for master in masters:
        end = start + master.sample_count
        title = plain(master.title) or f"Chapter {master.number}"
        chapters.append(TimedChapter(master.number, title, start, end, _cues(master, start)))
        start = end
    return TitleTimeline(masters[0].rate_hz, tuple(chapters))


def plain(text: str) -> str:
    """``text`` on one line, as any format can hold it: white space collapsed, what cannot be written gone.

    Marks that steer the direction of writing and the joiners inside emoji and Indic words stay: they are text.
    """
    return " ".join("".join(map(_writable, text)).split())


def clock(milliseconds: int, point: str = ".") -> str:
    """``01:02:03.456``; hours have as many digits as they need, two at least."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


def _cues(master: Master, start: int) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    free = 0  # samples from the chapter's start that are taken
    for mark in master.marks:
        first, last = _span(mark, master, free)
        text = plain(mark.shown)
        if text and last > first:
            said = tuple((plain(one.shown), one.spoken) for one in mark.sentences if plain(one.shown))
            sentences = said or ((text, text),)
            cues.append(Cue(mark.slate, mark.role, text, start + first, start + last, sentences, mark.opens_line))
            free = last
    return tuple(cues)


def _span(mark: Mark, master: Master, free: int) -> tuple[int, int]:
    """The mark in samples of its master, held inside the chapter and behind what came before it."""
    first, last = (round(seconds * master.rate_hz) for seconds in (mark.start_s, mark.end_s))
    return max(first, free), min(last, master.sample_count)


def _rounded(samples: int, scale: int, rate_hz: int) -> int:
    return (2 * samples * scale + rate_hz) // (2 * rate_hz)


def _writable(letter: str) -> str:
    category = unicodedata.category(letter)
    # what Unicode promises never to assign
    unassignable = ord(letter) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(letter) <= 0xFDEF
    return " " if category in UNWRITABLE or category in SEPARATORS or unassignable else letter
