"""English: what its own context rules say, before and after the shapes common to all languages.

A region that counts as British (``en-GB`` and others) says 'one hundred and five' and puts the day first; plain
``en`` and ``en-US`` say 'one hundred five'.
"""

from __future__ import annotations

from functools import lru_cache

from pipeline.script.normalising.en_words import BRITISH, words
from pipeline.script.normalising.rules import Rule
from pipeline.script.normalising.shapes import usual
from pipeline.script.normalising.words import Words


def language(tag: str) -> Words:
    """The words of ``tag``, a BCP 47 tag."""
    return words(tag.lower().rpartition("-")[2] in BRITISH and "-" in tag)


@lru_cache(maxsize=8)
def rules(tag: str) -> tuple[Rule, ...]:
    """Every rule in the order in which it is tried."""
    return usual(language(tag))


@lru_cache(maxsize=8)
def heading_rules(tag: str) -> tuple[Rule, ...]:
    """Rules that go before `rules` in a heading."""
    return ()
