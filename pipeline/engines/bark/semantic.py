"""The semantic stage: text, summed with the end of a voice, becomes semantic tokens, many readings in lockstep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from pipeline.engines.bark.gpt import Cache, Gpt
from pipeline.engines.bark.linear import Arithmetics
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.prompts import HistoryPrompt, Tokens
from pipeline.engines.bark.sampling import SEMANTIC, drawing
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.steps import Replays, Rows, draw_next, new_rows
from pipeline.engines.bark.weights import Stage

LOOK_EVERY = 16
"""Steps of fixed rows between two looks at who has ended: each look makes a GPU wait."""
UNCERTAINTY_DIGITS = 4
"""More would tell of how many threads summed it up."""
LENGTH_STEP = 128
"""Cached positions are looked at in multiples of this by fixed rows: a captured step knows one number of them."""


@dataclass(frozen=True, eq=False)
class Request:
    """One reading as the model sees it, and everything that its tokens depend on.

    Attributes:
        text_ids: BERT's ids, at most 256, without an offset.
        prompt: the voice; None for whichever the model makes up.
        seed: decides every draw.
    """

    text_ids: Sequence[int]
    prompt: HistoryPrompt | None
    sampling: Sampling
    seed: int


@dataclass(frozen=True, eq=False)
class Spoken:
    """What the semantic stage made of a reading.

    Attributes:
        tokens: ``[S]``, without the end.
        stop: ``end`` drawn, the model's own ``cap`` of 768 tokens reached, or the reading's ``max_s`` as ``limit``.
        uncertainty: mean entropy of the distributions that the tokens were drawn from, nats; None where the
            likeliest were taken.
    """

    tokens: Tokens
    stop: Literal["end", "cap", "limit"]
    uncertainty: float | None


class SemanticStage(torch.nn.Module):
    """The loaded stage.

    Args:
        where: it computes.
        home: where its weights are loaded to.
    """

    def __init__(self, stage: Stage, rules: Rules, where: Arithmetics, home: Arithmetics) -> None:
        super().__init__()
        self.gpt, self.rules, self._where = Gpt(stage, home), rules, where
        self._every_token = stage.tensors["wte.weight"]  # 129,600 rows, most of them text: they stay in the file
        known = rules.semantic_end + 1
        self._tokens: torch.Tensor
        self.register_buffer("_tokens", home.tensor(self._every_token[:known]))
        self._head = home.linear(stage.tensors["lm_head.weight"][:known])
        self.replays = Replays(captures=where.device == "cuda" and home.device == "cuda")

    @property
    def positions(self) -> int:
        """Of the cache that it needs: the prompt, and all tokens but the last."""
        return self.rules.max_text_tokens + self.rules.max_semantic_tokens

    def speak(self, requests: Sequence[Request], cache: Cache, *, together: int) -> list[Spoken]:
        """Semantic tokens of readings, at most as many as the cache has rows.

        Args:
            together: prompts in one pass.
        """
        rules = self.rules
        prompt_length = rules.max_text_tokens + 1
        waiting = self.replays.adopt(
            self._new_rows(requests, cache.rows if self._where.fixed else len(requests)), cache
        )
        logits = self._read_prompts(requests, cache, together)
        draw_next(waiting.first(len(requests)), logits, rules.semantic_end)
        caps = [self._cap(request) for request in requests]
        owners = list(range(len(requests)))
        spoken: dict[int, Spoken] = {}
        every = LOOK_EVERY if self._where.fixed else 1
        step = 1
        while True:
            ends = waiting.end[: len(owners)].tolist()
            for row in reversed(range(len(owners))):
                owner = owners[row]
                if ends[row] < step or caps[owner] <= step:
                    spoken[owner] = self._told(waiting, row, min(ends[row], caps[owner]), requests[owner])
                    self._close_up(waiting, cache, row, owners)
            if not owners:
                return [spoken[number] for number in range(len(requests))]
            for _ in range(min(every, max(caps[owner] for owner in owners) - step)):
                self._step(waiting, cache, len(owners), prompt_length + step)
                step += 1

    def _new_rows(self, requests: Sequence[Request], count: int) -> Rows:
        spare = [requests[-1]] * (count - len(requests))
        every = [*requests, *spare]
        options = [request.sampling for request in every]
        how = drawing(
            [request.seed for request in every],
            SEMANTIC,
            [option.text_temperature for option in options],
            [option.text_top_k for option in options],
            [option.text_top_p for option in options],
            device=self._where.device,
        )
        at = [self.rules.max_text_tokens] * count
        return new_rows(how, self.rules.max_semantic_tokens, at, [option.min_eos_p for option in options])

    def _read_prompts(self, requests: Sequence[Request], cache: Cache, together: int) -> torch.Tensor:
        logits = []
        for start in range(0, len(requests), together):
            group = list(requests[start : start + together])
            padded = [*group, *[group[-1]] * (together - len(group))] if self._where.fixed else group
            x = torch.stack([self._embedded(request) for request in padded])  # [B, 257, W]
            hidden = self.gpt.read(x, cache, start)
            logits.append(self._head(hidden[:, 0])[: len(group)])
        return torch.cat(logits)

    def _embedded(self, request: Request) -> torch.Tensor:
        """``[257, width]``: text and voice summed slot by slot, then the token that asks for speech."""
        rules = self.rules
        slots = rules.max_text_tokens
        text = np.full(slots, rules.text_pad)
        text[: len(request.text_ids)] = np.asarray(request.text_ids) + rules.text_offset
        voice = np.full(slots, rules.semantic_end)
        if request.prompt is not None:
            end = request.prompt.semantic[-slots:]
            voice[: len(end)] = end
        summed = self._every_token[torch.from_numpy(text)].to(self._where.dtype)
        summed = summed + self._every_token[torch.from_numpy(voice)].to(self._where.dtype)
        asks = self._every_token[rules.semantic_infer][None].to(self._where.dtype)
        return torch.cat([summed, asks]).to(self._where.device) + self.gpt.positions[: slots + 1]

    def _cap(self, request: Request) -> int:
        """Tokens after which a reading is cut off: Suno counts on until it is over ``max_s``."""
        cap = self.rules.max_semantic_tokens
        if request.sampling.max_s > 0:
            return min(cap, int(request.sampling.max_s * self.rules.semantic_rate_hz) + 1)
        return cap

    def _step(self, rows: Rows, cache: Cache, count: int, length: int) -> None:
        count = cache.rows if self._where.fixed else count
        round_to = LENGTH_STEP if self._where.fixed else 1
        length = min(-(-length // round_to) * round_to, cache.keys.shape[3])
        some = rows.first(count)

        def step() -> None:
            x = self._tokens[some.token] + self.gpt.positions[some.at]
            hidden = self.gpt.step(x, cache, some.at, length)
            draw_next(some, self._head(hidden), self.rules.semantic_end)

        self.replays.run(length, step, rows.tensors)

    def _told(self, rows: Rows, row: int, tokens: int, request: Request) -> Spoken:
        stop: Literal["end", "cap", "limit"] = "end"
        if tokens == self._cap(request):
            stop = "cap" if tokens == self.rules.max_semantic_tokens else "limit"
        mean = math.fsum(rows.entropies[row, :tokens].tolist()) / max(1, tokens)
        uncertainty = round(mean, UNCERTAINTY_DIGITS) if request.sampling.text_temperature > 0 else None
        return Spoken(rows.drawn[row, :tokens].cpu().numpy().copy(), stop, uncertainty)

    @staticmethod
    def _close_up(rows: Rows, cache: Cache, row: int, owners: list[int]) -> None:
        """The last row takes the place of one that has ended."""
        last = len(owners) - 1
        if row != last:
            rows.move(last, row)
            cache.move_row(last, row)
            owners[row] = owners[last]
        owners.pop()
