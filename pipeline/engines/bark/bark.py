"""Bark: readings in, codes out. Semantic, coarse and fine stages as one pipeline over a number of slots.

Readings are spoken in cohorts of one slot each, in lockstep; what is spoken waits, a few tokens each, for a place in
the coarse stage, where rows leave and enter at every window; what leaves it is filled in by the fine stage at once.
Nothing grows with the number of readings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch

from pipeline.engines.bark.caches import Caches
from pipeline.engines.bark.coarse import CoarseRow, CoarseStage, begin, codes_of
from pipeline.engines.bark.fine import FineStage
from pipeline.engines.bark.linear import Arithmetics
from pipeline.engines.bark.memory import MemoryPlan, free_bytes, plan_memory
from pipeline.engines.bark.prompts import Tokens
from pipeline.engines.bark.semantic import SemanticStage, Spoken
from pipeline.engines.bark.waiting import Due, Waiting, Wanted
from pipeline.engines.bark.weights import Weights
from pipeline.engines.held import is_want_of_memory

LOOKAHEAD = 8
"""Cohorts that are sorted by length together: rows of one length leave a cohort together."""
FIXED_TOGETHER = 4
"""Windows of 1,024 in one pass of fixed rows, which a GPU wants; alone one fills a processor core."""
FILLED_AT = 8
"""Times as many readings are waited for before fixed rows are filled in: then second windows fill passes too."""
SPOKEN_TOGETHER = 4
"""Times as many of the semantic stage's prompts, which are a quarter as long."""
Item = TypeVar("Item")
Result = TypeVar("Result")
AnyStage = TypeVar("AnyStage", bound=torch.nn.Module)


@dataclass(frozen=True, eq=False)
class Generation:
    """What became of a reading.

    Attributes:
        codes: ``[8, T]``, 0 … 1023, 75 frames a second; T is 0 where it ended before its first sound.
        draws: how often it was drawn, with a new seed each time.
        faults: what is still wrong with it: ``cap``, ``loops``, ``short``, ``long``, ``empty``.
    """

    spoken: Spoken
    codes: Tokens
    draws: int
    faults: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Going:
    due: Due
    row: CoarseRow


