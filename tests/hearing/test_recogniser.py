"""The recogniser hears what is said, and the same again; its model is put together once."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.sound import Sound
from pipeline.booth.words import compare
from pipeline.engines import Reading, find_engine
from pipeline.errors import MissingError
from pipeline.hearing import recogniser as module
from pipeline.hearing.recogniser import Recogniser, find_model
from tests.booth.test_words import WORDING

TEXT = "The boats were in the water before noon."
needs_model = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("faster_whisper", *module._PARTS)), reason="the extra 'asr' is missing"
)


@pytest.fixture(scope="module")
def ears() -> Recogniser:
    return Recogniser(find_model("base"))


@pytest.fixture(scope="module")
def take() -> Sound:
    engine = find_engine("hibari")
    settings = engine.check_settings({"workers": 1}, Path())
    narrator = engine.load(settings)
    reading = Reading(text=TEXT, language="en", voice=engine.check_voice("heart", settings, Path()), seed=1)
    return next(iter(narrator.read([reading])))[1].sound


@needs_model
def test_what_is_heard_depends_on_the_sound_alone(ears: Recogniser, take: Sound) -> None:
    first = ears.hear(take, "en-GB")
    noise = Sound(np.random.default_rng(1).normal(0, 0.01, take.rate_hz).astype(np.float32), take.rate_hz)
    ears.hear(noise, "de")
    assert ears.hear(take, "en-GB") == first
    assert compare(TEXT, first.text, "en", WORDING).errors == 0


@needs_model
def test_times_are_in_order_and_inside_the_sound_and_are_those_of_its_words(ears: Recogniser, take: Sound) -> None:
    timed = ears.hear(take, "en", times=True)
    moments = [moment for word in timed.words for moment in (word.start_s, word.end_s)]
    assert moments == sorted(moments) and moments[0] >= 0 and moments[-1] <= take.seconds
    assert [word.text for word in timed.words] == timed.text.split()


@needs_model
def test_words_that_are_said_are_likely_in_their_place_and_others_are_not(ears: Recogniser, take: Sound) -> None:
    said = ears.follow(take, f"“{TEXT}” [laughs] —", "en")
    assert [word.text for word in said] == TEXT.rstrip(".").split()
    assert min(word.log_probability for word in said) > -1
    other = {word.text: word.log_probability for word in ears.follow(take, TEXT.replace("boats", "apples"), "en")}
    assert other["apples"] < -6


@needs_model
def test_what_is_heard_is_the_same_after_following(ears: Recogniser, take: Sound) -> None:
    ears.follow(Sound(take.samples[::-1].copy(), take.rate_hz), TEXT, "en")
    first = ears.hear(take, "en")
    ears.follow(take, TEXT, "en")
    assert ears.hear(take, "en") == first


@needs_model
def test_nothing_is_followed_in_an_empty_text_or_sound(ears: Recogniser, take: Sound) -> None:
    assert ears.follow(take, "—", "en") == ()
    assert ears.follow(Sound(np.zeros(0, np.float32), 24_000), TEXT, "en") == ()


@needs_model
def test_an_unknown_language_is_refused(ears: Recogniser, take: Sound) -> None:
    with pytest.raises(MissingError, match="tlh"):
        ears.hear(take, "tlh")


@needs_model
@pytest.mark.slow  # 145 MB are hashed four times
def test_a_damaged_model_is_put_together_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_user_cache", lambda: tmp_path)
    model = find_model("base") / "model.bin"
    with model.open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    assert find_model("base") / "model.bin" == model
    assert module._sha256(model) == module.BASE_SHA256


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("It is a way I have of driving off the spleen. It is a way I have of driving off the spleen.", True),
        ("He can answer. I'm going to have a new, new, new, new, new", True),
        ("two and two there floated into my inmost soul", False),
        ("Meditation and water are wedded for ever and ever.", False),
    ],
)
def test_a_loop_is_a_phrase_said_twice_on_end_or_a_word_three_times(text: str, loops: bool) -> None:
    assert module._loops(text) is loops


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"model\.bin"):
        find_model(str(tmp_path))


def test_a_size_that_is_not_here_is_not_downloaded_and_the_way_to_get_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(MissingError) as missing:
        find_model("large-v3")
    assert "asr" in (missing.value.next_step or "")
