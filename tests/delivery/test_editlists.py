"""Edit lists: whatever is said, each line stays one line and each place the same place."""

from __future__ import annotations

import csv
import io
import re

from pipeline.delivery.editlists import COLUMNS, audacity_labels, edit_list, reaper_regions
from pipeline.delivery.timeline import timeline_of

from .spoken import RATE_HZ, odd_masters


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_audacity_labels_are_three_fields_with_six_decimals_exact_to_the_microsecond() -> None:
    timeline = timeline_of(odd_masters())
    spans = [
        span
        for chapter in timeline.chapters
        for span in ((chapter.start, chapter.end), *((cue.start, cue.end) for cue in chapter.cues))
    ]
    lines = audacity_labels(timeline, timeline.chapters, with_chapters=True).split("\n")
    assert lines.pop() == ""
    for line, span in zip(lines, spans, strict=True):
        *times, label = line.split("\t")
        assert label
        for time, place in zip(times, span, strict=True):
            assert re.fullmatch(r"\d+\.\d{6}", time)
            assert abs(float(time) - place / RATE_HZ) <= 0.6e-6


def test_a_chapters_labels_count_from_its_start_and_an_empty_one_has_none() -> None:
    timeline = timeline_of(odd_masters())
    assert audacity_labels(timeline, [timeline.chapters[2]], with_chapters=False).startswith("0.500000\t3.000000\t")
    assert audacity_labels(timeline, [timeline.chapters[8]], with_chapters=False) == ""


def test_the_edit_list_reads_back_as_it_was_said() -> None:
    timeline = timeline_of(odd_masters())
    files = [f"mp3/{chapter.number}.mp3" for chapter in timeline.chapters]
    header, *rows = csv.reader(io.StringIO(edit_list(timeline, files)), strict=True)
    assert tuple(header) == COLUMNS
    cues = [(chapter, cue) for chapter in timeline.chapters for cue in chapter.cues]
    for row, (chapter, cue) in zip(rows, cues, strict=True):
        read = dict(zip(COLUMNS, row, strict=True))
        assert (read["slate"], read["role"], read["text"]) == (cue.slate, cue.role, cue.text)
        assert (read["chapter"], read["chapter title"]) == (str(chapter.number), chapter.title)
        assert read["file"] == f"mp3/{chapter.number}.mp3"
        assert abs(seconds(read["start"]) - (cue.start - chapter.start) / RATE_HZ) <= 0.0005 + 1e-9
        assert abs(seconds(read["title end"]) - cue.end / RATE_HZ) <= 0.0005 + 1e-9


def test_reapers_regions_are_numbered_and_their_lengths_are_the_difference() -> None:
    timeline = timeline_of(odd_masters())
    header, *rows = csv.reader(io.StringIO(reaper_regions(timeline)), strict=True)
    assert header == ["#", "Name", "Start", "End", "Length"]
    assert len(rows) == sum(1 + len(chapter.cues) for chapter in timeline.chapters)
    for number, (name, _, *times) in enumerate(rows, 1):
        assert name == f"R{number}"
        assert all(re.fullmatch(r"\d+:[0-5]\d:[0-5]\d\.\d{3}", time) for time in times)
        start, end, length = map(seconds, times)
        assert abs(end - start - length) < 1e-6
