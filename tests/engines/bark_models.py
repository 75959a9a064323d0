"""Random Barks for tests: transformers' model of any size, and the same weights under our names."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.engines.bark.bark import Bark, Generation
from pipeline.engines.bark.faults import Expected
from pipeline.engines.bark.linear import Arithmetic, Arithmetics
from pipeline.engines.bark.memory import MemoryPlan
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.prompts import HistoryPrompt, checked_prompt
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.shapes import GptShape, Rules
from pipeline.engines.bark.waiting import Wanted
from pipeline.engines.bark.weights import Stage, Weights

GREEDY = Sampling(text_temperature=0, waveform_temperature=0, fine_temperature=0, min_eos_p=0)
ANY_LENGTH = Expected(0.0, 100.0)


def random_model(layers: int, heads: int, width: int, *, bias: bool = False, seed: int = 0) -> Any:
    """transformers' ``BarkModel`` with weights so far apart that no two logits are nearly equal."""
    from pipeline.engines.torchaudio_shield import shield_torchaudio

    shield_torchaudio()
    import torch
    from transformers import BarkConfig, BarkModel, EncodecConfig
    from transformers.models.bark import configuration_bark as kinds

    size = {"num_layers": layers, "num_heads": heads, "hidden_size": width, "block_size": 1024, "bias": bias}
    semantic = kinds.BarkSemanticConfig(input_vocab_size=129_600, output_vocab_size=10_048, **size)
    coarse = kinds.BarkCoarseConfig(input_vocab_size=12_096, output_vocab_size=12_096, **size)
    fine = kinds.BarkFineConfig(input_vocab_size=1_056, output_vocab_size=1_056, **size)
    codec = EncodecConfig(num_filters=4, hidden_size=16, target_bandwidths=[1.5, 3.0, 6.0])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BarkModel(
            BarkConfig(
                semantic_config=semantic.to_dict(),
                coarse_acoustics_config=coarse.to_dict(),
                fine_acoustics_config=fine.to_dict(),
                codec_config=codec.to_dict(),
            )
        )
        for name, weight in model.named_parameters():
            if "codec" not in name:
                weight.data.normal_(0, 0.5 if "attn" in name else 0.3)
        model.coarse_acoustics.lm_head.weight.data[12_048:] = 0  # transformers does not mask these 48
        model.fine_acoustics.tie_weights()
    return model.eval()


def weights_of(model: Any, rules: Rules) -> Weights:
    """The model's own weights, without its codec."""
    stages = (model.semantic, model.coarse_acoustics, model.fine_acoustics)
    return Weights(rules, *(_stage(stage) for stage in stages), {}, {})


POCKET_RULES = Rules(
    max_text_tokens=8,
    text_offset=41,
    text_pad=91,
    semantic_infer=92,
    semantic_vocabulary=40,
    max_semantic_tokens=6,
    coarse_pad=72,
    coarse_infer=73,
    max_coarse_input=16,
    max_coarse_history=24,
    sliding_window=12,
    fine_window=32,
    fine_history=16,
    codebook_size=16,
)
"""Of a Bark so small that thousands of readings take seconds."""


def pocket_weights(seed: int = 0) -> Weights:
    """One layer, and vocabularies of some dozens."""
    import torch

    numbers = torch.Generator().manual_seed(seed)

    def stage(inputs: int, outputs: int, tables: int = 1) -> Stage:
        def weight(*size: int) -> torch.Tensor:
            return torch.randn(*size, generator=numbers)

        width, block, linears = 8, 64, {"attn.c_attn": (24, 8), "attn.c_proj": (8, 8), "mlp.c_fc": (32, 8)}
        tensors = {"wpe.weight": weight(block, width), "ln_f.weight": torch.ones(width)}
        if tables == 1:
            tensors |= {"wte.weight": weight(inputs, width), "lm_head.weight": weight(outputs, width)}
        else:
            tensors |= {f"wtes.{n}.weight": weight(inputs, width) for n in range(tables)}
            tensors |= {f"lm_heads.{n}.weight": weight(outputs, width) for n in range(tables - 1)}
        for name, size in {**linears, "mlp.c_proj": (8, 32)}.items():
            tensors[f"h.0.{name}.weight"] = weight(*size)
        tensors |= {f"h.0.{name}.weight": torch.ones(width) for name in ("ln_1", "ln_2")}
        return Stage(GptShape(1, 2, width, block, inputs, outputs, False), tensors)

    return Weights(POCKET_RULES, stage(93, 41), stage(74, 74), stage(17, 17, 8), {}, {})


def pocket_prompt(seed: int, semantic: int) -> HistoryPrompt:
    """A voice in the pocket Bark's few tokens."""
    numbers = np.random.default_rng(seed)
    fine = numbers.integers(0, 16, (8, semantic * 3 // 2))
    return HistoryPrompt(numbers.integers(0, 40, semantic), fine[:2], fine)


def bark_of(weights: Weights, *, slots: int = 4, arithmetic: Arithmetic = "float32", fixed: bool = False) -> Bark:
    """Our engine on the CPU, one draw a reading."""
    return Bark(weights, Arithmetics("cpu", arithmetic, fixed), MemoryPlan(slots, False, 0, 0, 0), draws=1)


def generations(bark: Bark, requests: list[Request]) -> list[Generation]:
    """What became of each request."""
    return generated(bark, [Wanted(each, ANY_LENGTH) for each in requests])


def generated(bark: Bark, wanted: list[Wanted]) -> list[Generation]:
    """What became of each reading that was wanted."""
    done = dict(one for some in bark.generate(wanted) for one in some)
    return [done[index] for index in range(len(wanted))]


def random_prompt(seed: int, seconds: float) -> HistoryPrompt:
    """A voice of random tokens."""
    from tiny_bark import prompt_arrays

    return checked_prompt(prompt_arrays(seed, seconds), "a test")


def tensors_of(prompt: HistoryPrompt | None) -> dict[str, Any] | None:
    """A voice as transformers takes it."""
    import torch

    if prompt is None:
        return None
    return {f"{name}_prompt": torch.from_numpy(getattr(prompt, name)) for name in ("semantic", "coarse", "fine")}


def tokens_of(generation: Generation) -> tuple[list[int], np.ndarray]:
    """Semantic tokens and codes."""
    return generation.spoken.tokens.tolist(), generation.codes


_NAMES = (
    ("input_embeds_layers.", "wtes."),
    ("input_embeds_layer", "wte"),
    ("position_embeds_layer", "wpe"),
    ("layernorm_final", "ln_f"),
    ("layernorm_", "ln_"),
    ("att_proj", "c_attn"),
    ("attn.out_proj", "attn.c_proj"),
    ("mlp.in_proj", "mlp.c_fc"),
    ("mlp.out_proj", "mlp.c_proj"),
)


def _stage(model: Any) -> Stage:
    config, tensors = model.config, {}
    for name, tensor in model.state_dict().items():
        if not name.endswith("attn.bias") or tensor.dim() == 1:
            renamed = name.replace("layers.", "h.", 1) if name.startswith("layers.") else name
            for theirs, ours in _NAMES:
                renamed = renamed.replace(theirs, ours)
            tensors[renamed] = tensor.detach()
    sizes = (config.num_layers, config.num_heads, config.hidden_size, config.block_size)
    return Stage(GptShape(*sizes, config.input_vocab_size, config.output_vocab_size, config.bias), tensors)
