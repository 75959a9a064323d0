"""The narrator in a process of its own: what fails there costs a reading at most, never the run.

A narrator's sound depends on its reading alone, so readings may be given again, in smaller batches or one by one, to
a process started anew, and sound as they would have sounded undisturbed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.audio.sound import Sound
from pipeline.engines import Narrator, Reading, Rendition, Unreadable
from pipeline.engines.held import HeldNarrator
from pipeline.errors import EngineError
from pipeline.worker import Stopping, Worker, WorkerDied, WorkerHung

TRIES = 2
"""Of a reading alone, and of loading the engine, before it is given up."""
LOADING_LIMIT_S = 600.0
"""Gigabytes from a slow disk take minutes."""
_NO_LIMIT = 1 << 20
Failure = MemoryError | WorkerDied | WorkerHung


@dataclass(frozen=True, eq=False)
class NoSound(Rendition):
    """Stands for a reading that was given up: its sound is empty.

    It tells of this machine at this hour, not of the text. It is flagged, not kept in the vault: a rerun tries again.

    Attributes:
        reason: a short phrase: ``the engine ran out of memory``.
    """

    reason: str = ""


class NarratorAside(Stopping):
    """A `Narrator` whose engine runs in a child process, loaded at the first question.

    - Memory refused to the child, or the child killed as the kernel kills for want of it: what is left of the batch
      is read in halves, down to one. Later batches start at that size and may grow again.
    - The child dead for another reason: a fresh one reads the rest; after a second death, one by one.
    - Nothing for ``limit_s``: the child is killed, and a fresh one reads the rest one by one.
    - A reading that failed alone is read once more, by a fresh child, and then given up: it gets a `NoSound`.

    Args:
        load: gives the narrator, in the child; at the top of an importable module, as `engines.held.load_narrator`.
        args: for ``load``: ``"kokoro", settings``.
        limit_s: the longest that the engine may take to give the next rendition or sign of life; None for ever.
        loading_limit_s: the longest that it may take to load.
        on_trouble: told in a phrase what happened and how it goes on.
        nice: added to the child's niceness.
    """

    def __init__(
        self,
        load: Callable[..., Narrator],
        *args: object,
        limit_s: float | None = None,
        loading_limit_s: float | None = LOADING_LIMIT_S,
        on_trouble: Callable[[str], None] = lambda _what: None,
        nice: int = 0,
    ) -> None:
        self._worker = Worker(HeldNarrator, load, *args, nice=nice)
        self._limit_s, self._loading_limit_s = limit_s, loading_limit_s
        self._on_trouble = on_trouble
        self._most = _NO_LIMIT

    @property
    def sample_rate(self) -> int:
        """Of every sound, Hz. Loads the engine. Raises as `read`."""
        rate_hz: int = self._asked("sample_rate", limit_s=self._loading_limit_s)
        return rate_hz

    def reference(self, voice: str) -> Sound | None:
        """As the narrator's own. Raises as that, and `EngineError` when its process fails twice."""
        sound: Sound | None = self._asked("reference", voice, limit_s=self._loading_limit_s)
        return sound

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Yield ``(index, rendition)`` as each is done; one that was given up is a `NoSound`.

        Raises:
            Unreadable: one reading cannot be read as it stands.
            EngineError: the engine cannot be loaded: its process fails each time, or there is too little memory.
            Exception: whatever else the narrator raises.
        """
        batch = _Batch(list(range(len(readings))), self._most)
        while group := batch.next_group():
            rate_hz = self.sample_rate  # a process that is new is loaded here
            try:
                for index, rendition in self._tried(readings, group):
                    batch.left.remove(index)
                    yield index, rendition
                if missing := [index for index in group if index in batch.left]:
                    raise EngineError(f"the narrator gave no sound for {len(missing)} of {len(group)} readings")
            except (MemoryError, WorkerDied, WorkerHung) as error:
                given_up = batch.after(error, len(group))
                if batch.left or given_up is not None:
                    self._tell(error, batch, given_up)
                if len(group) == 1:
                    self._worker.stop()  # whatever is wrong with it is wrong no more
                if given_up is not None:
                    yield given_up, NoSound(Sound(np.zeros(0, np.float32), rate_hz), reason=_cause(error))
        if batch.short_of_memory:
            self._most = batch.most
        elif len(readings) > self._most:
            self._most *= 2

    def stop(self) -> None:
        """End the process; the next question starts another."""
        self._worker.stop()

    def _tried(self, readings: Sequence[Reading], group: Sequence[int]) -> Iterator[tuple[int, Rendition]]:
        with closing(self._worker.ask("read", [readings[i] for i in group], limit_s=self._limit_s)) as answers:
            try:
                for answer in answers:
                    if answer is not None:  # a sign of life
                        position, rendition = answer
                        yield group[position], rendition
            except Unreadable as error:
                raise Unreadable(error.what, index=group[error.index], next_step=error.next_step) from error

    def _asked(self, name: str, *args: object, limit_s: float | None) -> Any:
        for tries_left in reversed(range(TRIES)):
            try:
                (answer,) = self._worker.ask(name, *args, limit_s=limit_s)
            except (MemoryError, WorkerDied, WorkerHung) as error:
                self._worker.stop()
                if not tries_left:
                    raise EngineError(
                        f"the narrator cannot work: {_cause(error)}, {TRIES} times in a row",
                        next_step="run again when the machine has more room, or take another engine",
                    ) from error
                self._on_trouble(f"{_cause(error)}; it is started anew")
            else:
                return answer
        raise AssertionError("TRIES is over 0")

    def _tell(self, error: Failure, batch: _Batch, given_up: int | None) -> None:
        if given_up is not None:
            self._on_trouble(f"{_cause(error)}, twice at the same reading: it is left without a sound")
        else:
            how = f", {batch.most} at a time" if batch.most < len(batch.left) else ""
            self._on_trouble(f"{_cause(error)}; {len(batch.left)} readings are read again{how}")


@dataclass
class _Batch:
    """Where a batch stands.

    Attributes:
        left: indexes of the readings that have no sound yet, in order.
        most: readings given to the engine at a time.
    """

    left: list[int]
    most: int
    short_of_memory: bool = False
    deaths: int = 0
    failed_alone: Counter[int] = field(default_factory=Counter)

    def next_group(self) -> list[int]:
        return self.left[: self.most]

    def after(self, error: Failure, size: int) -> int | None:
        """Choose how to go on after a group of ``size`` has failed; the index of a reading that is given up."""
        if isinstance(error, MemoryError) or (isinstance(error, WorkerDied) and error.out_of_memory):
            self.short_of_memory = True
            self.most = (size + 1) // 2
        elif isinstance(error, WorkerHung) or self.deaths:
            self.most = 1
        self.deaths += isinstance(error, WorkerDied)
        if size > 1 or not self.left:
            return None
        self.failed_alone[self.left[0]] += 1
        return self.left.pop(0) if self.failed_alone[self.left[0]] == TRIES else None


def _cause(error: Failure) -> str:
    if isinstance(error, MemoryError):
        return "the engine ran out of memory"
    return error.what.replace("a worker process", "the engine's process")
