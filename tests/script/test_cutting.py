"""A sentence too long for one breath: shown and spoken text are cut at the same place, and no edit is torn."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import speak
from pipeline.engines import ReadingLimits
from pipeline.materials import Edit, Sentence
from pipeline.script.cutting import breaths
from pipeline.script.words import word_spans

LONG = (
    "In 1848 the captain, who had seen many storms in many seas and had come home from all of them, stood quite "
    "still; and when the 2nd wave, which was higher than the first, broke over the rail, he turned to Mr. Pym"
)


def sentence(shown: str, edits: tuple[Edit, ...] = (), offset: int = 100) -> Sentence:
    words = tuple((offset + start, offset + end) for start, end in word_spans(shown))
    return Sentence(shown, speak(shown, edits), offset, offset + len(shown), words, edits)


def edit(shown: str, words: str, spoken: str, phonemes: str = "") -> Edit:
    start = shown.index(words)
    return Edit(start, start + len(words), spoken, "test", phonemes)


@st.composite
def edited(draw: st.DrawFn) -> Sentence:
    """A sentence with edits anywhere, over words and inside them, taking away and adding."""
    word = st.one_of(
        st.text(string.ascii_lowercase, min_size=1, max_size=9), st.sampled_from(["42", "Mr.", "—", "x,"])
    )
    shown = " ".join(draw(st.lists(word, min_size=1, max_size=60)))
    bounds = sorted(draw(st.sets(st.integers(0, len(shown)), max_size=16)))
    spoken = st.lists(word, max_size=6).map(" ".join)
    edits = [
        Edit(start, end, draw(spoken), "test")
        for start, end in zip(bounds[::2], bounds[1::2], strict=False)
        if draw(st.booleans()) or end == start
    ]
    return sentence(shown, tuple(edits))


LIMITS = st.builds(
    lambda target, room, characters, window: ReadingLimits(target, target * room, characters, window_s=window),
    st.floats(0.5, 8.0),
    st.floats(1.0, 2.0),
    st.one_of(st.none(), st.integers(5, 100)),
    st.one_of(st.none(), st.floats(0.5, 8.0)),
)


@settings(max_examples=80, deadline=None)
@given(edited(), LIMITS)
def test_of_every_part_the_spoken_text_is_the_shown_one_with_its_edits(
    whole: Sentence, limits: ReadingLimits
) -> None:
    parts = [breath.sentence for breath in breaths(whole, limits, "en")]
    for part in parts:
        assert speak(part.shown, part.edits) == part.spoken
    assert "".join("".join(part.spoken.split()) for part in parts) == "".join(whole.spoken.split())
    assert "".join("".join(part.shown.split()) for part in parts) == "".join(whole.shown.split())


@settings(max_examples=40, deadline=None)
@given(edited(), LIMITS)
def test_words_of_parts_stand_where_the_source_has_them(whole: Sentence, limits: ReadingLimits) -> None:
    source = " " * whole.start + whole.shown
    for breath in breaths(whole, limits, "en"):
        part = breath.sentence
        assert [source[start:end] for start, end in part.words] == [
            part.shown[a:b] for a, b in word_spans(part.shown)
        ]
        if part.words:
            assert (part.start, part.end) == (part.words[0][0], part.words[-1][1])


@settings(max_examples=40, deadline=None)
@given(edited(), st.floats(6.0, 8.0))
def test_no_edit_is_torn_that_fits_in_one_breath(whole: Sentence, target: float) -> None:
    parts = breaths(whole, ReadingLimits(target, 1.5 * target), "en")
    kept = [edit.spoken for breath in parts for edit in breath.sentence.edits]
    assert kept == [edit.spoken for edit in whole.edits]


def test_numbers_and_names_stay_with_their_spelling() -> None:
    edits = (
        edit(LONG, "1848", "eighteen forty-eight"),
        edit(LONG, "2nd", "second"),
        edit(LONG, "Mr.", "Mister"),
        edit(LONG, "Pym", "Pim", "pɪm"),
    )
    parts = [breath.sentence for breath in breaths(sentence(LONG, edits), ReadingLimits(4.0, 5.0), "en")]
    assert len(parts) > 2
    assert parts[0].spoken.startswith("In eighteen forty-eight the captain,")
    assert parts[-1].shown.endswith("Mr. Pym") and parts[-1].spoken.endswith("Mister Pim")
    assert [edit.phonemes for edit in parts[-1].edits][-1] == "pɪm"


def test_an_edit_longer_than_a_breath_is_cut_all_the_same() -> None:
    whole = sentence("See 7 there.", (Edit(4, 5, "seven " * 40 + "times", "number"),))
    parts = [breath.sentence for breath in breaths(whole, ReadingLimits(3.0, 4.0), "en")]
    assert len(parts) > 4
    assert " ".join(part.spoken for part in parts) == whole.spoken
    assert " ".join(part.shown for part in parts).split() == ["See", "7", "there."]
    assert all(speak(part.shown, part.edits) == part.spoken for part in parts)
