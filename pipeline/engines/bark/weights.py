"""A checkpoint's weights under one set of names, whoever saved them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engines.bark.shapes import GptShape, Rules

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Stage:
    """One transformer.

    Attributes:
        shape: its sizes.
        tensors: under Suno's names without ``transformer.``: ``wte.weight`` (fine: ``wtes.0.weight`` …), ``wpe.weight``,
            ``h.0.ln_1.weight``, ``h.0.attn.c_attn.weight``, ``h.0.attn.c_proj.weight``, ``h.0.ln_2.weight``,
            ``h.0.mlp.c_fc.weight``, ``h.0.mlp.c_proj.weight``, ``ln_f.weight``, ``lm_head.weight`` (fine:
            ``lm_heads.0.weight`` … for codebooks 1 …), each with its ``.bias`` where the shape has one.
    """

    shape: GptShape
    tensors: Mapping[str, torch.Tensor]


@dataclass(frozen=True, eq=False)
class Weights:
    """A whole checkpoint, in the number type it was saved in.

    Attributes:
        codec: Encodec's tensors under Meta's names (``decoder.model.0.conv.conv.weight_g`` …).
        codec_shape: as transformers' ``codec_config`` tells it.
    """

    rules: Rules
    semantic: Stage
    coarse: Stage
    fine: Stage
    codec: Mapping[str, torch.Tensor]
    codec_shape: Mapping[str, Any]


def load_weights(folder: Path) -> Weights:
    """The weights of a checkpoint folder, memory-mapped.

    Raises:
        EngineError: a file cannot be read, or a tensor is missing or has a wrong shape.
    """
    raise NotImplementedError
