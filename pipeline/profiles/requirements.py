"""A profile held against a measurement, one line a figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.profiles.profile import Limit, Profile, Requirement, Source

if TYPE_CHECKING:
    from pipeline.metering import Measurement

FIGURES = {
    "integrated_lufs": ("loudness", "LUFS"),
    "rms_dbfs": ("RMS level", "dBFS"),
    "true_peak_dbtp": ("true peak", "dBTP"),
    "sample_peak_dbfs": ("sample peak", "dBFS"),
    "noise_floor_dbfs": ("noise floor", "dBFS"),
    "max_short_term_lufs": ("loudest 3 s", "LUFS"),
    "max_momentary_lufs": ("loudest 0.4 s", "LUFS"),
    "lra_lu": ("loudness range", "LU"),
    "head_s": ("head", "s"),
    "tail_s": ("tail", "s"),
    "seconds": ("length", "s"),
    "longest_digital_silence_s": ("digital silence", "s"),
    "dc_offset": ("DC offset", "of full scale"),
    "clipped_samples": ("clipped samples", ""),
    "invalid_samples": ("invalid samples", ""),
}
"""A `Measurement`'s figures in the order they are listed: what people call them, and their unit."""

PLACES = {
    "true_peak_dbtp": "true_peak_at_s",
    "noise_floor_dbfs": "noise_floor_at_s",
    "max_momentary_lufs": "max_momentary_at_s",
    "max_short_term_lufs": "max_short_term_at_s",
}
"""The fields that say where in the file a figure was found."""

NOBODY = Limit(None, None, Source("ours: nobody limits it; it is told all the same"))


def requirements_of(profile: Profile, measurement: Measurement) -> tuple[Requirement, ...]:
    """Every figure of a measurement with what the profile asks of it; those without a limit are listed too.

    The level, the profile's measure, comes first. The true peak's limit is the ceiling, or the receiver's own limit
    where that is lower.

    Args:
        profile: what is asked.
        measurement: of the file that is judged.
    """
    return tuple(_lines(profile, measurement))


def _lines(profile: Profile, measurement: Measurement) -> Iterator[Requirement]:
    order = sorted(FIGURES, key=lambda figure: figure != profile.measure)
    for figure in order:
        name, unit = FIGURES[figure]
        limit = limit_of(profile, figure, measurement.seconds)
        place = getattr(measurement, PLACES[figure]) if figure in PLACES else None
        yield Requirement(
            name=name,
            unit=unit,
            measured=float(getattr(measurement, figure)),
            low=limit.low,
            high=limit.high,
            source=limit.source,
            at_s=None if place is None else float(place),
        )


def limit_of(profile: Profile, figure: str, seconds: float) -> Limit:
    """What a profile asks of one figure of a file.

    Args:
        profile: what is asked.
        figure: a name out of `FIGURES`.
        seconds: length of the file; some limits are for short ones alone.
    """
    limit = profile.limits.get(figure, NOBODY)
    if limit.under_s is not None and seconds >= limit.under_s:
        limit = NOBODY
    if figure == profile.measure and limit is NOBODY:
        return Limit(profile.target - profile.tolerance, profile.target + profile.tolerance, profile.target_source)
    if figure == "true_peak_dbtp" and (limit.high is None or profile.ceiling_dbtp < limit.high):
        return Limit(limit.low, profile.ceiling_dbtp, profile.ceiling_source)
    return limit
