from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits import speak
from pipeline.errors import InputError, Place
from pipeline.production import Pronunciation
from pipeline.script.lexicon import Entry, Level, Lexicon, load_lexicon


def said(text: str, *entries: Entry, language: str = "en") -> str:
    return speak(text, Lexicon(entries).find(text, language))


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Ahab saw it.", "AY-hab saw it."),
        ("Ahab's leg, Ahab’s leg", "AY-hab's leg, AY-hab’s leg"),
        ("the Ahabs’ boat, Ahab’", "the Ahabs’ boat, AY-hab’"),
        ("Ahab—like Ahab-like", "AY-hab—like AY-hab-like"),
        ("“Ahab?” (Ahab) _Ahab_", "“AY-hab?” (AY-hab) _AY-hab_"),
        ("Ahabite AhAb ahab Xahab AHAB", "Ahabite AhAb ahab Xahab AHAB"),
        ("d'Ahab l’Ahab", "d'AY-hab l’AY-hab"),
    ],
)
def test_an_entry_stands_for_the_whole_word_whatever_mark_is_beside_it(text: str, spoken: str) -> None:
    assert said(text, Entry("Ahab", "AY-hab")) == spoken


def test_an_entry_is_no_part_of_a_contraction() -> None:
    entries = [Entry("Don", "Dawn"), Entry("re", "ray"), Entry("o", "oh")]
    assert said("Don't. Don's. We're, o'clock, re", *entries) == "Don't. Dawn's. We're, o'clock, ray"


def test_a_figure_is_no_part_of_a_longer_number() -> None:
    entry = Entry("19", "nineteen")
    assert said("19, 1999, 19.5, 7:19, 3,19 and 19.", entry) == "nineteen, 1999, 19.5, 7:19, 3,19 and nineteen."


@pytest.mark.parametrize(
    ("entry", "matched"),
    [
        (Entry("polish", "x"), "polish Polish POLISH"),
        (Entry("Polish", "x"), "Polish"),
        (Entry("polish", "x", case=True), "polish"),
        (Entry("Polish", "x", case=False), "polish Polish POLISH"),
    ],
)
def test_an_entry_minds_capitals_when_it_has_one_or_is_told_to(entry: Entry, matched: str) -> None:
    text = "polish Polish POLISH"
    assert [text[edit.start : edit.end] for edit in Lexicon((entry,)).find(text, "en")] == matched.split()


def test_the_longest_entry_wins_at_each_place() -> None:
    entries = [
        Entry("St", "Street"),
        Entry("St Ives", "Saint Ives"),
        Entry("St Ives Bay", "the bay"),
        Entry("Bay", "b"),
    ]
    assert said("St Ives Bay, St\n  Ives, St. Bay", *entries) == "the bay, Saint Ives, Street. b"


def test_phrases_with_marks_in_them_are_found() -> None:
    entries = [Entry("'tis", "it is"), Entry("AT&T", "A T and T"), Entry("№", "number"), Entry("& Sons", "and sons")]
    entries += [Entry("well-known", "famous"), Entry("D'Artagnan", "Dartanyan"), Entry("C++", "see plus plus")]
    text = "’Tis AT&T № 5, Dombey &  Sons: well‑known D’Artagnan wrote C++."
    spoken = "it is A T and T number 5, Dombey and sons: famous Dartanyan wrote see plus plus."
    assert said(text, *entries) == spoken


def test_composed_and_decomposed_letters_and_soft_hyphens_are_the_same_word() -> None:
    entry = Entry("Dvořák", "DVOR-zhahk")
    text = "Dvor\u030ca\u0301k and Dvo\u00adřák’s nin\u0303o"
    assert said(text, entry) == "DVOR-zhahk and DVOR-zhahk’s nin\u0303o"


@pytest.mark.parametrize(
    ("language", "spoken"), [("en", "kaht"), ("en-GB", "kot"), ("EN-gb", "kot"), ("eng", "cot"), ("fr", "cot")]
)
def test_the_narrowest_language_of_the_text_decides(language: str, spoken: str) -> None:
    entries = [Entry("cot", "kot", language="en-GB"), Entry("cot", "kaht", language="en")]
    assert said("cot", *entries, language=language) == spoken


def test_an_entry_with_phonemes_alone_leaves_the_word_and_gives_the_phonemes() -> None:
    (edit,) = Lexicon((Entry("pequod", ipa="ˈpiːkwɒd"),)).find("The Pequod sailed.", "en")
    assert (edit.start, edit.end, edit.spoken, edit.why, edit.phonemes) == (4, 10, "Pequod", "lexicon", "ˈpiːkwɒd")


def test_the_last_source_wins_and_the_production_file_over_all(tmp_path: Path) -> None:
    house, series = tmp_path / "house.csv", tmp_path / "series.csv"
    house.write_text("word,say\nAhab,house\nStarbuck,house\nStubb,house\n", encoding="utf-8")
    series.write_text("word,say\nAhab,series\nStarbuck,series\n", encoding="utf-8")
    book = (
        b"<lexicon><lexeme><grapheme>Ahab</grapheme><grapheme>Flask</grapheme><alias>book</alias></lexeme></lexicon>"
    )
    own = {"ahab": Pronunciation(say="project", case=False)}
    lexicon = load_lexicon([house, series], own, book=[("OEBPS/words.pls", book)])
    text = "Ahab Starbuck Stubb Flask"
    assert speak(text, lexicon.find(text, "en")) == "project series house book"
    assert [entry.level for entry in lexicon.entries if entry.word == "Ahab"] == [
        Level.BOOK,
        Level.HOUSE,
        Level.SERIES,
    ]


def test_an_entry_of_the_production_file_that_says_nothing_is_named_with_its_place() -> None:
    with pytest.raises(InputError, match="'Hi' as '—'") as caught:
        load_lexicon([], {"Hi": "—"}, places={"Hi": Place("book.yaml", 7, 3)})
    assert str(caught.value.where) == "book.yaml:7:3"


def test_phonemes_that_are_not_ipa_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"'ˈkæt9ж', the phonemes of 'cat', are not IPA: 9 ж"):
        load_lexicon([], {"cat": Pronunciation(ipa="ˈkæt9ж")})


WORDS = st.text(st.sampled_from("abAB'’-. é\u0301\u00ad1"), min_size=1, max_size=6)


@given(st.text(st.sampled_from("abAB'’-. é\u0301\u00ad1"), max_size=40), st.lists(WORDS, max_size=5))
def test_edits_are_in_order_apart_and_only_whole_words(text: str, words: list[str]) -> None:
    lexicon = Lexicon(tuple(Entry(word, "x") for word in words if word.strip()))
    edits = lexicon.find(text, "en")
    assert all(before.end <= after.start for before, after in itertools.pairwise(edits))
    for edit in edits:
        assert 0 <= edit.start < edit.end <= len(text)
        around = (
            text[edit.start - 1 : edit.start] + text[edit.start],
            text[edit.end - 1] + text[edit.end : edit.end + 1],
        )
        assert not any(len(pair) == 2 and pair.isalnum() for pair in around)


def test_twenty_thousand_entries_are_found_as_surely_as_one() -> None:
    lexicon = Lexicon(tuple(Entry(f"word{number}", f"said {number}") for number in range(20_000)))
    assert speak("word7 and word19999", lexicon.find("word7 and word19999", "en")) == "said 7 and said 19999"
