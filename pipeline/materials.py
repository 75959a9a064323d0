"""The nouns that travel from room to room. All frozen; verbs are plain functions in the rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Place
from pipeline.profiles import Requirement

if TYPE_CHECKING:
    from pipeline.metering import Measurement  # and with it the compiled loops, which most commands do not need


class PauseReason(StrEnum):
    """Why the narrator is silent after a chunk. Each reason has its length in the production file."""

    CLAUSE = "clause"  # a sentence too long for one breath was split here
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    LINE = "line"  # another role speaks next
    SECTION = "section"  # a scene break
    HEADING = "heading"  # after the chapter's announcement
    END = "end"  # the chapter's last chunk; the tail follows


class LineKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LINE = "line"  # spoken by a named role


@dataclass(frozen=True)
class Sentence:
    """One sentence as it stands and as it is spoken.

    Attributes:
        shown: the text as captions show it (white space collapsed, markup gone).
        spoken: the text as the narrator reads it (lexicon applied).
        start: offset of its first character in the source text, counted in characters from 0.
        end: offset one past its last character.
        words: start and end offset of each word of ``shown``, a dash ending a word; empty when not known.
    """

    shown: str
    spoken: str
    start: int
    end: int
    words: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Line:
    """What one role says without a break: a paragraph, a line of dialogue or a heading."""

    role: str
    kind: LineKind
    sentences: tuple[Sentence, ...]
    place: Place

    @property
    def spoken(self) -> str:
        return " ".join(sentence.spoken for sentence in self.sentences)


@dataclass(frozen=True)
class Rest:
    """A pause that the script asks for (``[pause 1s]``): ``seconds`` of room tone instead of the usual pause."""

    seconds: float
    place: Place


@dataclass(frozen=True)
class Break:
    """A scene break (``---`` or ``* * *``)."""

    place: Place


@dataclass(frozen=True)
class Chapter:
    """What the listener counts. ``number`` starts at 1; ``title`` is what tags and lists show."""

    number: int
    title: str
    elements: tuple[Line | Rest | Break, ...]
    place: Place

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(element for element in self.elements if isinstance(element, Line))

    @property
    def spoken(self) -> str:
        return " ".join(line.spoken for line in self.lines)


@dataclass(frozen=True)
class Manuscript:
    """A script that has been read: chapters in order, every word of it in a line or in ``skipped``.

    Attributes:
        source: the file it came from.
        chapters: in the order of the source.
        roles: every role that speaks, in order of first appearance.
        meta: the front matter, as read.
        line_starts: offset of each line of the source; turns offsets into places.
    """

    source: Path
    chapters: tuple[Chapter, ...]
    meta: dict[str, object] = field(default_factory=dict)
    line_starts: tuple[int, ...] = (0,)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.role for chapter in self.chapters for line in chapter.lines))


@dataclass(frozen=True)
class Chunk:
    """What the narrator reads in one breath: whole sentences of one role in one paragraph.

    Attributes:
        slate: human label, ``ch03-0412``: chapter and position in it, from 1.
        chapter: the chapter's number.
        role: who speaks.
        shown: the text as captions show it.
        spoken: the text as it is read.
        estimated_s: seconds of speech that the duration model expects.
        pause: why there is a pause after it.
        asked_s: a pause asked for by the script, in seconds, instead of the one its reason has.
        place: where it starts in the source.
        start: character offset of its first character in the source.
        end: character offset one past its last.
    """

    slate: str
    chapter: int
    role: str
    shown: str
    spoken: str
    estimated_s: float
    pause: PauseReason
    asked_s: float | None
    place: Place
    start: int
    end: int


@dataclass(frozen=True)
class Notice:
    """Something a producer should know though it stops nothing: a long sentence split, a pause shortened."""

    what: str
    place: Place

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True)
class ChapterChunks:
    """A chapter ready to be recorded."""

    number: int
    title: str
    chunks: tuple[Chunk, ...]

    @property
    def estimated_s(self) -> float:
        return sum(chunk.estimated_s for chunk in self.chunks)


@dataclass(frozen=True)
class Verdict:
    """What one check found on one take."""

    check: str
    passed: bool
    measure: float
    threshold: float
    reason: str = ""


@dataclass(frozen=True)
class Take:
    """One reading of a chunk, kept in the vault.

    Attributes:
        key: its key in the vault's ``takes`` room.
        slate: ``ch03-0412-t2``: the chunk's slate and the attempt.
        seconds: length of the sound, untrimmed.
        seed: the seed it was read with.
        verdicts: what the checks found.
        reused: it was in the vault before this run.
    """

    key: str
    slate: str
    seconds: float
    seed: int
    verdicts: tuple[Verdict, ...]
    reused: bool

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


@dataclass(frozen=True)
class Mark:
    """Where a chunk lies in its chapter's sound: seconds from the chapter's start."""

    slate: str
    role: str
    shown: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class ChapterMix:
    """A chapter assembled from takes, before loudness: one mono float file in the vault's ``mixes`` room."""

    key: str
    path: Path
    rate_hz: int
    seconds: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Master:
    """A chapter finished to a profile and measured, in the vault's ``masters`` room.

    It is a FLAC of 16 or 24 bits; under a chain that does nothing at all, a WAV of 32-bit floats at the mix's rate.

    Attributes:
        number: the chapter's number.
        title: the chapter's title.
        path: the FLAC.
        seconds: its length.
        lufs: integrated loudness, ITU-R BS.1770, measured on the file.
        dbtp: true peak in dBTP, measured on the file.
        requirements: the profile's figures against the file's.
        waveform: peak level of each of some hundred equal slices, 0 … 1, for pictures.
        marks: where each chunk lies.
        sample_count: length in samples at ``rate_hz``.
        bits: of each sample.
        source_rate_hz: rate of the mix it was made from, that is, of the speech; 0 when it is not known.
        voices_lufs: loudness of each role's own speech on the master, where it could be measured.
        remarks: what a producer should know, e.g. why the target could not be met.
    """

    number: int
    title: str
    key: str
    path: Path
    rate_hz: int
    channels: int
    sample_count: int
    lufs: float
    dbtp: float
    requirements: tuple[Requirement, ...]
    waveform: tuple[float, ...]
    marks: tuple[Mark, ...]
    bits: int = 16
    source_rate_hz: int = 0
    voices_lufs: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return self.sample_count / self.rate_hz


@dataclass(frozen=True)
class Deliverable:
    """A file that somebody receives.

    Attributes:
        measured: the file itself, decoded; None for what is no sound.
        rounds: how often a lossy file was made until it was right; 0 for others.
        remarks: what a producer should know, e.g. why the level could not be met.
    """

    path: Path
    format: str
    sha256: str
    bytes: int
    measured: Measurement | None = None
    rounds: int = 0
    remarks: tuple[str, ...] = ()
