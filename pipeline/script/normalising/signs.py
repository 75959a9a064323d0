"""Symbols in prose: by their words where they have a meaning there, silent where they are ornament or brackets."""

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
_ASIDE = r"(?:sic|[^\[\]\s]+\s[^\[\]\s]+\s[^\[\]]*?)"
"""What is told in square brackets, not supplied by them: ``[sic]``, three words and more; not ``the [old] man``."""
OPENED = re.compile(rf"(?:(?<=\w)|(?<=\w[”’\"»]))(?P<it> \[)(?={_ASIDE}\])")
CLOSED = re.compile(rf"\[{_ASIDE}(?<=[\w”’\"»])(?P<it>\])(?= [\w“‘\"«(])")

OPERAND_BEFORE = re.compile(r"(?:\d|(?<![\w.])[^\W\d_]|\))\s?$")
OPERAND_AFTER = re.compile(r"\s?(?:[-−]?\d|[^\W\d_](?![\w.]*\w)|\()")
"""Beside a sign of mathematics: a number, a variable of one letter, a bracket."""


def signs(words: Words) -> tuple[Rule, ...]:
    """A named symbol by its word; decoration, brackets and emoji silent; what brackets tell between commas."""

    def named(match: re.Match[str]) -> str:
        return words.symbols[match[0]]

    def compared(match: re.Match[str]) -> str | None:
        return words.symbols.get(match[0])

    def silent(match: re.Match[str]) -> str:
        return ""

    def slash(match: re.Match[str]) -> str:
        return ", " if match[0] != "/" else words.slash

    def related(match: re.Match[str]) -> str:
        before, after = match.string[: match.start()], match.string[match.end() :]
        operands = OPERAND_BEFORE.search(before), OPERAND_AFTER.match(after)
        if not all(operands) or (before[-1:] == " ") != (after[:1] == " "):
            return ""
        return words.times if match[0] == "*" else words.symbols.get(match[0], "")

    def within(match: re.Match[str]) -> str:
        token = match.string[: match.start()].rpartition(" ")[2] + "_" + match.string[match.end() :].partition(" ")[0]
        return " " if token.count("_") == 1 and token.strip("_") == token else ""

    spoken = [sign for sign in words.symbols if sign not in "<>=*~^|\\_[]{}"]
    choices = "|".join(re.escape(sign) for sign in sorted(spoken, key=lambda sign: -len(sign)))
    return (
        Rule("emoji", re.compile(rf"(?<!\S)(?:{EMOJI})+ |(?: (?=\S+$))?(?:{EMOJI})+"), silent, Trait.SYMBOL),
        Rule("symbol", re.compile(choices), named, Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<![<>\w])[<>](?=\s?[\d.])"), compared, Trait.SYMBOL),
        Rule("symbol", re.compile(r"(?<=[\w.)])(?:/|\s+/\s+)(?=\w)"), slash, Trait.SYMBOL),
        Rule("symbol", re.compile(DECORATION), silent, Trait.SYMBOL),
        Rule("symbol", OPENED, lambda match: ", ", Trait.SYMBOL),
        Rule("symbol", CLOSED, lambda match: ",", Trait.SYMBOL),
        Rule("symbol", re.compile(r"[\[\]{}]|\^(?!\d)"), silent, Trait.SYMBOL, joined=True),
        Rule("symbol", re.compile(r"</|/>"), silent, Trait.SYMBOL),
        Rule("symbol", re.compile(r"_"), within, Trait.SYMBOL, joined=True),
        Rule("symbol", re.compile(r"(?<![=*<>])[=*<>](?![=*<>])"), related, Trait.SYMBOL),
        Rule("symbol", re.compile(r"[=*<>|\\]+|~(?!\d)|(?<!\S)/+|/+(?!\S)"), silent, Trait.SYMBOL),
    )
