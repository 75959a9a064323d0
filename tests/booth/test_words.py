"""A transcript that says the text passes, however it is spelt; words left out, made up or said twice are found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.booth.expecting import Wording
from pipeline.booth.words import compare, right_part, word_verdicts
from pipeline.flows.wording import spoken_form
from pipeline.hearing import HeardWord, Transcript

WORDING = Wording(spoken_form, lambda text, language: len(text) / 15)


def failed(text: str, heard: str, language: str = "en", names: tuple[str, ...] = ()) -> set[str]:
    verdicts = word_verdicts(compare(text, heard, language, WORDING, names))
    assert all(verdict.passed or verdict.reason for verdict in verdicts)
    return {verdict.check for verdict in verdicts if not verdict.passed}


def errors(text: str, heard: str, language: str = "en", names: tuple[str, ...] = ()) -> int:
    return compare(text, heard, language, WORDING, names).errors


SAME = [
    ("en", "Chapter one. Loomings.", "Chapter 1, loomings"),
    ("en", "In nineteen hundred and five he sailed.", "In 1905, he sailed."),
    ("en", "In nineteen oh five he sailed.", "In 1905 he sailed."),
    ("en", "One hundred and five men came.", "105 men came."),
    ("en", "twenty-five ships", "25 ships"),
    ("en", "Mister Bennet went away to sea.", "Mr. Bennett went a way to see."),
    ("en", "Doctor Smith paid five pounds.", "Dr. Smith paid £5."),
    ("en", "It is five o'clock.", "It's five o’clock."),
    ("en", "You cannot mean it; I will not go.", "You can't mean it. I won't go."),
    ("en", "The colour of the grey harbour.", "The color of the gray harbor."),
    ("en", "Captain Ahab stood upon the masthead.", "Captain A. Hab stood upon the mast head."),
    ("en", "He hurried to-day to the look-out. [laughs]", "He hurried today to the lookout."),
    ("de", "Er kam um zehn Uhr, daß heißt: zu spät.", "Er kam um 10 Uhr, dass heisst zu spät."),
    ("de", "Herr Maier und Doktor Schmidt gingen nach Hause.", "Herr Meyer und Dr. Schmitt gingen nachhause."),
    ("fr", "L'homme est arrivé à l'hôtel.", "L’homme est arriver à l'hotel."),
    ("fr", "Monsieur Dupont habitait là.", "M. Dupond habitait la."),
    ("es", "El caballero vio a don Quijote en el valle.", "El caballero vió a Don Quixote en el vaye."),
    ("es", "Ella tiene veinticinco años.", "Ella tiene 25 años."),
    ("it", "L'uomo andò a casa, perché era tardi.", "L’uomo ando a casa perchè era tardi."),
    ("it", "Ci sono venti uomini.", "Ci sono 20 uomini."),
    ("pt", "A ação começou às dez horas.", "A acção começou as 10 horas."),
    ("pt", "O senhor Sousa não veio.", "O senhor Souza não veio."),
]


@pytest.mark.parametrize(("language", "text", "heard"), SAME)
def test_other_spellings_of_the_same_words_are_no_errors(language: str, text: str, heard: str) -> None:
    assert errors(text, heard, language) == 0


WRONG = [
    (
        "en",
        "and the boats were in the water before the sun was up",
        "and the boats were in the sun was up",
        "longest run",
    ),
    (
        "en",
        "the boats were in the water by noon",
        "boats were in the water before noon and so it goes",
        "nothing added",
    ),
    (
        "en",
        "the boats were in the water by noon",
        "the boats were in the water in the water by noon",
        "nothing repeated",
    ),
    ("en", "the boats were in the water by noon", "yes indeed the boats were in the water by noon", "nothing added"),
    ("en", "the boats were in the water by noon", "the boats were in the water", "longest run"),
    ("en", "the boats were in the water by noon", "in the water before noon", "longest run"),
    ("en", "the boats were in the water by noon", "the purple engines in the water before noon", "longest run"),
    (
        "en",
        "a number of divers specimens of skrimshander on the table",
        "a number of diver's specimen's walking apple on the table",
        "longest run",
    ),
    ("en", "the boats were in the water by noon", "", "words"),
    ("de", "Der alte Mann ging langsam über die Brücke.", "Der alte Mann über die Brücke.", "longest run"),
    ("es", "El hombre viejo cruzó el puente despacio.", "El hombre viejo despacio.", "longest run"),
    ("fr", "Le vieil homme traversait lentement le pont.", "Le vieil homme le pont.", "longest run"),
    ("it", "Il vecchio attraversava lentamente il ponte.", "Il vecchio il ponte.", "longest run"),
    ("pt", "O velho atravessou a ponte devagar.", "O velho devagar.", "longest run"),
]


@pytest.mark.parametrize(("language", "text", "heard", "check"), WRONG)
def test_words_left_out_made_up_or_said_twice_are_found(language: str, text: str, heard: str, check: str) -> None:
    assert check in failed(text, heard, language)


def test_a_name_may_be_spelt_more_freely_than_a_word() -> None:
    text, heard = "then Queequeg spoke", "then quick wig spoke"
    assert errors(text, heard, names=("Queequeg",)) < errors("then the butcher spoke", heard)


def test_two_words_that_are_heard_as_one_of_nearly_their_sound_are_one_error() -> None:
    assert not failed("deep into the woodlands winds a mazy way", "deep into the woodlands winds amazing way")


def test_the_reason_says_which_words_are_missing() -> None:
    verdicts = word_verdicts(compare("he saw the old grey whale that day", "he saw that day", "en", WORDING))
    reason = next(verdict.reason for verdict in verdicts if verdict.check == "longest run")
    assert reason == "4 words missing: 'the old grey whale'"


def timed(text: str) -> Transcript:
    return Transcript(text, tuple(HeardWord(word, k, k + 0.8, 1.0) for k, word in enumerate(text.split())))


def test_words_added_at_the_end_can_be_cut_off_between_two_words() -> None:
    heard = timed("the boats were out. Then the music stopped.")
    assert right_part(compare("The boats were out.", heard.text, "en", WORDING), heard, WORDING) == (0.0, 3.9)


def test_words_added_in_front_can_be_cut_off_and_the_rest_is_kept_to_its_end() -> None:
    heard = timed("Oh well now the 25 boats were out.")
    comparison = compare("The twenty-five boats were out.", heard.text, "en", WORDING)
    assert right_part(comparison, heard, WORDING) == (2.9, float("inf"))


def test_nothing_is_cut_when_a_word_inside_is_wrong() -> None:
    heard = timed("the purple were out then the music stopped")
    assert right_part(compare("The boats were out.", heard.text, "en", WORDING), heard, WORDING) is None


# fmt: off
VOCABULARY = ["harbour", "candle", "window", "mountain", "silver", "thunder", "garden", "letter", "number", "orange",
              "doctor", "winter", "bottle", "kitchen"]
# fmt: on


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["en", "de", "es", "fr", "it", "pt"]))
def test_a_text_heard_as_it_is_written_never_fails(text: str, language: str) -> None:
    assert not failed(text, text, language)


@settings(max_examples=25, deadline=None)
@given(st.permutations(VOCABULARY), st.integers(0, 10), st.integers(2, 4))
def test_two_or_more_words_left_out_in_a_row_always_fail(words: list[str], start: int, count: int) -> None:
    left = [*words[:start], *words[start + count :]]
    assert failed(" ".join(words), " ".join(left))
