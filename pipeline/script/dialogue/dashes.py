"""Dialogue with dashes: a paragraph that begins with one is spoken, but for what the narrator puts in between.

Spanish writes ``—No sé —dijo Juan—. Vamos.``, Portuguese and Italian put spaces around every dash, French parts the
insertion by commas (`incises`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.script.dialogue.incises import without_incises
from pipeline.script.dialogue.verbs import verb_pattern

DASH_START = re.compile(r"\s*(?:[—–―]+|--?)\s*(?=[\w¡¿«“\"‘'(\[…._*])")
DASH = re.compile(r"[—–―]+|--+|(?<=\s)-(?=\s|\w)|(?<=[^\W\d])-(?=[.,;:\s])")
TAIL = re.compile(r"[.,;:!?…]*\s*")
PRETERITE = {
    "pt": r"|\w{2,}(?:ou|eu|iu)(?:-\w+)?",
    "it": r"|\w{2,}[òì]",
    "fr": r"|\w{3,}a(?:-t)?-(?:il|elle)",
}
"""Narrative past tenses: right after a dash even a verb that is in no list is the narrator's."""


def dash_speech(text: str, first: int, language: str) -> list[tuple[int, int]]:
    """The spoken stretches of a paragraph that begins with a dash; ``first`` is where its words begin."""
    spans: list[tuple[int, int]] = []
    start, speaking = 0, True
    for dash in DASH.finditer(text, first):
        if speaking and _narrator_begins(text, dash, language):
            spans.append((start, len(text[: dash.start()].rstrip())))
            speaking = False
        elif not speaking and text[dash.end() :].strip(" .,;:"):
            start = _speech_begins(text, dash)
            speaking = True
    if speaking:
        spans.append((start, len(text.rstrip())))
    return [piece for span in spans if span[0] < span[1] for piece in without_incises(text, *span, language)]


def _narrator_begins(text: str, dash: re.Match[str], language: str) -> bool:
    after = text[dash.end() : dash.end() + 80]
    if _says(language).match(after):
        return True
    return language == "es" and text[dash.start() - 1].isspace() and after[:1].isalpha()


def _speech_begins(text: str, dash: re.Match[str]) -> int:
    """After the closing dash, the mark that ends the narrator's clause is still his; a raya that opens is spoken."""
    tail = TAIL.match(text, dash.end())
    assert tail is not None
    return tail.end() if tail[0].strip() or not text[dash.start() - 1].isspace() else dash.start()


@lru_cache(maxsize=8)
def _says(language: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:y\s+|e\s+|et\s+)?(?:{verb_pattern(language)}{PRETERITE.get(language, '')})\b")
