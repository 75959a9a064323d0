"""EPUB: chapters as the table of contents has them, notes and page numbers told apart, no word lost."""

from __future__ import annotations

import pytest

from pipeline.errors import ProblemsError
from pipeline.script.blocks import Document, Marking, Sort
from pipeline.script.reading import epub as reader

from .building import BOOK, block_with, epub, line, marked, page, point, skipped, sound, texts


def read(content: bytes) -> Document:
    return sound(reader.read(BOOK, content))


def one(body: str, **settings: str) -> Document:
    """A book of one page."""
    return read(epub({"a.xhtml": body}, **settings))


def chapters(document: Document) -> list[tuple[str, str]]:
    return [(block.chapter, block.text) for block in document.blocks if block.chapter is not None]


def test_files_are_read_in_the_order_of_the_spine_and_places_name_file_and_line() -> None:
    document = read(epub({"b.xhtml": "<h1>B</h1>\n\n<p>Two.</p>", "a.xhtml": "<h1>A</h1><p>One.</p>"}))
    assert document.ledger.source.text == "B\nTwo.\nA\nOne.\n"
    place = document.ledger.source.place(block_with(document, "Two").start)
    assert (place.file, place.line) == ("book.epub!OEBPS/b.xhtml", 5)
    assert document.meta == {"title": "A Book", "author": "An Author", "language": "en"}


@pytest.mark.parametrize("version", ["nav", "ncx"])
def test_several_chapters_in_one_file_and_one_over_several_files(version: str) -> None:
    pages = {
        "a.xhtml": '<h2 id="c1">I</h2><p>One.</p><h2 id="c2">II</h2><p>Two.</p>',
        "b.xhtml": "<p>Two goes on.</p>",
        "c.xhtml": "<h2>III</h2><h3>Section</h3><p>Three.</p>",
    }
    lines = [("I. First", "a.xhtml#c1"), ("II. Second", "a.xhtml#c2"), ("III. Third", "c.xhtml")]
    if version == "nav":
        document = read(epub(pages, contents="".join(line(*each) for each in lines)))
    else:
        document = read(epub(pages, ncx="".join(point(*each) for each in lines)))
    assert chapters(document) == [("I. First", "I"), ("II. Second", "II"), ("III. Third", "III")]
    assert [entry.title for entry in document.contents] == ["I. First", "II. Second", "III. Third"]
    text = document.ledger.source.text
    assert [text[entry.offset :].split("\n")[0] for entry in document.contents] == ["I", "II", "III"]
    assert [block.level for block in document.blocks if block.sort is Sort.HEADING] == [1, 1, 1, 3]


def test_of_parts_with_chapters_the_chapters_count_and_of_chapters_with_sections_the_chapters() -> None:
    pages = {
        "p1.xhtml": "<h1>Part One</h1>",
        "c1.xhtml": '<h2>Chapter 1</h2><p>Text.</p><h3 id="s">A section</h3><p>More.</p>',
        "c2.xhtml": "<h2>Chapter 2</h2><p>Text.</p>",
    }
    contents = line("Part One", "p1.xhtml", line("Chapter 1", "c1.xhtml", line("A section", "c1.xhtml#s")))
    document = read(epub(pages, contents=contents + line("Chapter 2", "c2.xhtml")))
    assert [title for title, _ in chapters(document)] == ["Part One", "Chapter 1", "Chapter 2"]
    assert block_with(document, "A section").level == 3


def test_what_no_line_of_the_contents_names_is_not_lost() -> None:
    pages = {
        "d.xhtml": "<p>For Ann.</p>",
        "a.xhtml": "<h1>One</h1><p>Text.</p>",
        "b.xhtml": "<p>Unlisted.</p>",
        "c.xhtml": "<h1>Two</h1><p>Text.</p>",
    }
    document = read(epub(pages, contents=line("One", "a.xhtml") + line("Two", "c.xhtml")))
    assert texts(document) == ["For Ann.", "One", "Text.", "Unlisted.", "Two", "Text."]
    assert [title for title, _ in chapters(document)] == ["For Ann.", "One", "Two"]


@pytest.mark.parametrize("target", ["nowhere.xhtml", "a.xhtml#nowhere"])
def test_a_line_of_the_contents_that_points_nowhere_is_a_problem_with_title_and_target(target: str) -> None:
    contents = line("One", "a.xhtml") + line("Lost", target)
    document = read(epub({"a.xhtml": "<h1>One</h1><p>Text.</p>"}, contents=contents))
    (problem,) = document.ledger.problems
    assert "'Lost'" in problem.what and target in problem.what
    assert str(problem.where).startswith("book.epub!OEBPS/nav.xhtml:")


