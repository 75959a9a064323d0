"""HTML: every visible word once and in order, whatever the tags; chapters by the headings."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ProblemsError
from pipeline.script.blocks import Document, Sort
from pipeline.script.reading import html as reader

from .building import PAGE, block_with, skipped, sound, texts


def read(text: str | bytes) -> Document:
    return sound(reader.read(PAGE, text.encode() if isinstance(text, str) else text))


def levels(document: Document) -> list[tuple[str, int, str]]:
    return [(block.text, block.level, block.section) for block in document.blocks if block.sort is Sort.HEADING]


WORDS = st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)
INLINE = st.sampled_from(["em", "b", "span", "a", "i lang='fr'", "small", "sup", "code", "a href='https://x.org'"])
FLOW = st.sampled_from(
    ["div", "p", "section", "blockquote", "ul", "li", "h2", "h3", "article", "figure", "pre", "dl"]
)
TABLES = st.sampled_from(["<table><tr><td>{}</td><td>{}</td></tr></table>", "{}<br>{}", "{}<hr>{}", "{}<!-- x -->{}"])
BLANKS = st.sampled_from(["", " ", "\n", "  \t"])


def _wrapped(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag.split(maxsplit=1)[0]}>"


TREES = st.recursive(
    st.builds("{}{}{}".format, BLANKS, WORDS.map(html.escape), BLANKS),
    lambda inner: st.one_of(
        st.builds(_wrapped, FLOW, inner),
        st.builds(_wrapped, INLINE, WORDS.map(html.escape)),
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.builds(lambda form, one, two: form.format(one, two), TABLES, inner, inner),
    ),
    max_leaves=12,
)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_all_visible_text_is_in_the_source_once_and_in_order(tree: str) -> None:
    from lxml import etree  # the reference: what the parser holds as text, without any idea of blocks

    root = etree.fromstring(f"<html><body>{tree}</body></html>", etree.HTMLParser(remove_comments=True))
    visible = "".join("".join(root.itertext()).split())
    document = read(f"<html><body>{tree}</body></html>")
    expected = visible
    for letter, spelt in (
        ("ﬁ", "fi"),
        ("ﬂ", "fl"),
        ("ﬀ", "ff"),
        ("ﬃ", "ffi"),
        ("ﬄ", "ffl"),
        ("ﬅ", "ſt"),
        ("ﬆ", "st"),
    ):
        expected = expected.replace(letter, spelt)
    assert "".join(document.ledger.source.text.split()) == expected
    read_out = "".join(block.text for block in document.blocks)
    assert "".join(read_out.split()) == expected


LEVELS = {
    "title and chapters": (
        "<h1>Book</h1><p>By me.</p><h2>I</h2><p>x</p><h2>II</h2><p>x</p>",
        [("Book", 2, "titlepage"), ("I", 1, "body"), ("II", 1, "body")],
    ),
    "one heading": ("<h1>Story</h1><p>x</p>", [("Story", 1, "body")]),
    "chapters and sections": (
        "<h1>I</h1><p>x</p><h3>A</h3><p>x</p><h1>II</h1><p>x</p>",
        [("I", 1, "body"), ("A", 3, "body"), ("II", 1, "body")],
    ),
    "parts without text": (
        "<h1>Part One</h1><h2>I</h2><p>x</p><h2>II</h2><p>x</p><h1>Part Two</h1><h2>III</h2><p>x</p>",
        [("Part One", 1, "body"), ("I", 1, "body"), ("II", 1, "body"), ("Part Two", 1, "body"), ("III", 1, "body")],
    ),
}


LEVELS["a title above the chapters, another after them"] = (
    "<h2>Preface</h2><p>x</p><h1>Walden</h1><h2>Economy</h2><p>x</p><h2>Sounds</h2><p>x</p>",
    [("Preface", 1, "preface"), ("Walden", 1, "body"), ("Economy", 2, "body"), ("Sounds", 1, "body")],
)
LEVELS["number and title"] = (
    "<h2>Chapter I</h2><h3>The Sea</h3><p>x</p><h2>Chapter II</h2><h3>The Land</h3><p>x</p>",
    [("Chapter I", 1, "body"), ("The Sea", 2, "body"), ("Chapter II", 1, "body"), ("The Land", 2, "body")],
)
LEVELS["no heading at all"] = (
    "<p>CHAPTER I.</p><p>x</p><p>CHAPTER II.</p><p>x</p>",
    [("CHAPTER I.", 1, "body"), ("CHAPTER II.", 1, "body")],
)


@pytest.mark.parametrize("body, expected", LEVELS.values(), ids=LEVELS)
def test_level_1_is_the_level_of_the_chapters(body: str, expected: list[tuple[str, int, str]]) -> None:
    assert levels(read(body)) == expected


ENCODINGS = {
    "byte order mark": "<p>Café – naïve</p>".encode("utf-8-sig"),
    "UTF-16": "<p>Café – naïve</p>".encode("utf-16"),
    "meta": b'<meta charset="windows-1252"><p>Caf\xe9 \x96 na\xefve</p>',
    "declared Latin-1, written Windows": b'<meta charset="iso-8859-1"><p>Caf\xe9 \x96 na\xefve</p>',
    "http-equiv": b'<meta http-equiv="x" content="x; charset=utf-8"><p>Caf\xc3\xa9 \xe2\x80\x93 na\xc3\xafve',
    "nothing said": "<p>Café – naïve</p>".encode(),
}  # fmt: skip


@pytest.mark.parametrize("content", ENCODINGS.values(), ids=ENCODINGS)
def test_the_encoding_is_found(content: bytes) -> None:
    assert texts(read(content)) == ["Café – naïve"]


def test_an_encoding_that_nothing_tells_is_guessed() -> None:
    content = ("<p>" + "Le garçon était déjà là, à côté de la forêt où l’été s’achève. " * 20).encode("cp1252")
    assert "garçon était déjà là" in texts(read(content))[0]


def test_navigation_is_skipped_by_name_and_only_where_it_is_marked() -> None:
    document = read(
        "<body><nav>Home</nav><header>Site</header><main><header><h1>Title</h1></header><p>Text.</p><aside>Aside."
        "</aside></main><div role='complementary'>Ads</div><footer>Imprint</footer></body>"
    )
    assert texts(document) == ["Title", "Text.", "Aside."]
    assert skipped(document, "navigation") == "Home|Site|Ads|Imprint"
    assert texts(read("<body><header>Kept</header><p>Text.</p><footer>Too</footer>")) == ["Kept", "Text.", "Too"]


def test_title_author_and_language_are_the_pages_own() -> None:
    document = read('<html lang="fr"><title>Un  livre</title><meta name="author" content="Moi"><p>Texte.')
    assert document.meta == {"title": "Un livre", "author": "Moi", "language": "fr"}
    assert document.blocks[0].language == ""


def test_preformatted_lines_are_kept_apart() -> None:
    assert texts(read("<pre>one\n  two\n\nthree</pre>"), Sort.VERSE) == ["one", "two", "three"]


def test_scripts_and_styles_are_no_words() -> None:
    assert texts(read("<style>p {}</style><p>Text<script>x()</script>.</p><template>no</template>")) == ["Text."]


def test_places_count_lines_of_the_page() -> None:
    document = read("<h1>A</h1>\n\n<p>\nText.</p>")
    place = document.ledger.source.place(block_with(document, "Text").start)
    assert (place.file, place.line) == ("page.html", 3)


@pytest.mark.parametrize("content, what", [(b"", "no text"), (b"<img alt='A cat'>", "only pictures")])
def test_a_page_without_words_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(ProblemsError, match=what):
        reader.read(PAGE, content)


def test_what_is_nested_deep_is_read_and_what_is_nested_too_deep_refused() -> None:
    assert texts(read("<div>" * 1500 + "Text.")) == ["Text."]
    with pytest.raises(ProblemsError, match="depth"):
        read("<div>" * 5000 + "Text.")


def test_the_heading_of_a_list_of_links_belongs_to_it() -> None:
    links = "".join(f"<p><a href='#c{number}'>Chapter {number}</a></p>" for number in range(1, 5))
    chapters = "".join(f"<h2 id='c{number}'>Chapter {number}</h2><p>It rained.</p>" for number in range(1, 5))
    document = read(f"<p>It was late.</p><p><b>CONTENTS</b></p>{links}{chapters}")
    assert [block.text for block in document.blocks if block.section == "contents"][:2] == ["CONTENTS", "Chapter 1"]
    assert document.blocks[0].section == "body"


def test_a_play_set_in_a_table_is_read() -> None:
    rows = "<tr><td epub:type='z3998:persona'>Host</td><td>Good night.</td></tr>" * 2
    document = read(f"<p>A dialogue.</p><table>{rows}</table>")
    assert [(block.sort, block.text) for block in document.blocks][1:3] == [
        (Sort.PARAGRAPH, "Host"),
        (Sort.PARAGRAPH, "Good night."),
    ]
