"""Podcasting 2.0 JSON: chapters (version 1.2.0) and transcript (version 1.0.0).

Source: Podcastindex-org/podcast-namespace, docs/examples/chapters/jsonChapters.md and
docs/examples/transcripts/transcripts.md. Times are seconds, to the millisecond.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from pipeline.delivery.tags import Tags
from pipeline.delivery.timeline import TimedChapter, TitleTimeline

CHAPTERS_VERSION = "1.2.0"
TRANSCRIPT_VERSION = "1.0.0"


def chapters_json(timeline: TitleTimeline, tags: Tags) -> str:
    """The title's chapters, to be served as ``application/json+chapters``. The description holds the disclosure."""
    return _json(
        {
            "version": CHAPTERS_VERSION,
            "author": tags.artist,
            "title": tags.title,
            "description": tags.comment,
            "chapters": [
                {
                    "startTime": timeline.ms(chapter.start) / 1000,
                    "title": chapter.title,
                    "endTime": timeline.ms(chapter.end) / 1000,
                    "toc": True,
                }
                for chapter in timeline.chapters
            ],
        }
    )


def transcript_json(timeline: TitleTimeline, chapters: Sequence[TimedChapter]) -> str:
    """What is said in chapters that follow each other, by chunk; times from the start of the first of them."""
    origin = chapters[0].start
    return _json(
        {
            "version": TRANSCRIPT_VERSION,
            "segments": [
                {
                    "speaker": cue.role,
                    "startTime": timeline.ms(cue.start - origin) / 1000,
                    "endTime": timeline.ms(cue.end - origin) / 1000,
                    "body": cue.text,
                }
                for chapter in chapters
                for cue in chapter.cues
            ],
        }
    )


def _json(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
