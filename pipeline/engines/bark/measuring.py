"""What the pieces of Bark's engine cost on this machine: its own stages, run briefly, their clock read in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from pipeline.engines.bark.bark import SPOKEN_TOGETHER, Bark, together_in
from pipeline.engines.bark.caches import Caches
from pipeline.engines.bark.coarse import CoarseStage, begin
from pipeline.engines.bark.costs import Chunk, Passes, passes
from pipeline.engines.bark.gpt import Cache, Gpt
from pipeline.engines.bark.linear import Arithmetics, Linear
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.prompts import HistoryPrompt, Tokens
from pipeline.engines.bark.semantic import Request, SemanticStage
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.speeds import Clock
from pipeline.engines.bark.units import Units

STEPS = {"cpu": 24, "cuda": 10_000}
"""Semantic steps whose mean is taken, around the mean position. All of them on a GPU, where capturing costs too."""
TEXT_TOKENS = 24  # word pieces of 5 s of speech
DRAWN = Sampling(text_temperature=0.7, waveform_temperature=0.7, fine_temperature=0.5, min_eos_p=0.0)
"""As suno-ai/bark's ``generation.py`` draws, but for the end."""


@dataclass(frozen=True, eq=False)
class Stages:
    """The engine's parts, loaded.

    Attributes:
        decode: ``[8, T]`` codes of several readings become sound.
    """

    bark: Bark
    where: Arithmetics
    decode: Callable[[Sequence[Tokens]], object]

    @property
    def rules(self) -> Rules:
        return self.bark.rules

    @property
    def together(self) -> int:
        """Prompts of the coarse stage in one pass."""
        return together_in(self.where)

    def cache(self, stage: SemanticStage | CoarseStage, rows: int, positions: int) -> Cache:
        """As the engine makes one."""
        return Caches(self.where, spare=SPOKEN_TOGETHER * self.together - 1).of(stage.gpt.shape, rows, positions)


@contextmanager
def _first_step(gpt: Gpt, clock: Clock) -> Iterator[list[float]]:
    """Notes when a stage's transformer takes its first step: then its prompts are read."""
    at: list[float] = []
    plain = gpt.step

    def noted(*arguments: Any) -> torch.Tensor:
        if not at:
            at.append(clock())
        return plain(*arguments)

    gpt.step = noted  # type: ignore[method-assign, assignment]
    try:
        yield at
    finally:
        del gpt.step  # the class's own is in sight again


@contextmanager
def _other(stage: torch.nn.Module, **attributes: object) -> Iterator[None]:
    """A stage with some of its attributes hidden by others for a while."""
    own = vars(stage)
    before = {name: own[name] for name in attributes if name in own}
    own.update(attributes)
    try:
        yield
    finally:
        for name in attributes:
            del own[name]
        own.update(before)


def _endless(head: Linear) -> Callable[[torch.Tensor], torch.Tensor]:
    """An output head that never asks for the end, its last token: what is measured must not depend on luck."""

    def logits(x: torch.Tensor) -> torch.Tensor:
        scores = head(x)
        scores[..., -1] = -torch.inf
        return scores

    return logits


def random_prompt(chunk: Chunk, rules: Rules, seed: int = 6) -> HistoryPrompt:
    """A voice as long as the chunk's, of random tokens."""
    numbers = np.random.default_rng(seed)
    fine = numbers.integers(0, rules.codebook_size, (rules.fine_codebooks, chunk.history_frames))
    semantic = numbers.integers(0, rules.semantic_vocabulary, chunk.semantic_history)
    return HistoryPrompt(semantic, fine[: rules.coarse_codebooks], fine)


def forced_requests(chunk: Chunk, rules: Rules, rows: int, *, semantic_tokens: int) -> list[Request]:
    """Readings that are cut off after so many semantic tokens, with seeds of their own."""
    prompt = random_prompt(chunk, rules)
    text = np.random.default_rng(1).integers(1_000, 100_000, TEXT_TOKENS).tolist()
    sampling = replace(DRAWN, max_s=(semantic_tokens - 0.5) / rules.semantic_rate_hz)
    return [Request(text, prompt, sampling, seed) for seed in range(rows)]


