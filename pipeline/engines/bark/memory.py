"""What a Bark takes of memory, told before it is loaded, and how many readings fit in it at once."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch

from pipeline.engines.bark.linear import Arithmetics
from pipeline.engines.bark.shapes import GptShape, Sizes

MOST_SLOTS = {"cpu": 8, "cuda": 128}
"""More gain little: docs/bark.md; on a GPU the roofline is flat from 64 on, by calculation."""
SPARE = 0.15
"""Of free memory, left to others and to fragments."""
_ACTIVATIONS = 24
"""Numbers of the width that a position needs while it is read: q, k, v, the MLP's 4 and its output, twice over."""
_ATTENTION_POSITIONS = 1_024
VOICES = 2
"""Whose windows' beginnings count here, each about as large as a slot; more are kept as long as they are small."""


@dataclass(frozen=True)
class MemoryPlan:
    """Bytes that Bark takes, and how it will fit.

    Attributes:
        slots: readings in hand at once.
        offload: each stage's weights are on the GPU only while it works.
        weights: of all three stages; of the largest one where they are offloaded.
        cache: keys and values of all slots.
        workspace: for what is read in one pass.
    """

    slots: int
    offload: bool
    weights: int
    cache: int
    workspace: int

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.workspace

    def __str__(self) -> str:
        parts = f"weights {_size(self.weights)}, {self.slots} slots {_size(self.cache)}, work {_size(self.workspace)}"
        return f"{_size(self.total)} ({parts}{', one stage at a time' if self.offload else ''})"


def weight_bytes(shape: GptShape, where: Arithmetics, tables: int = 1) -> int:
    """Of one transformer; ``tables``: of token embeddings, and as many heads."""
    vocabularies = tables * shape.width * (min(shape.input_vocabulary, 12_096) + shape.output_vocabulary)
    linear = 1 if where.arithmetic == "int8" else where.dtype.itemsize
    return shape.linear_weights * linear + vocabularies * where.dtype.itemsize


def slot_bytes(sizes: Sizes, where: Arithmetics) -> int:
    """Keys and values of one reading: of the stage that needs more."""
    rules = sizes.rules
    semantic = rules.max_text_tokens + rules.max_semantic_tokens
    coarse = rules.max_coarse_input + rules.max_coarse_history + rules.sliding_window
    return max(
        2 * shape.layers * shape.width * positions * where.cache_dtype.itemsize
        for shape, positions in ((sizes.semantic, semantic), (sizes.coarse, coarse))
    )


def plan_memory(sizes: Sizes, where: Arithmetics, *, slots: int, free: int, together: int) -> MemoryPlan:
    """How Bark fits into ``free`` bytes.

    Args:
        slots: wanted; 0 is as many as are useful and fit.
        together: sequences in one pass.
    """
    stages = [
        weight_bytes(sizes.semantic, where),
        weight_bytes(sizes.coarse, where),
        weight_bytes(sizes.fine, where, sizes.rules.fine_codebooks),
    ]
    widest = max(shape.width for shape in (sizes.semantic, sizes.coarse, sizes.fine))
    workspace = together * _ATTENTION_POSITIONS * widest * _ACTIVATIONS * where.dtype.itemsize
    one = slot_bytes(sizes, where)
    if where.device == "cpu":
        workspace += VOICES * slot_bytes(sizes, Arithmetics("cpu", "float32"))
    usable = int(free * (1 - SPARE)) - workspace
    offload = where.device == "cuda" and sum(stages) + one > usable
    weights = max(stages) if offload else sum(stages)
    if not slots:
        slots = max(1, min(MOST_SLOTS[where.device], (usable - weights) // one))
    return MemoryPlan(slots, offload, weights, slots * one, workspace)


def free_bytes(device: str) -> int:
    """Memory that is free now, on the GPU or on this machine."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
