"""Attention of one new token to all before it, on a CPU: a single walk over the cached keys and values.

It is limited by reading them. Two products of matrices do so at half of the memory's rate, and torch's own attention
shares a head's work out over threads as the batch happens to divide, so that a row's sums depend on its neighbours.
Here one head of one row is one piece of work, over that row's own positions, in one order.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from pipeline.audio.compiling import compiled


def look_back(q: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """Softmax attention of one query for each row.

    Args:
        q: ``[B, H, D]``.
        keys: ``[B, H, T, D]``, float32 or bfloat16.
        values: likewise.
        at: ``[B]``, the last position that a row looks at.

    Returns:
        ``[B, H, D]`` in the type of ``q``.
    """
    count, heads, _ = q.shape
    out = torch.empty(q.shape)
    arrays = (q.float().numpy(), _array(keys), _array(values), at.numpy(), out.numpy())
    pieces, threads = count * heads, torch.get_num_threads()
    borders = [pieces * number // threads for number in range(threads + 1)]
    others = [_pool().submit(_attend, *arrays, *span) for span in pairwise(borders[1:])]
    _attend(*arrays, borders[0], borders[1])
    for other in others:
        other.result()
    return out.to(q.dtype)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="attention")


def _array(cached: torch.Tensor) -> NDArray[Any]:
    """As numpy sees it; bfloat16, which it does not know, as the upper halves of float32."""
    array: NDArray[Any] = (cached.view(torch.uint16) if cached.dtype == torch.bfloat16 else cached).numpy()
    return array


def _number(_cached: Any) -> Any:
    raise AssertionError("only ever compiled")


@overload(_number)
def _number_compiled(cached):  # type: ignore[no-untyped-def]  # numba compares the names and kinds of arguments
    if isinstance(cached, types.Float):
        return lambda cached: cached
    return lambda cached: np.uint32(np.uint32(cached) << np.uint32(16)).view(np.float32)


@compiled("reassoc", "contract", "nnan", "ninf", "nsz")
def _attend(  # noqa: PLR0917 - the arrays of one call
    q: NDArray[Any],
    keys: NDArray[Any],
    values: NDArray[Any],
    at: NDArray[Any],
    out: NDArray[Any],
    first: int,
    end: int,
) -> None:
    """Heads ``first`` … ``end - 1``, counted over all rows."""
    heads, width = q.shape[1], q.shape[2]
    scores = np.empty(keys.shape[2], np.float32)
    scale = np.float32(1.0) / np.sqrt(np.float32(width))
    summed = np.empty(width, np.float32)
    for piece in range(first, end):
        row, head = piece // heads, piece % heads
        length = at[row] + 1
        top = np.float32(-3e38)
        for place in range(length):
            score = np.float32(0.0)
            for part in range(width):
                score += q[row, head, part] * _number(keys[row, head, place, part])
            scores[place] = score * scale
            top = max(top, scores[place])
        total = np.float32(0.0)
        for place in range(length):
            scores[place] = np.exp(scores[place] - top)
            total += scores[place]
        summed[:] = 0.0
        for place in range(length):
            weight = scores[place]
            for part in range(width):
                summed[part] += weight * _number(values[row, head, place, part])
        for part in range(width):
            out[row, head, part] = summed[part] / total