class Bark:
    """The loaded model, without its codec.

    Args:
        plan: slots, and whether stages take turns on the GPU.
        draws: how often a reading is drawn at most, each time with a new seed, until its semantic tokens are
            faultless.

    Attributes:
        slots: readings in hand at once; fewer than planned once memory was refused.
    """

    def __init__(self, weights: Weights, where: Arithmetics, plan: MemoryPlan, *, draws: int = 3) -> None:
        home = replace(where, device="cpu") if plan.offload else where
        self.rules, self.slots, self._draws = weights.rules, plan.slots, draws
        self._where, self._offload = where, plan.offload
        self._together = together_in(where)
        self._fill_at = FILLED_AT * self._together if where.fixed else 1
        with torch.inference_mode():
            self.semantic = SemanticStage(weights.semantic, weights.rules, where, home)
            self.coarse = CoarseStage(weights.coarse, weights.rules, where, home)
            self.fine = FineStage(weights.fine, weights.rules, where, home)
        self._caches = Caches(where, spare=SPOKEN_TOGETHER * self._together - 1)

    def generate(self, wanted: Iterable[Wanted]) -> Iterator[list[tuple[int, Generation]]]:
        """Yield ``(index, generation)`` of those that are done together, in any order; nothing after a step between.

        Raises:
            MemoryError: there is none for a single reading.
        """
        waiting = Waiting(wanted, LOOKAHEAD)
        ready: deque[Due] = deque()
        going: list[_Going] = []
        done: list[_Going] = []
        while True:
            while not ready and len(going) < self.slots and (cohort := waiting.next_cohort(self.slots)):
                told = self._speak(cohort, waiting)
                yield []
                ready += [one for one in told if self.rules.frames(len(one.told.tokens))]
                no_codes = np.zeros((self.rules.fine_codebooks, 0), np.int64)
                if silent := [one for one in told if not self.rules.frames(len(one.told.tokens))]:
                    yield [(one.index, _generation(one, no_codes)) for one in silent]
            while ready and len(going) < self.slots:
                one = ready.popleft()
                going.append(_Going(one, begin(one.wanted.request, one.told.tokens, self.rules)))
            if not going:
                break
            going = self._window(going)
            done += [one for one in going if not one.row.left]
            going = [one for one in going if one.row.left]
            yield []
            while len(done) >= self._fill_at:
                yield self._filled(done[: self._fill_at])
                done = done[self._fill_at :]
        if done:
            yield self._filled(done)

    def _speak(self, cohort: Sequence[Due], waiting: Waiting) -> list[Due]:
        """A cohort with its semantic tokens. What is faulty and may be rolled again goes back to wait."""

        def speak(some: Sequence[Due]) -> list[Spoken]:
            with self._at_work(self.semantic) as stage:
                cache = self._caches.of(stage.gpt.shape, self.slots, stage.positions)
                return stage.speak([due.request for due in some], cache, together=SPOKEN_TOGETHER * self._together)

        done = []
        for due, told in zip(cohort, self._in_parts(cohort, speak), strict=True):
            now = due.after(told)
            if now.faults and now.draws < self._draws:
                waiting.again(now)
            else:
                done.append(now)
        return done

    def _window(self, going: Sequence[_Going]) -> list[_Going]:
        def draw(rows: Sequence[CoarseRow]) -> list[CoarseRow]:
            with self._at_work(self.coarse) as stage:
                cache = self._caches.of(stage.gpt.shape, self.slots, stage.positions)
                return stage.window(rows, cache, together=self._together)

        rows = self._in_parts([one.row for one in going], draw)
        return [_Going(one.due, row) for one, row in zip(going, rows, strict=True)]

    def _filled(self, done: Sequence[_Going]) -> list[tuple[int, Generation]]:
        def fill(some: Sequence[_Going]) -> list[Tokens]:
            with self._at_work(self.fine) as stage:
                requests = [one.row.request for one in some]
                codes = [codes_of(one.row, self.rules) for one in some]
                return stage.fill(requests, codes, together=self._together)

        every = zip(done, self._in_parts(done, fill), strict=True)
        return [(one.due.index, _generation(one.due, codes)) for one, codes in every]

    def _in_parts(self, items: Sequence[Item], work: Callable[[Sequence[Item]], list[Result]]) -> list[Result]:
        """``work`` on all of ``items``, a slot for each; once memory is refused, with half the slots from then on."""
        results: list[Result] = []
        while len(results) < len(items):
            part = items[len(results) : len(results) + self.slots]
            try:
                with torch.inference_mode():
                    results += work(part)
            except (RuntimeError, MemoryError) as error:
                if not is_want_of_memory(error):
                    raise
                if self.slots == 1:
                    raise MemoryError(str(error)) from None
                self.slots = max(1, min(self.slots, len(part)) // 2)
                self._caches.drop()
                for stage in (self.semantic, self.coarse):
                    stage.replays.forget()  # graphs hold on to the cache
        return results

    @contextmanager
    def _at_work(self, stage: AnyStage) -> Iterator[AnyStage]:
        """A stage where it computes; brought there and back where stages take turns."""
        if not self._offload:
            yield stage
            return
        stage.to(self._where.device)
        try:
            yield stage
        finally:
            stage.to("cpu")


def planned(weights: Weights, where: Arithmetics, slots: int = 0) -> MemoryPlan:
    """How a checkpoint fits into the memory that is free now. ``slots``: 0 is as many as are useful and fit."""
    free = free_bytes(where.device)
    return plan_memory(weights.sizes, where, slots=slots, free=free, together=together_in(where))


def together_in(where: Arithmetics) -> int:
    """Windows of 1,024 in one pass."""
    return FIXED_TOGETHER if where.fixed else 1


def _generation(due: Due, codes: Tokens) -> Generation:
    return Generation(due.told, codes, due.draws, due.faults)
