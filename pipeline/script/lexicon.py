"""What is said instead of what is written. Captions keep the spelling; only the narrator hears of this."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pipeline.errors import InputError
from pipeline.script.reading.former_plain import CHAPTER

Speak = Callable[[str], str]

ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def speaker_of(lexicon: Mapping[str, str]) -> Speak:
    """A function that puts each entry's respelling in the place of its whole words, the longest entry first.

    An entry with a capital matches only as it is written; one without matches in any case.

    Raises:
        InputError: an entry is empty, or its respelling is.
    """
    for entry, respelling in lexicon.items():
        if not entry.strip() or not any(letter.isalnum() for letter in respelling):
            what = f"the lexicon reads '{entry}' as '{respelling}', which leaves nothing to say"
            raise InputError(what, where="lexicon", next_step="give a respelling, or delete the entry")
    if not lexicon:
        return str
    exact = {" ".join(entry.split()): respelling for entry, respelling in lexicon.items()}
    folded = {entry.casefold(): respelling for entry, respelling in exact.items() if entry == entry.lower()}
    entries = sorted(exact, key=len, reverse=True)
    words = "|".join(re.escape(entry) if entry != entry.lower() else f"(?i:{re.escape(entry)})" for entry in entries)
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)")

    def respell(match: re.Match[str]) -> str:
        return exact.get(match[0]) or folded.get(match[0].casefold(), match[0])

    return lambda text: " ".join(pattern.sub(respell, text).split())


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
