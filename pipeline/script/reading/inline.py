"""Markup inside a paragraph: emphasis, links, hints, tags, notes, escapes. What is left keeps its source offsets."""

from __future__ import annotations

import difflib
import html
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.script.blocks import Ledger, Mark, Marking, Sort
from pipeline.script.reading.emphasis import Run, pairs, run_of
from pipeline.script.reading.tags import HINT, Fault, Meaning, attributes, hints, resembles_tag, tag

_RULES = {
    "escape": r"\\[!-/:-@\[-`{-~♪]",
    "wrap": r"\\(?=\n)",
    "invisible": "[\u00ad\u200b\u2060\ufeff]+",  # soft hyphen, zero-width space, word joiner, stray byte order mark
    "code": r"(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)",
    "reference": r"\[\^[^\]\[\s]+\]",
    "open": r"!\[|\^\[|\[",
    "close": r"\]",
    "autolink": r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>",
    "html": r"</?[A-Za-z][^<>]*>|<[!?][^<>]*>",
    "entity": r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w*);",
    "delimiter": r"\*+|_+",
    "sung": "♪",
}
_PLAIN = {name: _RULES[name] for name in ("escape", "invisible", "close", "sung")}


def _pattern(rules: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{rule})" for name, rule in rules.items()), re.DOTALL)


MARKDOWN = _pattern(_RULES)
PLAIN = _pattern(_PLAIN | {"open": r"\[", "delimiter": "_+"})
SCREENPLAY = _pattern(_PLAIN | {"open": r"\[", "delimiter": r"\*+|_+"})

PAREN = re.compile(r"\((?:[^()\\\"]|\\.|\"[^\"]*\"|\([^()]*\))*+\)", re.DOTALL)
BRACE = re.compile(r"\{[^{}]*\}")
ADDRESS = re.compile(
    r"\s*(?P<url><[^<>\n]*>|(?:[^\s\\]|\\.)*)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*", re.DOTALL
)
LABEL = re.compile(r"\[([^\[\]]*)\]")
ATTRIBUTE = re.compile(r"\{[^{}]*\b(?:say|ipa|as|lang)=")

HTML = {"em": Marking.EMPHASIS, "i": Marking.EMPHASIS, "b": Marking.STRONG, "strong": Marking.STRONG}
SILENT_HTML = ("sup", "sub")
_TEXT, _MARKUP, _ELSEWHERE, _DECODED = 0, 1, 2, 3  # what becomes of a character of the paragraph


@dataclass(frozen=True)
class Aside:
    """What stands inside a paragraph, at ``start`` of the source, and is a block of its own: a note or a picture."""

    sort: Sort
    raw: str
    offsets: Sequence[int]
    start: int
    note: str = ""


@dataclass
class Continuity:
    """What one paragraph must know of the others, and what it leaves for them.

    Attributes:
        sounds: names that cues may use; None for any.
        links: addresses that are written elsewhere, ``[map]: https://…``, by their label.
        started: the sounds that a cue has started so far.
        references: id and source offset of every reference to a note.
        asides: notes and pictures met, to be taken out and read as blocks of their own.
    """

    sounds: Collection[str] | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)
    references: list[tuple[str, int]] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)


def label_of(written: str) -> str:
    """A link's label as it is looked up: capitals and white space do not matter."""
    return " ".join(written.casefold().split())


def mark(
    text: str,
    offsets: Sequence[int],
    ledger: Ledger,
    *,
    markdown: bool,
    continuity: Continuity | None = None,
    stars: bool = False,
) -> tuple[str, Sequence[int], tuple[Mark, ...]]:
    """A paragraph's text without its markup.

    In plain text (``markdown=False``) there are tags, hints, ``_emphasis_``, ``♪`` and escapes;
    a bracket that is no tag stays text, unless it looks like a misspelt one.

    Args:
        text: the paragraph as it stands in the source; hard wraps are line feeds.
        offsets: where each of its characters stands, ascending. What lies between two of them is markup already.
        ledger: is told what is markup, and what is wrong.
        continuity: of the whole script; without it cues are not checked against each other, and notes ``^[…]`` and
            pictures are errors.
        stars: in plain text, whether stars stand for emphasis, as they do in screenplays.

    Returns:
        The words (line feeds are spaces, entities are what they stand for), where each character stands, and the
        marks in order of their start. ``[lang: …]`` at the beginning marks the whole text.
    """
    pattern = MARKDOWN if markdown else SCREENPLAY if stars else PLAIN
    if pattern.search(text) is None:
        return text.replace("\n", " "), offsets, ()
    scan = _Scan(text, offsets, ledger, markdown, continuity)
    position = 0
    while match := pattern.search(text, position):
        position = getattr(scan, match.lastgroup or "")(match)
    scan.finish()
    return scan.result()


