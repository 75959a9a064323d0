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


def bark_of(weights: Weights, *, slots: int = 4, arithmetic: Arithmetic = "float32", fixed: bool = False) -> Bark:
    """Our engine on the CPU, one draw a reading."""
    return Bark(weights, Arithmetics("cpu", arithmetic, fixed), MemoryPlan(slots, False, 0, 0, 0), draws=1)


def generations(bark: Bark, requests: list[Request]) -> list[Generation]:
    """What became of each request."""
    done = dict(one for some in bark.generate(Wanted(each, ANY_LENGTH) for each in requests) for one in some)
    return [done[index] for index in range(len(requests))]


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
