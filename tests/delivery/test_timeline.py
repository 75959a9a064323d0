"""The timeline: exact, in order, whatever the marks."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.timeline import clock, plain, timeline_of
from pipeline.production import NARRATOR

from .spoken import ARABIC, FAMILY, RATE_HZ, odd_masters, spoken


def test_chapters_follow_each_other_to_the_sample_over_300_chapters() -> None:
    masters = [spoken(number, "x", [], seconds=100 + number / 7) for number in range(1, 301)]
    chapters = timeline_of(masters).chapters
    start = 0
    for master, chapter in zip(masters, chapters, strict=True):
        assert (chapter.start, chapter.end) == (start, start + master.sample_count)
        start = chapter.end


def test_a_mark_is_exact_to_half_a_sample_at_the_end_of_a_long_title() -> None:
    hour = spoken(1, "x", [], seconds=20 * 3600)
    words = [(NARRATOR, "a", 0.1, 1234.56789)]
    timeline = timeline_of([hour, spoken(2, "y", words, seconds=3600)])
    (cue,) = timeline.chapters[1].cues
    exact = Fraction(1234.56789) * RATE_HZ + hour.sample_count
    assert abs(cue.end - exact) <= Fraction(1, 2)
    assert abs(Fraction(timeline.ms(cue.end), 1000) - Fraction(cue.end, RATE_HZ)) <= Fraction(1, 2000)
    assert abs(Fraction(timeline.seconds(cue.end, 6)) - Fraction(cue.end, RATE_HZ)) <= Fraction(1, 2_000_000)


@given(
    marks=st.lists(st.tuples(st.floats(-1, 12), st.floats(-1, 12)), max_size=12),
    rate_hz=st.sampled_from([24000, 44100, 48000, 96000]),
)
def test_cues_never_overlap_and_stay_in_their_chapter_whatever_the_marks(
    marks: list[tuple[float, float]], rate_hz: int
) -> None:
    words = [(NARRATOR, "a", start_s, end_s) for start_s, end_s in marks]
    timeline = timeline_of([spoken(number, "x", words, seconds=10, rate_hz=rate_hz) for number in (1, 2)])
    for chapter in timeline.chapters:
        places = [chapter.start, *(place for cue in chapter.cues for place in (cue.start, cue.end)), chapter.end]
        assert places == sorted(places)
        assert [timeline.ms(place) for place in places] == sorted(timeline.ms(place) for place in places)
        assert all(cue.start < cue.end for cue in chapter.cues)


def test_chunks_without_text_are_left_out_and_no_title_is_empty() -> None:
    chapters = timeline_of(odd_masters()).chapters
    assert [len(chapter.cues) for chapter in chapters] == [8] * 8 + [0, 8]
    assert chapters[6].title == "Chapter 7"
    assert chapters[9].title == "Chapter 10"


@given(st.text())
def test_plain_text_is_one_line_that_xml_can_hold(text: str) -> None:
    line = plain(text)
    assert line == line.strip()
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in line)
    assert not {"\ufffe", "\uffff"} & set(line)


def test_plain_text_keeps_joined_emoji_and_the_direction_of_writing() -> None:
    assert plain(FAMILY) == FAMILY
    assert plain(ARABIC) == ARABIC


def test_the_clock_counts_hours_beyond_a_day() -> None:
    assert clock(0) == "00:00:00.000"
    assert clock(3_723_004, ",") == "01:02:03,004"
    assert clock(100 * 3_600_000 + 1) == "100:00:00.001"
