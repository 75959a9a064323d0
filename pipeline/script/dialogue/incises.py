"""The narrator's words inside a quotation, parted by commas alone: ``« Oui, dit-il, je viens. »``."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.dialogue.verbs import verb_pattern
from pipeline.script.words import has_words

WITH_COMMAS = frozenset({"fr", "it", "es", "pt"})
"""Languages whose typography lets the narrator speak inside the marks."""

SUBJECT = {
    "fr": r"(?:-t)?-(?:il|elle|ils|elles|on|je)\b|\s+(?:l['’]|M\.)|\s+(?:le|la|les|un|une|son|sa|mon|ma|Mme|ce)\b"
    r"|\s+cette\b|\s+[A-ZÀ-Þ]\w+",
    "es": r"\s+D\.|\s+(?:el|la|él|ella|don|doña|aquel|aquella|su)\b|\s+[A-ZÀ-Þ]\w+|(?=[,.])",
    "pt": r"\s+D\.|\s+(?:o|a|ele|ella?|elle|dom|dona|seu|sua)\b|\s+[A-ZÀ-Þ]\w+|(?=[,.])",
    "it": r"\s+l['’]|\s+(?:il|lo|la|un|una|egli|ella|lui|lei|don|donna|padre)\b|\s+[A-ZÀ-Þ]\w+|(?=[,.])",
}
STOP = re.compile(r"(?<!\bM)(?<!\bD)[,.;:!?…]+\s*(?=\S|$)")
GENERIC = {"fr": r"|(?<=[!?…]\s)\w{3,}(?:a|it|ut)\s+(?:le|la|les|l['’]|M\.|Mme|[A-ZÀ-Þ]\w+)|\w{4,}a-t-(?:il|elle)"}
GOES_ON = re.compile(
    r"\s*(?:en\s+\w+ant|avec|d['’]une?|à\s+(?:son|sa|mi-|voix|part|demi)|sans|tout\s+(?:en|bas|haut)|qui|dont|après|con|senza|a\s+voce|che)\b"
)


def without_incises(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    """The stretch ``start`` … ``end`` without what the narrator says in it."""
    if language not in WITH_COMMAS:
        return [(start, end)]
    pieces, at = [], start
    for incise in _incise(language).finditer(text, start, end):
        if incise.start("verb") < at:
            continue
        pieces.append((at, len(text[at : incise.start("verb")].rstrip()) + at))
        at = _resumes(text, incise.end(), end)
    if has_words(text[at:end]):  # a closing mark alone stays with the narrator
        pieces.append((at, end))
    return [piece for piece in pieces if piece[0] < piece[1]]


def _resumes(text: str, at: int, end: int) -> int:
    """Where the speaker goes on: after the comma or full stop that closes the narrator's clause."""
    while True:
        stop = STOP.search(text, at, end)
        if stop is None:
            return end
        if stop[0].strip() != "," or not GOES_ON.match(text, stop.end()):
            return stop.end()
        at = stop.end()


@lru_cache(maxsize=8)
def _incise(language: str) -> re.Pattern[str]:
    verbs = rf"{verb_pattern(language)}(?:{SUBJECT[language]}){GENERIC.get(language, '')}"
    return re.compile(rf"(?<=[,;:!?…»—–.])\s*[—–]?\s*(?P<verb>\b(?:{verbs}))")
