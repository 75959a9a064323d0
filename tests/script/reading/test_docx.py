"""DOCX: what the page shows is read, by its styles; what Word keeps beside it is not."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import ProblemsError
from pipeline.script.blocks import Document, Marking, Sort
from pipeline.script.reading import docx as reader

from .building import NOVEL, block_with, docx, marked, para, run, skipped, sound, styled, texts, zipped

STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Mein Kapitel"/><w:basedOn w:val="berschrift1"/>
</w:style>
<w:style w:type="paragraph" w:styleId="House"><w:name w:val="House Head"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>
</w:style>
<w:style w:type="paragraph" w:styleId="Body"><w:name w:val="Body"/><w:basedOn w:val="berschrift1"/>
<w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="List"><w:name w:val="List Bullet"/><w:pPr><w:numPr>
<w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="toc1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Cap"><w:name w:val="caption"/></w:style>
<w:style w:type="paragraph" w:styleId="Verse"><w:name w:val="Verse"/></w:style>
<w:style w:type="character" w:styleId="Emph"><w:name w:val="Emphasis"/><w:rPr><w:i/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Hid"><w:name w:val="Hidden"/><w:rPr><w:vanish/></w:rPr></w:style>
"""


BEGIN, SEPARATE, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
COMMENTED = '<w:commentRangeStart w:id="1"/>{}<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>'


def read(body: str, **settings: Any) -> Document:
    return sound(reader.read(NOVEL, docx(body, styles=STYLES, **settings)))


def test_headings_go_by_style_whatever_it_is_called_and_the_title_is_no_chapter() -> None:
    document = read(
        para("My Novel", styled("Titel")) + para("One", styled("berschrift1")) + para("Text.")
        + para("A section", styled("berschrift2")) + para("More.") + para("Two", styled("Kapitel")) + para("Text.")
        + para("Three", styled("House")) + para("Text.") + para("Four", '<w:outlineLvl w:val="0"/>')
        + para("No heading.", styled("Body"))
    )  # fmt: skip
    headings = [(block.text, block.level) for block in document.blocks if block.sort is Sort.HEADING]
    assert headings == [("My Novel", 2), ("One", 1), ("A section", 2), ("Two", 1), ("Three", 1), ("Four", 1)]
    assert document.blocks[0].section == "titlepage"
    assert document.blocks[-1].sort is Sort.PARAGRAPH


def test_places_count_paragraphs() -> None:
    document = read(para("One.") + para("Two."))
    place = document.ledger.source.place(block_with(document, "Two").start)
    assert (place.file, place.line) == ("novel.docx!word/document.xml", 2)


def test_notes_are_blocks_and_their_references_points() -> None:
    body = para(run("Word") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run(" goes on."))
    footnotes = (
        '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2">'
        + para("<w:r><w:footnoteRef/></w:r>" + run(" The note.")) + para("Goes on.") + "</w:footnote>"
        + '<w:footnote w:id="3">' + para("Nobody refers to it.") + "</w:footnote>"
    )  # fmt: skip
    document = read(body, footnotes=footnotes)
    first, *notes = document.blocks
    assert first.text == "Word goes on." and marked(first, Marking.NOTE) == [("", "footnote-2")]
    assert [(note.sort, note.note, note.text) for note in notes] == [
        (Sort.NOTE, "footnote-2", "The note."), (Sort.NOTE, "footnote-2", "Goes on."),
    ]  # fmt: skip


def test_deletions_comments_and_field_codes_are_left_out_and_insertions_read() -> None:
    tracked = "<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins>" + run("new") + "</w:ins>"
    field = BEGIN + "<w:r><w:instrText> PAGE </w:instrText></w:r>" + SEPARATE + run("7") + END
    document = read(
        para(run("The ") + tracked + COMMENTED.format(run(" ship")) + run(" sails on page ") + field + run("."))
        + para(run("split "), "<w:rPr><w:del/></w:rPr>")
        + para("no more"),
        more={"word/comments.xml": "<w/>"},
    )
    assert texts(document) == ["The new ship sails on page .", "split no more"]
    assert skipped(document, "page_numbers") == "7"


def test_hidden_text_is_skipped_by_name() -> None:
    document = read(para(run("Seen") + run(" unseen", "<w:vanish/>") + run(" styled", '<w:rStyle w:val="Hid"/>')))
    assert texts(document) == ["Seen"]
    assert skipped(document, "hidden").split() == ["unseen", "styled"]


def test_emphasis_languages_and_links() -> None:
    document = read(
        para(
            run("a ") + run("b", "<w:i/>") + run(" c", '<w:i w:val="0"/>') + run(" d", '<w:rStyle w:val="Emph"/>')
            + run(" e", '<w:lang w:val="fr-FR"/>') + '<w:hyperlink r:id="x">' + run(" f") + "</w:hyperlink>"
        ),
        links={"x": "https://x.org/"},
    )  # fmt: skip
    (block,) = document.blocks
    assert block.text == "a b c d e f"
    assert [text.strip() for text, _ in marked(block, Marking.EMPHASIS)] == ["b", "d"]
    assert marked(block, Marking.LANGUAGE) == [(" e", "fr-FR")]
    assert marked(block, Marking.LINK) == [(" f", "https://x.org/")]


def test_tables_lists_captions_pictures_verse_and_boxes() -> None:
    cell = "<w:tc>{}</w:tc>"
    table = f"<w:tbl><w:tr>{cell.format(para('Tea'))}{cell.format(para('2 d.'))}</w:tr></w:tbl>"
    box = (
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wp:docPr descr='A ship'/><w:txbxContent>"
        + para("In a box.")
        + "</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>"
        + para("In a box.") + "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )  # fmt: skip
    document = read(
        table + para("Prices", styled("Cap")) + para("Item", styled("List")) + para(run("Text.") + box)
        + para("Roses are red,", styled("Verse"))
    )  # fmt: skip
    assert [(block.sort, block.text) for block in document.blocks] == [
        (Sort.TABLE, "Tea\t2 d."), (Sort.CAPTION, "Prices"), (Sort.ITEM, "Item"), (Sort.PARAGRAPH, "Text."),
        (Sort.IMAGE, "A ship"), (Sort.PARAGRAPH, "In a box."), (Sort.VERSE, "Roses are red,"),
    ]  # fmt: skip


def test_words_table_of_contents_is_told_apart() -> None:
    document = read(para("One", styled("toc1")) + para("One", styled("berschrift1")) + para("Text."))
    assert [block.section for block in document.blocks] == ["contents", "body", "body"]


def test_a_drop_cap_belongs_to_its_word() -> None:
    cap = '<w:framePr w:dropCap="drop" w:lines="3"/>'
    assert texts(read(para("C", cap) + para("all me Ishmael."))) == ["Call me Ishmael."]


def test_title_author_and_language_are_the_documents_own() -> None:
    assert read(para("Text."), title="A Title").meta == {
        "title": "A Title",
        "author": "An Author",
        "language": "en-GB",
    }


REFUSED = {
    "no document": (zipped({"a.txt": "x"}), "no document part"),
    "no words": (docx(para("")), "no text"),
    "entity bomb": (
        zipped({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x/>'}), "grow without end"
    ),
    "not XML": (zipped({"word/document.xml": "<x>"}), "not well-formed"),
}  # fmt: skip


@pytest.mark.parametrize("content, what", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_a_way_out(content: bytes, what: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        reader.read(NOVEL, content)
    problem = caught.value.problems[0]
    assert what in problem.what and "novel.docx" in str(problem.where) and problem.next_step
