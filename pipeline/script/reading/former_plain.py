"""Plain text: paragraphs between blank lines, chapters by lines such as ``CHAPTER IV. The Storm``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.script.blocks import Ledger
from pipeline.script.reading.passages import ScriptLine, Sort
from pipeline.script.reading.source import rows

NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty first second third fourth fifth sixth seventh eighth ninth tenth"
)
CHAPTERS = "chapter capítulo kapitel chapitre capitolo"
PARTS = "book part volume act libro livre buch parte partie teil"
LOOSE = "prologue epilogue preface foreword afterword prólogo epílogo prolog épilogue"


def _cased(words: str) -> str:
    return "|".join(form for word in words.split() for form in (word.upper(), word.capitalize()))


NUMERAL = rf"(?:[IVXLCDM]+|\d+|(?i:(?:the\s+)?(?:{NUMBER_WORDS.replace(' ', '|')})(?:-\w+)?))"
CHAPTER = re.compile(
    rf"(?P<mark>{_cased(CHAPTERS)}|{_cased(PARTS)})\s+(?P<number>{NUMERAL})(?!\w)(?P<title>[.:]?|[.:]?\s*[—–-]\s*\S.*|[.:]?\s+[^a-z\s].*)"
    rf"|(?P<loose>{_cased(LOOSE)})(?:[.:]?|[.:]\s+\S.*)"
)
PART = re.compile(rf"(?:{_cased(PARTS)})\b")
MAX_HEADING = 90  # characters; longer lines are prose


def lines(text: str, ledger: Ledger) -> Iterator[ScriptLine]:
    """The lines of a plain text, sorted. A chapter line stands alone between blank lines."""
    spans = list(rows(text))
    blanks = [True, *(not text[start:end].strip() for start, end in spans), True]
    for (start, stop), before, blank, after in zip(spans, blanks, blanks[1:], blanks[2:], strict=False):
        line = text[start:stop].strip()
        end = start + len(text[start:stop].rstrip())
        if blank:
            yield ScriptLine(Sort.BLANK, start, end)
        elif re.fullmatch(r"(?:\*\s*){3,}", line):
            ledger.markup(start, end)
            yield ScriptLine(Sort.BREAK, start, end)
        elif before and after and len(line) <= MAX_HEADING and CHAPTER.fullmatch(line):
            yield ScriptLine(Sort.HEADING, start, end, 1)
        else:
            yield ScriptLine(Sort.TEXT, start, end)
