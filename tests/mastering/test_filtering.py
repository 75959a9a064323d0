"""Filters have the response that their formulas promise, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import chirp

from pipeline.mastering.filtering import Section, band_pass, equaliser, filtered, high_pass
from pipeline.profiles.chain import VOICE, Band, HighPass
from tests.mastering.sounds import RATE_HZ, through


def response_db(sections: list[Section], hz: np.ndarray, rate_hz: int = RATE_HZ) -> np.ndarray:
    """By an impulse through the stage."""
    impulse = np.zeros(rate_hz * 2)
    impulse[0] = 1.0
    out = through(lambda blocks: filtered(blocks, sections), impulse).astype(np.float64)
    angles = np.exp(-2j * np.pi * np.outer(hz / rate_hz, np.arange(len(out))))
    return 20 * np.log10(np.abs(angles @ out))


def warped(hz: np.ndarray | float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """The bilinear transform's frequency axis."""
    return np.tan(np.pi * np.asarray(hz) / rate_hz)


@pytest.mark.parametrize("rate_hz", [16000, 24000, 48000])
def test_the_high_pass_is_butterworths_within_a_hundredth_of_a_decibel(rate_hz: int) -> None:
    hz = np.geomspace(10, 0.45 * rate_hz, 40)
    expected = -10 * np.log10(1 + (warped(70, rate_hz) / warped(hz, rate_hz)) ** 4)
    np.testing.assert_allclose(response_db([high_pass(HighPass(70), rate_hz)], hz, rate_hz), expected, atol=0.01)
    slope = response_db([high_pass(HighPass(70), rate_hz)], np.array([10.0, 20.0]), rate_hz)
    assert slope[1] - slope[0] == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize("gain_db", [-6.0, 1.0, 4.5])
@pytest.mark.parametrize("kind", ["bell", "low_shelf", "high_shelf"])
def test_a_band_is_the_cookbooks_analogue_prototype(kind: str, gain_db: float) -> None:
    """H(s) as the cookbook states it, at the bilinear transform's frequencies, within 0.01 dB."""
    hz, q, centre_hz = np.geomspace(20, 11000, 50), 0.9, 1500.0
    a = 10 ** (gain_db / 40)
    s = 1j * warped(hz) / warped(centre_hz)
    root = np.sqrt(a)
    prototype = {
        "bell": (s**2 + s * a / q + 1) / (s**2 + s / (a * q) + 1),
        "low_shelf": a * (s**2 + root / q * s + a) / (a * s**2 + root / q * s + 1),
        "high_shelf": a * (a * s**2 + root / q * s + 1) / (s**2 + root / q * s + a),
    }[kind]
    sections = equaliser([Band(kind, centre_hz, gain_db, q)], RATE_HZ)  # type: ignore[arg-type]
    np.testing.assert_allclose(response_db(sections, hz), 20 * np.log10(np.abs(prototype)), atol=0.01)


def test_a_swept_sine_shows_the_same_curve_as_the_impulse() -> None:
    seconds, sections = 20.0, [high_pass(HighPass(), RATE_HZ), *equaliser(VOICE.equaliser, RATE_HZ)]
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sweep = chirp(time_s, 20, seconds, 8000, method="logarithmic")
    out = through(lambda blocks: filtered(blocks, sections), sweep)
    for hz in (30.0, 70.0, 300.0, 1000.0, 3500.0):
        at = round(seconds * np.log(hz / 20) / np.log(400) * RATE_HZ)
        part = slice(at - 2400, at + 2400)
        gain_db = 10 * np.log10(np.mean(out[part] ** 2.0) / np.mean(sweep[part] ** 2))
        assert gain_db == pytest.approx(float(response_db(sections, np.array([hz]))[0]), abs=0.1)


def test_the_voice_equaliser_is_gentle() -> None:
    """Nowhere above 150 Hz does it change anything by more than 1 dB."""
    curve = response_db(equaliser(VOICE.equaliser, RATE_HZ), np.geomspace(150, 11000, 100))
    assert np.abs(curve).max() <= 1.0


def test_the_band_pass_is_0_db_at_its_centre_and_3_db_down_at_its_edges() -> None:
    curve = response_db([band_pass(5000, 9000, 48000)], np.array([5000.0, np.sqrt(45e6), 9000.0]), 48000)
    np.testing.assert_allclose(curve, [-3.0, 0.0, -3.0], atol=0.35)


def test_bands_beyond_the_rate_are_left_out() -> None:
    assert equaliser([Band("bell", 7500, 3, 1)], 16000) == []


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_blocks_do_not_matter(count: int) -> None:
    sound = np.random.default_rng(0).standard_normal(5000)
    sections = [high_pass(HighPass(), RATE_HZ)] * count
    whole = through(lambda blocks: filtered(blocks, sections), sound, 5000)
    np.testing.assert_array_equal(through(lambda blocks: filtered(blocks, sections), sound, 37), whole)


def test_no_section_passes_every_bit() -> None:
    sound = np.random.default_rng(0).standard_normal(5000).astype(np.float32)
    np.testing.assert_array_equal(through(lambda blocks: filtered(blocks, []), sound), sound)
