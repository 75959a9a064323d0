"""Plays codes: Meta's Encodec, with the weights that a Bark checkpoint brings, whoever saved them.

Codes in, sound out: 8 rows of numbers, 75 frames a second. What codes sound like depends on those codes alone.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.sound import Sound
from pipeline.engines.bark.names import what_is_wrong
from pipeline.engines.torchaudio_shield import shield_torchaudio
from pipeline.errors import EngineError

if TYPE_CHECKING:
    import torch

Codes = NDArray[np.int64]
GPU_ROWS = 8
STEP_FRAMES = 64
SHORTEST_PADDED = 7
"""Frames: the first convolution mirrors 6 frames at its start, and a shorter row is mirrored with what follows it."""


def load_codec(weights: Mapping[str, torch.Tensor], shape: Mapping[str, Any]) -> Any:
    """Meta's ``EncodecModel`` with ``Weights.codec`` and ``Weights.codec_shape``, float32, on the CPU.

    Raises:
        EngineError: a tensor is missing, unknown or of a wrong shape; or it is an Encodec that Bark does not speak.
    """
    channels, rate_hz = int(shape.get("audio_channels", 1)), int(shape.get("sampling_rate", 24_000))
    if (
        channels != 1
        or shape.get("norm_type", "weight_norm") != "weight_norm"
        or not shape.get("use_causal_conv", True)
    ):
        raise EngineError(
            f"this Encodec ({rate_hz} Hz, {channels} channels) is not the one that Bark speaks",
            next_step="use facebook/encodec_24khz",
        )
    codec = _bare_codec(shape)
    wrong = what_is_wrong(weights, {name: tuple(each.shape) for name, each in codec.state_dict().items()})
    if wrong:
        raise EngineError(
            f"the checkpoint's Encodec is not whole: {wrong}",
            next_step="check the files: chapterhouse models verify bark-small",
        )
    codec.load_state_dict(weights)  # into float32, whatever they were saved in
    return codec.eval()


def decode_codes(codec: Any, codes: Codes) -> Sound:
    """The sound of fine codes.

    Args:
        codec: Meta's ``EncodecModel``.
        codes: ``[8, T]``, 0 … 1023, 75 frames a second.
    """
    return next(_decoded(codec, [codes], codes.shape[1]))


def decode_batch(codec: Any, codes: Sequence[Codes], rows: int | None = None) -> list[Sound]:
    """The sounds of many codes, in their order; each is the same, to the bit, whatever else is in ``codes``.

    The order of the codec's sums follows from the shape of what is decoded at once, and from nothing else. So a shape
    must follow from a row alone: either a row goes by itself, as long as it is; or always ``rows`` go together,
    filled up with silence, each as long as the next multiple of 64 frames. The decoder never looks ahead: what is put
    behind a row changes nothing of it. On a CPU a row by itself is also the faster way: 8 together took 1.3 to 2
    times as long for each.

    Args:
        codec: Meta's ``EncodecModel``.
        codes: ``[8, T]`` each.
        rows: decoded at once; None: 1 on a CPU, 8 on a GPU. Another number gives other last bits.
    """
    rows = rows or (1 if next(codec.parameters()).device.type == "cpu" else GPU_ROWS)
    by_length: dict[int, list[int]] = defaultdict(list)
    for index, each in enumerate(codes):
        by_length[each.shape[1] if rows == 1 else _padded(each.shape[1])].append(index)
    sounds: dict[int, Sound] = {}
    for frames, indices in sorted(by_length.items()):
        for start in range(0, len(indices), rows):
            together = indices[start : start + rows]
            filled = [codes[index] for index in together] + [codes[together[0]][:, :0]] * (rows - len(together))
            sounds.update(zip(together, _decoded(codec, filled, frames), strict=False))
    return [sounds[index] for index in range(len(codes))]


def _padded(frames: int) -> int:
    return frames if frames < SHORTEST_PADDED else -(-frames // STEP_FRAMES) * STEP_FRAMES


def _decoded(codec: Any, codes: Sequence[Codes], frames: int) -> Iterator[Sound]:
    """Decode all at once, each filled up to ``frames``."""
    import torch

    filled = np.zeros((len(codes), codes[0].shape[0], frames), np.int64)
    for row, each in zip(filled, codes, strict=True):
        row[:, : each.shape[1]] = each
    with torch.inference_mode():
        waves = codec.decode([(torch.from_numpy(filled).to(next(codec.parameters()).device), None)])  # [rows, 1, n]
    for wave, each in zip(waves[:, 0].float().cpu().numpy(), codes, strict=True):
        yield Sound(wave[: wave.shape[0] * each.shape[1] // frames].copy(), codec.sample_rate)


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
