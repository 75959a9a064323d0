"""What readings of one voice begin a window of the coarse stage with: read once, and kept for all of them.

A window begins with up to 209 semantic tokens of the voice, 20 fewer each time it moves on, and their keys and values
depend on nothing behind them. They are always read by themselves, shared or not, so that a window comes out the same.
"""

from __future__ import annotations

from collections import OrderedDict

import torch

from pipeline.engines.bark.gpt import Beginning, Gpt
from pipeline.engines.bark.prompts import Tokens

LEAST = 16
"""Positions worth a pass of their own."""
MOST_BYTES = 1 << 29
"""Some five voices of bark-small, two of the large one."""


class Beginnings:
    """Keeps the latest used.

    Args:
        tokens: ``[V, width]``, the stage's embeddings.
    """

    def __init__(self, gpt: Gpt, tokens: torch.Tensor, most_bytes: int = MOST_BYTES) -> None:
        self._gpt, self._tokens, self._most = gpt, tokens, most_bytes
        self._kept: OrderedDict[bytes, Beginning] = OrderedDict()

    def of(self, ids: Tokens) -> Beginning | None:
        """Keys and values of ``ids`` at the first positions; None where they are too few to be worth it."""
        if len(ids) < LEAST:
            return None
        key = ids.tobytes()
        if key not in self._kept:
            x = self._tokens[torch.from_numpy(ids)] + self._gpt.positions[: len(ids)]
            self._kept[key] = self._gpt.begin(x[None])
            while len(self._kept) > 1 and sum(each.bytes for each in self._kept.values()) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
