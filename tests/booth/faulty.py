"""Narrators with faults, for the child processes of tests, which import them from here."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.sound import Sound
from pipeline.engines import Reading, Rendition, Unreadable
from pipeline.errors import MissingError

RATE = 8_000


def sound_of(reading: Reading) -> Sound:
    """0.05 s that only this reading has."""
    noise = np.random.default_rng(abs(reading.seed)).uniform(-0.5, 0.5, 400)
    return Sound(noise.astype(np.float32), RATE)


class Narrator:
    """Reads one reading after the other; what a text asks for happens at it, ``times`` times in all.

    Texts: ``killed``, ``crashes``, ``hangs``, ``huge``; and each time ``nan``, ``silent``, ``cut``, ``left out``,
    ``unreadable``, ``odd error``, and ``tokens``, which tells what it was made of. All others are read.

    Args:
        diary: a file with a line for each start of a process and for each batch.
        room: more readings at once are too many for memory.
    """

    sample_rate = RATE

    def __init__(self, diary: str, times: int = 1, room: int = 10_000) -> None:
        self._diary, self._times, self._room = Path(diary), times, room
        self._note(f"start {os.getpid()}")

    def reference(self, voice: str) -> Sound | None:
        if voice == "killed" and self._times_left("reference"):
            os.kill(os.getpid(), signal.SIGKILL)
        return sound_of(Reading("", voice, seed=7)) if voice != "none" else None

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        self._note(f"batch {len(readings)}")
        if len(readings) > self._room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        for index, reading in enumerate(readings):
            sound = sound_of(reading)
            if reading.text == "nan":
                sound.samples[3] = np.nan
            elif reading.text == "silent":
                sound.samples[:] = 0
            elif reading.text == "left out":
                continue
            elif reading.text == "unreadable":
                raise Unreadable("there is no word", index=index, next_step="write one")
            elif reading.text == "odd error":
                raise OddError(1, 2)
            elif reading.text == "huge" and self._times_left("huge"):
                raise MemoryError
            elif reading.text in ("killed", "crashes", "hangs") and self._times_left(reading.text):
                self._end(reading.text)
            yield index, _rendition(reading, sound)

    def _end(self, how: str) -> None:
        if how == "hangs":
            time.sleep(600)
        os.kill(os.getpid(), signal.SIGKILL if how == "killed" else signal.SIGSEGV)

    def _times_left(self, what: str) -> bool:
        happened = self._diary.read_text().count(f"fault {what}\n")
        if happened < self._times:
            self._note(f"fault {what}")
        return happened < self._times

    def _note(self, what: str) -> None:
        with self._diary.open("a") as file:
            file.write(f"{what}\n")


def _rendition(reading: Reading, sound: Sound) -> Rendition:
    whole = Rendition(sound, truncated=reading.text == "cut", uncertainty=1.5, loops=2)
    if reading.text != "tokens":
        return whole
    return replace(whole, facts={"stop": "end", "semantic_tokens": 150}, generation=generation_of(reading, 150))


def generation_of(reading: Reading, semantic: int) -> dict[str, NDArray[np.int64]]:
    """The tokens of a Bark reading, as far as their shapes and ranges go: 49.9 and 75 a second."""
    draw = np.random.default_rng(abs(reading.seed)).integers
    fine = draw(0, 1024, (8, semantic * 3 // 2))
    return {"semantic_prompt": draw(0, 10_000, semantic), "coarse_prompt": fine[:2], "fine_prompt": fine}


class OddError(Exception):
    """Cannot be unpickled: it wants two arguments and keeps one."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def not_there(diary: str) -> Narrator:
    raise MissingError("the model is not on this machine", next_step="run: chapterhouse models pull it")


def dies_while_loading(diary: str) -> Narrator:
    narrator = Narrator(diary)
    os.kill(os.getpid(), signal.SIGKILL)
    return narrator


class SlowNarrator(Narrator):
    """Reads all at once, which takes ``steps`` times ``step_s``, and says at each step that it is alive."""

    def __init__(self, diary: str, steps: int, step_s: float) -> None:
        super().__init__(diary)
        self._steps, self._step_s = steps, step_s

    def work(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition] | None]:
        for _ in range(self._steps):
            time.sleep(self._step_s)
            yield None
        yield from self.read(readings)
