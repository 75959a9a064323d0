"""Sentences that a splitter took apart, put together again: ``"Stop!" he shouted.`` is one."""

from __future__ import annotations

import re
from itertools import pairwise

Span = tuple[int, int]

TAIL = 200  # characters

UNSPACED = ("ja", "zh")
"""Written without spaces between words or sentences."""

QUOTES = "\"'”’»“‘«„‚›‹"
CLOSERS = {"de": "\"'“‘«”’)]›"}
OPENERS = {"de": "\"'„‚»([‹"}
OTHER_CLOSERS = "\"'”’»)]›」』）"
OTHER_OPENERS = "\"'“‘«([¿¡‹「『（"

TITLES = re.compile(
    r"(?:^|[\s\"'“‘«(—-])(?:Mr|Mrs|Ms|Messrs|Mme|Mlle|Dr|Prof|Rev|Hon|Capt|Col|Gen|Lt|Lieut|Maj|Sgt|Adm|Gov|St|Ste|"
    r"Sr|Sra|Srta|Dña|Sig|Hr|Fr|viz|i\.\s?e|e\.\s?g|cf)\.$"
)
NUMBERED = re.compile(
    r"(?:^|[\s(])(?:[Nn]os?|[Nn]r|[Cc]h|[Cc]hap|[Pp]p?|[Vv]ols?|[Ff]igs?|[Aa]rts?|[Ss]ec|[Ll]l?|[Bb]k|Abb|S)\.$"
)
INITIAL = re.compile(r"(?:^|[\s.(—-])([^\W\d_])\.$")
INITIAL_NEXT = re.compile(r"[^\W\d_]\.")
LISTED = re.compile(r"[\W_]*(?:\d{1,3}|[IVXLC]+|[a-zA-Z])[.)]")
NUMBER_NEXT = re.compile(r"\W*(?:\d|[IVXLCDM]+\b)")
LOWER_NEXT = re.compile(rf"[{QUOTES}\s—–-]*[^\W\d_]")
QUOTED_CRY = re.compile(r"[?!…][\"'”’»“‘«›」』]+\s*[—–-]?$")
ORDINAL = re.compile(r"(?:^|\s)(?:\d{1,2}|[IVX]+)\.$")
MONTHS = re.compile(r"(?:Jan|Feb|März|Mai|April|Jun|Jul|Aug|Sep|Okt|Nov|Dez)")

SAID = (
    "said says asked asks answered answers cried cries replied replies returned exclaimed whispered muttered shouted "
    "called inquired enquired demanded observed remarked added continued began repeated murmured echoed screamed "
    "yelled growled roared sighed laughed gasped responded declared protested interrupted interposed ejaculated "
    "snapped put went thought wondered told urged pleaded begged breathed hissed groaned sobbed wailed"
)
SPEECH_TAG = re.compile(
    rf"(?:I|[^\W\d_][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){{0,3}}|[Tt]he(?:\s+\w+){{1,3}})\s+(?:{SAID.replace(' ', '|')})\b"
)


def rejoin(text: str, spans: list[Span], language: str) -> list[Span]:
    """Spans of whole sentences, whatever splitter gave the first ones.

    Quotation marks go to the sentence they belong to; strays, abbreviations, initials, speech tags and
    whatever goes on in lower case are joined to what precedes them. Only white space lies between spans.
    """
    joined: list[Span] = []
    for start, end in _mend_quotes(text, spans, language):
        before = joined[-1] if joined else None
        is_inside_word = before is not None and before[1] == start and language not in UNSPACED
        if before and (is_inside_word or _belongs(_tail(text, before), text[start:end], language)):
            joined[-1] = (before[0], end)
        else:
            joined.append((start, end))
    return joined


def _tail(text: str, span: Span) -> str:
    """As much of a sentence's end as any rule looks at; a page-long sentence is not read again at every join."""
    return text[max(span[0], span[1] - TAIL) : span[1]]


def _mend_quotes(text: str, spans: list[Span], language: str) -> list[Span]:
    """Closing marks at a sentence's start move left, opening marks at its end move right."""
    closers = re.compile(rf"[{re.escape(CLOSERS.get(language, OTHER_CLOSERS))}]+(?=\s|[—–,;]|$)")
    openers = re.compile(rf"\s([{re.escape(OPENERS.get(language, OTHER_OPENERS))}]+)\s*$")
    bounds = [0, *(start for start, _ in spans[1:]), len(text)]  # all of the text, whatever the splitter left out
    for index in range(1, len(bounds) - 1):
        if closing := closers.match(text, bounds[index], bounds[index + 1]):
            bounds[index] = closing.end()
        elif opening := openers.search(text, bounds[index - 1], bounds[index]):
            bounds[index] = opening.start(1)
    mended = []
    for start, stop in pairwise(bounds):
        words = text[start:stop]
        if stripped := words.strip():
            begin = start + len(words) - len(words.lstrip())
            mended.append((begin, begin + len(stripped)))
    return mended


def _belongs(before: str, after: str, language: str) -> bool:
    """Whether ``after`` goes on with the sentence that ``before`` begins."""
    lower = LOWER_NEXT.match(after)
    return (
        not _has_word(after)
        or not _has_word(before)
        or LISTED.fullmatch(before) is not None
        or (lower is not None and lower[0][-1].islower())
        or (QUOTED_CRY.search(before) is not None and SPEECH_TAG.match(after) is not None)
        or _is_abbreviated(before, after, language)
    )


def _is_abbreviated(before: str, after: str, language: str) -> bool:
    """Whether the full stop of ``before`` only ends an abbreviation, an initial or an ordinal."""
    if TITLES.search(before):
        return True
    if NUMBERED.search(before) and NUMBER_NEXT.match(after):
        return True
    if language == "de" and ORDINAL.search(before) and MONTHS.match(after):
        return True
    if INITIAL.search(before) and INITIAL_NEXT.match(after):  # 'z. B.', 'p. m.', 'J. R.'
        return True
    return _is_initial(before) and after[0].isupper()


def _is_initial(before: str) -> bool:
    """``J.`` of ``J. R. Hartley``; but ``It was I.`` ends, and so does ``plan B.`` after a small word."""
    match = INITIAL.search(before)
    if match is None or not match[1].isupper():
        return False
    previous = before[: match.start(1)].split()
    if not previous or INITIAL.search(previous[-1]):
        return True
    return match[1] != "I" and previous[-1][:1].isupper()


def _has_word(text: str) -> bool:
    return any(letter.isalnum() for letter in text)
