"""The coarse stage: semantic tokens become the codec's first two codebooks, window by window.

Every window of 60 tokens begins with a fresh pass over its own 256 semantic slots and up to 630 coarse tokens, so a
row takes any place in any company at each window: rows that are done leave, others enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import torch

from pipeline.engines.bark.beginnings import Beginnings
from pipeline.engines.bark.gpt import Cache, Gpt
from pipeline.engines.bark.linear import Arithmetics, linears
from pipeline.engines.bark.prompts import HistoryPrompt, Tokens
from pipeline.engines.bark.sampling import COARSE, drawing
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.steps import Replays, Rows, draw_next, new_rows
from pipeline.engines.bark.weights import Stage


@dataclass(frozen=True, eq=False)
class CoarseRow:
    """A reading on its way through the stage.

    Attributes:
        semantic: ``[H + S]``, what the voice's history gives and what was spoken.
        spoken_from: H.
        history: ``[C]``, interleaved coarse tokens of the voice, as the model numbers them.
        drawn: ``[N]``, coarse tokens so far, likewise.
        wanted: how many there will be.
    """

    request: Request
    semantic: Tokens
    spoken_from: int
    history: Tokens
    drawn: Tokens
    wanted: int

    @property
    def left(self) -> int:
        return self.wanted - len(self.drawn)


def begin(request: Request, tokens: Tokens, rules: Rules) -> CoarseRow:
    """A reading at the door of the stage.

    Args:
        tokens: ``[S]``, semantic; enough for a frame.
    """
    semantic, coarse = _histories(request.prompt, rules)
    wanted = rules.coarse_codebooks * rules.frames(len(tokens))
    return CoarseRow(request, np.concatenate([semantic, tokens]), len(semantic), coarse, coarse[:0], wanted)


def codes_of(row: CoarseRow, rules: Rules) -> Tokens:
    """The two codebooks of a finished row, ``[2, T]``, 0 … 1023."""
    codes = row.drawn.reshape(-1, rules.coarse_codebooks).T - rules.semantic_vocabulary
    return np.ascontiguousarray(codes - np.arange(rules.coarse_codebooks)[:, None] * rules.codebook_size)


def _histories(prompt: HistoryPrompt | None, rules: Rules) -> tuple[Tokens, Tokens]:
    """The ends of a voice's semantic and coarse tokens that go together, as Suno's code cuts them."""
    if prompt is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    offsets = rules.semantic_vocabulary + np.arange(rules.coarse_codebooks)[:, None] * rules.codebook_size
    coarse = (prompt.coarse + offsets).T.reshape(-1)
    ratio = rules.coarse_per_semantic
    length = len(prompt.semantic)
    semantic_kept = min(rules.max_semantic_history, length - length % 2, int(len(coarse) / ratio))
    coarse_kept = round(semantic_kept * ratio)
    # the last frame is dropped: Suno found the stages better aligned so
    return prompt.semantic[-semantic_kept:], coarse[-coarse_kept:][: -rules.coarse_codebooks]


@dataclass(frozen=True, eq=False)
class _Input:
    """What a window begins with.

    Attributes:
        ids: ``[257 + C]``: the semantic tokens around where the row is, and the coarse ones before it.
        of_voice: how many at the start are the voice's own, and every reading's in it.
    """

    ids: Tokens
    of_voice: int


class CoarseStage(torch.nn.Module):
    """The loaded stage. ``sliding_window`` must be even, so that each window begins with the first codebook."""

    def __init__(self, stage: Stage, rules: Rules, where: Arithmetics, home: Arithmetics) -> None:
        super().__init__()
        assert rules.sliding_window % rules.coarse_codebooks == 0
        self.gpt, self.rules, self._where = Gpt(stage, home), rules, where
        self._tokens: torch.Tensor
        self.register_buffer("_tokens", home.tensor(stage.tensors["wte.weight"]))
        firsts = [rules.semantic_vocabulary + n * rules.codebook_size for n in range(rules.coarse_codebooks)]
        head = stage.tensors["lm_head.weight"]
        self._heads = linears(home.linear(head[first : first + rules.codebook_size]) for first in firsts)
        self._firsts = firsts
        self._beginnings = Beginnings(self.gpt, self._tokens)
        self.replays = Replays(captures=where.device == "cuda" and home.device == "cuda")

    @property
    def positions(self) -> int:
        """Of the cache that it needs, and that every step looks at: 256 + 1 + 630 + 60 - 1."""
        return self.rules.max_coarse_input + self.rules.max_coarse_history + self.rules.sliding_window

    def window(self, rows: Sequence[CoarseRow], cache: Cache, *, together: int) -> list[CoarseRow]:
        """The rows, at most as many as the cache has, each with its next window's tokens drawn.

        Args:
            together: prompts of one length in one pass.
        """
        inputs = [self._input(row) for row in rows]
        order = sorted(range(len(rows)), key=lambda number: (-self._steps(rows[number]), len(inputs[number].ids)))
        steps = [self._steps(rows[number]) for number in order]
        ordered = [inputs[number] for number in order]
        logits = self._read_together(ordered, cache, together) if self._where.fixed else self._read(ordered, cache)
        new = self._new_rows([rows[n] for n in order], [len(each.ids) for each in ordered], cache.rows)
        held = self.replays.adopt(new, cache)
        draw_next(held.first(len(rows)), logits)
        for step in range(1, steps[0]):
            count = cache.rows if self._where.fixed else sum(each > step for each in steps)
            self._step(held, cache, count, step)
        drawn = held.drawn.cpu().numpy()
        offsets = np.resize(np.asarray(self._firsts), self.rules.sliding_window)
        done: list[CoarseRow] = list(rows)
        for place, number in enumerate(order):
            row, length = rows[number], steps[place]
            tokens = np.concatenate([row.drawn, drawn[place, :length] + offsets[:length]])
            done[number] = replace(row, drawn=tokens)
        return done

    def _steps(self, row: CoarseRow) -> int:
        return min(self.rules.sliding_window, row.left)

    def _input(self, row: CoarseRow) -> _Input:
        rules = self.rules
        spoken = row.spoken_from + round(len(row.drawn) / rules.coarse_per_semantic)
        start = max(0, spoken - rules.max_semantic_history)
        around = row.semantic[start:][: rules.max_coarse_input]
        padding = np.full(rules.max_coarse_input - len(around), rules.coarse_pad)
        before = np.concatenate([row.history, row.drawn])[-rules.max_coarse_history :]
        ids = np.concatenate([around, padding, [rules.coarse_infer], before])
        return _Input(ids, max(0, row.spoken_from - start))

    def _read(self, inputs: Sequence[_Input], cache: Cache) -> torch.Tensor:
        """Logits ``[B, 1024]`` of the first codebook after each of the inputs, which are put into the cache."""
        logits = []
        for row, each in enumerate(inputs):
            begun = self._beginnings.of(each.ids[: each.of_voice])
            known = each.of_voice if begun is not None else 0
            x = self._tokens[torch.from_numpy(each.ids[known:])] + self.gpt.positions[known : len(each.ids)]
            logits.append(self._heads[0](self.gpt.read(x[None], cache, row, after=begun)[:, 0]))
        return torch.cat(logits)

    def _read_together(self, inputs: Sequence[_Input], cache: Cache, together: int) -> torch.Tensor:
        """The same in fixed numbers of rows, each input whole."""
        logits, row = [], 0
        for _, alike in groupby((each.ids for each in inputs), key=len):
            same = list(alike)
            for start in range(0, len(same), together):
                group = same[start : start + together]
                padded = [*group, *[group[-1]] * (together - len(group))]
                ids = torch.from_numpy(np.stack(padded)).to(self._where.device)  # [B, T]
                x = self._tokens[ids] + self.gpt.positions[: ids.shape[1]]
                hidden = self.gpt.read(x, cache, row)
                logits.append(self._heads[0](hidden[:, 0])[: len(group)])
                row += len(group)
        return torch.cat(logits)

    def _new_rows(self, rows: Sequence[CoarseRow], lengths: Sequence[int], rows_in_cache: int) -> Rows:
        count = rows_in_cache if self._where.fixed else len(rows)
        every = [*rows, *[rows[-1]] * (count - len(rows))]
        options = [row.request.sampling for row in every]
        how = drawing(
            [row.request.seed for row in every],
            COARSE,
            [option.waveform_temperature for option in options],
            [option.waveform_top_k for option in options],
            [option.waveform_top_p for option in options],
            device=self._where.device,
        )
        at = [*lengths, *[lengths[-1]] * (count - len(rows))]
        return new_rows(how, self.rules.sliding_window, [length - 1 for length in at])

    def _step(self, rows: Rows, cache: Cache, count: int, step: int) -> None:
        some = rows.first(count)
        before, now = ((step - 1) % self.rules.coarse_codebooks, step % self.rules.coarse_codebooks)

        def draw_one() -> None:
            x = self._tokens[some.token + self._firsts[before]] + self.gpt.positions[some.at]
            hidden = self.gpt.step(x, cache, some.at, self.positions)
            draw_next(some, self._heads[now](hidden))

        self.replays.run((count, now), draw_one, rows.tensors)
