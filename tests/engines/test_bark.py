from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_bark import LONGEST_TOKENS, prompt_arrays, write_tiny_bark

from pipeline.audio.sound import Sound
from pipeline.engines import Narrator, Reading, Rendition, Settings, Unreadable, find_engine
from pipeline.engines.bark.checkpoint import checkpoint_fingerprint
from pipeline.engines.bark.codec import decode_codes, load_codec
from pipeline.engines.bark.faults import most_frequent_run
from pipeline.engines.bark.narrator import BarkNarrator, silent_end_s
from pipeline.engines.bark.options import Sampling
from pipeline.engines.bark.prompts import preset_prompt, read_prompt
from pipeline.engines.bark.weights import load_codec_weights
from pipeline.errors import InputError, MissingError

pytestmark = pytest.mark.usefixtures("one_thread")
BARK = find_engine("bark")
VOICE = "v2/en_speaker_6"


def one(narrator: Narrator, reading: Reading) -> np.ndarray:
    return rendition_of(narrator, reading).sound.samples


def rendition_of(narrator: Narrator, reading: Reading) -> Rendition:
    return next(iter(narrator.read([reading])))[1]


def test_there_are_130_presets_in_13_languages_with_the_women_of_the_guide() -> None:
    cards = {card.name: card for card in BARK.voices()}
    assert len(cards) == 130 and len({card.language for card in cards.values()}) == 13
    women = {name for name, card in cards.items() if card.gender == "female"}
    assert {name for name in women if "/en_" in name} == {"v2/en_speaker_9"}
    assert not [name for name in women if "/pt_" in name]
    assert len(women) == 36


def test_reading_leaves_torchs_own_random_numbers_and_threads_alone(bark: Narrator) -> None:
    import torch

    torch.manual_seed(11)
    threads = torch.get_num_threads()
    expected = torch.rand(3)
    torch.manual_seed(11)
    one(bark, Reading("Yes.", VOICE, seed=1))
    assert torch.equal(torch.rand(3), expected) and torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("option", "stage"),
    [("text_temperature", "semantic"), ("waveform_temperature", "coarse"), ("fine_temperature", "fine")],
)
def test_a_readings_own_temperature_counts(bark: Narrator, option: str, stage: str) -> None:
    plain = rendition_of(bark, Reading("Call me.", VOICE, seed=1)).generation
    hotter = rendition_of(bark, Reading("Call me.", VOICE, seed=1, sampling=((option, 1.9),))).generation
    assert not np.array_equal(plain[f"{stage}_prompt"], hotter[f"{stage}_prompt"])


def test_an_unknown_sampling_option_is_refused(bark: Narrator) -> None:
    with pytest.raises(InputError, match="no sampling option 'temprature'"):
        one(bark, Reading("Call me.", VOICE, sampling=(("temprature", 0.5),)))
    with pytest.raises(InputError, match="between 0 and 1"):
        Sampling().changed([("min_eos_p", 7)])


def test_text_of_256_tokens_is_read_and_of_257_refused_with_the_count(bark: Narrator) -> None:
    assert len(one(bark, Reading("a " * 256, VOICE)))
    with pytest.raises(Unreadable, match="257 text tokens") as caught:
        list(bark.read([Reading("Yes.", VOICE), Reading("a " * 257, VOICE)]))
    assert caught.value.index == 1


def test_a_word_outside_the_tokenizers_vocabulary_is_named(bark: Narrator) -> None:
    with pytest.raises(Unreadable, match="東京"):
        one(bark, Reading("I went to 東京 again.", VOICE))


def test_a_take_that_drew_no_end_is_truncated_and_one_that_drew_it_is_not(bark: BarkNarrator) -> None:
    capped = rendition_of(bark, Reading("Call me.", VOICE, sampling=(("min_eos_p", 1.0),)))
    assert capped.truncated and capped.sound.seconds == int(LONGEST_TOKENS * 75 / 49.9) / 75
    early = (("min_eos_p", 1.4e-4),)  # near the tiny model's usual chance of an end
    ended = [rendition_of(bark, Reading("Call me.", VOICE, seed=seed, sampling=early)) for seed in range(3)]
    shorter = [rendition for rendition in ended if rendition.sound.seconds < capped.sound.seconds]
    assert shorter and not any(rendition.truncated for rendition in shorter)


