"""Short quotations of several sentences inside a sentence that carries them: they stay in one piece.

``He said, "Stay. Stay," and went.`` is one sentence; a speech of a paragraph's length is read sentence by sentence.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

LONGEST = 120
"""Characters: eight seconds of speech, one breath. What is longer is split inside."""

SAID = (
    "said says say asked asks ask answered answers cried cries cry replied replies exclaimed whispered whispers "
    "muttered shouted shouts inquired enquired observed remarked repeated murmured echoed screamed yelled growled "
    "roared gasped responded declared protested interrupted interposed ejaculated snapped pleaded begged breathed "
    "hissed groaned sobbed wailed howled howls grunted mumbled squeaked bellowed barked shrieked stammered "
    "stuttered whined croaked blurted drawled"
)
"""Verbs of a speech tag."""

PERHAPS_SAID = (
    "added adds began begins called calls chuckled continued demanded giggled grinned laughed laughs nodded put "
    "returned sighed sighs started thinks thought told urged went wondered"
)
"""Verbs of one where nothing follows them: ``Tom began.``, but not ``Tom began to run``."""

NOBODY = "He|She|It|They|We|You|The|A|An|This|That|There|Who|What|Nobody|Everybody|Everyone|Someone|Somebody|Then|And"
"""After a quotation these begin a sentence: in a tag they are written small."""

TAG = (
    rf"(?:(?:I|(?!(?:{NOBODY})\b)[^\W\d_][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){{0,3}}|the(?:\s+\w+){{1,3}})\s+"
    rf"(?:(?:{SAID.replace(' ', '|')})\b|(?:{PERHAPS_SAID.replace(' ', '|')})(?: on| in)?(?=[.,;:!?…—-]|$)))"
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
    return [match.span() for match in QUOTATION.finditer(text) if _is_carried(text, *match.span())]


def _is_carried(text: str, start: int, end: int) -> bool:
    if STOP_INSIDE.search(text, start, end) is None:
        return False
    return LEAD_IN.search(text, max(0, start - 4), start) is not None or GOES_ON.match(text, end) is not None
