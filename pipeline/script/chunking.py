"""A Manuscript becomes chunks: what each narrator reads in one breath, with the pause after it and its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from types import MappingProxyType

from pipeline.edits import pronounced
from pipeline.engines import ReadingLimits
from pipeline.errors import InputError, Place
from pipeline.materials import (
    Break,
    Chapter,
    ChapterChunks,
    Chunk,
    Cue,
    Line,
    LineKind,
    Manuscript,
    Notice,
    PauseReason,
    Rest,
    Sentence,
)
from pipeline.script.accounting import account
from pipeline.script.cutting import Breath, breaths
from pipeline.script.sentences import has_model

STRAY_S = 1.5
STRAY_COST = 1.0
SHORT_S = 3.0  # shorter takes go wrong more often: noise, invented words (bark-gui #8)
SHORT_COST = 0.5
SILENT_COST = 1e6  # a chunk without a word
STOPPED = re.compile(r"[.!?…]\W*$")

OVER_COST = 6.0
"""A chunk past its target costs this much more than one short of it: hence 'up to the target'."""

EMPTY_COST = 0.5
"""A window that a chunk pays for and leaves empty, squared: one of 8 s in windows of 6.5 costs 0.3."""

CUT_COST = 0.3  # a chunk that ends inside a sentence
CHUNK_COST = 0.05
NO_PACES: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class _Setting:
    manuscript: Manuscript
    limits: Mapping[str, ReadingLimits]
    language: str
    paces: Mapping[str, float]

    def place(self, offset: int) -> Place:
        return self.manuscript.source.place(offset)


@dataclass(frozen=True)
class _Turn:
    """A line, why there is a pause after it, and how long the script asks that to be."""

    line: Line
    pause: PauseReason
    asked_s: float | None


def chunk_manuscript(
    manuscript: Manuscript,
    *,
    limits: Mapping[str, ReadingLimits],
    language: str,
    paces: Mapping[str, float] = NO_PACES,
) -> tuple[tuple[ChapterChunks, ...], tuple[Notice, ...]]:
    """Chunks of every chapter, and what a producer should know about them.

    Whole sentences are packed up to the role's ``target_s``, or to fill the windows that its narrator is paid for by,
    never past ``max_s`` or ``max_characters``, and never over a change of role, a paragraph, a heading, a pause or a
    change of language. A sentence longer than that is cut at its clauses.

    Args:
        limits: what each role's narrator reads in one breath.
        language: BCP 47 tag, for the pace of speech where a sentence has none of its own.
        paces: how long a role takes, measured in estimates (`estimate_seconds`); 1.0 for roles not in it.

    Raises:
        InputError: a role of the manuscript has no limits.
        UnaccountedWords: a word would have been lost; our mistake.
    """
    for role in manuscript.roles:
        if role not in limits:
            raise InputError(f"nobody is cast as {role}", next_step=f"add {role} to 'cast:'")
    setting = _Setting(manuscript, limits, language, paces)
    notices = list(_language_notices(setting))
    chapters = []
    for chapter in manuscript.chapters:
        notices += _rest_notices(chapter)
        chunks: list[Chunk] = []
        cues: list[tuple[int, Cue]] = []
        for element in _turns(chapter):
            if isinstance(element, Cue):
                cues.append((len(chunks), element))
                continue
            cut = list(_cut(element.line, setting))
            notices += _cut_notices(cut, setting)
            chunks += _chunks([part for parts in cut for part in parts], element, setting)
        slated = tuple(_slated(chapter.number, chunks))
        chapters.append(ChapterChunks(chapter.number, chapter.title, slated, tuple(cues)))
    account(manuscript, chapters)
    return tuple(chapters), tuple(notices)


def _turns(chapter: Chapter) -> Iterator[_Turn | Cue]:
    """Lines with words to say, and cues between them, in order."""
    elements = [
        element for element in chapter.elements if not isinstance(element, Line) or _has_words(element.sentences)
    ]
    positions = [index for index, element in enumerate(elements) if isinstance(element, Line)]
    following = dict(pairwise(positions))
    for index, element in enumerate(elements):
        if isinstance(element, Cue):
            yield element
        elif isinstance(element, Line):
            stop = following.get(index, len(elements))
            between = elements[index + 1 : stop]
            rests = [other.seconds for other in between if isinstance(other, Rest)]
            has_break = any(isinstance(other, Break) for other in between)
            next_line = elements[stop] if stop < len(elements) else None
            reason = _reason(element, next_line if isinstance(next_line, Line) else None, has_break)
            yield _Turn(element, reason, sum(rests) if rests else None)


def _has_words(sentences: Iterable[Sentence]) -> bool:
    return any(sentence.spoken.strip() for sentence in sentences)


def _reason(line: Line, following: Line | None, has_break: bool) -> PauseReason:
    if following is None:
        return PauseReason.END
    if has_break:
        return PauseReason.SECTION
    if line.kind is LineKind.HEADING:
        return PauseReason.HEADING
    if following.kind is LineKind.HEADING:
        return PauseReason.SECTION  # a heading inside a chapter opens a section
    if following.continues:  # the same paragraph, given to another role
        return PauseReason.SENTENCE if STOPPED.search(line.spoken) else PauseReason.CLAUSE
    return PauseReason.PARAGRAPH if following.role == line.role else PauseReason.LINE


def _cut(line: Line, setting: _Setting) -> Iterator[tuple[Breath, ...]]:
    limits, pace = setting.limits[line.role], setting.paces.get(line.role, 1.0)
    for sentence in line.sentences:
        yield breaths(sentence, limits, sentence.language or setting.language, pace)


def _chunks(parts: list[Breath], turn: _Turn, setting: _Setting) -> Iterator[Chunk]:
    """The chunks of one line; chapter and slate are still to come."""
    line = turn.line
    for start, end in _packed(parts, setting.limits[line.role]):
        group = parts[start:end]
        is_last = end == len(parts)
        inner = PauseReason.CLAUSE if group[-1].cut else PauseReason.SENTENCE
        sentences = tuple(part.sentence for part in group)
        yield Chunk(
            slate="",
            chapter=0,
            role=line.role,
            shown=_join(group, [sentence.shown for sentence in sentences]),
            spoken=_join(group, [sentence.spoken for sentence in sentences]),
            estimated_s=sum(part.seconds for part in group),
            pause=turn.pause if is_last else inner,
            asked_s=turn.asked_s if is_last else None,
            place=setting.place(sentences[0].start),
            start=sentences[0].start,
            end=sentences[-1].end,
            sentences=sentences,
            language=sentences[0].language,
            delivery=line.delivery,
            kind=line.kind,
            opens_line=start == 0,
            pronunciations=tuple(_pronunciations(group)),
        )


def _pronunciations(group: list[Breath]) -> Iterator[tuple[int, int, str]]:
    spoken = ""
    for part in group:
        if any(edit.phonemes for edit in part.sentence.edits):
            begin = len(_joined(spoken, part, part.sentence.spoken)) - len(part.sentence.spoken)
            for start, end, ipa in pronounced(part.sentence.shown, part.sentence.edits):
                yield begin + start, begin + end, ipa
        spoken = _joined(spoken, part, part.sentence.spoken)


def _slated(chapter: int, chunks: list[Chunk]) -> Iterator[Chunk]:
    for number, chunk in enumerate(chunks, start=1):
        yield replace(chunk, chapter=chapter, slate=f"ch{chapter:02d}-{number:04d}")


def _join(group: list[Breath], texts: list[str]) -> str:
    joined = ""
    for part, text in zip(group, texts, strict=True):
        joined = _joined(joined, part, text)
    return joined


def _joined(before: str, part: Breath, text: str) -> str:
    return f"{before} {text}" if before and text and not part.glued else before + text


def _packed(parts: list[Breath], limits: ReadingLimits) -> Iterator[tuple[int, int]]:
    """Groups of parts, none over a change of language."""
    begin = 0
    for _, run in groupby(parts, key=lambda part: part.sentence.language):
        same = list(run)
        yield from ((begin + start, begin + end) for start, end in _pack(same, limits))
        begin += len(same)


def _pack(parts: list[Breath], limits: ReadingLimits) -> list[tuple[int, int]]:
    """Groups of parts that cost least: as near the target as can be, or in windows as full as can be; none past the
    limits, none a stray word.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(parts) + 1):
        ways = []
        seconds, characters = 0.0, -1
        cut_cost = CUT_COST if parts[end - 1].cut else 0.0
        for start in range(end - 1, -1, -1):
            part = parts[start]
            seconds += part.seconds
            characters += len(part.sentence.spoken) + 1
            too_long = limits.max_characters is not None and characters > limits.max_characters
            if start < end - 1 and (seconds > limits.max_s or too_long):
                break
            cost = _cost(seconds, limits) if characters > 0 else SILENT_COST
            ways.append((best[start][0] + cost + cut_cost, start))
        best.append(min(ways))
    groups, end = [], len(parts)
    while end:
        groups.append((best[end][1], end))
        end = best[end][1]
    return groups[::-1]


