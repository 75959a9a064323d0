"""Sound that passes ACX, and ways to spoil one thing about it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import soundfile

from pipeline.audio.ffmpeg import find_ffmpeg

RATE_HZ = 44100


def narration(
    seconds: float = 4.0,
    *,
    rms_dbfs: float = -20.0,
    floor_dbfs: float = -70.0,
    head_s: float = 0.75,
    tail_s: float = 3.0,
    rate_hz: int = RATE_HZ,
    channels: int = 1,
) -> np.ndarray:
    """Syllables of harmonics between room tone, ``[n, channels]``: RMS of the whole as asked."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    tone = sum(np.sin(2 * np.pi * 130 * k * time + k * k) / k for k in range(1, 25))
    words = np.concatenate(
        [np.zeros(round(head_s * rate_hz)), tone * np.sin(np.pi * 2 * time) ** 2, np.zeros(round(tail_s * rate_hz))]
    )
    words *= 10 ** (rms_dbfs / 20) / np.sqrt(np.mean(words**2))
    tone_of_the_room = np.random.default_rng(7).standard_normal(len(words)) * 10 ** (floor_dbfs / 20)
    return np.stack([words + tone_of_the_room] * channels, axis=1)


def write_wav(path: Path, sound: np.ndarray, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, sound, rate_hz, subtype=subtype, format="WAV")
    return path


def encode(path: Path, sound: np.ndarray, *options: str, rate_hz: int = RATE_HZ) -> Path:
    """Write a sound by ffmpeg with these output options."""
    command = [find_ffmpeg().path, "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    command += ["-f", "f32le", "-ar", str(rate_hz), "-ac", str(sound.shape[1]), "-i", "pipe:0", *options, str(path)]
    subprocess.run(command, input=sound.astype("<f4").tobytes(), check=True)
    return path


def mp3(path: Path, sound: np.ndarray, *options: str, kbps: int = 192, rate_hz: int = RATE_HZ) -> Path:
    """An MP3 of constant bit rate; more options may say otherwise."""
    return encode(path, sound, "-c:a", "libmp3lame", "-b:a", f"{kbps}k", *options, rate_hz=rate_hz)