@pytest.mark.parametrize(
    ("tokens", "count"),
    [([], 0), (range(7), 0), (range(8), 1), ([*range(8)] * 3, 3), ([5] * 20, 0), ([*range(8), 99, *range(8)], 2)],
)
def test_loops_are_how_often_the_most_frequent_run_of_eight_changing_tokens_occurs(
    tokens: list[int], count: int
) -> None:
    assert most_frequent_run(list(tokens)) == count


def test_where_the_likeliest_tokens_are_taken_nothing_is_said_of_uncertainty(bark: BarkNarrator) -> None:
    assert rendition_of(bark, Reading("Yes.", VOICE, sampling=(("text_temperature", 0.0),))).uncertainty is None


def test_each_step_of_sampling_that_bark_offers_changes_what_tokens_are_drawn_from(bark: BarkNarrator) -> None:
    cooler, hotter = BARK.abilities.samplings
    assert dict(cooler) == {"text_temperature": 0.5} and dict(hotter) == {"text_temperature": 0.7}
    entropies = [
        rendition_of(bark, Reading("Call me.", VOICE, seed=1, sampling=sampling)).uncertainty or 0.0
        for sampling in (cooler, (), (("text_temperature", 0.6),), hotter)
    ]
    assert entropies[0] < entropies[1] == entropies[2] < entropies[3]


