"""Both sides of the benchmark of Bark, in each number type and batch, over the same weights."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bark_ours import Ours, ours_in
from bark_peer import Peer, peer_in, random_model

from pipeline.engines.bark.codec import decode_batch, load_codec
from pipeline.engines.bark.costs import Chunk, passes
from pipeline.engines.bark.linear import Arithmetics
from pipeline.engines.bark.speeds import Clock, bfloat16_against_float32, measured_limits
from pipeline.engines.bark.units import STAGES, Limits, Sizes, StageSeconds, Units, composed, least_units
from pipeline.engines.bark.weights import load_weights

CHUNK = Chunk()
PEER, OURS, FAST = "transformers", "ours", "ours fast"
DOCUMENTED = (PEER, "float32", 1)
GPU_PEER_ROWS, GPU_SLOTS = (1, 8, 64), (64, 128, 256)
Kind = tuple[str, str, int]
"""Side, number type, readings at once."""


@dataclass
class Way:
    """One side, in one number type, with so many readings at once."""

    side: Peer | Ours
    name: str
    arithmetic: str
    rows: int
    sizes: Sizes
    limits: Limits
    rounds: list[Units] = field(default_factory=list)
    cpu_s: float = 0.0
    wall_s: float = 0.0
    longest_s: float = 0.0

    @property
    def label(self) -> str:
        return f"{self.name} {self.arithmetic} x {self.rows}"

    @property
    def kind(self) -> Kind:
        return self.name, self.arithmetic, self.rows

    def measure(self, clock: Clock) -> None:
        """One round."""
        cpu, wall = clock(), time.perf_counter()
        self.rounds.append(self.side.units(CHUNK, self.rows))
        self.cpu_s += clock() - cpu
        taken = time.perf_counter() - wall
        self.wall_s += taken
        self.longest_s = max(self.longest_s, taken)

    def units(self) -> Units:
        """Medians of the rounds."""
        return Units(*(median(each) for each in zip(*map(astuple, self.rounds), strict=True)))

    def stages(self, chunk: Chunk = CHUNK) -> StageSeconds:
        """What one reading costs."""
        return composed(self.units(), passes(chunk, self.sizes.rules), self.rows)

    def least(self) -> StageSeconds:
        """What no program on this machine could be under."""
        run = passes(CHUNK, self.sizes.rules)
        return composed(least_units(self.sizes, run, self.rows, self.limits), run, self.rows)

    @property
    def x_realtime(self) -> float:
        return CHUNK.seconds(self.sizes.rules) / self.stages().total

    @property
    def share_of_limit(self) -> float:
        return self.least().total / self.stages().total

    def told(self) -> dict[str, Any]:
        """For the JSON line."""
        stages, least = asdict(self.stages()), asdict(self.least())
        return {
            "units_s": asdict(self.units()),
            "stages_s": stages,
            "total_s": self.stages().total,
            "share_of_limit": {name: least[name] / stages[name] for name in STAGES} | {"all": self.share_of_limit},
            "x_realtime": self.x_realtime,
            "rounds": len(self.rounds),
            "wall_over_cpu": self.wall_s / self.cpu_s,
        }


def plan_ways(clock: Clock, *, quick: bool) -> list[Kind]:
    """Which are measured on this device, in the order in which a round goes through them."""
    if clock.device == "cuda":
        return [
            DOCUMENTED,
            *((PEER, "bfloat16", rows) for rows in GPU_PEER_ROWS),
            *((OURS, "bfloat16", slots) for slots in GPU_SLOTS),
            (FAST, "bfloat16", GPU_SLOTS[0]),
        ]
    kinds: list[Kind] = []
    gain = bfloat16_against_float32(clock)
    for rows in (1, 8) if quick else (1, 8, 32):
        kinds += [(PEER, "float32", rows), (OURS, "float32", rows), (OURS, "int8", rows)]
        if gain > 1:
            kinds += [(PEER, "bfloat16", rows), (OURS, "bfloat16", rows)]
    if gain <= 1:
        print(f"bfloat16 is left out: here a product of matrices in it has {gain:.2f} times the speed of float32")
    return [*kinds, (FAST, "int8", 8)]


def load_ways(kinds: Sequence[Kind], size: str, folder: Path, clock: Clock) -> list[Way]:
    """Both sides, loaded; ours from a checkpoint that is written to ``folder``."""
    model = random_model(size)
    model.save_pretrained(folder)
    weights = load_weights(folder)
    codec = load_codec(weights.codec, weights.codec_shape).to(clock.device)
    decode = partial(decode_batch, codec)

    arithmetics = {kind: Arithmetics(clock.device, kind) for _, kind, _ in kinds}  # type: ignore[arg-type]
    limits = {kind: measured_limits(where, clock) for kind, where in arithmetics.items()}
    sides: dict[tuple[str, str], Peer | Ours] = {}
    every = []
    for name, arithmetic, rows in kinds:
        if (name, arithmetic) not in sides:
            slots = max(many for *same, many in kinds if same == [name, arithmetic])
            sides[name, arithmetic] = (
                peer_in(arithmetic, model, weights.rules, device=clock.device)
                if name == PEER
                else ours_in(arithmetic, weights, decode, device=clock.device, slots=slots, fast=name == FAST)
            )
        side = sides[name, arithmetic]
        sizes = side.sizes if isinstance(side, Ours) else weights.sizes
        every.append(Way(side, name, arithmetic, rows, sizes, limits[arithmetic]))
    return every
