"""What shows in semantic tokens already, a tenth of the way, that a reading has gone wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.engines.bark.prompts import SEMANTIC_RATE_HZ
from pipeline.engines.bark.semantic import Spoken

RUN = 8
"""Tokens: 0.16 s."""
MOST_LOOPS = 2
"""Times that one run of 8 tokens may occur: from the third time on the booth takes it for a loop."""
_FASTEST = 30.0
_SLOWEST = 5.0
_PAUSES_S = 2.5
"""Characters a second that no reader passes, or stays under but for pauses: speech has 12 to 18."""
_DENSE = {"zh": 3.5, "ja": 2.5, "ko": 2.0}
"""Characters of an alphabet that one of theirs stands for."""


@dataclass(frozen=True)
class Expected:
    """Seconds that a reading's speech may take."""

    least_s: float
    most_s: float


def expected_length(text: str, language: str) -> Expected:
    """How long a text may take, with a wide margin: for what is certainly wrong, not for what is slow."""
    characters = sum(map(str.isalnum, text)) * _DENSE.get(language.partition("-")[0], 1.0)
    return Expected(characters / _FASTEST, _PAUSES_S + characters / _SLOWEST)


def faults_of(spoken: Spoken, expected: Expected) -> tuple[str, ...]:
    """``empty``, ``cap`` (no end was drawn), ``short``, ``long``, ``loops``: those that are true, in this order."""
    if not len(spoken.tokens):
        return ("empty",)
    seconds = len(spoken.tokens) / SEMANTIC_RATE_HZ
    found = {
        "cap": spoken.stop != "end",
        "short": seconds < expected.least_s,
        "long": seconds > expected.most_s,
        "loops": most_frequent_run(spoken.tokens.tolist()) > MOST_LOOPS,
    }
    return tuple(name for name, is_so in found.items() if is_so)


def most_frequent_run(tokens: Sequence[int], length: int = RUN) -> int:
    """How often the most frequent run of ``length`` tokens occurs, overlapping ones too; 0 where there is none.

    A token that is held counts once, for so a pause is spoken.
    """
    tokens = [token for token, _ in groupby(tokens)]
    return max(Counter(zip(*(tokens[start:] for start in range(length)), strict=False)).values(), default=0)
