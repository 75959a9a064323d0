"""Drawing tokens by numbers that belong to a reading alone.

Gumbel-max: the token with the largest logit + Gumbel noise is a draw from the softmax (Gumbel 1954; Maddison et al.
2014). The noise of a token is a hash of the reading's seed, the stage, the step and the token, so that no generator's
state passes from one reading to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

SEMANTIC, COARSE, FINE = 1, 2, 3
"""Stages; the fine stage's codebooks count on from FINE."""
_MIX = (-4658895280553007687, -7723592293110705685)
"""0xBF58476D1CE4E5B9 and 0x94D049BB133111EB as signed numbers: splitmix64's multipliers (Steele et al. 2014)."""
_GOLDEN = -7046029254386353131  # 0x9E3779B97F4A7C15, splitmix64's increment


@dataclass(frozen=True, eq=False)
class Drawing:
    """How each row of a batch is drawn.

    Attributes:
        keys: ``[B]`` int64, hashes of seed and stage.
        temperatures: ``[B]``; 0 takes the likeliest.
        top_k: ``[B]``, or None where no row has one.
        top_p: likewise.
    """

    keys: torch.Tensor
    temperatures: torch.Tensor
    top_k: torch.Tensor | None
    top_p: torch.Tensor | None

    def rows(self, rows: slice | torch.Tensor) -> Drawing:
        """The same for some of the rows."""
        kept = (None if part is None else part[rows] for part in (self.top_k, self.top_p))
        return Drawing(self.keys[rows], self.temperatures[rows], *kept)


def drawing(
    seeds: Sequence[int],
    stage: int,
    temperatures: Sequence[float],
    top_k: Sequence[float] = (),
    top_p: Sequence[float] = (),
    *,
    device: str = "cpu",
) -> Drawing:
    """How rows with these seeds and options are drawn in a stage."""

    def on_device(values: Sequence[float]) -> torch.Tensor:
        return torch.tensor(list(values), dtype=torch.float32, device=device)

    wrapped = [(seed + stage * _GOLDEN + (1 << 63)) % (1 << 64) - (1 << 63) for seed in seeds]
    return Drawing(
        hashed(torch.tensor(wrapped, dtype=torch.int64, device=device)),
        on_device(temperatures),
        on_device(top_k) if any(top_k) else None,
        on_device(top_p) if any(p < 1 for p in top_p) else None,
    )


def hashed(x: torch.Tensor) -> torch.Tensor:
    """splitmix64's finaliser, on int64 that wrap around. Shapes stay."""
    x = (x ^ ((x >> 30) & ((1 << 34) - 1))) * _MIX[0]
    x = (x ^ ((x >> 27) & ((1 << 37) - 1))) * _MIX[1]
    return x ^ ((x >> 31) & ((1 << 33) - 1))


def gumbel(keys: torch.Tensor, steps: torch.Tensor, tokens: int) -> torch.Tensor:
    """Gumbel noise ``[B, tokens]`` of rows with ``keys`` at ``steps`` (``[B]`` both).

    The uniform number is taken near 0, where float32 is finest, and -log(-log1p(-u)) has its long tail there.
    """
    ids = torch.arange(1, tokens + 1, dtype=torch.int64, device=keys.device)
    rows = hashed(keys + (steps.to(torch.int64) + 1) * _GOLDEN)
    bits = hashed(rows[:, None] + ids * _GOLDEN)
    uniform = ((bits >> 1) & ((1 << 62) - 1)).to(torch.float32).add_(0.5).mul_(2.0**-62)  # 0 … 1
    return uniform.neg_().log1p_().neg_().log_().neg_()


def scaled(logits: torch.Tensor, how: Drawing) -> torch.Tensor:
    """What the tokens are drawn from: ``[B, V]`` float32 logits over their temperature, -inf for those left out.

    As Suno's code does, top-k and top-p choose before the temperature (suno-ai/bark ``generation.py``).
    """
    logits = logits.float()
    if how.top_k is not None:
        logits = _likeliest(logits, how.top_k)
    if how.top_p is not None:
        logits = _nucleus(logits, how.top_p)
    return logits / (how.temperatures + (how.temperatures == 0))[:, None]


def draw(scaled_logits: torch.Tensor, how: Drawing, steps: torch.Tensor) -> torch.Tensor:
    """One token a row, ``[B]``, of `scaled` logits ``[B, V]``."""
    noise = gumbel(how.keys, steps, scaled_logits.shape[1])
    noise.masked_fill_((how.temperatures == 0)[:, None], 0.0)  # times 0 would not do: noise may be -inf
    return (scaled_logits + noise).argmax(dim=-1)


def entropy(probabilities: torch.Tensor) -> torch.Tensor:
    """Entropy of each row in nats, ``[B]``."""
    each: torch.Tensor = torch.special.entr(probabilities)
    return each.sum(dim=-1, dtype=torch.float64).float()


def _likeliest(logits: torch.Tensor, top_k: torch.Tensor) -> torch.Tensor:
    ordered = logits.sort(dim=-1, descending=True).values
    last = torch.where(top_k > 0, top_k, logits.shape[-1]).clamp(1, logits.shape[-1]).long() - 1
    return logits.masked_fill(logits < ordered.gather(1, last[:, None]), -torch.inf)


def _nucleus(logits: torch.Tensor, top_p: torch.Tensor) -> torch.Tensor:
    """Tokens are kept up to and including the one that takes the sum over ``top_p``."""
    ordered, places = logits.sort(dim=-1, descending=True)
    summed = torch.softmax(ordered, dim=-1).cumsum(dim=-1)
    over = (summed > top_p[:, None]) & (top_p < 1)[:, None]  # sums of rounded numbers pass 1
    left_out = torch.cat([torch.zeros_like(over[:, :1]), over[:, :-1]], dim=1)
    return logits.masked_fill(torch.zeros_like(left_out).scatter(1, places, left_out), -torch.inf)
