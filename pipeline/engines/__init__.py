"""The narrators' door: two small protocols, found by entry point (``chapterhouse.engines``).

An `Engine` is cheap: it describes itself, its voices and its limits, checks settings and says whether its model
is on this machine, all without loading a model. `Engine.load` gives a `Narrator`, which holds the model and reads.
A narrator is deaf to the story: it gets readings and gives sounds, and what a reading sounds like depends on the
reading alone, never on its neighbours, the batch, the order or the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.sound import Sound
from pipeline.errors import EngineError, InputError

Settings = Mapping[str, str | int | float | bool | None]
"""An engine's own settings, as written in the production file (``engines.<name>``), already checked."""


Sampling = tuple[tuple[str, float | int | str | bool | None], ...]
"""Options of one reading (Bark: temperatures, min_eos_p), sorted (name, value) pairs."""


@dataclass(frozen=True)
class ReadingLimits:
    """What a narrator reads well in one breath. Chunks are packed up to ``target_s`` and never past ``max_s``.

    Where what a reading costs goes by windows, chunks that fill them are preferred to those that reach the target.

    Attributes:
        target_s: the length of speech the packer aims at, seconds.
        max_s: the longest estimated speech allowed in one chunk, seconds.
        max_characters: hard limit on the spoken text, None for no such limit.
        together: readings that it wants at once: as many as it reads side by side, and some in hand.
        window_s: what a reading costs goes by windows of so many seconds: one that fills one and a second more pays
            for two. None where it goes by the second.
    """

    target_s: float
    max_s: float
    max_characters: int | None = None
    together: int = 32
    window_s: float | None = None

    def empty_window(self, seconds: float) -> float:
        """How much of its last window a reading pays for and leaves empty, 0 … 1; 0 where there are no windows."""
        if self.window_s is None:
            return 0.0
        windows = seconds / self.window_s
        return math.ceil(windows) - windows


@dataclass(frozen=True)
class Abilities:
    """What an engine can do beside reading plain words. What it cannot is told before anything is recorded.

    Attributes:
        sounds: tags it makes a sound of, as it wants them in the text, without brackets: ``laughs``.
        sings: it sings what stands between two ``♪``.
        capitals: a word in capitals is stressed, not spelled.
        phonemes: pronunciations in IPA may come with a reading (`Reading.pronunciations`).
        deliveries: ways of saying that it knows: ``whispering``.
        varies: another seed gives another rendition of the same text.
        samplings: changes of its sampling worth trying when new seeds did not help, in order.
        speaks: what it gives are words.
        rolls: its renditions have a `Rendition.generation`, from which a reading can go on (`Reading.history`).
    """

    sounds: frozenset[str] = frozenset()
    sings: bool = False
    capitals: bool = False
    phonemes: bool = False
    deliveries: frozenset[str] = frozenset()
    varies: bool = True
    samplings: tuple[Sampling, ...] = ()
    speaks: bool = True
    rolls: bool = False


@dataclass(frozen=True)
class VoiceCard:
    """One voice of an engine, for listings and checks."""

    name: str
    language: str
    gender: str
    description: str = ""


@dataclass(frozen=True)
class Reading:
    """One text to be read aloud, and everything its sound depends on apart from the engine itself.

    Attributes:
        text: the spoken text; no markup.
        voice: a voice name of the engine, or the absolute path of a voice file.
        language: BCP 47 tag.
        seed: decides every random choice of the engine.
        speed: 1.0 is the voice's own pace; 0.5 slow … 2.0 fast.
        sampling: engine options of this reading (Bark: temperatures, min_eos_p), sorted (name, value) pairs.
        pronunciations: first and last-plus-one character of a stretch of ``text`` and how it sounds, in IPA.
        history: absolute path of the tokens (an ``.npz``) of another reading by this voice, which this one goes on
            from in place of the voice's own; None for that. Only where the engine ``rolls``.
    """

    text: str
    voice: str
    language: str = "en"
    seed: int = 0
    speed: float = 1.0
    sampling: Sampling = ()
    pronunciations: tuple[tuple[int, int, str], ...] = ()
    history: str | None = None


