"""Whatever the programme and the profile, the master has the level that was asked for, or says why it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pipeline.mastering import master_chapter
from pipeline.materials import ChapterMix, Mark, Master
from pipeline.metering import measure_file
from pipeline.profiles import Profile, profile_named
from pipeline.vault import Vault
from tests.mastering.sounds import RATE_HZ, noise, phrase, silence

KeepMix = Callable[..., ChapterMix]
ACX = profile_named("acx")
KINDS = {
    "RMS, mono, 16 bits, 44.1 kHz": ACX,
    "loudness, two channels, 16 bits, 44.1 kHz": profile_named("podcast-apple"),
    "loudness, mono, shaped dither": replace(
        profile_named("podcast-mono"), chain=replace(ACX.chain, shaped_dither=True)
    ),
    "loudness, two channels, 24 bits, 48 kHz": profile_named("ebu-r128"),
    "loudness, mono, 24 bits, 96 kHz, no limiter": replace(profile_named("archive"), rate_hz=96000, target=-30.0),
    "RMS, two channels, 24 bits, 48 kHz": replace(ACX, channels=2, bits=24, rate_hz=48000),
}


def music() -> np.ndarray:
    """Chords with a beat: a steady bed and clicks of noise twice a second."""
    time_s = np.arange(20 * RATE_HZ) / RATE_HZ
    bed = sum(np.sin(2 * np.pi * hz * time_s) for hz in (110, 220.5, 277, 331, 440, 660)) / 40
    beat = np.exp(-((time_s * 2 % 1) * 25)) * np.random.default_rng(5).standard_normal(len(time_s)) * 0.25
    return bed + beat


def sparse() -> np.ndarray:
    """Three short phrases in 30 s."""
    sound = silence(30.0)
    for number, at_s in enumerate((2.0, 14.0, 26.0)):
        words = phrase(1.2, -24.0, seed=number)
        sound[round(at_s * RATE_HZ) : round(at_s * RATE_HZ) + len(words)] = words
    return sound


PROGRAMMES: dict[str, Callable[[], np.ndarray]] = {
    "music": music,
    "sparse": sparse,
    "3 s": lambda: np.concatenate([silence(0.5), phrase(2.0, -30.0), silence(0.5)]),
    "30 s": lambda: np.concatenate([phrase(9.0, -26.0 - 3 * part, seed=part) for part in range(3)] + [silence(3.0)]),
    "very quiet": lambda: phrase(8.0, -75.0),
}


def finish(mix: ChapterMix, profile: Profile, folder: Path) -> Master:
    return master_chapter(mix, number=1, title="One", profile=profile, room_tone_dbfs=-70.0, vault=Vault(folder))


def facts(master: Master, folder: Path) -> dict[str, Any]:
    entry = Vault(folder).fetch("masters", master.key)
    assert entry is not None
    return dict(entry.facts)


def check(mix: ChapterMix, profile: Profile, folder: Path) -> None:
    master = finish(mix, profile, folder)
    found = measure_file(master.path)
    level = getattr(found, profile.measure)
    held = profile.ceiling_dbtp if profile.limiter_dbtp is None else profile.limiter_dbtp
    assert found.true_peak_dbtp <= held + 0.01
    info = soundfile.info(master.path)
    assert (info.samplerate, info.channels, info.subtype) == (
        profile.rate_hz,
        profile.channels,
        f"PCM_{profile.bits}",
    )
    assert (master.bits, master.source_rate_hz) == (profile.bits, mix.rate_hz)
    assert level == pytest.approx(profile.target, abs=0.05), master.remarks
    assert master.remarks == ()
    assert found.to_facts() == facts(master, folder)["measurement"]


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("programme", [name for name in PROGRAMMES if name != "sparse"])
def test_the_level_is_within_a_twentieth_of_the_target(
    programme: str, kind: str, keep_mix: KeepMix, tmp_path: Path
) -> None:
    """By the meter on the file; and what the card says is what that meter says."""
    check(keep_mix(tmp_path / "mix.wav", PROGRAMMES[programme]()), KINDS[kind], tmp_path)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("loudness")])
def test_pauses_do_not_count_for_loudness(kind: str, keep_mix: KeepMix, tmp_path: Path) -> None:
    check(keep_mix(tmp_path / "mix.wav", sparse()), KINDS[kind], tmp_path)


@pytest.mark.parametrize("kind", list(KINDS))
def test_speech_meets_the_target_of_every_kind(kind: str, spoken_mix: ChapterMix, tmp_path: Path) -> None:
    check(spoken_mix, KINDS[kind], tmp_path)


def test_pauses_count_for_rms_so_far_as_limiting_allows(keep_mix: KeepMix, tmp_path: Path) -> None:
    """Three phrases in 30 s would have to be nearly square to have -20 dB RMS: told, with the figures."""
    master = finish(keep_mix(tmp_path / "mix.wav", sparse()), ACX, tmp_path)
    made = facts(master, tmp_path)
    assert made["gain_db"] == pytest.approx(made["plain_gain_db"] + 6.0, abs=0.01)
    level = master.requirements[0]
    assert level.measured < -20.05
    assert "the target is -20.0 dB RMS" in master.remarks[0]
    assert master.dbtp <= -3.3 + 0.01


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 44100, 48000])
def test_mixes_of_any_rate_meet_the_target(rate_hz: int, keep_mix: KeepMix, tmp_path: Path) -> None:
    check(
        keep_mix(tmp_path / "mix.wav", phrase(8.0, -28.0), rate_hz), KINDS["RMS, mono, 16 bits, 44.1 kHz"], tmp_path
    )


@pytest.mark.parametrize("seconds", [0.1, 0.39, 0.5, 1.0, 2.5])
def test_less_than_3_s_are_finished_as_near_as_can_be(seconds: float, keep_mix: KeepMix, tmp_path: Path) -> None:
    """From 0.4 s on, the first block there is to measure, within 1 dB; below it by the mean power."""
    profile = KINDS["loudness, two channels, 16 bits, 44.1 kHz"]
    master = finish(keep_mix(tmp_path / "mix.wav", phrase(seconds, -40.0)), profile, tmp_path)
    found = measure_file(master.path)
    if seconds >= 0.4:
        assert found.integrated_lufs == pytest.approx(profile.target, abs=1.0)
    else:
        assert found.rms_dbfs == pytest.approx(profile.target - 3.0, abs=3.0)
        assert "too short" in master.remarks[0]


@pytest.mark.parametrize("seconds", [0.001, 0.3, 5.0])
@pytest.mark.parametrize("kind", list(KINDS)[:2])
def test_silence_stays_silent(seconds: float, kind: str, keep_mix: KeepMix, tmp_path: Path) -> None:
    master = finish(keep_mix(tmp_path / "mix.wav", silence(seconds)), KINDS[kind], tmp_path)
    assert master.sample_count == round(seconds * master.rate_hz)
    assert measure_file(master.path).rms_dbfs < -65.0
    assert "silent" in master.remarks[0]


def test_the_master_does_not_depend_on_the_blocks_it_is_read_in(
    spoken_mix: ChapterMix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every byte of it."""
    whole = finish(spoken_mix, ACX, tmp_path / "one").path.read_bytes()
    monkeypatch.setattr("pipeline.mastering.finishing.BLOCK_FRAMES", 4093)
    assert finish(spoken_mix, ACX, tmp_path / "two").path.read_bytes() == whole


