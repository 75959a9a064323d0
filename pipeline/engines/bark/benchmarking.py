"""How fast Bark is on this machine, how much faster it could be, and what it takes in memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch

from pipeline.engines.bark.bark import TOGETHER, Bark
from pipeline.engines.bark.checkpoint import checked_model, find_checkpoint
from pipeline.engines.bark.codec import decode_batch, load_codec
from pipeline.engines.bark.costs import Chunk, Passes, passes
from pipeline.engines.bark.linear import Arithmetic, Arithmetics, best_arithmetic
from pipeline.engines.bark.measuring import Stages, measured_units, sizes_of, warm_up
from pipeline.engines.bark.memory import MemoryPlan, Shapes, free_bytes, plan_memory
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


def benchmark(model: str, *, device: str, arithmetic: Arithmetic | None = None, slots: int = 0) -> Benchmark:
    """Measure Bark with a checkpoint, or with random weights of its sizes where it is not on this machine.

    Args:
        model: a hub id, a catalogue's name or a folder.
        device: ``cpu``, on one core; ``cuda``; ``auto`` is the GPU where there is one.
        arithmetic: None is the engine's own choice for the device.
        slots: readings at once; 0 is the engine's own choice.

    Raises:
        InputError: ``model`` is no model.
        MissingError: it is not on this machine, and its sizes are not known.
        EngineError: the checkpoint cannot be read.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            return _benchmark(checked_model(model, Path.cwd()), device, arithmetic, slots)
    finally:
        torch.set_num_threads(before)


def _benchmark(model: str, device: str, arithmetic: Arithmetic | None, slots: int) -> Benchmark:
    weights, is_random = _weights(model)
    where = Arithmetics(device, arithmetic or best_arithmetic(device))
    plan = plan_memory(
        Shapes(weights.semantic.shape, weights.coarse.shape, weights.fine.shape),
        weights.rules,
        where.arithmetic,
        device=device,
        slots=slots,
        free=free_bytes(device),
        together=TOGETHER[device],
    )
    codec = random_codec() if is_random else load_codec(weights.codec, weights.codec_shape)
    bark, clock, chunk = Bark(weights, where, plan), Clock(device), _fitting(CHUNK, weights.rules)
    stages = Stages(bark, where, partial(decode_batch, codec.to(device)))
    warm_up(stages, chunk, clock)
    run, limits = passes(chunk, weights.rules), measured_limits(where, clock)
    seconds = composed(measured_units(stages, chunk, plan.slots, clock), run, plan.slots)
    least = composed(least_units(sizes_of(weights), run, plan.slots, limits), run, plan.slots)
    return Benchmark(
        model=model,
        is_random=is_random,
        device=device,
        machine=torch.cuda.get_device_name() if device == "cuda" else torch.backends.cpu.get_cpu_capability(),
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
