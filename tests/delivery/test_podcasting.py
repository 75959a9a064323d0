"""Podcasting 2.0 JSON against the rules of the podcast-namespace documents."""

from __future__ import annotations

import json

from pipeline.delivery.podcasting import chapters_json, transcript_json
from pipeline.delivery.tags import DISCLOSURE
from pipeline.delivery.timeline import timeline_of

from .spoken import TAGS, odd_masters, spoken


def test_chapters_have_the_required_fields_and_start_within_a_millisecond() -> None:
    masters = odd_masters()
    read = json.loads(chapters_json(timeline_of(masters), TAGS))
    assert read["version"] == "1.2.0"
    assert DISCLOSURE in read["description"]
    start_s = 0.0
    for master, chapter in zip(masters, read["chapters"], strict=True):
        assert isinstance(chapter["startTime"], float) and isinstance(chapter["endTime"], float)
        assert isinstance(chapter["title"], str) and chapter["title"]
        assert chapter["toc"] is True
        assert abs(chapter["startTime"] - start_s) <= 0.001
        start_s += master.seconds
        assert abs(chapter["endTime"] - start_s) <= 0.001


def test_chapters_of_a_long_book_do_not_drift() -> None:
    masters = [spoken(number, "x", [], seconds=200.0001) for number in range(1, 301)]
    read = json.loads(chapters_json(timeline_of(masters), TAGS))["chapters"]
    exact_s = sum(master.sample_count for master in masters[:-1]) / masters[0].rate_hz
    assert abs(read[-1]["startTime"] - exact_s) <= 0.0005 + 1e-9


def test_a_transcript_says_who_says_what_when() -> None:
    timeline = timeline_of(odd_masters())
    read = json.loads(transcript_json(timeline, timeline.chapters))
    assert read["version"] == "1.0.0"
    cues = [cue for chapter in timeline.chapters for cue in chapter.cues]
    assert [(each["speaker"], each["body"]) for each in read["segments"]] == [(cue.role, cue.text) for cue in cues]
    times = [time for each in read["segments"] for time in (each["startTime"], each["endTime"])]
    assert times == sorted(times) and all(isinstance(time, float) for time in times)


def test_a_chapters_transcript_counts_from_its_start() -> None:
    timeline = timeline_of(odd_masters())
    segments = json.loads(transcript_json(timeline, [timeline.chapters[4]]))["segments"]
    assert segments[0]["startTime"] == 0.5
    assert json.loads(transcript_json(timeline, [timeline.chapters[8]]))["segments"] == []
