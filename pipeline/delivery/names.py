"""File names that every store, player and file system takes: ASCII letters, digits, ``-`` and ``_``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pipeline.materials import Master

SLUG_LENGTH = 56  # with number and suffix still under 64, the shortest limit in use (Joliet)
SPELLED = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
APOSTROPHES = re.compile(r"['’‘ʼ]")
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])")  # Windows device names, with any suffix


def slug(text: str, *, otherwise: str) -> str:
    """``text`` as part of a file name: lower case, at most `SLUG_LENGTH` characters, cut between words.

    Args:
        otherwise: what to say when nothing of ``text`` can be written in ASCII, e.g. a title in Japanese or emoji.
    """
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text).casefold().translate(SPELLED))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.findall(r"[a-z0-9]+", letters)
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:SLUG_LENGTH]
        if len(longer) > SLUG_LENGTH:
            break
        name = longer
    return name or otherwise


def chapter_stems(masters: Sequence[Master]) -> tuple[str, ...]:
    """``01_the-long-road`` for each chapter, in order; unique because the chapters' numbers are."""
    width = max(2, *(len(str(master.number)) for master in masters), 2)
    return tuple(f"{master.number:0{width}d}_{slug(master.title, otherwise='chapter')}" for master in masters)


def title_stem(title: str) -> str:
    """``the-long-road`` for the whole title."""
    name = slug(title, otherwise="title")
    return f"{name}-title" if RESERVED.fullmatch(name) else name
