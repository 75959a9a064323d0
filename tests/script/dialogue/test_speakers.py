"""Who says what. Sentences are ours; the figures on real novels are in docs/dialogue.md."""

from __future__ import annotations

import pytest

from pipeline.script.dialogue.quotes import find_speech
from pipeline.script.dialogue.speakers import SURE, Attribution, attribute


def said_by(
    *paragraphs: str, language: str = "en", also: dict[str, list[str]] | None = None
) -> list[list[Attribution]]:
    return attribute(paragraphs, find_speech(paragraphs, language), language, also)


def names(*paragraphs: str, language: str = "en") -> list[list[str]]:
    return [[row.speaker for row in rows] for rows in said_by(*paragraphs, language=language)]


@pytest.mark.parametrize(
    ("language", "text", "speaker"),
    [
        ("en", "“Come in,” said Holmes.", "Holmes"),
        ("en", "“Come in,” Mr. Holmes answered quietly.", "Mr. Holmes"),
        ("en", "“Come in,” said the old man with the stick.", "the old man"),
        ("en", "Holmes turned to the door and said: “Come in.”", "Holmes"),
        ("en", "“Come in,” said I.", "I"),
        ("en", "“Well, Watson,” said Holmes.", "Holmes"),
        ("de", "„Komm herein“, sagte Anna.", "Anna"),
        ("de", "Anna rief: „Komm herein!“", "Anna"),
        ("fr", "— Entrez ! s’écria Charles.", "Charles"),
        ("fr", "« Entrez », dit le docteur.", "le docteur"),
        ("es", "—No sé —dijo Golfín—. Vamos.", "Golfín"),
        ("es", "—No sé —respondió el médico.", "el médico"),
        ("it", "«Vieni,» disse Maria.", "Maria"),
        ("pt", "— Não sei — disse João.", "João"),
    ],
)
def test_a_tag_names_the_speaker_for_sure(language: str, text: str, speaker: str) -> None:
    [[first, *_]] = said_by(text, language=language)
    assert (first.speaker, first.confidence >= SURE) == (speaker, True)
    assert speaker.casefold() in text[first.start : first.end].casefold()


def test_a_vocative_is_nobody_who_speaks() -> None:
    assert names("“Come in, Watson.”", "“Good night, Mr. Holmes!”") == [[""], [""]]


def test_the_rest_of_a_paragraph_is_its_speakers() -> None:
    assert names("“Come in,” said Anna. “It is cold.”") == [["Anna", "Anna"]]


def test_a_quotation_that_goes_on_keeps_its_speaker() -> None:
    rows = said_by("“It was late,” said Anna. “I was alone.", "“Nobody came.”")
    assert (rows[1][0].speaker, rows[1][0].rule) == ("Anna", "continued")


def test_two_who_are_named_speak_by_turns_but_never_for_sure() -> None:
    rows = said_by("“Come in,” said Anna.", "“No,” said Tom.", "“Why?”", "“I am wet.”")
    assert [row[0].speaker for row in rows] == ["Anna", "Tom", "Anna", "Tom"]
    assert all(row[0].confidence < SURE for row in rows[2:])


def test_turns_end_where_the_narrator_steps_in() -> None:
    assert names("“Come in,” said Anna.", "“No,” said Tom.", "They waited.", "“Why?”")[-1] == [""]


def test_a_pronoun_is_resolved_only_when_one_person_fits() -> None:
    one = said_by(
        "Mrs. Hill opened. Mr. Hill stood behind her.", "“Come in,” she said.", "“And Mrs. Hill?” said Mrs. Hill."
    )
    assert (one[1][0].speaker, one[1][0].confidence < SURE) == ("Mrs. Hill", True)
    two = names(
        "Mrs. Hill and Miss Gray were there.",
        "“Come in,” she said.",
        "“No,” said Mrs. Hill.",
        "“Yes,” said Miss Gray.",
    )
    assert two[1] == [""]


def test_somebodys_relation_is_never_sure() -> None:
    [[row]] = said_by("“Come in,” said his mother.")
    assert (row.speaker, row.confidence < SURE) == ("his mother", True)


def test_one_person_has_one_name() -> None:
    text = (
        "Sherlock Holmes sat there. Sherlock Holmes rose.",
        "“Yes,” said Holmes.",
        "“No,” said Mr. Holmes.",
        "“So,” said Holmes.",
    )
    assert {row[0] for row in names(*text)[1:]} == {"Holmes"}


def test_husband_and_wife_stay_two() -> None:
    found = names("“Yes,” said Mr. Bennet.", "“No,” said Mrs. Bennet.", "“So,” said Miss Bennet.")
    assert found == [["Mr. Bennet"], ["Mrs. Bennet"], ["Miss Bennet"]]


def test_the_sheet_knows_names_that_no_rule_can() -> None:
    rows = said_by("“Yes,” said Lizzy.", "“No,” said Elizabeth.", also={"Elizabeth": ["Lizzy"]})
    assert {row[0].speaker for row in rows} == {"Elizabeth"}


def test_an_ordinary_word_that_begins_a_sentence_is_no_name() -> None:
    rows = names("She was recovering, recovering fast.", "“So.” Recovering herself, she said nothing.")
    assert "Recovering" not in rows[1]
