"""Script Markdown: front matter, headings, breaks, comments, lists and quotations, line by line.

Tables, code fences and underlined headings are problems, named with their line: they have no one way to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipeline.script.blocks import Ledger
from pipeline.script.reading.passages import MASK, ScriptLine, Sort
from pipeline.script.reading.source import rows

FRONT = re.compile(r"---[ \t]*\n")
FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
COMMENT = re.compile(r"(?<!\\)<!--(?:(?P<closed>.*?-->)|.*)", re.DOTALL)

HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
HEADING_TAIL = re.compile(r"(?:(?<=[ \t])#+)?[ \t]*$")
BREAK = re.compile(r"\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
TABLE = re.compile(r"\s*(?:\|.*|:?-+:?\s*(?:\|\s*:?-+:?\s*)+)")
UNDERLINE = re.compile(r"\s{0,3}={2,}\s*")
QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
BULLET = re.compile(r"[ \t]*[-+*][ \t]+(?=\S)")
NUMBER = re.compile(r"[ \t]*\d{1,3}[.)][ \t]+(?=\S)")


def front_matter(ledger: Ledger) -> tuple[dict[str, object], int]:
    """The YAML between two ``---`` lines at the top, and the offset where the script itself begins."""
    text = ledger.source.text
    opening = FRONT.match(text)
    if opening is None:
        return {}, 0
    closing = FRONT_END.search(text, opening.end())
    if closing is None:
        ledger.problem("the front matter is not closed", 0, "end it with a line '---'")
        ledger.markup(0, len(text))
        return {}, len(text)
    ledger.markup(0, closing.end())
    return _parse(text[opening.end() : closing.start()], opening.end(), ledger), closing.end()


def _parse(matter: str, begin: int, ledger: Ledger) -> dict[str, object]:
    advice = "front matter is YAML, one 'name: value' a line; put values with ':' or '#' in quotation marks"
    try:
        values = YAML(typ="safe", pure=True).load(matter)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        why = error.problem if isinstance(error, MarkedYAMLError) else None
        offset = begin + min(mark.index, len(matter)) if mark is not None else begin
        ledger.problem(f"the front matter is not YAML: {why or error}", offset, advice)
        return {}
    if values is None:
        return {}
    if not isinstance(values, dict):
        ledger.problem("the front matter is not a list of 'name: value'", begin, advice)
        return {}
    return {str(name): value for name, value in values.items()}


def mask_comments(begin: int, ledger: Ledger) -> str:
    """The text with every character of ``<!-- … -->`` replaced by a mask; the length stays."""
    text = ledger.source.text

    def mask(match: re.Match[str]) -> str:
        if match["closed"] is None:
            ledger.problem("a comment is not closed", begin + match.start(), "end it with '-->', or write '\\<!--'")
        ledger.markup(begin + match.start(), begin + match.end())
        return MASK * len(match[0])

    return text[:begin] + COMMENT.sub(mask, text[begin:])


def lines(text: str, begin: int, ledger: Ledger) -> Iterator[ScriptLine]:
    """The lines of a masked script, sorted. Unsupported constructs become problems and are skipped."""
    skip_until: re.Pattern[str] | None = None
    listed = after_text = False
    for start, end in rows(text, begin):
        row = text[start:end].replace(MASK, " ").rstrip()
        if skip_until is not None:
            ledger.markup(start, end)
            skip_until = None if skip_until.fullmatch(row) else skip_until
            continue
        if not row and MASK in text[start:end]:
            continue  # a line that holds only a comment parts no paragraph
        skip_until = _unsupported(row, start, after_text, ledger)
        if skip_until is not None:
            ledger.markup(start, end)
            continue
        line = _sort(row, start, start + len(row), listed, ledger)
        listed = line.sort is Sort.ITEM or (listed and line.sort is Sort.TEXT)
        after_text = line.sort in (Sort.TEXT, Sort.ITEM)
        yield line


def _unsupported(row: str, start: int, after_text: bool, ledger: Ledger) -> re.Pattern[str] | None:
    """The pattern of the line that ends a construct which cannot be read aloud; None where there is none."""
    offset = start + len(row) - len(row.lstrip())
    if fence := FENCE.match(row):
        ledger.problem(
            "a code fence cannot be read aloud", offset, "say in prose what it holds, or put it in <!-- -->"
        )
        return re.compile(rf"\s*{re.escape(fence[1][0])}{{{len(fence[1])},}}\s*")
    if TABLE.fullmatch(row):
        ledger.problem("a table cannot be read aloud", offset, "write it as sentences, or escape the bar: '\\|'")
        return re.compile(r"\s*")
    if after_text and UNDERLINE.fullmatch(row):
        ledger.problem("an underlined heading", offset, "write '# ' before the heading instead")
        return re.compile(r"\s*")
    return None


def _sort(row: str, start: int, end: int, listed: bool, ledger: Ledger) -> ScriptLine:
    if quote := QUOTE.match(row):
        ledger.markup(start, start + quote.end())
        return _sort(row[quote.end() :], start + quote.end(), end, listed, ledger)
    if heading := HEADING.match(row):
        return _heading(row, heading, start, ledger)
    if row.strip() and BREAK.fullmatch(row):
        ledger.markup(start, end)
        return ScriptLine(Sort.BREAK, start, end)
    if bullet := BULLET.match(row):
        ledger.markup(start, start + bullet.end())
        return ScriptLine(Sort.ITEM, start + bullet.end(), end)
    # a number opens an item only inside a list, and is read: '1984. What a year' may be a hard wrap
    is_item = listed and NUMBER.match(row) is not None
    return ScriptLine((Sort.ITEM if is_item else Sort.TEXT) if row.strip() else Sort.BLANK, start, end)


def _heading(row: str, mark: re.Match[str], start: int, ledger: Ledger) -> ScriptLine:
    tail = HEADING_TAIL.search(row, mark.end())
    stop = max(tail.start() if tail else len(row), mark.end())
    ledger.markup(start, start + mark.end())
    ledger.markup(start + stop, start + len(row))
    return ScriptLine(Sort.HEADING, start + mark.end(), start + stop, len(mark[1]))
