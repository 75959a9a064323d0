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

from pipeline.errors import InputError
from pipeline.mastering import master_chapter
from pipeline.materials import ChapterMix, Master
from pipeline.metering import measure_file
from pipeline.profiles import Profile, Requirement, profile_named
from pipeline.profiles.chain import CLEAN, NONE, Chain
from pipeline.vault import Vault

KeepMix = Callable[..., ChapterMix]
ACX = profile_named("acx")
PODCAST = profile_named("podcast-apple")
ARCHIVE = profile_named("archive")


def finish(mix: ChapterMix, folder: Path, profile: Profile = ACX, room_tone_dbfs: float = -70.0) -> Master:
    return master_chapter(
        mix, number=3, title="The Third", profile=profile, room_tone_dbfs=room_tone_dbfs, vault=Vault(folder)
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


def test_a_podcast_is_within_a_twentieth_of_its_loudness_by_pyloudnorm_on_the_whole_file(podcast: Master) -> None:
    sound = decoded(podcast)
    reference = pyloudnorm.Meter(44100, filter_class="DeMan").integrated_loudness(sound)
    assert sound.shape == (podcast.sample_count, 2)
    assert reference == pytest.approx(-16.0, abs=0.05)
    assert podcast.lufs == pytest.approx(reference, abs=0.01)


def test_an_audiobook_is_within_a_twentieth_of_its_rms_pauses_head_and_tail_counted(audiobook: Master) -> None:
    sound = decoded(audiobook)
    assert sound.shape == (audiobook.sample_count, 1)
    assert 10 * np.log10(np.mean(sound**2)) == pytest.approx(-20.0, abs=0.05)


def test_an_audiobook_meets_every_requirement_of_acx(audiobook: Master) -> None:
    assert [requirement.name for requirement in audiobook.requirements if not requirement.met] == []
    assert {line(audiobook, name).high for name in ("RMS level", "true peak", "noise floor")} == {-18.0, -3.0, -60.0}
    assert audiobook.dbtp <= -3.3 + 0.01
    assert line(audiobook, "noise floor").measured == pytest.approx(-70.0, abs=1.0)


def test_a_podcast_meets_every_requirement_and_has_the_same_sound_in_both_channels(podcast: Master) -> None:
    sound = decoded(podcast)
    assert all(requirement.met for requirement in podcast.requirements)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    assert podcast.dbtp <= -1.5 + 0.01


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
    profile = replace(ACX, chain=CLEAN, limiter_dbtp=None)
    turns = 2 * np.pi * np.arange(4 * 24000) / 24000
    sound = 0.1 * sum(np.sin(turns * hz) for hz in (20, 300, 1000))
    spectrum = np.abs(np.fft.rfft(decoded(finish(keep_mix(tmp_path / "m.wav", sound), tmp_path, profile))[:, 0]))
    level = {hz: 20 * np.log10(spectrum[hz * 4 - 1 : hz * 4 + 2].max()) for hz in (20, 300, 1000)}
    assert level[20] - level[1000] == pytest.approx(-21.8, abs=0.3)
    assert abs(level[300] - level[1000]) < 0.1


def test_a_level_that_the_ceiling_forbids_is_told_with_its_figures(spoken_mix: ChapterMix, tmp_path: Path) -> None:
    """Not more than 6 dB of the level is limited away; what is reached then, and why no more, is said."""
    master = finish(spoken_mix, tmp_path, replace(PODCAST, target=-7.0, limiter_dbtp=-9.0, limits={}))
    level = line(master, "loudness")
    assert not level.met
    assert -16.0 < master.lufs < -9.0
    assert master.dbtp <= -9.0 + 0.01
    assert level.remark == master.remarks[0]
    for told in ("-7.0 LUFS", f"{master.lufs:.2f}", "-9.0 dBTP", "lower the target"):
        assert told in level.remark


def test_where_nothing_is_limited_gain_stops_at_the_ceiling_and_says_so(
    spoken_mix: ChapterMix, tmp_path: Path
) -> None:
    master = finish(spoken_mix, tmp_path, replace(ARCHIVE, target=-10.0))
    assert -1.1 < master.dbtp <= -1.0
    assert "limits nothing" in line(master, "loudness").remark


def test_level_is_solved_through_the_limiter(spoken_mix: ChapterMix, tmp_path: Path) -> None:
    """With the limiter so low that it takes more than 1 dB of the level."""
    master = finish(spoken_mix, tmp_path, replace(PODCAST, limiter_dbtp=-7.5))
    assert master.lufs == pytest.approx(-16.0, abs=0.05)
    assert master.dbtp <= -7.5 + 0.01
    facts = Vault(tmp_path).fetch("masters", master.key).facts
    assert facts["gain_db"] - facts["plain_gain_db"] > 1.0
    assert facts["limited_most_db"] > 4.0 and 0.05 < facts["limited_share"] < 1.0


def test_a_silent_chapter_is_room_tone_and_is_reported_as_not_met(keep_mix: KeepMix, tmp_path: Path) -> None:
    master = finish(keep_mix(tmp_path / "m.wav", np.zeros(48000)), tmp_path)
    assert not line(master, "RMS level").met
    assert "silent" in line(master, "RMS level").remark
    assert line(master, "noise floor").measured == pytest.approx(-70.0, abs=1.0)
    assert master.voices_lufs == {}


def test_a_rerun_and_a_new_title_return_the_kept_master(spoken_mix: ChapterMix, tmp_path: Path) -> None:
    first = finish(spoken_mix, tmp_path)
    mix = replace(spoken_mix, path=tmp_path / "gone.wav")
    assert finish(mix, tmp_path) == first
    renamed = master_chapter(mix, number=4, title="Fourth", profile=ACX, room_tone_dbfs=-70.0, vault=Vault(tmp_path))
    assert renamed == replace(first, number=4, title="Fourth")
    assert Vault(tmp_path).count("masters") == 1


def test_another_figure_makes_another_master(audiobook: Master, spoken_mix: ChapterMix, tmp_path: Path) -> None:
    assert finish(spoken_mix, tmp_path, room_tone_dbfs=-65.0).key != audiobook.key
    assert finish(replace(spoken_mix, key="beef"), tmp_path).key != audiobook.key
    assert finish(spoken_mix, tmp_path, replace(ACX, chain=CLEAN)).key != audiobook.key
    named = replace(ACX, name="mine", tolerance=0.1, limits={})
    assert finish(spoken_mix, tmp_path, named).key == audiobook.key  # what is asked of it makes no other sound


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
    shorter = keep_mix(tmp_path / "shorter.wav", np.resize(speech, 80 * 24000), key="short")
    longer = keep_mix(tmp_path / "longer.wav", np.resize(speech, 140 * 24000), key="long")
    finish(shorter, tmp_path / "first")  # what is imported and compiled once
    assert _peak_bytes(longer, tmp_path) - _peak_bytes(shorter, tmp_path) < 1_000_000


def test_a_bare_chain_keeps_the_mixs_very_samples(spoken_mix: ChapterMix, tmp_path: Path) -> None:
    master = finish(spoken_mix, tmp_path, replace(PODCAST, chain=NONE))
    kept, rate_hz = soundfile.read(master.path, dtype="float32")
    mixed, _ = soundfile.read(spoken_mix.path, dtype="float32")
    np.testing.assert_array_equal(kept, mixed)
    assert (rate_hz, master.rate_hz, master.channels, master.bits) == (24000, 24000, 1, 32)
    assert master.lufs == measure_file(spoken_mix.path).integrated_lufs


@pytest.mark.parametrize("chain", [ACX.chain, NONE])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_mix_with_what_is_no_number_is_refused_with_its_place(
    keep_mix: KeepMix, tmp_path: Path, bad: float, chain: Chain
) -> None:
    sound = 0.1 * np.sin(np.arange(20 * 24000))
    sound[18 * 24000] = bad
    with pytest.raises(InputError, match=r"first at 18\.0") as raised:
        finish(keep_mix(tmp_path / "m.wav", sound), tmp_path, replace(ACX, chain=chain))
    assert str(tmp_path / "m.wav") in str(raised.value)
    assert Vault(tmp_path).count("masters") == 0
    assert not list((tmp_path / "making").iterdir())


@pytest.mark.slow
def test_half_an_hour_takes_less_than_150_megabytes(keep_mix: KeepMix, speech: np.ndarray, tmp_path: Path) -> None:
    mix = keep_mix(tmp_path / "long.wav", np.resize(speech, 1800 * 24000))
    assert _peak_bytes(mix, tmp_path) < 150_000_000
