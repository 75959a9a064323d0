"""Steps of the two stages that draw one token after another: run as they are, or replayed as CUDA graphs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from pipeline.engines.bark.gpt import Cache
from pipeline.engines.bark.sampling import Drawing, draw, entropy, scaled


@dataclass(eq=False)
class Rows:
    """What is known of the rows in hand, on the device; changed in place, so that a captured step finds it again.

    Attributes:
        how: how each is drawn.
        min_end_p: ``[B]``, the probability of an end that ends a row; over 1 where none does.
        token: ``[B]``, drawn last.
        at: ``[B]``, its position.
        step: ``[B]``, how many were drawn.
        drawn: ``[B, steps]``.
        end: ``[B]``, the step at which the end was drawn, or ``steps`` while it was not.
        entropies: ``[B, steps]``, of the distributions drawn from, nats; empty where nobody asks.
    """

    how: Drawing
    min_end_p: torch.Tensor
    token: torch.Tensor
    at: torch.Tensor
    step: torch.Tensor
    drawn: torch.Tensor
    end: torch.Tensor
    entropies: torch.Tensor

    @property
    def tensors(self) -> list[torch.Tensor]:
        how = (self.how.keys, self.how.temperatures, self.how.top_k, self.how.top_p)
        state = (self.min_end_p, self.token, self.at, self.step, self.drawn, self.end, self.entropies)
        return [part for part in (*how, *state) if part is not None]

    @property
    def layout(self) -> tuple[object, ...]:
        """Sizes of everything, and whether there is a top-k and a top-p."""
        options = (self.how.top_k is None, self.how.top_p is None)
        return options, *(part.shape for part in self.tensors)

    def first(self, count: int) -> Rows:
        """Views of the first rows."""
        state = (self.min_end_p, self.token, self.at, self.step, self.drawn, self.end, self.entropies)
        return Rows(self.how.rows(slice(count)), *(part[:count] for part in state))

    def move(self, source: int, target: int) -> None:
        """Overwrite one row with another."""
        for part in self.tensors:
            part[target] = part[source]


def new_rows(how: Drawing, steps: int, at: Sequence[int], min_end_p: Sequence[float] = ()) -> Rows:
    """Rows of which nothing is drawn yet.

    Args:
        at: the position before each row's first token.
        min_end_p: 0 where only an end that is drawn ends the row; empty for no ends at all.
    """
    device, count = how.keys.device, len(at)

    def numbers(value: int) -> torch.Tensor:
        return torch.full((count,), value, dtype=torch.int64, device=device)

    limits = [p if p > 0 else 2.0 for p in min_end_p] or [2.0] * count
    return Rows(
        how,
        torch.tensor(limits, dtype=torch.float32, device=device),
        numbers(0),
        torch.tensor(list(at), dtype=torch.int64, device=device),
        numbers(0),
        torch.zeros((count, steps), dtype=torch.int64, device=device),
        numbers(steps),
        torch.zeros((count, steps if min_end_p else 0), dtype=torch.float32, device=device),
    )


def draw_next(rows: Rows, logits: torch.Tensor, end: int | None = None) -> None:
    """Draw each row's next token, in place.

    Args:
        logits: ``[B, V]``.
        end: the token that ends a row. As in Suno's code a row also ends where that token's probability, after the
            temperature, reaches the row's ``min_end_p``.
    """
    scores = scaled(logits, rows.how)
    tokens = draw(scores, rows.how, rows.step)
    if end is not None:
        chances = torch.softmax(scores, dim=-1)
        ends = (tokens == end) | (chances[:, end] >= rows.min_end_p)
        running = rows.end == rows.drawn.shape[1]
        rows.end.copy_(torch.where(running & ends, rows.step, rows.end))
        rows.entropies.scatter_(1, rows.step[:, None], entropy(chances)[:, None])
    rows.drawn.scatter_(1, rows.step[:, None], tokens[:, None])
    rows.token.copy_(tokens)
    rows.at += 1
    rows.step += 1


@dataclass(eq=False)
class Replays:
    """Runs a step; on CUDA it is captured once for each key and replayed from then on.

    A graph holds the addresses of what it works on: new rows are copied to where the old ones were.
    """

    captures: bool
    _graphs: dict[Hashable, Any] = field(default_factory=dict)
    _rows: Rows | None = None
    _cache: Cache | None = None

    def adopt(self, rows: Rows, cache: Cache) -> Rows:
        """``rows``, copied to where those before them were if graphs can go on with that."""
        held = self._rows
        if held is not None and self._cache is cache and held.layout == rows.layout:
            for ours, new in zip(held.tensors, rows.tensors, strict=True):
                ours.copy_(new)
            return held
        if self.captures:
            self._graphs.clear()
            self._rows, self._cache = rows, cache
        return rows

    def forget(self) -> None:
        """Let go of graphs, and of the rows and the cache that they work on."""
        self._graphs.clear()
        self._rows = self._cache = None

    def run(self, key: Hashable, step: Callable[[], None], state: Sequence[torch.Tensor]) -> None:
        """Run ``step``.

        Args:
            key: all that the shape of the step depends on.
            state: what it changes beside the cache, put back after the warm-up that a capture needs.
        """
        if not self.captures:
            step()
            return
        if key not in self._graphs:
            self._graphs[key] = self._captured(step, state)
        self._graphs[key].replay()

    @staticmethod
    def _captured(step: Callable[[], None], state: Sequence[torch.Tensor]) -> Any:
        before = [part.clone() for part in state]
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            step()
        torch.cuda.current_stream().wait_stream(aside)
        for part, kept in zip(state, before, strict=True):
            part.copy_(kept)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        return graph
