"""What the receivers of a master ask for, and the figures we aim at to be inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pipeline.mastering.measuring import Measurement
from pipeline.production import Mastering
from pipeline.profiles import Limit, Profile, Requirement, Source

ProfileName = Literal["audiobook-acx", "podcast"]

ACX = Source("ACX audio submission requirements", "help.acx.com", "2026-11")
APPLE = Source("support 893, audio requirements", "podcasters.apple.com", "2026-11")

AUDIOBOOK_ACX = Profile(
    name="audiobook-acx",
    summary="ACX",
    measure="integrated_lufs",
    rate_hz=44100,  # ACX
    channels=1,  # ACX: mono recommended
    target=-20.0,  # ours: speech then has about -20.6 dB RMS, the middle of ACX's window
    tolerance=0.5,  # ours: files of one book sound equally loud
    target_source=Source("ours"),
    ceiling_dbtp=-3.0,
    ceiling_source=ACX,
    bits=16,
    limiter_dbtp=-3.3,  # ours: MP3 overshoot on voice stays under 0.3 dB (measured, 192 and 320 kbit/s)
    limits={
        "dbtp": Limit(None, -3.0, ACX),
        "rms_dbfs": Limit(-23.0, -18.0, ACX),
        "noise_floor_dbfs": Limit(None, -60.0, ACX),
        "head_s": Limit(0.5, 1.0, ACX),
        "tail_s": Limit(1.0, 5.0, ACX),
        "seconds": Limit(None, 120 * 60.0, ACX),
    },
)

PODCAST = Profile(
    name="podcast",
    summary="podcasts",
    measure="integrated_lufs",
    rate_hz=44100,  # APPLE: 44.1 or 48 kHz
    channels=2,  # APPLE: two channels for FLAC and WAV
    target=-16.0,  # APPLE
    tolerance=1.0,  # APPLE
    target_source=APPLE,
    ceiling_dbtp=-1.0,
    ceiling_source=APPLE,
    bits=16,
    limiter_dbtp=-1.5,  # ours: 0.5 dB for AAC and MP3 overshoot on voice
    limits={"dbtp": Limit(None, -1.0, APPLE)},
)

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (AUDIOBOOK_ACX, PODCAST)}


def profile_named(name: ProfileName) -> Profile:
    """The profile of that name."""
    return PROFILES[name]


def resolved(spec: Mastering) -> Profile:
    """The profile with the producer's own figures.

    Overrides move what we aim at. The receiver's limits stay: who raises the ceiling beyond them is told that the
    master does not meet them.
    """
    profile = profile_named(spec.profile)
    chosen = spec.overrides
    if chosen.target_lufs is not None:
        profile = replace(profile, target=chosen.target_lufs)
    if chosen.ceiling_dbtp is not None:
        profile = replace(profile, limiter_dbtp=chosen.ceiling_dbtp)
    return profile if chosen.rate_hz is None else replace(profile, rate_hz=chosen.rate_hz)


FIGURES = (
    ("true peak", "dBTP", "dbtp"),
    ("RMS level", "dBFS", "rms_dbfs"),
    ("noise floor", "dBFS", "noise_floor_dbfs"),
    ("head", "s", "head_s"),
    ("tail", "s", "tail_s"),
    ("length", "s", "seconds"),
)


def requirements_of(profile: Profile, measured: Measurement) -> tuple[Requirement, ...]:
    """A profile held against a measurement, one line a figure; figures without a limit are listed all the same."""
    target = profile.target
    lines = [Requirement("loudness", "LUFS", measured.lufs, target - profile.tolerance, target + profile.tolerance)]
    for name, unit, figure in FIGURES:
        limit = profile.limits.get(figure, Limit(None, None, Source("")))
        lines.append(Requirement(name, unit, getattr(measured, figure), limit.low, limit.high))
    return tuple(lines)
