"""Bark's transformer, once for all three stages: a causal pass over a prompt, a step, and a pass that sees both ways.

A row of a batch comes out the same to the last bit whatever stands beside it: every operation works row by row, and
the number of positions it runs over depends on the row alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pipeline.engines.bark.attending import look_back
from pipeline.engines.bark.linear import Arithmetics, Linear
from pipeline.engines.bark.weights import Stage

_attend = torch.nn.functional.scaled_dot_product_attention


@dataclass(frozen=True, eq=False)
class Cache:
    """Keys and values of the rows in hand, allocated once.

    Attributes:
        keys: ``[layers, rows, heads, positions, head width]``.
        values: likewise.
        rows: those in use; there may be spare ones after them.
    """

    keys: torch.Tensor
    values: torch.Tensor
    rows: int

    def move_row(self, source: int, target: int) -> None:
        """Overwrite one row with another."""
        self.keys[:, target] = self.keys[:, source]
        self.values[:, target] = self.values[:, source]


@dataclass(frozen=True, eq=False)
class Beginning:
    """Keys and values of the first ``P`` positions of a sequence.

    Attributes:
        keys: ``[layers, 1, heads, P, head width]``.
        values: likewise.
    """

    keys: torch.Tensor
    values: torch.Tensor

    @property
    def bytes(self) -> int:
        return 2 * self.keys.numel() * self.keys.element_size()


class _Norm(torch.nn.Module):
    def __init__(self, weight: torch.Tensor | None, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.layer_norm(x, x.shape[-1:], self.weight, self.bias, 1e-5)  # type: ignore[arg-type]


class _Block(torch.nn.Module):
    def __init__(self, stage: Stage, where: Arithmetics, number: int) -> None:
        super().__init__()

        def tensor(name: str) -> torch.Tensor | None:
            return stage.tensors.get(f"h.{number}.{name}")

        def norm(name: str) -> _Norm:
            return _Norm(where.tensor(tensor(f"{name}.weight")), where.tensor(tensor(f"{name}.bias")))

        def linear(name: str) -> Linear:
            return where.linear(stage.tensors[f"h.{number}.{name}.weight"], tensor(f"{name}.bias"))

        self.ln_1, self.qkv, self.proj = norm("ln_1"), linear("attn.c_attn"), linear("attn.c_proj")
        self.ln_2, self.fc, self.out = norm("ln_2"), linear("mlp.c_fc"), linear("mlp.c_proj")

    def mlp(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.nn.functional.gelu(self.fc(self.ln_2(x))))


class Gpt(torch.nn.Module):
    """The blocks of one stage, and its embeddings of positions. Tokens and output heads are the stage's own.

    Args:
        stage: sizes and weights.
        where: the device and the numbers it computes with.
        causal: a position sees only those before it.
    """

    def __init__(self, stage: Stage, where: Arithmetics, *, causal: bool = True) -> None:
        super().__init__()
        self.shape, self._causal = stage.shape, causal
        tensors = stage.tensors
        self.positions: torch.Tensor  # [block, width]
        self.register_buffer("positions", where.tensor(tensors["wpe.weight"]))
        blocks = torch.nn.ModuleList(_Block(stage, where, number) for number in range(stage.shape.layers))
        self._blocks: Sequence[_Block] = blocks  # type: ignore[assignment]
        self._ln_f: Linear = _Norm(where.tensor(tensors["ln_f.weight"]), where.tensor(tensors.get("ln_f.bias")))
        last, width = f"h.{stage.shape.layers - 1}.attn.c_attn", stage.shape.width
        weight, bias = tensors[f"{last}.weight"], tensors.get(f"{last}.bias")
        self._last_q = where.linear(weight[:width], None if bias is None else bias[:width])
        self._last_kv = where.linear(weight[width:], None if bias is None else bias[width:])

    def begin(self, x: torch.Tensor) -> Beginning:
        """Keys and values of the first positions of a sequence, ``[1, P, width]``, that many readings begin with."""
        keys, values = [], []
        for block in self._blocks[:-1]:
            q, k, v = self._heads(block.qkv(block.ln_1(x)), 3)
            keys.append(k)
            values.append(v)
            x += block.proj(_merged(_attend(q, k, v, is_causal=True)))
            x += block.mlp(x)
        k, v = self._heads(self._last_kv(self._blocks[-1].ln_1(x)), 2)
        return Beginning(torch.stack([*keys, k]), torch.stack([*values, v]))

    def read(
        self,
        x: torch.Tensor,
        cache: Cache | None = None,
        row: int = 0,
        *,
        first: int = -1,
        after: Beginning | None = None,
    ) -> torch.Tensor:
        """A pass over whole sequences of one length.

        Args:
            x: ``[B, T, width]``, embeddings with positions; used up.
            cache: gets keys and values in its rows ``row`` … ``row + B - 1``.
            first: the first position that is wanted of the output; the last block computes no others.
            after: what the sequences begin with; ``x`` then holds the rest.

        Returns:
            ``[B, T - first, width]``, after the last layer norm.
        """
        assert first == -1 or not self._causal, "a causal pass is asked for its last position"
        for number, block in enumerate(self._blocks[:-1]):
            q, k, v = self._heads(block.qkv(block.ln_1(x)), 3)
            if after is not None:
                q = torch.cat([torch.zeros_like(after.keys[number]), q], dim=2)  # so that a square is masked
            k, v = _kept((k, v), number, cache, row, after)
            y = _attend(q, k, v, is_causal=self._causal)[:, :, -x.shape[1] :]
            x += block.proj(_merged(y))
            x += block.mlp(x)
        block, normed = self._blocks[-1], self._blocks[-1].ln_1(x)
        k, v = self._heads(self._last_kv(normed), 2)
        k, v = _kept((k, v), len(self._blocks) - 1, cache, row, after)
        (q,) = self._heads(self._last_q(normed[:, first:].contiguous()), 1)
        x = x[:, first:].contiguous()
        x += block.proj(_merged(_attend_last(q, k, v) if first == -1 else _attend(q, k, v)))
        x += block.mlp(x)
        return self._ln_f(x)

    def step(self, x: torch.Tensor, cache: Cache, at: torch.Tensor, length: int) -> torch.Tensor:
        """One more token of the first ``B`` rows of the cache.

        Args:
            x: ``[B, width]``, embeddings with positions; used up.
            at: ``[B]``, the position of each row's token.
            length: positions of the cache that a GPU looks at behind a mask, the same for a row in every company.

        Returns:
            ``[B, width]``, after the last layer norm.
        """
        count = x.shape[0]
        rows = torch.arange(count, device=x.device)
        mask = None if x.device.type == "cpu" else _mask_after(at, length).to(x.dtype)
        for number, block in enumerate(self._blocks):
            q, k, v = block.qkv(block.ln_1(x)).view(count, 3, self.shape.heads, -1).unbind(1)  # [B, H, D]
            cache.keys[number, rows, :, at] = k.to(cache.keys.dtype)
            cache.values[number, rows, :, at] = v.to(cache.values.dtype)
            keys, values = cache.keys[number, :count], cache.values[number, :count]
            if mask is None:
                y = look_back(q, keys, values, at)
            else:
                y = _attend(q[:, :, None], keys[:, :, :length], values[:, :, :length], attn_mask=mask)[:, :, 0]
            x += block.proj(y.reshape(count, -1))
            x += block.mlp(x)
        return self._ln_f(x)

    def _heads(self, x: torch.Tensor, parts: int) -> tuple[torch.Tensor, ...]:
        """``[B, T, parts * width]`` → ``parts`` times ``[B, H, T, D]``."""
        return x.view(*x.shape[:2], parts, self.shape.heads, -1).transpose(1, 3).unbind(2)


def _kept(
    new: tuple[torch.Tensor, torch.Tensor], layer: int, cache: Cache | None, row: int, after: Beginning | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """A layer's keys and values from the first position on, put into the cache too."""
    k, v = new
    if after is not None:
        k, v = torch.cat([after.keys[layer], k], dim=2), torch.cat([after.values[layer], v], dim=2)
    if cache is not None:
        count, _, length, _ = k.shape
        cache.keys[layer, row : row + count, :, :length] = k
        cache.values[layer, row : row + count, :, :length] = v
    return k, v


def _attend_last(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Attention of the last position's query, ``[B, H, 1, D]``, to all."""
    if q.device.type != "cpu":
        return _attend(q, k, v)
    kept = torch.bfloat16 if k.dtype == torch.bfloat16 else torch.float32
    at = torch.full((len(q),), k.shape[2] - 1)
    return look_back(q[:, :, 0], k.to(kept).contiguous(), v.to(kept).contiguous(), at)[:, :, None]


def _mask_after(at: torch.Tensor, length: int) -> torch.Tensor:
    """``[B, 1, 1, length]``: 0 up to each row's position, -inf after it."""
    hidden = torch.arange(length, device=at.device) > at[:, None]
    return torch.zeros(hidden.shape, device=at.device).masked_fill_(hidden, -torch.inf)[:, None, None]


def _merged(y: torch.Tensor) -> torch.Tensor:
    """``[B, H, T, D]`` → ``[B, T, width]``."""
    return y.transpose(1, 2).reshape(y.shape[0], y.shape[2], -1)
