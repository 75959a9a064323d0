"""The manuscripts that come with Chapterhouse can be read, and hold what their README says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.engines import ReadingLimits
from pipeline.script import chunk_manuscript, read_manuscript

MANUSCRIPTS = Path(__file__).parents[2] / "manuscripts"
CASTS = {"moby-dick-127-129.md": ("NARRATOR", "AHAB", "PIP"), "podcast-sample.md": ("NARRATOR", "HOST", "GUEST")}


@pytest.mark.parametrize("name, roles", CASTS.items())
def test_every_manuscript_is_read_and_fits_in_breaths(name: str, roles: tuple[str, ...]) -> None:
    manuscript = read_manuscript(MANUSCRIPTS / name, format="auto", language="en", roles=roles)
    assert set(manuscript.roles) == set(roles)
    limits = dict.fromkeys(roles, ReadingLimits(8.0, 12.0))
    chapters, _ = chunk_manuscript(manuscript, limits=limits, language="en")
    assert len(chapters) == (3 if "moby" in name else 2)
    assert max(chunk.estimated_s for chapter in chapters for chunk in chapter.chunks) <= 12.0


def test_melville_is_word_for_word() -> None:
    """Word counts of Project Gutenberg's chapters 127 to 129, headings included."""
    text = (MANUSCRIPTS / "moby-dick-127-129.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    chapters = [re.sub(r"^(?:AHAB|PIP): ", "", part, flags=re.MULTILINE) for part in text.split("# ")[1:]]
    assert [len(chapter.split()) for chapter in chapters] == [696, 1374, 574]


def test_ahab_and_pip_speak_no_more_than_two_hundred_words() -> None:
    text = (MANUSCRIPTS / "moby-dick-127-129.md").read_text(encoding="utf-8")
    assert sum(len(line.split()) for line in re.findall(r"^(?:AHAB|PIP): (.*)$", text, re.MULTILINE)) == 171
