"""Decisions about single lines: kept in a file, found again in an edited script, and true to what is spoken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import pronounced, speak
from pipeline.engines import ReadingLimits
from pipeline.errors import InputError, Place, ProblemsError
from pipeline.materials import Chunk, Edit, PauseReason, Sentence
from pipeline.pickups import Pickup, Pickups, Redo, first_words, load_pickups, respelled, save_pickups, words_of
from pipeline.script import chunk_manuscript, read_manuscript

HERE = Place("book.md", 1, 1)
LIMITS = {role: ReadingLimits(target_s=6.0, max_s=10.0) for role in ("NARRATOR", "ANNA", "TOM")}
SCRIPT = """\
# One

It was the 3rd of May. The boats were in.

ANNA: Yes.

TOM: Did you see Mr. Cholmondeley at the fair in 1984?

ANNA: Yes.

# Two

The lamp was lit, and its keeper had gone. Nobody answered.

TOM: And the boats?

ANNA: Yes.
"""


def chunks_of(script: str) -> tuple[Chunk, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "book.md")
        path.write_text(script, encoding="utf-8")
        book = read_manuscript(path, format="markdown", language="en", roles=LIMITS)
    chapters, _ = chunk_manuscript(book, limits=LIMITS, language="en")
    return tuple(chunk for chapter in chapters for chunk in chapter.chunks)


CHUNKS = chunks_of(SCRIPT)


def the(words: str, chunks: tuple[Chunk, ...] = CHUNKS) -> Chunk:
    return next(chunk for chunk in chunks if words in chunk.shown)


def saying(chunk: Chunk, say: str | dict[str, str]) -> Chunk:
    pickups = Pickups(Path("p.yaml")).on([chunk]).with_(chunk, redo=Redo(say=say))
    decided = pickups.of(chunk)
    assert decided is not None
    return respelled(chunk, decided)


def on_nothing(tmp_path: Path) -> Pickups:
    return Pickups(tmp_path / "book.pickups.yaml").on(CHUNKS)


REDOS = st.builds(
    lambda seed, voice, speed, say: {"seed": seed, "voice": voice, "speed": speed, "say": say},
    st.integers(0, 2**31 - 1),
    st.none() | st.from_regex(r"\A[\w./]{1,12}\Z"),
    st.none() | st.floats(0.5, 2.0),
    st.none()
    | st.from_regex(r"\A\w[\w ,.'\"#:{}\-]{0,20}\Z")
    | st.dictionaries(st.from_regex(r"\A\w{1,9}\Z"), st.from_regex(r"\A\w{1,9}\Z"), min_size=1, max_size=3),
)
KEYS = st.none() | st.text("0123456789abcdef", min_size=8, max_size=32)
DECISIONS = st.lists(
    st.tuples(st.integers(0, len(CHUNKS) - 1), REDOS, KEYS, KEYS, st.text(max_size=30)),
    max_size=3,
    unique_by=lambda decision: decision[0],
)


@settings(max_examples=8, deadline=None)
@given(DECISIONS, st.randoms(use_true_random=False))
def test_what_is_saved_is_loaded_in_the_order_of_the_book_whatever_order_it_was_decided_in(decisions, random) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "book.pickups.yaml")
        texts = []
        for _ in range(2):
            random.shuffle(decisions)
            pickups = Pickups(path).on(CHUNKS)
            for index, redo, use, approve, note in decisions:
                pickups = pickups.with_(CHUNKS[index], redo=redo, use=use, approve=approve, note=note)
            save_pickups(pickups)
            texts.append(path.read_text("utf-8"))
            loaded = load_pickups(path)
            assert loaded == pickups
            found = loaded.on(CHUNKS)
            for index, _, use, approve, note in decisions:
                decided = found.of(CHUNKS[index])
                assert decided is not None
                assert (decided.use, decided.approve, decided.note) == (use, approve, " ".join(note.split()))
        assert texts[0] == texts[1]


EDITS = {
    "another sentence": ("The lamp was lit", "It rained all night. The lamp was lit"),
    "a new line of the same words": ("# One\n", "# One\n\nANNA: Yes.\n"),
    "a new chapter before it": ("# One\n", "# Nought\n\nANNA: Yes.\n\nThe sea lay still.\n\n# One\n"),
    "a line of the same words taken out": ("ANNA: Yes.\n\nTOM: Did", "TOM: Did"),
    "another role's line": ("And the boats?", "What of the boats?"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_elsewhere_changes_no_decision(edit: str, tmp_path: Path) -> None:
    second_yes = [chunk for chunk in CHUNKS if chunk.shown == "Yes."][1]
    pickups = on_nothing(tmp_path)
    for number, chunk in enumerate((the("3rd of May"), the("Cholmondeley"), second_yes)):
        pickups = pickups.with_(chunk, redo={"seed": number})
    old, new = EDITS[edit]
    assert old in SCRIPT
    edited = chunks_of(SCRIPT.replace(old, new, 1))
    found = {chunk.slate: decided.redo.seed for chunk in edited if (decided := pickups.on(edited).of(chunk))}
    the_yes = edited[edited.index(the("Cholmondeley", edited)) + 1]
    expected = {the("3rd of May", edited).slate: 0, the("Cholmondeley", edited).slate: 1, the_yes.slate: 2}
    assert found == expected
    assert pickups.unmatched(edited) == ()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(["The sea lay still.", "Rain came.", "Who knew?"]), max_size=4), st.integers(0, 5))
def test_paragraphs_put_in_anywhere_else_change_no_decision(added: list[str], where: int) -> None:
    paragraphs = SCRIPT.split("\n\n")
    edited = chunks_of("\n\n".join([*paragraphs[: where + 1], *added, *paragraphs[where + 1 :]]))
    chunk = the("Cholmondeley")
    pickups = Pickups(Path("p.yaml")).on(CHUNKS).with_(chunk, use="0123abcd")
    decided = pickups.on(edited).of(the("Cholmondeley", edited))
    assert decided is not None
    assert decided.use == "0123abcd"
    assert pickups.unmatched(edited) == ()


def test_a_line_that_is_gone_is_told_with_its_place_and_the_nearest_one(tmp_path: Path) -> None:
    pickups = on_nothing(tmp_path).with_(the("Cholmondeley"), redo={"speed": 0.9}, use="0123abcd")
    save_pickups(pickups)
    loaded = load_pickups(pickups.file)
    (near,) = loaded.unmatched(chunks_of(SCRIPT.replace("at the fair", "at the fayre")))
    assert near.place.file == str(pickups.file)
    assert pickups.file.read_text().splitlines()[near.place.line - 1].startswith("- slate: ch01-")
    assert "the nearest one now is ch01-0004, 'Did you see Mr. Cholmondeley at the fayre" in near.what
    (gone,) = loaded.unmatched([the("Nobody")])
    assert gone.what.endswith("is no longer in the script; remove the entry")


def test_a_chunk_cut_otherwise_is_found_by_its_sentences_and_what_no_longer_fits_is_told(tmp_path: Path) -> None:
    chunk = the("Nobody answered")
    assert len(chunk.sentences) == 2
    redo = {"speed": 0.9, "say": {"keeper": "KEE-per"}}
    pickups = on_nothing(tmp_path).with_(chunk, redo=redo, use="0123abcd", note="slower")
    edited = chunks_of(SCRIPT.replace("Nobody answered.", "No one spoke."))
    decided = pickups.on(edited).of(the("No one spoke", edited))
    assert decided is not None
    assert decided.redo == Redo(**redo)
    assert (decided.use, decided.note) == (None, "slower")
    (notice,) = pickups.unmatched(edited)
    assert "has other words now and is ch02-0002; the take 0123abcd no longer fits: decide again" in notice.what
    assert pickups.entries[0].use == "0123abcd", "the file is the person's"


def test_the_nearer_of_same_lines_is_doubted_aloud_when_the_line_before_it_has_changed(tmp_path: Path) -> None:
    third = [chunk for chunk in CHUNKS if chunk.shown == "Yes."][2]
    pickups = on_nothing(tmp_path).with_(third, redo={"seed": 1})
    edited = chunks_of(SCRIPT.replace("And the boats?", "What of the boats?"))
    (notice,) = pickups.unmatched(edited)
    assert "ANNA says 'Yes.' 3 times" in notice.what
    assert pickups.on(edited).of([chunk for chunk in edited if chunk.shown == "Yes."][2]) is not None


def test_lines_must_be_looked_up_before_one_is_asked_for(tmp_path: Path) -> None:
    pickups = on_nothing(tmp_path).with_(CHUNKS[0], note="x")
    save_pickups(pickups)
    with pytest.raises(AssertionError, match="on\\(chunks\\) first"):
        load_pickups(pickups.file).of(CHUNKS[0])


def test_a_decision_can_be_changed_and_forgotten(tmp_path: Path) -> None:
    chunk = the("boats were in")
    pickups = on_nothing(tmp_path).with_(chunk, redo={"seed": 3}, note="a cough")
    changed = pickups.with_(chunk, redo=None, approve="0123abcd")
    assert [(entry.redo, entry.approve, entry.note) for entry in changed.entries] == [(None, "0123abcd", "a cough")]
    assert changed.without(chunk).entries == ()
    save_pickups(changed.without(chunk))
    assert load_pickups(changed.file).entries == ()


# the file


def test_a_change_of_one_decision_changes_the_lines_of_that_entry_alone(tmp_path: Path) -> None:
    pickups = on_nothing(tmp_path)
    for chunk in (CHUNKS[1], CHUNKS[3], CHUNKS[6]):
        pickups = pickups.with_(chunk, redo={"seed": 1})
    save_pickups(pickups)
    before = pickups.file.read_text().splitlines()
    save_pickups(load_pickups(pickups.file).on(CHUNKS).with_(CHUNKS[3], redo={"seed": 2}))
    after = pickups.file.read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("  redo: {seed: 1}", "  redo: {seed: 2}")]


def test_what_a_person_wrote_stays_as_it_is_written(tmp_path: Path) -> None:
    pickups = on_nothing(tmp_path).with_(CHUNKS[1], redo={"seed": 1}).with_(CHUNKS[3], note="quiet")
    save_pickups(pickups)
    text = pickups.file.read_text()
    by_hand = "# Our decisions\n" + text.replace("- slate: ch01-0004", "# ask the author\n- slate:   ch01-0004")
    by_hand = by_hand.replace("redo: {seed: 1}", "redo:\n    seed: 1  # the third one")
    pickups.file.write_text(by_hand)
    save_pickups(load_pickups(pickups.file).on(CHUNKS).with_(CHUNKS[6], note="new"))
    after = pickups.file.read_text()
    assert after.startswith(by_hand)
    save_pickups(load_pickups(pickups.file).on(CHUNKS).without(CHUNKS[6]))
    assert pickups.file.read_text() == by_hand
    save_pickups(load_pickups(pickups.file).on(CHUNKS).with_(CHUNKS[3], note="loud"))
    assert "# ask the author\n- slate: ch01-0004" in pickups.file.read_text()


def test_an_entry_whose_anchor_goes_is_written_out(tmp_path: Path) -> None:
    pickups = on_nothing(tmp_path).with_(CHUNKS[1], note="same").with_(CHUNKS[3], note="same")
    save_pickups(pickups)
    first, second = pickups.file.read_text().rsplit("note: same", 1)
    pickups.file.write_text(first.replace("note: same", "note: &it same") + "note: *it" + second)
    save_pickups(load_pickups(pickups.file).on(CHUNKS).without(CHUNKS[1]))
    assert [entry.note for entry in load_pickups(pickups.file).entries] == ["same"]


ENTRY = "- slate: ch01-0002\n  role: ANNA\n  words: 0123abcd\n"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("pickups:\n" + ENTRY + "  redu: {seed: 1}\n", "5:3", "unknown key 'redu'"),
        ("pickups:\n" + ENTRY + "  redo: {sed: 1}\n", "5:10", "unknown key 'sed'"),
        ("pickups:\n" + ENTRY + "  redo: {speed: 3}\n", "5:10", "'redo.speed': input should be less than or"),
        ("pickups:\n" + ENTRY + "  use: 12345678\n", "5:3", "'use' must be text, not 12345678"),
        ("pickups:\n" + ENTRY, "2:3", "a pickup needs 'redo', 'use', 'approve' or 'note'"),
        ("pickups:\n- slate: ch01-0002\n  note: x\n  words: 0123abcd\n", "2:3", "'role' is missing"),
        ("pickups:\n" + 2 * (ENTRY + "  note: x\n"), "6:3", "a second decision about the line ''"),
        ("pickups:\n" + ENTRY + "  redo: {}\n", "5:3", "'redo': a redo needs a seed, a voice, a speed"),
        ("pickups: 3\n", "1:1", "'pickups' is a list of decisions"),
        ("decisions: []\n", "1:1", "a file of pickups has one key, 'pickups:'"),
        ("pickups: [\n", "2:1", "not valid YAML"),
    ],
)
def test_an_error_names_its_line_and_column(text: str, where: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "book.pickups.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_pickups(path)
    assert str(caught.value).startswith(f"{path}:{where}: {what}")


def test_several_errors_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "book.pickups.yaml"
    path.write_text("pickups:\n" + ENTRY + "  use: x\n" + ENTRY.replace("ANNA", "TOM") + "  redo: {seed: -1}\n")
    with pytest.raises(ProblemsError) as caught:
        load_pickups(path)
    assert [str(problem.where).removeprefix(f"{path}:") for problem in caught.value.problems] == ["5:3", "9:10"]


# respelling


def is_true(chunk: Chunk) -> None:
    """Every sentence's edits give its spoken text, and the chunk says its sentences."""
    assert all(sentence.spoken == speak(sentence.shown, sentence.edits) for sentence in chunk.sentences)
    assert chunk.spoken.split() == " ".join(sentence.spoken for sentence in chunk.sentences).split()
    for start, end, ipa in chunk.pronunciations:
        assert ipa in {edit.phonemes for sentence in chunk.sentences for edit in sentence.edits}
        assert chunk.spoken[start:end].strip() == chunk.spoken[start:end]


