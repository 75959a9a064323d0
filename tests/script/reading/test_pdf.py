"""A PDF's text layer becomes paragraphs again, without what is repeated on its pages; without text it is refused."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from pipeline.errors import MissingError, ProblemsError
from pipeline.script.blocks import Document, Marking, Sort
from pipeline.script.reading.pdf import read

pypdf = pytest.importorskip("pypdf")
PATH = Path("book.pdf")
Text = tuple[float, float, float, str]  # x, y, size, words


def pdf(*pages: list[Text]) -> bytes:
    """A PDF with its words in Times at the given places, in points from the foot of the page."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for page in pages:
        drawn = "\n".join(
            f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({escaped(words)}) Tj ET" for x, y, size, words in page
        )
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents {len(objects) + 2} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn.encode('cp1252'))} >>\nstream\n{drawn}\nendstream")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out.encode("cp1252")))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out.encode("cp1252"))
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\n"
    return f"{out}startxref\n{start}\n%%EOF\n".encode("cp1252")


def escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def page(number: int, lines: list[str | Text], head: str = "THE TALE OF THE SEA") -> list[Text]:
    """A page of 12-point lines under a running head, ``>`` set in, its number at the foot."""
    texts: list[Text] = [(60, 560, 9, head)]
    y = 530.0
    for line in lines:
        if isinstance(line, str):
            texts.append((78 if line.startswith(">") else 60, y, 12, line.removeprefix(">")))
            y -= 15
        else:
            texts.append(line)
            y = line[1] - 30
    return [*texts, (200, 30, 9, str(number))]


LINES = [
    ">The first line of the paragraph is as long as a line",
    "gets here, and the second one ends with some-",
    "thing that is parted at the very end of the page, so",
    "that the sentence has to go on upon the next one, is",
    "it not",
]
BOOK = [
    page(11, [(100, 520, 20, "Chapter 1"), *LINES]),
    page(12, ["so in every book that was ever set? Something is.", ">Another paragraph begins", "as it should."]),
    page(13, [(100, 520, 20, "Chapter 2"), ">The second chapter has a line or two, and that", "is all."]),
    page(14, [">The last page, which has no more than one line."]),
]


def check(found: Document) -> Document:
    """Every character is in one block, in the markup or skipped."""
    text, used = found.ledger.source.text, set[int]()
    for block in found.blocks:
        assert len(block.text) == len(block.offsets)
        for letter, offset in zip(block.text, block.offsets, strict=True):
            assert letter.isspace() or (
                letter == text[offset] and offset not in used and not found.ledger.fates[offset]
            )
            used |= {offset}
    assert not [
        i for i, letter in enumerate(text) if not letter.isspace() and i not in used and not found.ledger.fates[i]
    ]
    return found


FIRST = (
    "The first line of the paragraph is as long as a line gets here, and the second one ends with something that is "
    "parted at the very end of the page, so that the sentence has to go on upon the next one,"
)


def shown(found: Document) -> list[tuple[str, str]]:
    return [(block.sort.name, block.text) for block in found.blocks]


def test_paragraphs_are_rebuilt_over_lines_and_pages_and_running_heads_are_left_out() -> None:
    found = check(read(PATH, pdf(*BOOK)))
    assert shown(found) == [
        ("HEADING", "Chapter 1"),
        ("PARAGRAPH", f"{FIRST} is it not so in every book that was ever set? Something is."),
        ("PARAGRAPH", "Another paragraph begins as it should."),
        ("HEADING", "Chapter 2"),
        ("PARAGRAPH", "The second chapter has a line or two, and that is all."),
        ("PARAGRAPH", "The last page, which has no more than one line."),
    ]  # fmt: skip
    assert [block.level for block in found.blocks if block.sort is Sort.HEADING] == [1, 1]
    assert {"running_heads", "page_numbers"} <= set(found.ledger.policies)
    assert "as well as its lines allow" in found.ledger.notices[0].what


def test_places_name_the_page_and_the_line_on_it() -> None:
    found = read(PATH, pdf(*BOOK))
    source = found.ledger.source
    assert str(source.place(source.text.index("Another"))) == "book.pdf, page 2:3"


def outlined(content: bytes, *entries: tuple[str, int]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    for title, number in entries:
        writer.add_outline_item(title, number)
    writer.add_metadata({"/Title": "The Tale", "/Author": "A. Writer"})
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_the_outline_gives_the_chapters_and_their_titles() -> None:
    found = check(read(PATH, outlined(pdf(*BOOK), ("Chapter 1: The Sea", 0), ("Chapter 2", 2), ("Last words", 3))))
    text = found.ledger.source.text
    assert [(entry.title, text[entry.offset :][:9]) for entry in found.contents] == [
        ("Chapter 1: The Sea", "Chapter 1"), ("Chapter 2", "Chapter 2"), ("Last words", "The last ")
    ]  # fmt: skip
    assert [block.chapter for block in found.blocks if block.chapter] == [
        "Chapter 1: The Sea",
        "Chapter 2",
        "Last words",
    ]
    assert found.meta == {"title": "The Tale", "author": "A. Writer"}


def test_notes_at_the_foot_and_the_small_numbers_that_name_them_are_told_from_the_text() -> None:
    content: list[Text] = [
        (60, 500, 12, "A word"), (96, 505, 7, "1"), (100, 500, 12, " and another line that is long enough to be one"),
        (60, 485, 12, "which ends here."),
        (60, 60, 8, "1 The note, set smaller, goes"), (60, 50, 8, "on in a second line."),
    ]  # fmt: skip
    found = check(read(PATH, pdf(content)))
    (paragraph, note) = found.blocks
    assert (note.sort, note.text) == (Sort.NOTE, "The note, set smaller, goes on in a second line.")
    assert paragraph.text == "A word and another line that is long enough to be one which ends here."
    assert [(mark.start, mark.marking, mark.value) for mark in paragraph.marks] == [(6, Marking.NOTE, note.note)]
    assert "note_references" in found.ledger.policies


def locked(content: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


REFUSED = {
    "a password": (locked(pdf(*BOOK)), "encrypted with a password", "qpdf --decrypt"),
    "pictures": (pdf([], []), "no text layer", "ocrmypdf"),
    "cut off": (b"%PDF-1.4\n1 0 obj\n<<", "the PDF is damaged", "export it again"),
    "objects that are not there": (pdf(*BOOK).replace(b"/Kids", b"/Kidz"), "the PDF", "next:"),
}  # fmt: skip


@pytest.mark.parametrize("content, what, step", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_the_way_out(content: bytes, what: str, step: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        read(PATH, content)
    assert what in str(caught.value) and step in str(caught.value)


def test_without_pypdf_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(MissingError, match="not installed") as caught:
        read(PATH, pdf(*BOOK))
    assert "chapterhouse[pdf]" in str(caught.value.next_step)


def test_ligatures_are_taken_apart() -> None:
    from pipeline.script.reading.pdf_lines import LIGATURES

    assert "o\ufb03ce \ufb01sh \ufb02ow".translate(LIGATURES) == "office fish flow"
