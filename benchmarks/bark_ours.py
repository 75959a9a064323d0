"""Our side: Bark's engine over a checkpoint on disk, as a user loads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from pipeline.engines.bark.bark import Bark
from pipeline.engines.bark.costs import Chunk
from pipeline.engines.bark.faults import Expected
from pipeline.engines.bark.linear import Arithmetic, Arithmetics
from pipeline.engines.bark.measuring import Stages, forced_requests, measured_units, warm_up
from pipeline.engines.bark.memory import MemoryPlan
from pipeline.engines.bark.prompts import Tokens
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.speeds import Clock
from pipeline.engines.bark.units import Sizes, Units
from pipeline.engines.bark.waiting import Wanted
from pipeline.engines.bark.weights import Weights

ANY_LENGTH = Expected(0.0, 60.0)


@dataclass(frozen=True, eq=False)
class Ours:
    """Our engine in one arithmetic on one device."""

    bark: Bark
    stages: Stages
    sizes: Sizes
    clock: Clock

    @property
    def rules(self) -> Rules:
        return self.stages.rules

    def units(self, chunk: Chunk, rows: int) -> Units:
        """What each piece costs for a batch of ``rows``, in seconds of the clock."""
        return measured_units(self.stages, chunk, rows, self.clock)

    def warm_up(self, chunk: Chunk) -> None:
        """First runs are slow."""
        warm_up(self.stages, chunk, self.clock)

    def read(self, chunk: Chunk, rows: int = 1) -> float:
        """True readings from text to sound, of a forced length; what they cost, seconds of the clock."""
        requests = forced_requests(chunk, self.rules, rows, semantic_tokens=chunk.semantic_tokens)
        start = self.clock()
        done = []
        for together in self.bark.generate(Wanted(request, ANY_LENGTH) for request in requests):
            self.stages.decode([generation.codes for _, generation in together])
            done += [generation for _, generation in together]
        taken = self.clock() - start
        assert all(len(each.spoken.tokens) == chunk.semantic_tokens for each in done), "an end was drawn"
        return taken


def ours_in(
    arithmetic: str,
    weights: Weights,
    decode: Callable[[Sequence[Tokens]], object],
    *,
    device: str,
    slots: int,
    fast: bool = False,
) -> Ours:
    """The engine in one arithmetic; ``fast``: by the rules that a user may choose instead of Suno's."""
    where = Arithmetics(device, cast("Arithmetic", arithmetic), fixed=device == "cuda")
    if fast:
        weights = replace(weights, rules=weights.rules.faster())
    plan = MemoryPlan(slots, offload=False, weights=0, cache=0, workspace=0)
    bark = Bark(weights, where, plan, draws=1)
    return Ours(bark, Stages(bark, where, decode), weights.sizes, Clock(device))