class _Scan:
    """One paragraph on its way: a method for each kind of token, which returns where to go on."""

    def __init__(
        self, raw: str, offsets: Sequence[int], ledger: Ledger, markdown: bool, continuity: Continuity | None
    ) -> None:
        self.raw, self.offsets, self.ledger = raw, offsets, ledger
        self.markdown, self.continuity = markdown, continuity
        self.fates = bytearray(len(raw))
        self.decoded: dict[int, str] = {}
        self.marks: list[Mark] = []  # in positions of the raw text
        self.runs: list[Run] = []
        self.brackets: list[tuple[int, str, int]] = []  # where, which, and how many marks there were before it
        self.before = 0  # marks before the bracket that was closed last
        self.elements: list[tuple[int, str]] = []  # HTML that is open
        self.singing: int | None = None

    def escape(self, match: re.Match[str]) -> int:
        return self.drop(match.start(), match.start() + 1, match.end())

    def wrap(self, match: re.Match[str]) -> int:
        return self.drop(*match.span())

    invisible = wrap

    def code(self, match: re.Match[str]) -> int:
        ticks = len(match["ticks"])
        self.drop(match.start(), match.start() + ticks)
        return self.drop(match.end() - ticks, match.end())

    def delimiter(self, match: re.Match[str]) -> int:
        self.runs.append(run_of(self.raw, *match.span()))
        return match.end()

    def sung(self, match: re.Match[str]) -> int:
        if self.singing is None:
            self.singing = match.end()
        else:
            self.marks.append(Mark(self.singing, match.start(), Marking.SUNG))
            self.singing = None
        return self.drop(*match.span())

    def reference(self, match: re.Match[str]) -> int:
        start, end = match.span()
        note = match[0][2:-1]
        self.drop(start, end)
        self.fates[start + 2 : end - 1] = bytes([_ELSEWHERE]) * len(note)
        for offset in self.offsets[start + 2 : end - 1]:
            self.ledger.skip(offset, offset + 1, "note_references")
        self.marks.append(Mark(start, start, Marking.NOTE, note))
        if self.continuity is not None:
            self.continuity.references.append((note, self.offsets[start]))
        return end

    def autolink(self, match: re.Match[str]) -> int:
        start, end = match.span()
        address = match[0][1:-1]
        self.drop(start, start + 1)
        self.marks.append(Mark(start + 1, end - 1, Marking.LINK, address if ":" in address else f"mailto:{address}"))
        return self.drop(end - 1, end)

    def html(self, match: re.Match[str]) -> int:
        start, end = match.span()
        name = re.sub(r"\s*/?>$", "", match[0][1:]).lower()
        if name == "br":
            return self.decode(start, end, " ")
        if name in HTML or name in SILENT_HTML:
            self.elements.append((start, name))
        elif self.elements and name == f"/{self.elements[-1][1]}":
            begin, opened = self.elements.pop()
            if opened in HTML:
                self.marks.append(Mark(begin, start, HTML[opened]))
        else:
            what = "a closing HTML tag without an opening one" if name[1:] in HTML else "HTML tags are not read"
            self.ledger.problem(what, self.offsets[start], "use Markdown, or escape the bracket: '\\<'")
        return self.drop(start, end)

    def entity(self, match: re.Match[str]) -> int:
        letters = html.unescape(match[0])
        if letters == match[0]:
            what = f"there is no HTML entity {match[0]}"
            self.ledger.problem(what, self.offsets[match.start()], "type the character itself, or escape it: '\\&'")
        if letters.strip("\u00ad\u200b\u2060\ufeff") == "" or letters == match[0]:
            return self.drop(*match.span())
        return self.decode(*match.span(), letters)

    def open(self, match: re.Match[str]) -> int:
        self.brackets.append((match.start(), match[0], len(self.marks)))
        return match.end()

    def close(self, match: re.Match[str]) -> int:
        end = match.end()
        if not self.brackets:
            if self.markdown:
                what, step = "a closing bracket without an opening one", "delete it, or write '\\]'"
                self.ledger.problem(what, self.offsets[match.start()], step)
                self.drop(*match.span())
            return end
        start, sign, self.before = self.brackets.pop()
        return self.bracket(start, end) if sign == "[" else self.aside(start, end, sign)

    def bracket(self, start: int, end: int) -> int:
        """``[…]``: words with a hint or an address behind them, or a tag."""
        paren, brace = PAREN.match(self.raw, end), BRACE.match(self.raw, end)
        if paren and HINT.match(paren[0], 1):
            return self.hint(start, end, paren.end(), hints(paren[0][1:-1]))
        if paren and self.markdown and (address := ADDRESS.fullmatch(paren[0][1:-1])):
            return self.span(start, end, paren.end(), [(Marking.LINK, address["url"].strip("<>"))])
        if brace and (self.markdown or ATTRIBUTE.match(brace[0])):
            return self.hint(start, end, brace.end(), attributes(brace[0][1:-1]))
        label = LABEL.match(self.raw, end)
        named = label_of((label[1] if label else "") or self.raw[start + 1 : end - 1])
        if self.continuity is not None and named in self.continuity.links:
            return self.span(
                start, end, label.end() if label else end, [(Marking.LINK, self.continuity.links[named])]
            )
        return self.tag(start, end, paren[0][1:-1] if paren else "")

    def hint(self, start: int, end: int, stop: int, meanings: list[Meaning] | Fault) -> int:
        if isinstance(meanings, list) and meanings and not self.raw[start + 1 : end - 1].strip():
            meanings = Fault("nothing stands between the brackets", "write [the words](say: how to say them)")
        if isinstance(meanings, Fault):
            self.fault(meanings, start)
            meanings = []
        return self.span(start, end, stop, meanings)

    def span(self, start: int, end: int, stop: int, meanings: Sequence[Meaning]) -> int:
        self.marks += [Mark(start + 1, end - 1, marking, value) for marking, value in meanings]
        self.drop(start, start + 1)
        return self.drop(end - 1, stop)

    def tag(self, start: int, end: int, behind: str) -> int:
        content = self.raw[start + 1 : end - 1]
        meaning = tag(content)
        if isinstance(meaning, Fault):
            if not self.markdown and not resembles_tag(content):
                return end
            self.fault(_behind(content, behind) if behind and self.markdown else meaning, start)
        self.cut(start, end)
        if isinstance(meaning, Fault):
            return end
        marking, value = meaning
        if marking is Marking.LANGUAGE:
            self.whole(start, end, value)
        else:
            self.marks.append(Mark(start, start, marking, value))
        if marking is Marking.CUE and self.continuity is not None:
            self.cue(value, start)
        return end

    def whole(self, start: int, end: int, language: str) -> None:
        before = zip(self.raw[:start], self.fates, strict=False)
        if any(fate == _TEXT and not letter.isspace() for letter, fate in before):
            what = f"[lang: {language}] is not at the beginning of its paragraph"
            self.fault(Fault(what, f"mark the words alone: [the words](lang: {language})"), start)
        self.marks.append(Mark(end, len(self.raw), Marking.LANGUAGE, language))

    def cue(self, value: str, start: int) -> None:
        assert self.continuity is not None
        action, name = value.split("\t")[:2]
        sounds, started = self.continuity.sounds, self.continuity.started
        if sounds is not None and name not in sounds:
            near = difflib.get_close_matches(name, sounds, 1)
            guess = f"did you mean '{near[0]}'? Otherwise declare" if near else "declare"
            self.fault(Fault(f"there is no sound '{name}'", f"{guess} {name} under 'sounds:'"), start)
        elif action == "stop" and name not in started:
            near = difflib.get_close_matches(name, started, 1)
            guess = f"did you mean [stop: {near[0]}]? Otherwise start" if near else "start"
            self.fault(
                Fault(f"'{name}' is stopped and was never started", f"{guess} it before: [music: {name}]"), start
            )
        elif action != "stop":
            started.add(name)

    def aside(self, start: int, end: int, sign: str) -> int:
        """A note or a picture: its words are taken out and kept for a block of their own."""
        paren = PAREN.match(self.raw, end) if sign == "![" else None
        size = BRACE.match(self.raw, paren.end()) if paren else None  # {width=50%}
        stop = size.end() if size else paren.end() if paren else end
        begin, last = start + len(sign), end - 1
        if sign == "![" and (paren is None or ADDRESS.fullmatch(paren[0][1:-1]) is None):
            self.fault(Fault("a picture without its file", "write ![what is to be seen](file.png), or '!\\['"), start)
        elif self.continuity is None:
            self.fault(Fault("a note or picture cannot stand here", "put it in the paragraph itself"), start)
        else:
            note = "" if sign == "![" else f"^{self.offsets[start]}"
            sort = Sort.NOTE if note else Sort.IMAGE
            inside = self.raw[begin:last], self.offsets[begin:last]
            self.continuity.asides.append(Aside(sort, *inside, self.offsets[start], note))
        self.cut(start, stop)
        self.fates[begin:last] = bytes([_ELSEWHERE]) * (last - begin)
        if sign == "^[":
            self.marks.append(Mark(start, start, Marking.NOTE, f"^{self.offsets[start]}"))
        return stop

    def cut(self, start: int, end: int) -> None:
        """Take out a stretch and whatever was found in it."""
        del self.marks[self.before :]
        self.elements = [element for element in self.elements if element[0] < start]
        self.singing = None if self.singing is not None and self.singing > start else self.singing
        self.drop(start, end)

    def drop(self, start: int, end: int, onward: int | None = None) -> int:
        self.fates[start:end] = bytes([_MARKUP]) * (end - start)
        return end if onward is None else onward

    def decode(self, start: int, end: int, letters: str) -> int:
        self.drop(start, end)
        self.fates[start] = _DECODED
        self.decoded[start] = letters
        return end

    def fault(self, fault: Fault, start: int) -> None:
        self.ledger.problem(fault.what, self.offsets[start], fault.next_step)

    def finish(self) -> None:
        """What can be told only at the paragraph's end."""
        if self.markdown:
            for start, _, _ in self.brackets:
                what = "a bracket is not closed"
                self.fault(Fault(what, "close it with ']', or write '\\[' to have it in the text"), start)
                self.drop(start, start + 1)
        for start, name in self.elements:
            self.fault(Fault(f"<{name}> is not closed", f"write </{name}> after it, or escape it: '\\<'"), start)
        if self.singing is not None:
            self.marks.append(Mark(self.singing, len(self.raw), Marking.SUNG))
        for opener, closer, length in pairs([run for run in self.runs if not self.fates[run.start]]):
            self.drop(opener, opener + length)
            self.drop(closer, closer + length)
            found = {1: [Marking.EMPHASIS], 2: [Marking.STRONG]}.get(length, [Marking.EMPHASIS, Marking.STRONG])
            self.marks += [Mark(opener + length, closer, marking) for marking in found]

    def result(self) -> tuple[str, Sequence[int], tuple[Mark, ...]]:
        for run in re.finditer(rb"\x01+", self.fates):
            self.ledger.markup(self.offsets[run.start()], self.offsets[run.end() - 1] + 1)
        parts: list[str] = []
        offsets: list[int] = []
        starts: list[int] = [-1]  # where each part begins in the raw text and in the words
        lengths: list[int] = [0]
        for part in re.finditer(rb"\x00+|\x03", self.fates):
            start, end = part.span()
            starts.append(start)
            lengths.append(len(offsets))
            if part[0] == b"\x03":
                parts.append(self.decoded[start])
                offsets += [self.offsets[start]] * len(parts[-1])
                if parts[-1].isspace():
                    self.ledger.markup(offsets[-1], offsets[-1] + 1)
            else:
                parts.append(self.raw[start:end])
                offsets += self.offsets[start:end]
        text = "".join(parts).replace("\n", " ")
        starts.append(len(self.raw) + 1)
        lengths.append(len(text))

        def place(position: int) -> int:
            index = bisect_right(starts, position) - 1
            inside = position - starts[index] if index else 0
            return min(lengths[index] + inside, lengths[index + 1])

        marks = (replace(mark, start=place(mark.start), end=place(mark.end)) for mark in self.marks)
        return text, offsets, tuple(sorted(_trimmed(marks, text), key=lambda mark: (mark.start, -mark.end)))


def _behind(content: str, behind: str) -> Fault:
    """The fault of ``[content](behind)`` where ``behind`` is neither an address nor a known hint."""
    found = hints(behind)
    if isinstance(found, Fault) and re.match(r"\s*[A-Za-z][\w-]*\s*:", behind):
        return found
    shown = " ".join(f"[{content}]({behind})".split())
    return Fault(f"{shown} is neither a link nor a hint", "a link has an address, a hint is like (say: shiv-AWN)")


def _trimmed(marks: Iterator[Mark], text: str) -> Iterator[Mark]:
    """Marks without white space at their edges; those of nothing but white space go."""
    for found in marks:
        if found.marking in (Marking.NOTE, Marking.PAUSE, Marking.SOUND, Marking.CUE):
            yield found
            continue
        words = text[found.start : found.end]
        if words.strip():
            start = found.start + len(words) - len(words.lstrip())
            yield replace(found, start=start, end=start + len(words.strip()))
