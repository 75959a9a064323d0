"""A delivered file as ffmpeg plays and reads it."""

from __future__ import annotations

import re
import subprocess
from functools import partial
from pathlib import Path

import pipeline.delivery
from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.profiles import Profile, Source

RATE_HZ = 44100
PROFILE = Profile(
    name="test",
    summary="as ACX wants it",
    measure="rms_dbfs",
    target=-20.0,
    tolerance=0.5,
    target_source=Source("test"),
    ceiling_dbtp=-3.0,
    ceiling_source=Source("test"),
    limiter_dbtp=-3.3,
    rate_hz=RATE_HZ,
    channels=1,
    bits=16,
)
deliver = partial(pipeline.delivery.deliver, profile=PROFILE)


def decode(path: Path, layout: str = "s16le") -> bytes:
    """The sound of a file as ffmpeg plays it: priming and padding trimmed."""
    command = [find_ffmpeg().path, "-v", "error", "-i", path, "-map", "0:a", "-f", layout, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def describe(path: Path) -> str:
    """Tags and chapters as ffmpeg reads them."""
    command = [find_ffmpeg().path, "-v", "error", "-i", path, "-f", "ffmetadata", "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def loudness(path: Path) -> float:
    """Integrated loudness of the decoded file, LUFS."""
    command = [find_ffmpeg().path, "-hide_banner", "-i", path, "-map", "0:a", "-af", "ebur128", "-f", "null", "-"]
    printed = subprocess.run(command, capture_output=True, check=True).stderr.decode()
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", printed)[-1])
