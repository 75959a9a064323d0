"""Files of tensors, memory-mapped: nothing is read before it is used, and nothing that a file brings is run."""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import EngineError

if TYPE_CHECKING:
    import torch

_FETCH_AGAIN = "fetch the file again; it is damaged, or only a part of it is there"


def read_tensors(paths: Iterable[Path]) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint's files, ``.safetensors`` or torch's own, under the names they were saved with.

    Raises:
        EngineError: as `read_pickled`; or there is something other than tensors in a file.
    """
    tensors: dict[str, torch.Tensor] = {}
    for path in paths:
        tensors.update(
            _read_safetensors(path) if path.suffix == ".safetensors" else tensors_in(read_pickled(path), path)
        )
    return tensors


def tensors_in(named: Any, path: Path) -> dict[str, torch.Tensor]:
    """``named``, which ``path`` holds, when it is a dictionary of tensors. Raises EngineError."""
    import torch

    if not isinstance(named, dict) or not all(isinstance(each, torch.Tensor) for each in named.values()):
        raise EngineError("this file should hold named tensors, and holds something else", where=str(path))
    return {str(name): tensor.detach() for name, tensor in named.items()}


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (OSError, SafetensorError) as error:
        raise _unreadable(path, error) from None


def read_pickled(path: Path) -> Any:
    """What ``torch.save`` wrote: tensors, plain numbers and strings, and containers of them.

    torch reads such a file without running what it asks for. Beside what torch allows by itself, numpy's numbers are
    let through: Suno's files hold the loss of their training as one.

    Raises:
        EngineError: the file cannot be read, or asks for anything else, which then has not been run.
    """
    import torch

    try:
        with torch.serialization.safe_globals(_numpy_numbers()):
            return torch.load(path, map_location="cpu", mmap=zipfile.is_zipfile(path), weights_only=True)
    except (OSError, RuntimeError, ValueError, LookupError, TypeError, EOFError, pickle.UnpicklingError) as error:
        wanted = re.search(r"(?:GLOBAL |unrecognized function |class )(\S+)", str(error))
        if wanted is None or not isinstance(error, pickle.UnpicklingError):
            raise _unreadable(path, error) from None
        raise EngineError(
            f"this file asks for '{wanted[1]}' to be run, which weights have no need of; it was not run",
            where=str(path),
            next_step="do not use this file; fetch it again from where its makers publish it (suno/bark)",
        ) from None


def _numpy_numbers() -> list[Any]:
    """What makes a numpy number of what a pickle says of it, under numpy 1's name and under numpy 2's."""
    scalar = np.float64(0).__reduce__()[0]
    kinds = {type(np.dtype(kind)) for kind in ("f8", "f4", "i8")}
    return [(scalar, "numpy.core.multiarray.scalar"), (scalar, "numpy._core.multiarray.scalar"), np.dtype, *kinds]


def _unreadable(path: Path, error: Exception) -> EngineError:
    said = (str(error).splitlines() or [""])[0] or type(error).__name__
    return EngineError(f"this file of weights cannot be read: {said}", where=str(path), next_step=_FETCH_AGAIN)
