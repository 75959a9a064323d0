"""What a Bark takes of memory, told before it is loaded, and how many readings fit in it at once."""

from __future__ import annotations

import os
from dataclasses import dataclass

from pipeline.engines.bark.shapes import GptShape, Rules

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 4}
"""Of a number outside the linears."""
LINEAR_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
MOST_SLOTS = {"cpu": 8, "cuda": 128}
"""More gain nothing: docs/bark.md, and the guide's roofline for a GPU."""
SPARE = 0.15
"""Of free memory, left to others and to fragments."""
_ACTIVATIONS = 24
"""Numbers of the width that a position needs while it is read: q, k, v, the MLP's 4 and its output, twice over."""
_ATTENTION_POSITIONS = 1_024
VOICES = 2
"""Whose windows' beginnings count here, each about as large as a slot; more are kept as long as they are small."""


@dataclass(frozen=True)
class Shapes:
    """Sizes of the three transformers."""

    semantic: GptShape
    coarse: GptShape
    fine: GptShape


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


def weight_bytes(shape: GptShape, arithmetic: str, tables: int = 1) -> int:
    """Of one transformer; ``tables``: of token embeddings, and as many heads."""
    vocabularies = tables * shape.width * (min(shape.input_vocabulary, 12_096) + shape.output_vocabulary)
    return shape.linear_weights * LINEAR_BYTES[arithmetic] + vocabularies * BYTES[arithmetic]


def slot_bytes(shapes: Shapes, rules: Rules, arithmetic: str, device: str) -> int:
    """Keys and values of one reading: of the stage that needs more."""
    size = 2 if device == "cpu" and arithmetic == "int8" else BYTES[arithmetic]
    semantic = rules.max_text_tokens + rules.max_semantic_tokens
    coarse = rules.max_coarse_input + rules.max_coarse_history + rules.sliding_window
    return max(
        2 * shape.layers * shape.width * positions * size
        for shape, positions in ((shapes.semantic, semantic), (shapes.coarse, coarse))
    )


def plan_memory(
    shapes: Shapes, rules: Rules, arithmetic: str, *, device: str, slots: int, free: int, together: int
) -> MemoryPlan:
    """How Bark fits into ``free`` bytes.

    Args:
        slots: wanted; 0 is as many as are useful and fit.
        together: sequences in one pass.
    """
    stages = [
        weight_bytes(shapes.semantic, arithmetic),
        weight_bytes(shapes.coarse, arithmetic),
        weight_bytes(shapes.fine, arithmetic, rules.fine_codebooks),
    ]
    widest = max(shape.width for shape in (shapes.semantic, shapes.coarse, shapes.fine))
    workspace = together * _ATTENTION_POSITIONS * widest * _ACTIVATIONS * BYTES[arithmetic]
    one = slot_bytes(shapes, rules, arithmetic, device)
    if device == "cpu":
        workspace += VOICES * slot_bytes(shapes, rules, "float32", device)
    usable = int(free * (1 - SPARE)) - workspace
    offload = device == "cuda" and sum(stages) + one > usable
    weights = max(stages) if offload else sum(stages)
    if not slots:
        slots = max(1, min(MOST_SLOTS[device], (usable - weights) // one))
    return MemoryPlan(slots, offload, weights, slots * one, workspace)


def free_bytes(device: str) -> int:
    """Memory that is free now, on the GPU or on this machine."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