def test_without_a_table_of_contents_the_headings_make_the_chapters() -> None:
    pages = {f"{n}.xhtml": f"<h2>Chapter {n}</h2><p>Text.</p><h3>Deeper</h3><p>More.</p>" for n in range(1, 4)}
    document = read(epub(pages))
    assert [block.level for block in document.blocks if block.sort is Sort.HEADING] == [1, 2] * 3
    assert document.contents == ()


def test_a_paragraph_that_the_contents_name_is_the_heading() -> None:
    body = '<p class="title" id="x"><b>Chapter One</b></p><p>Text.</p>'
    document = read(epub({"a.xhtml": body, "b.xhtml": "<p>Chapter Two</p><p>Text.</p>"},
                         contents=line("Chapter One", "a.xhtml#x") + line("Chapter Two", "b.xhtml")))  # fmt: skip
    assert texts(document, Sort.HEADING) == ["Chapter One", "Chapter Two"]


def test_the_number_of_a_chapter_and_its_title_in_paragraphs_are_headings() -> None:
    pages = {f"{n}.xhtml": f"<p>Chapter {n}</p><p>The Sea {n}</p><p>Text.</p>" for n in (1, 2)}
    document = read(epub(pages, contents=line("1. The Sea 1", "1.xhtml") + line("2. The Sea 2", "2.xhtml")))
    headings = [(block.text, block.level) for block in document.blocks if block.sort is Sort.HEADING]
    assert headings == [("Chapter 1", 1), ("The Sea 1", 2), ("Chapter 2", 1), ("The Sea 2", 2)]


def test_parts_without_text_of_their_own_are_not_missed_in_the_contents() -> None:
    pages = {"p.xhtml": "<h1>Part One</h1>", "c.xhtml": "<h2>Chapter 1</h2><p>Text.</p>"}
    document = read(epub(pages, contents=line("Part One", "p.xhtml", line("Chapter 1", "c.xhtml"))))
    assert [entry.title for entry in document.contents] == ["Chapter 1"]


def test_title_and_author_as_headings_are_the_title_page() -> None:
    body = "<h1>A Book</h1><h2>by An Author</h2><h2>Chapter 1</h2><p>Text.</p><h2>Chapter 2</h2><p>Text.</p>"
    assert [block.section for block in one(body).blocks] == ["titlepage"] * 2 + ["body"] * 4


NOTES = {
    "marked by epub:type": (
        '<p>Word<a epub:type="noteref" href="#n1">1</a> goes on.</p>'
        '<aside epub:type="footnote" id="n1"><p>The note.</p></aside>',
        "1",
    ),
    "marked by role, with a way back": (
        '<p>Word<a role="doc-noteref" id="r1" href="#n1">*</a> goes on.</p><ol role="doc-endnotes">'
        '<li role="doc-endnote" id="n1"><p>The note. <a role="doc-backlink" href="#r1">↩</a></p></li></ol>',
        "*|↩",
    ),
    "Gutenberg": (
        '<p>Word<a id="FNanchor_1"></a><a href="#Footnote_1" class="fnanchor">[1]</a> goes on.</p>'
        '<div class="footnote"><p><a id="Footnote_1"></a><a href="#FNanchor_1"><span class="label">[1]</span></a> '
        "The note.</p></div>",
        "[1]|[1]",
    ),
    "raised, links both ways": (
        '<p>Word<sup><a id="r" href="#n">1</a></sup> goes on.</p><p>Other text.</p>'
        '<p id="n"><a href="#r">1</a>. The note.</p>',
        "1|1.",
    ),
    "raised, no way back": (
        '<p>Word<a href="#n"><sup>1</sup></a> goes on.</p><p>Other text.</p><p id="n"><sup>1</sup> The note.</p>',
        "1|1",
    ),
    "Word": (
        '<p>Word<a href="#_ftn1" name="_ftnref1"><sup>[1]</sup></a> goes on.</p>'
        '<div id="ftn1"><p><a href="#_ftnref1" name="_ftn1">[1]</a> The note.</p></div>',
        "[1]|[1]",
    ),
    "InDesign": (
        '<p>Word<span id="fn-back"><a class="_idFootnoteLink" href="#fn">1</a></span> goes on.</p><div class='
        '"_idFootnotes"><div class="_idFootnote" id="fn"><p><a class="_idFootnoteAnchor" href="#fn-back">1</a> '
        "The note.</p></div></div>",
        "1|1",
    ),
    "brackets outside of the link": (
        '<p>Word [<a epub:type="noteref" href="#n1">1</a>] goes on.</p><p>.</p>'
        '<aside epub:type="footnote" id="n1">The note.</aside>',
        "[1]",
    ),
}


