"""The limiter holds its ceiling between the samples too, and touches nothing below it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import firwin, upfirdn

from pipeline.audio.decibels import db_to_gain
from pipeline.audio.limiting import Reduction, limited

RATE_HZ = 44100
CEILING_DBTP = -3.0
LENGTH = 20_000
TIME_S = np.arange(LENGTH) / RATE_HZ
EDGES = np.minimum(1.0, 50 * np.minimum(TIME_S, TIME_S[-1] - TIME_S))


def reference_dbtp(samples: np.ndarray) -> float:
    """True peak by 64-fold band-limited interpolation of the whole signal at once (FFT)."""
    padded = np.pad(samples.astype(np.float64), 4096)
    spectrum = np.fft.rfft(padded)
    fine = np.fft.irfft(np.pad(spectrum, (0, 32 * len(padded) + 1 - len(spectrum))), 64 * len(padded)) * 64
    return float(20 * np.log10(np.abs(fine).max()))


def eightfold_dbtp(samples: np.ndarray) -> float:
    """True peak by the interpolator that meters have: 8-fold, 32 taps a phase, Kaiser window."""
    offsets = np.arange(-128, 129) / 8
    fine = upfirdn(np.sinc(offsets) * np.kaiser(257, 8.0), samples.astype(np.float64), 8)
    return float(20 * np.log10(np.abs(fine).max()))


def limit(samples: np.ndarray, block: int = 10_000, ceiling_dbtp: float = CEILING_DBTP) -> np.ndarray:
    blocks = [samples[start : start + block].astype(np.float32) for start in range(0, len(samples), block)]
    return np.concatenate(list(limited(blocks, ceiling_dbtp, RATE_HZ)))


def loud_sounds() -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    noise = random.standard_normal(LENGTH)
    clicks = np.zeros(LENGTH)
    clicks[random.integers(0, LENGTH, 30)] = random.uniform(0.5, 20.0, 30) * random.choice([-1, 1], 30)
    bursts = noise * np.where((np.arange(LENGTH) // 2000) % 2, 0.7, 0.01)
    audible = firwin(801, 20300, fs=RATE_HZ, window=("kaiser", 9))  # what sound there can be from a delivery's SRC
    sounds = {
        "noise": noise,
        "bursts": bursts,
        "clicks": clicks,
        "clicks on a tone": clicks + 0.4 * np.sin(2 * np.pi * 200 * TIME_S),
        "square": 1.5 * np.sign(np.sin(2 * np.pi * 220 * TIME_S)),
    }
    sounds = {name: np.convolve(sound, audible, "same") for name, sound in sounds.items()}
    for hz in (60, 997, 5000, 11025, 15000, 20000):
        sounds[f"{hz} Hz"] = 0.99 * EDGES * np.sin(2 * np.pi * hz * TIME_S + 0.3)
    return sounds


@pytest.mark.parametrize("name", list(loud_sounds()))
def test_the_ceiling_holds_by_a_64_fold_reference(name: str) -> None:
    """At most 0.05 dB over, and at most 0.1 dB under: what is taken away is what is needed."""
    sound = loud_sounds()[name]
    assert reference_dbtp(sound) > CEILING_DBTP + 2.0
    out = limit(sound)
    assert len(out) == len(sound)
    assert -0.1 < reference_dbtp(out) - CEILING_DBTP < 0.05


def test_random_sounds_cannot_get_over_the_ceiling() -> None:
    for seed in range(6):
        random = np.random.default_rng(seed)
        smooth = firwin(101, float(random.uniform(500, 20000)), fs=RATE_HZ)
        sound = np.convolve(random.standard_normal(10_000) ** random.choice([1, 3]), smooth, "same")
        sound *= random.uniform(1, 10) / np.abs(sound).max()
        assert reference_dbtp(limit(sound, ceiling_dbtp=-1.5)) < -1.5 + 0.05


@pytest.mark.parametrize("seed", range(4))
def test_a_meter_of_eight_phases_reads_no_more_than_a_hundredth_over_the_ceiling(seed: int) -> None:
    """On sound to 16 kHz; speech at 24 kHz has 12. Above that, 32 taps read the sound itself too high."""
    random = np.random.default_rng(seed)
    audible = firwin(801, 16000, fs=RATE_HZ, window=("kaiser", 9))
    sound = np.convolve(random.standard_normal(LENGTH) ** random.choice([1, 3]), audible, "same")
    assert eightfold_dbtp(limit(sound)) < CEILING_DBTP + 0.01


@pytest.mark.parametrize("name", list(loud_sounds()))
def test_below_the_ceiling_every_sample_passes_bit_for_bit(name: str) -> None:
    """From 0.01 dB below it on, by the reference: so little does the detector over-read what sound there can be."""
    sound = loud_sounds()[name]
    quiet = (sound * db_to_gain(CEILING_DBTP - 0.01 - reference_dbtp(sound))).astype(np.float32)
    reduction = Reduction()
    out = np.concatenate(list(limited([quiet], CEILING_DBTP, RATE_HZ, reduction)))
    np.testing.assert_array_equal(out, quiet)
    assert (reduction.samples, reduction.limited, reduction.most_db) == (LENGTH, 0, 0.0)


def test_a_click_leaves_the_sound_around_it_untouched() -> None:
    """Bit for bit until 8 ms before it and from 1 s after it."""
    sound = (0.1 * np.sin(2 * np.pi * 300 * np.arange(4 * RATE_HZ) / RATE_HZ)).astype(np.float32)
    click = 2 * RATE_HZ
    sound[click : click + 3] = 2.0
    out = limit(sound)
    before, after = click - round(0.009 * RATE_HZ), click + RATE_HZ
    np.testing.assert_array_equal(out[:before], sound[:before])
    np.testing.assert_array_equal(out[after:], sound[after:])
    assert np.abs(out[click - 20 : click]).max() < 0.05


def test_the_gain_moves_smoothly() -> None:
    """A gain step is a click: from 0 to -12 dB and back, the gain moves by less than 0.1 dB from sample to sample."""
    sound = np.full(RATE_HZ, 0.05, np.float32)
    sound[20_000] = 2.8
    gain = limit(sound) / sound
    assert gain.min() < db_to_gain(-11.0)
    assert np.abs(np.diff(20 * np.log10(gain))).max() < 0.1


@pytest.mark.parametrize("block", [1, 997, 65_536])
def test_blocks_do_not_matter(block: int) -> None:
    sound = loud_sounds()["clicks on a tone"]
    sound = np.concatenate([sound, 0.1 * sound, sound])[: 15_000 if block == 1 else None]
    np.testing.assert_array_equal(limit(sound, block), limit(sound, 10_000))


def test_what_was_taken_away_is_told() -> None:
    sound = np.full(2 * RATE_HZ, 0.1, np.float32)
    sound[RATE_HZ // 2] = db_to_gain(CEILING_DBTP + 10.0)
    reduction = Reduction()
    list(limited([sound], CEILING_DBTP, RATE_HZ, reduction))
    assert reduction.samples == 2 * RATE_HZ
    assert reduction.most_db == pytest.approx(10.0, abs=0.2)  # the interpolated click is a little higher
    assert 0.1 < reduction.share < 0.4  # seven release times of 60 ms in two seconds
    assert 0.5 < reduction.mean_db < reduction.most_db


@pytest.mark.parametrize("rate_hz", [8000, 48000, 96000])
def test_other_rates_are_limited_as_well(rate_hz: int) -> None:
    sound = np.convolve(np.random.default_rng(3).standard_normal(20_000), firwin(301, 0.85), "same")
    out = np.concatenate(list(limited([sound.astype(np.float32)], -2.0, rate_hz)))
    assert -0.1 < reference_dbtp(out) + 2.0 < 0.05


def test_nothing_gives_nothing() -> None:
    assert list(limited([], -1.0, RATE_HZ)) == []
