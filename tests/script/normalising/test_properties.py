"""Whatever the text: no rule fails, no two edits overlap, and what is said is said again the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import speak
from pipeline.script.normalising import LANGUAGES, has_rules, normalise, unread

READ = [language for language in LANGUAGES if has_rules(language)]
PIECES = (
    "5", "12", "1984", "1,000", "1.000", "3.5", "3,5", "0", "007", "1990s", "’90s", "2000er", "3rd", "3.", "½", "1/2",
    "€", "$", "£", "%", "kg", "km/h", "°C", "-", "–", "—", "×", "=", "+", "/", "(", ")", "'", '"', "&", "#", "@", "~",
    "p.m.", "St.", "Mr.", "No.", "z. B.", "Nr.", "S.", "ff.", "etc.", "Jan.", "May", "Oktober", "am", "der", "in",
    "XIV", "II.", "I", "Louis", "Chapter", "Friedrich", "siècle", "FBI", "NASA", "NO", "THE BEST", "U.S.", "J. R.",
    "14:30", "Uhr", "o'clock", "million", "Mio.", "k", "d.", "10s.", "6'2\"", "24/7", "§", "Abs.", "www.x.com",
    "a@b.de", "😀", "²", "_", "\\", "٣", "Ⅳ", "ß", "İ", "ﬁ", " ", ".", ",", ":", ";", "word", "Word", "1º",
    "1er", "nº", "art.",
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=7).map("".join),
    st.text(max_size=40),
).map(lambda text: " ".join(text.split()))
KINDS = st.sampled_from(["paragraph", "heading"])


def _hold(text: str, language: str, kind: str) -> None:
    edits = normalise(text, language, kind=kind)
    ends = [0]
    for edit in edits:
        assert ends[-1] <= edit.start < edit.end <= len(text)
        assert edit.spoken != text[edit.start : edit.end]
        assert edit.why
        ends.append(edit.end)
    spoken = speak(text, edits)
    assert normalise(spoken, language, kind=kind) == ()
    assert all(spoken[start:end].strip() for start, end in unread(spoken, language))


@pytest.mark.parametrize("language", ["en", "de"])
@settings(max_examples=60, deadline=None)
@given(text=TEXTS, kind=KINDS)
def test_any_text_is_said_once_and_for_all(text: str, language: str, kind: str) -> None:
    _hold(text, language, kind)


@pytest.mark.slow
@pytest.mark.parametrize("language", READ)
@settings(max_examples=800, deadline=None)
@given(text=TEXTS, kind=KINDS)
def test_so_is_every_other_text(text: str, language: str, kind: str) -> None:
    _hold(text, language, kind)


@given(text=st.text(max_size=60))
def test_a_language_without_rules_changes_whole_numbers_only(text: str) -> None:
    assert all(text[edit.start : edit.end].isdecimal() for edit in normalise(text, "pl"))
