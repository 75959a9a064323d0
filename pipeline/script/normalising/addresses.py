"""Web addresses, e-mail addresses, handles and hashtags, said sign by sign."""

from __future__ import annotations

import re

from pipeline.script.normalising.figures import Figures
from pipeline.script.normalising.rules import Rule, Trait
from pipeline.script.normalising.words import Words

DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|tv|me|co|uk|us|ca|au|nz|ie|de|at|ch|fr|be|es|mx|ar|it|pt|br|nl|pl"
    "|ru|eu|in|jp|cn|kr|tr|se|no|dk|fi|cz|gr|hu|ro|sm|html|htm|php|pdf"
)  # fmt: skip


def addresses(words: Words) -> tuple[Rule, ...]:
    """Rules for addresses."""

    def address(match: re.Match[str]) -> str:
        return spelled(match[0], words)

    scheme = r"(?<!\w)(?:https?|ftp|file)://[^\s<>\"“”»«]*[\w/]"
    path = r"(?::\d+)?(?:/[^\s<>\"“”»«,;]*[\w/])?"
    host = rf"(?<![\w@.])(?:www\.)?(?:[a-zA-Z0-9][\w-]*\.)+(?:{DOMAINS})(?![\w-]|\.\w){path}"
    www = rf"(?<![\w@.])www\.[\w-]+(?:\.[\w-]+)+{path}"
    email = r"(?<![\w@])[\w.+%-]*[\w+%-]@[\w-]+(?:\.[\w-]+)+(?:/[^\s,;]*[\w/])?"
    return (
        Rule("url", re.compile(scheme), address, Trait.SYMBOL),
        Rule("email", re.compile(email), address, Trait.SYMBOL),
        Rule("url", re.compile(www), address, Trait.DOT),
        Rule("url", re.compile(host), address, Trait.DOT),
        Rule("handle", re.compile(r"(?<![\w@#])[@#](?=[^\W\d])\w+"), address, Trait.SYMBOL),
    )


def spelled(text: str, words: Words) -> str:
    """An address in words: signs by name, digits one by one, ``www`` and country domains letter by letter."""
    figures = Figures(words)
    said: list[str] = []
    for part in re.findall(r"\d+|[^\W\d_]+|.", re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", text)):
        if part.isdecimal():
            said.append(figures.digits(part))
        elif part.isalpha():
            said.append(_name(part, words, after_dot=said[-1:] == [words.signs["."]]))
        elif part in words.signs:
            said.append(words.signs[part])
    return " ".join(said)


def _name(part: str, words: Words, after_dot: bool) -> str:
    lower = part.lower()
    unpronounceable = len(lower) > 1 and not re.search("[aeiouyäöüáéíóúàèòùâêîôû]", lower)
    country = after_dot and len(lower) == 2
    if country or (unpronounceable and len(lower) < 6):
        return letters(part, words)
    return part


def letters(text: str, words: Words) -> str:
    """Letter by letter, in capitals, spaces between."""
    return " ".join(words.letters.get(letter.lower(), letter.upper()) for letter in text if letter.isalpha())
