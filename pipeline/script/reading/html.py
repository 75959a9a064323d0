"""HTML: one page that holds the whole text; chapters begin at its headings."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from pipeline.errors import Place
from pipeline.script.blocks import Document, Sort
from pipeline.script.reading import outline
from pipeline.script.reading.archives import refusal
from pipeline.script.reading.markup import parse_html
from pipeline.script.reading.noting import Page, annotate
from pipeline.script.reading.transcript import Transcript
from pipeline.script.reading.walking import Walker

WORDS = frozenset((Sort.HEADING, Sort.PARAGRAPH, Sort.ITEM, Sort.VERSE, Sort.NOTE, Sort.TABLE, Sort.CAPTION))


def read(path: Path, content: bytes) -> Document:
    """The page as blocks. What is marked as navigation is skipped as ``navigation``.

    The encoding is that of the byte order mark, of the page's own word, or else a guess.

    Raises:
        ProblemsError: there is no word in it, or it is nested too deep.
    """
    root = parse_html(content, Place(str(path)))
    transcript = Transcript()
    meta: dict[str, object] = {}
    if root is not None:
        meta = _meta(root)
        annotate([Page(path.name, root)])
        walker = Walker(transcript, str(meta.get("language", "")), navigation="")
        walker.walk(root, str(path), 0, "body", frozenset())
    refuse_wordless(path, transcript, "the page")
    title = str(meta.get("title", ""))
    outline.by_headings(transcript.drafts, title)
    outline.sections(transcript.drafts, [None], title)
    return Document(transcript.ledger(path), tuple(draft.block() for draft in transcript.drafts), meta=meta)


def refuse_wordless(path: Path, transcript: Transcript, what: str) -> None:
    """A file without a word to read is a mistake.

    Raises:
        ProblemsError: it has none.
    """
    if any(draft.sort in WORDS for draft in transcript.drafts):
        return
    holds = "only pictures" if any(draft.sort is Sort.IMAGE for draft in transcript.drafts) else "no text"
    step = "run it through an OCR program first, or use an edition with text"
    raise refusal(Place(str(path)), f"there is nothing to read: {what} holds {holds}", step)


def _meta(root: etree._Element) -> dict[str, object]:
    meta: dict[str, object] = {}
    title = root.find(".//head/title")
    if title is not None and (words := " ".join("".join(title.itertext()).split())):
        meta["title"] = words
    for element in root.iter("meta"):
        name = (element.get("name") or "").lower()
        words = " ".join((element.get("content") or "").split())
        if name in ("author", "dc.creator") and words:
            meta.setdefault("author", words)
        elif name in ("dc.title",) and words:
            meta["title"] = words
        elif name in ("language", "dc.language") and words:
            meta.setdefault("language", words)
    if language := root.get("lang") or root.get("xml:lang"):
        meta["language"] = language
    return meta
