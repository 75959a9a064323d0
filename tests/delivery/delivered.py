"""A delivered file as ffmpeg plays and reads it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from pipeline.audio.ffmpeg import find_ffmpeg

RATE_HZ = 44100


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