NOTES["within the paragraph"] = (
    '<p>Word<a epub:type="noteref" href="#n1">1</a><span epub:type="footnote" id="n1">The note.</span> goes on.</p>',
    "1",
)


@pytest.mark.parametrize("body, signs", NOTES.values(), ids=NOTES)
def test_a_note_is_a_block_of_its_own_and_its_sign_a_point_in_the_text(body: str, signs: str) -> None:
    document = one(body)
    reference = block_with(document, "goes on")
    (note,) = [block for block in document.blocks if block.sort is Sort.NOTE]
    assert reference.text == "Word goes on."
    assert marked(reference, Marking.NOTE) == [("", note.note)]
    assert next(mark.start for mark in reference.marks if mark.marking is Marking.NOTE) == len("Word")
    assert note.text.strip() == "The note."
    assert [sign.strip() for sign in skipped(document, "note_references").split("|")] == signs.split("|")


def test_endnotes_in_a_file_of_their_own_keep_all_their_paragraphs() -> None:
    pages = {
        "a.xhtml": '<p>One<a id="r1" href="n.xhtml#n1"><sup>1</sup></a>, two<a id="r2" href="n.xhtml#n2">'
        "<sup>2</sup></a>.</p>",
        "n.xhtml": '<h2>Notes</h2><p id="n1"><a href="a.xhtml#r1">1</a> First.</p><p>Goes on.</p>'
        '<p id="n2"><a href="a.xhtml#r2">2</a> Second.</p>',
    }
    document = read(epub(pages))
    notes = [(block.note, block.text.strip()) for block in document.blocks if block.sort is Sort.NOTE]
    assert [text for _, text in notes] == ["First.", "Goes on.", "Second."]
    assert notes[0][0] == notes[1][0] != notes[2][0]
    assert [value for _, value in marked(block_with(document, "One"), Marking.NOTE)] == [notes[0][0], notes[2][0]]
    assert block_with(document, "First").section == "notes"


def test_links_of_a_table_of_contents_are_no_notes() -> None:
    entries = "".join(f'<p><a id="t{n}" href="#c{n}">{n}</a></p>' for n in range(1, 6))
    text = "".join(f'<h2 id="c{n}"><a href="#t{n}">{n}</a></h2><p>Text.</p>' for n in range(1, 6))
    document = one(entries + text)
    assert not [block for block in document.blocks if block.sort is Sort.NOTE]
    assert [block.section for block in document.blocks[:5]] == ["contents"] * 5


def test_page_numbers_neither_split_nor_glue_words() -> None:
    document = one(
        '<p>He was fright<span epub:type="pagebreak" title="12"/>ened, and <span role="doc-pagebreak">13</span> ran. '
        '<span class="pagenum">[Pg 14]</span>Away.</p><div epub:type="pagebreak" id="p15" title="15"/><p>End.</p>'
    )
    assert " ".join(document.blocks[0].text.split()) == "He was frightened, and ran. Away."
    assert texts(document, Sort.PAGE) == ["15"]
    assert skipped(document, "page_numbers") == "12|13|[Pg 14]"


def test_a_table_is_a_block_a_row_and_a_layout_table_is_prose() -> None:
    document = one(
        "<table><caption>Prices</caption><tr><th>What</th><th>How much</th></tr><tr><td>Tea</td><td><p>2 d.</p></td>"
        "</tr></table><table><tr><td><p>"
        + "Long prose. " * 40
        + "</p><p>More.</p></td><td><p>Side.</p></td></tr></table>"
    )
    assert texts(document, Sort.TABLE) == ["What\tHow much", "Tea\t2 d."]
    assert texts(document, Sort.CAPTION) == ["Prices"]
    assert texts(document, Sort.PARAGRAPH)[1:] == ["More.", "Side."]


def test_pictures_are_described_after_the_paragraph_and_file_names_are_no_description() -> None:
    document = one(
        '<figure><img src="a.png" alt="A ship at sea"/><figcaption>The Pequod</figcaption></figure>'
        '<p>Before <img src="b.png" alt="b_02.png"/><img src="c.png" alt="An anchor"/>after.</p>'
        "<svg xmlns='http://www.w3.org/2000/svg'><title>A map</title></svg>"
    )
    assert [(block.sort, block.text) for block in document.blocks] == [
        (Sort.IMAGE, "A ship at sea"), (Sort.CAPTION, "The Pequod"), (Sort.PARAGRAPH, "Before after."),
        (Sort.IMAGE, "An anchor"), (Sort.IMAGE, "A map"),
    ]  # fmt: skip


