"""The ears of a run: every model that hears, each loaded when it is first needed, in a process beside the narrator.

What they find depends on the sound and the models alone, so a process that died is started anew and asked again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol

from pipeline.audio.sound import Sound
from pipeline.errors import EngineError, MissingError
from pipeline.hearing import FollowedWord, Quality, Transcript, quality, recogniser, speakers
from pipeline.worker import Stopping, Worker, WorkerDied, WorkerHung

LIMIT_S = 600.0
"""Nothing that the ears are asked takes minutes, whatever the machine."""
NICE = 10
TRIES = 2


class Ears(Protocol):
    """Whoever hears."""

    def voice(self, sound: Sound) -> tuple[tuple[float, ...], float | None]:
        """Embedding ``[256]`` and unity: `speakers.SpeakerModel.hear`."""
        ...

    def quality(self, sound: Sound) -> Quality:
        """`quality.QualityModel.judge`."""
        ...

    def words(self, sound: Sound, language: str, times: bool = False) -> Transcript:
        """`recogniser.Recogniser.hear`."""
        ...

    def follow(self, sound: Sound, text: str, language: str) -> tuple[FollowedWord, ...]:
        """`recogniser.Recogniser.follow`."""
        ...


class HeldEars:
    """The models themselves.

    Args:
        name: of the recogniser: `recogniser.find_model`.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._loaded: dict[str, Any] = {}

    def voice(self, sound: Sound) -> tuple[tuple[float, ...], float | None]:
        """As `Ears`. Raises MissingError."""
        found: tuple[tuple[float, ...], float | None] = self._model("voice", speakers.SpeakerModel).hear(sound)
        return found

    def quality(self, sound: Sound) -> Quality:
        """As `Ears`. Raises MissingError."""
        found: Quality = self._model("quality", quality.QualityModel).judge(sound)
        return found

    def words(self, sound: Sound, language: str, times: bool = False) -> Transcript:
        """As `Ears`. Raises MissingError."""
        heard: Transcript = self._model("words", self._recogniser).hear(sound, language, times=times)
        return heard

    def follow(self, sound: Sound, text: str, language: str) -> tuple[FollowedWord, ...]:
        """As `Ears`. Raises MissingError."""
        found: tuple[FollowedWord, ...] = self._model("words", self._recogniser).follow(sound, text, language)
        return found

    def _recogniser(self) -> recogniser.Recogniser:
        return recogniser.Recogniser(recogniser.find_model(self._name))

    def _model(self, name: str, load: Callable[[], Any]) -> Any:
        if name not in self._loaded:
            self._loaded[name] = load()
        return self._loaded[name]


class Unheard(EngineError):
    """The ears failed at one sound, twice."""


class EarsAside(Stopping):
    """`HeldEars` in a process of its own, with little claim to the machine; may be asked by any thread.

    Args:
        name: of the recogniser.
        hold: what the process holds; at the top of an importable module.

    Attributes:
        on_trouble: told in a phrase what happened and how it goes on.
    """

    def __init__(self, name: str, hold: Callable[[str], Ears] = HeldEars) -> None:
        self._worker = Worker(hold, name, nice=NICE)
        self._turn = threading.Lock()
        self.on_trouble: Callable[[str], None] = lambda _what: None

    def voice(self, sound: Sound) -> tuple[tuple[float, ...], float | None]:
        """As `Ears`. Raises as `_asked`."""
        found: tuple[tuple[float, ...], float | None] = self._asked("voice", sound)
        return found

    def quality(self, sound: Sound) -> Quality:
        """As `Ears`. Raises as `_asked`."""
        found: Quality = self._asked("quality", sound)
        return found

    def words(self, sound: Sound, language: str, times: bool = False) -> Transcript:
        """As `Ears`. Raises as `_asked`."""
        heard: Transcript = self._asked("words", sound, language, times)
        return heard

    def follow(self, sound: Sound, text: str, language: str) -> tuple[FollowedWord, ...]:
        """As `Ears`. Raises as `_asked`."""
        found: tuple[FollowedWord, ...] = self._asked("follow", sound, text, language)
        return found

    def stop(self) -> None:
        """End the process; the next question starts another."""
        with self._turn:
            self._worker.stop()

    def _asked(self, name: str, *args: object) -> Any:
        """The answer.

        Raises:
            MissingError: a model is not on this machine.
            Unheard: the process died, hung or had too little memory at this question twice.
        """
        with self._turn:
            for tries_left in reversed(range(TRIES)):
                try:
                    (answer,) = self._worker.ask(name, *args, limit_s=LIMIT_S)
                except (MemoryError, WorkerDied, WorkerHung) as error:
                    self._worker.stop()
                    what = "the ears ran out of memory" if isinstance(error, MemoryError) else _told(error)
                    if not tries_left:
                        raise Unheard(f"{what}, {TRIES} times at one take") from error
                    self.on_trouble(f"{what}; they are started anew")
                else:
                    return answer
        raise AssertionError("TRIES is over 0")


def _told(error: WorkerDied | WorkerHung) -> str:
    return error.what.replace("a worker process", "the ears' process")


def check_ears(name: str) -> None:
    """See that everything is there that hears; nothing is loaded.

    Args:
        name: of the recogniser.

    Raises:
        MissingError: what is not, and how to get it.
    """
    wanted = {"faster_whisper": "faster-whisper", quality.PACKAGE: quality.DISTRIBUTION}
    wanted |= {speakers.PACKAGE: speakers.DISTRIBUTION}
    missing = [distribution for package, distribution in wanted.items() if find_spec(package) is None]
    if missing:
        raise MissingError(
            f"to hear words, {' and '.join(missing)} must be installed",
            where="verify: mode:",
            next_step=f"{recogniser.EXTRA}, or choose 'verify: mode: free'",
        )
    if not (name == "base" and recogniser.base_is_packaged()):
        recogniser.find_model(name)
