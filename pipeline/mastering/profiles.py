"""A profile held against what a master measures."""

from __future__ import annotations

from pipeline.mastering.measuring import Measurement
from pipeline.production import Mastering
from pipeline.profiles import Limit, Profile, Requirement, Source

FIGURES = (
    ("loudness", "LUFS", "lufs", "integrated_lufs"),
    ("RMS level", "dBFS", "rms_dbfs", "rms_dbfs"),
    ("true peak", "dBTP", "dbtp", "true_peak_dbtp"),
    ("noise floor", "dBFS", "noise_floor_dbfs", "noise_floor_dbfs"),
    ("head", "s", "head_s", "head_s"),
    ("tail", "s", "tail_s", "tail_s"),
    ("length", "s", "seconds", "seconds"),
)


def resolved(spec: Mastering) -> Profile:
    """The profile with the producer's own figures."""
    return spec.resolved()


def requirements_of(profile: Profile, measured: Measurement) -> tuple[Requirement, ...]:
    """A profile held against a measurement, one line a figure; figures without a limit are listed all the same."""
    lines = []
    for name, unit, field, figure in FIGURES:
        limit = profile.limits.get(figure)
        if limit is None and figure == profile.measure:
            low, high = profile.target - profile.tolerance, profile.target + profile.tolerance
            limit = Limit(low, high, profile.target_source)
        if limit is None and figure == "true_peak_dbtp":
            limit = Limit(None, profile.ceiling_dbtp, profile.ceiling_source)
        limit = limit or Limit(None, None, Source(""))
        lines.append(Requirement(name, unit, getattr(measured, field), limit.low, limit.high, limit.source))
    return tuple(lines)
