"""Speech at 24 kHz mastered to two profiles: each stage, both passes, the whole, beside a chain of ffmpeg's filters.

    python benchmarks/mastering.py [--minutes 30] [--hours 10]

CPU seconds are user and system time, of this process for the stages and the passes, of a process of their own for
the whole and for ffmpeg. What is compiled at first use is compiled before; each figure is the best of three, the
whole's the median. ffmpeg's chain (high-pass, compressor, soxr, limiter, 16-bit FLAC) is given its gain: it neither
measures nor solves, its limiter holds sample peaks only, and nothing is said about what it wrote.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.decibels import db_to_gain
from pipeline.audio.dither import FULL_SCALE, dithered
from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.audio.files import read_mono_blocks, sound_writer, write_float_wav
from pipeline.audio.limiting import limited
from pipeline.audio.resampling import resampled
from pipeline.audio.sound import Samples
from pipeline.mastering import master_chapter
from pipeline.mastering.chaining import cleaned, finished
from pipeline.mastering.compressing import compressed
from pipeline.mastering.de_essing import de_essed
from pipeline.mastering.filtering import equaliser, filtered, high_pass
from pipeline.mastering.gating import WeightedCells
from pipeline.mastering.levelling import levelled
from pipeline.mastering.room_tone import with_room_tone
from pipeline.mastering.solving import Model, envelope_of
from pipeline.mastering.surveying import survey
from pipeline.materials import ChapterMix, Mark
from pipeline.metering import Meter
from pipeline.profiles import Profile, profile_named
from pipeline.vault import Vault

ROOT = Path(__file__).parents[1]
RATE_HZ = 24000
PROFILES = ("acx", "podcast-apple")
RUNS = 3
SENTENCES = (
    "Call me Ishmael.",
    "Some years ago, never mind how long precisely, having little or no money in my purse, and nothing particular to "
    "interest me on shore, I thought I would sail about a little and see the watery part of the world.",
    "It is a way I have of driving off the spleen and regulating the circulation.",
    "Whenever it is a damp, drizzly November in my soul, I account it high time to get to sea as soon as I can.",
)


def speech(frames: int) -> Iterator[Samples]:
    """So many samples of the hibari voice, sentences at levels that change from one to the next, with pauses."""
    from hibari import Hibari

    clips = [np.asarray(Hibari()(sentence, seed=0), np.float32).ravel() for sentence in SENTENCES]
    random = np.random.default_rng(0)
    while frames > 0:
        clip = clips[random.integers(len(clips))] * np.float32(db_to_gain(random.uniform(-4, 2)))
        sound = np.pad(clip, (0, int(random.uniform(0.3, 1.2) * RATE_HZ)))[:frames]
        frames -= len(sound)
        yield sound


def write_mix(path: Path, seconds: float) -> ChapterMix:
    """A chapter mix as mixing writes it, a mark for each 10 s by two roles in turn."""
    frames = round(seconds * RATE_HZ)
    write_float_wav(path, RATE_HZ, frames, speech(frames))
    marks = tuple(
        Mark(f"ch01-{number:04}", "AB"[number % 2], "Words.", 10.0 * number, 10.0 * number + 9.0)
        for number in range(int(seconds / 10))
    )
    return ChapterMix(f"benchmark {seconds}", path, RATE_HZ, frames / RATE_HZ, marks)


def master(mix: ChapterMix, profile: Profile, vault: Path) -> dict[str, Any]:
    """Master afresh; the card's facts."""
    made = master_chapter(mix, number=1, title="One", profile=profile, room_tone_dbfs=-70.0, vault=Vault(vault))
    entry = Vault(vault).fetch("masters", made.key)
    assert entry is not None
    made.path.unlink()
    level = entry.facts["measurement"][profile.measure]
    return {**entry.facts, "level": level, "dbtp": made.dbtp}


