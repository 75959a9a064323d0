"""A take's generation becomes a voice that Bark, Suno's own too, goes on from; a reading may go on from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tiny_bark import prompt_arrays, write_tiny_bark

from pipeline.engines import Reading, find_engine
from pipeline.engines.bark.prompts import MIN_PROMPT_S, prompt_of_generation, read_prompt, write_prompt
from pipeline.engines.machine import seems_to_have_gpu
from pipeline.engines.torchaudio_shield import shield_torchaudio
from pipeline.errors import InputError

BARK = find_engine("bark")
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


def test_semantic_tokens_and_frames_of_different_lengths_are_no_voice() -> None:
    longer = {**prompt_arrays(0), "semantic_prompt": prompt_arrays(0, seconds=2.41)["semantic_prompt"]}
    with pytest.raises(InputError, match=r"120 semantic tokens and 90 frames .* 2.40 s and 1.20 s"):
        prompt_of_generation(longer, "take")
    nothing = {**prompt_arrays(0), "semantic_prompt": np.zeros(0, np.int64)}
    with pytest.raises(InputError, match="shorter than 1 s"):
        prompt_of_generation(nothing, "take")


class Noted:
    """In place of the model: notes what it is asked for."""

    rules = SimpleNamespace(max_text_tokens=256)

    def __init__(self) -> None:
        self.wanted: list[Any] = []

    def generate(self, wanted: Sequence[Any]) -> Iterator[Any]:
        self.wanted += wanted
        yield from ()


class Tokenizer:
    unk_token_id = -1

    def __call__(self, text: str, **_: object) -> dict[str, list[int]]:
        return {"input_ids": [7] * len(text.split())}


def test_a_reading_with_a_history_goes_on_from_that_and_not_from_its_voice(tmp_path: Path) -> None:
    from pipeline.engines.bark.narrator import BarkNarrator
    from pipeline.engines.bark.options import Sampling

    for name, seed in (("voice", 1), ("history", 2)):
        np.savez(tmp_path / f"{name}.npz", **prompt_arrays(seed))
    model: Any = Noted()
    narrator = BarkNarrator(model, None, Tokenizer(), lambda path: read_prompt(Path(path)), Sampling(), 1, 24_000)
    voice, history = str(tmp_path / "voice.npz"), str(tmp_path / "history.npz")
    list(narrator.read([Reading("Call me.", voice), Reading("Call me.", voice, history=history)]))
    for wanted, seed in zip(model.wanted, (1, 2), strict=True):
        np.testing.assert_array_equal(wanted.request.prompt.fine, prompt_arrays(seed)["fine_prompt"])


@pytest.mark.slow
def test_bark_goes_on_from_its_own_tokens_the_same_each_time(tmp_path: Path) -> None:
    shield_torchaudio()
    checkpoint = write_tiny_bark(tmp_path / "tiny", max_new_tokens=100)
    narrator = BARK.load(BARK.check_settings({"model": str(checkpoint), "device": "cpu", "threads": 1}, tmp_path))
    first = Reading("Call me Ishmael.", "v2/en_speaker_6", seed=3)
    ((_, before),) = narrator.read([first])
    assert before.generation["fine_prompt"].shape == (8, len(before.generation["semantic_prompt"]) * 3 // 2)
    write_prompt(tmp_path / "history.npz", prompt_of_generation(before.generation, "take"), {})
    after = Reading("Some years ago.", "v2/en_speaker_6", seed=4, history=str(tmp_path / "history.npz"))
    sounds = [
        rendition.sound.samples
        for _, rendition in sorted(narrator.read([after, replace(after, history=None)]), key=lambda pair: pair[0])
    ]
    assert not np.array_equal(*(sound[:1000] for sound in sounds))
    ((_, again),) = narrator.read([after])
    np.testing.assert_array_equal(again.sound.samples, sounds[0])


def test_chunks_for_bark_fill_its_fine_window_less_a_margin() -> None:
    limits = BARK.limits({})
    assert limits.window_s is not None and 6.0 < limits.window_s < 512 / 75
    assert limits.empty_window(limits.window_s) == 0.0
    assert limits.empty_window(1.25 * limits.window_s) == pytest.approx(0.75)


def test_bark_wants_many_readings_at_once_on_a_gpu() -> None:
    together = {device: BARK.limits({"device": device}).together for device in ("cpu", "cuda", "auto")}
    assert together["cuda"] >= 256 > together["cpu"]
    assert together["auto"] == together["cuda" if seems_to_have_gpu() else "cpu"]
    assert BARK.limits({"device": "cpu", "slots": 500}).together == 500, "as many as it has slots"
