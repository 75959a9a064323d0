"""Sentences that a splitter took apart, put together again: ``"Stop!" he shouted.`` is one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from pipeline.script.abbreviations import NUMBERED, ORDINARY, starters, titles
from pipeline.script.parting import says_i
from pipeline.script.quotations import SPEECH_TAG, carried

Span = tuple[int, int]

TAIL = 200  # characters

UNSPACED = ("ja", "zh")
"""Written without spaces between words or sentences."""

QUOTES = "\"'”’»“‘«„‚›‹"
CLOSERS = {"de": "\"'“‘«”’)]›"}
OPENERS = {"de": "\"'„‚»([‹"}
OTHER_CLOSERS = "\"'”’»)]›」』）"
OTHER_OPENERS = "\"'“‘«([¿¡‹「『（"
CLOSING = {
    language: re.compile(rf"[{re.escape(closers)}]+(?=\s|[—–,;]|$)")
    for language, closers in {**CLOSERS, "": OTHER_CLOSERS}.items()
}

INITIAL = re.compile(r"(?:^|[\s.(—-])([^\W\d_])\.$")
INITIAL_NEXT = re.compile(r"[^\W\d_]\.")
LISTED = re.compile(r"[\W_]*(?:\d{1,3}|[IVXLC]+|[a-zA-Z])[.)]{1,2}")
LONGEST_LISTED = 12  # characters
NUMBER_NEXT = re.compile(r"\W*(?:\d|(?!I\b(?![,.;:)]))[IVXLCDM]+\b)")
FIRST_LETTER = re.compile(rf"[{QUOTES}\s—–-]*([^\W\d_])")
QUOTED_CRY = re.compile(r"[?!…—–-][\"'”’»“‘«›」』]+\s*[—–-]?$")
ORDINAL = re.compile(r"(?:^|\s)(?:\d{1,2}|[IVX]+)\.$")
ARTICLE_ORDINAL = re.compile(
    r"(?:^|\s)(?:[Dd](?:er|ie|as|em|en|es)|[Aa]m|[Zz]u[mr]|[Vv]om|[Ii]m|[Bb]eim|ihre[mnr]?|seine[mnr]?) \d{1,3}\.$"
)
MONTHS = re.compile(r"(?:Jan|Feb|März|Mai|April|Jun|Jul|Aug|Sep|Okt|Nov|Dez)")
PLURALS = {"EE": ("UU",), "FF": ("AA", "CC"), "JJ": ("OO",), "SS": ("MM", "AA"), "LL": ("AA",), "RR": ("HH",)}
"""Initials doubled for the plural: ``EE. UU.``."""

ANY_WORD = re.compile(r"[^\W_]")
LAST_WORD = re.compile(r"[^\s\"'“”‘’«»„‚(\[—–-]*(?=\.$)")
NEXT_WORD = re.compile(r"[\w'’]*")


def rejoin(text: str, starts: Sequence[int], language: str, certain: Collection[int] = ()) -> list[Span]:
    """Spans of whole sentences, whatever splitter said where they start.

    Quotation marks go to the sentence they belong to; strays, abbreviations, initials, speech tags and
    whatever goes on in lower case are joined to what precedes them; a short quotation stays in one piece inside the
    sentence that carries it. Only white space lies between spans.

    Args:
        starts: offsets at which sentences may start, ascending.
        certain: those of them at which one starts whatever the rules say.
    """
    joined: list[Span] = []
    quotations = iter(carried(text) if starts else ())
    quotation = next(quotations, None)
    for start, end in _mend_quotes(text, starts, language):
        while quotation is not None and quotation[1] <= start:
            quotation = next(quotations, None)
        if joined and (
            (joined[-1][1] == start and language not in UNSPACED)  # inside a word
            or (quotation is not None and quotation[0] < start)
            or (start not in certain and _belongs(text, joined[-1], (start, end), language))
        ):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _mend_quotes(text: str, starts: Sequence[int], language: str) -> list[Span]:
    """Closing marks at a sentence's start move left, opening marks at its end move right."""
    closing = CLOSING.get(language, CLOSING[""])
    openers = OPENERS.get(language, OTHER_OPENERS)
    bounds = [0, *starts, len(text)]  # all of the text, whatever the splitter left out
    for index in range(1, len(bounds) - 1):
        if match := closing.match(text, bounds[index], bounds[index + 1]):
            bounds[index] = match.end()
            continue
        before = text[bounds[index - 1] : bounds[index]].rstrip()
        bare = before.rstrip(openers)
        if bare[-1:].isspace() and len(bare) < len(before):
            bounds[index] = bounds[index - 1] + len(bare)
    mended = []
    for start, stop in pairwise(bounds):
        words = text[start:stop]
        if stripped := words.strip():
            begin = start + len(words) - len(words.lstrip())
            mended.append((begin, begin + len(stripped)))
    return mended


