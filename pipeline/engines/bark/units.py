"""What the pieces of a reading cost, measured or at the least, and how they add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace

from pipeline.engines.bark.costs import Passes, Work, codec_work, gpt_work
from pipeline.engines.bark.shapes import Sizes


@dataclass(frozen=True)
class Limits:
    """What a machine can do at best.

    Attributes:
        linear_flops_s: in the numbers that the linears compute with.
        attention_flops_s: in the numbers that attention and codec compute with.
        bytes_s: read from memory.
        weight_bytes: of one weight.
        cached_bytes: of one cached value.
    """

    linear_flops_s: float
    attention_flops_s: float
    bytes_s: float
    weight_bytes: int
    cached_bytes: int

    def in_floats(self) -> Limits:
        """For a part whose linears compute in the same numbers as its attention."""
        return replace(self, linear_flops_s=self.attention_flops_s, weight_bytes=self.cached_bytes)

    def seconds(self, work: Work) -> float:
        """No machine with these limits does the work in less: it computes, or waits for memory."""
        computing = work.linear_flops / self.linear_flops_s + work.attention_flops / self.attention_flops_s
        return max(computing, (work.weights * self.weight_bytes + work.cached * self.cached_bytes) / self.bytes_s)


@dataclass(frozen=True)
class Units:
    """Seconds for one run of each piece, of a whole batch: measured, or the least possible.

    Attributes:
        codec_frame: of each row's frames one.
    """

    semantic_prefill: float
    semantic_step: float
    coarse_prefill: float
    coarse_step: float
    fine_pass: float
    codec_frame: float

    def combined(self, other: Units, join: Callable[[float, float], float]) -> Units:
        """Piece by piece."""
        return Units(*(join(mine, its) for mine, its in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class StageSeconds:
    """What one reading costs, stage by stage."""

    semantic: float
    coarse_prefill: float
    coarse_decode: float
    fine: float
    codec: float

    @property
    def total(self) -> float:
        return float(sum(astuple(self)))


STAGES = tuple(field.name for field in fields(StageSeconds))


def composed(units: Units, run: Passes, rows: int) -> StageSeconds:
    """The cost of one reading of a batch of ``rows`` alike."""
    return StageSeconds(
        semantic=(units.semantic_prefill + run.semantic_steps * units.semantic_step) / rows,
        coarse_prefill=run.coarse_windows * units.coarse_prefill / rows,
        coarse_decode=run.coarse_steps * units.coarse_step / rows,
        fine=run.fine_passes * units.fine_pass / rows,
        codec=run.frames * units.codec_frame / rows,
    )


def least_units(sizes: Sizes, run: Passes, rows: int, limits: Limits) -> Units:
    """The least seconds for each piece on a machine with these limits."""
    rules, semantic, coarse = sizes.rules, sizes.semantic, sizes.coarse
    semantic_head, head = rules.semantic_vocabulary + 1, rules.codebook_size
    works = (
        gpt_work(semantic, rows, run.semantic_start, head=semantic_head),
        gpt_work(semantic, rows, 1, past=run.semantic_position, head=semantic_head),
        gpt_work(coarse, rows, run.coarse_start, head=head),
        gpt_work(coarse, rows, 1, past=run.coarse_position, head=head),
        gpt_work(sizes.fine, rows, run.fine_positions, head=head, wanted=run.fine_new, causal=False),
    )
    codec = limits.in_floats().seconds(codec_work(sizes.codec, rows, run.frames))
    return Units(*[limits.seconds(work) for work in works], *[codec / run.frames])