def measured_units(stages: Stages, chunk: Chunk, rows: int, clock: Clock) -> Units:
    """What each piece costs for a batch of ``rows``, in seconds of the clock."""
    run = passes(chunk, stages.rules)
    with torch.inference_mode():
        return Units(
            _semantic_prefill(stages, chunk, rows, clock),
            _semantic_step(stages, chunk, run, rows, clock),
            *_coarse_window(stages, chunk, rows, clock),
            _fine_pass(stages, chunk, run, rows, clock),
            _codec_frame(stages, run, rows, clock),
        )


def warm_up(stages: Stages, chunk: Chunk, clock: Clock) -> None:
    """First runs are slow: to be called before something is measured."""
    with torch.inference_mode():
        _semantic_prefill(stages, chunk, 1, clock)


def _semantic_prefill(stages: Stages, chunk: Chunk, rows: int, clock: Clock) -> float:
    stage = stages.bark.semantic
    requests = forced_requests(chunk, stages.rules, rows, semantic_tokens=1)
    cache = stages.cache(stage, rows, stages.rules.max_text_tokens + 1)
    start = clock()
    stage.speak(requests, cache, together=SPOKEN_TOGETHER * stages.together)
    return clock() - start


def _semantic_step(stages: Stages, chunk: Chunk, run: Passes, rows: int, clock: Clock) -> float:
    """Steps around the mean position: the text's slots are as many more as have been spoken by then."""
    stage, steps = stages.bark.semantic, min(STEPS[stages.where.device], run.semantic_steps)
    first = run.semantic_position - steps // 2
    requests = forced_requests(chunk, stages.rules, rows, semantic_tokens=steps + 1)
    cache = stages.cache(stage, rows, first + steps)
    later = replace(stages.rules, max_text_tokens=first - 1)
    with _other(stage, rules=later, _head=_endless(stage._head)), _first_step(stage.gpt, clock) as began:
        stage.speak(requests, cache, together=SPOKEN_TOGETHER * stages.together)
        return (clock() - began[0]) / steps


def _coarse_window(stages: Stages, chunk: Chunk, rows: int, clock: Clock) -> tuple[float, float]:
    """The prefill of the window in the middle, and one of its steps.

    The middle one, for the voice's share of a window, which all readings of that voice have in common, shrinks from
    window to window. It is read before the clock starts: it is read once in a book.
    """
    rules, stage = stages.rules, stages.bark.coarse
    spoken = np.arange(chunk.semantic_tokens) % rules.semantic_vocabulary
    requests = forced_requests(chunk, rules, rows, semantic_tokens=len(spoken))
    before = (passes(chunk, rules).coarse_windows - 1) // 2 * rules.sliding_window
    drawn = rules.semantic_vocabulary + np.arange(before) % rules.coarse_codebooks * rules.codebook_size
    begun = [replace(begin(request, spoken, rules), drawn=drawn) for request in requests]
    cache = stages.cache(stage, rows, stage.positions)
    stage.window([replace(begun[0], wanted=before + 2)], cache, together=stages.together)
    start = clock()
    with _first_step(stage.gpt, clock) as began:
        stage.window(begun, cache, together=stages.together)
        return began[0] - start, (clock() - began[0]) / (rules.sliding_window - 1)


def _fine_pass(stages: Stages, chunk: Chunk, run: Passes, rows: int, clock: Clock) -> float:
    """One pass in the midst, for the fifth codebook, and drawing it.

    Rows go a few together, one such group after another: two groups are run, and stand for all.
    """
    stage, timed = stages.bark.fine, min(rows, 2 * stages.together)
    requests = forced_requests(chunk, stages.rules, timed, semantic_tokens=1)
    coarse = np.zeros((stages.rules.coarse_codebooks, min(run.frames, run.fine_new)), np.int64)
    with _other(stage, _codebooks=range(4, 5), _heads=[stage._heads[4 - stages.rules.coarse_codebooks]]):
        start = clock()
        stage.fill(requests, [coarse] * timed, together=stages.together)
        return (clock() - start) * rows / timed


def _codec_frame(stages: Stages, run: Passes, rows: int, clock: Clock) -> float:
    codes = np.random.default_rng(2).integers(0, stages.rules.codebook_size, (8, run.frames))
    start = clock()
    stages.decode([codes] * rows)
    return (clock() - start) / run.frames