def shown_is_the_same(before: Chunk, after: Chunk) -> None:
    kept = ("shown", "words", "start", "end")
    assert after.shown == before.shown
    for old, new in zip(before.sentences, after.sentences, strict=True):
        assert [getattr(old, name) for name in kept] == [getattr(new, name) for name in kept]


def test_a_word_is_respelled_where_it_stands_and_nothing_else() -> None:
    chunk = the("Cholmondeley")
    said = saying(chunk, {"cholmondeley": "Chumly"})
    assert said.spoken == "Did you see Mister Chumly at the fair in nineteen eighty-four?"
    is_true(said)
    shown_is_the_same(chunk, said)
    assert said.sentences[0].edits[1].why == "pickup"


def test_words_that_are_spoken_otherwise_than_written_can_be_respelled_as_written_and_as_spoken() -> None:
    chunk = the("Cholmondeley")
    assert saying(chunk, {"1984": "the year of fear"}).spoken.endswith("in the year of fear?")
    assert saying(chunk, {"Mister": "Master", "fair": "fayre"}).spoken.startswith("Did you see Master Chol")
    assert saying(chunk, {"Mr. Cholmondeley": "Lord Chumly"}).spoken.startswith("Did you see Lord Chumly at")


def test_parts_of_words_are_not_respelled() -> None:
    assert saying(the("boats were in"), {"boat": "bote", "in": "inn"}).spoken.endswith("The boats were inn.")


