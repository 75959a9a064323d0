"""What the tensors of Bark and of its codec are called, by whom, and which sizes they have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.engines.bark.shapes import GptShape

if TYPE_CHECKING:
    import torch

Named = dict[str, "torch.Tensor"]
Sizes = dict[str, tuple[int, ...]]

_SUNOS = (
    (re.compile(r"^(?:_orig_mod\.)?(?:transformer\.)?"), ""),  # the first is left behind by torch.compile
    (re.compile(r"^input_embeds_layer(s?)\."), r"wte\1."),
    (re.compile(r"^position_embeds_layer\."), "wpe."),
    (re.compile(r"^layers\."), "h."),
    (re.compile(r"^layernorm_final\."), "ln_f."),
    (re.compile(r"\.layernorm_([12])\."), r".ln_\1."),
    (re.compile(r"\.attn\.att_proj\."), ".attn.c_attn."),
    (re.compile(r"\.(attn|mlp)\.out_proj\."), r".\1.c_proj."),
    (re.compile(r"\.mlp\.in_proj\."), ".mlp.c_fc."),
)
"""Suno's own, or transformers' (models/bark/modeling_bark.py) → ours."""
_METAS = (
    (re.compile(r"^(encoder|decoder)\.layers\."), r"\1.model."),
    (re.compile(r"^quantizer\.layers\.(\d+)\.codebook\."), r"quantizer.vq.layers.\1._codebook."),
    (re.compile(r"\.parametrizations\.weight\.original0$"), ".weight_g"),
    (re.compile(r"\.parametrizations\.weight\.original1$"), ".weight_v"),
)
"""transformers' (models/encodec/modeling_encodec.py) → Meta's, but for the convolutions."""
_CONVOLUTION = re.compile(r"^((?:encoder|decoder)\.model\.(\d+)\.(?:[\w.]*\.)?)conv\.(?=\w+$)")
_MASK = re.compile(r"^h\.\d+\.attn\.bias$")
"""A buffer of ones and zeros that says who may look at whom; no weight, and never used here."""


def stage_names(saved: Mapping[str, torch.Tensor]) -> Named:
    """The tensors of one transformer, whoever saved them, under our names; without masks."""
    renamed = {_renamed(name, _SUNOS): tensor for name, tensor in saved.items()}
    return {name: tensor for name, tensor in renamed.items() if not _MASK.match(name)}


def codec_names(saved: Mapping[str, torch.Tensor], shape: Mapping[str, Any]) -> Named:
    """transformers' Encodec under Meta's names.

    Args:
        shape: its ``codec_config``: which of the decoder's layers are transposed convolutions is told by their place.
    """
    period = 2 + int(shape.get("num_residual_layers", 1))  # an activation, the convolution, residual blocks
    upward = {str(3 + period * number) for number in range(len(shape.get("upsampling_ratios", (8, 5, 4, 2))))}

    def spelled_out(found: re.Match[str]) -> str:
        own = found[1] == f"decoder.model.{found[2]}." and found[2] in upward
        return found[1] + ("convtr.convtr." if own else "conv.conv.")

    return {_CONVOLUTION.sub(spelled_out, _renamed(name, _METAS)): tensor for name, tensor in saved.items()}


def _renamed(name: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, ours in rules:
        name = pattern.sub(ours, name)
    return name


def with_tied_heads(tensors: Named, codebooks: int) -> Named:
    """The fine stage's head for a codebook is the embedding table of that codebook; files may hold either or both."""
    tied = dict(tensors)
    for number in range(codebooks - 1):
        head, table = f"lm_heads.{number}.weight", f"wtes.{number + 1}.weight"
        for absent, present in ((head, table), (table, head)):
            if absent not in tied and present in tied:
                tied[absent] = tied[present]
    return tied


def stage_sizes(shape: GptShape, codebooks: int | None = None) -> Sizes:
    """The tensors that one transformer must have.

    Args:
        codebooks: of the fine stage, which has a table and a head for each; None for the other two.
    """
    width = shape.width
    sizes: Sizes = {"wpe.weight": (shape.block, width)}
    tables = ["wte"] if codebooks is None else [f"wtes.{number}" for number in range(codebooks)]
    heads = ["lm_head"] if codebooks is None else [f"lm_heads.{number}" for number in range(codebooks - 1)]
    sizes |= {f"{name}.weight": (shape.input_vocabulary, width) for name in tables}
    sizes |= {f"{name}.weight": (shape.output_vocabulary, width) for name in heads}
    linears = {
        "attn.c_attn": (3 * width, width),
        "attn.c_proj": (width, width),
        "mlp.c_fc": (4 * width, width),
        "mlp.c_proj": (width, 4 * width),
    }
    norms = ["ln_f"]
    for layer in range(shape.layers):
        norms += [f"h.{layer}.ln_1", f"h.{layer}.ln_2"]
        for name, size in linears.items():
            sizes[f"h.{layer}.{name}.weight"] = size
            if shape.bias:
                sizes[f"h.{layer}.{name}.bias"] = size[:1]
    sizes |= {f"{name}.weight": (width,) for name in norms}
    if shape.bias or codebooks is not None:
        sizes |= {f"{name}.bias": (width,) for name in norms}
    return sizes


def what_is_wrong(tensors: Mapping[str, torch.Tensor], sizes: Sizes) -> str | None:
    """In which way ``tensors`` are not those of ``sizes``; None when they are."""
    missing = sorted(sizes.keys() - tensors.keys())
    if missing:
        return f"{_some(missing)} missing"
    extra = sorted(tensors.keys() - sizes.keys())
    if extra:
        return f"{_some(extra)} not known to Bark"
    for name, size in sizes.items():
        if tuple(tensors[name].shape) != size:
            return f"'{name}' is {list(tensors[name].shape)}, and should be {list(size)}"
        if not tensors[name].is_floating_point():
            return f"'{name}' holds {tensors[name].dtype}, which are no weights"
    return None


def _some(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:3])
    return (
        f"{shown} and {len(names) - 3} more are"
        if len(names) > 3
        else f"{shown} {'is' if len(names) == 1 else 'are'}"
    )
