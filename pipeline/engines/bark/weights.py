"""A checkpoint's weights under one set of names, whoever saved them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.engines.bark.checkpoint import (
    hub_weight_files,
    is_original,
    original_codec,
    original_files,
    read_json,
)
from pipeline.engines.bark.names import codec_names, stage_names, stage_sizes, what_is_wrong, with_tied_heads
from pipeline.engines.bark.shapes import GptShape, Rules, Sizes
from pipeline.engines.bark.tensor_files import read_pickled, read_tensors, tensors_in
from pipeline.errors import EngineError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Stage:
    """One transformer.

    Attributes:
        shape: its sizes.
        tensors: under Suno's names without ``transformer.``: ``wte.weight`` (fine: ``wtes.0.weight`` …),
            ``wpe.weight``, ``h.0.ln_1.weight``, ``h.0.attn.c_attn.weight``, ``h.0.attn.c_proj.weight``,
            ``h.0.ln_2.weight``, ``h.0.mlp.c_fc.weight``, ``h.0.mlp.c_proj.weight``, ``ln_f.weight``,
            ``lm_head.weight`` (fine: ``lm_heads.0.weight`` … for codebooks 1 …), each with its ``.bias`` where the
            shape has one.
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

    @property
    def sizes(self) -> Sizes:
        return Sizes(self.rules, self.semantic.shape, self.coarse.shape, self.fine.shape, self.codec_shape)


_FINE = "fine_acoustics"
_STAGES = ("semantic", "coarse_acoustics", _FINE)
"""transformers' names of the three; their configurations are called so too, with ``_config``."""
_CODEC = "codec_model."
_RULES = {
    "semantic_config": {
        "max_text_tokens": "max_input_semantic_length",
        "text_offset": "text_encoding_offset",
        "text_pad": "text_pad_token",
        "semantic_infer": "semantic_infer_token",
        "semantic_vocabulary": "semantic_vocab_size",
        "max_semantic_tokens": "max_new_tokens",
        "semantic_rate_hz": "semantic_rate_hz",
    },
    "coarse_acoustics_config": {
        "coarse_pad": "coarse_semantic_pad_token",
        "coarse_infer": "coarse_infer_token",
        "coarse_codebooks": "n_coarse_codebooks",
        "max_coarse_input": "max_coarse_input_length",
        "max_coarse_history": "max_coarse_history",
        "sliding_window": "sliding_window_len",
        "frame_rate_hz": "coarse_rate_hz",
    },
    "fine_acoustics_config": {
        "fine_codebooks": "n_fine_codebooks",
        "fine_window": "max_fine_input_length",
        "fine_history": "max_fine_history_length",
    },
}
"""Our names → those of ``generation_config.json`` (transformers, models/bark/generation_configuration_bark.py)."""
_HUB_SIZES = ("num_layers", "num_heads", "hidden_size", "block_size", "input_vocab_size", "output_vocab_size", "bias")
_SUNO_SIZES = ("n_layer", "n_head", "n_embd", "block_size", "input_vocab_size", "output_vocab_size", "bias")
_DEFAULT_SIZES = (12, 12, 768, 1_024, 10_048, 10_048, True)  # the same in both: GPTConfig, BarkSubModelConfig


def load_weights(folder: Path) -> Weights:
    """The weights of a checkpoint folder, memory-mapped: transformers' layout, or Suno's original ``.pt`` files.

    Raises:
        EngineError: a file cannot be read or asks to run something; a tensor is missing, unknown or of a wrong shape.
        MissingError: an original checkpoint lacks a file.
    """
    weights = _from_suno(folder) if is_original(folder) else _from_hub(folder)
    codec_hz, rules_hz = int(weights.codec_shape.get("sampling_rate", 24_000)), weights.rules.sample_rate_hz
    if codec_hz != rules_hz:
        _refuse(f"it has a codec of {codec_hz} Hz, and the rules are for {rules_hz} Hz", str(folder))
    return weights


def load_codec_weights(folder: Path) -> tuple[Mapping[str, torch.Tensor], Mapping[str, Any]]:
    """``codec`` and ``codec_shape`` of `load_weights` alone; the three transformers are not looked at.

    Raises:
        EngineError, MissingError: as `load_weights`.
    """
    if is_original(folder):
        return _codec_beside(folder)
    shape = _part(read_json(folder / "config.json"), "codec_config")
    return codec_names(_under(_CODEC, read_tensors(hub_weight_files(folder))), shape), shape


def _from_hub(folder: Path) -> Weights:
    config, rules = read_json(folder / "config.json"), _rules(folder)
    tensors = read_tensors(hub_weight_files(folder))
    known = (*(f"{name}." for name in _STAGES), _CODEC)
    strangers = {name: tensor for name, tensor in tensors.items() if not name.startswith(known)}
    _refuse(what_is_wrong(strangers, {}), str(folder))
    stages = []
    for name in _STAGES:
        part, where = _part(config, f"{name}_config"), f"{folder}, {name}"
        saved = stage_names(_under(f"{name}.", tensors))
        if name != _FINE:
            stages.append(_stage(_shape(part, _HUB_SIZES, where), saved, None, where))
            continue
        codebooks = _codebooks(part, rules, where)
        tied = with_tied_heads(saved, codebooks) if part.get("tie_word_embeddings", True) else saved
        stages.append(_stage(_shape(part, _HUB_SIZES, where), tied, codebooks, where))
    semantic, coarse, fine = stages
    shape = _part(config, "codec_config")
    return Weights(rules, semantic, coarse, fine, codec_names(_under(_CODEC, tensors), shape), shape)


