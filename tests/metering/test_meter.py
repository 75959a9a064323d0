"""Every figure against a plain calculation over the whole sound; blocks do not matter; memory does not grow."""

from __future__ import annotations

import json
import math
import pickle
from itertools import pairwise

import numpy as np
import pytest

from pipeline.metering import Measurement, Meter
from tests.metering.conformance import measure

RATE_HZ = 44100


def db(power: float) -> float:
    return 10 * math.log10(power)


def noise(seconds: float, rate_hz: int = RATE_HZ, channels: int = 1, level: float = 0.1) -> np.ndarray:
    random = np.random.default_rng(round(100 * seconds) + rate_hz + channels)
    return (level * random.standard_normal((round(seconds * rate_hz), channels))).astype(np.float32)


def cells(sound: np.ndarray, rate_hz: int) -> np.ndarray:
    """Mean power of every whole 10 ms."""
    count = (len(sound) * 100 - 50) // rate_hz
    starts = [math.floor(k * rate_hz / 100 + 0.5) for k in range(count + 1)]
    powers = np.square(sound.astype(np.float64)).mean(axis=1)
    return np.array([powers[a:b].mean() for a, b in pairwise(starts)])


@pytest.mark.parametrize("rate_hz", [44100, 22050])
@pytest.mark.parametrize("frames", ["announced", "unknown"])
def test_the_size_of_the_blocks_does_not_matter(speech: np.ndarray, rate_hz: int, frames: str) -> None:
    """Not to the last bit: frames are counted from the start."""
    sound = np.resize(speech, 40 * rate_hz)[:, None]
    results = []
    for block in (len(sound), 4093, 65_536, 3):
        part = sound if block > 3 else sound[: 4 * rate_hz]
        meter = Meter(rate_hz, 1, len(part) if frames == "announced" else None)
        for start in range(0, len(part), block):
            meter.add(part[start : start + block])
        results.append(meter.measurement())
    assert results[0] == results[1] == results[2]
    assert results[3].integrated_lufs == measure(sound[: 4 * rate_hz], rate_hz).integrated_lufs


def test_reading_it_in_between_changes_nothing(speech: np.ndarray) -> None:
    sound = np.append(np.resize(speech, 20 * RATE_HZ), [np.nan, 1.0, 1.0]).astype(np.float32)[:, None]
    meter, other = Meter(RATE_HZ, 1), Meter(RATE_HZ, 1)
    for start in range(0, len(sound), 100_000):
        meter.add(sound[start : start + 100_000])
        before = meter.measurement()
        assert before == meter.measurement()
        other.add(sound[start : start + 100_000])
    assert meter.measurement() == other.measurement()
    assert meter.measurement().invalid_samples == 1


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_plain_levels_are_those_of_the_whole_sound(channels: int) -> None:
    sound = noise(17.3, channels=channels) + np.float32(0.01)
    sound[:, 0] += np.float32(0.02)
    sound[200_000:230_000] *= np.float32(0.05)
    found, wide = measure(sound, RATE_HZ), sound.astype(np.float64)
    assert (found.rate_hz, found.channels, found.sample_count) == (RATE_HZ, channels, len(sound))
    assert found.seconds == pytest.approx(len(sound) / RATE_HZ)
    assert found.rms_dbfs == pytest.approx(db(np.mean(np.square(wide))), abs=1e-6)
    assert found.sample_peak_dbfs == pytest.approx(db(np.square(wide).max()), abs=1e-6)
    assert found.dc_offset == pytest.approx(np.abs(wide.mean(axis=0)).max(), abs=1e-9)
    powers = cells(sound, RATE_HZ)
    windows = [powers[start : start + 50].mean() for start in range(len(powers) - 49)]
    assert found.noise_floor_dbfs == pytest.approx(db(min(windows)), abs=1e-6)
    assert found.noise_floor_at_s == pytest.approx(int(np.argmin(windows)) / 100, abs=1e-4)


def test_the_noise_floor_of_silence_beside_loud_sound_is_silence() -> None:
    """Sums are not made by differences of running ones, which would leave rounding errors at -120 dB."""
    sound = np.concatenate([noise(20, level=0.3), np.zeros((RATE_HZ, 1), np.float32), noise(20, level=0.3)])
    assert measure(sound, RATE_HZ).noise_floor_dbfs == -120.0


