"""How high a voice is: its fundamental frequency, frame by frame.

Autocorrelation after Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
ratio of a sampled sound" (IFA Proceedings 17, 1993): that of a windowed frame divided by the window's own is 1 at
each multiple of a steady voice's period, whatever the window. No path is searched: only medians are used here, which
a few frames an octave off do not move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from pipeline.audio.resampling import resample
from pipeline.audio.sound import Sound

RATE_HZ = 8_000  # twenty times the highest pitch, and it leaves little of what is not voiced
FRAME = 400  # 50 ms: three periods of the lowest pitch, as Boersma asks
HOP = 160  # 20 ms
TRANSFORM = 1024
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
OCTAVE_COST = 0.01  # Boersma: of two equal peaks the shorter period
VOICED_STRENGTH = 0.5

Floats = NDArray[np.float32]

_LOWEST_BIN = int(0.8 * LOWEST_HZ / RATE_HZ * TRANSFORM)  # rumble below it would hide every peak
_WINDOW = np.hanning(FRAME + 1)[:FRAME].astype(np.float32)
_SHORTEST, _LONGEST = int(RATE_HZ / HIGHEST_HZ), int(RATE_HZ / LOWEST_HZ)
_LAGS = slice(_SHORTEST - 1, _LONGEST + 2)  # a neighbour on either side, for the parabola


def _autocorrelation(power: Floats) -> Floats:
    return np.asarray(scipy.fft.irfft(power, TRANSFORM, axis=-1), np.float32)


_OF_WINDOW = _autocorrelation(np.abs(scipy.fft.rfft(_WINDOW, TRANSFORM)) ** 2)
_COST = OCTAVE_COST * np.log2(LOWEST_HZ * np.arange(_SHORTEST - 1, _LONGEST + 2) / RATE_HZ)


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """Frames of 50 ms, one every 20 ms.

    Attributes:
        hz: ``[n]``, meaningful where the strength is.
        strength: ``[n]``: 1 for a perfectly periodic frame, near 0 for noise.
        power: ``[n]``: mean square of the frame.
        flatness: ``[n]``: geometric over arithmetic mean of its power spectrum below 4 kHz, 0 … 1.
    """

    hz: Floats
    strength: Floats
    power: Floats
    flatness: Floats


def track_pitch(sound: Sound) -> PitchTrack:
    """The pitch of a sound, its mean taken off."""
    samples = resample(sound, RATE_HZ).samples
    if len(samples) < FRAME:
        samples = np.pad(samples, (0, FRAME - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.mean(np.square(frames), axis=1)
    spectrum = np.square(np.abs(scipy.fft.rfft(frames * _WINDOW, TRANSFORM, axis=1)))  # [n, 513]
    spectrum[:, :_LOWEST_BIN] = 0.0
    heard = np.maximum(spectrum[:, _LOWEST_BIN:], 1e-14)
    flatness = np.exp(np.mean(np.log(heard), axis=1)) / np.mean(heard, axis=1)
    correlation = _autocorrelation(spectrum)
    scale = np.maximum(correlation[:, :1], 1e-12)
    normal = (correlation[:, _LAGS] / scale) / (_OF_WINDOW[_LAGS] / _OF_WINDOW[0])
    peak = 1 + np.argmax((normal - _COST)[:, 1:-1], axis=1)
    rows = np.arange(len(normal))
    before, at, after = normal[rows, peak - 1], normal[rows, peak], normal[rows, peak + 1]
    bend = before - 2 * at + after
    shift = np.where(bend < 0, np.clip(0.5 * (before - after) / np.where(bend < 0, bend, -1), -0.5, 0.5), 0)
    hz = RATE_HZ / (peak + shift + _SHORTEST - 1)
    strength = np.where(bend < 0, np.clip(at, 0, 1), 0)  # no peak: it only rises towards an end
    return PitchTrack(hz.astype(np.float32), strength, power, flatness.astype(np.float32))
