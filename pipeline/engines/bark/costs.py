"""What Bark's algorithm costs at the least: the multiplications and the bytes of each pass, counted, not measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.engines.bark.shapes import GptShape, Rules


@dataclass(frozen=True)
class Chunk:
    """A reading of known length with a voice of known length. Default: 5.01 s in the voice of ``v2/en_speaker_6``.

    Attributes:
        semantic_tokens: drawn.
        semantic_history: semantic tokens of the history prompt.
        history_frames: frames of the history prompt.
    """

    semantic_tokens: int = 250
    semantic_history: int = 309
    history_frames: int = 464

    def seconds(self, rules: Rules) -> float:
        """Of sound."""
        return self.semantic_tokens / rules.semantic_rate_hz


@dataclass(frozen=True)
class Passes:
    """What a chunk is made of.

    Attributes:
        frames: of the codec.
        semantic_steps: after the first token, which the prefill gives.
        semantic_start: positions that the semantic stage begins with.
        coarse_windows: each with a prefill of its own.
        coarse_steps: after the first token of each window.
        coarse_start: positions that a window begins with, on average.
        fine_passes: over the fine stage's window.
        fine_positions: of such a window.
        fine_new: those that a pass fills: all that lie behind the history, padding too, for later codebooks see it.
    """

    frames: int
    semantic_steps: int
    semantic_start: int
    coarse_windows: int
    coarse_steps: int
    coarse_start: int
    fine_passes: int
    fine_positions: int
    fine_new: int

    @property
    def semantic_position(self) -> int:
        """Positions before a semantic step, on average."""
        return self.semantic_start + self.semantic_steps // 2

    @property
    def coarse_position(self) -> int:
        """Positions before a coarse step, on average."""
        return self.coarse_start + self.coarse_steps // self.coarse_windows // 2


def passes(chunk: Chunk, rules: Rules) -> Passes:
    """How often each piece of the algorithm runs for a chunk."""
    frames = rules.frames(chunk.semantic_tokens)
    coarse = frames * rules.coarse_codebooks
    windows = math.ceil(coarse / rules.sliding_window)
    history = _coarse_history(chunk, rules)
    seen = [min(rules.max_coarse_history, history + rules.sliding_window * window) for window in range(windows)]
    fine_history = min(chunk.history_frames, rules.fine_history)
    beyond = frames - (rules.fine_window - fine_history)
    positions = rules.fine_window if rules.fine_pads else min(rules.fine_window, fine_history + frames)
    return Passes(
        frames=frames,
        semantic_steps=chunk.semantic_tokens - 1,
        semantic_start=rules.max_text_tokens + 1,
        coarse_windows=windows,
        coarse_steps=coarse - windows,
        coarse_start=rules.max_coarse_input + 1 + sum(seen) // windows,
        fine_passes=(rules.fine_codebooks - rules.coarse_codebooks)
        * (max(0, math.ceil(beyond / rules.fine_history)) + 1),
        fine_positions=positions,
        fine_new=positions - fine_history,
    )


def _coarse_history(chunk: Chunk, rules: Rules) -> int:
    """Coarse tokens of the history prompt that the first window sees; the last two are left out, as Suno does."""
    semantic = min(
        rules.max_semantic_history,
        chunk.semantic_history - chunk.semantic_history % 2,
        int(chunk.history_frames * rules.coarse_codebooks / rules.coarse_per_semantic),
    )
    return max(0, round(semantic * rules.coarse_per_semantic) - 2)


@dataclass(frozen=True)
class Work:
    """What one pass of a batch cannot do without. Norms, softmax, GELU and embeddings are not counted: they are no
    matrix products, and under 1 % of the operations.

    Attributes:
        linear_flops: multiplications and additions of the linears, two to a weight and a token.
        attention_flops: those of queries with keys and of weights with values, only where a query may look.
        weights: values of weights that are read.
        cached: keys and values, of all rows, that are read and written.
    """

    linear_flops: int
    attention_flops: int
    weights: int
    cached: int

    @property
    def flops(self) -> int:
        return self.linear_flops + self.attention_flops


def gpt_work(
    shape: GptShape, rows: int, new: int, *, past: int = 0, head: int, wanted: int = 1, causal: bool = True
) -> Work:
    """One pass of a transformer over ``rows`` rows of ``new`` positions each, after ``past`` that are in its cache.

    Args:
        head: rows of the output head that are asked for.
        wanted: last positions that an output is asked of. In the last block the others give keys and values only.
        causal: a position looks at itself and what is before it; otherwise at every one, and nothing is cached.
    """
    blocks, width = shape.layers, shape.width
    looked_at = new * past + new * (new + 1) // 2 if causal else new * new
    looked_at_last = wanted * (past + new) - (wanted * (wanted - 1) // 2 if causal else 0)
    in_blocks = (12 * blocks - 10) * width**2 * new + 10 * width**2 * wanted
    return Work(
        linear_flops=2 * rows * (in_blocks + head * width * wanted),
        attention_flops=4 * rows * width * ((blocks - 1) * looked_at + looked_at_last),
        weights=shape.linear_weights + head * width,
        cached=2 * rows * blocks * width * (past + new) if causal else 0,
    )


def codec_work(codec: Mapping[str, Any], rows: int, frames: int) -> Work:
    """Encodec's decoder over ``rows`` rows of ``frames`` frames: convolutions and LSTM.

    Args:
        codec: as transformers' ``codec_config`` tells it; defaults are those of ``encodec_24khz``.
    """
    hidden, filters = int(codec.get("hidden_size", 128)), int(codec.get("num_filters", 32))
    ratios = list(codec.get("upsampling_ratios", (8, 5, 4, 2)))
    kernel, last = int(codec.get("kernel_size", 7)), int(codec.get("last_kernel_size", 7))
    inner, compress = int(codec.get("residual_kernel_size", 3)), int(codec.get("compress", 2))
    width = filters * 2 ** len(ratios)
    layers: list[tuple[int, int]] = [(hidden * width * kernel, frames)]  # weights, positions that each is used at
    layers += [(8 * width * width, frames)] * int(codec.get("num_lstm_layers", 2))  # four gates of input and state
    length = frames
    for ratio in ratios:
        layers.append((width * width // 2 * 2 * ratio, length))  # a kernel of twice the stride, from each input
        width, length = width // 2, length * ratio
        narrow = width // compress
        block = [width * narrow * inner, narrow * width]
        if codec.get("use_conv_shortcut", True):
            block.append(width * width)
        layers += [(weights, length) for weights in block] * int(codec.get("num_residual_layers", 1))
    layers.append((width * int(codec.get("audio_channels", 1)) * last, length))
    return Work(
        2 * rows * sum(weights * used for weights, used in layers), 0, sum(weights for weights, _ in layers), 0
    )