def test_channels_are_compared_two_by_two() -> None:
    sound = noise(2.0, channels=3)
    sound[:, 2] = -0.5 * sound[:, 0] + 0.1 * sound[:, 1]
    found, wide = measure(sound, RATE_HZ), sound.astype(np.float64)
    pairs = [(0, 1), (0, 2), (1, 2)]
    difference = max(np.abs(wide[:, a] - wide[:, b]).max() for a, b in pairs)
    alike = min(
        (wide[:, a] @ wide[:, b]) / np.sqrt((wide[:, a] @ wide[:, a]) * (wide[:, b] @ wide[:, b])) for a, b in pairs
    )
    assert found.channel_difference_dbfs == pytest.approx(20 * math.log10(difference), abs=1e-5)
    assert found.channel_correlation == pytest.approx(alike, abs=1e-9)


def test_mono_and_the_same_sound_twice_have_no_difference() -> None:
    one = noise(1.0)
    for sound, alike in (
        (one, 1.0),
        (np.repeat(one, 2, axis=1), 1.0),
        (one * [[1, -1]], -1.0),
        (one * [[1, 0]], 0.0),
    ):
        found = measure(sound.astype(np.float32), RATE_HZ)
        assert found.channel_correlation == pytest.approx(alike, abs=1e-9)
        assert (found.channel_difference_dbfs == -120.0) == (alike == 1.0)


def test_the_same_sound_in_two_channels_is_3_lu_louder(speech: np.ndarray) -> None:
    one, two = (measure(np.repeat(speech[:, None], n, axis=1), 24000) for n in (1, 2))
    assert two.integrated_lufs - one.integrated_lufs == pytest.approx(10 * math.log10(2), abs=1e-6)
    assert (two.rms_dbfs, two.true_peak_dbtp) == (pytest.approx(one.rms_dbfs, abs=1e-9), one.true_peak_dbtp)


def test_head_and_tail_are_what_stands_before_and_after_the_speech() -> None:
    sound = noise(5.0, level=10 ** (-70 / 20))
    sound[round(0.75 * RATE_HZ) : round(2.0 * RATE_HZ)] += 0.1
    found = measure(sound, RATE_HZ)
    assert (found.head_s, found.tail_s) == (pytest.approx(0.75, abs=0.011), pytest.approx(3.0, abs=0.011))


def test_in_a_noisy_sound_speech_is_what_stands_10_db_out_of_the_noise() -> None:
    """The noise is 20 dB over ACX's floor; that there is no head is seen only when its level is known, at the end."""
    sound = noise(40.0, level=10 ** (-40 / 20))
    sound[RATE_HZ : 38 * RATE_HZ] += noise(37.0, level=0.1)
    found = measure(sound, RATE_HZ)
    assert (found.head_s, found.tail_s) == (pytest.approx(1.0, abs=0.011), pytest.approx(2.0, abs=0.011))


def test_a_steady_tone_has_neither_head_nor_tail() -> None:
    sine = (0.3 * np.sin(np.arange(3 * RATE_HZ) * 0.1)).astype(np.float32)[:, None]
    found = measure(sine, RATE_HZ)
    assert (found.head_s, found.tail_s) == (0.0, pytest.approx(0.0, abs=0.01))


def test_places_are_where_things_are() -> None:
    sound = noise(60.0, level=0.001)
    sound[30 * RATE_HZ : 33 * RATE_HZ] += noise(3.0, level=0.1)
    sound[round(50.0 * RATE_HZ) : round(50.4 * RATE_HZ)] += noise(0.4, level=0.25)
    sound[12 * RATE_HZ, 0] = 1.3
    sound[8 * RATE_HZ : 9 * RATE_HZ] *= 0.5
    found = measure(sound, RATE_HZ)
    assert found.true_peak_at_s == pytest.approx(12.0, abs=1e-4)
    assert found.max_short_term_at_s == pytest.approx(30.0, abs=0.02)
    assert found.max_momentary_at_s == pytest.approx(50.0, abs=0.02)
    assert 8.0 <= found.noise_floor_at_s <= 8.5


