"""Room tone has the level that was asked for, everywhere, and no seams."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.mastering.room_tone import with_room_tone

RATE_HZ = 44100


def tone(seconds: float, rms_dbfs: float = -70.0, block: int = 4096, seed: int = 1) -> np.ndarray:
    silence = np.zeros(round(seconds * RATE_HZ), np.float32)
    blocks = [silence[start : start + block] for start in range(0, len(silence), block)]
    return np.concatenate(list(with_room_tone(blocks, rms_dbfs, RATE_HZ, seed)))


@pytest.mark.parametrize("rms_dbfs", [-90.0, -70.0, -60.0])
def test_its_rms_is_what_was_asked_for(rms_dbfs: float) -> None:
    assert 20 * np.log10(np.sqrt(np.mean(tone(60.0, rms_dbfs) ** 2))) == pytest.approx(rms_dbfs, abs=0.1)


def test_every_half_second_has_nearly_the_same_level_and_none_repeats() -> None:
    pieces = tone(30.0).reshape(-1, RATE_HZ // 2)
    levels = 20 * np.log10(np.sqrt(np.mean(pieces**2, axis=1)))
    assert np.abs(levels + 70.0).max() < 1.0
    assert np.abs(np.corrcoef(pieces) - np.eye(len(pieces))).max() < 0.25


def test_it_is_darker_than_white_noise() -> None:
    power = np.abs(np.fft.rfft(tone(30.0))) ** 2
    frequencies = np.fft.rfftfreq(30 * RATE_HZ, 1 / RATE_HZ)
    low = power[(frequencies > 200) & (frequencies < 800)].mean()
    assert 10 * np.log10(low / power[(frequencies > 5000) & (frequencies < 10000)].mean()) > 15.0
    assert low > 4 * power[frequencies < 20].mean()


def test_blocks_do_not_matter_and_seeds_do() -> None:
    np.testing.assert_array_equal(tone(1.0, block=1013), tone(1.0))
    assert not np.array_equal(tone(1.0, seed=2), tone(1.0))


def test_it_is_added_to_what_is_there() -> None:
    ramp = np.linspace(-0.5, 0.5, 5000, dtype=np.float32)
    out = np.concatenate(list(with_room_tone([ramp], -70.0, RATE_HZ, 1)))
    np.testing.assert_allclose(out, ramp + tone(5000 / RATE_HZ), atol=1e-7)
