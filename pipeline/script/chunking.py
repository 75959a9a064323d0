"""A Manuscript becomes chunks: what each narrator reads in one breath, with the pause after it and its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.engines import ReadingLimits
from pipeline.errors import InputError, Place
from pipeline.materials import (
    Break,
    Chapter,
    ChapterChunks,
    Chunk,
    Line,
    LineKind,
    Manuscript,
    Notice,
    PauseReason,
    Rest,
)
from pipeline.script.accounting import account
from pipeline.script.cutting import Breath, breaths
from pipeline.script.sentences import has_model

STRAY_S = 1.5
STRAY_COST = 1.0
OVER_COST = 6.0
"""A chunk past its target costs this much more than one short of it: hence 'up to the target'."""

CUT_COST = 0.3  # a chunk that ends inside a sentence
CHUNK_COST = 0.05


@dataclass(frozen=True)
class _Setting:
    manuscript: Manuscript
    limits: Mapping[str, ReadingLimits]
    language: str

    def place(self, offset: int) -> Place:
        return self.manuscript.source.place(offset)


@dataclass(frozen=True)
class _Turn:
    """A line, why there is a pause after it, and how long the script asks that to be."""

    line: Line
    pause: PauseReason
    asked_s: float | None


def chunk_manuscript(
    manuscript: Manuscript, *, limits: Mapping[str, ReadingLimits], language: str
) -> tuple[tuple[ChapterChunks, ...], tuple[Notice, ...]]:
    """Chunks of every chapter, and what a producer should know about them.

    Whole sentences are packed up to the role's ``target_s``, never past ``max_s`` or ``max_characters``, and never
    over a change of role, a paragraph, a heading or a pause. A sentence longer than that is cut at its clauses.

    Args:
        limits: what each role's narrator reads in one breath.
        language: BCP 47 tag, for the pace of speech.

    Raises:
        InputError: a role of the manuscript has no limits.
        UnaccountedWords: a word would have been lost; our mistake.
    """
    for role in manuscript.roles:
        if role not in limits:
            raise InputError(f"nobody is cast as {role}", next_step=f"add {role} to 'cast:'")
    setting = _Setting(manuscript, limits, language)
    notices = list(_language_notices(setting))
    chapters = []
    for chapter in manuscript.chapters:
        notices += _rest_notices(chapter)
        chunks: list[Chunk] = []
        for turn in _turns(chapter):
            cut = [breaths(sentence, limits[turn.line.role], language) for sentence in turn.line.sentences]
            notices += _cut_notices(cut, turn.line, setting)
            chunks += _chunks([part for parts in cut for part in parts], turn, setting)
        chapters.append(ChapterChunks(chapter.number, chapter.title, tuple(_slated(chapter.number, chunks))))
    account(manuscript, chapters)
    return tuple(chapters), tuple(notices)


def _turns(chapter: Chapter) -> Iterator[_Turn]:
    elements = chapter.elements
    positions = [index for index, element in enumerate(elements) if isinstance(element, Line)]
    for line, index, stop in zip(chapter.lines, positions, [*positions[1:], len(elements)], strict=True):
        between = elements[index + 1 : stop]
        following = elements[stop] if stop < len(elements) else None
        rests = [element.seconds for element in between if isinstance(element, Rest)]
        has_break = any(isinstance(element, Break) for element in between)
        reason = _reason(line, following if isinstance(following, Line) else None, has_break)
        yield _Turn(line, reason, sum(rests) if rests else None)


def _reason(line: Line, following: Line | None, has_break: bool) -> PauseReason:
    if following is None:
        return PauseReason.END
    if has_break:
        return PauseReason.SECTION
    if line.kind is LineKind.HEADING:
        return PauseReason.HEADING
    if following.kind is LineKind.HEADING:
        return PauseReason.SECTION  # a heading inside a chapter opens a section
    return PauseReason.PARAGRAPH if following.role == line.role else PauseReason.LINE


def _chunks(parts: list[Breath], turn: _Turn, setting: _Setting) -> Iterator[Chunk]:
    """The chunks of one line; chapter and slate are still to come."""
    line = turn.line
    for start, end in _pack(parts, setting.limits[line.role]):
        group = parts[start:end]
        is_last = end == len(parts)
        inner = PauseReason.CLAUSE if group[-1].cut else PauseReason.SENTENCE
        yield Chunk(
            slate="",
            chapter=0,
            role=line.role,
            shown=_join(group, [part.shown for part in group]),
            spoken=_join(group, [part.spoken for part in group]),
            estimated_s=sum(part.seconds for part in group),
            pause=turn.pause if is_last else inner,
            asked_s=turn.asked_s if is_last else None,
            place=setting.place(group[0].start),
            start=group[0].start,
            end=group[-1].end,
        )


def _slated(chapter: int, chunks: list[Chunk]) -> Iterator[Chunk]:
    for number, chunk in enumerate(chunks, start=1):
        yield replace(chunk, chapter=chapter, slate=f"ch{chapter:02d}-{number:04d}")


def _join(group: list[Breath], texts: list[str]) -> str:
    joined = texts[0]
    for part, text in zip(group[1:], texts[1:], strict=True):
        joined += text if part.glued else f" {text}"
    return joined


def _pack(parts: list[Breath], limits: ReadingLimits) -> list[tuple[int, int]]:
    """Groups of parts that cost least: as near the target as can be, none past the limits, none a stray word."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(parts) + 1):
        ways = []
        seconds, characters = 0.0, -1
        for start in range(end - 1, -1, -1):
            seconds += parts[start].seconds
            characters += len(parts[start].spoken) + 1
            too_long = limits.max_characters is not None and characters > limits.max_characters
            if start < end - 1 and (seconds > limits.max_s or too_long):
                break
            cost = _cost(seconds, limits) + (CUT_COST if parts[end - 1].cut else 0.0)
            ways.append((best[start][0] + cost, start))
        best.append(min(ways))
    groups, end = [], len(parts)
    while end:
        groups.append((best[end][1], end))
        end = best[end][1]
    return groups[::-1]


def _cost(seconds: float, limits: ReadingLimits) -> float:
    off = (seconds - limits.target_s) / limits.target_s
    stray = STRAY_COST if seconds < STRAY_S else 0.0
    return CHUNK_COST + off * off * (OVER_COST if off > 0 else 1.0) + stray


def _cut_notices(cut: list[tuple[Breath, ...]], line: Line, setting: _Setting) -> Iterator[Notice]:
    for parts in cut:
        if len(parts) > 1:
            whole = sum(part.seconds for part in parts)
            words = " ".join(parts[0].shown.split()[:5])
            what = f"'{words} …' is too long for one breath (about {whole:.0f} s) and is read in {len(parts)} parts"
            yield Notice(what, setting.place(parts[0].start))


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
