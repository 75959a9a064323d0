"""Bark's transformer, once for all three stages: a causal pass over a prompt, a step, and a pass that sees both ways.

A row of a batch comes out the same to the last bit whatever stands beside it: every operation works row by row, and
the number of positions it runs over depends on the row alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pipeline.engines.bark.linear import Arithmetics, Linear
from pipeline.engines.bark.weights import Stage


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

    def read(self, x: torch.Tensor, cache: Cache | None = None, row: int = 0, *, first: int = -1) -> torch.Tensor:
        """A pass over whole sequences of one length.

        Args:
            x: ``[B, T, width]``, embeddings with positions; used up.
            cache: gets keys and values in its rows ``row`` … ``row + B - 1``.
            first: the first position that is wanted of the output; the last block computes no others.

        Returns:
            ``[B, T - first, width]``, after the last layer norm.
        """
        attend = torch.nn.functional.scaled_dot_product_attention
        count, length, _ = x.shape
        for number, block in enumerate(self._blocks[:-1]):
            q, k, v = self._heads(block.qkv(block.ln_1(x)), 3)
            if cache is not None:
                _store(cache, number, row, k, v)
            x += block.proj(_merged(attend(q, k, v, is_causal=self._causal)))
            x += block.mlp(x)
        block, normed = self._blocks[-1], self._blocks[-1].ln_1(x)
        k, v = self._heads(self._last_kv(normed), 2)
        (q,) = self._heads(self._last_q(normed[:, first:].contiguous()), 1)
        if cache is not None:
            _store(cache, len(self._blocks) - 1, row, k, v)
        assert first == -1 or not self._causal, "a causal pass is asked for its last position"
        x = x[:, first:].contiguous()
        x += block.proj(_merged(_look_back(q, k, v, None) if first == -1 else attend(q, k, v)))
        x += block.mlp(x)
        assert x.shape == (count, length - first if first >= 0 else -first, self.shape.width)
        return self._ln_f(x)

    def step(
        self, x: torch.Tensor, cache: Cache, at: torch.Tensor, length: int, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """One more token of the first ``B`` rows of the cache.

        Args:
            x: ``[B, width]``, embeddings with positions; used up.
            at: ``[B]``, the position of each row's token.
            length: positions of the cache that are looked at, the same for a row in every company.
            mask: ``[B, 1, 1, length]``, 0 where a row may look and -inf elsewhere; None where it may look everywhere.

        Returns:
            ``[B, width]``, after the last layer norm.
        """
        count = x.shape[0]
        rows = torch.arange(count, device=x.device)
        for number, block in enumerate(self._blocks):
            q, k, v = block.qkv(block.ln_1(x)).view(count, 3, self.shape.heads, -1).unbind(1)  # [B, H, D]
            cache.keys[number, rows, :, at] = k
            cache.values[number, rows, :, at] = v
            keys, values = (part[number, :count, :, :length] for part in (cache.keys, cache.values))
            y = _look_back(q[:, :, None], keys, values, mask)
            x += block.proj(y.reshape(count, -1))
            x += block.mlp(x)
        return self._ln_f(x)

    def _heads(self, x: torch.Tensor, parts: int) -> tuple[torch.Tensor, ...]:
        """``[B, T, parts * width]`` → ``parts`` times ``[B, H, T, D]``."""
        return x.view(*x.shape[:2], parts, self.shape.heads, -1).transpose(1, 3).unbind(2)


def _store(cache: Cache, layer: int, row: int, k: torch.Tensor, v: torch.Tensor) -> None:
    count, _, length, _ = k.shape
    cache.keys[layer, row : row + count, :, :length] = k
    cache.values[layer, row : row + count, :, :length] = v


def _merged(y: torch.Tensor) -> torch.Tensor:
    """``[B, H, T, D]`` → ``[B, T, width]``."""
    return y.transpose(1, 2).reshape(y.shape[0], y.shape[2], -1)


def _look_back(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Attention of one query a row, ``[B, H, 1, D]``.

    On a CPU torch shares one query's work out over its threads where the batch happens to divide: not by two products
    of matrices, as fast, for both are limited by reading the keys and values; nor, in 16 bits, of two equal queries.
    """
    attend = torch.nn.functional.scaled_dot_product_attention
    if q.device.type != "cpu":
        return attend(q, k, v, attn_mask=None if mask is None else mask.to(q.dtype))
    if q.dtype == torch.float32:
        scores = torch.matmul(q, k.transpose(-1, -2)) * q.shape[-1] ** -0.5  # [B, H, 1, T]
        if mask is not None:
            scores += mask
        return torch.matmul(torch.softmax(scores, dim=-1), v)
    twice = None if mask is None else mask.expand(-1, -1, 2, -1).to(q.dtype)
    return attend(q.expand(-1, -1, 2, -1), k, v, attn_mask=twice)[:, :, :1]
