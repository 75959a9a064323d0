"""What this machine offers a model."""

from __future__ import annotations

import os


def describe_accelerator() -> str:
    """The GPU that Bark would use, or the processor cores that it would use instead."""
    import torch

    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_properties(0)
        return f"{gpu.name}, {gpu.total_memory / 1e9:.0f} GB, CUDA {torch.version.cuda}"
    return f"no GPU: {os.cpu_count()} processor cores (hibari and kokoro need none; bark is slow without)"
