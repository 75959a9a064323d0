"""Where a take's speech begins and ends, and the clip that is cut from it.

The level of 10 ms windows is held against the take's own active level, so a whisper is trimmed as a shout is. The
clip keeps a little of what surrounds the speech and is faded at both edges, so that it joins room tone without click.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.audio.decibels import db_to_gain
from pipeline.audio.sound import Samples, Sound
from pipeline.production import Mix

WINDOW_S = 0.010
ACTIVE_GATE = 0.1  # power; windows 10 dB under the mean are not speech (as the relative gate of ITU-R BS.1770)


@dataclass(frozen=True)
class Span:
    """A stretch of samples, ``stop`` not included."""

    start: int
    stop: int

    @property
    def frames(self) -> int:
        return self.stop - self.start


def find_speech(sound: Sound, spec: Mix) -> Span:
    """The stretch of a take that goes into the mix: its speech, ``pre_roll_ms`` before and ``post_roll_ms`` after.

    Where the take has less silence than that, its own edge stays. A take that is silent throughout is kept whole: it
    is not for the mix to judge takes.

    Args:
        sound: the take, untrimmed.
        spec: threshold relative to the active level (dB), margins (ms).
    """
    window = max(1, round(WINDOW_S * sound.rate_hz))
    powers = _powers(sound.samples, window)
    if not powers.size or not powers.max() > 0.0:
        return Span(0, len(sound.samples))
    active = float(powers[powers >= ACTIVE_GATE * powers.mean()].mean())
    heard = np.flatnonzero(powers >= active * db_to_gain(spec.trim_threshold_db) ** 2)
    start = int(heard[0]) * window - round(spec.pre_roll_ms * 1e-3 * sound.rate_hz)
    stop = (int(heard[-1]) + 1) * window + round(spec.post_roll_ms * 1e-3 * sound.rate_hz)
    return Span(max(start, 0), min(stop, len(sound.samples)))


def cut(sound: Sound, span: Span, *, gain_db: float, fade_ms: float) -> Samples:
    """The clip of a span: gain applied, raised-cosine fades from and to zero at its edges.

    Args:
        sound: the take.
        span: what to cut from it.
        gain_db: level change of the clip.
        fade_ms: length of each fade; half the clip when the clip is shorter than two fades.
    """
    clip = sound.samples[span.start : span.stop] * np.float32(db_to_gain(gain_db))
    fade = min(round(fade_ms * 1e-3 * sound.rate_hz), len(clip) // 2)
    if fade:
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(fade) / fade)).astype(np.float32)
        clip[:fade] *= ramp
        clip[-fade:] *= ramp[::-1]
    return clip


def _powers(samples: Samples, window: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean square of consecutive windows about the take's mean (an offset is not speech); the last may be short."""
    if not len(samples):
        return np.zeros(0)
    squares = np.square(samples - samples.mean(dtype=np.float64))
    starts = np.arange(0, len(squares), window)
    counts = np.minimum(window, len(squares) - starts)
    return np.asarray(np.add.reduceat(squares, starts) / counts)