def test_a_sample_is_clipped_when_one_beside_it_is_too() -> None:
    sound = noise(20.0)
    sound[100, 0] = 1.0  # alone: it touches full scale
    sound[16 * RATE_HZ - 2 : 16 * RATE_HZ + 3, 0] = 1.0  # across the meter's own frames
    sound[500_000:500_002, 0] = (-1.2, 32767 / 32768)
    assert measure(sound, RATE_HZ).clipped_samples == 5 + 2


def test_invalid_samples_are_counted_and_taken_as_0() -> None:
    sound = noise(20.0, channels=2)
    clean = sound.copy()
    places = np.random.default_rng(0).integers(0, len(sound), 60)
    sound[places[:20], 0], sound[places[20:40], 1], sound[places[40:], 0] = np.nan, np.inf, -np.inf
    clean[places[:20], 0], clean[places[20:40], 1], clean[places[40:], 0] = 0, 0, 0
    found, wanted = measure(sound, RATE_HZ), measure(clean, RATE_HZ)
    assert found.invalid_samples == len(set(places[:20]) | set(places[40:])) + len(set(places[20:40]))
    assert {**found.to_facts(), "invalid_samples": 0} == wanted.to_facts()


@pytest.mark.parametrize("length", [1, 3, 440, 5000, 60_000])
@pytest.mark.parametrize("start", [0, 16 * RATE_HZ - 100, 100_000, 20 * RATE_HZ])
def test_the_longest_digital_silence_is_found_wherever_it_is(length: int, start: int) -> None:
    """At the start, across the meter's own frames, within one, and at the end; shorter ones and a silent channel
    beside it do not count.
    """
    sound = noise(20.0, channels=2)
    sound[sound == 0.0] = 0.1
    end = start + length
    if start == 20 * RATE_HZ:
        start, end = start - length, start
    sound[start:end] = 0.0
    sound[300_000 : 300_000 + length - 1] = 0.0
    sound[700_000:705_000, 1] = 0.0
    sound[705_000:705_010, 0] = -0.0
    assert measure(sound, RATE_HZ).longest_digital_silence_s == pytest.approx(length / RATE_HZ, abs=1e-9)


