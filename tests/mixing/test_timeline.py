"""The timeline is arithmetic in samples, and it is exact."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Place
from pipeline.materials import Chunk, PauseReason
from pipeline.mixing.timeline import lay_out, pause_after
from pipeline.production import Pauses


def chunk(pause: PauseReason, asked_s: float | None = None) -> Chunk:
    return Chunk("ch01-0001", 1, "NARRATOR", "", "", 1.0, pause, asked_s, Place("x.md"), 0, 1)


@given(
    clips=st.lists(st.integers(1, 500_000), min_size=1, max_size=40),
    seconds=st.lists(st.floats(0, 10), min_size=39, max_size=39),
    head_s=st.floats(0, 10),
    tail_s=st.floats(0, 10),
    rate_hz=st.sampled_from([22050, 24000, 44100]),
)
def test_every_pause_is_its_length_rounded_to_one_sample_and_errors_never_add_up(
    clips: list[int], seconds: list[float], head_s: float, tail_s: float, rate_hz: int
) -> None:
    pauses_s = seconds[: len(clips) - 1]
    timeline = lay_out(clips, pauses_s, head_s=head_s, tail_s=tail_s, rate_hz=rate_hz)
    spans = timeline.spans
    assert [span.frames for span in spans] == clips
    assert spans[0].start == round(head_s * rate_hz)
    laid = [after.start - before.stop for before, after in pairwise(spans)]
    assert laid == [round(pause_s * rate_hz) for pause_s in pauses_s]
    assert timeline.frames - spans[-1].stop == round(tail_s * rate_hz)


@pytest.mark.parametrize("reason", list(PauseReason))
def test_each_reason_has_its_own_pause(reason: PauseReason) -> None:
    pauses = Pauses(clause_s=1, sentence_s=2, paragraph_s=3, line_s=4, section_s=5, heading_s=6, tail_s=7, head_s=8)
    expected = ["clause", "sentence", "paragraph", "line", "section", "heading", "end"].index(reason) + 1
    assert pause_after(chunk(reason), pauses) == expected


def test_a_pause_that_the_script_asks_for_comes_before_its_reasons() -> None:
    assert pause_after(chunk(PauseReason.SECTION, asked_s=0.0), Pauses()) == 0.0
    assert pause_after(chunk(PauseReason.SENTENCE, asked_s=4.5), Pauses()) == 4.5
