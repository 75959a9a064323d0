"""A master meets its profile, says so by measuring the file itself, and is made only once."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from pipeline.mastering import master_chapter, measure_file, profile_named, resolved
from pipeline.materials import ChapterMix, Master
from pipeline.production import Mastering, MasterOverrides
from pipeline.profiles import Requirement
from pipeline.vault import Vault

KeepMix = Callable[..., ChapterMix]
ACX = Mastering(profile="audiobook-acx")
PODCAST = Mastering(profile="podcast")


def finish(mix: ChapterMix, folder: Path, spec: Mastering = ACX, room_tone_dbfs: float = -70.0) -> Master:
    return master_chapter(
        mix, number=3, title="The Third", profile=resolved(spec), room_tone_dbfs=room_tone_dbfs, vault=Vault(folder)
    )


def line(master: Master, name: str) -> Requirement:
    return next(requirement for requirement in master.requirements if requirement.name == name)


def decoded(master: Master) -> np.ndarray:
    return np.asarray(soundfile.read(master.path, always_2d=True)[0])


@pytest.fixture(scope="module")
def audiobook(spoken_mix: ChapterMix, tmp_path_factory: pytest.TempPathFactory) -> Master:
    return finish(spoken_mix, tmp_path_factory.mktemp("acx"))


@pytest.fixture(scope="module")
def podcast(spoken_mix: ChapterMix, tmp_path_factory: pytest.TempPathFactory) -> Master:
    return finish(spoken_mix, tmp_path_factory.mktemp("podcast"), PODCAST)


@pytest.mark.parametrize(("name", "target", "channels"), [("audiobook", -20.0, 1), ("podcast", -16.0, 2)])
def test_speech_is_within_a_tenth_of_the_target_by_pyloudnorm_on_the_whole_file(
    name: str, target: float, channels: int, request: pytest.FixtureRequest
) -> None:
    master = request.getfixturevalue(name)
    sound = decoded(master)
    reference = pyloudnorm.Meter(44100, filter_class="DeMan").integrated_loudness(sound)
    assert sound.shape == (master.sample_count, channels)
    assert reference == pytest.approx(target, abs=0.1)
    assert master.lufs == pytest.approx(reference, abs=0.01)


def test_an_audiobook_meets_every_requirement_of_acx(audiobook: Master) -> None:
    assert [requirement.name for requirement in audiobook.requirements if not requirement.met] == []
    assert {line(audiobook, name).high for name in ("RMS level", "true peak", "noise floor")} == {-18.0, -3.0, -60.0}
    assert audiobook.dbtp <= profile_named("audiobook-acx").ceiling_dbtp + 0.05
    assert line(audiobook, "noise floor").measured == pytest.approx(-70.0, abs=1.0)


def test_a_podcast_meets_every_requirement_and_has_the_same_sound_in_both_channels(podcast: Master) -> None:
    sound = decoded(podcast)
    assert all(requirement.met for requirement in podcast.requirements)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    assert podcast.dbtp <= -1.5 + 0.05


def test_a_master_is_16_bits_and_as_long_as_its_mix(audiobook: Master, spoken_mix: ChapterMix) -> None:
    info = soundfile.info(audiobook.path)
    assert (info.format, info.subtype, info.samplerate) == ("FLAC", "PCM_16", 44100)
    assert audiobook.seconds == pytest.approx(spoken_mix.seconds, abs=1 / 44100)
    assert (audiobook.number, audiobook.title, audiobook.marks) == (3, "The Third", spoken_mix.marks)
    assert len(audiobook.waveform) == 600
    assert max(audiobook.waveform) == pytest.approx(np.abs(decoded(audiobook)).max(), abs=1e-4)


def test_there_is_no_digital_silence_anywhere(audiobook: Master) -> None:
    """No value is held for 2 ms, not in the head, not in a pause, not in the tail."""
    changes = np.flatnonzero(np.diff(decoded(audiobook)[:, 0]))
    assert np.diff(changes, prepend=0, append=audiobook.sample_count).max() < 0.002 * 44100


def test_rumble_is_taken_away_and_the_voice_is_not(keep_mix: KeepMix, tmp_path: Path) -> None:
    """Butterworth, second order at 70 Hz: 20 Hz falls by 21.8 dB against 1 kHz, 300 Hz by less than 0.1 dB."""
    turns = 2 * np.pi * np.arange(4 * 24000) / 24000
    sound = 0.1 * sum(np.sin(turns * hz) for hz in (20, 300, 1000))
    spectrum = np.abs(np.fft.rfft(decoded(finish(keep_mix(tmp_path / "m.wav", sound), tmp_path))[:, 0]))
    level = {hz: 20 * np.log10(spectrum[hz * 4 - 1 : hz * 4 + 2].max()) for hz in (20, 300, 1000)}
    assert level[20] - level[1000] == pytest.approx(-21.8, abs=0.3)
    assert abs(level[300] - level[1000]) < 0.1


def test_loudness_that_the_ceiling_forbids_is_reported_as_not_met(spoken_mix: ChapterMix, tmp_path: Path) -> None:
    spec = Mastering(overrides=MasterOverrides(target_lufs=-10.0, ceiling_dbtp=-9.0))
    master = finish(spoken_mix, tmp_path, spec)
    assert not line(master, "loudness").met
    assert master.dbtp <= -9.0 + 0.05
    assert -20.0 < master.lufs < -10.5


def test_loudness_is_solved_through_the_limiter(spoken_mix: ChapterMix, tmp_path: Path) -> None:
    """With the ceiling so low that the first render is 0.1 LU or more too quiet, the last one is not."""
    spec = Mastering(profile="podcast", overrides=MasterOverrides(ceiling_dbtp=-5.0))
    master = finish(spoken_mix, tmp_path, spec)
    assert master.lufs == pytest.approx(-16.0, abs=0.1)
    assert master.dbtp <= -5.0 + 0.05


def test_overrides_move_what_is_aimed_at_and_not_what_the_receiver_allows(
    spoken_mix: ChapterMix, tmp_path: Path
) -> None:
    overrides = MasterOverrides(target_lufs=-24.0, ceiling_dbtp=-2.0, rate_hz=48000)
    master = finish(spoken_mix, tmp_path, Mastering(overrides=overrides))
    assert master.rate_hz == 48000
    assert line(master, "loudness").low == -24.5
    assert line(master, "true peak").high == -3.0
    assert (line(master, "RMS level").low, line(master, "RMS level").high) == (-23.0, -18.0)


def test_a_short_chapter_leaves_the_target_a_little_to_stay_inside_acxs_rms(
    keep_mix: KeepMix, tmp_path: Path
) -> None:
    """Three seconds of sound and three of pauses: on target the RMS is under -23 dB; within 0.5 LU it is not."""
    sound = 0.1 * np.sin(2 * np.pi * 400 * np.arange(3 * 24000) / 24000)
    lufs = pyloudnorm.Meter(24000, filter_class="DeMan").integrated_loudness(np.pad(sound, 24000))
    energy = np.sum(np.square(sound)) * 10 ** ((-20.0 - lufs) / 10)
    frames = round(energy / 10 ** (-23.15 / 10))  # as long as makes the RMS -23.15 dB
    sound = np.concatenate([np.zeros(24000), sound, np.zeros(frames - 24000 - len(sound))])
    master = finish(keep_mix(tmp_path / "m.wav", sound), tmp_path)
    assert line(master, "RMS level").met and line(master, "loudness").met
    assert 0.1 < master.lufs + 20.0 <= 0.5


def test_a_silent_chapter_is_room_tone_and_is_reported_as_not_met(keep_mix: KeepMix, tmp_path: Path) -> None:
    master = finish(keep_mix(tmp_path / "m.wav", np.zeros(48000)), tmp_path)
    assert not line(master, "loudness").met
    assert line(master, "noise floor").measured == pytest.approx(-70.0, abs=1.0)


def test_a_rerun_and_a_new_title_return_the_kept_master(spoken_mix: ChapterMix, tmp_path: Path) -> None:
    first = finish(spoken_mix, tmp_path)
    mix = replace(spoken_mix, path=tmp_path / "gone.wav")
    assert finish(mix, tmp_path) == first
    renamed = master_chapter(
        mix, number=4, title="Fourth", profile=resolved(ACX), room_tone_dbfs=-70.0, vault=Vault(tmp_path)
    )
    assert renamed == replace(first, number=4, title="Fourth")
    assert Vault(tmp_path).count("masters") == 1


def test_another_figure_makes_another_master(audiobook: Master, spoken_mix: ChapterMix, tmp_path: Path) -> None:
    assert finish(spoken_mix, tmp_path, room_tone_dbfs=-65.0).key != audiobook.key
    assert finish(replace(spoken_mix, key="beef"), tmp_path).key != audiobook.key


def test_two_vaults_hold_the_same_bytes(audiobook: Master, spoken_mix: ChapterMix, tmp_path: Path) -> None:
    again = finish(spoken_mix, tmp_path)
    assert again.key == audiobook.key
    assert again.path.read_bytes() == audiobook.path.read_bytes()


def test_what_the_master_says_is_what_its_file_measures(podcast: Master) -> None:
    found = measure_file(podcast.path)
    assert (podcast.lufs, podcast.dbtp, podcast.waveform) == (
        found.integrated_lufs,
        found.true_peak_dbtp,
        found.waveform,
    )


def _peak_bytes(mix: ChapterMix, folder: Path) -> int:
    tracemalloc.start()
    finish(mix, folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_chapter(keep_mix: KeepMix, speech: np.ndarray, tmp_path: Path) -> None:
    """One minute more costs less than 1 MB; as float32 it is 10 MB."""
    shorter = keep_mix(tmp_path / "shorter.wav", np.resize(speech, 20 * 24000), key="short")
    longer = keep_mix(tmp_path / "longer.wav", np.resize(speech, 80 * 24000), key="long")
    finish(shorter, tmp_path / "first")  # what is imported and compiled once
    assert _peak_bytes(longer, tmp_path) - _peak_bytes(shorter, tmp_path) < 1_000_000


@pytest.mark.slow
def test_half_an_hour_takes_less_than_150_megabytes(keep_mix: KeepMix, speech: np.ndarray, tmp_path: Path) -> None:
    mix = keep_mix(tmp_path / "long.wav", np.resize(speech, 1800 * 24000))
    assert _peak_bytes(mix, tmp_path) < 150_000_000
