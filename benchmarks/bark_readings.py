"""Many readings through the real scheduler: what each costs and what memory they take, and how full the slots are."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from pipeline.engines.bark.bark import FIXED_TOGETHER, SPOKEN_TOGETHER, Bark
from pipeline.engines.bark.coarse import CoarseRow
from pipeline.engines.bark.costs import Chunk, passes
from pipeline.engines.bark.faults import Expected
from pipeline.engines.bark.gpt import Cache
from pipeline.engines.bark.linear import Arithmetics
from pipeline.engines.bark.measuring import DRAWN, random_prompt
from pipeline.engines.bark.memory import MemoryPlan
from pipeline.engines.bark.prompts import Tokens
from pipeline.engines.bark.random_weights import random_weights
from pipeline.engines.bark.semantic import Request, Spoken
from pipeline.engines.bark.shapes import GptShape, Rules, Sizes
from pipeline.engines.bark.speeds import Clock
from pipeline.engines.bark.units import Limits, least_units
from pipeline.engines.bark.waiting import Wanted

TINY = (2, 2, 32)
"""Layers, heads, width."""
COUNTS = (64, 512, 4_096)
READINGS = 10_000
VOICES = 12
SLOTS = (("cpu", 8), ("cuda", 64), ("cuda", 128))
NOMINAL = {"cpu": Limits(7e10, 7e10, 1.25e10, 4, 4), "cuda": Limits(7.9e14, 7.9e14, 4.3e12, 2, 2)}
"""A float32 core with AVX2, and an H200 in bfloat16: they weigh the pieces against each other."""
ANY_LENGTH = Expected(0.0, 60.0)
CHARACTERS_A_TOKEN, CHARACTERS_A_SECOND = 4.0, 14.5
"""Of BERT's pieces in English, and of speech."""


def tiny_bark(slots: int, rules: Rules | None = None, *, fixed: bool = False) -> Bark:
    """A real engine over almost no weights, which draws every reading once; with fixed rows as on a GPU."""
    plan = MemoryPlan(slots, offload=False, weights=0, cache=0, workspace=0)
    return Bark(random_weights(*TINY, rules=rules), Arithmetics("cpu", "float32", fixed), plan, draws=1)


@dataclass(frozen=True)
class Scale:
    """Readings in one go, what each cost and what the process had taken by then."""

    readings: int
    cpu_ms_each: float
    peak_mb: float


def scaling(counts: Sequence[int] = COUNTS) -> Iterator[Scale]:
    """Short readings in 8 slots, of 4 to 12 tokens: all stages computed, windows of the fine stage a sixteenth."""
    rules = Rules(max_text_tokens=32, max_coarse_input=32, max_coarse_history=60, fine_window=64, fine_history=32)
    bark, clock = tiny_bark(8, rules), Clock("cpu")
    voices = [random_prompt(Chunk(20, 100, 150), rules, seed) for seed in range(VOICES)]
    for count in (16, *counts):  # the first few pay for what is made once
        start, done = clock(), 0
        for together in bark.generate(_short(count, voices, rules)):
            done += sum(generation.codes.shape[1] > 0 for _, generation in together)
        assert done == count, "a reading was lost"
        if count in counts:
            taken = clock() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            yield Scale(count, 1e3 * taken / count, peak)


def _short(count: int, voices: Sequence[Any], rules: Rules) -> Iterator[Wanted]:
    numbers = np.random.default_rng(3)
    for seed in range(count):
        sampling = replace(DRAWN, max_s=float(numbers.integers(4, 13) - 0.5) / rules.semantic_rate_hz)
        text = numbers.integers(1_000, 100_000, 8).tolist()
        yield Wanted(Request(text, voices[seed % len(voices)], sampling, seed), ANY_LENGTH)


@dataclass
class Taken:
    """What a schedule takes of each piece, in rows: a pass takes as long whether its rows are wanted or not.

    Attributes:
        full: least seconds of each piece for one row of a full batch, by which pieces are weighed.
        used: rows that passes had room for.
        needed: rows whose outcome was wanted.
    """

    full: dict[str, float]
    used: Counter[str] = field(default_factory=Counter)
    needed: Counter[str] = field(default_factory=Counter)

    def add(self, piece: str, used: int, needed: int) -> None:
        self.used[piece] += used
        self.needed[piece] += needed

    def told(self) -> dict[str, float]:
        """How much more than needed was used: of all in time, and of each piece."""
        used, needed = (sum(rows[piece] * self.full[piece] for piece in rows) for rows in (self.used, self.needed))
        return {"all": used / needed - 1} | {name: self.used[name] / self.needed[name] - 1 for name in self.used}


