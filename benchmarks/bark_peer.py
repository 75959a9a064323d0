"""The peer of Bark's engine: transformers' ``BarkModel`` with its own generate code, at Bark's own sizes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.engines.bark.costs import Chunk, Passes, passes
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.speeds import Clock
from pipeline.engines.bark.units import Units
from pipeline.engines.torchaudio_shield import shield_torchaudio

SIZES = {"tiny": (2, 2, 32), "small": (12, 12, 768), "large": (24, 16, 1024)}
"""Layers, heads, width: suno/bark-small and suno/bark; tiny is for tests."""
TEMPERATURES = {"semantic": 0.7, "coarse": 0.7, "fine": 0.5}  # suno-ai/bark generation.py
STEPS = 24
"""Steps whose mean is taken, around the mean position."""
SHARPNESS = 8.0
"""Random logits are too alike: an end would be drawn by chance. Spread so, and with the end's at 0, it hardly ever
is, and both sides render the same forced lengths by their own code."""


def random_model(size: str, seed: int = 0) -> Any:
    """A ``BarkModel`` with random float32 weights of a size in `SIZES`, whose generations go on to their cap."""
    shield_torchaudio()
    import torch
    import transformers
    from transformers import BarkModel

    transformers.logging.set_verbosity_error()  # it warns of how its own Bark calls itself
    transformers.logging.disable_progress_bar()

    with torch.random.fork_rng(devices=[]), torch.inference_mode(mode=False):
        torch.manual_seed(seed)
        model: Any = BarkModel(_config(size)).eval()
    for stage, first_unwanted in ((model.semantic, 10_000), (model.coarse_acoustics, 12_048)):
        stage.lm_head.weight.data *= SHARPNESS
        stage.lm_head.weight.data[first_unwanted:] = 0
    model.generation_config.sample_rate = 24_000
    model.generation_config.codebook_size = 1_024
    model.generation_config.semantic_config = {}
    model.generation_config.coarse_acoustics_config = {}
    model.generation_config.fine_acoustics_config = {}
    return model


def _config(size: str) -> Any:
    from transformers import EncodecConfig
    from transformers.models.bark.configuration_bark import (
        BarkCoarseConfig,
        BarkConfig,
        BarkFineConfig,
        BarkSemanticConfig,
    )

    layers, heads, width = SIZES[size]
    common = {"num_layers": layers, "num_heads": heads, "hidden_size": width, "block_size": 1024, "bias": False}
    return BarkConfig(
        semantic_config=BarkSemanticConfig(input_vocab_size=129_600, output_vocab_size=10_048, **common).to_dict(),
        coarse_acoustics_config=BarkCoarseConfig(
            input_vocab_size=12_096, output_vocab_size=12_096, **common
        ).to_dict(),
        fine_acoustics_config=BarkFineConfig(input_vocab_size=1_056, output_vocab_size=1_056, **common).to_dict(),
        codec_config=EncodecConfig(**({"num_filters": 4, "hidden_size": 16} if size == "tiny" else {})).to_dict(),
    )


def random_prompt(chunk: Chunk, seed: int = 6) -> dict[str, np.ndarray]:
    """A history prompt as long as the chunk's, of random tokens."""
    numbers = np.random.default_rng(seed)
    fine = numbers.integers(0, 1024, (8, chunk.history_frames))
    semantic = numbers.integers(0, 10_000, chunk.semantic_history)
    return {"semantic_prompt": semantic, "coarse_prompt": fine[:2], "fine_prompt": fine}


@dataclass
class Stamps:
    """Stopping criterion that stops nothing: reads the clock after each step that transformers makes."""

    clock: Clock
    at: list[float] = field(default_factory=list)

    def __call__(self, input_ids: Any, scores: Any, **_other: object) -> Any:
        import torch

        self.at.append(self.clock())
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


