"""The catalogue: every figure has a source and a date, and the figures are the receivers' own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from pipeline.errors import InputError
from pipeline.production import CustomLimit, CustomLimits, CustomProfile, Mastering, MasterOverrides
from pipeline.profiles import CHAINS, FIGURES, PROFILES, ChainName, Profile, ProfileName, Source, profile_named

DATE = re.compile(r"2026-\d\d(-\d\d)?")


def sources(profile: Profile) -> Iterator[tuple[str, Source]]:
    yield "target", profile.target_source
    yield "ceiling", profile.ceiling_source
    yield "limiter", profile.limiter_source
    yield "format", profile.format_source
    yield from ((figure, limit.source) for figure, limit in profile.limits.items())
    yield from ((codec, rule.source) for codec, rule in profile.encodings.items())
    if profile.names is not None:
        yield "names", profile.names.source


@pytest.mark.parametrize("name", PROFILES)
def test_every_figure_says_who_asks_where_and_when_it_was_read_or_why_it_is_ours(name: str) -> None:
    for figure, source in sources(PROFILES[name]):
        if source.title.startswith("ours: "):
            assert len(source.title) > len("ours: ") + 10, figure
        else:
            assert source.title and "." in source.where and DATE.fullmatch(source.read), figure


@pytest.mark.parametrize("name", PROFILES)
def test_limits_are_on_figures_that_are_measured(name: str) -> None:
    assert PROFILES[name].limits.keys() <= FIGURES.keys()


@pytest.mark.parametrize("name", PROFILES)
def test_what_we_aim_at_lies_inside_what_the_receiver_allows(name: str) -> None:
    profile = PROFILES[name]
    window = profile.limits.get(profile.measure)
    if window is not None:
        assert window.low is not None and window.high is not None
        assert window.low <= profile.target - profile.tolerance
        assert profile.target + profile.tolerance <= window.high
    assert profile.limiter_dbtp is None or profile.limiter_dbtp < profile.ceiling_dbtp


@pytest.mark.parametrize("name", PROFILES)
def test_the_master_has_a_form_that_one_of_its_lossless_files_or_an_encoder_takes(name: str) -> None:
    profile = PROFILES[name]
    assert profile.encodings
    for codec, rule in profile.encodings.items():
        assert rule.codec == codec
        assert rule.channels is None or profile.channels in rule.channels
        assert rule.rates_hz is None or profile.rate_hz in rule.rates_hz
        assert rule.bits is None or profile.bits in rule.bits


def test_the_names_of_the_production_file_are_the_catalogue_and_custom() -> None:
    assert set(get_args(ProfileName)) == PROFILES.keys() | {"custom"}
    assert set(get_args(ChainName)) == CHAINS.keys()


def test_acx_measures_rms_and_an_archive_is_not_limited() -> None:
    assert PROFILES["acx"].measure == "rms_dbfs"
    assert PROFILES["archive"].limiter_dbtp is None
    assert PROFILES["archive"].bits == 24


def test_one_channel_at_its_target_is_as_loud_in_both_ears_as_two() -> None:
    gained_lu = 3.01  # BS.1770: a second equal channel doubles the sum
    mono, stereo = PROFILES["podcast-mono"], PROFILES["podcast-apple"]
    assert mono.target + gained_lu == pytest.approx(stereo.target, abs=0.05)


def test_a_wrong_name_is_told_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'podcast-mono'"):
        profile_named("podcast-momo")
    with pytest.raises(InputError, match="choose one of: acx, audiobook"):
        profile_named("zzz")


def test_overrides_move_the_aim_and_leave_the_receivers_limits() -> None:
    plain = profile_named("acx")
    moved = Mastering(overrides=MasterOverrides(target=-19.0, ceiling_dbtp=-2.0, rate_hz=48000, bits=24)).resolved()
    assert (moved.target, moved.ceiling_dbtp, moved.rate_hz, moved.bits) == (-19.0, -2.0, 48000, 24)
    assert plain.limiter_dbtp is not None
    assert moved.limiter_dbtp == pytest.approx(plain.limiter_dbtp + 1.0)
    assert moved.limits["rms_dbfs"] == plain.limits["rms_dbfs"]
    assert moved.limits["true_peak_dbtp"].high == plain.ceiling_dbtp
    assert moved.encodings == plain.encodings


def test_a_custom_profile_has_the_production_files_figures() -> None:
    custom = CustomProfile(
        measure="rms_dbfs",
        target=-21.0,
        tolerance=1.5,
        ceiling_dbtp=-4.0,
        rate_hz=96000,
        channels=2,
        bits=24,
        chain="none",
        limits=CustomLimits(noise_floor_dbfs=CustomLimit(high=-55.0)),
    )
    profile = Mastering(profile="custom", custom=custom).resolved()
    assert (profile.name, profile.measure, profile.target, profile.tolerance) == ("custom", "rms_dbfs", -21.0, 1.5)
    assert (profile.ceiling_dbtp, profile.rate_hz, profile.channels, profile.bits) == (-4.0, 96000, 2, 24)
    assert profile.chain == CHAINS["none"]
    assert profile.limits["noise_floor_dbfs"].high == -55.0
    assert set(profile.encodings) == {"pcm", "flac", "mp3", "aac", "opus"}
