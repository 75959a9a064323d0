"""Short quotations of several sentences inside a sentence that carries them: they stay in one piece.

``He said, "Stay. Stay," and went.`` is one sentence; a speech of a paragraph's length is read sentence by sentence.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

LONGEST = 120
"""Characters: eight seconds of speech, one breath. What is longer is split inside."""

SAID = (
    "said says say asked asks ask answered answers cried cries cry replied replies returned exclaimed whispered "
    "whispers muttered shouted shouts called calls inquired enquired demanded observed remarked added adds "
    "continued began begins repeated murmured echoed screamed yelled growled roared sighed sighs laughed laughs "
    "gasped responded declared protested interrupted interposed ejaculated snapped put went thought think thinks "
    "wondered told tells urged pleaded begged breathed hissed groaned sobbed wailed started howled howls grunted "
    "mumbled squeaked bellowed barked chuckled giggled grinned nodded shrieked stammered stuttered whined croaked "
    "blurted drawled"
)
TAG = (
    r"(?:(?:I|[Hh]e|[Ss]he|[Tt]hey|[Ww]e|[^\W\d_][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,3}|[Tt]he(?:\s+\w+){1,3})\s+"
    rf"(?:{SAID.replace(' ', '|')})\b)"
)
SPEECH_TAG = re.compile(TAG)

QUOTATION = re.compile(
    rf"“[^“”]{{3,{LONGEST}}}”"
    rf'|"(?<![^\s(\[—–-]")(?=\S)[^"]{{3,{LONGEST}}}"'
    rf"|«[^«»]{{3,{LONGEST}}}»"
    rf"|»(?=\w)[^«»]{{3,{LONGEST}}}«"
    rf"|„[^„“”]{{3,{LONGEST}}}[“”]"
    rf"|‘(?:[^‘’]|’(?=\w)){{3,{LONGEST}}}’(?!\w)"
)
STOP_INSIDE = re.compile(r"[.!?…]\s")
LEAD_IN = re.compile(r"[^\W\d_][,:]\s*$")
GOES_ON = re.compile(rf"\s*(?:[,;]|\(|[—–-]*\s*[^\W\d_A-ZÀ-Þ]|{TAG})")


def carried(text: str) -> list[Span]:
    """Spans of quotations in which no sentence ends."""
    return [
        match.span()
        for match in QUOTATION.finditer(text)
        if STOP_INSIDE.search(text, match.start(), match.end())
        and (LEAD_IN.search(text, max(0, match.start() - 4), match.start()) or GOES_ON.match(text, match.end()))
    ]
