"""Two versions of a script: chapters are found again wherever they went, and lines by their words."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.script.comparing import Change, ChapterChange, Told, ToldChapter, compare, word_changes

TEXT = "the harbour lay quiet and nobody spoke while boats came in by night under lamps of green glass"
WORDS = TEXT.split()


def sentence(seed: int) -> str:
    """Twelve words that no other seed has in this order."""
    return " ".join([*(WORDS[(seed * 7 + step * (seed % 5 + 1)) % len(WORDS)] for step in range(11)), f"{seed}."])


def chapter(number: int, title: str, lines: Sequence[str], roles: Sequence[str] = ()) -> ToldChapter:
    chunks = tuple(
        Told(f"ch{number:02d}-{at:04d}", role, line, line, f"{role} {line}", 2.0, opens_line=True)
        for at, (line, role) in enumerate(zip(lines, roles or ["NARRATOR"] * len(lines), strict=True), 1)
    )
    return ToldChapter(number, title, chunks)


def book(*seeds: int) -> list[ToldChapter]:
    """A chapter a seed, eight lines each."""
    return [
        chapter(number, f"Chapter {seed}", [sentence(seed * 100 + line) for line in range(8)])
        for number, seed in enumerate(seeds, 1)
    ]


def changed(changes: Sequence[ChapterChange]) -> list[tuple[int | None, int | None, int]]:
    return [(each.old and each.old.number, each.new and each.new.number, len(each.lines)) for each in changes]


def test_a_chapter_put_in_between_leaves_all_others_as_they_were() -> None:
    changes = compare(book(1, 2, 3), book(1, 9, 2, 3))
    assert changed(changes) == [(1, 1, 0), (None, 2, 8), (2, 3, 0), (3, 4, 0)]
    assert [change.moved for change in changes] == [False, False, True, True]


def test_a_chapter_that_is_taken_out_stands_where_it_stood() -> None:
    assert changed(compare(book(1, 2, 3), book(1, 3))) == [(1, 1, 0), (2, None, 8), (3, 2, 0)]


def test_chapters_that_change_places_are_found_again() -> None:
    assert changed(compare(book(1, 2, 3), book(3, 1, 2))) == [(3, 1, 0), (1, 2, 0), (2, 3, 0)]


def test_a_chapter_with_an_edit_in_every_line_is_still_itself() -> None:
    old = chapter(1, "One", [sentence(line) for line in range(8)])
    new = chapter(
        2, "Another Title", [sentence(line).replace(sentence(line).split()[5], "—", 1) for line in range(8)]
    )
    (change,) = (each for each in compare([old], [chapter(1, "New", [sentence(99)]), new]) if each.old)
    assert change.new is new
    assert change.retitled
    assert {line.change for line in change.lines} == {Change.CHANGED}


def test_a_chapter_written_anew_under_its_old_title_is_told_as_changed() -> None:
    old, new = chapter(1, "One", [sentence(1), sentence(2)]), chapter(1, "One", ["All that is gone now."])
    (change,) = compare([old], [new])
    assert [line.change for line in change.lines] == [Change.REMOVED, Change.REMOVED, Change.ADDED]


def test_lines_added_and_taken_out_do_not_make_their_neighbours_look_changed() -> None:
    lines = [sentence(line) for line in range(6)]
    new = [lines[0], "A line put in.", *lines[1:3], lines[4].replace("4.", "four."), lines[5]]
    (change,) = compare([chapter(1, "One", lines)], [chapter(1, "One", new)])
    told = [(line.change, (line.new or line.old).shown) for line in change.lines]  # type: ignore[union-attr]
    assert told == [
        (Change.ADDED, "A line put in."),
        (Change.REMOVED, lines[3]),
        (Change.CHANGED, lines[4].replace("4.", "four.")),
    ]


def test_a_line_given_to_another_role_is_changed_and_not_gone() -> None:
    old = chapter(1, "One", ["Did you see it?", "I saw it."], ["ANNA", "TOM"])
    new = chapter(1, "One", ["Did you see it?", "I saw it."], ["ANNA", "ANNA"])
    (change,) = compare([old], [new])
    (line,) = change.lines
    assert line.change is Change.CHANGED
    assert line.old is not None and line.new is not None
    assert (line.old.role, line.new.role) == ("TOM", "ANNA")


def test_the_same_words_with_another_voice_are_recorded_again_and_not_changed() -> None:
    old = chapter(1, "One", ["I saw it.", "So did I."])
    first, second = old.chunks
    voiced = Told(first.slate, first.role, first.shown, first.spoken, "another voice", 2.0, opens_line=True)
    (change,) = compare([old], [ToldChapter(1, "One", (voiced, second))])
    assert [(line.change, line.new and line.new.shown) for line in change.lines] == [(Change.REREAD, "I saw it.")]


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.lists(st.sampled_from(WORDS), max_size=14))
def test_marked_words_give_back_both_texts(old: list[str], new: list[str]) -> None:
    parts = list(word_changes(" ".join(old), " ".join(new)))
    assert " ".join(words for kind, words in parts if kind != "+").split() == old
    assert " ".join(words for kind, words in parts if kind != "-").split() == new
