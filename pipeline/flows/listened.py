"""What was not heard of a title, and how often that is wrong, judged by the sample that was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.booth import WORD_CHECKS, Estimate, Slot, unheard_errors, words_are_heard_in
from pipeline.flows.callsheet import CallSheet
from pipeline.materials import Take

NOT_HEARD = {
    "off": "Nothing was listened to ('verify: mode: off').",
    "free": "Words were not heard ('verify: mode: free'): of missing, added and wrong ones nothing is known.",
}
Card = Mapping[str, Any]


@dataclass(frozen=True)
class Unheard:
    """What was not heard.

    Attributes:
        estimate: of circled takes whose words could have been heard and were not; None where the policy hears none.
        wordless: circled takes without words that could be compared: their engine does not speak, or their language
            is none that the comparison knows.
        told: in a sentence or two.
    """

    estimate: Estimate | None
    wordless: int
    told: str


def unheard(sheet: CallSheet, takes: Mapping[int, Sequence[Take]], cards: Mapping[str, Card]) -> Unheard:
    """What was not heard of a title; takes that several chunks share count once.

    The sample is drawn from all attempts without risk, and counted there: a first take whose words were wrong was
    read again, so that what is circled says nothing of it.

    Args:
        takes: the circled take of each chunk, under its chapter's number.
        cards: of those takes and of every other attempt at their slots.
    """
    missed = {take.key: _has_words(slot) for slot, take in _circled(sheet, takes) if not take.heard}
    wordless = sum(not words for words in missed.values())
    if sheet.verify.mode in NOT_HEARD:
        return Unheard(None, wordless, NOT_HEARD[sheet.verify.mode])
    sample = [card for card in cards.values() if (card.get("words") or {}).get("sampled")]
    estimate = unheard_errors(len(sample), sum(map(_is_wrong, sample)), len(missed) - wordless)
    return Unheard(estimate, wordless, _told(estimate, wordless, everything=wordless == len(_keys(takes))))


def _circled(sheet: CallSheet, takes: Mapping[int, Sequence[Take]]) -> Iterator[tuple[Slot, Take]]:
    for chapter in sheet.chapters:
        yield from zip(sheet.slots(chapter), takes[chapter.number], strict=True)


def _keys(takes: Mapping[int, Sequence[Take]]) -> set[str]:
    return {take.key for of_chapter in takes.values() for take in of_chapter}


def _has_words(slot: Slot) -> bool:
    return slot.voice.engine.abilities.speaks and words_are_heard_in(slot.reading.language)


def _is_wrong(card: Card) -> bool:
    return any(verdict["check"] in WORD_CHECKS and not verdict["passed"] for verdict in card["verdicts"])


def _told(estimate: Estimate, wordless: int, *, everything: bool) -> str:
    if everything:
        return "No take has words that could be heard: its engine does not speak, or nobody here knows its language."
    sentence = str(estimate)
    takes = "1 take has" if wordless == 1 else f"{wordless:,} takes have"
    rest = f" {takes} no words that could be heard." if wordless else ""
    return f"{sentence[0].upper()}{sentence[1:]}.{rest}"
