"""Real speech for mastering: one chapter of it, read by the smallest voice there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.files import write_float_wav
from pipeline.materials import ChapterMix, Mark

TEXT = (
    "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, and "
    "nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of "
    "the world. It is a way I have of driving off the spleen and regulating the circulation."
)


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """About 20 s of speech at 24 kHz, float32, with 0.75 s of silence before it and 3 s after."""
    from hibari import Hibari

    voice = Hibari()
    assert voice.sample_rate == 24000
    spoken = [np.asarray(voice(sentence, seed=0), np.float32).ravel() for sentence in TEXT.split(". ")]
    pause = np.zeros(12000, np.float32)
    heard = [np.flatnonzero(np.abs(clip) > 0.01) for clip in spoken]
    clips = [part for clip, at in zip(spoken, heard, strict=True) for part in (clip[at[0] : at[-1] + 1], pause)]
    return np.concatenate([np.zeros(18000, np.float32), *clips, np.zeros(60000, np.float32)])


def write_mix(path: Path, samples: np.ndarray, rate_hz: int = 24000, key: str = "c0ffee") -> ChapterMix:
    """A chapter mix of these samples, as mixing would hand it over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_float_wav(path, rate_hz, len(samples), [samples.astype(np.float32)])
    seconds = len(samples) / rate_hz
    return ChapterMix(key, path, rate_hz, seconds, (Mark("ch01-0001", "NARRATOR", "Words.", 0.75, seconds - 3.0),))


@pytest.fixture(scope="session")
def keep_mix() -> Callable[..., ChapterMix]:
    """``keep_mix(path, samples, rate_hz=24000, key="c0ffee")``."""
    return write_mix


@pytest.fixture(scope="session")
def spoken_mix(speech: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> ChapterMix:
    return write_mix(tmp_path_factory.mktemp("spoken") / "mix.wav", speech)
