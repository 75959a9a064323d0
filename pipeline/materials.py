"""The nouns that travel from room to room. All frozen; verbs are plain functions in the rooms."""

from __future__ import annotations

from bisect import bisect_right
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
    NOTE = "note"  # a footnote or endnote
    TABLE = "table"
    CAPTION = "caption"
    IMAGE = "image"  # its description
    PAGE = "page"  # a page's number


@dataclass(frozen=True)
class Source:
    """A script as characters. Offsets everywhere count characters of ``text`` from 0.

    Of a text file it is the file: decoded, byte order mark gone, every line end a line feed. Of a book with files
    inside (EPUB, DOCX, PDF) and of HTML it is what the reader took out of it, every block on lines of its own.

    Attributes:
        path: the file.
        text: its characters.
        starts: offset at which each line (text file) or block (others) begins, ascending, the first is 0.
        places: where each of ``starts`` stands: the file, or the file in the book, and its line there; empty for a
            text file, whose lines count from 1 and have columns.
    """

    path: Path
    text: str
    starts: tuple[int, ...] = (0,)
    places: tuple[Place, ...] = ()

    def place(self, offset: int) -> Place:
        """Where the character at ``offset`` stands, as editors count."""
        index = max(bisect_right(self.starts, offset), 1) - 1
        if self.places:
            return self.places[index]
        return Place(str(self.path), index + 1, offset - self.starts[index] + 1)


@dataclass(frozen=True)
class Edit:
    """A stretch of a shown text that is spoken otherwise than it is written, or something spoken that is not written.

    Attributes:
        start: its first character in the shown text.
        end: one past its last; the same as ``start`` for what is added there (a sound, an announcement).
        spoken: what is said instead; may be empty.
        why: in a word: ``say``, ``lexicon``, ``number``, ``abbreviation``, ``sound``, ``announcement``, …
        phonemes: the pronunciation in IPA where one is known; engines that take none read ``spoken``.
    """

    start: int
    end: int
    spoken: str
    why: str
    phonemes: str = ""


@dataclass(frozen=True)
class Sentence:
    """One sentence as it stands and as it is spoken.

    Attributes:
        shown: the text as captions show it (white space collapsed, markup gone).
        spoken: the text as the narrator reads it: ``shown`` with ``edits`` applied, white space collapsed.
        start: offset of its first character in the source text, counted in characters from 0.
        end: offset one past its last character; the same as ``start`` for an announcement, which no source holds.
        words: start and end of each word of ``shown`` in the source, a dash ending a word; empty when not known.
        edits: in order, not overlapping.
        language: BCP 47 tag where it is not the production's.
    """

    shown: str
    spoken: str
    start: int
    end: int
    words: tuple[tuple[int, int], ...] = ()
    edits: tuple[Edit, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class Line:
    """What one role says without a break: a paragraph, a line of dialogue or a heading.

    Attributes:
        delivery: how the script wants it said, ``whispering``; empty for as usual.
        continues: it goes on with the paragraph of the line before it: ``said Anna`` after what she said.
    """

    role: str
    kind: LineKind
    sentences: tuple[Sentence, ...]
    place: Place
    delivery: str = ""
    continues: bool = False

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
class Cue:
    """Music, an effect or ambience that the script asks for, or the end of one.

    Attributes:
        action: ``music``, ``sfx``, ``ambience`` or ``stop``.
        name: the sound's name.
        options: the rest, as name and value: ``("under", "")``, ``("fade", "3s")``.
    """

    action: str
    name: str
    options: tuple[tuple[str, str], ...]
    place: Place


Element = Line | Rest | Break | Cue


@dataclass(frozen=True)
class Chapter:
    """What the listener counts. ``number`` starts at 1; ``title`` is what tags and lists show."""

    number: int
    title: str
    elements: tuple[Element, ...]
    place: Place

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(element for element in self.elements if isinstance(element, Line))

    @property
    def spoken(self) -> str:
        return " ".join(line.spoken for line in self.lines)


@dataclass(frozen=True)
class Tally:
    """The words of one stretch of the source accounted for.

    Attributes:
        title: the chapter's; what belongs to no chapter has the title of its section.
        read: words that are read.
        skipped: words that are not, by the policy's name (``footnotes``, ``page_numbers``, ``section: index``, …).
        announced: words that are spoken and not in the source.
    """

    title: str
    read: int
    skipped: Mapping[str, int]
    announced: int = 0


@dataclass(frozen=True)
class Manuscript:
    """A script that has been read: chapters in order, every word of it in a line or counted as skipped.

    Attributes:
        source: its characters.
        chapters: in the order of the source.
        roles: every role that speaks, in order of first appearance.
        meta: the front matter or the book's own metadata, as read.
        account: one tally for each chapter, then those of what lies outside the chapters.
        notices: what a producer should know of the reading.
    """

    source: Source
    chapters: tuple[Chapter, ...]
    meta: dict[str, object] = field(default_factory=dict)
    account: tuple[Tally, ...] = ()
    notices: tuple[Notice, ...] = ()

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
        sentences: what it is made of: whole sentences, or one part of a sentence too long for one breath.
        language: BCP 47 tag where it is not the production's.
        delivery: how the script wants it said; empty for as usual.
        kind: of the line it belongs to.
        opens_line: it is the line's first chunk.
        pronunciations: first and last-plus-one character of a stretch of ``spoken`` and how it sounds, in IPA.
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
    sentences: tuple[Sentence, ...] = ()
    language: str = ""
    delivery: str = ""
    kind: LineKind = LineKind.PARAGRAPH
    opens_line: bool = True
    pronunciations: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True)
class Notice:
    """Something a producer should know though it stops nothing: a long sentence split, a pause shortened."""

    what: str
    place: Place

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True)
class ChapterChunks:
    """A chapter ready to be recorded.

    Attributes:
        cues: music, effects and ambience, each with the number of chunks that are read before it.
    """

    number: int
    title: str
    chunks: tuple[Chunk, ...]
    cues: tuple[tuple[int, Cue], ...] = ()

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
        attempts: takes of this chunk up to the circled one and after it, when none passed.
        heard: its words were compared with the text.
        sampled: it was heard only because the sample fell on it.
        approved: a person has accepted it as it is.
        tried: keys of those attempts, in order.
    """

    key: str
    slate: str
    seconds: float
    seed: int
    verdicts: tuple[Verdict, ...]
    reused: bool
    attempts: int = 1
    heard: bool = False
    sampled: bool = False
    approved: bool = False
    tried: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.approved or all(verdict.passed for verdict in self.verdicts)


@dataclass(frozen=True)
class Mark:
    """Where a chunk lies in its chapter's sound: seconds from the chapter's start.

    Attributes:
        sentences: what it says, sentence by sentence, with every word's place in the source; empty when not known.
        opens_line: a paragraph or a role's line begins with it.
    """

    slate: str
    role: str
    shown: str
    start_s: float
    end_s: float
    sentences: tuple[Sentence, ...] = ()
    opens_line: bool = True


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
