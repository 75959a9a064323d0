"""Sounds to measure: speech, something like music, and noise."""

from __future__ import annotations

import numpy as np
import pytest

SENTENCES = (
    "Call me Ishmael.",
    "Some years ago, having little or no money in my purse, I thought I would sail about a little and see the world.",
    "It is a way I have of driving off the spleen.",
)


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """About 20 s at 24 kHz, float32: sentences at three levels with pauses of quiet noise, 1 s at either end."""
    from hibari import Hibari

    voice = Hibari()
    assert voice.sample_rate == 24000
    clips = [np.asarray(voice(sentence, seed=0), np.float32).ravel() for sentence in SENTENCES]
    loud = [clip * np.float32(level / np.abs(clip).max()) for clip, level in zip(clips, (0.8, 0.5, 0.2), strict=True)]
    parts = [part for clip in [*loud, *loud[::-1]] for part in (clip, np.zeros(12000, np.float32))]
    sound = np.concatenate([np.zeros(24000, np.float32), *parts, np.zeros(12000, np.float32)])
    noise = np.random.default_rng(0).standard_normal(len(sound)) * 10 ** (-85 / 20)
    return (sound + noise).astype(np.float32)


@pytest.fixture(scope="session")
def music() -> np.ndarray:
    """30 s at 44.1 kHz in two channels, float32: chords of decaying partials, clicks, a hiss, louder and softer."""
    rate_hz, seconds = 44100, 30
    random = np.random.default_rng(1)
    time_s = np.arange(rate_hz // 2) / rate_hz
    beats = []
    for beat in range(2 * seconds):
        notes = 110.0 * 2 ** (random.integers(0, 36, 4) / 12)
        partials = sum(
            np.sin(2 * np.pi * note * k * time_s + random.uniform(0, 6)) / k for note in notes for k in (1, 2, 3, 5)
        )
        click = random.standard_normal(len(time_s)) * np.exp(-time_s * 200)
        left = np.exp(-time_s * 3) * partials + click
        right = np.exp(-time_s * 4) * np.roll(partials, 40) + 0.5 * click
        level = 0.08 * 10 ** (-8 * abs(np.sin(beat / 9)) / 20)
        beats.append(level * np.stack([left, right], axis=1))
    sound = np.concatenate(beats)
    return (sound + 1e-4 * random.standard_normal(sound.shape)).astype(np.float32)