def _from_suno(folder: Path) -> Weights:
    rules = _rules(folder)
    text, coarse, fine = original_files(folder)
    codec, codec_shape = _codec_beside(folder)
    return Weights(rules, _suno_stage(text), _suno_stage(coarse), _suno_stage(fine, rules), codec, codec_shape)


def _suno_stage(path: Path, fine: Rules | None = None) -> Stage:
    """The stage in one of Suno's files. ``fine``: it is the fine one, of a checkpoint with these rules."""
    saved = read_pickled(path)
    if not isinstance(saved, dict) or not isinstance(saved.get("model_args"), dict) or "model" not in saved:
        raise EngineError("this is none of Suno's checkpoints: no 'model' and 'model_args' in it", where=str(path))
    sizes: dict[str, Any] = saved["model_args"]
    if "vocab_size" in sizes:  # one number for both, in the older files
        sizes = {"input_vocab_size": sizes["vocab_size"], "output_vocab_size": sizes["vocab_size"], **sizes}
    codebooks = _codebooks(sizes, fine, str(path)) if fine else None
    tensors = stage_names(tensors_in(saved["model"], path))
    if codebooks:
        tensors = with_tied_heads(tensors, codebooks)
    return _stage(_shape(sizes, _SUNO_SIZES, str(path)), tensors, codebooks, str(path))


def _codec_beside(folder: Path) -> tuple[Mapping[str, torch.Tensor], Mapping[str, Any]]:
    codec = original_codec(folder)
    if codec.is_file():
        return tensors_in(read_pickled(codec), codec), {}
    shape = read_json(codec / "config.json")
    return codec_names(read_tensors(hub_weight_files(codec)), shape), shape


def _shape(config: Mapping[str, Any], keys: tuple[str, ...], where: str) -> GptShape:
    """Args: keys: what the fields of a shape are called in ``config``. Raises EngineError."""
    found = [config.get(key, default) for key, default in zip(keys, _DEFAULT_SIZES, strict=True)]
    for key, size in zip(keys, found[:-1], strict=False):
        if not isinstance(size, int | np.integer) or size < 1:
            _refuse(f"'{key}' is {size!r}, which is no size", where)
    layers, heads, width, block, words_in, words_out = (int(size) for size in found[:-1])
    return GptShape(layers, heads, width, block, words_in, words_out, bool(found[-1]))


def _stage(shape: GptShape, tensors: Mapping[str, torch.Tensor], codebooks: int | None, where: str) -> Stage:
    wrong = what_is_wrong(tensors, stage_sizes(shape, codebooks))
    if wrong is None and shape.width % shape.heads:
        wrong = f"a width of {shape.width} cannot be shared out among {shape.heads} heads"
    _refuse(wrong, where)
    return Stage(shape, tensors)


def _codebooks(config: Mapping[str, Any], rules: Rules, where: str) -> int:
    """The fine stage's. Raises EngineError where they are not Bark's: it is given one and has all of the codec's."""
    total, given = int(config.get("n_codes_total", 8)), int(config.get("n_codes_given", 1))
    if (total, given) != (rules.fine_codebooks, 1):
        _refuse(f"the fine stage makes {total} codebooks of {given}, not {rules.fine_codebooks} of 1", where)
    return total


def _rules(folder: Path) -> Rules:
    """From ``generation_config.json``; what is not there is as Suno has it."""
    path = folder / "generation_config.json"
    config = read_json(path) if path.is_file() else {}
    defaults = {field.name: field.default for field in fields(Rules)}
    found: dict[str, Any] = {
        "codebook_size": config.get("codebook_size", defaults["codebook_size"]),
        "sample_rate_hz": config.get("sample_rate", defaults["sample_rate_hz"]),
    }
    for part, names in _RULES.items():
        found |= {ours: _part(config, part).get(theirs, defaults[ours]) for ours, theirs in names.items()}
    rules = Rules(**found)
    end = _part(config, "semantic_config").get("eos_token_id", rules.semantic_end)
    if end not in (rules.semantic_end, [rules.semantic_end]):
        _refuse(
            f"the semantic stage ends with {end}, not with the id after its {rules.semantic_vocabulary}", str(path)
        )
    return rules


def _part(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = config.get(name)
    return part if isinstance(part, dict) else {}


def _under(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _refuse(wrong: str | None, where: str) -> None:
    """Raises EngineError if anything is wrong."""
    if wrong:
        raise EngineError(
            f"these are not the weights of a Bark: {wrong}",
            where=where,
            next_step="check the files, and that all of them come from one checkpoint: suno/bark or suno/bark-small",
        )
