"""Free checks find takes that broke off, went wrong in length, level or voice, or are no speech; good ones pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.audio.sound import Samples, Sound
from pipeline.booth.expecting import Expected, VoiceReference
from pipeline.booth.listening import TakeMeasure, free_checks, length_z, measure_take, pause_in
from pipeline.engines import Rendition

RATE = 24_000
VOICE = VoiceReference(
    pace=1.0, pace_spread=0.1, pitch_hz=200.0, pitch_spread=0.5, level_dbfs=-20.0, noise_floor_dbfs=-75.0
)


def silence(seconds: float, level: float = 1e-5) -> Samples:
    noise = np.random.default_rng(1).standard_normal(round(seconds * RATE))
    return (level * noise).astype(np.float32)


def word(hz: float = 200.0, seconds: float = 0.4, level: float = 0.15) -> Samples:
    """A buzz with many harmonics, swelling and fading, like a sung syllable."""
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = np.sum([np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 9)], axis=0)
    edge = np.minimum(1.0, np.minimum(time, seconds - time) / 0.03)
    return (level * buzz * edge).astype(np.float32)


def speech(words: int = 10, hz: float = 200.0, gap_s: float = 0.1) -> Samples:
    """Half a second for each word, and quiet at both ends."""
    parts = [part for _ in range(words) for part in (word(hz), silence(gap_s))]
    return np.concatenate([silence(0.3), *parts, silence(0.3)])


def measured(samples: Samples, **told: object) -> TakeMeasure:
    return measure_take(Rendition(Sound(samples.astype(np.float32), RATE), **told))  # type: ignore[arg-type]


def failed(samples: Samples, seconds: float = 5.0, voice: VoiceReference | None = VOICE, **told: object) -> set[str]:
    verdicts = free_checks(measured(samples, **told), Expected(seconds, voice))
    return {verdict.check for verdict in verdicts if not verdict.passed}


def test_a_good_take_passes_every_check() -> None:
    verdicts = free_checks(measured(speech(), uncertainty=1.0), Expected(5.0, replace(VOICE, uncertainty=1.0)))
    assert all(verdict.passed for verdict in verdicts)
    assert len(verdicts) == 17  # none was left out
    assert all(verdict.reason == "" for verdict in verdicts)


@pytest.mark.parametrize("pace", [0.7, 1.0, 1.4])
def test_without_a_reference_a_voice_may_be_slow_or_fast(pace: float) -> None:
    assert failed(speech(), 5.0 * pace, voice=None) == set()


NAN = np.array([np.nan], np.float32)
THUMP = 0.1 * np.sin(2 * np.pi * 300 * np.arange(240) / RATE)


@pytest.mark.parametrize(
    ("samples", "check"),
    [
        (np.concatenate([speech(), NAN]), "finite"),
        (np.zeros(0, np.float32), "audible"),
        (silence(5.0), "audible"),
        (speech(1), "not-too-short"),
        (speech(30), "not-too-long"),
        (speech(5), "usual-length"),
        (speech(19), "usual-length"),
        (np.concatenate([silence(1.0), speech()]), "begins"),
        (np.concatenate([speech(4), silence(0.8), speech(4)]), "no-hole"),
        (np.concatenate([speech(), silence(1.5)]), "stops"),
        (speech()[: round(5.1 * RATE)], "ends-quietly"),
        (np.clip(20 * speech(), -1, 1), "not-clipped"),
        (speech() + 0.1, "no-offset"),
        (speech() + silence(5.6, 0.005), "quiet-background"),
        (np.concatenate([speech(5), speech(5, hz=380.0)]), "steady-pitch"),
        (speech(hz=130.0), "own-pitch"),
    ],
)
def test_each_fault_is_found(samples: Samples, check: str) -> None:
    assert check in failed(samples)


@pytest.mark.parametrize(
    ("told", "check"), [({"truncated": True}, "whole"), ({"loops": 3}, "no-loops"), ({"uncertainty": 2.0}, "certain")]
)
def test_what_the_engine_tells_is_believed(told: dict[str, object], check: str) -> None:
    assert failed(speech(), voice=replace(VOICE, uncertainty=1.0), **told) == {check}


def test_a_click_in_silence_is_no_speech() -> None:
    with_click = np.concatenate([silence(0.1), THUMP.astype(np.float32), silence(0.9), speech()])
    assert "begins" in failed(with_click)


def test_a_rumble_that_nobody_hears_is_neither_noise_nor_pitch() -> None:
    clean = speech()
    rumble = 0.012 * np.sin(2 * np.pi * 20 * np.arange(len(clean)) / RATE)
    assert failed(clean + rumble) == set()
    assert measured(clean + rumble).pitch_hz == pytest.approx(200, rel=0.01)


def test_a_hesitation_in_the_text_explains_a_silence() -> None:
    samples = np.concatenate([speech(5), silence(0.9), speech(5)])
    assert failed(samples, 6.5) == {"no-hole"}
    assert free_checks(measured(samples), Expected(6.5, VOICE, pause_in("He said … nothing")))[9].passed
    assert pause_in("A plain sentence.") == 0.0 < pause_in("One. Two.")


@pytest.mark.parametrize("hz", [70.0, 120.0, 210.0, 400.0])
@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100])
def test_pitch_is_told_within_a_fifth_of_a_semitone_at_any_rate(hz: float, rate: int) -> None:
    time = np.arange(rate) / rate
    buzz = np.sum([np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 6)], axis=0)
    take = measure_take(Rendition(Sound((0.1 * buzz).astype(np.float32), rate)))
    assert take.pitch_hz == pytest.approx(hz, rel=0.012)
    assert take.voiced_share > 0.9


def test_noise_has_no_pitch() -> None:
    assert measured(silence(2.0, 0.1)).pitch_hz is None


def test_times_and_levels_are_those_of_the_sound() -> None:
    take = measured(np.concatenate([silence(0.5), word(seconds=1.0), silence(0.7), word(seconds=1.0), silence(0.4)]))
    assert take.speech_start_s == pytest.approx(0.5, abs=0.03)
    assert take.speech_end_s == pytest.approx(3.2, abs=0.03)
    assert take.gap_s == pytest.approx(0.7, abs=0.04)
    assert take.gap_at_s == pytest.approx(1.5, abs=0.03)
    assert take.noise_floor_dbfs == pytest.approx(-100.0, abs=1.5)
    assert take.tail_50ms_db < -60


def test_an_unusual_length_is_told_in_spreads_of_the_voice() -> None:
    take = measured(speech())
    as_it_was = length_z(take, Expected(take.read_s, VOICE))
    twice = length_z(take, Expected(take.read_s / 2, VOICE))
    assert as_it_was == pytest.approx(0.0)
    assert twice is not None and 4 < twice < 7
    assert length_z(take, Expected(5.0)) is None


def test_a_take_that_the_vault_holds_without_its_nan_is_still_found_out() -> None:
    assert [
        verdict.check
        for verdict in free_checks(
            replace(measure_take(Rendition(Sound(speech(), RATE))), finite=False), Expected(5.0)
        )
        if not verdict.passed
    ] == ["finite"]