class Table:
    """Rows of what, CPU seconds for each hour of sound, and times real time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        print(f"{'':<52}{'CPU s/h':>9}{'x real time':>13}")

    def row(self, what: str, cpu_s: float, more: str = "") -> None:
        print(f"{what:<52}{cpu_s * 3600 / self._seconds:>9.2f}{self._seconds / cpu_s:>13,.0f}  {more}".rstrip())

    def measure(self, what: str, work: Callable[[], Any]) -> Any:
        """Do ``work`` a few times; its result."""
        times = []
        for _ in range(RUNS):
            start = time.process_time()
            result = work()
            times.append(time.process_time() - start)
        self.row(what, min(times))
        return result


def stages(table: Table, mix: ChapterMix, profile: Profile) -> None:
    """Each stage by itself, on what the one before made, all in memory."""
    chain, rate_hz = profile.chain, profile.rate_hz
    blocks = table.measure("read", lambda: list(read_mono_blocks(mix.path)))
    known = table.measure("survey", lambda: survey(cleaned(blocks, chain, RATE_HZ), RATE_HZ, mix.path))
    sections = [high_pass(chain.high_pass, RATE_HZ), *equaliser(chain.equaliser, RATE_HZ)]
    levels = {"speech_dbfs": known.speech_dbfs, "rate_hz": RATE_HZ}
    at_24: list[tuple[str, Callable[[Iterable[Samples]], Iterator[Samples]]]] = [
        ("high-pass and equaliser", lambda sound: filtered(sound, sections)),
        ("de-esser", lambda sound: de_essed(sound, chain.de_esser, **levels)),
        ("leveller", lambda sound: levelled(sound, chain.leveller, known, RATE_HZ)),
        ("compressor", lambda sound: compressed(sound, chain.compressor, **levels)),
    ]
    for name, stage in at_24:
        blocks = table.measure(name, lambda stage=stage, blocks=blocks: list(stage(blocks)))
    envelope = table.measure("cells of 10 ms", lambda: envelope_of(blocks, RATE_HZ, rate_hz))
    solution = table.measure("solver", lambda: Model(envelope, profile, -70.0).solve(profile.target))
    blocks = table.measure("soxr VHQ to 44.1 kHz", lambda: list(resampled(blocks, RATE_HZ, rate_hz)))
    gain = np.float32(db_to_gain(solution.gain_db))
    blocks = table.measure("gain", lambda: [block * gain for block in blocks])
    blocks = table.measure("room tone", lambda: list(with_room_tone(blocks, -70.0, rate_hz, 1)))
    blocks = table.measure("true-peak limiter", lambda: list(limited(blocks, profile.limiter_dbtp, rate_hz)))
    steps = table.measure("TPDF dither, 16 bits", lambda: list(dithered(blocks, 1)))
    table.measure("the same, shaped", lambda: list(dithered(blocks, 1, shaped=True)))
    blocks = [block.astype(np.float32) / np.float32(FULL_SCALE) for block in steps]
    for channels in (1, 2):
        table.measure(f"meter, {channels} channel(s)", lambda channels=channels: metered(blocks, rate_hz, channels))
    table.measure("voices' cells", lambda: list(WeightedCells(rate_hz).heard(blocks)))
    for channels in (1, 2):
        table.measure(f"FLAC, {channels} channel(s)", lambda channels=channels: flac(steps, rate_hz, channels))


def metered(blocks: Iterable[Samples], rate_hz: int, channels: int) -> Any:
    """A measurement of mono blocks on so many channels."""
    meter = Meter(rate_hz, channels)
    for block in blocks:
        meter.add(np.broadcast_to(block[:, np.newaxis], (len(block), channels)))
    return meter.measurement()


def flac(steps: Iterable[np.ndarray], rate_hz: int, channels: int) -> None:
    """Written and thrown away."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sound_writer(Path(folder) / "x.flac", rate_hz, channels=channels, subtype="PCM_16") as write,
    ):
        for block in steps:
            write(np.repeat(block[:, np.newaxis], channels, axis=1))


