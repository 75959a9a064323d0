"""What Project Gutenberg and Liber Liber add to a book: header, licence, credits, marks of the printed page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.script.blocks import Ledger

BOILERPLATE = "boilerplate"

START = re.compile(
    r"^[ \t]*\*{2,}[ \t]*START[ \t]OF[ \t]TH(?:E|IS)[ \t]PROJECT[ \t]GUTENBERG.*(?:\n(?![ \t]*\n).*)*?\*{2,}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
END = re.compile(
    r"^[ \t]*(?:\*{2,}[ \t]*)?END[ \t]OF[ \t](?:TH(?:E|IS)[ \t])?(?:THE[ \t])?PROJECT[ \t]GUTENBERG\b",
    re.MULTILINE | re.IGNORECASE,
)
SMALL_PRINT = re.compile(r"^.*\*END(?:\*|[ \t]OF)?.{0,10}THE[ \t]SMALL[ \t]PRINT!?.*$", re.MULTILINE | re.IGNORECASE)
LIBER_LIBER = re.compile(r"^Questo e-?book è stato realizzato(?:.*\n)+?(?=\n\n\n)", re.MULTILINE)
OLD_HEADER = re.compile(r"Project Gutenberg", re.IGNORECASE)
FIELD = re.compile(
    r"^(Title|Author|Translator|Editor|Illustrator|Language|Release Date):[ \t]*(\S.*(?:\n[ \t]+\S.*)*)$",
    re.MULTILINE,
)
CREDITS = re.compile(
    r"\s*(?:(?:this )?e-?(?:text|book)[\s,]+(?:was[ ])?(?:first[ ])?(?:produced|prepared|scanned|created)"
    r"|(?:scanned|produced|prepared|proofed|transcribed|digitized|credits:)[ ,].*?\b(?:by|:)"
    r"|notes? on this e-?text|this e?text is|html version|updated editions will|this file was produced)",
    re.IGNORECASE | re.DOTALL,
)
TRANSCRIBER = re.compile(
    r"\[\s*_?Transcriber[’']?s?[’']?\s+Notes?\b_?(?:[^\[\]]|\[[^\[\]]{0,2000}\]){0,20000}\]", re.IGNORECASE
)
PAGE = re.compile(
    r"\[\s*(?:Pg\.?|Page|p\.|pg|S\.|Seite|Pag\.|Pág\.)\s*(?:\d+|[ivxlcdm]+)\s*\]|\{\s*(?:(?:Pg\.?|Page|p\.)\s*)?(?:\d+[a-z]?|[ivxlcdm]+)\s*\}",
    re.IGNORECASE,
)
LANGUAGES = {"english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it", "portuguese": "pt"}
FAR = 60_000  # characters into the file; no header is longer


@dataclass(frozen=True)
class Frame:
    """Where the book itself begins and ends, and what the header says of it."""

    begin: int
    end: int
    is_gutenberg: bool
    meta: dict[str, object] = field(default_factory=dict)


def frame(text: str) -> Frame:
    """The book within its distributor's frame; the whole text where there is none."""
    start = START.search(text, 0, FAR)
    prints = list(SMALL_PRINT.finditer(text, 0, FAR))
    begin = max([match.end() for match in (start, *prints) if match], default=0)
    liber = LIBER_LIBER.search(text, 0, FAR) if begin == 0 else None
    begin = liber.end() if liber else begin
    end = END.search(text, begin)
    found = (
        start is not None
        or liber is not None
        or end is not None
        or (bool(prints) and OLD_HEADER.search(text, 0, FAR) is not None)
    )
    if not found:
        return Frame(0, len(text), is_gutenberg=False)
    begin = _after_credits(text, begin)
    return Frame(begin, end.start() if end else len(text), is_gutenberg=True, meta=_meta(text[:begin]))


def leave_out(frame: Frame, ledger: Ledger) -> None:
    """The header and the licence, in the account."""
    ledger.skip(0, frame.begin, BOILERPLATE)
    ledger.skip(frame.end, len(ledger.source.text), BOILERPLATE)


def _after_credits(text: str, begin: int) -> int:
    """Past the paragraphs that say who made the file."""
    for match in re.finditer(r"(?:[ \t]*\n)*((?:[ \t]*\S.*(?:\n|$))+)", text[begin : begin + 4000]):
        if CREDITS.match(match[1]) is None:
            return begin + match.start(1)
    return begin


def _meta(header: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for match in FIELD.finditer(header):
        found.setdefault(match[1].lower().replace(" ", "_"), " ".join(match[2].split()))
    if (language := LANGUAGES.get(str(found.get("language", "")).lower())) is not None:
        found["language"] = language
    return found
