"""What counts as one word: a stretch without white space, ended by a dash (``frock.—Ahab`` is two)."""

from __future__ import annotations

import re

WORD = r"(?:\S*?(?:[—–]+|-{2,}|[、，；：。！？]+)|\S+)"
WORDS = re.compile(WORD)
ATOMS = re.compile(rf"\s*{WORD}")


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in ``text``: something to say."""
    return any(map(str.isalnum, text))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every word. White space alone lies outside them."""
    return [match.span() for match in WORDS.finditer(text)]
