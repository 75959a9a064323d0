"""A chapter's announcement, said rather than spelled."""

from __future__ import annotations

import re

from pipeline.script.reading.plain import CHAPTER

ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def speak_heading(text: str) -> str:
    """``CHAPTER IV. The Storm`` as ``Chapter 4. The Storm``: shouted words are spelled and numerals misread."""
    match = CHAPTER.fullmatch(text)
    if match is None or match["mark"] is None:
        return text
    number = match["number"]
    said = str(_roman(number)) if re.fullmatch("[IVXLCDM]+", number) else number.capitalize()
    return f"{match['mark'].capitalize()} {said}{text[match.end('number') :]}"


def _roman(numeral: str) -> int:
    values = [ROMAN[sign] for sign in numeral]
    return sum(-value if value < max(values[i:]) else value for i, value in enumerate(values))
