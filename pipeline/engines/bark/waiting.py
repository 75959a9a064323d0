"""Readings that wait for the semantic stage, and come back to it when their first draw was a bad one."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from pipeline.engines.bark.faults import Expected, faults_of
from pipeline.engines.bark.semantic import Request, Spoken


@dataclass(frozen=True, eq=False)
class Wanted:
    """A reading that is asked for.

    Attributes:
        expected: how long it may be; one outside is rolled again before the dear stages see it.
    """

    request: Request
    expected: Expected


@dataclass(frozen=True, eq=False)
class Due:
    """A reading on its way.

    Attributes:
        index: its place among those asked for.
        draws: draws of it so far.
        best: the draw with the fewest faults, of equals the first.
    """

    index: int
    wanted: Wanted
    draws: int = 0
    best: Spoken | None = None

    @property
    def request(self) -> Request:
        """As the next draw is asked for: first with the reading's own seed, then with seeds made of it."""
        request = self.wanted.request
        if self.draws == 0:
            return request
        digest = hashlib.blake2b(f"{request.seed} draw {self.draws}".encode(), digest_size=8).digest()
        return replace(request, seed=int.from_bytes(digest, "big"))

    @property
    def told(self) -> Spoken:
        assert self.best is not None, "nothing was drawn yet"
        return self.best

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the best draw."""
        return faults_of(self.told, self.wanted.expected)

    def after(self, told: Spoken) -> Due:
        """With one more draw."""
        better = self.best is None or len(faults_of(told, self.wanted.expected)) < len(self.faults)
        return replace(self, draws=self.draws + 1, best=told if better else self.best)


class Waiting:
    """Takes readings from their source as they are needed, some cohorts ahead.

    Args:
        lookahead: cohorts that are sorted by the length of their texts, so that a cohort ends nearly together.
    """

    def __init__(self, wanted: Iterable[Wanted], lookahead: int) -> None:
        self._source = enumerate(wanted)
        self._lookahead = lookahead
        self._sorted: deque[Due] = deque()
        self._again: deque[Due] = deque()

    def again(self, due: Due) -> None:
        """To be drawn once more, before anything new."""
        self._again.append(due)

    def next_cohort(self, count: int) -> list[Due]:
        """Up to ``count`` readings; none when all are on their way."""
        cohort = [self._again.popleft() for _ in range(min(count, len(self._again)))]
        if len(self._sorted) < count - len(cohort):
            new = [Due(index, wanted) for index, wanted in islice(self._source, self._lookahead * count)]
            self._sorted = deque(sorted([*self._sorted, *new], key=_longest_first))
        cohort += [self._sorted.popleft() for _ in range(min(count - len(cohort), len(self._sorted)))]
        return cohort


def _longest_first(due: Due) -> int:
    return -len(due.wanted.request.text_ids)
