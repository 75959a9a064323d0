"""What the script room knows of languages, handed to the booth, which may not ask it."""

from __future__ import annotations

from pipeline.booth import Wording
from pipeline.script.duration import estimate_seconds
from pipeline.script.normalising import normalise


def spoken_form(text: str, language: str) -> str:
    """A text as it is read: numbers, abbreviations and signs in words.

    Args:
        language: BCP 47 tag.
    """
    for edit in reversed(normalise(text, language)):
        text = text[: edit.start] + edit.spoken + text[edit.end :]
    return text


WORDING = Wording(spoken_form, estimate_seconds)
