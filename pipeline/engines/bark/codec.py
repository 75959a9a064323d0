"""Plays what a history prompt itself sounds like: Meta's Encodec with the weights of a Bark checkpoint.

A checkpoint carries Encodec inside, under transformers' names. Only those 60 MB are read, not the gigabytes around
them, and Meta's own code decodes them: a second opinion on the codec inside ``BarkModel``, with the same samples.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.sound import Sound
from pipeline.engines.bark.checkpoint import weight_files
from pipeline.engines.torchaudio_shield import shield_torchaudio
from pipeline.errors import EngineError

if TYPE_CHECKING:
    import torch

_PREFIX = "codec_model."
_OTHER_NAMES = (
    (re.compile(r"^(encoder|decoder)\.model\."), r"\1.layers."),
    (re.compile(r"\.(?:conv\.conv|convtr\.convtr)\."), ".conv."),
    (re.compile(r"^quantizer\.vq\.layers\.(\d+)\._codebook\."), r"quantizer.layers.\1.codebook."),
)
"""Meta's names → transformers' names."""
_WEIGHT_NORM = (("weight_g", "parametrizations.weight.original0"), ("weight_v", "parametrizations.weight.original1"))


def load_codec(checkpoint: Path) -> Any:
    """Meta's ``EncodecModel`` with the weights of a Bark checkpoint folder, float32, on the CPU.

    Raises:
        EngineError: the checkpoint holds no whole Encodec.
    """
    shape = json.loads((checkpoint / "config.json").read_text(encoding="utf-8")).get("codec_config", {})
    codec = _bare_codec(shape)
    try:
        codec.load_state_dict(renamed_weights(codec.state_dict(), _codec_weights(checkpoint)))
    except (KeyError, RuntimeError) as error:
        raise EngineError(
            f"the checkpoint's Encodec cannot be loaded: {error}",
            where=str(checkpoint),
            next_step="check the files: chapterhouse models verify bark-small",
        ) from error
    return codec.eval()


def decode_codes(codec: Any, codes: NDArray[np.int64]) -> Sound:
    """The sound of fine codes.

    Args:
        codec: Meta's ``EncodecModel``.
        codes: ``[8, T]``, 0 … 1023, 75 frames a second.
    """
    import torch

    frames = torch.from_numpy(np.ascontiguousarray(codes, np.int64))[None]  # [1, 8, T]
    with torch.inference_mode():
        wave = codec.decode([(frames, None)])  # [1, 1, n]
    return Sound(wave[0, 0].float().cpu().numpy(), codec.sample_rate)


def renamed_weights(
    wanted: Mapping[str, torch.Tensor], weights: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """``weights`` (transformers' names, old or new weight norm) under the names of ``wanted`` (Meta's).

    Raises:
        KeyError: one of them is not there.
    """
    return {name: weights[_name_in(weights, name)] for name in wanted}


def _name_in(weights: Mapping[str, torch.Tensor], name: str) -> str:
    for pattern, other in _OTHER_NAMES:
        name = pattern.sub(other, name)
    for old, new in _WEIGHT_NORM:
        if name.endswith(old) and name not in weights:
            return name.removesuffix(old) + new
    return name


def _bare_codec(shape: Mapping[str, Any]) -> Any:
    """Meta's model, without weights, in the shape of a transformers ``codec_config`` (defaults: encodec_24khz)."""
    shield_torchaudio()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # encodec uses the old weight norm
        from encodec.model import EncodecModel
        from encodec.modules.seanet import SEANetDecoder, SEANetEncoder
        from encodec.quantization.vq import ResidualVectorQuantizer

        rate_hz = int(shape.get("sampling_rate", 24_000))
        bandwidths = [float(kbps) for kbps in shape.get("target_bandwidths", (1.5, 3.0, 6.0, 12.0, 24.0))]
        bins = int(shape.get("codebook_size", 1024))
        common = {
            "channels": shape.get("audio_channels", 1),
            "dimension": shape.get("hidden_size", 128),
            "n_filters": shape.get("num_filters", 32),
            "n_residual_layers": shape.get("num_residual_layers", 1),
            "ratios": list(shape.get("upsampling_ratios", (8, 5, 4, 2))),
            "norm": shape.get("norm_type", "weight_norm"),
            "kernel_size": shape.get("kernel_size", 7),
            "last_kernel_size": shape.get("last_kernel_size", 7),
            "residual_kernel_size": shape.get("residual_kernel_size", 3),
            "dilation_base": shape.get("dilation_growth_rate", 2),
            "causal": shape.get("use_causal_conv", True),
            "compress": shape.get("compress", 2),
            "lstm": shape.get("num_lstm_layers", 2),
        }
        encoder, decoder = SEANetEncoder(**common), SEANetDecoder(**common)
        frame_rate = -(-rate_hz // int(encoder.hop_length))
        codebooks = int(1000 * bandwidths[-1] // (frame_rate * int(np.log2(bins))))
        quantizer = ResidualVectorQuantizer(dimension=encoder.dimension, n_q=codebooks, bins=bins)
        return EncodecModel(encoder, decoder, quantizer, bandwidths, rate_hz, int(common["channels"]))


def _codec_weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    weights: dict[str, torch.Tensor] = {}
    for path in weight_files(checkpoint):
        weights.update(_from_safetensors(path) if path.suffix == ".safetensors" else _from_torch(path))
    return weights


def _from_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(_PREFIX)]  # noqa: SIM118 - not a dict
        return {name.removeprefix(_PREFIX): file.get_tensor(name).float() for name in names}


def _from_torch(path: Path) -> dict[str, torch.Tensor]:
    import torch

    every = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
    return {name.removeprefix(_PREFIX): each.float() for name, each in every.items() if name.startswith(_PREFIX)}
