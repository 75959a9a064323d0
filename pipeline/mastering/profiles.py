"""What the receivers of a master ask for, and the figures we aim at to be inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.metering import Measurement
from pipeline.production import MasterOverrides
from pipeline.profiles import Requirement

ProfileName = Literal["audiobook-acx", "podcast"]


@dataclass(frozen=True)
class Limit:
    """What a figure may be; both ends inclusive, None is no limit. ``source`` says who asks for it, and when read."""

    low: float | None
    high: float | None
    source: str


@dataclass(frozen=True)
class Profile:
    """A delivery specification.

    Attributes:
        name: as the production file names it.
        rate_hz: of the master.
        channels: 1, or 2 for the same sound in both (BS.1770 reads that 3.01 LU louder than one channel).
        target_lufs: integrated loudness we aim at.
        tolerance_lu: how far from the target the loudness may be.
        ceiling_dbtp: what the limiter holds; under the true peak that is asked for, because lossy encoders overshoot.
        limits: the receiver's own limits by the names of `Measurement`'s fields.
    """

    name: ProfileName
    rate_hz: int
    channels: int
    target_lufs: float
    tolerance_lu: float
    ceiling_dbtp: float
    limits: Mapping[str, Limit]


ACX = "help.acx.com, ACX audio submission requirements, read 2026-11"
APPLE = "podcasters.apple.com, support 893 (audio requirements), read 2026-11"

AUDIOBOOK_ACX = Profile(
    name="audiobook-acx",
    rate_hz=44100,  # ACX
    channels=1,  # ACX: mono recommended
    target_lufs=-20.0,  # ours: speech then has about -20.6 dB RMS, the middle of ACX's window
    tolerance_lu=0.5,  # ours: files of one book sound equally loud
    ceiling_dbtp=-3.3,  # ours: MP3 overshoot on voice stays under 0.3 dB (measured, 192 and 320 kbit/s)
    limits={
        "true_peak_dbtp": Limit(None, -3.0, ACX),
        "rms_dbfs": Limit(-23.0, -18.0, ACX),
        "noise_floor_dbfs": Limit(None, -60.0, ACX),
        "head_s": Limit(0.5, 1.0, ACX),
        "tail_s": Limit(1.0, 5.0, ACX),
        "seconds": Limit(None, 120 * 60.0, ACX),
    },
)

PODCAST = Profile(
    name="podcast",
    rate_hz=44100,  # APPLE: 44.1 or 48 kHz
    channels=2,  # APPLE: two channels for FLAC and WAV
    target_lufs=-16.0,  # APPLE
    tolerance_lu=1.0,  # APPLE
    ceiling_dbtp=-1.5,  # ours: 0.5 dB for AAC and MP3 overshoot on voice
    limits={"true_peak_dbtp": Limit(None, -1.0, APPLE)},
)

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (AUDIOBOOK_ACX, PODCAST)}


def profile_named(name: ProfileName) -> Profile:
    """The profile of that name."""
    return PROFILES[name]


def overridden(profile: Profile, overrides: MasterOverrides) -> Profile:
    """The profile with the producer's own figures.

    Overrides move what we aim at. The receiver's limits stay: who raises the ceiling beyond them is told that the
    master does not meet them.
    """
    chosen = overrides.model_dump(exclude_none=True)
    return replace(profile, **chosen)


FIGURES = (
    ("true peak", "dBTP", "true_peak_dbtp"),
    ("RMS level", "dBFS", "rms_dbfs"),
    ("noise floor", "dBFS", "noise_floor_dbfs"),
    ("head", "s", "head_s"),
    ("tail", "s", "tail_s"),
    ("length", "s", "seconds"),
)


def requirements_of(profile: Profile, measured: Measurement) -> tuple[Requirement, ...]:
    """A profile held against a measurement, one line a figure; figures without a limit are listed all the same."""
    target = profile.target_lufs
    lines = [
        Requirement(
            "loudness", "LUFS", measured.integrated_lufs, target - profile.tolerance_lu, target + profile.tolerance_lu
        )
    ]
    for name, unit, figure in FIGURES:
        limit = profile.limits.get(figure, Limit(None, None, ""))
        lines.append(Requirement(name, unit, getattr(measured, figure), limit.low, limit.high))
    return tuple(lines)