def _belongs(text: str, span: Span, following: Span, language: str) -> bool:
    """Whether the words of ``following`` go on with the sentence that ``span`` begins."""
    start, end = following
    letter = FIRST_LETTER.match(text, start, end)
    if letter is not None and letter[1].islower():
        return True
    if letter is None and (text[start] == "/" or ANY_WORD.search(text, start, end) is None):
        return True
    if ANY_WORD.search(text, *span) is None:
        return True
    if span[1] - span[0] < LONGEST_LISTED and LISTED.fullmatch(text, *span) is not None:
        return True
    before = text[max(span[0], span[1] - TAIL) : span[1]]  # a page-long sentence is not read at every join
    if before[-1] == ".":
        return _is_abbreviated(before, text[start : min(end, start + TAIL)], language)
    return (
        QUOTED_CRY.search(before, max(0, len(before) - 8)) is not None and SPEECH_TAG.match(text, start) is not None
    )


def _is_abbreviated(before: str, after: str, language: str) -> bool:
    """Whether the full stop of ``before`` only ends an abbreviation, an initial or an ordinal."""
    match = LAST_WORD.search(before, max(0, len(before) - 24))
    word = match[0] if match else ""
    if word in titles(language) or (_is_numbered(word, language) and NUMBER_NEXT.match(after)):
        return True
    if word.isalpha() and len(word) > 2:
        return False
    if word == "" or word[-1] == ".":  # an ellipsis
        return before.endswith(". . .") and not before.endswith(". . . .") and says_i(_next_word(after))
    if INITIAL.search(before) and INITIAL_NEXT.match(after):  # 'z. B.', 'p. m.', 'J. R.'
        return True
    return after.startswith(PLURALS.get(word, ())) or _is_named(before, after, word, language)


def _is_numbered(word: str, language: str) -> bool:
    return word.lower() in NUMBERED and not (language == "en" and word in ORDINARY)


def _is_named(before: str, after: str, word: str, language: str) -> bool:
    """Whether an initial or an ordinal belongs to the name that follows."""
    if language == "de" and ORDINAL.search(before) and MONTHS.match(after):
        return True
    if not after[0].isupper() or _next_word(after).lower().replace("’", "'") in starters(language):
        return False
    if language == "de" and ARTICLE_ORDINAL.search(before):
        return True
    return _is_initial(before) or (word == "M" and language == "fr")


def _next_word(text: str) -> str:
    match = NEXT_WORD.match(text)
    assert match is not None  # it matches nothing, too
    return match[0]


def _is_initial(before: str) -> bool:
    """``J.`` of ``J. R. Hartley``; but ``It was I.`` ends, and so does ``plan B.`` after a small word."""
    match = INITIAL.search(before)
    if match is None or not match[1].isupper():
        return False
    previous = before[: match.start(1)].split()
    if not previous or INITIAL.search(previous[-1]):
        return True
    return match[1] != "I" and previous[-1][:1].isupper()