def test_a_page_that_is_a_drawing_is_read() -> None:
    drawing = (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><title>A map</title>'
        "<text>Here be <tspan>dragons</tspan>.</text></svg>"
    )
    document = one(drawing)
    assert [(block.sort, block.text) for block in document.blocks] == [
        (Sort.PARAGRAPH, "Here be dragons."), (Sort.IMAGE, "A map"),
    ]  # fmt: skip


LETTERS = {
    "drop cap": ('<p><span class="dropcap">T</span>he deck.</p>', "The deck."),
    "drawn drop cap": ('<p><img alt="T" src="t.png"/>he deck.</p>', "The deck."),
    "small capitals": ('<p><span class="small-caps">The Deck</span> was wet.</p>', "The Deck was wet."),
    "soft hyphen and zero width": ("<p>some\u00adthing else\u200bwhere</p>", "something elsewhere"),
    "ligatures": ("<p>\ufb01ne a\ufb00air o\ufb03ce</p>", "fine affair office"),
    "joiners stay": ("<p>می\u200cروم</p>", "می\u200cروم"),
    "white space": ("<p>  a\n\t b <i> c</i>d </p>", "a b cd"),
    "line break": ("<p>one<br/>two</p>", "one two"),
    "entity": ("<p>a&nbsp;b&eacute;&mdash;c &amp; d&unknown;</p>", "a\u00a0bé—c & d&unknown;"),
    "comment": ("<p>some<!-- x -->thing</p>", "something"),
    "ruby": ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字</p>", "漢字"),
    "hidden": ('<p>a <span hidden="">b</span><span style="display: none">c</span>d</p>', "a d"),
    "formula": ('<p>So <math xmlns="http://www.w3.org/1998/Math/MathML" alttext="x squared"><mi>x</mi></math>.</p>',
                "So x squared."),
}  # fmt: skip


@pytest.mark.parametrize("body, text", LETTERS.values(), ids=LETTERS)
def test_a_paragraph_reads_as_a_reader_sees_it(body: str, text: str) -> None:
    assert " ".join(one(body).blocks[0].text.split(" ")) == text


def test_verse_scene_breaks_and_items() -> None:
    document = one(
        '<p>Prose.</p><p>* * *</p><div class="poem"><p>Line one<br/>line two</p></div><hr/><hr/><ol><li>First</li>'
        '<li>Second</li></ol><p class="scene-break"/>'
        "<p>Roses are red<br/>violets are blue<br/>sugar is sweet</p><p>⁂</p>"
    )
    P, B, V, I = Sort.PARAGRAPH, Sort.BREAK, Sort.VERSE, Sort.ITEM  # noqa: N806, E741
    assert [block.sort for block in document.blocks] == [P, B, V, V, B, I, I, B, V, V, V, B]
    assert texts(document, V)[:2] == ["Line one", "line two"]


def test_marks_name_emphasis_languages_links_and_pronunciations() -> None:
    document = one(
        '<p>A <em>very</em> <i lang="fr">bon mot</i>, <a href="https://x.org/">here</a>, <a href="#y">there</a>, '
        '<span ssml:alphabet="x-sampa" ssml:ph="dZO:dZ@">Georgia</span>.</p><p xml:lang="de-AT">Grüß Gott.</p>'
    )
    first, second = document.blocks
    assert ("very", "") in marked(first, Marking.EMPHASIS)
    assert marked(first, Marking.LANGUAGE) == [("bon mot", "fr")]
    assert marked(first, Marking.LINK) == [("here", "https://x.org/")]
    assert marked(first, Marking.IPA) == [("Georgia", "dʒɔːdʒə")]
    assert (first.language, second.language) == ("", "de-AT")


SECTIONS = {
    "epub:type": ("<section epub:type='dedication'><p>To Ann.</p></section>", "a.xhtml", "dedication"),
    "role": ("<section role='doc-preface'><p>Why.</p></section>", "a.xhtml", "preface"),
    "file name": ("<p>Published by nobody.</p>", "05_copyright.xhtml", "copyright"),
    "heading": ("<h2>Danksagung</h2><p>Allen.</p>", "a.xhtml", "acknowledgments"),
    "heading with more": ("<h2>Prologue: The Sea</h2><p>Wet.</p>", "a.xhtml", "prologue"),
    "list of works": ("<h2>Also by An Author</h2><p>Another.</p>", "a.xhtml", "advertisement"),
    "text": ("<h2>Chapter 1</h2><p>Text.</p>", "a.xhtml", "body"),
    "text about a copyright": ("<h2>The Copyright Thief</h2><p>Text.</p>", "a.xhtml", "body"),
}


