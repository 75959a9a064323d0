"""The compressor has the static curve and the time constants of its paper, and leaves alone what is quiet."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.mastering.compressing import compressed, static_db
from pipeline.profiles.chain import Compressor
from tests.mastering.sounds import RATE_HZ, level_db, silence, through, tone

SPEECH_DBFS = -26.0
FIGURES = Compressor(threshold_db=6.0, ratio=2.0, knee_db=8.0, attack_s=0.010, release_s=0.120)


def compress(
    sound: np.ndarray, figures: Compressor = FIGURES, block: int = 8191, moved_db: float = 0.0
) -> np.ndarray:
    return through(
        lambda blocks: compressed(blocks, figures, speech_dbfs=SPEECH_DBFS + moved_db, rate_hz=RATE_HZ), sound, block
    )


@pytest.mark.parametrize("above_db", [-10.0, -4.0, -2.0, 0.0, 2.0, 4.0, 10.0, 15.0])
@pytest.mark.parametrize("ratio", [1.5, 2.0, 4.0])
def test_the_static_curve_is_that_of_the_paper(above_db: float, ratio: float) -> None:
    """Eq. 4 of Giannoulis et al.; a tone of that envelope is brought there within 0.1 dB."""
    figures = Compressor(threshold_db=6.0, ratio=ratio, knee_db=8.0)
    slope = 1 - 1 / ratio
    inside = slope * (above_db + 4.0) ** 2 / 16.0
    expected = 0.0 if above_db <= -4.0 else slope * above_db if above_db >= 4.0 else inside
    peak_dbfs = SPEECH_DBFS + 6.0 + above_db
    assert static_db(peak_dbfs, figures, speech_dbfs=SPEECH_DBFS) == pytest.approx(expected, abs=1e-9)
    sound = tone(997.0, 2.0, peak_dbfs - 3.0103)
    out = compress(sound, figures)
    assert level_db(sound[RATE_HZ:]) - level_db(out[RATE_HZ:]) == pytest.approx(expected, abs=0.1)


def gain_steps_db(before_dbfs: float, after_dbfs: float) -> np.ndarray:
    """The gain from 50 ms before a step of level on, one value each millisecond."""
    carrier = np.where(np.arange(2 * RATE_HZ) % 2, -1.0, 1.0)  # its envelope is what it is in every sample
    level = np.repeat(10 ** (np.array([before_dbfs, after_dbfs]) / 20), RATE_HZ)
    out = compress(carrier * level)
    gain = 20 * np.log10(out / (carrier * level).astype(np.float32))
    return gain[RATE_HZ - 50 * RATE_HZ // 1000 :: RATE_HZ // 1000]


@pytest.mark.parametrize(("before_dbfs", "after_dbfs", "constant_ms"), [(-40, -8, 10.0), (-8, -40, 120.0)])
def test_a_step_is_followed_with_the_time_constants(
    before_dbfs: float, after_dbfs: float, constant_ms: float
) -> None:
    """After one time constant 63.2 % of the way is made, in decibels; within one cell of 1 ms."""
    gain = gain_steps_db(before_dbfs, after_dbfs)
    start, end = gain[40], gain[900]
    assert abs(end - start) == pytest.approx(static_db(-8, FIGURES, speech_dbfs=SPEECH_DBFS), abs=0.05)
    made = (gain[50:] - start) / (end - start)
    reached_ms = float(np.interp(1 - np.exp(-1), made, np.arange(len(made))))
    assert reached_ms == pytest.approx(constant_ms, abs=1.5)
    assert np.all(np.diff(made) > -1e-6)


def test_what_stays_below_the_knee_passes_bit_for_bit() -> None:
    sound = tone(300.0, 1.0, SPEECH_DBFS - 4.0).astype(np.float32)
    np.testing.assert_array_equal(compress(sound), sound)


def test_after_a_burst_the_gain_comes_all_the_way_back() -> None:
    quiet = tone(300.0, 3.0, -50.0)
    out = compress(np.concatenate([tone(300.0, 0.5, -8.0), quiet]))
    np.testing.assert_array_equal(out[-RATE_HZ:], quiet.astype(np.float32)[-RATE_HZ:])


def test_the_same_programme_elsewhere_in_level_is_compressed_alike() -> None:
    sound = np.concatenate([tone(300.0, 0.5, -12.0), tone(200.0, 0.5, -30.0)])
    louder = compress(sound * 10 ** (-20 / 20), moved_db=-20.0) * 10.0
    np.testing.assert_allclose(louder, compress(sound), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("block", [1, 997, 65536])
def test_blocks_do_not_matter(block: int) -> None:
    sound = np.concatenate([tone(300.0, 0.2, -12.0), silence(0.1), tone(2000.0, 0.33, -20.0)])
    np.testing.assert_array_equal(compress(sound, block=block), compress(sound))


def test_nothing_gives_nothing() -> None:
    assert len(compress(np.zeros(0))) == 0
