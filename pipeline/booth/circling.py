"""Circling: which take of each chunk is used, and what must still be recorded to know it.

Nothing here reads or writes. Takes are judged elsewhere, in whatever order; what is circled follows from the verdicts
and the policy alone, so a run that was killed comes to the same takes as one that was not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from pipeline.booth.budget import Budget
from pipeline.booth.ladder import Attempt, ladder
from pipeline.booth.rolling import settled
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
        generation: the tokens it was made of are in the vault.
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
    generation: bool = False

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
    slot: Slot
    ladder: tuple[Attempt, ...]
    tried: list[Judged] = field(default_factory=list)
    circled: Circled | None = None
    in_hand: bool = False


class Circling:
    """Every slot of a book on its way up the ladder.

    Args:
        slots: in the script's order, each identity once; with the slots that they go on from.
        verify: how often and within which budget a take is tried again.
    """

    def __init__(self, slots: Sequence[Slot], verify: Verify) -> None:
        self._slots = {slot.identity: index for index, slot in enumerate(slots)}
        self._verify = verify
        self._all = [_Progress(slot, ladder(slot, verify)) for slot in slots]
        self._budget = Budget([progress.ladder for progress in self._all], verify.budget)
        self._open = set(range(len(slots)))
        self._failed: set[int] = set()
        self._ready = [index for index, slot in enumerate(slots) if slot.history is not None]
        self._followers: defaultdict[int, list[int]] = defaultdict(list)
        for index, slot in enumerate(slots):
            if slot.history is None and slot.follows is not None:
                self._followers[self._slots[slot.follows.identity]].append(index)

    def wanted(self) -> Iterator[Attempt]:
        """Attempts to make now: retakes that are granted, then first takes, each in the script's order; each once.

        A slot that goes on from another's take comes once that is circled.
        """
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
        while self._ready:
            yield self._take_up(heappop(self._ready))

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
        """What is circled for a slot, or one like it, None as long as that is not known, or it is not among these."""
        index = self._slots.get(slot.identity)
        return self._all[index].circled if index is not None else None

    def position(self, slot: Slot) -> int:
        """Of a slot in the script's order."""
        return self._slots[slot.identity]

    def settled(self, slot: Slot) -> Slot:
        """The slot, with its history as far as that is known."""
        history = self._all[self._slots[slot.identity]].slot.history
        plain = replace(slot.plain, history=history) if slot.plain is not None else None
        return replace(slot, history=history, plain=plain)

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
        best = min(progress.tried, key=lambda take: take.rank)
        progress.circled = Circled(progress.slot, best, tuple(progress.tried))
        self._budget.finish(index)
        self._open.discard(index)
        for follower in self._followers.pop(index, ()):
            following = self._all[follower]
            following.slot = settled(following.slot, progress.circled)
            following.ladder = ladder(following.slot, self._verify)
            heappush(self._ready, follower)