def _cost(seconds: float, limits: ReadingLimits) -> float:
    cost = CHUNK_COST + _length_cost(seconds, limits)
    if seconds < SHORT_S:
        cost += SHORT_COST * (SHORT_S - seconds) / SHORT_S + (STRAY_COST if seconds < STRAY_S else 0.0)
    return cost


def _length_cost(seconds: float, limits: ReadingLimits) -> float:
    if limits.window_s is not None:
        return float(EMPTY_COST * limits.empty_window(seconds) ** 2)
    off = (seconds - limits.target_s) / limits.target_s
    return off * off * (OVER_COST if off > 0 else 1.0)


def _cut_notices(cut: list[tuple[Breath, ...]], setting: _Setting) -> Iterator[Notice]:
    for parts in cut:
        if len(parts) > 1:
            whole = sum(part.seconds for part in parts)
            words = " ".join(parts[0].sentence.shown.split()[:5])
            what = f"'{words} …' is too long for one breath (about {whole:.0f} s) and is read in {len(parts)} parts"
            yield Notice(what, setting.place(parts[0].sentence.start))


def _rest_notices(chapter: Chapter) -> Iterator[Notice]:
    for element in chapter.elements:
        if isinstance(element, Line):
            return
        if isinstance(element, Rest):
            yield Notice("a pause before a chapter's first word is not kept; 'pauses: head_s' is", element.place)


def _language_notices(setting: _Setting) -> Iterator[Notice]:
    if not has_model(setting.language):
        what = f"no rules for sentences in '{setting.language}'; the English ones are used"
        yield Notice(what, Place(str(setting.manuscript.source.path)))
