"""A take's generation becomes a voice that Bark, Suno's own included, goes on from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_bark import prompt_arrays

from pipeline.engines.bark.prompts import MIN_PROMPT_S, prompt_of_generation, read_prompt, write_prompt
from pipeline.errors import InputError

NAMES = ("semantic_prompt", "coarse_prompt", "fine_prompt")


def test_a_voice_of_a_take_holds_the_whole_take(tmp_path: Path) -> None:
    arrays = prompt_arrays(3, seconds=9.0)
    write_prompt(tmp_path / "voice.npz", prompt_of_generation(arrays, "take"), {"spoken": "Käse", "seed": 7})
    voice = read_prompt(tmp_path / "voice.npz")
    for name, array in zip(NAMES, (voice.semantic, voice.coarse, voice.fine), strict=True):
        np.testing.assert_array_equal(array, arrays[name])
    with np.load(tmp_path / "voice.npz", allow_pickle=False) as archive:  # as suno-ai/bark reads it
        assert json.loads(str(archive["provenance"])) == {"spoken": "Käse", "seed": 7}
        assert set(archive.files) == {*NAMES, "provenance"}


def test_of_a_take_longer_than_a_preset_the_end_is_kept() -> None:
    arrays = prompt_arrays(3, seconds=15.3)
    voice = prompt_of_generation(arrays, "take")
    assert (len(voice.semantic), voice.fine.shape[1]) == (698, 1050)
    np.testing.assert_array_equal(voice.semantic, arrays["semantic_prompt"][-698:])
    np.testing.assert_array_equal(voice.fine, arrays["fine_prompt"][:, -1050:])
    np.testing.assert_array_equal(voice.coarse, voice.fine[:2])


@pytest.mark.parametrize("length", [1.0 + 1e-9, 1.7, 3.0, 6.83, 12.0, 15.39])
def test_every_length_that_bark_gives_passes_its_own_check(length: float) -> None:
    semantic = max(int(length * 49.9), 50)
    fine = np.zeros((8, int(semantic * (75 / 49.9 * 2) / 2)), np.int64)  # as Bark's coarse stage counts frames
    prompt_of_generation(
        {"semantic_prompt": np.zeros(semantic, np.int64), "coarse_prompt": fine[:2], "fine_prompt": fine}, "take"
    )


def test_a_take_too_short_for_a_voice_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=f"shorter than {MIN_PROMPT_S:g} s") as caught:
        prompt_of_generation(prompt_arrays(0, seconds=0.7), "take 9f31")
    assert caught.value.where == "take 9f31"