def test_the_reference_is_the_end_of_the_prompt_itself_whatever_was_read_before(
    bark: BarkNarrator, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    arrays = prompt_arrays(3, seconds=9.0)
    np.savez(tmp_path / "long.npz", **arrays)
    for voice, fine in ((VOICE, preset_prompt(tiny_checkpoint, VOICE).fine), (str(tmp_path / "long.npz"), None)):
        codes = arrays["fine_prompt"][:, -525:] if fine is None else fine
        before = bark.reference(voice)
        one(bark, Reading("Yes.", VOICE, seed=1))
        again = bark.reference(voice)
        assert before is not None and again is not None
        assert before.seconds == pytest.approx(codes.shape[1] / 75)
        np.testing.assert_array_equal(before.samples, again.samples)
        expected = decode_codes(load_codec(*load_codec_weights(tiny_checkpoint)), codes)
        np.testing.assert_allclose(before.samples, expected.samples, atol=1e-6)


def test_a_take_that_ended_before_its_first_sound_is_half_a_second_of_silence_and_says_so(bark: Narrator) -> None:
    """No check lets it pass; the readings beside it are read."""
    early = Reading("Call me.", VOICE, sampling=(("min_eos_p", 1e-9),))
    made = dict(bark.read([early, Reading("Yes.", VOICE)]))
    assert made[0].sound.seconds == 0.5 and not made[0].sound.samples.any()
    assert made[0].facts["faults"] == "empty" and not made[0].generation and made[1].sound.samples.any()


def test_what_a_take_was_made_of_comes_with_it(bark: BarkNarrator, tmp_path: Path) -> None:
    """And is a voice that the next one can go on from."""
    rendition = rendition_of(bark, Reading("Call me.", VOICE, seed=4))
    facts, made = rendition.facts, rendition.generation
    assert facts["stop"] == "cap" and facts["draws"] == 3 and facts["faults"] == "cap"
    assert facts["semantic_tokens"] == len(made["semantic_prompt"]) == LONGEST_TOKENS
    assert facts["frames"] == made["fine_prompt"].shape[1] == int(LONGEST_TOKENS * 75 / 49.9)
    np.testing.assert_array_equal(made["coarse_prompt"], made["fine_prompt"][:2])
    np.testing.assert_array_equal(rendition.sound.samples, decode_codes(bark.codec, made["fine_prompt"]).samples)


def test_a_reading_says_how_long_it_is_silent_at_its_end() -> None:
    loud, quiet = np.full(24_000, 0.1, np.float32), np.full(36_000, 1e-4, np.float32)
    assert silent_end_s(Sound(np.concatenate([loud, quiet]), 24_000)) == 1.5
    assert silent_end_s(Sound(loud, 24_000)) == 0
    assert silent_end_s(Sound(quiet, 24_000)) == 1.5


def test_the_memory_it_will_take_is_told_before_it_is_loaded(bark_settings: Settings) -> None:
    assert re.fullmatch(
        r"\d+ MB \(weights \d+ MB, 8 slots \d+ MB, work \d+ MB\)",
        BARK.memory(bark_settings),  # type: ignore[attr-defined]
    )


def test_int8_is_not_for_a_gpu(bark_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(InputError, match="int8 is for processors"):
        BARK.load({**bark_settings, "device": "cuda", "dtype": "int8"})


def test_another_pace_is_refused_because_bark_has_none(bark: Narrator) -> None:
    with pytest.raises(Unreadable, match="pace"):
        one(bark, Reading("Call me.", VOICE, speed=1.2))


def test_a_prompt_from_a_file_sounds_like_the_same_prompt_as_a_preset(
    bark: Narrator, bark_settings: Settings, tmp_path: Path
) -> None:
    arrays = {name: array.astype(np.uint16) for name, array in prompt_arrays(6).items()}  # as Suno's v2 files
    np.savez(tmp_path / "mine.npz", **arrays)
    voice = BARK.check_voice("mine.npz", bark_settings, tmp_path)
    assert voice == str(tmp_path / "mine.npz")
    assert BARK.voice_fingerprint(voice, bark_settings) == BARK.voice_fingerprint(VOICE, bark_settings)
    np.testing.assert_array_equal(
        one(bark, Reading("Call me.", voice, seed=4)), one(bark, Reading("Call me.", VOICE, seed=4))
    )


def _without(name: str) -> dict[str, np.ndarray]:
    return {key: array for key, array in prompt_arrays(0).items() if key != name}


BAD_PROMPTS = {
    "no 'fine_prompt'": _without("fine_prompt"),
    "no 'semantic_prompt'": _without("semantic_prompt"),
    r"should be \[T\]": {**prompt_arrays(0), "semantic_prompt": prompt_arrays(0)["semantic_prompt"][None]},
    r"should be \[8, T\]": {**prompt_arrays(0), "fine_prompt": prompt_arrays(0)["fine_prompt"][:4]},
    r"should be \[2, T\]": {**prompt_arrays(0), "coarse_prompt": prompt_arrays(0)["fine_prompt"]},
    "between 0 and 9999": {**prompt_arrays(0), "semantic_prompt": np.full(99, 10_000)},
    "between 0 and 1023": {**prompt_arrays(0), "fine_prompt": prompt_arrays(0)["fine_prompt"] - 1024},
    "whole numbers": {**prompt_arrays(0), "semantic_prompt": np.zeros(99)},
    "first two rows": {**prompt_arrays(0), "coarse_prompt": prompt_arrays(1)["coarse_prompt"]},
    "shorter than 1 s": prompt_arrays(0, seconds=0.5),
    "not a Bark history prompt": {"semantic_prompt": np.array([{"a": 1}], dtype=object)},
}


@pytest.mark.parametrize("complaint", BAD_PROMPTS)
def test_a_faulty_history_prompt_is_refused_with_what_is_wrong(complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "voice.npz"
    np.savez(path, allow_pickle=True, **BAD_PROMPTS[complaint])
    with pytest.raises(InputError, match=complaint) as caught:
        BARK.check_voice(str(path), {}, tmp_path)
    assert str(path) in str(caught.value.where)


@pytest.mark.parametrize("content", [b"", b"RIFF....WAVE", b"PK\x03\x04 cut off", b"\x93NUMPY"])
def test_a_file_that_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "voice.npz").write_bytes(content)
    with pytest.raises(InputError, match="not a Bark history prompt"):
        BARK.check_voice("voice.npz", {}, tmp_path)


def test_a_missing_voice_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such voice file"):
        BARK.check_voice("nobody.npz", {}, tmp_path)


def test_a_preset_that_the_checkpoint_lacks_is_missing_not_a_crash(bark_settings: Settings) -> None:
    with pytest.raises(MissingError, match="v2/de_speaker_1"):
        BARK.voice_fingerprint("v2/de_speaker_1", bark_settings)


def test_a_preset_index_cannot_lead_out_of_the_checkpoint(tmp_path: Path) -> None:
    np.savez(tmp_path / "elsewhere.npz", **prompt_arrays(0))
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    names = dict.fromkeys(("semantic_prompt", "coarse_prompt", "fine_prompt"), "../elsewhere.npz")
    (folder / "speaker_embeddings_path.json").write_text(json.dumps({VOICE: names}))
    with pytest.raises(MissingError, match="outside the checkpoint"):
        preset_prompt(folder, VOICE)


@pytest.mark.parametrize("model", ["suno/bark-small", "suno/bark", "bark-small"])
def test_a_missing_model_says_how_to_get_it_with_and_without_a_network(model: str, empty_model_cache: Path) -> None:
    settings = BARK.check_settings({"model": model}, Path.cwd())
    for attempt in (BARK.load, BARK.fingerprint):
        with pytest.raises(MissingError) as caught:
            attempt(settings)
        assert f"chapterhouse models pull {str(settings['model']).removeprefix('suno/')}" in str(caught.value)
        assert "without a network" in str(caught.value) and "engines.bark.model" in str(caught.value)


def test_a_folder_beside_the_production_file_is_taken_as_the_model(tiny_checkpoint: Path) -> None:
    settings = BARK.check_settings({"model": tiny_checkpoint.name}, tiny_checkpoint.parent)
    assert settings["model"] == str(tiny_checkpoint)


def test_an_empty_folder_is_a_missing_model_and_another_kind_of_model_an_input_error(tmp_path: Path) -> None:
    settings = BARK.check_settings({"model": str(tmp_path)}, tmp_path)
    with pytest.raises(MissingError):
        BARK.fingerprint(settings)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(InputError, match="gpt2"):
        BARK.fingerprint(settings)


def test_the_fingerprint_knows_weights_sampling_and_number_type(
    tiny_checkpoint: Path, bark_settings: Settings, tmp_path: Path
) -> None:
    here = BARK.fingerprint(bark_settings)
    copy = Path(shutil.copytree(tiny_checkpoint, tmp_path / "copy"))
    others = [
        {**bark_settings, "dtype": "bfloat16"},
        {**bark_settings, "text_temperature": 0.7},
        {**bark_settings, "algorithm": "fast"},
    ]
    assert here == BARK.fingerprint({**bark_settings, "model": str(copy)})
    assert here == BARK.fingerprint({**bark_settings, "threads": 2, "slots": 3}), "readings do not depend on these"
    assert len({here, *(BARK.fingerprint(other) for other in others)}) == 4
    write_tiny_bark(copy, seed=1)
    assert checkpoint_fingerprint(copy) != checkpoint_fingerprint(tiny_checkpoint)


def test_sixteen_bit_numbers_read_too(bark_settings: Settings) -> None:
    narrator = BARK.load({**bark_settings, "dtype": "bfloat16"})
    assert np.isfinite(one(narrator, Reading("Call me.", VOICE))).all()


def test_an_audition_plays_the_prompt_itself(bark_settings: Settings, tiny_checkpoint: Path) -> None:
    sound = BARK.audition(VOICE, bark_settings)  # type: ignore[attr-defined]
    fine = preset_prompt(tiny_checkpoint, VOICE).fine
    np.testing.assert_array_equal(
        sound.samples, decode_codes(load_codec(*load_codec_weights(tiny_checkpoint)), fine).samples
    )


def test_a_narrator_keeps_to_the_engines_limits_on_estimated_length() -> None:
    limits = BARK.limits({})
    assert (limits.target_s, limits.max_s) == (8.0, 12.0)


def test_read_prompt_gives_64_bit_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", **{k: a.astype(np.uint16) for k, a in prompt_arrays(2).items()})
    assert read_prompt(tmp_path / "v.npz").fine.dtype == np.int64
