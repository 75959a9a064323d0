"""Whether a voice slowly becomes another over a chapter, told by how like their sound check its takes are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.booth import SAME_VOICE, drift
from pipeline.materials import ChapterChunks, Notice, Take


def drifting_voices(chapters: Sequence[ChapterChunks], takes: Mapping[int, Sequence[Take]]) -> Iterator[Notice]:
    """A notice for each role and chapter in which its voice drifts.

    Args:
        takes: the circled take of each chunk, under its chapter's number.
    """
    for chapter in chapters:
        begins_s, alike = 0.0, dict[str, list[tuple[float, float]]]()
        for chunk, take in zip(chapter.chunks, takes[chapter.number], strict=True):
            found = [verdict.measure for verdict in take.verdicts if verdict.check == SAME_VOICE]
            alike.setdefault(chunk.role, []).extend((begins_s, similarity) for similarity in found)
            begins_s += take.seconds
        for role, similarities in alike.items():
            verdict = drift(similarities)
            if verdict is not None and not verdict.passed:
                yield Notice(
                    f"chapter {chapter.number}: the voice of {role} drifts: from its first line to its last it loses "
                    f"{verdict.measure:.2f} of its likeness to its sound check ({verdict.threshold:.2f} is allowed)",
                    chapter.chunks[0].place,
                )
