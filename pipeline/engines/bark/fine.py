"""The fine stage: two codebooks become eight, six passes over windows of 1024 frames that see both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch

from pipeline.engines.bark.gpt import Gpt
from pipeline.engines.bark.linear import Arithmetics, linears
from pipeline.engines.bark.prompts import Tokens
from pipeline.engines.bark.sampling import FINE, Drawing, draw, drawing, scaled
from pipeline.engines.bark.semantic import Request
from pipeline.engines.bark.shapes import Rules
from pipeline.engines.bark.weights import Stage


@dataclass(frozen=True, eq=False)
class _Frames:
    """A reading's frames behind those of its voice.

    Attributes:
        codes: ``[L, 8]`` on the device, at least a window long; changed in place.
        history: frames of the voice at its start.
        new: frames to be filled in after them.
    """

    request: Request
    codes: torch.Tensor
    history: int
    new: int

    def passes(self, rules: Rules) -> int:
        """Windows that it takes: the first covers all that fits behind the voice, each further one 512 frames."""
        return max(0, -(-(self.new - (rules.fine_window - self.history)) // rules.fine_history)) + 1

    def window(self, number: int, rules: Rules) -> tuple[int, int]:
        """Where a window starts, and the first frame that it fills in, counted from there."""
        length = len(self.codes)
        if length <= rules.fine_window:
            return 0, self.history
        start = min(number * rules.fine_history, length - rules.fine_window)
        fills = min(self.history + number * rules.fine_history, length - rules.fine_history)
        return start, fills - start


class FineStage(torch.nn.Module):
    """The loaded stage."""

    def __init__(self, stage: Stage, rules: Rules, where: Arithmetics, home: Arithmetics) -> None:
        super().__init__()
        self.gpt, self.rules, self._where = Gpt(stage, home, causal=False), rules, where
        tables = (home.tensor(stage.tensors[f"wtes.{number}.weight"]) for number in range(rules.fine_codebooks))
        self._tokens: torch.Tensor  # [8, 1056, W]
        self.register_buffer("_tokens", torch.stack([table for table in tables if table is not None]))
        given = len([name for name in stage.tensors if name.startswith("wtes.")]) - len(
            [name for name in stage.tensors if name.startswith("lm_heads.")]
        )  # codebooks that have no head: one
        self._codebooks = range(rules.coarse_codebooks, rules.fine_codebooks)
        self._heads = linears(
            home.linear(stage.tensors[f"lm_heads.{number - given}.weight"][: rules.codebook_size])
            for number in self._codebooks
        )

    def fill(self, requests: Sequence[Request], coarse: Sequence[Tokens], *, together: int) -> list[Tokens]:
        """All eight codebooks, ``[8, T]`` each, of readings whose first two, ``[2, T]``, are known.

        Args:
            together: windows in one pass.
        """
        frames = [self._frames(request, codes) for request, codes in zip(requests, coarse, strict=True)]
        most = max(each.passes(self.rules) for each in frames)
        for number in range(most):
            due = [each for each in frames if each.passes(self.rules) > number]
            for _, alike in groupby(sorted(due, key=self._seen), key=self._seen):
                same = list(alike)
                for start in range(0, len(same), together):
                    self._fill_window(same[start : start + together], number, together)
        return [
            np.ascontiguousarray(each.codes[each.history : each.history + each.new].T.cpu().numpy())
            for each in frames
        ]

    def _seen(self, frames: _Frames) -> int:
        """Frames of its windows."""
        return min(len(frames.codes), self.rules.fine_window)

    def _frames(self, request: Request, coarse: Tokens) -> _Frames:
        """The padding's code, 1024, stands for all that is not known, and for frames up to a whole window."""
        rules = self.rules
        history = np.zeros((rules.fine_codebooks, 0), np.int64)
        if request.prompt is not None:
            history = request.prompt.fine[:, -rules.fine_history :]
        length = max(rules.fine_window if rules.fine_pads else 0, history.shape[1] + coarse.shape[1])
        codes = np.full((rules.fine_codebooks, length), rules.codebook_size)
        codes[:, : history.shape[1]] = history
        codes[: len(coarse), history.shape[1] : history.shape[1] + coarse.shape[1]] = coarse
        on_device = torch.from_numpy(np.ascontiguousarray(codes.T)).to(self._where.device)
        return _Frames(request, on_device, history.shape[1], coarse.shape[1])

    def _fill_window(self, rows: Sequence[_Frames], number: int, together: int) -> None:
        """One window of some rows, codebook after codebook. Padding is filled in too: later codebooks see it."""
        places = [row.window(number, self.rules) for row in rows]
        windows = [
            row.codes[start : start + self.rules.fine_window] for row, (start, _) in zip(rows, places, strict=True)
        ]  # views
        fixed = self._where.fixed
        first = 0 if fixed else min(fills for _, fills in places)
        for codebook, head in zip(self._codebooks, self._heads, strict=True):
            padded = [*windows, *[windows[-1]] * (together - len(windows))] if fixed else windows
            codes = torch.stack(padded)  # [B, 1024, 8]
            x = self.gpt.positions[: codes.shape[1]].repeat(len(padded), 1, 1)
            for known in range(codebook + 1):
                x += self._tokens[known][codes[:, :, known]]
            hidden = self.gpt.read(x, first=first)  # [B, 1024 - first, W]
            for row, window, (_, fills), states in zip(rows, windows, places, hidden, strict=False):
                logits = head(states[fills - first :])
                window[fills:, codebook] = self._drawn(row, logits, codebook, number)

    def _drawn(self, row: _Frames, logits: torch.Tensor, codebook: int, number: int) -> torch.Tensor:
        options = row.request.sampling
        one = drawing([row.request.seed], FINE + codebook, [options.fine_temperature], device=self._where.device)
        how = Drawing(one.keys.expand(len(logits)), one.temperatures.expand(len(logits)), None, None)
        start = number * self.rules.fine_window
        steps = torch.arange(start, start + len(logits), device=logits.device)
        return draw(scaled(logits, how), how, steps)
