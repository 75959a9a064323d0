"""Tasks worked off by as many hands as there are cores, the most urgent first; the first failure stops the others."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from pipeline.delivery.encoding import Heard
from pipeline.errors import StoppedError

REPORT_EVERY_S = 0.25

ReportProgress = Callable[[str, float], None]


@dataclass(frozen=True)
class Task:
    """Something to be done by one hand.

    Attributes:
        name: of the file that it is for.
        urgency: the lowest goes first.
        seconds: of sound that it works through, for the progress.
        work: does it, in a thread of its own; tells the seconds it is through with, and stops when that raises.
        then: called with the result in the caller's thread; gives the tasks that are possible now.
    """

    name: str
    urgency: float
    seconds: float
    work: Callable[[Heard], Any]
    then: Callable[[Any], Iterable[Task]]


def work_off(tasks: Iterable[Task], foreseen_s: float, report_progress: ReportProgress | None = None) -> None:
    """Do all tasks and those that follow from them.

    Args:
        tasks: that are possible from the start.
        foreseen_s: seconds of all tasks together, as far as it is known.
        report_progress: called from this thread with a file's name and the share done, 0 … 1.
    """
    hands = os.cpu_count() or 1
    stop = threading.Event()
    order = itertools.count()
    possible: list[tuple[float, int, Task]] = []
    heard_s: dict[int, float] = {}
    running: dict[Future[Any], tuple[int, Task]] = {}
    share = 0.0

    def add(more: Iterable[Task]) -> None:
        for task in more:
            heapq.heappush(possible, (task.urgency, next(order), task))

    def listener(number: int) -> Heard:
        def heard(seconds: float) -> None:
            if stop.is_set():
                raise StoppedError("stopped", next_step="run the same command again; it goes on from here")
            heard_s[number] = seconds

        return heard

    add(tasks)
    name = possible[0][2].name if possible else ""
    with ThreadPoolExecutor(hands, "deliver") as pool:
        try:
            while possible or running:
                while possible and len(running) < hands:
                    _, number, task = heapq.heappop(possible)
                    running[pool.submit(task.work, listener(number))] = number, task
                ready, _ = wait(running, timeout=REPORT_EVERY_S, return_when=FIRST_COMPLETED)
                for future in ready:
                    number, task = running.pop(future)
                    name = task.name
                    heard_s[number] = task.seconds
                    add(task.then(future.result()))
                if report_progress is not None:
                    over = not (possible or running)
                    share = 1.0 if over else max(share, min(sum(heard_s.values()) / max(foreseen_s, 1.0), 0.999))
                    report_progress(name, share)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
