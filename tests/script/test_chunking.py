"""Chunks are whole sentences packed to one breath, with the right pause after each and no word lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.engines import ReadingLimits
from pipeline.errors import InputError
from pipeline.materials import Chunk, Manuscript, Notice, PauseReason
from pipeline.script import UnaccountedWords, account, chunk_manuscript, estimate_seconds

from .conftest import Read

LIMITS = ReadingLimits(target_s=8.0, max_s=12.0)
LONG = (
    "The captain, who had seen many storms in many seas and had come home from all of them, stood quite still; "
    "and when the second wave, which was higher than the first by half a mast, broke over the rail and took the boat "
    "with it, he turned to the mate, and asked him whether the lamp was lit"
)


def chunks_of(manuscript: Manuscript, limits: ReadingLimits = LIMITS, language: str = "en") -> list[Chunk]:
    return [chunk for chapter in chunked(manuscript, limits, language)[0] for chunk in chapter.chunks]


def chunked(manuscript: Manuscript, limits: ReadingLimits = LIMITS, language: str = "en"):  # type: ignore[no-untyped-def]
    return chunk_manuscript(manuscript, limits=dict.fromkeys(manuscript.roles, limits), language=language)


def test_sentences_are_packed_up_to_the_target_and_never_past_the_maximum(read: Read) -> None:
    sentence = "The boats were out all night and nobody knew it. "  # 3.2 s
    chunks = chunks_of(read(sentence * 9))
    assert [chunk.spoken.count(".") for chunk in chunks] in ([2, 2, 2, 3], [3, 3, 3], [2, 2, 3, 2], [2, 3, 2, 2])
    assert all(chunk.estimated_s <= 12.0 for chunk in chunks)


def test_packing_is_balanced_so_that_no_chunk_is_a_stray_word(read: Read) -> None:
    full = "He went down to the harbour in the evening, to look for the boat that had not come home yet."
    chunks = chunks_of(read(f"{full} No."))
    assert [chunk.spoken for chunk in chunks] == [f"{full} No."]


@pytest.mark.parametrize("between", ["\n\n", "\n\n## Inner\n\n", " [pause 1s] ", "\n\n---\n\n", "\nGUEST: "])
def test_a_chunk_never_goes_over_a_paragraph_a_heading_a_pause_or_a_role(read: Read, between: str) -> None:
    chunks = chunks_of(read(f"HOST: Yes.{between}No."))
    assert [chunk.spoken for chunk in chunks if chunk.spoken != "Inner"] == ["Yes.", "No."]


def test_every_pause_has_its_reason(read: Read) -> None:
    script = (
        f"# One\n\n{LONG}. It was.\n\nNext one.\n\n---\n\nThen.\n\nHOST: Hi.\nHOST: You.\nGUEST: No."
        "\n\n## In\n\nLast.\n\n# Two\n\nEnd. [pause 2s]"
    )
    one, two = chunked(read(script))[0]
    reasons = [(chunk.spoken.split()[-1].strip(".;,"), chunk.pause.value) for chunk in one.chunks]
    assert reasons == [
        ("One", "heading"),
        ("still", "clause"),
        ("lit", "sentence"),
        ("was", "paragraph"),
        ("one", "section"),
        ("Then", "line"),
        ("Hi", "paragraph"),
        ("You", "line"),
        ("No", "section"),
        ("In", "heading"),
        ("Last", "end"),
    ]
    assert [(chunk.pause, chunk.asked_s) for chunk in two.chunks] == [
        (PauseReason.HEADING, None),
        (PauseReason.END, 2.0),
    ]


def test_pauses_asked_for_add_up_and_go_after_the_last_chunk_only(read: Read) -> None:
    chunks = chunks_of(
        read(f"{'The boats were out all night and nobody knew. ' * 5}[pause 1s]\n\n[pause 500ms]\n\nHi.")
    )
    assert [chunk.asked_s for chunk in chunks] == [None] * (len(chunks) - 2) + [1.5, None]


def test_a_pause_before_the_first_word_is_reported(read: Read) -> None:
    _, notices = chunked(read("[pause 1s]\n\nHi."))
    assert ["head_s" in notice.what for notice in notices] == [True]


def test_slates_count_from_one_in_each_chapter(read: Read) -> None:
    chunks = chunks_of(read("# A\n\nB.\n\n# C\n\nD."))
    assert [chunk.slate for chunk in chunks] == ["ch01-0001", "ch01-0002", "ch02-0001", "ch02-0002"]
    assert [chunk.chapter for chunk in chunks] == [1, 1, 2, 2]


def test_a_sentence_too_long_is_cut_at_its_best_clauses_and_reported(read: Read) -> None:
    chapters, notices = chunked(read(f"# A\n\n{LONG}.\n"))
    texts = [chunk.spoken for chunk in chapters[0].chunks[1:]]
    assert texts[0].endswith("stood quite still;") and texts[1].startswith("and when")
    assert all(chunk.estimated_s <= 12.0 for chunk in chapters[0].chunks)
    assert isinstance(notices[0], Notice)
    assert (notices[0].place.line, notices[0].place.column) == (3, 1)
    assert "too long for one breath" in notices[0].what and f"{len(texts)} parts" in notices[0].what


CUTS = [
    (
        '"I never saw it, not once in forty years! But the mate had seen it, he said, in the light of the moon',
        "!",
    ),
    (
        "He looked for the boat that had gone out in the night: there was none on the water far as he saw it",
        ":",
    ),
    (
        "He looked for the boat that had gone out in the night—there was none on the water, far as he saw it",
        "—",
    ),
    (
        "He looked for the boat out in the night, and there was none on the water, far as he could see it",
        "night,",
    ),
    (
        "He looked for the old boat that was gone in the dark night and there was none on the wide water or the bay",
        "night",
    ),
]


@pytest.mark.parametrize("text, end", CUTS)
def test_where_a_long_sentence_is_cut(read: Read, text: str, end: str) -> None:
    limits = ReadingLimits(target_s=4.4, max_s=5.7)
    first = chunks_of(read(text), limits)[0]
    assert first.spoken.endswith(end), first.spoken


def test_a_sentence_is_not_cut_after_an_abbreviation(read: Read) -> None:
    text = "In the old house by the sea Mr. Pym and Mrs. Pym and Dr. Pym and St. John were all sitting still at home"
    for target in (1.5, 2.0, 2.5, 3.0, 4.0):
        for chunk in chunks_of(read(text), ReadingLimits(target, target * 1.5)):
            assert not chunk.spoken.endswith((" Mr.", "Mrs.", "Dr.", "St."))


def test_a_word_longer_than_any_breath_is_cut_and_still_accounted_for(read: Read) -> None:
    manuscript = read(f"See {'ab' * 300} there.")
    chunks = chunks_of(manuscript, ReadingLimits(8.0, 12.0, max_characters=50))
    assert all(len(chunk.spoken) <= 50 for chunk in chunks)
    assert "".join(chunk.spoken for chunk in chunks).replace(" ", "") == f"See{'ab' * 300}there."


def test_the_character_limit_is_never_passed(read: Read) -> None:
    chunks = chunks_of(read(f"{LONG}. Yes. {LONG}."), ReadingLimits(8.0, 12.0, max_characters=60))
    assert max(len(chunk.spoken) for chunk in chunks) <= 60


def test_a_long_sentence_keeps_spelling_and_respelling_together(read: Read) -> None:
    lexicon = {"mate": "first officer of the ship", "storms": "storrums"}
    chunks = chunks_of(read(f"{LONG}.", lexicon=lexicon))
    assert len(chunks) == 2
    for chunk in chunks:
        assert ("mate" in chunk.shown) == ("first officer of the ship" in chunk.spoken)
        assert ("storms" in chunk.shown) == ("storrums" in chunk.spoken)


def test_chunks_know_where_their_words_stand(read: Read) -> None:
    manuscript = read(f"# A\n\n{LONG.replace(' and', chr(10) + 'and')}. Yes, *here*.\n")
    text = manuscript.source.text
    for chunk in chunks_of(manuscript):
        assert " ".join(text[chunk.start : chunk.end].replace("*", "").split()) == chunk.shown.replace("*", "")
        lines = text[: chunk.start].split("\n")
        assert (chunk.place.line, chunk.place.column) == (len(lines), len(lines[-1]) + 1)


def test_each_role_has_its_own_limits_and_a_role_without_is_an_error(read: Read) -> None:
    sentence = "The boats were out all night and nobody knew it. "
    manuscript = read(f"{sentence * 4}\n\nHOST: {sentence * 4}")
    limits = {"NARRATOR": ReadingLimits(13.0, 14.0), "HOST": ReadingLimits(3.5, 4.0)}
    (chapter,), _ = chunk_manuscript(manuscript, limits=limits, language="en")
    assert [chunk.role for chunk in chapter.chunks] == ["NARRATOR"] + ["HOST"] * 4
    with pytest.raises(InputError, match="nobody is cast as HOST"):
        chunk_manuscript(manuscript, limits={"NARRATOR": LIMITS}, language="en")


def test_a_language_without_rules_is_reported(read: Read) -> None:
    _, notices = chunked(read("Unus. Duo.", language="la"), language="la")
    assert "'la'" in notices[0].what
    assert not chunked(read("One. Two."), language="en-GB")[1]


def test_japanese_is_chunked_without_spaces(read: Read) -> None:
    chunks = chunks_of(read("吾輩は猫である、" * 30 + "。", language="ja"), language="ja")
    assert "".join(chunk.spoken for chunk in chunks) == "吾輩は猫である、" * 30 + "。"
    assert max(chunk.estimated_s for chunk in chunks) <= 12.0


def test_estimates_follow_letters_digits_and_stops() -> None:
    assert estimate_seconds("abc" * 9, "en-GB") == pytest.approx(2.0)
    assert estimate_seconds("a" * 30, "fr") == pytest.approx(2.0)
    assert estimate_seconds("12,", "en") == pytest.approx(8 / 13.5 + 0.25)
    assert estimate_seconds("Ha! Ha...", "en") == pytest.approx(4 / 13.5 + 0.7)
    assert estimate_seconds("", "en") == 0.0


@pytest.mark.parametrize(
    "spoken, complaint",
    [
        ("One three.", "'two'"),
        ("One two two three.", "'three.'"),
        ("One two three. Four.", "adds 'Four.'"),
        ("One two", "'three.'"),
    ],
)
def test_a_word_lost_added_or_moved_stops_the_run(read: Read, spoken: str, complaint: str) -> None:
    manuscript = read("One two three.")
    (chapter,), _ = chunked(manuscript)
    wrong = replace(chapter, chunks=(replace(chapter.chunks[0], spoken=spoken),))
    account(manuscript, [chapter])
    with pytest.raises(UnaccountedWords, match=f"chapter 1 .*{complaint}"):
        account(manuscript, [wrong])
    with pytest.raises(UnaccountedWords, match="no counterpart"):
        account(manuscript, [])
