"""How long a text takes to read aloud, before anybody has read it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import median

from pipeline.errors import InputError
from pipeline.languages import primary

LETTERS_PER_S = {
    "en": 13.5,
    "es": 13.5,
    "fr": 15.0,
    "de": 13.5,
    "it": 13.5,
    "pt": 12.8,
    "pl": 13.0,
    "ru": 12.5,
    "tr": 13.0,
    "hi": 9.0,
    "ja": 6.5,
    "zh": 4.5,
    "ko": 5.5,
}
"""Narration pace by primary language. Measured for the first six (5-fold error 3.5-6.3 %); the rest by ear."""

PACES = {("hibari", "en"): 0.92, ("kokoro", "en"): 0.97}
"""What an engine's sounds take for one second of estimate, by engine and primary language.

Measured by `calibrate` on single sentences of nine English novels, 1 to 60 words long: hibari ``heart`` 0.922 on 145
takes; kokoro ``af_heart`` 0.923 on 115 and ``bm_george`` 1.020 on 48, of which it has the middle: voices differ more
than engines. A pace fitted on four fifths predicts the others with an error of 4.0, 4.2 and 4.9 % on average, 11.4,
10.2 and 11.8 % at the 95th percentile. Weights of a voice's own for letters, breaths and stops predict no better (4.6
and 4.9 % for the two hearts), so one figure serves. Under three seconds the 0.8 s of quiet at both ends of a sound
weigh in: such takes are 0.4 to 0.6 s longer than predicted.
"""

LEAST_TAKES = 30
LEAST_S = 3.0  # shorter sounds are mostly the quiet at their ends

OTHER_LETTERS_PER_S = 13.5
LETTERS_PER_DIGIT = 4  # '7' is 'seven'; 4.1 letters a digit over 0 … 9 in English
BREATH_S = 0.25  # , ; : —
STOP_S = 0.35  # . ! ? …

BREATHS = re.compile(r"[,;:—–、，；：]+|--+")
STOPS = re.compile(r"[.!?…。！？।]+(?!\d)")
NO_LETTERS = re.compile(r"[\W\d_]+")
DIGIT = re.compile(r"\d")


def estimate_seconds(text: str, language: str, pace: float = 1.0) -> float:
    """Seconds of speech in ``text``: letters at the language's pace, and a little for each stop.

    Estimates add up: two texts take as long as both together.

    Args:
        text: spoken text.
        language: BCP 47 tag.
        pace: what a voice takes for what is estimated as one second: 0.8 is a quick reader, 1.2 a slow one.
    """
    rate = LETTERS_PER_S.get(primary(language), OTHER_LETTERS_PER_S)
    letters = len(NO_LETTERS.sub("", text))
    digits = len(DIGIT.findall(text))
    stops = len(STOPS.findall(text)) * STOP_S + len(BREATHS.findall(text)) * BREATH_S
    return pace * ((letters + digits * LETTERS_PER_DIGIT) / rate + stops)


def engine_pace(engine: str, language: str) -> float:
    """The pace that was measured for an engine in a language; 1.0 where none was.

    Args:
        engine: its name.
        language: BCP 47 tag.
    """
    return PACES.get((engine, primary(language)), 1.0)


def calibrate(takes: Iterable[tuple[str, str, float]]) -> float:
    """The pace of a voice: the median of what its takes last over what they were estimated to.

    Args:
        takes: spoken text, BCP 47 tag and seconds of each, at the voice's own speed. Those estimated under
            `LEAST_S` are left out.

    Raises:
        TooFewTakes: fewer than `LEAST_TAKES` are left.
    """
    ratios = []
    for spoken, language, seconds in takes:
        estimate = estimate_seconds(spoken, language)
        if estimate >= LEAST_S:
            ratios.append(seconds / estimate)
    if len(ratios) < LEAST_TAKES:
        raise TooFewTakes(len(ratios))
    return median(ratios)


class TooFewTakes(InputError):
    """A pace cannot be told from so few takes."""

    def __init__(self, count: int) -> None:
        self.count = count
        what = f"{count} takes of {LEAST_S:g} s or more do not tell a pace; {LEAST_TAKES} do"
        super().__init__(what, next_step="record more first")
