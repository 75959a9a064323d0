"""One piece of memory for keys and values, which the semantic and the coarse stage use in turn."""

from __future__ import annotations

import torch

from pipeline.engines.bark.gpt import Cache
from pipeline.engines.bark.linear import Arithmetics
from pipeline.engines.bark.shapes import GptShape


class Caches:
    """Views of one allocation.

    Args:
        spare: rows after those asked for, that a padded pass may write to.
    """

    def __init__(self, where: Arithmetics, spare: int = 0) -> None:
        self._where, self._spare = where, spare
        self._memory = torch.zeros(0)
        self._views: dict[tuple[GptShape, int, int], Cache] = {}

    def of(self, shape: GptShape, rows: int, positions: int) -> Cache:
        """A cache of these sizes. Its numbers are whatever was there before: all are finite."""
        if (shape, rows, positions) not in self._views:
            size = (shape.layers, rows + self._spare, shape.heads, positions, shape.head_width)
            count = 2 * torch.Size(size).numel()
            if count > self._memory.numel():
                self.drop()
                self._memory = torch.zeros(count, dtype=self._where.cache_dtype, device=self._where.device)
            keys, values = self._memory[:count].view(2, *size)
            self._views[shape, rows, positions] = Cache(keys, values, rows)
        return self._views[shape, rows, positions]

    def drop(self) -> None:
        """Give the memory back."""
        self._memory = torch.zeros(0)
        self._views.clear()
        if self._where.device == "cuda":
            torch.cuda.empty_cache()