def test_a_whole_line_changes_the_words_that_differ_and_keeps_the_other_edits() -> None:
    chunk = the("3rd of May")
    said = saying(chunk, "It was the third of Mai. Those boats were all in.")
    assert said.spoken == "It was the third of Mai. Those boats were all in."
    first, second = said.sentences
    assert (first.spoken, second.spoken) == ("It was the third of Mai.", "Those boats were all in.")
    assert first.edits == (*chunk.sentences[0].edits, Edit(18, 22, "Mai.", "pickup"))
    is_true(said)
    shown_is_the_same(chunk, said)


WORDS = ["It", "was", "the", "third", "of", "May.", "Now", "boats", "oh-nine", "in."]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CHUNKS), st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_any_words_can_be_put_for_any_line(chunk: Chunk, words: list[str]) -> None:
    said = saying(chunk, " ".join(words))
    assert said.spoken == " ".join(words)
    is_true(said)
    shown_is_the_same(chunk, said)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(CHUNKS), st.data())
def test_a_line_said_as_it_was_is_the_same_line(chunk: Chunk, data: st.DataObject) -> None:
    assert saying(chunk, chunk.spoken) == chunk
    word = data.draw(st.sampled_from(chunk.spoken.split()))
    other = saying(chunk, chunk.spoken.replace(word, "rhubarb"))
    assert other.spoken == chunk.spoken.replace(word, "rhubarb")
    is_true(other)


