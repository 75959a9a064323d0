"""How fast Bark is on this machine, how much faster it could be, and what it takes in memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial

import torch

from pipeline.engines import Settings
from pipeline.engines.bark.bark import Bark, planned
from pipeline.engines.bark.checkpoint import find_checkpoint
from pipeline.engines.bark.codec import decode_batch, load_codec
from pipeline.engines.bark.costs import Chunk, Passes, passes
from pipeline.engines.bark.engine import arithmetics_of
from pipeline.engines.bark.measuring import Stages, measured_units, warm_up
from pipeline.engines.bark.memory import MemoryPlan
from pipeline.engines.bark.random_weights import SIZES, random_codec, random_weights
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.speeds import Clock, measured_limits
from pipeline.engines.bark.units import Limits, StageSeconds, composed, least_units
from pipeline.engines.bark.weights import Weights, load_weights
from pipeline.errors import MissingError

CHUNK = Chunk()


@dataclass(frozen=True)
class Benchmark:
    """What was found. Seconds are of one processor core, or of the wall on a GPU.

    Attributes:
        is_random: the checkpoint is not on this machine, and random weights of its sizes stood in.
        device: ``cpu`` or ``cuda``.
        machine: the GPU's name, or what the processor computes with.
        audio_s: of the reading that was measured.
        seconds: for one reading of a full batch.
        least: the same, had every product and byte gone at the machine's limit.
        tokens_s: tokens a second; of ``coarse_prefill`` positions, of ``codec`` frames.
        memory: what Bark takes, as it was planned.
    """

    model: str
    is_random: bool
    device: str
    machine: str
    arithmetic: str
    limits: Limits
    audio_s: float
    seconds: StageSeconds
    least: StageSeconds
    tokens_s: StageSeconds
    memory: MemoryPlan

    @property
    def x_realtime(self) -> float:
        return self.audio_s / self.seconds.total

    def share_of_limit(self, stage: str | None = None) -> float:
        """Of one stage, or of all."""
        if stage is None:
            return self.least.total / self.seconds.total
        return float(asdict(self.least)[stage] / asdict(self.seconds)[stage])


def benchmark(settings: Settings) -> Benchmark:
    """Measure Bark as it would read with these settings, on one core or on the GPU.

    Where the checkpoint is not on this machine, random weights of its sizes stand in.

    Args:
        settings: of the engine, checked.

    Raises:
        MissingError: the checkpoint is not on this machine, and its sizes are not known; there is no CUDA device.
        InputError: these numbers are not for this device.
        EngineError: the checkpoint cannot be read.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            return _benchmark(settings)
    finally:
        torch.set_num_threads(before)


def _benchmark(settings: Settings) -> Benchmark:
    model, where = str(settings["model"]), arithmetics_of(settings)
    weights, is_random = _weights(model)
    if settings["algorithm"] == "fast":
        weights = replace(weights, rules=weights.rules.faster())
    plan = planned(weights, where, int(settings["slots"] or 0))
    codec = random_codec() if is_random else load_codec(weights.codec, weights.codec_shape)
    bark, clock, chunk = Bark(weights, where, plan), Clock(where.device), _fitting(CHUNK, weights.rules)
    stages = Stages(bark, where, partial(decode_batch, codec.to(where.device)))
    warm_up(stages, chunk, clock)
    run, limits = passes(chunk, weights.rules), measured_limits(where, clock)
    seconds = composed(measured_units(stages, chunk, plan.slots, clock), run, plan.slots)
    least = composed(least_units(weights.sizes, run, plan.slots, limits), run, plan.slots)
    return Benchmark(
        model=model,
        is_random=is_random,
        device=where.device,
        machine=torch.cuda.get_device_name() if where.device == "cuda" else torch.backends.cpu.get_cpu_capability(),
        arithmetic=where.arithmetic,
        limits=limits,
        audio_s=chunk.seconds(weights.rules),
        seconds=seconds,
        least=least,
        tokens_s=_tokens_s(seconds, run, weights.rules),
        memory=plan,
    )


def _weights(model: str) -> tuple[Weights, bool]:
    try:
        return load_weights(find_checkpoint(model)), False
    except MissingError:
        if model not in SIZES:
            raise
        return random_weights(*SIZES[model]), True


def _fitting(chunk: Chunk, rules: Rules) -> Chunk:
    """No more tokens than the model draws at all."""
    return Chunk(min(chunk.semantic_tokens, rules.max_semantic_tokens), chunk.semantic_history, chunk.history_frames)


def _tokens_s(seconds: StageSeconds, run: Passes, rules: Rules) -> StageSeconds:
    return StageSeconds(
        semantic=(run.semantic_steps + 1) / seconds.semantic,
        coarse_prefill=run.coarse_windows * run.coarse_start / seconds.coarse_prefill,
        coarse_decode=run.coarse_steps / seconds.coarse_decode,
        fine=run.frames * (rules.fine_codebooks - rules.coarse_codebooks) / seconds.fine,
        codec=run.frames / seconds.codec,
    )
