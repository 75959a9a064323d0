from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_bark import prompt_arrays, write_original_bark

from pipeline.engines.bark.codec import decode_batch, decode_codes, load_codec
from pipeline.engines.bark.weights import load_codec_weights
from pipeline.errors import EngineError

LENGTHS = (20, 7, 65, 3, 20, 1)


def codes(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed + frames).integers(0, 1024, (8, frames))


@pytest.fixture(scope="module")
def codec(tiny_checkpoint: Path) -> Any:
    return load_codec(*load_codec_weights(tiny_checkpoint))


@pytest.fixture
def threads(request: pytest.FixtureRequest) -> Any:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.parametrize("frames", [1, 6, 7, 90])
def test_metas_encodec_gives_the_same_sound_as_transformers_with_the_same_weights(
    codec: Any, tiny_checkpoint: Path, frames: int
) -> None:
    import torch
    from safetensors.torch import load_file
    from transformers import EncodecConfig, EncodecModel

    shape = load_codec_weights(tiny_checkpoint)[1]
    peer = EncodecModel(EncodecConfig(**shape)).eval()
    saved = load_file(tiny_checkpoint / "model.safetensors")
    peer.load_state_dict(
        {n.removeprefix("codec_model."): t for n, t in saved.items() if n.startswith("codec_model.")}
    )
    with torch.inference_mode():
        expected = peer.decode(torch.from_numpy(codes(frames))[None, None], [None]).audio_values[0, 0].numpy()
    sound = decode_codes(codec, codes(frames))
    assert sound.rate_hz == 24_000 and len(sound.samples) == 320 * frames
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(sound.samples, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("form", ["meta", "encodec", "codec"])
def test_metas_names_and_transformers_names_give_the_same_codec(
    codec: Any, form: str, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    folder = write_original_bark(tmp_path / "original", tiny_checkpoint, codec=form)
    weights, shape = load_codec_weights(folder)
    if form == "meta":
        shape = load_codec_weights(tiny_checkpoint)[1]  # Meta's file has none; the real one's is the default
    other = load_codec(weights, shape)
    np.testing.assert_array_equal(decode_codes(other, codes(20)).samples, decode_codes(codec, codes(20)).samples)


@pytest.mark.parametrize("threads", [1, pytest.param(2, marks=pytest.mark.slow)], indirect=True)
@pytest.mark.parametrize("rows", [None, 3])
def test_codes_sound_the_same_to_the_bit_in_any_company_and_order(codec: Any, threads: int, rows: int | None) -> None:
    every = [codes(frames, seed) for seed, frames in enumerate(LENGTHS)]
    alone = [decode_batch(codec, [each], rows)[0].samples for each in every]
    order = np.random.default_rng(threads).permutation(len(every))
    shuffled = decode_batch(codec, [every[index] for index in order], rows)
    few = decode_batch(codec, every[2:5], rows)
    for place, index in enumerate(order):
        np.testing.assert_array_equal(shuffled[place].samples, alone[index])
    for sound, expected in zip(few, alone[2:5], strict=True):
        np.testing.assert_array_equal(sound.samples, expected)


def test_what_is_put_behind_a_row_changes_nothing_of_it(codec: Any) -> None:
    """Exactly, where shapes are equal; and nothing but rounding where padding makes the shape another one."""
    every = [codes(frames, seed) for seed, frames in enumerate(LENGTHS)]
    ends = [np.concatenate([codes(70), codes(20, seed)], axis=1) for seed in range(2)]
    one, other = (decode_codes(codec, each).samples for each in ends)
    np.testing.assert_array_equal(one[: 70 * 320], other[: 70 * 320])
    assert not np.array_equal(one, other)
    for each, padded in zip(every, decode_batch(codec, every, rows=4), strict=True):
        np.testing.assert_allclose(padded.samples, decode_codes(codec, each).samples, rtol=0, atol=1e-6)


def test_a_batch_of_none_has_no_sounds(codec: Any) -> None:
    assert decode_batch(codec, []) == []


def test_a_codec_with_a_tensor_missing_unknown_or_of_a_wrong_shape_is_refused_by_its_name(
    tiny_checkpoint: Path,
) -> None:
    weights, shape = load_codec_weights(tiny_checkpoint)
    name = "decoder.model.3.convtr.convtr.weight_v"
    for wrong, complaint in (
        ({n: t for n, t in weights.items() if n != name}, f"'{name}' is missing"),
        ({**weights, "decoder.model.99.bias": weights[name]}, "'decoder.model.99.bias' is not known"),
        ({**weights, name: weights[name][:1]}, rf"'{name}' is \[1, 32, 16\], and should be \[64, 32, 16\]"),
    ):
        with pytest.raises(EngineError, match=complaint):
            load_codec(wrong, shape)


def test_the_encodec_for_music_is_refused(tiny_checkpoint: Path) -> None:
    weights, shape = load_codec_weights(tiny_checkpoint)
    music = {**shape, "audio_channels": 2, "sampling_rate": 48_000, "norm_type": "time_group_norm"}
    with pytest.raises(EngineError, match="48000 Hz, 2 channels"):
        load_codec(weights, music)


def test_sixteen_bit_weights_are_decoded_in_float32(codec: Any, tiny_checkpoint: Path) -> None:
    weights, shape = load_codec_weights(tiny_checkpoint)
    short = load_codec({name: tensor.half() for name, tensor in weights.items()}, shape)
    fine = prompt_arrays(6)["fine_prompt"]
    sound = decode_codes(short, fine).samples
    assert sound.dtype == np.float32
    np.testing.assert_allclose(sound, decode_codes(codec, fine).samples, atol=2e-3)
