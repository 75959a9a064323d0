"""A cast sheet put to work: the function that gives a chapter's quoted speech to the sheet's roles."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.errors import InputError, ProblemsError
from pipeline.production import Order
from pipeline.script.dialogue.quotes import find_speech
from pipeline.script.dialogue.sheet import apply_sheet, problems_of, sheet_path
from pipeline.script.dialogue.sheet_file import read_sheet
from pipeline.script.preparing import Recast


def recasting(order: Order, cast: Collection[str]) -> Recast | None:
    """What gives speech to roles as the production's cast sheet says; None where the production does not ask for it.

    Raises:
        InputError: there is no sheet, or it cannot be read.
        ProblemsError: a role of the sheet has lines and no voice, or lines are undecided.
    """
    if order.production.dialogue.mode == "off":
        return None
    file = sheet_path(order)
    if not file.exists():
        what = "the production wants its dialogue cast, and there is no cast sheet"
        raise InputError(what, where=str(file), next_step=f"chapterhouse cast {order.file.name} writes it")
    sheet = read_sheet(file)
    problems = problems_of(sheet, dict.fromkeys(cast))
    if problems:
        raise ProblemsError(problems)

    def recast(paragraphs: Sequence[str], chapter: int) -> Sequence[Sequence[tuple[int, int, str]]]:
        speech = find_speech(paragraphs, order.production.language, sheet.quotes)
        return apply_sheet(paragraphs, speech, sheet, chapter)

    return recast
