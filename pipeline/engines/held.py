"""What a narrator's own process holds. Imports no more than the engine needs: it is paid for at each start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from pipeline.audio.sound import Sound
from pipeline.engines import Narrator, Reading, Rendition, Settings, find_engine
from pipeline.errors import ProductionError

_SIGNS_OF_WANT = ("out of memory", "allocate memory", "bad_alloc", "bad allocation")
"""In what torch (CUDA, CPU), onnxruntime and C++ say when memory is refused to them."""


def load_narrator(engine: str, settings: Settings) -> Narrator:
    """The loaded narrator of an installed engine. Raises as `find_engine` and `Engine.load`."""
    return find_engine(engine).load(settings)


@runtime_checkable
class Working(Protocol):
    """A narrator that may work for minutes before its first rendition, for it reads many at once."""

    def work(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition] | None]:
        """As `Narrator.read`, with None whenever it has got on."""
        ...


class HeldNarrator:
    """The narrator that ``load(*args)`` gives; whatever its libraries call their want of memory is a MemoryError."""

    def __init__(self, load: Callable[..., Narrator], *args: object) -> None:
        with _one_name_for_want_of_memory():
            self._narrator = load(*args)
        self.sample_rate = self._narrator.sample_rate

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition] | None]:
        """As the narrator's own; None is a sign of life of one that works long. Raises MemoryError beside."""
        narrator = self._narrator
        with _one_name_for_want_of_memory():
            yield from narrator.work(readings) if isinstance(narrator, Working) else narrator.read(readings)

    def reference(self, voice: str) -> Sound | None:
        """As the narrator's own. Raises MemoryError beside."""
        with _one_name_for_want_of_memory():
            return self._narrator.reference(voice)


@contextmanager
def _one_name_for_want_of_memory() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_want_of_memory(error):
            raise MemoryError(str(error)) from None
        raise


def is_want_of_memory(error: Exception) -> bool:
    """Whether a library says, in whichever words, that memory was refused to it."""
    words = str(error).lower()
    named = type(error).__name__ in ("OutOfMemoryError", "MemoryError")  # torch's; not imported for its sake
    ours = isinstance(error, ProductionError)  # may quote the text
    return named or (not ours and any(sign in words for sign in _SIGNS_OF_WANT))