def passes(table: Table, mix: ChapterMix, profile: Profile, folder: Path) -> None:
    """The first pass alone, the whole, and their difference."""
    chain = profile.chain

    def first() -> Any:
        known = survey(cleaned(read_mono_blocks(mix.path), chain, RATE_HZ), RATE_HZ, mix.path)
        envelope = envelope_of(finished(read_mono_blocks(mix.path), chain, known, RATE_HZ), RATE_HZ, profile.rate_hz)
        return Model(envelope, profile, -70.0).solve(profile.target)

    start = time.process_time()
    first()
    first_s = time.process_time() - start
    start = time.process_time()
    facts = master(mix, profile, folder)
    whole_s = time.process_time() - start
    table.row(f"{profile.name}: pass A, solver", first_s)
    table.row(f"{profile.name}: pass B, {facts['renders']} render(s), FLAC, sha256", whole_s - first_s)
    miss = facts["level"] - profile.target
    told = f"level {miss:+.3f} of target, {facts['dbtp']:+.2f} dBTP, limiter {facts['limited_share']:.0%} of the time"
    table.row(f"{profile.name}: both", whole_s, told)


def peer(table: Table, mix: ChapterMix, profile: Profile, folder: Path) -> None:
    """ffmpeg's nearest to it, without measuring."""
    limit = db_to_gain(profile.limiter_dbtp or 0.0)
    filters = (
        "highpass=f=70:p=2,acompressor=threshold=0.1:ratio=2:knee=2.5:attack=10:release=120,"
        f"aresample={profile.rate_hz}:resampler=soxr:precision=28,volume=9dB,alimiter=limit={limit:.4f}:level=0"
    )
    out = str(folder / "peer.flac")
    command = [str(find_ffmpeg().path), "-v", "error", "-y", "-i", str(mix.path), "-af", filters]
    times = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, "-sample_fmt", "s16", "-ac", str(profile.channels), out], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    table.row(f"ffmpeg {find_ffmpeg().version}, {profile.channels} channel(s)", statistics.median(times))


def peak_memory_mb() -> float:
    """This program's own; getrusage would count what the parent had before it became this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def alone(hours: float, folder: Path) -> None:
    """In a process of its own: a long master and the memory it took."""
    mix = ChapterMix(
        "long",
        folder / "long.wav",
        RATE_HZ,
        hours * 3600,
        tuple(Mark(str(n), "AB"[n % 2], "Words.", 10.0 * n, 10.0 * n + 9.0) for n in range(int(hours * 360))),
    )
    before_mb = peak_memory_mb()
    start = time.process_time()
    facts = master(mix, profile_named("acx"), folder)
    cpu_s = time.process_time() - start
    peak_mb = peak_memory_mb()
    print(
        f"{hours:g} hours, acx: {cpu_s:,.0f} CPU s, {hours * 3600 / cpu_s:,.0f} x real time, {facts['renders']} "
        f"render(s), RMS {facts['level']:.3f} dBFS; peak memory {peak_mb:,.0f} MiB, {before_mb:,.0f} of it imports"
    )


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--hours", type=float, default=0.0, help="also master so many hours and tell the memory")
    options.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.alone:
        alone(given.hours, given.alone)
        return
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, commit {commit.stdout.strip()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm = write_mix(folder / "warm.wav", 20.0)
        mix = write_mix(folder / "mix.wav", given.minutes * 60)
        table = Table(mix.seconds)
        for profile in map(profile_named, PROFILES):
            master(warm, profile, folder / "warm")
            dithered_shaped = replace(profile, chain=replace(profile.chain, shaped_dither=True))
            master(warm, dithered_shaped, folder / "warm")
        stages(table, mix, profile_named("acx"))
        for profile in map(profile_named, PROFILES):
            passes(table, mix, profile, folder)
            peer(table, mix, profile, folder)
        mix.path.unlink()
        if given.hours:
            write_mix(folder / "long.wav", given.hours * 3600)
            command = [sys.executable, __file__, "--hours", str(given.hours), "--alone", str(folder)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
