"""What a book may spend on retakes, given out as if chunks were recorded one after the other in the script's order.

Takes are recorded and listened to side by side, so which failure is known first is a matter of chance. Who gets the
last of the budget must not be: a chunk's retake is granted only when it would be granted had every chunk before it
been finished first. Where that cannot be told yet the answer is to wait.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.booth.ladder import Attempt
from pipeline.production import RetakeBudget


class Budget:
    """Grants retakes.

    Args:
        ladders: of every slot, in the script's order.
        budget: what the producer allows.
    """

    def __init__(self, ladders: Sequence[Sequence[Attempt]], budget: RetakeBudget) -> None:
        costs = np.array([ladder[0].cost_s for ladder in ladders], np.float64)
        limits_s = [budget.seconds] if budget.seconds is not None else []
        limits_s += [budget.share * float(costs.sum())] if budget.share is not None else []
        self._limits = (
            np.inf if budget.retakes is None else float(budget.retakes),
            min(limits_s, default=np.inf),
        )
        more = np.array([len(ladder) - 1 for ladder in ladders], np.float64)
        self._costs = costs
        self._least = np.zeros((2, len(ladders)))  # spent so far: [retakes | seconds, slot]
        self._most = np.stack([more, more * costs])  # what may still be spent in all

    def grants(self, slot: int) -> bool | None:
        """Whether the next retake of a slot may be recorded; None: not before chunks before it are finished."""
        price = (1.0, float(self._costs[slot]))
        answer: bool | None = True
        for currency, limit in enumerate(self._limits):
            if limit == np.inf:
                continue
            own = self._least[currency, slot] + price[currency]
            if float(self._least[currency, :slot].sum()) + own > limit + 1e-9:
                return False
            if float(self._most[currency, :slot].sum()) + own > limit + 1e-9:
                answer = None
        return answer

    def spend(self, slot: int) -> None:
        """Count one retake of a slot."""
        self._least[:, slot] += (1.0, self._costs[slot])

    def finish(self, slot: int) -> None:
        """The slot is circled: it will spend no more."""
        self._most[:, slot] = self._least[:, slot]
