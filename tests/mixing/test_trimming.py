"""Trimming: speech is found by its own level, its margins stay, its edges make no click."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.sound import Sound
from pipeline.mixing.trimming import Span, cut, find_speech
from pipeline.production import Mix

RATE_HZ = 24000


def take(*, before_s: float, after_s: float, level: float = 0.3, floor: float = 0.0) -> Sound:
    """One second of a tone between silences, over a noise floor."""
    tone = level * np.sin(2 * np.pi * 220 * np.arange(RATE_HZ) / RATE_HZ)
    samples = np.concatenate([np.zeros(round(before_s * RATE_HZ)), tone, np.zeros(round(after_s * RATE_HZ))])
    samples += floor * np.random.default_rng(0).standard_normal(len(samples))
    return Sound(samples.astype(np.float32), RATE_HZ)


@pytest.mark.parametrize("level", [0.8, 0.05, 0.002])
@pytest.mark.parametrize("offset", [0.0, 0.01])
def test_the_margins_are_kept_to_within_a_window_however_loud_the_take_is(level: float, offset: float) -> None:
    sound = take(before_s=0.5, after_s=0.7, level=level)
    sound = Sound(sound.samples + np.float32(offset * level), RATE_HZ)
    span = find_speech(sound, Mix(pre_roll_ms=30, post_roll_ms=60))
    assert span.start / RATE_HZ == pytest.approx(0.5 - 0.030, abs=0.0101)
    assert span.stop / RATE_HZ == pytest.approx(1.5 + 0.060, abs=0.0101)
    assert span.start <= (0.5 - 0.030) * RATE_HZ and span.stop >= (1.5 + 0.060) * RATE_HZ


def test_long_silence_does_not_hide_a_short_word() -> None:
    span = find_speech(take(before_s=9.0, after_s=9.0), Mix())
    assert span.start / RATE_HZ == pytest.approx(8.97, abs=0.0101)


def test_noise_under_the_threshold_is_trimmed_and_noise_over_it_stays() -> None:
    sound = take(before_s=0.5, after_s=0.5, level=0.3, floor=0.3 / np.sqrt(2) * 10 ** (-45 / 20))
    assert find_speech(sound, Mix(trim_threshold_db=-40)).start > 0.4 * RATE_HZ
    assert find_speech(sound, Mix(trim_threshold_db=-60)).start == 0


def test_a_take_without_margins_is_not_lengthened() -> None:
    sound = take(before_s=0.0, after_s=0.01)
    assert find_speech(sound, Mix()) == Span(0, len(sound.samples))


def test_a_silent_or_empty_take_is_kept_whole() -> None:
    for frames in (0, 5, 5000):
        assert find_speech(Sound(np.zeros(frames, np.float32), RATE_HZ), Mix()) == Span(0, frames)


def test_a_clip_begins_and_ends_at_zero_without_a_step() -> None:
    """A hard cut of this clip steps by 0.5; with fades no step at an edge exceeds the fade's steepest slope."""
    sound = Sound(np.full(RATE_HZ, 0.5, np.float32), RATE_HZ)
    clip = cut(sound, Span(1000, 9000), gain_db=0.0, fade_ms=8.0)
    steps = np.abs(np.diff(np.concatenate([[0.0], clip, [0.0]])))
    fade = 0.008 * RATE_HZ
    assert steps.max() <= 0.5 * np.pi / 2 / fade * 1.01
    assert (clip[192:-192] == 0.5).all()


def test_a_clip_shorter_than_its_fades_still_begins_and_ends_at_zero() -> None:
    clip = cut(Sound(np.ones(100, np.float32), RATE_HZ), Span(0, 101), gain_db=0.0, fade_ms=20.0)
    assert len(clip) == 100 and clip[0] == clip[-1] == 0.0 and clip.max() > 0.9


def test_gain_is_in_db() -> None:
    sound = Sound(np.full(1000, 0.5, np.float32), RATE_HZ)
    assert cut(sound, Span(0, 1000), gain_db=-6.0, fade_ms=5.0)[500] == pytest.approx(0.5 * 10 ** (-6 / 20))
    assert (sound.samples == 0.5).all()
