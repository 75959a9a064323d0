"""Markup as `preparing` reads it until it takes documents."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.materials import Rest
from pipeline.script.blocks import Ledger
from pipeline.script.reading.passages import MASK, Passage, ScriptLine, Sort
from pipeline.script.reading.source import rows

MAX_PAUSE_S = 60.0

_INSIDE = r"(?:[^\[\]\\]|\\.)*"
_URL = r"\((?:[^()\s\\]|\\.|\([^()\s]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
_RULES = {
    "mask": r"\0+",
    "escape": r"\\[!-/:-@\[-`{-~]",
    "wrap": r"\\(?=\n)",
    "invisible": "[\u00ad\u200b\u2060\ufeff]+",  # soft hyphen, zero-width space, word joiner, stray byte order mark
    "code": r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)",
    "image": rf"!\[{_INSIDE}\]{_URL}",
    "footnote": rf"\[\^{_INSIDE}\]:?",
    "pause": rf"(?i:\[\s*pause\b{_INSIDE}\])",
    "link": rf"\[(?={_INSIDE}\]{_URL})",
    "link_end": rf"\]{_URL}",
    "tag": rf"\[{_INSIDE}\]",
    "bracket": r"[\[\]]",
    "html": r"</?[A-Za-z][^<>]*>|<[!?][^<>]*>",
    "entity": r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);",
    "delimiter": r"\*+|_+",
}
_PLAIN = ("escape", "invisible", "pause", "tag", "bracket", "delimiter")


HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
HEADING_TAIL = re.compile(r"(?:(?<=[ \t])#+)?[ \t]*$")
BREAK = re.compile(r"\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
TABLE = re.compile(r"\s*(?:\|.*|:?-+:?\s*(?:\|\s*:?-+:?\s*)+)")
UNDERLINE = re.compile(r"\s{0,3}={2,}\s*")
QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
BULLET = re.compile(r"[ \t]*[-+*][ \t]+(?=\S)")
NUMBER = re.compile(r"[ \t]*\d{1,3}[.)][ \t]+(?=\S)")


def _pattern(rules: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{rule})" for name, rule in rules.items()), re.DOTALL)


MARKDOWN = _pattern(_RULES)
PLAIN = _pattern({name: _RULES[name] for name in _PLAIN} | {"delimiter": "_+"})
PAUSE = re.compile(r"\[\s*pause\s+(\d+(?:\.\d+)?|\.\d+)\s*(ms|s)\s*\]", re.IGNORECASE)

UNSUPPORTED = {
    "image": ("an image cannot be read aloud", "describe it in words, or put it in <!-- -->"),
    "footnote": ("footnotes are not read yet", "work the note into the text, or escape the bracket: '\\['"),
    "html": ("HTML tags are not read", "use Markdown, or escape the bracket: '\\<'"),
    "entity": ("a character written as an HTML entity", "type the character itself, or escape it: '\\&'"),
}


@dataclass(frozen=True)
class Traced:
    """Text without markup; ``offsets[i]`` is where character ``i`` stands in the source."""

    text: str
    offsets: tuple[int, ...]

    @property
    def is_silent(self) -> bool:
        return not any(letter.isalnum() for letter in self.text)


@dataclass(frozen=True)
class _Run:
    """A run of ``*`` or ``_``, characters ``start`` … ``end``, that may open or close emphasis."""

    sign: str
    start: int
    end: int
    opens: bool
    closes: bool


def parse(passage: Passage, text: str, markdown: bool, ledger: Ledger) -> Iterator[Traced | Rest]:
    """The stretches of a passage between its pauses, and the pauses. Problems go to the ledger."""
    raw = "\n".join(text[start:end] for start, end in passage.spans)
    offsets = [offset for start, end in passage.spans for offset in range(start, end + 1)][: len(raw)]
    dropped = bytearray(len(raw))
    rests: dict[int, tuple[int, Rest]] = {}
    runs: list[_Run] = []
    open_links = 0
    for match in (MARKDOWN if markdown else PLAIN).finditer(raw):
        kind, (start, end) = match.lastgroup or "", match.span()
        if kind == "delimiter":
            runs.append(_run(raw, start, end))
            continue
        if kind == "pause" and (rest := _rest(match[0], offsets[start], ledger)):
            rests[start] = (end, rest)
        open_links += {"link": 1, "link_end": -1}.get(kind, 0)
        if kind in ("tag", "bracket", *UNSUPPORTED) or open_links < 0:
            _complain(match[0], kind, offsets[start], ledger)
            open_links = 0
        for first, last in _markup(match, kind):
            dropped[first:last] = b"\x01" * (last - first)
    for position in _emphasis(runs):
        dropped[position] = 1
    for position, gone in enumerate(dropped):
        if gone:
            ledger.markup(offsets[position], offsets[position] + 1)
    yield from _pieces(raw, offsets, dropped, rests)


def _markup(match: re.Match[str], kind: str) -> Iterator[tuple[int, int]]:
    """Which characters of a match are not text."""
    start, end = match.span()
    if kind == "escape":
        yield start, start + 1
    elif kind == "code":
        ticks = len(match["ticks"])
        yield start, start + ticks
        yield end - ticks, end
    else:
        yield start, end


def _pieces(
    raw: str, offsets: list[int], dropped: bytearray, rests: dict[int, tuple[int, Rest]]
) -> Iterator[Traced | Rest]:
    begin = 0
    for stop, (end, rest) in [*rests.items(), (len(raw), (len(raw), None))]:
        kept = [position for position in range(begin, stop) if not dropped[position]]
        piece = Traced("".join(raw[position] for position in kept), tuple(offsets[position] for position in kept))
        if piece.text.strip():
            yield piece
        if rest is not None:
            yield rest
        begin = end


def _rest(tag: str, offset: int, ledger: Ledger) -> Rest | None:
    match = PAUSE.fullmatch(tag)
    if match is None:
        ledger.problem(f"{tag} is not a pause", offset, "write it like [pause 1s], [pause 0.4s] or [pause 300ms]")
        return None
    seconds = float(match[1]) / (1000.0 if match[2].lower() == "ms" else 1.0)
    if seconds > MAX_PAUSE_S:
        what = f"{tag} is longer than {MAX_PAUSE_S:g} s"
        ledger.problem(what, offset, "listeners take so long a pause for the end; ask for a shorter one")
        return None
    return Rest(seconds, ledger.source.place(offset))


def _complain(found: str, kind: str, offset: int, ledger: Ledger) -> None:
    if kind in UNSUPPORTED:
        what, next_step = UNSUPPORTED[kind]
        ledger.problem(what, offset, next_step)
    elif kind == "tag":
        shown = " ".join(found.split())
        shown = shown if len(shown) <= 40 else shown[:37] + "…]"
        near = difflib.get_close_matches(found[1:-1].partition(" ")[0].lower(), ["pause"], 1)
        guess = "did you mean [pause 1s]? " if near else "the one tag there is, is [pause 1s]; "
        step = f"{guess}to have it read aloud, write '\\[{shown[1:-1]}\\]'"
        ledger.problem(f"there is no tag {shown}", offset, step)
    elif found[0] == "[":
        ledger.problem("a bracket is not closed", offset, "close it with ']', or write '\\[' to have it in the text")
    else:
        ledger.problem("a closing bracket without an opening one", offset, "delete it, or write '\\]'")


def _run(raw: str, start: int, end: int) -> _Run:
    """Whether a run may open or close emphasis: CommonMark 0.31, 6.2 'left-flanking' and 'right-flanking'."""
    before, after = raw[start - 1 : start] or " ", raw[end : end + 1] or " "
    spaced_before, spaced_after = before.isspace(), after.isspace()
    mark_before, mark_after = _is_punctuation(before), _is_punctuation(after)
    left = not spaced_after and (not mark_after or spaced_before or mark_before)
    right = not spaced_before and (not mark_before or spaced_after or mark_after)
    if raw[start] == "_":
        left, right = left and (not right or mark_before), right and (not left or mark_after)
    return _Run(raw[start], start, end, left, right)


def _is_punctuation(letter: str) -> bool:
    return not letter.isalnum() and not letter.isspace()


def _emphasis(runs: list[_Run]) -> Iterator[int]:
    """Positions of the delimiters that pair up. The rest (``5 * 3``, ``snake_case``) stay text."""
    waiting: list[_Run] = []
    for run in runs:
        start = run.start
        while run.closes and start < run.end:
            index = next((i for i in reversed(range(len(waiting))) if waiting[i].sign == run.sign), None)
            if index is None:
                break
            opener = waiting[index]
            length = min(opener.end - opener.start, run.end - start)
            yield from range(opener.end - length, opener.end)
            yield from range(start, start + length)
            start += length
            rest = replace(opener, end=opener.end - length)
            waiting[index:] = [rest] if rest.start < rest.end else []
        if run.opens and start < run.end:
            waiting.append(replace(run, start=start))


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
