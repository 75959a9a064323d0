"""Lists for editors: Audacity labels, an edit list as CSV, and regions for REAPER."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from pipeline.delivery.timeline import Cue, TimedChapter, TitleTimeline, clock

COLUMNS = (
    "slate", "role", "chapter", "chapter title", "start", "end", "title start", "title end", "file", "text",
)  # fmt: skip


def audacity_labels(timeline: TitleTimeline, chapters: Sequence[TimedChapter], *, with_chapters: bool) -> str:
    """A label track: ``start<TAB>end<TAB>label``, seconds with six decimals (Audacity manual, Importing Labels).

    Args:
        timeline: of the title.
        chapters: that follow each other; times count from the start of the first.
        with_chapters: a label for each chapter too, before those of its chunks.
    """
    origin = chapters[0].start

    def label(start: int, end: int, text: str) -> str:
        times = (timeline.seconds(samples - origin, 6) for samples in (start, end))
        return "\t".join((*times, text)) + "\n"

    lines = []
    for chapter in chapters:
        if with_chapters:
            lines.append(label(chapter.start, chapter.end, chapter.title))
        lines += (label(cue.start, cue.end, _label(timeline, cue)) for cue in chapter.cues)
    return "".join(lines)


def edit_list(timeline: TitleTimeline, files: Sequence[str]) -> str:
    """Every chunk with where it lies in its chapter's file and in the title: CSV as in RFC 4180.

    Args:
        timeline: of the title.
        files: the chapters' sound files, in order.
    """
    return _csv(_edits(timeline, files))


def reaper_regions(timeline: TitleTimeline) -> str:
    """Chapters and chunks as regions on the title's timeline, for REAPER's Region/Marker Manager.

    In REAPER: View, Region/Marker Manager, right click, Import regions/markers. The columns are those that the
    manager itself exports (``#,Name,Start,End,Length``), with times as ``h:mm:ss.mmm``: set the project's time unit
    to minutes and seconds.
    """
    spans = [
        span
        for chapter in timeline.chapters
        for span in (
            (chapter.title, chapter.start, chapter.end),
            *((_label(timeline, cue), cue.start, cue.end) for cue in chapter.cues),
        )
    ]
    rows: list[Sequence[str]] = [("#", "Name", "Start", "End", "Length")]
    for number, (name, start, end) in enumerate(spans, 1):
        first, last = timeline.ms(start), timeline.ms(end)
        rows.append((f"R{number}", name, *(_short(ms) for ms in (first, last, last - first))))
    return _csv(rows)


def _edits(timeline: TitleTimeline, files: Sequence[str]) -> Iterator[Sequence[str]]:
    yield COLUMNS
    for chapter, file in zip(timeline.chapters, files, strict=True):
        for cue in chapter.cues:
            own = (clock(timeline.ms(samples - chapter.start)) for samples in (cue.start, cue.end))
            whole = (clock(timeline.ms(samples)) for samples in (cue.start, cue.end))
            yield (cue.slate, cue.role, str(chapter.number), chapter.title, *own, *whole, file, cue.text)


def _label(timeline: TitleTimeline, cue: Cue) -> str:
    return f"{cue.slate} {cue.role}: {cue.text}" if timeline.has_roles else f"{cue.slate} {cue.text}"


def _short(milliseconds: int) -> str:
    return clock(milliseconds).removeprefix("0")  # REAPER writes hours with as many digits as they need


def _csv(rows: Iterable[Sequence[str]]) -> str:
    table = io.StringIO()
    csv.writer(table, lineterminator="\r\n").writerows(rows)
    return table.getvalue()
