"""Whatever is written: no word is lost, added or moved between the script and the chunks."""

from __future__ import annotations

import re
import string
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.edits import speak
from pipeline.engines import ReadingLimits
from pipeline.errors import ProblemsError
from pipeline.materials import Chunk
from pipeline.script import chunk_manuscript, read_manuscript
from pipeline.script.words import word_spans

LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"], exclude_characters="\u00ad\u200b\u2060\ufeff")
WORD = st.one_of(
    st.text(string.ascii_letters + "'’-", min_size=1, max_size=12),
    st.text(LETTERS, min_size=1, max_size=6),
    st.sampled_from(
        ["Mr.", "St.", "J.", "etc.", '"Stop!"', "said", "—", "--", "No.", "5", "3.14", "»", "“", "I.", "…"]
    ),
)
GAP = st.sampled_from([" ", " ", " ", "\n", "\n\n", ", ", ". ", "; ", "—", "  "])
TEXT = st.lists(st.tuples(WORD, GAP), min_size=1, max_size=80).map(lambda pairs: "".join(a + b for a, b in pairs))
TIGHT = st.builds(
    lambda target, room, characters, window: ReadingLimits(target, target * room, characters, window_s=window),
    st.floats(0.5, 12.0),
    st.floats(1.0, 2.0),
    st.one_of(st.none(), st.integers(5, 300)),
    st.one_of(st.none(), st.floats(0.5, 12.0)),
)
ROOMY = st.builds(
    lambda target, room: ReadingLimits(target, target * room), st.floats(12.0, 20.0), st.floats(1.0, 2.0)
)


def escape(text: str) -> str:
    """A backslash before everything that any format could take for markup."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def chunks_of(script: str, suffix: str, limits: ReadingLimits) -> tuple[str, list[Chunk]] | None:
    """The source text and its chunks; None where there is nothing to read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"script{suffix}"
        path.write_bytes(script.encode())
        try:
            manuscript = read_manuscript(path, format="auto", language="en", roles=["NARRATOR"])
        except ProblemsError as error:
            assume("a text decoded wrongly" not in str(error))  # drawn by chance: the reader refuses it, and must
            assert "nothing to read" in str(error)
            assert not any(letter.isalnum() for letter in script)
            return None
        text = manuscript.source.text
    chapters, _ = chunk_manuscript(manuscript, limits={"NARRATOR": limits}, language="en")
    return text, [chunk for chapter in chapters for chunk in chapter.chunks]


def words(text: str) -> str:
    """Letters and digits in order; white space, markup and lone ornaments are left out."""
    return "".join(letter for letter in text if letter.isalnum())


def spaced_words(text: str) -> list[str]:
    return [word for word in text.split() if any(letter.isalnum() for letter in word)]


def check(found: tuple[str, list[Chunk]] | None, original: str) -> None:
    if found is None:
        return
    text, chunks = found
    assert words("".join(chunk.shown for chunk in chunks)) == words(original)
    for before, after in pairwise(chunks):
        assert before.end <= after.start
    for chunk in chunks:
        assert words(text[chunk.start : chunk.end]) == words(chunk.shown)
        assert " ".join(sentence.spoken for sentence in chunk.sentences) == chunk.spoken
        for sentence in chunk.sentences:
            assert speak(sentence.shown, sentence.edits) == sentence.spoken
            shown = [sentence.shown[start:end] for start, end in word_spans(sentence.shown)]
            assert [words(text[start:end]) for start, end in sentence.words] == [words(word) for word in shown]


@settings(max_examples=150, deadline=None)
@given(TEXT, ROOMY)
def test_plain_text_reaches_the_chunks_word_for_word_and_offsets_point_at_it(
    text: str, limits: ReadingLimits
) -> None:
    check(chunks_of(escape(text), ".txt", limits), text)


@settings(max_examples=150, deadline=None)
@given(TEXT, ROOMY)
def test_escaped_markdown_reaches_the_chunks_word_for_word_and_offsets_point_at_it(
    text: str, limits: ReadingLimits
) -> None:
    check(chunks_of(escape(text), ".md", limits), text)


@settings(max_examples=150, deadline=None)
@given(TEXT, TIGHT)
def test_the_tightest_limits_lose_no_word_and_are_kept(text: str, limits: ReadingLimits) -> None:
    """Words themselves may be cut here."""
    found = chunks_of(escape(text), ".txt", limits)
    if found is None:
        return
    _, chunks = found
    assert words("".join(chunk.shown for chunk in chunks)) == words(text)
    if limits.max_characters is not None:
        assert max(len(chunk.spoken) for chunk in chunks) <= limits.max_characters


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_words_are_not_glued_or_parted_where_breath_is_long_enough(text: str) -> None:
    found = chunks_of(escape(text), ".txt", ReadingLimits(1000.0, 2000.0))
    if found is not None:
        assert [word for chunk in found[1] for word in spaced_words(chunk.shown)] == spaced_words(text)


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("aB1 \n\n[]()*_`~<>!-=|#\\:.&;\"'/pause s"), max_size=60),
    st.sampled_from([".md", ".txt"]),
)
def test_any_markup_is_read_or_refused_but_never_lost(script: str, suffix: str) -> None:
    """The room's own accounting raises UnaccountedWords, which is no ProblemsError, when a character is lost."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"script{suffix}"
        path.write_bytes(script.encode())
        try:
            manuscript = read_manuscript(path, format="auto", language="en", roles=["NARRATOR"])
        except ProblemsError as error:
            assert error.problems
            return
    chunk_manuscript(manuscript, limits={"NARRATOR": ReadingLimits(8.0, 12.0)}, language="en")