@dataclass(frozen=True, eq=False)
class Rendition:
    """What a narrator made of one reading.

    Attributes:
        truncated: the model was cut off at its limit instead of coming to an end by itself.
        uncertainty: mean entropy of the distributions its tokens were drawn from, in nats; None where none are drawn.
        loops: how often its most frequent run of 8 changing tokens occurs; 0 where there are no tokens.
        facts: what else the engine tells of it, for the take's card (Bark: why it stopped, how many tokens, …).
        generation: the tokens it was made of, from which a voice can be made that goes on from it (Bark:
            ``semantic_prompt`` ``[S]``, ``coarse_prompt`` ``[2, T]``, ``fine_prompt`` ``[8, T]``); empty where none.
    """

    sound: Sound
    truncated: bool = False
    uncertainty: float | None = None
    loops: int = 0
    facts: Mapping[str, str | int | float] = field(default_factory=dict)
    generation: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)


class Unreadable(EngineError):
    """A narrator cannot read one particular reading (text over the model's limit, no phonemes, …).

    Args:
        index: position of the reading in the sequence given to `Narrator.read`.
    """

    def __init__(self, what: str, *, index: int, next_step: str | None = None) -> None:
        super().__init__(what, next_step=next_step)
        self.index = index

    def __reduce__(self) -> tuple[object, ...]:
        return _unreadable, (self.what, self.index, self.next_step)


def _unreadable(what: str, index: int, next_step: str | None) -> Unreadable:
    return Unreadable(what, index=index, next_step=next_step)


@runtime_checkable
class Narrator(Protocol):
    """A loaded engine."""

    @property
    def sample_rate(self) -> int:
        """Of every sound it gives, Hz."""
        ...

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Read all of ``readings``; yield ``(index, rendition)`` as each is done, in any order.

        Raises:
            Unreadable: one reading cannot be read as it stands.
        """
        ...

    def reference(self, voice: str) -> Sound | None:
        """How a checked voice sounds by its own definition (Bark: its history prompt); None where it has none."""
        ...


@runtime_checkable
class Engine(Protocol):
    """What is known of an engine before its model is loaded.

    Attributes:
        languages: primary language subtags it speaks; ``*`` stands for all.
        speeds: the slowest and the fastest pace it can be asked for, 1.0 is the voice's own.
        abilities: beside plain words.
    """

    name: str
    summary: str
    licence: str
    languages: tuple[str, ...]
    speeds: tuple[float, float]
    abilities: Abilities

    def limits(self, settings: Settings) -> ReadingLimits:
        """What this engine reads in one breath."""
        ...

    def voices(self) -> Sequence[VoiceCard]:
        """The named voices that come with the engine."""
        ...

    def check_settings(self, settings: Settings, base: Path) -> Settings:
        """Settings with defaults filled in and paths made absolute against ``base``.

        Raises:
            InputError: an unknown setting or a value out of range.
        """
        ...

    def check_voice(self, voice: str, settings: Settings, base: Path) -> str:
        """The voice as a `Reading` carries it: a name, or the absolute path of a voice file.

        Raises:
            InputError: no such voice, or a voice file that is not one.
        """
        ...

    def fingerprint(self, settings: Settings) -> str:
        """Short hash over code version and weights: a part of every take's key.

        Raises:
            MissingError: the model is not on this machine.
        """
        ...

    def voice_fingerprint(self, voice: str, settings: Settings) -> str:
        """Short hash over a checked voice's own content (its name where the weights hold it)."""
        ...

    def load(self, settings: Settings) -> Narrator:
        """The narrator, with its model in memory.

        Raises:
            MissingError: the model is not on this machine; says which command fetches it.
        """
        ...


@dataclass(frozen=True)
class _Catalogue:
    engines: dict[str, Engine] = field(default_factory=dict)


_CATALOGUE = _Catalogue()


def engine_names() -> list[str]:
    """Names of all engines installed on this machine, sorted."""
    return sorted({point.name for point in entry_points(group="chapterhouse.engines")})


def find_engine(name: str) -> Engine:
    """The engine registered under ``name`` in the entry-point group ``chapterhouse.engines``.

    Raises:
        InputError: no such engine.
    """
    if name not in _CATALOGUE.engines:
        points = {point.name: point for point in entry_points(group="chapterhouse.engines")}
        if name not in points:
            raise InputError(f"there is no engine '{name}'", next_step=f"use one of: {', '.join(sorted(points))}")
        _CATALOGUE.engines[name] = points[name].load()()
    return _CATALOGUE.engines[name]
