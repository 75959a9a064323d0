"""An hour of mono 44.1 kHz speech measured by the meter, by pyloudnorm and by ffmpeg's ebur128, side by side.

    python benchmarks/loudness.py [--runs 3] [--minutes 60]

Each measurement is a process of its own; figures are medians. CPU seconds are user and system time of that process
(or of ffmpeg) without what it needs for 4 s of sound, which is told apart. Then the meter alone is fed 24
hours, to show what it keeps.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from pipeline.audio.ffmpeg import find_ffmpeg

ROOT = Path(__file__).parents[1]
RATE_HZ = 44100
SENTENCES = (
    "Call me Ishmael.",
    "Some years ago, never mind how long precisely, having little or no money in my purse, and nothing particular to "
    "interest me on shore, I thought I would sail about a little and see the watery part of the world.",
    "It is a way I have of driving off the spleen and regulating the circulation.",
    "Whenever I find myself growing grim about the mouth, whenever it is a damp, drizzly November in my soul, I "
    "account it high time to get to sea as soon as I can.",
)


def write_speech(path: Path, seconds: float) -> None:
    """Sentences of the hibari voice at levels that change from one to the next, pauses of room noise, 16 bit."""
    from hibari import Hibari

    from pipeline.audio.resampling import resample
    from pipeline.audio.sound import Sound

    voice = Hibari()
    read = [np.asarray(voice(sentence, seed=0), np.float32).ravel() for sentence in SENTENCES]
    clips = [resample(Sound(clip, voice.sample_rate), RATE_HZ).samples for clip in read]
    random = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16") as file:
        written = 0
        while written < seconds * RATE_HZ:
            clip = clips[random.integers(len(clips))]
            sound = np.pad(clip, (0, int(random.uniform(0.3, 1.5) * RATE_HZ)))
            level = 0.7 / np.abs(clip).max() * 10.0 ** (random.uniform(-6.0, 0.0) / 20.0)
            noise = 10.0 ** (-72.0 / 20.0) * random.standard_normal(len(sound))
            file.write((level * sound + noise).astype(np.float32))
            written += len(sound)


def by_meter(path: Path) -> dict[str, float]:
    from pipeline.metering import measure_file

    found = measure_file(path)
    return {"I": found.integrated_lufs, "LRA": found.lra_lu, "TP": found.true_peak_dbtp}


def by_pyloudnorm(path: Path) -> dict[str, float]:
    import pyloudnorm

    samples, rate_hz = soundfile.read(path, always_2d=True)
    meter = pyloudnorm.Meter(rate_hz, filter_class="DeMan")
    return {"I": meter.integrated_loudness(samples), "LRA": meter.loudness_range(samples)}


def by_ffmpeg(path: Path) -> dict[str, float]:
    command = ["-hide_banner", "-nostdin", "-nostats", "-i", str(path), "-af", "ebur128=peak=true:framelog=quiet"]
    done = subprocess.run(
        [find_ffmpeg().path, *command, "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    summary = done.stderr[done.stderr.rindex("Summary:") :]
    names = {"I": "I", "LRA": "LRA", "TP": "Peak"}
    return {key: float(re.search(rf"\b{name}:\s+(-?[\d.]+)", summary)[1]) for key, name in names.items()}  # type: ignore[index]


WAYS: dict[str, Callable[[Path], dict[str, float]]] = {
    "this meter": by_meter,
    "pyloudnorm, DeMan": by_pyloudnorm,
    "ffmpeg ebur128=peak=true": by_ffmpeg,
}


def peak_mib() -> float:
    """This process's largest resident size. Not ``ru_maxrss``: that counts what its parent had when it was forked."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_here(name: str, path: Path) -> None:
    """Measure and print what came out and what it cost, as JSON. The child's part."""
    found = WAYS[name](path)
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    used, mib = (children, children.ru_maxrss / 1024) if name.startswith("ffmpeg") else (own, peak_mib())
    found |= {"cpu_s": used.ru_utime + used.ru_stime, "mib": mib}
    print(json.dumps(found))


def measured(name: str, path: Path, runs: int) -> dict[str, float]:
    """Medians of ``runs`` processes, one after another."""
    command = [sys.executable, __file__, "--child", name, str(path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    outputs = [
        subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
        for _ in range(runs)
    ]
    results = [json.loads(output.splitlines()[-1]) for output in outputs]
    return {key: statistics.median(result[key] for result in results) for key in results[0]}


def blocks(path: Path) -> Iterator[np.ndarray[Any, Any]]:
    with soundfile.SoundFile(path) as file:
        while len(block := file.read(1 << 16, dtype="float32", always_2d=True)):
            yield block


def feed_a_day(path: Path, hours: int) -> None:
    """The meter alone, samples already in memory: speed in steady state, and memory after ``hours``. In a child."""
    from pipeline.metering import Meter

    sound = list(blocks(path))
    seconds = sum(map(len, sound)) / RATE_HZ
    meter = Meter(RATE_HZ, 1)
    for block in sound[:20]:  # compiled code is loaded
        meter.add(block)
    peaks, started, fed_s = [], time.process_time(), 0.0
    while fed_s < hours * 3600.0:
        for block in sound:
            meter.add(block)
        fed_s += seconds
        peaks.append(peak_mib())
    cpu_s = time.process_time() - started
    own_mib = peak_mib() - sum(block.nbytes for block in sound) / 2**20
    print(json.dumps({"hours": fed_s / 3600, "x": fed_s / cpu_s, "grew_mib": peaks[-1] - peaks[0], "mib": own_mib}))


def main(runs: int, minutes: float) -> None:
    """Print the tables."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    versions = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "pyloudnorm", "soundfile"))
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, commit {commit}")
    print(f"CPython {platform.python_version()}, {versions}, ffmpeg {find_ffmpeg().version}")
    with tempfile.TemporaryDirectory() as folder:
        path, nothing = Path(folder) / "speech.wav", Path(folder) / "nothing.wav"
        write_speech(path, minutes * 60.0)
        soundfile.write(nothing, 0.1 * np.sin(np.arange(4 * RATE_HZ)), RATE_HZ)
        seconds = soundfile.info(path).duration
        print(f"{seconds / 3600:.3f} h of mono {RATE_HZ} Hz, 16 bit; medians of {runs}\n")
        print(f"{'':<28}{'start s':>9}{'CPU s':>9}{'x real time':>13}{'peak MiB':>10}{'ratio':>8}   results")
        ours = 0.0
        for name in WAYS:
            start_s = measured(name, nothing, runs)["cpu_s"]
            found = measured(name, path, runs)
            cpu_s = found["cpu_s"] - start_s
            ours = ours or cpu_s
            results = ", ".join(f"{key} {found[key]:.2f}" for key in ("I", "LRA", "TP") if key in found)
            print(
                f"{name:<28}{start_s:>9.2f}{cpu_s:>9.2f}{seconds / cpu_s:>13,.0f}{found['mib']:>10,.0f}"
                f"{cpu_s / ours:>8.1f}   {results}"
            )
        command = [sys.executable, __file__, "--day", str(path)]
        output = subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
        ).stdout
        day = json.loads(output.splitlines()[-1])
        print(
            f"\nthe meter alone, {day['hours']:.0f} h from memory: {day['x']:,.0f} x real time; "
            f"{day['mib']:.0f} MiB at most, {day['grew_mib']:.1f} MiB more after the last hour than after the first"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--day", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        measure_here(chosen.child[0], Path(chosen.child[1]))
    elif chosen.day:
        feed_a_day(Path(chosen.day), 24)
    else:
        main(chosen.runs, chosen.minutes)
