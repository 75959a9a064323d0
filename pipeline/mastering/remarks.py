"""What a producer should know about a master: why its level is not the target, in figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.audio.decibels import SILENCE_DB
from pipeline.metering import Measurement
from pipeline.profiles import Profile

EXACT_DB = 0.05
SHORT_S = 3.0
UNITS = {"integrated_lufs": "LUFS", "rms_dbfs": "dB RMS"}


def remarks_on(profile: Profile, measured: Measurement, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Remarks on a master that was measured so.

    Args:
        profile: what was aimed at.
        measured: on the master.
        facts: of its making, as `finishing` puts them on the card.
    """
    if profile.chain.bare:
        return ("nothing was done: these are the mix's own samples, at its own level and rate",)
    level = getattr(measured, profile.measure)
    if abs(level - profile.target) <= EXACT_DB:
        return ()
    return (_why_missed(profile, measured, facts),)


def _why_missed(profile: Profile, measured: Measurement, facts: Mapping[str, Any]) -> str:
    level = getattr(measured, profile.measure)
    if facts["speech_dbfs"] == SILENCE_DB:
        return "the chapter is silent; there is no level to bring to the target"
    if level == SILENCE_DB:
        return f"{measured.seconds:.2f} s are too short for a loudness; the level is set by the mean power instead"
    reached = f"the target is {profile.target:.1f} {UNITS[profile.measure]}, {level:.2f} were reached"
    if facts["gain_db"] >= facts["most_gain_db"] - EXACT_DB:
        return f"{reached}: {_bound(profile, facts)}"
    if measured.seconds < SHORT_S:
        return f"{reached}: {measured.seconds:.2f} s are too short to be brought nearer"
    return f"{reached} in the renders allowed; the limiter takes up to {facts['limited_most_db']:.1f} dB"


def _bound(profile: Profile, facts: Mapping[str, Any]) -> str:
    """Why there is no more gain, and what to do."""
    if profile.limiter_dbtp is None:
        return (
            f"the highest peak is at the ceiling of {profile.ceiling_dbtp:.1f} dBTP with {facts['gain_db']:+.1f} dB "
            "of gain, and this profile limits nothing; choose a lower target, or a profile with a limiter"
        )
    beyond = facts["gain_db"] - facts["plain_gain_db"]
    needed = facts["needed_gain_db"]
    more = (
        "and no amount of limiting would reach it"
        if needed is None
        else f"and the target needs {needed - facts['plain_gain_db']:.1f} dB"
    )
    return (
        f"peaks are held at {profile.limiter_dbtp:.1f} dBTP, where limiting already takes {beyond:.1f} dB of the "
        f"level (up to {facts['limited_most_db']:.1f} dB of a peak); more would be heard, {more}; "
        "lower the target or raise the ceiling, or look for lone loud peaks in the takes"
    )
