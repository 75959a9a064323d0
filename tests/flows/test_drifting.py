"""A voice that drifts over a chapter is told, by its role; one that only varies is not."""

from __future__ import annotations

from pipeline.flows.drifting import drifting_voices
from pipeline.materials import ChapterChunks, Take, Verdict
from tests.booth.chunks import chunk


def chapter_of(similarities: list[float], roles: list[str]) -> tuple[ChapterChunks, list[Take]]:
    chunks = tuple(chunk(n, role=role) for n, role in enumerate(roles, 1))
    takes = [
        Take(str(n), f"t{n}", 5.0, 1, (Verdict("same-voice", True, measure, 0.8),), reused=False)
        for n, measure in enumerate(similarities)
    ]
    return ChapterChunks(1, "One", chunks), takes


def test_a_voice_that_drifts_is_told_with_its_role_and_chapter() -> None:
    roles = ["NARRATOR", "ANNA"] * 30
    falling = [0.97 - 0.002 * n if role == "ANNA" else 0.95 for n, role in enumerate(roles)]
    chapter, takes = chapter_of(falling, roles)
    (notice,) = drifting_voices([chapter], {1: takes})
    assert "chapter 1: the voice of ANNA drifts" in str(notice) and "0.12" in str(notice)


def test_a_voice_that_only_varies_is_not_told() -> None:
    chapter, takes = chapter_of([0.93 + 0.02 * (n % 3) for n in range(60)], ["NARRATOR"] * 60)
    assert list(drifting_voices([chapter], {1: takes})) == []


def test_takes_whose_voice_was_not_compared_say_nothing() -> None:
    chapter, takes = chapter_of([0.9] * 3, ["NARRATOR"] * 3)
    unheard = [Take(take.key, take.slate, take.seconds, take.seed, (), reused=False) for take in takes]
    assert list(drifting_voices([chapter], {1: unheard})) == []
