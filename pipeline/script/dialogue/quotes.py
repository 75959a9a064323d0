"""Quoted speech in novels, by rule: where it begins and ends in each paragraph.

Typography decides, not grammar. Which marks a book speaks in is found on the whole book (`styles_of`); a paragraph is
then walked from mark to mark. What is quoted without being said (a title, a single word, an expression that the
narrator holds with tongs) is told apart by what stands before, inside and after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.script.dialogue.dashes import DASH_START, dash_speech
from pipeline.script.dialogue.incises import without_incises
from pipeline.script.dialogue.verbs import family, verb_pattern
from pipeline.script.words import has_words

Span = tuple[int, int]


@dataclass(frozen=True)
class Speech:
    """A stretch of quoted speech in a paragraph, its marks included.

    Attributes:
        start: its first character, the opening mark.
        end: one past its last, the closing mark.
        continued: it goes on with what the last stretch of the paragraph before left open.
    """

    start: int
    end: int
    continued: bool = False


CLOSERS = {"“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", '"': '"', "'": "'", "‚": "‘’", "‟": "”"}
OPENERS = {
    "double": "“\"‟",
    "single": "‘'",
    "guillemets": "«",
    "low-high": "„»",
    "dash": "",
}  # fmt: skip
MARKS = re.compile(r"[“”\"„«»‘’'‚‟]")
COUNTED = {
    "double": re.compile(r"(?:^|(?<=[\s(—–-]))[“\"](?=\S)"),
    "single": re.compile(r"(?:^|(?<=[\s(—–-]))[‘'](?=[A-ZÀ-Þ])"),
    "guillemets": re.compile(r"(?:^|(?<=[\s(—–'’-]))«"),
    "low-high": re.compile(r"„|(?:^|(?<=[\s(—–-]))»(?=\w)"),
    "dash": re.compile(rf"^{DASH_START.pattern}"),
}
MINOR = 0.12  # ours: a style that opens this share of what the first style does is speech too
ENDS_SPEECH = re.compile(r"[,.!?;:…—–-][\s_*)\]’'”]*$|--$")
NOT_SAID_BEFORE = {
    "en": r"(?:called|named|word|words|term|terms|phrase|title|titled|entitled|motto|inscribed|labelled|marked|the|a"
    r"|an|of|or|his|her|their|its|my|our|your|this|that|these|those|some|so-called)",
    "de": r"(?:genannt|namens|Wort|Titel|sogenannte[nrs]?|der|die|das|den|dem|des|ein|eine|einen|einem|im|am|vom)",
    "fr": r"(?:nommée?|appelée?|mot|mots|titre|le|la|les|un|une|des|du|de|ce|cette|son|sa|intitulée?)",
    "es": r"(?:llamad[oa]|palabra|título|titulad[oa]|el|la|los|las|un|una|de|del|su|ese|esa)",
    "it": r"(?:chiamat[oa]|parola|titolo|intitolat[oa]|il|lo|la|i|gli|le|un|una|di|del|della|suo|sua)",
    "pt": r"(?:chamad[oa]|palavra|título|intitulad[oa]|o|a|os|as|um|uma|de|do|da|seu|sua)",
}
ELISIONS = re.compile(
    r"['‘](?:tis|twas|twere|twill|twould|em|im|er|ere|bout|cause|cos|cept|fore|gainst|mid|neath|n|nuff|nother|pon|round"
    r"|scuse|spose|steada|til|till|tween|way|ud|ave|ad|as|is|ow|ome|ouse|and|eard|ead|ope|undred|\d0s|\d\d)\b",
    re.IGNORECASE,
)


def find_speech(paragraphs: Sequence[str], language: str, style: str = "auto") -> list[list[Speech]]:
    """The stretches of quoted speech in every paragraph.

    Args:
        paragraphs: a chapter, or better a whole book, in order.
        language: BCP 47 tag; other languages than en, de, fr, es, it and pt are read by the English rules.
        style: ``double``, ``single``, ``guillemets``, ``low-high`` or ``dash``, or several joined by ``+``; ``auto``
            looks at all the paragraphs.

    Returns:
        for each paragraph its stretches in order, not overlapping; nested quotes stay inside the outer one.
    """
    chosen = styles_of(paragraphs) if style == "auto" else tuple(style.split("+"))
    openers = "".join(OPENERS[name] for name in chosen)
    found: list[list[Speech]] = []
    left_open = ""
    for text in paragraphs:
        speeches, left_open = _paragraph(text, family(language), openers, "dash" in chosen, left_open)
        found.append(speeches)
    return found


def styles_of(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """The styles that a book speaks in, the commonest first: how often each opens a quotation decides."""
    counts = {name: sum(len(pattern.findall(text)) for text in paragraphs) for name, pattern in COUNTED.items()}
    turned = "guillemets" if counts["low-high"] > counts["guillemets"] else "low-high"
    counts[turned] = 0  # »…« and «…» are the same characters: only one of them opens
    ranked = sorted(counts, key=lambda name: -counts[name])
    first = counts[ranked[0]]
    if not first:
        return ("double",)
    chosen = [name for name in ranked if counts[name] >= MINOR * first]
    if "single" in chosen and "double" in chosen:
        chosen.remove("single" if counts["double"] > counts["single"] else "double")
    return tuple(chosen)


def _paragraph(text: str, language: str, openers: str, dashes: bool, left_open: str) -> tuple[list[Speech], str]:
    """The speech of one paragraph, and the opening mark that it leaves without a closing one."""
    dash = DASH_START.match(text) if dashes or left_open else None
    if dash is not None:
        spans = dash_speech(text, dash.end(), language)
        return [Speech(*span) for span in spans], left_open if left_open == "«" and "»" not in text else ""
    resumed = (
        "»" if left_open == "«" and text.startswith("»") else ""
    )  # repeated as the closing mark: French, Spanish
    stretches, still_open = _quoted(text, openers, resumed)
    speeches: list[Speech] = []
    for start, end in stretches:
        closed = not (still_open and (start, end) == stretches[-1])
        if closed and not _is_said(text, start, end, language):
            continue
        goes_on = bool(left_open) and not speeches and not text[:start].strip()
        for piece in without_incises(text, start, end, language):
            speeches.append(Speech(*piece, continued=goes_on and piece[0] == start))
    return speeches, still_open


def _quoted(text: str, openers: str, resumed: str = "") -> tuple[list[Span], str]:
    """Everything between quotation marks of the outermost level; the mark of the last one if it is not closed."""
    spans: list[Span] = []
    start, opener = (0, "«") if resumed else (-1, "")
    for mark in MARKS.finditer(text, len(resumed)):
        at, sign = mark.start(), mark[0]
        if not opener:
            if sign in openers and _opens(text, at, sign):
                start, opener = at, sign
        elif sign in CLOSERS[opener] and _closes(text, at, sign, opener):
            spans.append((start, at + 1))
            opener = ""
    if opener:
        spans.append((start, len(text)))
    return spans, opener


def _opens(text: str, at: int, sign: str) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if sign in "'‘":
        return not before.isalnum() and bool(after.strip()) and ELISIONS.match(text, at) is None
    if sign in '"»':
        return bool(after.strip()) and (not before.strip() or not before.isalnum())
    return True


def _closes(text: str, at: int, sign: str, opener: str) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if sign not in "'’" or opener not in "'‘":
        return True
    if after.isalnum():
        return False
    if before in ',.!?;:—–-…)”"_*':
        return True
    if not before.isalpha():
        return not before.isspace() or not after.strip()
    return not _closed_later(text, at + 1, opener)


LAST_WORD = re.compile(r"[\w'’]+$")
STRICT_END = re.compile(r"(?<=[,.!?;:—–\-…)”\"_*])['’](?!\w)")


def _closed_later(text: str, at: int, opener: str) -> bool:
    """Whether a mark that can only be a closing one comes before the next opening one: this is an apostrophe."""
    strict = STRICT_END.search(text, at)
    if strict is None:
        return False
    between = text[at : strict.start()]
    return not any(_opens(text, at + i, opener) for i, sign in enumerate(between) if sign == opener)


def _is_said(text: str, start: int, end: int, language: str) -> bool:
    """Whether what stands between marks is spoken, and not a title or an expression that is merely named."""
    inner = text[start + 1 : end - 1].strip()
    if not inner:
        return False
    before, after = text[:start].rstrip(" (_*"), text[end:].lstrip()
    if not before and (not has_words(after) or ENDS_SPEECH.search(inner)):
        return True
    ended = bool(ENDS_SPEECH.search(inner))
    introduced = before.endswith((",", ":", "—", "–", "-", ";", ".", "!", "?", "…", "”", '"', "»"))
    if _tag_follows(after, language) and (ended or introduced or not before):
        return True
    named = _named(language).search(before) is not None
    if named:
        return False
    return _looks_said(inner, before, after, language, ended=ended, introduced=introduced)


def _looks_said(inner: str, before: str, after: str, language: str, *, ended: bool, introduced: bool) -> bool:
    """The same without a tag after it and nothing before it that names a word."""
    words = len(inner.split())
    if ended and inner[-1] in "!?":
        return True
    if introduced:
        led_in = before.endswith((":", ",")) and (words > 3 or (inner[:1].isupper() and not after))
        return ended or led_in or not after
    last = LAST_WORD.search(before)
    if last is not None and _verb(language).fullmatch(last[0]):
        return True
    return ended and words > 4 and inner[:1].isupper()


def _tag_follows(after: str, language: str) -> bool:
    """Whether the narrator goes on with a speech verb within three words."""
    return _tag(language).match(after) is not None


@lru_cache(maxsize=8)
def _tag(language: str) -> re.Pattern[str]:
    return re.compile(rf"[,;—–-]*\s*(?:[\w.]+\s+){{0,2}}{verb_pattern(language)}\b")


@lru_cache(maxsize=8)
def _verb(language: str) -> re.Pattern[str]:
    return re.compile(verb_pattern(language))


@lru_cache(maxsize=8)
def _named(language: str) -> re.Pattern[str]:
    return re.compile(rf"\b{NOT_SAID_BEFORE[language]}$")