@pytest.mark.parametrize("body, name, section", SECTIONS.values(), ids=SECTIONS)
def test_front_and_back_matter_is_told_apart(body: str, name: str, section: str) -> None:
    rest = {f"c{n}.xhtml": f"<h2>Chapter {n}</h2><p>Text.</p>" for n in range(2, 6)}
    document = read(epub({name: body} | rest))
    own = [block.section for block in document.blocks if document.ledger.source.place(block.start).file < "c2.xhtml"]
    assert {block.section for block in document.blocks[: len(texts(document)) - 8]} == {section}, own
    assert {block.section for block in document.blocks[-8:]} == {"body"}


def test_the_guide_and_the_landmarks_name_sections_too() -> None:
    guide = '<reference type="copyright-page" href="a.xhtml"/>'
    document = read(epub({"a.xhtml": "<p>Rights.</p>", "b.xhtml": "<p>Text.</p>"}, guide=guide))
    assert [block.section for block in document.blocks] == ["copyright", "body"]


def test_gutenbergs_header_and_licence_are_boilerplate() -> None:
    document = one(
        "<p>The Project Gutenberg EBook of X</p><p>*** START OF THIS PROJECT GUTENBERG EBOOK X ***</p><h2>I</h2>"
        "<p>Text.</p><h2>II</h2><p>*** END OF THE PROJECT GUTENBERG EBOOK X ***</p><p>Licence.</p>"
    )
    assert [block.section for block in document.blocks] == ["boilerplate"] * 2 + ["body"] * 3 + ["boilerplate"] * 2


def test_words_beside_the_reading_order_are_skipped_by_name() -> None:
    document = read(epub({"a.xhtml": "<p>Text.</p>", "b.xhtml": "<p>An aside.</p>"}, linear={"b.xhtml": "no"}))
    assert texts(document) == ["Text."]
    assert skipped(document, "not_linear") == "An aside."


def test_a_page_that_is_not_well_formed_loses_no_word() -> None:
    broken = page("<p>One <b>two</p><p>Three & four < five<br>six <a id='x'/>seven</p>")
    document = read(epub({"a.xhtml": broken}))
    assert " ".join(texts(document)).split() == ["One", "two", "Three", "&", "four", "<", "five", "six", "seven"]
    assert "not well-formed" in document.ledger.notices[0].what


def test_the_books_own_lexicons_come_along() -> None:
    item = '<item id="pls" href="en.pls" media-type="application/pls+xml"/>'
    document = read(epub({"a.xhtml": "<p>Text.</p>"}, items=item, more={"OEBPS/en.pls": b"<lexicon/>"}))
    assert document.lexicons == (("OEBPS/en.pls", b"<lexicon/>"),)


REFUSED = {
    "DRM": (
        epub({"a.xhtml": "x"}, more={
            "META-INF/encryption.xml": '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
            '<e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><e:CipherData>'
            '<e:CipherReference URI="OEBPS/a.xhtml"/></e:CipherData></e:EncryptedData></encryption>',
            "META-INF/license.lcpl": "{}",
        }),
        "protected by DRM (Readium LCP)",
    ),
    "pictures only": (epub({"a.xhtml": '<img src="a.png" alt="A page of the comic"/>'}), "only pictures"),
    "no package": (b"PK\x05\x06" + b"\0" * 18, "no package document"),
    "an address that leads out": (
        epub({"a.xhtml": "x"}, items='<item id="z" href="../../etc/passwd" media-type="text/html"/>'), "leads out"
    ),
    "entity bomb": (
        epub({"a.xhtml": '<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><html><p>&b;</p></html>'}),
        "grow without end",
    ),
    "external entity": (
        epub({"a.xhtml": '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><p>&a;</p></html>'}),
        "stands outside",
    ),
}  # fmt: skip


@pytest.mark.parametrize("content, what", REFUSED.values(), ids=REFUSED)
def test_what_cannot_or_must_not_be_read_is_refused_with_a_way_out(content: bytes, what: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        reader.read(BOOK, content)
    problem = caught.value.problems[0]
    assert what in problem.what and "book.epub" in str(problem.where) and problem.next_step


def test_obfuscated_fonts_are_no_drm() -> None:
    encryption = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:EncryptionMethod '
        'Algorithm="http://www.idpf.org/2008/embedding"/><e:CipherData><e:CipherReference URI="OEBPS/a.otf"/>'
        "</e:CipherData></e:EncryptedData></encryption>"
    )
    document = read(epub({"a.xhtml": "<p>Text.</p>"}, more={"META-INF/encryption.xml": encryption}))
    assert texts(document) == ["Text."]
