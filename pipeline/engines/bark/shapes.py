"""What a Bark checkpoint is made of: the sizes of its three transformers, and the rules that tie them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class GptShape:
    """Sizes of one transformer.

    Attributes:
        layers: blocks.
        heads: of attention, in each block.
        width: of the residual stream; a head has ``width / heads``.
        block: positions that it knows.
        input_vocabulary: rows of its token embeddings.
        output_vocabulary: rows of its output head, of each one in the fine stage.
        bias: linears and layer norms have one (the fine stage's layer norms always have).
    """

    layers: int
    heads: int
    width: int
    block: int
    input_vocabulary: int
    output_vocabulary: int
    bias: bool

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    @property
    def linear_weights(self) -> int:
        """Weights of the blocks' linears: what a token is multiplied with."""
        return 12 * self.layers * self.width**2


@dataclass(frozen=True)
class Rules:
    """How the stages hand over to each other. Defaults: suno-ai/bark ``generation.py``; tiny checkpoints differ.

    Attributes:
        max_text_tokens: slots for text, and for the semantic history that is summed with it.
        text_offset: added to BERT's ids.
        text_pad: fills the text's slots.
        semantic_infer: asks for semantic tokens.
        semantic_vocabulary: semantic tokens, 0 …; the first id after them is both their end and their padding.
        max_semantic_tokens: cap of a reading.
        semantic_rate_hz: semantic tokens a second.
        coarse_pad: fills the coarse stage's semantic slots.
        coarse_infer: asks for coarse tokens.
        coarse_codebooks: interleaved in the coarse stage.
        max_coarse_input: semantic slots of the coarse stage.
        max_coarse_history: coarse tokens that it looks back on, those of the history prompt included.
        sliding_window: coarse tokens drawn before the slots move on.
        frame_rate_hz: frames of the codec a second.
        fine_codebooks: of the codec.
        fine_window: frames that the fine stage sees at once.
        fine_history: frames of the history prompt that it is shown, and frames that its window moves on.
        fine_pads: shorter readings are padded to a whole window, and the padding is computed, as it was in training.
        codebook_size: codes in a codebook; the next id is the fine stage's padding.
        sample_rate_hz: of the codec.
    """

    max_text_tokens: int = 256
    text_offset: int = 10_048
    text_pad: int = 129_595
    semantic_infer: int = 129_599
    semantic_vocabulary: int = 10_000
    max_semantic_tokens: int = 768
    semantic_rate_hz: float = 49.9
    coarse_pad: int = 12_048
    coarse_infer: int = 12_050
    coarse_codebooks: int = 2
    max_coarse_input: int = 256
    max_coarse_history: int = 630
    sliding_window: int = 60
    frame_rate_hz: float = 75.0
    fine_codebooks: int = 8
    fine_window: int = 1_024
    fine_history: int = 512
    fine_pads: bool = True
    codebook_size: int = 1_024
    sample_rate_hz: int = 24_000

    @property
    def semantic_end(self) -> int:
        return self.semantic_vocabulary

    @property
    def coarse_per_semantic(self) -> float:
        """Coarse tokens for one semantic token: 3.006."""
        return self.frame_rate_hz / self.semantic_rate_hz * self.coarse_codebooks

    @property
    def max_semantic_history(self) -> int:
        """Semantic tokens that go with a full coarse history: 209."""
        return int(self.max_coarse_history / self.coarse_per_semantic)

    def faster(self) -> Rules:
        """Less history, longer windows and no padding: about half the work, and another sound.

        Suno's code allows a coarse history from 60 (faster) to 630 (more context). With 360 tokens a window of 240
        still finds its semantic tokens within the 256 slots.
        """
        return replace(self, max_coarse_history=360, sliding_window=240, fine_history=256, fine_pads=False)

    def frames(self, semantic_tokens: int) -> int:
        """Frames of the codec that so many semantic tokens become."""
        return int(semantic_tokens * self.coarse_per_semantic / self.coarse_codebooks)


@dataclass(frozen=True)
class Sizes:
    """Of a whole checkpoint.

    Attributes:
        codec: as transformers' ``codec_config`` tells it.
    """

    rules: Rules
    semantic: GptShape
    coarse: GptShape
    fine: GptShape
    codec: Mapping[str, Any]
