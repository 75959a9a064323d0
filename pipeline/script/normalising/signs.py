"""Symbols in prose; emoji, which are silent."""

from __future__ import annotations

import re

from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.words import Words

EMOJI = (
    "[\u2600-\u2669\u266c-\u26ff\u2700-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\U000e0020-\U000e007f]"
    "[\ufe0e\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff]*"
)
"""Pictures: Unicode's blocks of dingbats, miscellaneous symbols and pictographs, with their joiners."""
DECORATION = "[•◦▪▫■□●○◆◇★☆❦❧⁂¶†‡®™©]"


def signs(words: Words) -> tuple[Rule, ...]:
    """A named symbol by its word; decoration and emoji silent; `` standing for quotes."""

    def named(match: re.Match[str]) -> str:
        return words.symbols[match[0]]

    def compared(match: re.Match[str]) -> str | None:
        return words.symbols.get(match[0])

    def silent(match: re.Match[str]) -> str:
        return ""

    def slash(match: re.Match[str]) -> str:
        return ", " if match[0] != "/" else words.slash

    spoken = [sign for sign in words.symbols if sign not in "<>"]
    choices = "|".join(re.escape(sign) for sign in sorted(spoken, key=lambda sign: -len(sign)))
    return (
        Rule("emoji", re.compile(rf"(?:{EMOJI})+"), silent, Trait.SYMBOL),
        Rule("symbol", re.compile(choices), named, Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<![<>\w])[<>](?=\s?[\d.])"), compared, Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<=[\w.)])(?:/|\s/\s)(?=\w)"), slash, Trait.SYMBOL),
        Rule("symbol", re.compile(DECORATION), silent, Trait.SYMBOL),
    )
