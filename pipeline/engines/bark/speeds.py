"""How fast this machine is: a clock that others' work does not disturb, the limits of processor and memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from pipeline.engines.bark.linear import Arithmetic, Arithmetics
from pipeline.engines.bark.units import Limits

GEMM_SIZE = {"cpu": 2_048, "cuda": 8_192}
READ_BYTES = 1 << 29
"""Far more than a cache holds."""
BEST_OF = 5
_FLOATS: tuple[Arithmetic, Arithmetic] = ("bfloat16", "float32")


@dataclass(frozen=True)
class Clock:
    """Seconds that count.

    On a CPU this thread's processor time, in which others' work does not show; on a GPU the wall's, once everything
    that was asked of it is done.
    """

    device: str

    def __call__(self) -> float:
        if self.device == "cpu":
            return time.thread_time()
        torch.cuda.synchronize()
        return time.perf_counter()

    def best(self, work: Callable[[], object], times: int = BEST_OF) -> float:
        """The shortest of several runs, after one that is not counted."""
        work()
        runs = []
        for _ in range(times):
            start = self()
            work()
            runs.append(self() - start)
        return min(runs)


def gemm_flops_s(clock: Clock, where: Arithmetics, size: int = 0) -> float:
    """Multiplications and additions a second in the product of two large square matrices.

    In 8 bits it is the engine's own linear layer, scaling its input and output too: torch has no barer product of
    theirs that every processor can do.
    """
    size = size or GEMM_SIZE[clock.device]
    left, right = (torch.randn(size, size, device=clock.device, dtype=where.dtype) for _ in range(2))
    if where.arithmetic == "int8":
        linear = where.linear(right)
        return 2 * size**3 / clock.best(lambda: linear(left))
    return 2 * size**3 / clock.best(lambda: left @ right)


def read_bytes_s(clock: Clock) -> float:
    """Bytes a second that are read from memory, by the better of a sum and a product of a vector with itself."""
    values = torch.ones(READ_BYTES // 4, device=clock.device)
    return READ_BYTES / min(clock.best(values.sum), clock.best(lambda: values.dot(values)))


def measured_limits(where: Arithmetics, clock: Clock) -> Limits:
    """The limits of this machine, on as many threads as torch uses, in the numbers that the engine computes with."""
    with torch.inference_mode():
        floats = Arithmetics(where.device, "float32") if where.arithmetic == "int8" else where
        attention = gemm_flops_s(clock, floats)
        linear = attention if floats is where else gemm_flops_s(clock, where)
        cached = where.dtype.itemsize
        return Limits(linear, attention, read_bytes_s(clock), 1 if where.arithmetic == "int8" else cached, cached)


def bfloat16_against_float32(clock: Clock) -> float:
    """How many times as fast a product of matrices is in 16 bits; under 1 where the processor only stores them so."""
    with torch.inference_mode():
        fast, slow = (gemm_flops_s(clock, Arithmetics(clock.device, kind), 512) for kind in _FLOATS)
    return fast / slow
