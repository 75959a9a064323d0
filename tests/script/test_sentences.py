"""A sentence ends where a reader would stop."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.script.sentences import splitter

# one string a language and text; '|' is where a sentence ends
WHOLE = [
    ("en", '"Stop!" he shouted.|Nobody did.'),
    ("en", '"Who?" I asked.|"Nobody."|He went.'),
    ("en", "“Sorry!” Betty said.|“Why?”|The door shut."),
    ("en", '"Where was he?—not killed!—not killed!" cried Ahab, closely advancing.|"How was it?"'),
    ("en", "Mr. and Mrs. Bennet met Dr. Grey of St. Ives, Esq., at No. 5.|They left."),
    ("en", "He said no.|Then he went."),
    ("en", "See vol. 3, ch. 4, pp. 10.|It is there."),
    ("en", "J. R. R. Tolkien and T. S. Eliot met.|It was I.|We left."),
    ("en", "Fruit, e.g. apples, i.e. food, etc. was there.|Good."),
    ("en", "Pip!|Pip!|Who's seen Pip?"),
    ("en", "It cost 3.50 at 5 p.m. on Monday.|He paid."),
    ("en", "Well... he went.|And then?"),
    ("en", "1. Salt.|2. Bread."),
    ("es", "—¿Ciego? —dijo Golfín—.|Esto es todo."),
    ("es", "La Sra. Pérez llegó.|El Dr. Ruiz no."),
    ("it", "— Un re! — diranno subito i miei lettori.|No, ragazzi."),
    ("fr", "« Où vas-tu ? » demanda-t-il.|Elle partit."),
    ("de", "„Halt!“ rief er.|Am 3. Oktober kam er.|Dr. Grau, z. B., ging."),
    ("ja", "吾輩は猫である。|名前はまだ無い。|「誰だ？」"),
]


@pytest.mark.parametrize("language, marked", WHOLE)
def test_sentences_end_where_a_reader_would_stop(language: str, marked: str) -> None:
    expected = marked.split("|")
    text = ("" if language == "ja" else " ").join(expected)
    assert [text[start:end] for start, end in splitter(language)(text)] == expected


def test_an_unknown_language_is_split_by_the_english_rules() -> None:
    text = "Unus. Duo et tres."
    assert [text[start:end] for start, end in splitter("la")(text)] == ["Unus.", "Duo et tres."]


def test_the_script_room_loads_no_model_library_and_no_prefect() -> None:
    code = (
        "import sys, pipeline.script; print([m for m in ('torch', 'prefect', 'nltk', 'punkt') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_verse_is_read_line_by_line_and_prose_is_not() -> None:
    text = "Tyger Tyger, burning bright,\nIn the forests of the night;\n\nWhat immortal hand? What eye?"
    lines = [text[start:end] for start, end in splitter("en", verse=True)(text)]
    assert lines == [
        "Tyger Tyger, burning bright,",
        "In the forests of the night;",
        "What immortal hand?",
        "What eye?",
    ]
    assert len(splitter("en")(text)) == 2


@given(
    st.text(st.sampled_from("aB1 .?!…\"'“”‘’«»„()—-,:\n[]IM")), st.sampled_from(["en", "de", "es", "fr", "ja", "pt"])
)
@settings(max_examples=100, deadline=None)
def test_only_white_space_lies_between_sentences(text: str, language: str) -> None:
    spans = splitter(language)(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert spans == sorted(spans)


ALONE = """
import sys
from pipeline.script.sentences import splitter
print(splitter("en")(sys.argv[1]), [name for name in sys.modules if name.partition(".")[0] == "nltk"])
if sys.argv[2:]:
    import nltk
    assert nltk.probability.FreqDist("ab").N() == 2
    splitter.cache_clear()
    print(splitter("en")(sys.argv[1]), [])
"""
ABBREVIATED = "Mr. Darcy met J. R. Smith at 5 p.m. on Monday. He said so. Dr. No was there. “Was he?” Yes, e.g. here."


@pytest.mark.parametrize("whole", [(), pytest.param(("whole",), marks=pytest.mark.slow)], ids=["alone", "and whole"])
def test_sentences_are_split_without_the_rest_of_nltk_and_as_with_it(whole: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, ABBREVIATED, *whole], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.splitlines()) == {f"{splitter('en')(ABBREVIATED)} []"}