def test_phonemes_of_other_words_stay_with_them() -> None:
    first = Sentence("Mr. Fox met Siobhan.", "", 0, 20, edits=(Edit(0, 3, "Mister", "abbreviation"),))
    siobhan = Edit(12, 19, "shi-VAWN", "lexicon", phonemes="ʃɪˈvɔːn")
    first = replace(first, edits=(*first.edits, siobhan), spoken=speak(first.shown, (*first.edits, siobhan)))
    chunk = Chunk(
        slate="ch01-0001",
        chapter=1,
        role="NARRATOR",
        shown=first.shown,
        spoken=first.spoken,
        estimated_s=2.0,
        pause=PauseReason.END,
        asked_s=None,
        place=HERE,
        start=0,
        end=20,
        sentences=(first,),
        pronunciations=tuple(pronounced(first.shown, first.edits)),
    )
    said = saying(chunk, {"Mr.": "Monsieur"})
    assert said.spoken == "Monsieur Fox met shi-VAWN."
    assert [(said.spoken[start:end], ipa) for start, end, ipa in said.pronunciations] == [("shi-VAWN", "ʃɪˈvɔːn")]
    assert saying(chunk, {"Siobhan": "Shuh-vonn"}).pronunciations == ()
    longer = saying(chunk, "Old Mister Fox met shi-VAWN.")
    assert [longer.spoken[start:end] for start, end, _ in longer.pronunciations] == ["shi-VAWN"]


def test_words_that_are_not_in_the_line_are_told(tmp_path: Path) -> None:
    pickups = on_nothing(tmp_path).with_(the("Cholmondeley"), redo={"say": {"Anna": "AH-na", "fair": "fayre"}})
    (notice,) = pickups.notices
    assert notice.what.startswith("'Anna' is not in the line 'Did you see")


def test_a_pickup_without_a_respelling_leaves_the_chunk_alone() -> None:
    chunk = CHUNKS[1]
    pickup = Pickup(slate=chunk.slate, role=chunk.role, words=words_of(chunk), redo=Redo(seed=1))
    assert respelled(chunk, pickup) is chunk


def test_first_words_end_at_a_word() -> None:
    assert first_words("short") == "short"
    long = "the quick brown fox jumps over the lazy dog and the dog sleeps on and on"
    assert first_words(long) == "the quick brown fox jumps over the lazy dog and the dog …"
