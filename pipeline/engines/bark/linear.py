"""Linear layers as they are fastest on a device, and alike for every row whatever stands beside it in the batch."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

import torch

Arithmetic = Literal["float32", "bfloat16", "float16", "int8"]
ROWS_HINT = 64
"""Rows for which oneDNN lays out its weights; any number of rows is right, and gives the same rows."""
ACTIVATION_STEPS = 127
WEIGHT_STEPS = 63
"""Without VNNI a processor adds two products of 8 bits in 16: 255 * 63 * 2 just fits, 255 * 127 * 2 would not."""


class Linear(Protocol):
    """``y = x W^T + b``."""

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """``x``: ``[..., inputs]``; gives ``[..., outputs]``."""
        ...


@dataclass(frozen=True)
class Arithmetics:
    """Where and in which numbers a model computes.

    Attributes:
        arithmetic: int8 is float32 but in the linears: weights of 7 bits with a scale for each output, activations of
            8 bits with a scale for each row.
        fixed: every pass and every step is computed for one number of rows, spare ones among them: on a GPU one
            number of rows is one choice of kernels, so that rows are the same in every company, and one CUDA graph.
    """

    device: str
    arithmetic: Arithmetic
    fixed: bool = False

    @property
    def dtype(self) -> torch.dtype:
        """Of everything that is no linear's weight."""
        return torch.float32 if self.arithmetic == "int8" else torch.__dict__[self.arithmetic]

    @property
    def cache_dtype(self) -> torch.dtype:
        """Of keys and values. Reading them limits a CPU's step: half the bytes where weights are cut too."""
        if self.device == "cpu":
            return torch.bfloat16 if self.arithmetic in ("int8", "bfloat16") else torch.float32
        return self.dtype

    def tensor(self, weight: torch.Tensor | None) -> torch.Tensor | None:
        """A weight where and as it is computed with."""
        return None if weight is None else weight.to(self.device, self.dtype).contiguous()

    def linear(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> Linear:
        """The layer of a weight ``[outputs, inputs]``."""
        if self.arithmetic == "int8":
            return _Int8(weight, bias)
        own, own_bias = self.tensor(weight), self.tensor(bias)
        assert own is not None
        packs = self.device == "cpu" and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        if packs and (self.dtype == torch.float32 or (self.dtype == torch.bfloat16 and has_bfloat16())):
            return _Packed(own, own_bias)
        return _Plain(own, own_bias)


class _Plain(torch.nn.Module):
    """A module, for such layers may move between devices."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(x, self.weight, self.bias)  # type: ignore[arg-type]


def linears(layers: Iterable[Linear]) -> Sequence[Linear]:
    """Some layers that belong to a module, and move with it where they can."""
    every = list(layers)
    modules = [layer for layer in every if isinstance(layer, torch.nn.Module)]
    return torch.nn.ModuleList(modules) if len(modules) == len(every) else every  # type: ignore[return-value]


class _Packed:
    """oneDNN with the weights laid out once. Its rows are bitwise the same for any number of rows and threads."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, ROWS_HINT)
        self._bias = bias

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "none", [], "")
        return y


class _Int8:
    """FBGEMM with whole numbers inside: each row is scaled by its own largest value, so it depends on no other."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        weight = weight.float()
        scales = weight.abs().amax(dim=1).clamp_min(1e-12) / WEIGHT_STEPS
        zeros = torch.zeros(len(scales), dtype=torch.long)
        with _fbgemm(), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # torchao is to have this; our torch is pinned
            steps = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
            self._packed = torch.ops.quantized.linear_prepack(steps, None)
        self._bias = None if bias is None else bias.float()

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        scale = rows.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
        y: torch.Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
            rows / scale, 1 / ACTIVATION_STEPS, ACTIVATION_STEPS + 1, self._packed
        )
        y *= scale
        if self._bias is not None:
            y += self._bias
        return y.view(*x.shape[:-1], -1)


@contextmanager
def _fbgemm() -> Iterator[None]:
    """Torch packs for one library at a time."""
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = "fbgemm"
    try:
        yield
    finally:
        torch.backends.quantized.engine = before


def has_bfloat16() -> bool:
    """This processor computes with 16 bits (AMX or AVX-512 BF16) instead of only storing them."""
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


def best_arithmetic(device: str) -> Arithmetic:
    """The fastest that leaves the model as it was published: 16 bits where the device computes with them."""
    return "bfloat16" if device == "cuda" or has_bfloat16() else "float32"
