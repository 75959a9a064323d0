"""When everything happens: pure arithmetic in samples, no sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.materials import Chunk, PauseReason
from pipeline.mixing.trimming import Span
from pipeline.production import Pauses


@dataclass(frozen=True)
class Timeline:
    """A chapter laid out.

    Attributes:
        spans: where each clip lies, in samples from the chapter's start, in order, never overlapping.
        frames: length of the chapter with its head and tail.
    """

    spans: tuple[Span, ...]
    frames: int


def pause_after(chunk: Chunk, pauses: Pauses) -> float:
    """Seconds of room tone between a chunk's clip and the next: what the script asks for, else what its reason has.

    It is measured between the clips as they are laid, that is, from the end of one clip's post-roll to the start of
    the next clip's pre-roll.
    """
    if chunk.asked_s is not None:
        return chunk.asked_s
    by_reason = {
        PauseReason.CLAUSE: pauses.clause_s,
        PauseReason.SENTENCE: pauses.sentence_s,
        PauseReason.PARAGRAPH: pauses.paragraph_s,
        PauseReason.LINE: pauses.line_s,
        PauseReason.SECTION: pauses.section_s,
        PauseReason.HEADING: pauses.heading_s,
        PauseReason.END: pauses.tail_s,
    }
    return by_reason[chunk.pause]


def lay_out(
    clip_frames: Sequence[int], pauses_s: Sequence[float], *, head_s: float, tail_s: float, rate_hz: int
) -> Timeline:
    """Lay clips one after another.

    Args:
        clip_frames: length of each clip in samples.
        pauses_s: the pause after each clip but the last, so one fewer than clips; each is rounded to a sample by
            itself, so every pause is exact and errors do not add up.
        head_s: seconds before the first clip.
        tail_s: seconds after the last.
        rate_hz: samples per second.
    """
    assert len(pauses_s) == max(len(clip_frames) - 1, 0), "one pause between each two clips"
    now = round(head_s * rate_hz)
    spans = []
    for frames, pause_s in zip(clip_frames, [*pauses_s, tail_s], strict=True):
        spans.append(Span(now, now + frames))
        now += frames + round(pause_s * rate_hz)
    return Timeline(tuple(spans), now)