def schedule(device: str, slots: int, readings: int = READINGS) -> Taken:
    """The real scheduler over stages that count instead of computing.

    Counted as on a GPU, where a pass has a fixed number of rows; on a CPU as if a step cost the same with fewer rows,
    though it costs less.
    """
    bark = tiny_bark(slots, fixed=device == "cuda")
    rules, together = bark.rules, FIXED_TOGETHER if device == "cuda" else 1
    shape = GptShape(24, 16, 1_024, 1_024, 12_096, 12_096, bias=False)
    sizes = Sizes(rules, shape, shape, shape, {})
    full = asdict(least_units(sizes, passes(Chunk(), rules), slots, NOMINAL[device]))
    taken = Taken({piece: seconds / slots for piece, seconds in full.items()})

    def padded(rows: int, to: int) -> int:
        return -(-rows // to) * to

    def speak(requests: Sequence[Request], cache: Cache, **_other: object) -> list[Spoken]:
        lengths = [round(request.sampling.max_s * rules.semantic_rate_hz) for request in requests]
        spoken_together = SPOKEN_TOGETHER * together if device == "cuda" else 1
        taken.add("semantic_prefill", padded(len(lengths), spoken_together), len(lengths))
        taken.add("semantic_step", slots * (max(lengths) - 1), sum(lengths) - len(lengths))
        return [Spoken(np.zeros(length, np.int64), "end", None) for length in lengths]

    def window(rows: Sequence[CoarseRow], cache: Cache, **_other: object) -> list[CoarseRow]:
        alike = Counter(min(rules.max_coarse_history, len(row.history) + len(row.drawn)) for row in rows)
        taken.add("coarse_prefill", sum(padded(count, together) for count in alike.values()), len(rows))
        steps = [min(rules.sliding_window, row.left) for row in rows]
        taken.add("coarse_step", slots * (max(steps) - 1), sum(steps) - len(steps))
        more = [np.full(each, rules.semantic_vocabulary, np.int64) for each in steps]
        return [replace(row, drawn=np.concatenate([row.drawn, new])) for row, new in zip(rows, more, strict=True)]

    def fill(requests: Sequence[Request], coarse: Sequence[Tokens], **_other: object) -> list[Tokens]:
        each = [passes(_of_length(codes.shape[1], rules), rules).fine_passes for codes in coarse]
        for number in range(max(each)):
            due = sum(many > number for many in each)
            taken.add("fine_pass", padded(due, together), due)
        return [np.zeros((rules.fine_codebooks, codes.shape[1]), np.int64) for codes in coarse]

    bark.semantic.speak, bark.coarse.window, bark.fine.fill = speak, window, fill  # type: ignore[method-assign]
    done = sum(len(together) for together in bark.generate(_mixed(readings, rules)))
    assert done == readings, "a reading was lost"
    return taken


def _of_length(frames: int, rules: Rules) -> Chunk:
    return Chunk(semantic_tokens=round(frames / rules.frame_rate_hz * rules.semantic_rate_hz))


def _mixed(count: int, rules: Rules) -> Iterator[Wanted]:
    """Chunks of a book: 3 to 12 s, most of 7 to 9; a text's length tells its seconds to within a sixth."""
    numbers = np.random.default_rng(5)
    voices = [random_prompt(Chunk(), rules, seed) for seed in range(VOICES)]
    for seed in range(count):
        seconds = float(np.clip(numbers.normal(7.5, 2.0), 3.0, 12.0))
        pieces = max(1, round(seconds * CHARACTERS_A_SECOND / CHARACTERS_A_TOKEN))
        spoken = float(np.clip(seconds * numbers.normal(1.0, 1 / 6), 1.0, 15.0))
        request = Request([1_000] * pieces, voices[int(numbers.integers(VOICES))], replace(DRAWN, max_s=spoken), seed)
        yield Wanted(request, ANY_LENGTH)
