"""What is written otherwise than it is spoken - numbers, dates, abbreviations, symbols - in words.

One table of shapes serves all languages; a module per language gives its words and its own rules (``en``, ``de``, …).
`normalise` leaves everything else alone and applied to its own result finds nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from num2words import CONVERTER_CLASSES, num2words

from pipeline.materials import Edit
from pipeline.script.normalising.hints import say
from pipeline.script.normalising.rules import Rule, apply

LANGUAGES = ("en", "de", "es", "fr", "it", "pt")
_INTEGER = re.compile(r"(?<![\w.,:/+-])\d{1,15}(?![\w:/]|[.,]\d)")
_UNREAD = re.compile(r"[\d@#%$€£¥§/\\_{}\[\]<>|~^=+*&°²³¹¼½¾‰†‡¶©®™×÷±≈≤≥≠√∞→←]+|[^\W\d_]*[\U0001f000-\U0001faff]+")


def has_rules(language: str) -> bool:
    """Whether there are rules for ``language``, a BCP 47 tag. Without, only plain whole numbers may be read."""
    return _module(language) is not None


def normalise(text: str, language: str, *, kind: str = "paragraph") -> tuple[Edit, ...]:
    """What is spoken otherwise than it is written in a sentence or paragraph.

    Args:
        text: as shown: no markup, white space collapsed.
        language: BCP 47 tag; the region counts: ``en-GB`` says 'one hundred and five'.
        kind: ``heading`` for a chapter's or section's heading, where a lone Roman numeral is a number and capitals
            are no more than a type face; ``paragraph`` for everything else.

    Returns:
        Edits in order, not overlapping, offsets in ``text``, each of them the smallest stretch that changes.
    """
    module = _module(language)
    if module is None:
        return _integers(text, language)
    rules: tuple[Rule, ...] = module.rules(language)
    if kind == "heading":
        rules = (*module.heading_rules(language), *rules)
    return apply(text, rules)


def say_as(text: str, how: str, language: str) -> str:
    """``text`` read as a script asks: as a date, a year, digits, …

    Raises:
        ValueError: ``text`` is not that, the hint is not known or the language has no rules; the message says which.
    """
    module = _module(language)
    if module is None:
        raise ValueError(f"there are no rules for the language '{language}': write it in words")
    return say(text, how, language, module)


def unread(spoken: str, language: str) -> list[tuple[int, int]]:
    """Stretches of a spoken text that no reader could say: digits and symbols that nothing has put in words."""
    return [match.span() for match in _UNREAD.finditer(spoken)]


@lru_cache(maxsize=64)
def _module(language: str) -> ModuleType | None:
    name = language.lower().split("-")[0]
    if name not in LANGUAGES or find_spec(f"{__name__}.{name}") is None:
        return None
    return import_module(f"{__name__}.{name}")


def _integers(text: str, language: str) -> tuple[Edit, ...]:
    """Plain whole numbers in a language that has no rules but that num2words knows."""
    name = language.lower().split("-")[0]
    if name not in CONVERTER_CLASSES:
        return ()
    found = _INTEGER.finditer(text)
    return tuple(Edit(*match.span(), str(num2words(int(match[0]), lang=name)), "number") for match in found)
