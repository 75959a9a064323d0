"""From a chapter mix to a master: high-pass, rate, gain, room tone, limiter, dither, FLAC.

Loudness and ceiling pull against each other, so the gain is solved: render, measure the file, correct.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import butter, sosfilt

from pipeline.audio.decibels import SILENCE_DB, db_to_gain
from pipeline.audio.dither import dithered
from pipeline.audio.files import read_mono_blocks, sound_writer
from pipeline.audio.limiting import limited
from pipeline.audio.resampling import resampled
from pipeline.audio.sound import Samples
from pipeline.mastering.loudness import loudness_of
from pipeline.mastering.measuring import Measurement, measure_file
from pipeline.mastering.profiles import requirements_of
from pipeline.mastering.room_tone import with_room_tone
from pipeline.materials import ChapterMix, Master
from pipeline.profiles import Profile
from pipeline.vault import Vault, content_key

STAGE = "master/1"  # raise it when the same mix would make another master
RUMBLE_HZ = 70.0  # below any voice's fundamental; 12 dB per octave
RENDERS = 3
NEAR_LU = 0.06  # a render that comes so near the aim is not repeated
MOST_LIMITING_DB = 6.0  # beyond the gain that would do without a limiter; more would be heard as pumping
RMS_MARGIN_DB = 0.1  # how far inside the receiver's RMS window we aim


def master_chapter(
    mix: ChapterMix, *, number: int, title: str, profile: Profile, room_tone_dbfs: float, vault: Vault
) -> Master:
    """Finish a chapter to a profile, or fetch it from the vault when nothing it is made of has changed.

    The master meets the profile's loudness within 0.1 LU, unless the ceiling or the receiver's RMS window forbid it;
    ``requirements`` say what was reached, measured on the file that is kept. Neither number nor title are in the key:
    a chapter that is renamed is not mastered again.

    Args:
        mix: the assembled chapter, mono.
        number: the chapter's number.
        title: the chapter's title.
        profile: what it must meet, and how it is finished.
        room_tone_dbfs: RMS of the noise laid under everything.
        vault: gets the master in ``masters``, a 16-bit FLAC.

    Raises:
        StorageError: the disk is full or the vault cannot be written.
    """
    key = content_key(
        {"stage": STAGE, "mix": mix.key, "figures": _figures(profile), "room_tone_dbfs": room_tone_dbfs}
    )
    entry = vault.fetch("masters", key)
    if entry is None:

        def finish(path: Path) -> Mapping[str, Any]:
            return asdict(_finish(mix, profile, room_tone_dbfs, path))

        entry = vault.keep("masters", key, ".flac", finish)
    measured = Measurement(**{**entry.facts, "waveform": tuple(entry.facts["waveform"])})
    return Master(
        number=number,
        title=title,
        key=key,
        path=entry.path,
        rate_hz=measured.rate_hz,
        channels=measured.channels,
        sample_count=measured.sample_count,
        lufs=measured.lufs,
        dbtp=measured.dbtp,
        requirements=requirements_of(profile, measured),
        waveform=measured.waveform,
        marks=mix.marks,
    )


def _figures(profile: Profile) -> dict[str, Any]:
    """What a master's sound depends on in a profile: of the limits, only the RMS window moves the gain."""
    window = profile.limits.get("rms_dbfs")
    return {
        "target": profile.target,
        "tolerance": profile.tolerance,
        "limiter_dbtp": profile.limiter_dbtp,
        "rate_hz": profile.rate_hz,
        "channels": profile.channels,
        "rms_dbfs": [window.low, window.high] if window else None,
    }


def _finish(mix: ChapterMix, profile: Profile, room_tone_dbfs: float, path: Path) -> Measurement:
    """Render to ``path`` until the loudness is right; the last render stays, and its measurement is returned."""
    found = loudness_of(_prepared(mix, profile.rate_hz), profile.rate_hz, profile.channels)
    plain_db = profile.target - found if found > SILENCE_DB else 0.0
    gain_db = plain_db
    for _ in range(RENDERS):
        _render(mix, profile, gain_db, room_tone_dbfs, path)
        measured = measure_file(path)
        miss = _aim(profile, measured) - measured.lufs
        wanted_db = min(gain_db + miss, plain_db + MOST_LIMITING_DB)
        if found == SILENCE_DB or abs(wanted_db - gain_db) <= NEAR_LU:
            break
        gain_db = wanted_db
    return measured


def _aim(profile: Profile, measured: Measurement) -> float:
    """The loudness to aim at, in LUFS: the target, or as near to it as the receiver's RMS window allows.

    A short chapter is mostly pauses, which loudness does not count and RMS does. The aim leaves the target by no more
    than the profile's tolerance.
    """
    window = profile.limits.get("rms_dbfs")
    if window is None or window.low is None or window.high is None:
        return profile.target
    rms_dbfs = measured.rms_dbfs + profile.target - measured.lufs  # what it would be on target
    inside = min(max(rms_dbfs, window.low + RMS_MARGIN_DB), window.high - RMS_MARGIN_DB)
    most = profile.tolerance - NEAR_LU
    return profile.target + min(max(inside - rms_dbfs, -most), most)


def _render(mix: ChapterMix, profile: Profile, gain_db: float, room_tone_dbfs: float, path: Path) -> None:
    rate_hz = profile.rate_hz
    blocks = _amplified(_prepared(mix, rate_hz), gain_db)
    blocks = with_room_tone(blocks, room_tone_dbfs, rate_hz, _seed(mix, "room tone"))
    if profile.limiter_dbtp is not None:
        blocks = limited(blocks, profile.limiter_dbtp, rate_hz)
    with sound_writer(path, rate_hz, channels=profile.channels, subtype="PCM_16") as write:
        for block in dithered(blocks, _seed(mix, "dither")):
            write(np.repeat(block[:, np.newaxis], profile.channels, axis=1))


def _prepared(mix: ChapterMix, rate_hz: int) -> Iterator[Samples]:
    return resampled(_without_rumble(read_mono_blocks(mix.path), mix.rate_hz), mix.rate_hz, rate_hz)


def _without_rumble(blocks: Iterable[Samples], rate_hz: int) -> Iterator[Samples]:
    sections = butter(2, RUMBLE_HZ, "highpass", fs=rate_hz, output="sos")
    state = np.zeros((len(sections), 2))
    for block in blocks:
        filtered, state = sosfilt(sections, block, zi=state)
        yield filtered.astype(np.float32)


def _amplified(blocks: Iterable[Samples], gain_db: float) -> Iterator[Samples]:
    gain = np.float32(db_to_gain(gain_db))
    return (block * gain for block in blocks)


def _seed(mix: ChapterMix, purpose: str) -> int:
    """A seed of its own for each noise, so that the same mix always gets the same."""
    return int.from_bytes(hashlib.sha256(f"{mix.key} {purpose}".encode()).digest()[:8], "big")
