"""Sounds for mastering's tests, and how they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from scipy.signal import butter, sosfilt

from pipeline.audio.sound import Samples

RATE_HZ = 24000
Stage = Callable[[Iterable[Samples]], Iterator[Samples]]


def through(stage: Stage, sound: np.ndarray, block: int = 8191) -> Samples:
    """A whole sound through a stage, in blocks."""
    samples = sound.astype(np.float32)
    out = list(stage(samples[start : start + block] for start in range(0, len(samples), block)))
    return np.concatenate(out) if out else np.zeros(0, np.float32)


def tone(hz: float, seconds: float, dbfs: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """A sine whose RMS is ``dbfs``."""
    amplitude = np.sqrt(2.0) * 10.0 ** (dbfs / 20.0)
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)


def level_db(sound: np.ndarray) -> float:
    """RMS in dBFS."""
    return float(10 * np.log10(np.mean(np.square(sound.astype(np.float64))) + 1e-30))


def silence(seconds: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    return np.zeros(round(seconds * rate_hz))


def noise(seconds: float, dbfs: float, low_hz: float, high_hz: float, seed: int = 1) -> np.ndarray:
    """Noise of one band at ``dbfs`` RMS."""
    white = np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    band = sosfilt(butter(4, (low_hz, high_hz), "bandpass", fs=RATE_HZ, output="sos"), white)
    return band / np.sqrt(np.mean(band**2)) * 10.0 ** (dbfs / 20.0)


def phrase(seconds: float, dbfs: float, seed: int = 1) -> np.ndarray:
    """Something like speech: a buzz with harmonics that swells four times a second and opens and closes."""
    random = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    pitch = 120 * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * time_s + random.uniform(0, 6)))
    turns = np.cumsum(pitch) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * k * turns + k * k) / k for k in range(1, 25))
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * time_s + random.uniform(0, 6))
    edges = np.minimum(1.0, 30 * np.minimum(time_s, seconds - time_s))
    sound = buzz * swell * edges
    return sound / np.sqrt(np.mean(sound**2)) * 10.0 ** (dbfs / 20.0)
