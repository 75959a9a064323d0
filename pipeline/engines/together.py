"""Reads many readings on all processor cores; what each sounds like does not depend on that."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from pipeline.engines import Reading, Rendition

WINDOW_PER_WORKER = 2
"""Readings in hand per thread: enough to keep it busy, few enough that finished sounds do not pile up."""


def read_together(
    readings: Sequence[Reading], read_one: Callable[[int, Reading], Rendition], workers: int = 0
) -> Iterator[tuple[int, Rendition]]:
    """Yield ``(index, read_one(index, reading))`` as each is done, at most ``2 × workers`` ahead of the consumer.

    Args:
        read_one: must be safe to call from several threads and depend on its arguments alone.
        workers: threads; 0 is one for each core that may be used.

    Raises:
        Exception: the first one of ``read_one``; readings not yet begun are dropped.
    """
    workers = min(workers or len(os.sched_getaffinity(0)), max(1, len(readings)))
    waiting = iter(enumerate(readings))
    pool = ThreadPoolExecutor(workers, thread_name_prefix="narrator")
    in_hand: dict[Future[Rendition], int] = {}
    try:
        while True:
            while len(in_hand) < WINDOW_PER_WORKER * workers and (following := next(waiting, None)) is not None:
                in_hand[pool.submit(read_one, *following)] = following[0]
            if not in_hand:
                return
            done, _ = wait(in_hand, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=in_hand.__getitem__):
                yield in_hand.pop(future), future.result()
    finally:
        pool.shutdown(cancel_futures=True)
