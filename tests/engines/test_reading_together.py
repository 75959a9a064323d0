from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from pipeline.audio.sound import Sound
from pipeline.engines import Reading, Rendition
from pipeline.engines.together import WINDOW_PER_WORKER, read_together

QUIET = Rendition(Sound(np.zeros(1, np.float32), 24_000))


def test_every_reading_is_read_once() -> None:
    done = [index for index, _ in read_together([Reading("a", "v")] * 50, lambda index, reading: QUIET, 4)]
    assert sorted(done) == list(range(50))


def test_a_slow_consumer_never_has_more_than_the_window_waiting() -> None:
    begun: list[int] = []

    def read_one(index: int, reading: Reading) -> Rendition:
        begun.append(index)
        return QUIET

    for taken, _ in enumerate(read_together([Reading("a", "v")] * 20, read_one, 2), start=1):
        time.sleep(0.002)
        assert len(begun) <= taken + WINDOW_PER_WORKER * 2


def test_a_failure_ends_the_reading_and_drops_what_has_not_begun() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def read_one(index: int, reading: Reading) -> Rendition:
        begun.append(index)
        if index == 0:
            raise ValueError("no")
        gate.wait(0.05)
        return QUIET

    with pytest.raises(ValueError, match="no"):
        list(read_together([Reading("a", "v")] * 100, read_one, 2))
    assert len(begun) < 10


def test_a_consumer_that_stops_early_stops_the_threads() -> None:
    stream = read_together([Reading("a", "v")] * 100, lambda index, reading: QUIET, 2)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("narrator")]
