from __future__ import annotations

from collections.abc import Iterable

import pytest

from pipeline.errors import Place
from pipeline.materials import Edit, Sentence
from pipeline.script.lexicon import Doubt, Entry, Lexicon, Suggestion, respell, suggest

_WORDS = """
the a of in on was not came to and we it said he whale boat sail sails sailing man ship this is with
for cry by london live wind record happy we'll ma'am chapter
"""
KNOWN = frozenset(_WORDS.split())


class Pocket:
    """A dictionary of thirty words."""

    def knows(self, word: str) -> bool:
        return word.lower() in KNOWN

    def said_in(self, sentence: str, word: str) -> str:
        return "" if word == sentence else f"<{word}>"


def sentence(text: str, edits: tuple[Edit, ...] = (), language: str = "") -> Sentence:
    return Sentence(text, text, 0, len(text), edits=edits, language=language)


def suggested(*sentences: str, lexicon: Iterable[Entry] = (), language: str = "en") -> list[Suggestion]:
    known = Lexicon(tuple(lexicon))
    return suggest(
        [
            (sentence(text, known.find(text, language)), Place("book.md", number))
            for number, text in enumerate(sentences, start=1)
        ],
        language,
        dictionary_of=lambda _language: Pocket(),
    )


def doubts(*sentences: str, lexicon: Iterable[Entry] = (), language: str = "en") -> dict[str, Doubt]:
    return {each.word: each.why for each in suggested(*sentences, lexicon=lexicon, language=language)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The ship of Ahab came to London.", {"Ahab": Doubt.NAME}),
        ("The man said “Ahab was not in London.”", {"Ahab": Doubt.RARE}),
        ("Mr. Starbuck came.", {"Starbuck": Doubt.NAME}),
        ("The gam was on.", {"gam": Doubt.RARE}),
        ("He came with Dvořák to Szgany.", {"Dvořák": Doubt.FOREIGN, "Szgany": Doubt.FOREIGN}),
        ("The NKVD and the BBC came. THE SHIP! Chapter XIV.", {"NKVD": Doubt.ACRONYM, "BBC": Doubt.ACRONYM}),
        ("THE LONDON OF AHAB", {"Ahab": Doubt.RARE}),
        ("R2D2 came on the 19th in the 1990s by B52.", {"R2D2": Doubt.DIGITS, "B52": Doubt.DIGITS}),
        ("We live by the wind.", {"live": Doubt.HETERONYM, "wind": Doubt.HETERONYM}),
        ("The record was Mr. Wind.", {"record": Doubt.STRESS}),
        ("We'll cry, ma'am; he'd sail, it's Dr. St.", {}),
    ],
)
def test_each_word_in_doubt_is_found_with_its_reason(text: str, found: dict[str, Doubt]) -> None:
    assert doubts(text) == found


def test_a_word_in_the_lexicon_is_not_asked_about_again() -> None:
    sentences = ("The ship of Ahab’s came to Queequeg.",)
    assert set(doubts(*sentences, lexicon=[Entry("Ahab", "AY-hab")])) == {"Queequeg"}
    assert set(doubts(*sentences, lexicon=[Entry("ahab", "AY-hab", language="fr")])) == {"Ahab", "Queequeg"}


def test_the_most_frequent_comes_first_and_what_is_mostly_right_comes_last() -> None:
    sentences = ["We live on the wind."] * 4 + ["The man of Ahab said the gam was on."] * 2 + ["Whaleboat of Pip."]
    order = [each.word for each in suggested(*sentences)]
    assert order == ["Ahab", "gam", "Pip", "live", "wind", "Whaleboat"]


def test_a_suggestion_shows_counts_sentences_places_and_how_it_is_said_now() -> None:
    (each,) = suggested("In London was Ahab's man.", "Ahab’s man came.", "The man was Ahab.")
    assert (each.word, each.count, each.now, each.language) == ("Ahab", 3, "<ahab>", "en")
    assert [(text, place.line) for text, place in each.examples] == [
        ("In London was Ahab's man.", 1),
        ("Ahab’s man came.", 2),
    ]


def test_without_a_dictionary_names_letters_and_figures_are_listed_all_the_same() -> None:
    french = sentence("Il vit Cosette, la petite, au B52.", language="fr")
    found = suggest([(french, Place("livre.md", 1))], "en", dictionary_of=lambda _language: None)
    assert [(each.word, each.why) for each in found] == [("B52", Doubt.DIGITS), ("Cosette", Doubt.NAME)]


def test_the_narrators_own_dictionary_answers_for_english() -> None:
    text = "Captain Ahab denied that the bows of the Pequod live by the record, said London’s harpooneers."
    found = {each.word: each for each in suggest([(sentence(text), Place("book.md", 1))], "en")}
    assert set(found) >= {"Ahab", "Pequod", "bows", "live", "record"}
    assert not set(found) & {"Captain", "London", "the", "said"}
    assert found["Ahab"].now == "ˈæhæb"
    assert found["bows"].readings.startswith("bohz")


@pytest.mark.parametrize(
    ("ipa", "spelt"),
    [
        ("ˈɪʃ.meɪ.əl", "ISH-may-uhl"),
        ("nænˈtʌkɪt", "nan-TU-kit"),
        ("ˈɡøːtə", "GER-tuh"),
        ("aɪˈrɒnɪk", "eye-RAH-nik"),
        ("θɪŋk", "thingk"),
        ("sənt ˈaɪvz", "suhnt eyevz"),
    ],
)
def test_phonemes_are_spelt_as_an_english_reader_would(ipa: str, spelt: str) -> None:
    assert respell(ipa) == spelt
