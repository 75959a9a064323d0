"""ONNX models that come inside packages: found without importing the package, checked, run on one thread."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import MissingError


def packaged_model(distribution: str, package: str, name: str, sha256: str) -> Path:
    """A model file that an installed distribution brings.

    Args:
        distribution: what pip calls it.
        package: its top-level package, which is not imported.
        name: of the file in it.
        sha256: of the file, hexadecimal.

    Raises:
        MissingError: not installed, or another file than the one that was measured.
    """
    spec = find_spec(package)
    paths = (Path(folder) / name for folder in (spec.submodule_search_locations or []) if spec) if spec else ()
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise MissingError(
            f"the package '{distribution}' with its model is not installed",
            next_step="run: pip install 'chapterhouse[asr]'",
        )
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
            raise MissingError(
                f"the model of the package '{distribution}' is another one, or damaged",
                next_step="run: pip install --force-reinstall 'chapterhouse[asr]'",
            )
    return path


class Model:
    """A loaded ONNX model with one input and one output of interest.

    One thread: sums are taken in one order only, so that the same sound gives the same figures on any machine with
    the same instructions.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """``[batch, …]`` in, ``[batch, …]`` out."""
        return np.asarray(self._session.run(None, {self._input: batch})[0], np.float32)
