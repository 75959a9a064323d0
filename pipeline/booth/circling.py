"""Circling: which take of each chunk is used, and what must still be recorded to know it.

Nothing here reads or writes. Takes are judged elsewhere, in whatever order; what is circled follows from the verdicts
and the policy alone, so a run that was killed comes to the same takes as one that was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.booth.budget import Budget
from pipeline.booth.ladder import Attempt, ladder
from pipeline.booth.slots import Slot
from pipeline.materials import Verdict
from pipeline.production import Verify


@dataclass(frozen=True)
class Judged:
    """A take that has been listened to.

    Attributes:
        attempt: the way of reading it came from.
        key: of the take in the vault: the attempt's, or that of the part of it that is right.
        seconds: its length.
        seed: it was read with.
        verdicts: of every check that was made.
        off_by: ``|ln(length / expected length)|``.
        word_errors: None where its words were not heard.
        heard: its words were compared with the text.
        sampled: they were compared only because the sample fell on it.
        reused: it was in the vault before this run.
        usable: there is a sound at all.
    """

    attempt: Attempt
    key: str
    seconds: float
    seed: int
    verdicts: tuple[Verdict, ...]
    off_by: float
    word_errors: int | None = None
    heard: bool = False
    sampled: bool = False
    reused: bool = False
    usable: bool = True

    @property
    def failures(self) -> int:
        return sum(not verdict.passed for verdict in self.verdicts)

    @property
    def passed(self) -> bool:
        return self.usable and self.failures == 0

    @property
    def rank(self) -> tuple[bool, bool, bool, int, int, float]:
        """The least is the best: no fault, then the fewest wrong words and failed checks, then the right length."""
        unheard = self.word_errors is None
        return (not self.usable, not self.passed, unheard, self.word_errors or 0, self.failures, self.off_by)


@dataclass(frozen=True)
class Circled:
    """The take that is used for a slot, and everything tried for it, in order."""

    slot: Slot
    best: Judged
    tried: tuple[Judged, ...]


@dataclass
class _Progress:
    ladder: tuple[Attempt, ...]
    tried: list[Judged] = field(default_factory=list)
    circled: Circled | None = None
    in_hand: bool = False


class Circling:
    """Every slot of a book on its way up the ladder.

    Args:
        slots: in the script's order, each identity once.
        verify: how often and within which budget a take is tried again.
    """

    def __init__(self, slots: Sequence[Slot], verify: Verify) -> None:
        self._slots = {slot.identity: index for index, slot in enumerate(slots)}
        self._all = [_Progress(ladder(slot, verify)) for slot in slots]
        self._budget = Budget([progress.ladder for progress in self._all], verify.budget)
        self._open = set(range(len(slots)))
        self._failed: set[int] = set()
        self._next = 0

    def wanted(self) -> Iterator[Attempt]:
        """Attempts to make now: retakes that are granted, then first takes, each in the script's order; each once."""
        for index in sorted(self._failed):
            granted = self._budget.grants(index)
            if granted is None:
                continue
            self._failed.discard(index)
            if granted:
                self._budget.spend(index)
                yield self._take_up(index)
            else:
                self._circle(index)
        while self._next < len(self._all):
            self._next += 1
            yield self._take_up(self._next - 1)

    def judged(self, take: Judged) -> None:
        """What became of an attempt."""
        index = self._slots[take.attempt.slot.identity]
        progress = self._all[index]
        expected = progress.ladder[len(progress.tried)]
        assert progress.in_hand and take.attempt.number == expected.number, take.attempt.slate
        progress.in_hand = False
        progress.tried.append(take)
        if take.passed or len(progress.tried) == len(progress.ladder):
            self._circle(index)
        else:
            self._failed.add(index)

    def circled(self, slot: Slot) -> Circled | None:
        """What is circled for a slot, or one like it, None as long as that is not known."""
        return self._all[self._slots[slot.identity]].circled

    @property
    def is_complete(self) -> bool:
        """Whether every slot is circled."""
        return not self._open

    def _take_up(self, index: int) -> Attempt:
        progress = self._all[index]
        progress.in_hand = True
        return progress.ladder[len(progress.tried)]

    def _circle(self, index: int) -> None:
        progress = self._all[index]
        slot = progress.ladder[0].slot
        progress.circled = Circled(slot, min(progress.tried, key=lambda take: take.rank), tuple(progress.tried))
        self._budget.finish(index)
        self._open.discard(index)