@pytest.mark.parametrize("frames", [1, 100, 599, 600, 150_077, 3_000_001])
def test_the_waveform_is_the_peak_of_each_of_600_equal_slices(frames: int) -> None:
    random = np.random.default_rng(0)
    samples = (random.uniform(-0.9, 0.9, frames) * np.linspace(0.1, 1, frames)).astype(np.float32)
    found = measure(samples[:, None], RATE_HZ).waveform
    edges = -(-np.arange(601) * frames // 600)
    expected = [np.abs(samples[min(a, frames - 1) : max(b, a + 1)]).max() for a, b in pairwise(edges)]
    np.testing.assert_allclose(found, expected, atol=6e-5)


@pytest.mark.parametrize("seconds", [0.5, 7, 100, 400])
def test_a_waveform_of_unknown_length_is_off_by_no_more_than_a_slice(seconds: float) -> None:
    """Each value is the peak of its slice or of the two beside it too."""
    sound = noise(seconds, rate_hz=8000) * np.linspace(0, 1, round(seconds * 8000), dtype=np.float32)[:, None]
    meter = Meter(8000, 1)
    meter.add(sound)
    exact, found = np.array(measure(sound, 8000).waveform), np.array(meter.measurement().waveform)
    near = np.pad(exact, 1)
    assert len(found) == 600
    assert (found >= exact - 1e-4).all()
    assert (found <= np.maximum(np.maximum(near[:-2], near[2:]), exact) + 1e-4).all()


@pytest.mark.parametrize("announced", [100, 10_000_000])
def test_a_wrong_announcement_costs_the_curves_detail_and_nothing_else(announced: int) -> None:
    sound = noise(10.0)
    meter = Meter(RATE_HZ, 1, announced)
    meter.add(sound)
    found, wanted = meter.measurement().to_facts(), measure(sound, RATE_HZ).to_facts()
    assert {name for name in found if found[name] != wanted[name]} <= {"waveform", "loudness_curve"}


def test_the_loudness_curve_is_the_loudest_short_term_of_each_slice() -> None:
    """600 s at 1 s a slice; the level steps from -40 to -20 LUFS at 300 s."""
    sound = noise(600, rate_hz=8000, level=0.01)
    sound[300 * 8000 :] *= 10.0
    curve = measure(sound, 8000).loudness_curve
    assert len(curve) == 600
    assert np.ptp(curve[3:300]) < 0.5
    assert np.ptp(curve[303:]) < 0.5
    assert np.mean(curve[303:]) - np.mean(curve[3:300]) == pytest.approx(20.0, abs=0.1)
    assert curve[299] + 1 < curve[300] < curve[301] < curve[302] < curve[303] + 0.3


@pytest.mark.parametrize(("seconds", "what"), [(0.399, "block"), (2.999, "window"), (0.0, "anything")])
def test_what_is_shorter_than_a_window(seconds: float, what: str) -> None:
    """Integrated needs 400 ms, range 3 s; momentary and short-term are what a live meter shows when it ends."""
    frames = round(seconds * 48000)
    sine = (0.1 * np.sin(2 * np.pi * np.arange(frames) / 48))[:, None].astype(np.float32)
    found = measure(sine, 48000)
    steady = -23.0 + 0.007  # 1 kHz at -20 dBFS in one channel
    assert found.lra_lu == 0.0
    if what == "anything":
        assert found.max_momentary_lufs == found.true_peak_dbtp == found.rms_dbfs == found.noise_floor_dbfs == -120.0
        return
    assert (found.integrated_lufs == -120.0) == (what == "block")
    whole_s = math.floor(seconds * 100 + 1e-9) / 100
    assert found.max_momentary_lufs == pytest.approx(steady + db(min(1, whole_s / 0.4)), abs=0.02)
    assert found.max_short_term_lufs == pytest.approx(steady + db(whole_s / 3), abs=0.02)


@pytest.mark.parametrize("frames", [1, 100, 9000, 24000])
def test_silence_reads_minus_120_everywhere(frames: int) -> None:
    found = measure(np.zeros((frames, 2), np.float32), 24000)
    levels = {name: value for name, value in found.to_facts().items() if name.endswith(("lufs", "dbtp", "dbfs"))}
    assert set(levels.values()) == {-120.0}
    assert found.head_s == found.tail_s == found.longest_digital_silence_s == frames / 24000


def test_a_measurement_survives_json(speech: np.ndarray) -> None:
    found = measure(speech[:, None], 24000)
    assert Measurement.from_facts(json.loads(json.dumps(found.to_facts(), allow_nan=False))) == found


def test_every_figure_is_finite_whatever_comes() -> None:
    random = np.random.default_rng(0)
    huge = (random.standard_normal((50_000, 2)) * 1e37).astype(np.float32)
    for sound in (
        huge,
        np.full((50_000, 2), np.nan, np.float32),
        huge * np.float32(1e-44),
        np.ones((1, 2), np.float32),
    ):
        json.dumps(measure(sound, 48000).to_facts(), allow_nan=False)


def test_the_state_does_not_grow_with_the_sound() -> None:
    """What the meter holds after 10 minutes is as large as after one: everything is in tables of fixed size."""
    meter, sizes = Meter(8000, 2), []
    minute = noise(60.0, rate_hz=8000, channels=2)
    for _ in range(10):
        meter.add(minute)
        sizes.append(len(pickle.dumps(meter)))
    assert max(sizes) - sizes[0] < 1000  # numbers have more digits


@pytest.mark.slow
def test_a_day_is_measured_in_constant_memory_and_does_not_drift() -> None:
    """24 h at a rate of which 10 ms is no whole number of samples: an hour's figures, and a last beep in place."""
    rate_hz = 11025
    hour = np.resize(noise(97.0, rate_hz=rate_hz), (3600 * rate_hz, 1))
    meter, first, sizes = Meter(rate_hz, 1), Meter(rate_hz, 1), []
    first.add(hour)
    for _ in range(24):
        meter.add(hour)
        sizes.append(len(pickle.dumps(meter)))
    meter.add(np.zeros((rate_hz, 1), np.float32))
    meter.add(noise(0.4, rate_hz=rate_hz, level=0.9))
    found = meter.measurement()
    assert max(sizes) - sizes[0] < 1000
    assert found.integrated_lufs == pytest.approx(first.measurement().integrated_lufs, abs=0.01)
    assert found.max_momentary_at_s == pytest.approx(24 * 3600 + 1, abs=0.011)
    assert found.noise_floor_at_s == pytest.approx(24 * 3600, abs=0.011)
