"""How sure Bark was of what it drew, and whether it went round in circles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

RUN = 8
"""Tokens: 0.16 s of semantic tokens."""


class Scores:
    """Keeps the scores of a generation; transformers passes them to whoever may stop it, and this never does.

    It draws nothing and changes nothing. Kept are references to what transformers keeps itself when told
    ``output_scores``: 40 kB a token, 31 MB for Bark's longest take.
    """

    def __init__(self) -> None:
        self._kept: tuple[torch.Tensor, ...] = ()

    def __call__(self, input_ids: torch.Tensor, scores: tuple[torch.Tensor, ...], **_other: object) -> torch.Tensor:
        """Stopping criterion: ``[batch]`` of False. ``scores``: one ``[batch, vocabulary]`` for each step so far."""
        import torch

        self._kept = scores
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)

    def mean_entropy(self, steps: int) -> float:
        """Mean over the first ``steps`` steps, in nats, of the distributions that tokens are drawn from.

        The scores are those after temperature and selection of the likeliest, as they are drawn from: with
        transformers' 50 likeliest tokens the mean is never over ln 50 = 3.9.
        """
        import torch

        entropies = [torch.special.entr(torch.softmax(each[0].float(), dim=-1)).sum() for each in self._kept[:steps]]
        return float(torch.stack(entropies).mean()) if entropies else 0.0


def most_frequent_run(tokens: Sequence[int], length: int = RUN) -> int:
    """How often the most frequent run of ``length`` tokens occurs, overlapping ones too; 0 where there is none."""
    return max(Counter(zip(*(tokens[start:] for start in range(length)), strict=False)).values(), default=0)
