"""Weights drawn at random at a checkpoint's sizes: noise to hear, but they cost what the real ones cost."""

from __future__ import annotations

from typing import Any

import torch

from pipeline.engines.bark.codec import _bare_codec, load_codec
from pipeline.engines.bark.shapes import GptShape, Rules
from pipeline.engines.bark.weights import Stage, Weights

SIZES = {"suno/bark-small": (12, 12, 768), "suno/bark": (24, 16, 1_024)}
"""Layers, heads, width (suno-ai/bark ``generation.py`` and the hub's ``config.json`` of both)."""
BLOCK = 1_024
VOCABULARIES = {"semantic": (129_600, 10_048), "coarse": (12_096, 12_096), "fine": (1_056, 1_056)}
"""Rows of token embeddings and of the output head."""
SPREAD = 0.02  # of transformers' initial weights
HEAD_SPREAD = 8 * SPREAD
"""Of output heads: logits so far apart that an end, whose own is made 0, is hardly ever drawn."""


def random_weights(layers: int, heads: int, width: int, *, rules: Rules | None = None, seed: int = 0) -> Weights:
    """A checkpoint of these sizes, without a codec, whose readings go on to their cap."""
    numbers = torch.Generator().manual_seed(seed)
    semantic, coarse, fine = (
        Stage(shape, _tensors(shape, name, rules or Rules(), numbers))
        for name, shape in (
            (name, GptShape(layers, heads, width, BLOCK, inputs, outputs, bias=False))
            for name, (inputs, outputs) in VOCABULARIES.items()
        )
    )
    return Weights(rules or Rules(), semantic, coarse, fine, codec={}, codec_shape={})


def _tensors(shape: GptShape, name: str, rules: Rules, numbers: torch.Generator) -> dict[str, torch.Tensor]:
    width = shape.width

    def drawn(*size: int, spread: float = SPREAD) -> torch.Tensor:
        return torch.empty(size).normal_(0, spread, generator=numbers)

    fine = name == "fine"
    tensors = {"wpe.weight": drawn(shape.block, width), "ln_f.weight": torch.ones(width)}
    if fine:
        tensors["ln_f.bias"] = torch.zeros(width)
        for number in range(rules.fine_codebooks):
            tensors[f"wtes.{number}.weight"] = drawn(shape.input_vocabulary, width)
        for number in range(rules.fine_codebooks - 1):
            tensors[f"lm_heads.{number}.weight"] = drawn(shape.output_vocabulary, width)
    else:
        tensors["wte.weight"] = drawn(shape.input_vocabulary, width)
        tensors["lm_head.weight"] = drawn(shape.output_vocabulary, width, spread=HEAD_SPREAD)
    if name == "semantic":
        tensors["lm_head.weight"][rules.semantic_end] = 0
    sizes = {"attn.c_attn": (3 * width, width), "attn.c_proj": (width, width)}
    sizes |= {"mlp.c_fc": (4 * width, width), "mlp.c_proj": (width, 4 * width)}
    for layer in range(shape.layers):
        for norm in ("ln_1", "ln_2"):
            tensors[f"h.{layer}.{norm}.weight"] = torch.ones(width)
            if fine:
                tensors[f"h.{layer}.{norm}.bias"] = torch.zeros(width)
        tensors |= {f"h.{layer}.{part}.weight": drawn(*size) for part, size in sizes.items()}
    return tensors


def random_codec() -> Any:
    """Encodec at its own sizes."""
    return load_codec(_bare_codec({}).state_dict(), {})
