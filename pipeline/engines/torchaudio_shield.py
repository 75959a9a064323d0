"""Keeps a missing or broken torchaudio from taking Bark and Encodec down with it.

Meta's ``encodec`` imports torchaudio when it is imported, for reading files alone, which we never ask of it;
transformers imports an installed torchaudio on the way to ``BarkModel``. The torchaudio that pip finds is often
built for another torch and fails to load its library.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

_BROKEN = (
    ImportError,  # not there; a symbol of another torch
    OSError,  # its shared library does not load
    RuntimeError,  # built for another CUDA or torch
    AttributeError,  # uses what this torch has not
    TypeError,
    ValueError,
    NameError,
    SyntaxError,
)


class TorchaudioStandIn(ModuleType):
    """An empty module; whoever uses it learns why it is empty."""

    def __init__(self, reason: str) -> None:
        super().__init__("torchaudio", "Stands in for a torchaudio that cannot be imported.")
        self.__spec__ = ModuleSpec("torchaudio", loader=None, origin="chapterhouse", is_package=True)
        self.__path__: list[str] = []
        self.__version__ = "0"
        self.reason = reason

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"torchaudio.{name} is not available: torchaudio cannot be imported ({self.reason})")


def shield_torchaudio() -> bool:
    """Import torchaudio; when that fails, register an empty stand-in for it. Call before encodec or transformers.

    Returns:
        True when the real torchaudio works; it is then left alone.
    """
    loaded = sys.modules.get("torchaudio")
    if loaded is not None:
        return not isinstance(loaded, TorchaudioStandIn)
    try:
        importlib.import_module("torchaudio")
    except _BROKEN as error:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]  # a half-imported one would be found again
        sys.modules["torchaudio"] = TorchaudioStandIn(f"{type(error).__name__}: {error}")
        return False
    return True
