from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engines.ipa import LETTERS
from pipeline.errors import InputError, ProblemsError
from pipeline.materials import Notice
from pipeline.script.lexicon import Entry, pls_of, read_lexicon, table_of
from pipeline.script.lexicon.entries import Level, checked
from pipeline.script.lexicon.pls import read_pls
from pipeline.script.lexicon.table import read_table
from pipeline.script.lexicon.xsampa import ipa_from_xsampa

W3C_EXAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <metadata><rdf xmlns="urn:x"><grapheme>not a word</grapheme></rdf></metadata>
  <lexeme>
    <grapheme>judgment</grapheme>
    <grapheme>judgement</grapheme>
    <phoneme>ˈdʒʌdʒ.mənt</phoneme>
    <example>In the judgment of the court</example>
  </lexeme>
  <lexeme role="claws:VVI">
    <grapheme>thorough</grapheme>
    <phoneme>ˈθʌrə</phoneme>
    <phoneme prefer="true" alphabet="x-sampa">"TV.r@U</phoneme>
  </lexeme>
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web Consortium</alias></lexeme>
  <lexeme><grapheme>x</grapheme><phoneme alphabet="x-vendor">foo</phoneme></lexeme>
</lexicon>
"""


def pls(text: str, notices: list[Notice] | None = None) -> list[Entry]:
    return read_pls(text.encode(), "x.pls", Level.HOUSE, (notices if notices is not None else []).append)


def table(text: str | bytes, notices: list[Notice] | None = None) -> list[Entry]:
    content = text.encode() if isinstance(text, str) else text
    return read_table(content, "x.csv", Level.HOUSE, (notices if notices is not None else []).append)


def essence(entry: Entry) -> Entry:
    return replace(entry, level=Level.PROJECT, place=None)


def test_a_pls_lexicon_is_read_with_its_languages_alphabets_and_preferences() -> None:
    notices: list[Notice] = []
    entries = [(each.word, each.say, each.ipa, each.language) for each in pls(W3C_EXAMPLE, notices)]
    assert entries == [
        ("judgment", "", "ˈdʒʌdʒ.mənt", "en-US"),
        ("judgement", "", "ˈdʒʌdʒ.mənt", "en-US"),
        ("thorough", "", "ˈθʌ.rəʊ", "en-US"),
        ("W3C", "World Wide Web Consortium", "", "en-US"),
    ]
    assert [str(notice) for notice in notices] == [
        "x.pls:10:3: 'thorough' has 2 pronunciations; one is used",
        "x.pls:16:3: the alphabet 'x-vendor' of 'x' is not known",
        "x.pls:10:3: the role 'claws:VVI' is not used: the word is said so wherever it stands",
    ]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("<lexicon>\n<lexeme>\n</lexicon>", "not well-formed XML", "x.pls:3:3"),
        ("<lexicon>\n <lexeme><alias>x</alias></lexeme></lexicon>", "a lexeme without a spelling", "x.pls:2:2"),
        (
            "<lexicon>\n <lexeme><grapheme>x</grapheme></lexeme></lexicon>",
            "reads 'x' as '', which leaves nothing",
            "x.pls:2:2",
        ),
        (
            '<lexicon alphabet="x-sampa">\n<lexeme><grapheme>x</grapheme><phoneme>é</phoneme></lexeme></lexicon>',
            "'é', the phonemes of 'x', are not X-SAMPA: é",
            "x.pls:2:1",
        ),
        (
            "<lexicon>\n\n  <lexeme><grapheme>x</grapheme><phoneme>ж</phoneme></lexeme></lexicon>",
            "are not IPA: ж",
            "x.pls:3:3",
        ),
        ('<!DOCTYPE lexicon [<!ENTITY a "b">]><lexicon/>', "a lexicon with a document type is not read", "x.pls:1:"),
        ("<html/>", "<html> does not begin a PLS lexicon", "x.pls:1:1"),
        ("", "not well-formed XML: no element found", "x.pls:1:1"),
    ],
)
def test_what_is_wrong_in_a_pls_file_is_said_with_line_and_column(text: str, what: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        pls(text)
    assert what in str(caught.value)
    assert where in str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_as_spreadsheets_write_it(delimiter: str, encoding: str) -> None:
    lines = ["Word,IPA,say,note,case", 'Goethe,ˈɡɜːtə,"GER, tuh",the poet,yes', ",,,,", "cot,,kot,,no"]
    text = "\r\n".join(lines).replace(",", delimiter).replace(f"GER{delimiter}", "GER,")
    first, second = table(text.encode(encoding))
    assert (first.word, first.say, first.ipa, first.case) == ("Goethe", "GER, tuh", "ˈɡɜːtə", True)
    assert (second.word, second.say, second.case) == ("cot", "kot", False)
    assert str(second.place) == "x.csv:4"


def test_words_that_are_not_filled_in_yet_are_passed_over_with_a_notice() -> None:
    notices: list[Notice] = []
    text = "word,say,ipa,language,case,count,why,mood\nAhab,,,,,22,name,\nPip,pip,,,,2,name,\nStubb,,,,,5,name,\n"
    assert [entry.word for entry in table(text, notices)] == ["Pip"]
    assert [str(notice) for notice in notices] == [
        "x.csv:1: the column 'mood' is not used",
        "x.csv:2: 2 words have neither 'say' nor 'ipa' yet",
    ]


def test_every_bad_row_of_a_table_is_named_with_its_line() -> None:
    text = 'word,say,case\n"two\nlines",x,perhaps\n,nobody,\nfine,fine,\na,b,,more\ndash,—,\n'
    with pytest.raises(ProblemsError) as caught:
        table(text)
    assert [str(problem.where) for problem in caught.value.problems] == ["x.csv:2", "x.csv:4", "x.csv:6", "x.csv:7"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"Ahab,AY-hab\n", "first line names its columns"),
        (b"", "first line names its columns"),
        (b"word,say\nAhab,\xff\n", "x.csv:2: not UTF-8 text"),
        (b'word,say\nAhab,"AY\n', "x.csv:2: not a table"),
    ],
)
def test_a_file_that_is_no_table_of_words_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        table(content)


def test_a_lexicon_is_known_by_suffix_or_by_its_first_character(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text(W3C_EXAMPLE, encoding="utf-8")
    (tmp_path / "words.tsv").write_text("word\tsay\nAhab\tAY-hab\n", encoding="utf-8")
    assert len(read_lexicon(tmp_path / "words.txt")) == 4
    assert len(read_lexicon(tmp_path / "words.tsv")) == 1
    with pytest.raises(InputError, match="No such file"):
        read_lexicon(tmp_path / "none.csv")


PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12)
SAYINGS = PLAIN.filter(lambda text: any(map(str.isalnum, text)))


def has_letter(ipa: str) -> bool:
    return any(sign in LETTERS for sign in ipa)


ENTRIES = st.builds(
    Entry,
    word=PLAIN.filter(lambda text: bool(text.strip())),
    say=st.just("") | SAYINGS,
    ipa=st.just("") | st.text(st.sampled_from([*sorted(LETTERS), *"ˈː.\u0303"]), max_size=8).filter(has_letter),
    language=st.sampled_from(["", "en", "en-GB", "fr"]),
    case=st.sampled_from([None, True, False]),
).filter(lambda entry: bool(entry.say or entry.ipa))


@settings(max_examples=40)
@given(st.lists(ENTRIES.map(checked), max_size=6))
def test_pls_and_csv_give_back_every_entry_as_it_was(entries: list[Entry]) -> None:
    assert [essence(entry) for entry in pls(pls_of(entries))] == entries
    assert [essence(entry) for entry in table(table_of(entries))] == entries


@pytest.mark.parametrize(
    ("xsampa", "ipa"),
    [
        ('"IS.meIl', "ˈɪʃ.meɪl"),
        ('%Int@"n{S@n@l', "ˌɪntəˈnæʃənəl"),
        ("tS}:~_0", "tʃʉː\u0303\u0325"),
        ("3`@`r\\`J\\", "ɝɚɻɟ"),
        ("|\\|\\O\\<\\", "ǁʘʢ"),
    ],
)
def test_xsampa_is_told_in_ipa(xsampa: str, ipa: str) -> None:
    assert ipa_from_xsampa(xsampa) == ipa
