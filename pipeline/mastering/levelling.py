"""The leveller: a hand on the fader that brings phrases nearer to the programme's level and lets go in pauses.

It knows the whole programme beforehand (`surveying`), so it neither lags nor overshoots. Around each 10 ms the level
of the speech, pauses not counted, is averaged over seconds; a share of its distance from the programme's level is
made good. In pauses the gain is 0 dB, whatever the phrases beside them get: room tone is never lifted and never
pumps. The gain is the fader's: it moves by no more than a few dB a second in speech, and between speech and pause in
`Leveller.ramp_s`, inside the pause.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from pipeline.audio.compiling import compiled
from pipeline.audio.sound import Samples
from pipeline.mastering.surveying import Survey
from pipeline.metering.kernels import CELLS_PER_S
from pipeline.profiles.chain import Leveller

SMOOTH_CELLS = 5  # a glottal period of the lowest voice is as long as two cells
STRETCH_CELLS = 1 << 16  # 11 minutes: the curve is drawn in stretches, so that its making takes little memory


def levelled(blocks: Iterable[Samples], figures: Leveller, surveyed: Survey, rate_hz: int) -> Iterator[Samples]:
    """Mono blocks with the gain of `fader_db` applied.

    Args:
        blocks: ``[n]`` float32 each, in step with the surveyed ones.
        figures: of the leveller.
        surveyed: the programme.
        rate_hz: samples per second.
    """
    gains = fader_db(surveyed, figures)  # 1.4 MB an hour; made into gains in place
    gains *= np.float32(math.log(10.0) / 20.0)
    np.exp(gains, out=gains)
    at = 0
    for block in blocks:
        first = at * CELLS_PER_S // rate_hz
        at += len(block)
        if (gains[max(first - 1, 0) : at * CELLS_PER_S // rate_hz + 2] == 1.0).all():
            yield block
            continue
        yield _ridden(block, gains, at - len(block), CELLS_PER_S / rate_hz)


def fader_db(surveyed: Survey, figures: Leveller) -> NDArray[np.float32]:
    """The gain at the centre of each surveyed cell, in dB."""
    powers = surveyed.powers
    around = round((figures.window_s + figures.bridge_s + 2.0 * figures.ramp_s) * CELLS_PER_S) + SMOOTH_CELLS
    fader = np.zeros(len(powers), np.float32)
    for start in range(0, len(powers), STRETCH_CELLS):
        stop = min(start + STRETCH_CELLS, len(powers))
        first = max(start - around, 0)
        drawn = _drawn(powers[first : stop + around].astype(np.float64), surveyed.speech_dbfs, figures)
        fader[start:stop] = drawn[start - first : stop - first]
    return fader


def _drawn(powers: NDArray[np.float64], speech_dbfs: float, figures: Leveller) -> NDArray[np.float64]:
    def cells(seconds: float) -> int:
        """An odd number, so that windows have a centre."""
        return 2 * round(seconds * CELLS_PER_S / 2.0) + 1

    def mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
        return np.asarray(uniform_filter1d(values, width, mode="constant"))

    speech = 10.0 ** (speech_dbfs / 10.0)
    active = (mean(powers, SMOOTH_CELLS) > speech * 10.0 ** (figures.active_db / 10.0)).astype(np.float64)
    half = cells(figures.window_s / 2.0)  # two boxes make a triangle
    amount = mean(mean(active, half), half)
    energy = mean(mean(active * powers, half), half)
    heard = amount > 1e-6
    apart_db = 10.0 * np.log10(np.where(heard, energy, speech) / np.where(heard, amount, 1.0) / speech)
    gain_db = np.clip(-figures.strength * apart_db, -figures.most_db, figures.most_db)
    bridge, ramp = cells(figures.bridge_s), cells(figures.ramp_s)
    phrases = minimum_filter1d(maximum_filter1d(active, bridge), bridge)
    return np.asarray(gain_db * mean(maximum_filter1d(phrases, ramp), ramp))


@compiled()
def _ridden(samples: Samples, gains: NDArray[np.float32], first: int, cells: float) -> Samples:
    """The gain goes in straight lines from the centre of one cell to the next; ``cells`` to the sample."""
    out = np.empty_like(samples)
    last = len(gains) - 1
    i = 0
    while i < len(samples):
        place = (first + i + 0.5) * cells - 0.5  # 0 is the centre of the first cell
        k = math.floor(place)
        end = min(len(samples), max(i + 1, math.ceil((k + 1.5) / cells - 0.5) - first))
        here, there = np.float64(gains[max(min(k, last), 0)]), np.float64(gains[max(min(k + 1, last), 0)])
        for j in range(i, end):  # from the sample's own number, so that where a block begins makes no difference
            gain = here + ((first + j + 0.5) * cells - 0.5 - k) * (there - here)
            out[j] = np.float32(samples[j] * gain)
        i = end
    return out