@dataclass(frozen=True)
class Peer:
    """transformers' Bark in one number type on one device."""

    model: Any
    rules: Rules
    clock: Clock

    @property
    def device(self) -> Any:
        return self.model.device

    def history(self, chunk: Chunk) -> dict[str, Any]:
        import torch

        return {name: torch.from_numpy(each.copy()).to(self.device) for name, each in random_prompt(chunk).items()}

    def units(self, chunk: Chunk, rows: int) -> Units:
        """What each piece costs for a batch of ``rows``, in seconds of the clock.

        Steps come from inside one generation that starts shortly before the mean position, so its cache is as full as
        it is on average; a coarse window is generated whole.
        """
        import torch

        run = passes(chunk, self.rules)
        with torch.inference_mode():
            prefill = self._semantic_prefill(chunk, rows)
            step = self._semantic_step(run, rows)
            coarse_prefill, coarse_step = self._coarse_window(chunk, rows)
            return Units(
                prefill, step, coarse_prefill, coarse_step, self._fine_pass(rows), self._codec_frame(run, rows)
            )

    def warm_up(self, chunk: Chunk) -> None:
        """First runs are slow."""
        self._semantic_prefill(chunk, 1)

    def _text(self, rows: int) -> dict[str, Any]:
        import torch

        ids = torch.randint(
            1_000, 100_000, (rows, self.rules.max_text_tokens), generator=torch.Generator().manual_seed(1)
        )
        mask = torch.zeros_like(ids)
        mask[:, :24] = 1  # word pieces of 5 s of speech
        return {"input_ids": (ids * mask).to(self.device), "attention_mask": mask.to(self.device)}

    def _semantic_prefill(self, chunk: Chunk, rows: int) -> float:
        stamps = Stamps(self.clock)
        start = self.clock()
        self.model.semantic.generate(
            **self._text(rows),
            semantic_generation_config=self._configs[0],
            history_prompt=self.history(chunk),
            do_sample=True,
            temperature=TEMPERATURES["semantic"],
            max_new_tokens=1,
            stopping_criteria=[stamps],
        )
        return stamps.at[0] - start

    def _semantic_step(self, run: Passes, rows: int) -> float:
        import torch
        from transformers import GenerationMixin, SuppressTokensLogitsProcessor

        model, start = self.model.semantic, run.semantic_position - STEPS // 2
        embedded = model.input_embeds_layer(torch.randint(0, 10_000, (rows, start), device=self.device))
        unwanted = list(range(10_001, model.config.output_vocab_size))  # as BarkSemanticModel.generate forbids them
        stamps = Stamps(self.clock)
        GenerationMixin.generate(
            model,
            torch.ones((rows, start), dtype=torch.int, device=self.device),
            inputs_embeds=embedded,
            logits_processor=[SuppressTokensLogitsProcessor(unwanted, device=self.device)],
            generation_config=self._configs[0],
            do_sample=True,
            temperature=TEMPERATURES["semantic"],
            max_new_tokens=STEPS + 1,
            stopping_criteria=[stamps],
        )
        return (stamps.at[-1] - stamps.at[0]) / (len(stamps.at) - 1)

    def _coarse_window(self, chunk: Chunk, rows: int) -> tuple[float, float]:
        import torch

        tokens = round(self.rules.sliding_window / self.rules.coarse_per_semantic)
        stamps = Stamps(self.clock)
        semantic = torch.randint(0, 10_000, (rows, tokens), device=self.device)
        start = self.clock()
        self.model.coarse_acoustics.generate(
            semantic,
            semantic_generation_config=self._configs[0],
            coarse_generation_config=self._configs[1],
            codebook_size=self.rules.codebook_size,
            history_prompt=self.history(chunk),
            do_sample=True,
            temperature=TEMPERATURES["coarse"],
            stopping_criteria=[stamps],
        )
        return stamps.at[0] - start, (stamps.at[-1] - stamps.at[0]) / (len(stamps.at) - 1)

    def _fine_pass(self, rows: int) -> float:
        """A pass as in the midst of ``BarkFineModel.generate``: the fifth codebook's, then drawing it."""
        import torch

        model, size = self.model.fine_acoustics, self.rules.codebook_size
        codes = torch.randint(0, size, (rows, self.rules.fine_window, self.rules.fine_codebooks), device=self.device)
        new = self.rules.fine_window - min(self.rules.fine_history, 464)
        start = self.clock()
        logits = model(4, codes).logits
        chances = torch.softmax(logits[:, :, :size] / TEMPERATURES["fine"], dim=-1)[:, -new:].reshape(-1, size)
        torch.multinomial(chances, num_samples=1)
        return self.clock() - start

    def _codec_frame(self, run: Passes, rows: int) -> float:
        import torch

        shape = (rows, self.rules.fine_codebooks, run.frames)
        codes = torch.randint(0, self.rules.codebook_size, shape, device=self.device)
        start = self.clock()
        self.model.codec_decode(codes)
        return (self.clock() - start) / run.frames

    def read(self, chunk: Chunk, rows: int = 1) -> float:
        """One true reading from text to sound, of a forced length; what it cost, seconds of the clock."""
        start = self.clock()
        self.model.generate(
            **self._text(rows),
            history_prompt=self.history(chunk),
            do_sample=True,
            semantic_temperature=TEMPERATURES["semantic"],
            coarse_temperature=TEMPERATURES["coarse"],
            fine_temperature=TEMPERATURES["fine"],
            semantic_max_new_tokens=chunk.semantic_tokens,
        )
        return self.clock() - start

    @property
    def _configs(self) -> tuple[Any, Any]:
        from transformers.models.bark import generation_configuration_bark as kinds

        return kinds.BarkSemanticGenerationConfig(), kinds.BarkCoarseGenerationConfig()


def peer_in(dtype: str, model: Any, rules: Rules, *, device: str) -> Peer:
    """The model in a number type on a device; its codec stays in float32, as for us."""
    import torch

    if dtype == "float32" and device == "cpu":
        return Peer(model, rules, Clock(device))
    moved = deepcopy(model).to(device, getattr(torch, dtype))
    moved.codec_model.float()
    return Peer(moved, rules, Clock(device))
