"""What every narrator promises: a sound depends on its reading alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.sound import Sound
from pipeline.engines import Engine, Narrator, Reading, Rendition, Unreadable, engine_names, find_engine
from pipeline.engines.held import HeldNarrator
from pipeline.errors import InputError

TEXTS = (
    "Call me Ishmael.",
    "Some years ago, never mind how long precisely, I thought I would sail about a little.",
    "It is a way I have of driving off the spleen!",
    "Whenever it is a damp, drizzly November in my soul, I account it high time to get to sea.",
)
SHORT = ("Call me.", "Yes.")
VOICES = {
    "humming": ("low", "high"),
    "hibari": ("heart",),
    "kokoro": ("af_heart", "bm_george"),
    "bark": ("v2/en_speaker_6", "v2/en_speaker_9"),
}


def narrator_named(name: str, request: pytest.FixtureRequest) -> Narrator:
    return find_engine("humming").load({}) if name == "humming" else request.getfixturevalue(name)


def read_all(narrator: Narrator, readings: Sequence[Reading]) -> dict[Reading, Sound]:
    return {readings[index]: rendition.sound for index, rendition in narrator.read(readings)}


def test_the_four_engines_are_found_by_name() -> None:
    assert set(VOICES) <= set(engine_names())
    for name, voices in VOICES.items():
        engine = find_engine(name)
        assert isinstance(engine, Engine) and engine.name == name
        assert set(voices) <= {card.name for card in engine.voices()}


@pytest.mark.parametrize("name", VOICES)
def test_a_reading_sounds_the_same_alone_in_company_and_in_another_order(
    name: str, request: pytest.FixtureRequest
) -> None:
    narrator = narrator_named(name, request)
    texts = SHORT if name in ("kokoro", "bark") else TEXTS
    voices = VOICES[name]
    wanted = [Reading(text, voices[number % len(voices)], seed=number) for number, text in enumerate(texts)]
    company = read_all(narrator, wanted)
    backwards = read_all(narrator, wanted[::-1])
    alone = read_all(narrator, wanted[1:2])
    for reading in wanted:
        sound = company[reading]
        assert sound.rate_hz == narrator.sample_rate and np.isfinite(sound.samples).all()
        assert 0.001 < np.abs(sound.samples).max() <= 1.0
        np.testing.assert_array_equal(sound.samples, backwards[reading].samples)
    np.testing.assert_array_equal(alone[wanted[1]].samples, company[wanted[1]].samples)


@pytest.mark.parametrize("name", ["hibari", "kokoro"])
def test_the_number_of_threads_changes_no_sample(name: str, request: pytest.FixtureRequest) -> None:
    narrator = narrator_named(name, request)
    wanted = [Reading(text, VOICES[name][0], seed=5) for text in SHORT]
    one, two = (read_all(replace(narrator, workers=workers), wanted) for workers in (1, 2))  # type: ignore[type-var]
    for reading in wanted:
        np.testing.assert_array_equal(one[reading].samples, two[reading].samples)


@pytest.mark.parametrize("name", VOICES)
def test_another_seed_gives_another_rendition_where_the_engine_says_so_and_else_hardly_a_change(
    name: str, request: pytest.FixtureRequest
) -> None:
    narrator = narrator_named(name, request)
    first, second = (Reading("Yes.", VOICES[name][0], seed=seed) for seed in (1, 2))
    takes = read_all(narrator, [first, second])
    one, other = takes[first].samples, takes[second].samples
    length = min(len(one), len(other))
    alike = len(one) == len(other) and np.corrcoef(one, other)[0, 1] > 0.999
    assert length and alike != find_engine(name).abilities.varies


@pytest.mark.parametrize("name", ["humming", "hibari", "kokoro"])
def test_an_engine_whose_voices_are_no_recordings_has_no_reference(name: str, request: pytest.FixtureRequest) -> None:
    assert narrator_named(name, request).reference(VOICES[name][0]) is None


@pytest.mark.parametrize("name", ["humming", "hibari", "kokoro"])
def test_an_engine_that_draws_no_tokens_tells_nothing_of_them(name: str, request: pytest.FixtureRequest) -> None:
    ((_, rendition),) = narrator_named(name, request).read([Reading("Yes.", VOICES[name][0])])
    assert (rendition.truncated, rendition.uncertainty, rendition.loops) == (False, None, 0)


@pytest.mark.parametrize("name", ["humming", "kokoro", "bark"])
def test_another_voice_sounds_different(name: str, request: pytest.FixtureRequest) -> None:
    narrator = narrator_named(name, request)
    first, second = (Reading("Yes.", voice, seed=1) for voice in VOICES[name])
    takes = read_all(narrator, [first, second])
    assert not np.array_equal(takes[first].samples, takes[second].samples)


@pytest.mark.parametrize("name", ["humming", "hibari", "kokoro"])
def test_twice_the_speed_takes_about_half_the_time(name: str, request: pytest.FixtureRequest) -> None:
    narrator = narrator_named(name, request)
    usual = Reading("It is a damp November.", VOICES[name][0])
    fast = replace(usual, speed=2.0)
    takes = read_all(narrator, [usual, fast])
    assert 0.4 < takes[fast].seconds / takes[usual].seconds < 0.7


@pytest.mark.parametrize("name", ["humming", "hibari"])
def test_a_sentence_lasts_about_as_long_as_a_narrator_needs(name: str, request: pytest.FixtureRequest) -> None:
    text = TEXTS[3]
    expected_s = sum(map(str.isalpha, text)) / 13.5
    (_, rendition), *_ = narrator_named(name, request).read([Reading(text, VOICES[name][0])])
    assert rendition.sound.seconds == pytest.approx(expected_s, rel=0.3)


@pytest.mark.parametrize("name", VOICES)
def test_a_reading_without_a_word_is_refused_by_its_position(name: str, request: pytest.FixtureRequest) -> None:
    narrator = narrator_named(name, request)
    wanted = [Reading("Yes.", VOICES[name][0]), Reading("... !", VOICES[name][0])]
    with pytest.raises(Unreadable) as caught:
        list(narrator.read(wanted))
    assert caught.value.index == 1


@pytest.mark.parametrize("name", VOICES)
def test_no_readings_give_no_sounds(name: str, request: pytest.FixtureRequest) -> None:
    assert list(narrator_named(name, request).read([])) == []


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("humming", "lo", "low"),
        ("hibari", "hart", "heart"),
        ("kokoro", "af_hart", "af_heart"),
        ("bark", "en_speaker_6", "v2/en_speaker_6"),
    ],
)
def test_a_misspelt_voice_is_refused_with_the_nearest_name(name: str, wrong: str, right: str) -> None:
    with pytest.raises(InputError) as caught:
        find_engine(name).check_voice(wrong, {}, Path.cwd())
    assert f"'{right}'" in (caught.value.next_step or "")


@pytest.mark.parametrize("name", VOICES)
def test_a_misspelt_setting_is_refused_with_the_nearest_name(name: str) -> None:
    right = next(iter(find_engine(name).check_settings({}, Path.cwd())))
    with pytest.raises(InputError) as caught:
        find_engine(name).check_settings({right + "x": 1}, Path.cwd())
    assert f"'{right}'" in (caught.value.next_step or "")


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("humming", {"delay_s": -1}),
        ("humming", {"delay_s": "long"}),
        ("humming", {"rate_hz": 22050.5}),
        ("hibari", {"workers": True}),
        ("bark", {"dtype": "int4"}),
        ("bark", {"device": 0}),
        ("bark", {"text_temperature": 3}),
        ("bark", {"model": "no such folder"}),
    ],
)
def test_a_setting_out_of_range_or_of_a_wrong_type_is_refused(name: str, settings: dict[str, object]) -> None:
    with pytest.raises(InputError):
        find_engine(name).check_settings(settings, Path.cwd())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["humming", "hibari", "kokoro"])
def test_fingerprints_are_the_same_each_time_and_voices_have_their_own(name: str) -> None:
    engine = find_engine(name)
    assert engine.fingerprint({}) == engine.fingerprint(engine.check_settings({}, Path.cwd()))
    cards = engine.voices()
    assert len({engine.voice_fingerprint(card.name, {}) for card in cards}) == len(cards)


def test_the_number_of_workers_is_no_part_of_a_fingerprint() -> None:
    hibari = find_engine("hibari")
    assert hibari.fingerprint({"workers": 1}) == hibari.fingerprint({"workers": 7})


class Failing:
    """Fails as it is told to."""

    sample_rate = 24_000

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        raise self.error

    def reference(self, voice: str) -> Sound | None:
        raise self.error


class OutOfMemoryError(RuntimeError):
    """Named as torch's."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OutOfMemoryError("CUDA: 2 GiB"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        Exception("[ONNXRuntimeError] : 6 : Failed to allocate memory for requested buffer of size 9"),
    ],
)
def test_want_of_memory_has_one_name_whichever_library_tells_it(error: Exception) -> None:
    held = HeldNarrator(Failing, error)
    with pytest.raises(MemoryError):
        list(held.read([]))
    with pytest.raises(MemoryError):
        held.reference("v")


@pytest.mark.parametrize("error", [Unreadable("no word in 'out of memory'", index=0), RuntimeError("wrong shape")])
def test_other_errors_keep_theirs(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        list(HeldNarrator(Failing, error).read([]))
