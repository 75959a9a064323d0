"""A profile held against a measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.metering import Measurement
from pipeline.production import Mastering, MasterOverrides
from pipeline.profiles import FIGURES, PROFILES, Profile, Requirement, requirements_of


def measurement(**figures: float) -> Measurement:
    plain: dict[str, object] = dict.fromkeys(Measurement.__dataclass_fields__, 0.0)
    plain |= {"rate_hz": 44100, "channels": 1, "sample_count": 441000, "waveform": (), "loudness_curve": ()}
    return Measurement(**(plain | figures))  # type: ignore[arg-type]


def line(profile: Profile, found: Measurement, name: str) -> Requirement:
    return next(one for one in requirements_of(profile, found) if one.name == name)


def test_every_figure_is_listed_once_and_the_level_first() -> None:
    lines = requirements_of(PROFILES["acx"], measurement())
    assert sorted(line.name for line in lines) == sorted(name for name, _ in FIGURES.values())
    assert lines[0].name == "RMS level"
    assert requirements_of(PROFILES["ebu-r128"], measurement())[0].name == "loudness"


def test_a_receivers_window_is_the_requirement_and_not_our_tolerance() -> None:
    assert line(PROFILES["acx"], measurement(rms_dbfs=-22.9), "RMS level").met
    assert not line(PROFILES["acx"], measurement(rms_dbfs=-23.1), "RMS level").met
    assert line(PROFILES["acx"], measurement(integrated_lufs=-30.0), "loudness").low is None


def test_without_a_window_the_target_and_our_tolerance_are() -> None:
    found = line(PROFILES["podcast-spotify"], measurement(integrated_lufs=-14.4), "loudness")
    assert (found.low, found.high, found.met) == (-14.5, -13.5, True)
    moved = Mastering(profile="podcast-spotify", overrides=MasterOverrides(target=-16.0)).resolved()
    assert line(moved, measurement(), "loudness").low == -16.5


@pytest.mark.parametrize(("ceiling", "asked"), [(-2.0, -3.0), (-6.0, -6.0)])
def test_the_lower_of_the_producers_ceiling_and_the_receivers_is_asked(ceiling: float, asked: float) -> None:
    profile = Mastering(overrides=MasterOverrides(ceiling_dbtp=ceiling)).resolved()
    assert line(profile, measurement(), "true peak").high == asked


def test_the_loudest_three_seconds_are_limited_in_short_programmes_alone() -> None:
    short, long = measurement(sample_count=44100 * 59), measurement(sample_count=44100 * 60)
    assert line(PROFILES["ebu-r128"], short, "loudest 3 s").high == -18.0
    assert line(PROFILES["ebu-r128"], long, "loudest 3 s").high is None


def test_limits_are_inclusive_and_no_number_meets_none() -> None:
    assert line(PROFILES["acx"], measurement(true_peak_dbtp=-3.0), "true peak").met
    assert not line(PROFILES["acx"], measurement(true_peak_dbtp=-2.9999), "true peak").met
    assert not line(PROFILES["acx"], measurement(true_peak_dbtp=float("nan")), "true peak").met


def test_the_place_of_the_worst_value_is_told() -> None:
    found = line(PROFILES["acx"], measurement(true_peak_at_s=12.5), "true peak")
    assert found.at_s == 12.5
    assert line(PROFILES["acx"], measurement(), "head").at_s is None


def test_every_limit_of_a_profile_is_in_its_requirements() -> None:
    for profile in PROFILES.values():
        lines = {one.name: one for one in requirements_of(profile, measurement())}
        for figure, limit in profile.limits.items():
            found = lines[FIGURES[figure][0]]
            assert found.source.title
            assert (found.low, found.high) == (limit.low, limit.high), (profile.name, figure)
        assert lines["true peak"].high == profile.ceiling_dbtp
    moved = replace(PROFILES["acx"], limits={})
    assert line(moved, measurement(), "noise floor").high is None
