"""Ears that fail, for the child processes of tests, which import them from here."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from pipeline.audio.sound import Sound
from pipeline.errors import MissingError
from pipeline.hearing import FollowedWord, Quality, Transcript


class FailingEars:
    """Killed at a sound of one sample, the first ``times`` times; short of memory at one of two samples, always.

    Args:
        diary: a file with a line for each death; its name ends with ``-times``.
    """

    def __init__(self, diary: str) -> None:
        self._diary, self._times = Path(diary), int(diary.rpartition("-")[2])

    def voice(self, sound: Sound) -> tuple[tuple[float, ...], float | None]:
        if len(sound.samples) == 1 and len(self._deaths()) < self._times:
            self._diary.write_text("\n".join([*self._deaths(), str(os.getpid())]))
            os.kill(os.getpid(), signal.SIGKILL)
        if len(sound.samples) == 2:
            raise MemoryError
        return (float(len(sound.samples)), float(os.nice(0))), None

    def quality(self, sound: Sound) -> Quality:
        raise MissingError("no such model", next_step="install it")

    def words(self, sound: Sound, language: str, times: bool = False) -> Transcript:
        return Transcript(f"{language} {times}")

    def follow(self, sound: Sound, text: str, language: str) -> tuple[FollowedWord, ...]:
        return (FollowedWord(text, 0.0),)

    def _deaths(self) -> list[str]:
        return self._diary.read_text().split() if self._diary.exists() else []
