"""SSML: its words with their places, its elements as marks, and every refusal with its line."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.materials import Source
from pipeline.script.blocks import Block, Document, Ledger, Marking, Sort
from pipeline.script.reading import ssml
from pipeline.script.reading.source import starts_of_lines

ROLES = ("NARRATOR", "ANNA")


def read(script: str, sounds: tuple[str, ...] | None = ("door",)) -> Document:
    ledger = Ledger(Source(Path("s.ssml"), script, starts_of_lines(script)))
    return ssml.read(ledger.source, ledger, ROLES, sounds)


def spoken(inside: str) -> tuple[Block, ...]:
    document = read(f"<speak>{inside}</speak>")
    assert not document.ledger.problems, document.ledger.problems
    return document.blocks


def marks(inside: str) -> list[tuple[str, str, str]]:
    (block,) = spoken(inside)
    return [(mark.marking.value, block.text[mark.start : mark.end], mark.value) for mark in block.marks]


MARKS = {
    "break in seconds": ("a <break time='1.5s'/> b", [("pause", "", "1.5")]),
    "break in milliseconds": ("a <break time='250ms'/> b", [("pause", "", "0.25")]),
    "break by strength": ("a <break strength='strong'/> b", [("pause", "", "0.8")]),
    "break": ("a <break/> b", [("pause", "", "0.4")]),
    "emphasis": ("<emphasis>a b</emphasis> c", [("emphasis", "a b", "")]),
    "strong emphasis": ("<emphasis level='strong'> a </emphasis> c", [("strong", "a", "")]),
    "no emphasis": ("<emphasis level='none'>a</emphasis> c", []),
    "alias": ("<sub alias='Saint'>St</sub> Ives", [("say", "St", "Saint")]),
    "date": ("<say-as interpret-as='date'>1/2</say-as> x", [("as", "1/2", "date")]),
    "verbatim": ("<say-as interpret-as='verbatim'>ab</say-as> x", [("as", "ab", "characters")]),
    "phonemes": ("<phoneme ph='ŋwiən'>Nguyen</phoneme> x", [("ipa", "Nguyen", "ŋwiən")]),
    "X-SAMPA": (
        "<phoneme alphabet='x-sampa' ph='&quot;IS.meIl'>Ishmael</phoneme> x",
        [("ipa", "Ishmael", "ˈɪʃ.meɪl")],
    ),
    "language": ("x <lang xml:lang='fr'>sel</lang>", [("language", "sel", "fr")]),
    "a word's language": ("x <w xml:lang='fr'>sel</w>", [("language", "sel", "fr")]),
    "sound": ("x <audio src='a/door.wav'>Bang</audio>", [("cue", "", "sfx\tdoor\twait=")]),
    "nested": ("x <emphasis>a <sub alias='b'>c</sub></emphasis>", [("emphasis", "a c", ""), ("say", "c", "b")]),
    "neutral prosody": ("x <prosody rate='medium' volume='default'>y</prosody>", []),
    "mark": ("x <mark name='m'/> y", []),
}


@pytest.mark.parametrize("inside, expected", MARKS.values(), ids=MARKS)
def test_elements_become_marks(inside: str, expected: list[tuple[str, str, str]]) -> None:
    assert marks(inside) == expected


def test_paragraphs_voices_and_languages_part_blocks() -> None:
    voice = "<voice name='ANNA'>three<p>four</p></voice>"
    blocks = spoken(f"One <p xml:lang='de'>Zwei</p>{voice} five <p><s>A</s><s>B.</s><s>C.</s></p>")
    assert [(b.text.strip(), b.role, b.language) for b in blocks] == [
        ("One", None, ""),
        ("Zwei", None, "de"),
        ("three", "ANNA", ""),
        ("four", "ANNA", ""),
        ("five", None, ""),
        ("A", None, ""),
        ("B. C.", None, ""),
    ]


def test_a_mark_that_goes_over_paragraphs_marks_each() -> None:
    first, second = spoken("<lang xml:lang='fr'><p>Un</p><p>Deux</p></lang>")
    assert (first.language, second.language) == ("fr", "fr")


def test_namespaces_comments_instructions_and_cdata_are_no_words() -> None:
    script = (
        "<?xml version='1.0' encoding='ISO-8859-1'?><!-- é -->\n"
        "<a:speak xmlns:a='http://www.w3.org/2001/10/synthesis' "
        "xml:lang='en-GB' version='1.1'>\u00c9 &lt;<?pi x?>&#8217;<![CDATA[<b> & ]]>c</a:speak>\n"
    )
    document = read(script)
    (block,) = document.blocks
    assert block.text == "\u00c9 <\u2019<b> & c" and document.meta == {"lang": "en-GB"}
    assert script[block.offsets[0]] == "\u00c9" and script[block.offsets[2]] == "&"


def test_words_for_a_missing_sound_are_skipped_by_name() -> None:
    ledger = read("<speak>x<audio src='door.wav'>Bang</audio></speak>").ledger
    assert sum(fate == ledger.policies.index("audio_alternatives") for fate in ledger.fates) == 4


def test_any_sound_goes_where_none_are_declared() -> None:
    (block,) = read("<speak>x<audio src='bell.mp3'/></speak>", sounds=None).blocks
    assert block.marks[0].value == "sfx\tbell\twait="


def test_a_pause_alone_is_a_cue() -> None:
    (block,) = spoken("<p><break time='1s'/></p>")
    assert (block.sort, block.marks[0].marking) == (Sort.CUE, Marking.PAUSE)


# what stands in the second line, its column, words of the problem, words of the next step
PROBLEMS = {
    "unknown element": ("<brake/>", 1, "<brake> is not read", "did you mean <break>?"),
    "foreign element": ("<x:y xmlns:x='urn:z'/>", 1, "<y (of urn:z)> is not read", "docs/script-markup.md"),
    "unknown attribute": ("x<p id='1'>a</p>", 2, "id='1' cannot be honoured", "take 'id' out"),
    "uncast role": ("é<voice name='ANA'>a</voice>", 2, "no role ANA", "did you mean ANNA?"),
    "nameless voice": ("<voice>a</voice>", 1, "<voice> without a name", "ANNA"),
    "speed": ("<prosody rate='fast'>a</prosody>", 1, "rate='fast'> cannot be honoured", "cast"),
    "format of a date": (
        "<say-as interpret-as='date' format='mdy'>1</say-as>",
        1,
        "format='mdy'",
        "take 'format' out",
    ),
    "unknown kind": ("<say-as interpret-as='dat'>1</say-as>", 1, "read as 'dat'", "did you mean 'date'?"),
    "reduced": ("<emphasis level='reduced'>a</emphasis>", 1, "'reduced' cannot be honoured", "strong"),
    "other alphabet": ("<phoneme alphabet='x-arpabet' ph='a'>a</phoneme>", 1, "alphabet 'x-arpabet'", "IPA"),
    "no X-SAMPA": ("<phoneme alphabet='x-sampa' ph='ŋ'>a</phoneme>", 1, "'ŋ' is no X-SAMPA", "IPA"),
    "no phonemes": ("<phoneme ph=''>a</phoneme>", 1, "is not IPA", "<sub"),
    "no alias": ("<sub>a</sub>", 1, "without an alias", "alias="),
    "time": ("<break time='long'/>", 1, "a break of 'long'", "300ms"),
    "time too long": ("<break time='61s'/>", 1, "longer than 60 s", "shorter"),
    "strength": ("<break strength='none'/>", 1, "strength 'none'", "x-weak"),
    "language": ("<lang xml:lang='?'>a</lang>", 1, "not a language", "BCP 47"),
    "no language": ("<lang>a</lang>", 1, "without a language", "xml:lang"),
    "undeclared sound": ("<audio src='dor.wav'/>", 1, "no sound 'dor'", "did you mean 'door'?"),
    "no source": ("<audio/>", 1, "without a source", "src"),
    "lexicon": ("<lexicon uri='a'/>", 1, "<lexicon> is not read", "take it out"),
    "ampersand": ("a & b", 4, "not well-formed", "&amp;"),
    "entity": ("a &eacute; b", 3, "not well-formed", "&amp;"),
}


@pytest.mark.parametrize("expected", PROBLEMS.values(), ids=PROBLEMS)
def test_what_cannot_be_honoured_is_named_with_its_place(expected: tuple[str, int, str, str]) -> None:
    inside, column, what, step = expected
    problem = read(f"<speak>\n{inside}</speak>").ledger.problems[0]
    assert what in problem.what and step in (problem.next_step or "")
    assert str(problem.where) == f"s.ssml:2:{column}"


def test_entity_bombs_are_refused_before_they_are_opened() -> None:
    bomb = "<!DOCTYPE s [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    document = read(f"{bomb}]><speak>&i;</speak>")
    assert [problem.what for problem in document.ledger.problems] == ["a document type is not read"]
    assert not document.blocks


def test_a_file_that_is_no_speech_is_refused() -> None:
    for script in ("", "Hello.", "<p>x</p>", "<speak>x"):
        assert read(script).ledger.problems


LETTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(LETTERS, max_size=12), st.booleans()), max_size=6))
def test_any_words_come_back_exactly_and_offsets_point_at_them(pieces: list[tuple[str, bool]]) -> None:
    inside = "".join(
        f"<emphasis>{escape(text)}</emphasis>" if stressed else escape(text).replace("é", "&#233;")
        for text, stressed in pieces
    )
    words = "".join(text for text, _ in pieces)
    script = f"<speak>{inside}</speak>"
    document = read(script)
    assert not document.ledger.problems
    if not any(letter.isalnum() for letter in words):
        return
    (block,) = document.blocks
    assert "".join(block.text.split()) == "".join(words.split())
    for letter, offset in zip(block.text, block.offsets, strict=True):
        assert script[offset] in (letter, "&") or letter == " "
    kept = {i for i, fate in enumerate(document.ledger.fates) if fate == 0 and not script[i].isspace()}
    assert kept == {o for o, c in zip(block.offsets, block.text, strict=True) if not c.isspace()}