def test_a_louder_mix_makes_the_same_master(keep_mix: KeepMix, tmp_path: Path) -> None:
    """Dynamics are set by the programme's own level: 20 dB more in is less than one step of 16 bits out."""
    sound = np.concatenate(
        [phrase(5.0, -46.0), silence(1.0), phrase(5.0, -50.0, seed=2), noise(0.2, -45.0, 5000, 9000)]
    )
    soft = finish(keep_mix(tmp_path / "soft.wav", sound), replace(ACX, bits=24), tmp_path)
    loud = finish(keep_mix(tmp_path / "loud.wav", sound * 10.0, key="c0ffee"), replace(ACX, bits=24), tmp_path / "b")
    difference = soundfile.read(soft.path)[0] - soundfile.read(loud.path)[0]
    assert np.abs(difference).max() < 2**-15


def test_each_voice_has_its_own_loudness(keep_mix: KeepMix, tmp_path: Path) -> None:
    """By its marks; a renamed role needs no new master."""
    sound = np.concatenate(
        [phrase(4.0, -26.0), silence(1.0), phrase(4.0, -32.0, seed=2), silence(1.0), phrase(4.0, -26.0)]
    )
    marks = tuple(
        Mark(f"ch01-{number:04}", role, "Words.", at_s, at_s + 4.0)
        for number, (role, at_s) in enumerate((("ANNA", 0.0), ("TOM", 5.0), ("ANNA", 10.0)), 1)
    )
    mix = replace(keep_mix(tmp_path / "mix.wav", sound), marks=marks)
    profile = replace(profile_named("archive"), target=-30.0)
    master = finish(mix, profile, tmp_path)
    assert list(master.voices_lufs) == ["ANNA", "TOM"]
    assert master.voices_lufs["ANNA"] - master.voices_lufs["TOM"] == pytest.approx(6.0, abs=0.3)
    alone = measure_file(master.path)
    assert master.voices_lufs["ANNA"] == pytest.approx(alone.integrated_lufs, abs=2.0)
    renamed = replace(mix, marks=tuple(replace(mark, role=mark.role.replace("TOM", "JOHN")) for mark in marks))
    again = finish(renamed, profile, tmp_path)
    assert (again.key, list(again.voices_lufs)) == (master.key, ["ANNA", "JOHN"])
    swapped = replace(mix, marks=tuple(replace(mark, role="ANNA") for mark in marks))
    assert finish(swapped, profile, tmp_path).key != master.key
