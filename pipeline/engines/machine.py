"""What this machine offers a model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol, runtime_checkable

from pipeline.engines import Settings


@runtime_checkable
class Sized(Protocol):
    """An engine that can tell what it will take of memory."""

    def memory(self, settings: Settings) -> str:
        """In a phrase, before anything is loaded.

        Raises:
            MissingError: the model is not on this machine.
        """
        ...


_GPU_DEVICES = ("/dev/nvidiactl", "/dev/dxg")  # of NVIDIA's driver on Linux; of Windows' under WSL


def describe_accelerator() -> str:
    """The GPU that Bark would use, or the processor cores that it would use instead."""
    import torch

    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_properties(0)
        return f"{gpu.name}, {gpu.total_memory / 1e9:.0f} GB, CUDA {torch.version.cuda}"
    return f"no GPU: {os.cpu_count()} processor cores (hibari and kokoro need none; bark is slow without)"


def seems_to_have_gpu() -> bool:
    """Whether a GPU's driver is here. Asked of the file system, since importing torch takes seconds."""
    return any(Path(device).exists() for device in _GPU_DEVICES)
