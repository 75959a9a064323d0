"""What delivering a book costs: five formats, decoded and measured, beside plain ffmpeg encodes in the same run.

    python benchmarks/delivery.py --hours 1

The book is made of chapters of hibari's speech, repeated. CPU seconds are this process's and its encoders'; wall time
varies with what else the machine does. What is said of 20 hours is extrapolated, not measured.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import os
import platform
import re
import resource
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Self

import numpy as np
import pyloudnorm
import soundfile

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.audio.limiting import limited
from pipeline.audio.resampling import resampled
from pipeline.booth import plan_takes, record
from pipeline.delivery import deliver
from pipeline.flows.callsheet import draw_up
from pipeline.materials import Master
from pipeline.metering import measure_file
from pipeline.production import Delivery, Paths, Verify
from pipeline.production_file import load_order
from pipeline.profiles import profile_named
from pipeline.vault import Vault

ROOT = Path(__file__).parents[1]
RATE_HZ = 44100
CHAPTER_S = 1200.0
PAUSE_S = 0.5
BOOK_H = 20
FIVE = ("wav", "flac", "mp3", "m4b", "opus")
PLAIN = {
    "wav": ("-c:a", "pcm_s16le"),
    "flac": ("-c:a", "flac"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "192k"),
    "m4b": ("-c:a", "aac", "-b:a", "96k"),
    "opus": ("-c:a", "libopus", "-b:a", "48k"),
}


def cpu_s() -> float:
    """User and system time of this process and of the children it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measured(what: str, hours: float, work: Callable[[], object]) -> float:
    """Do ``work`` once, print what it cost, and give its CPU seconds per hour of sound."""
    wall, cpu = time.perf_counter(), cpu_s()
    work()
    wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
    print(f"{what:<44}{cpu:>9.1f}{cpu / hours:>11.1f}{wall:>9.1f}{3600 * hours / wall:>10.0f}", flush=True)
    return cpu / hours


def speech(folder: Path) -> np.ndarray:
    """Some minutes of hibari at -20 LUFS under -3.3 dBTP, 44.1 kHz."""
    sheet = draw_up(load_order(ROOT / "configs" / "audiobook.yaml"))
    member = sheet.cast["NARRATOR"]
    chunks = [chunk for chapter in sheet.chapters for chunk in chapter.chunks if chunk.role == "NARRATOR"]
    vault = Vault(folder / "takes")
    narrator = member.engine.load(member.settings)
    takes = record(plan_takes(chunks, sheet.cast, "en"), narrator, vault, verify=Verify(mode="free"))
    parts = []
    for take in takes:
        entry = vault.fetch("takes", take.key)
        assert entry is not None
        sound, rate_hz = soundfile.read(entry.path, dtype="float32")
        parts += [sound, np.zeros(round(rate_hz * PAUSE_S), np.float32)]
    wave = np.concatenate(list(resampled([np.concatenate(parts)], rate_hz, RATE_HZ)))
    wave += 2e-4 * np.random.default_rng(0).standard_normal(len(wave)).astype(np.float32)  # room tone
    loudness = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(wave.astype(float))
    wave *= np.float32(10 ** ((-20.0 - loudness) / 20))
    return np.concatenate(list(limited([wave], -3.3, RATE_HZ)))


def masters_of(wave: np.ndarray, hours: float, folder: Path) -> tuple[Master, ...]:
    """Chapters of about `CHAPTER_S`, none a whole number of seconds, each from another place of the speech."""
    count = max(1, round(hours * 3600 / CHAPTER_S))
    length = round(hours * 3600 * RATE_HZ / count)
    masters = []
    for number in range(1, count + 1):
        path = folder / f"{number}.flac"
        frames = length + 37 * number
        rolled = np.roll(wave, -number * RATE_HZ * 7)
        sound = np.resize(rolled, frames)
        soundfile.write(path, sound, RATE_HZ, subtype="PCM_16")
        found = measure_file(path)
        key = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
        masters.append(
            Master(
                number, f"Chapter {number}", key, path, RATE_HZ, 1, frames, found.integrated_lufs,
                found.true_peak_dbtp, (), (), (),
            )
        )  # fmt: skip
    return tuple(masters)


def book(hours: float, folder: Path) -> tuple[Master, ...]:
    """The masters of a book."""
    return masters_of(speech(folder), hours, folder)


class Memory(threading.Thread):
    """Looks ten times a second at how much memory this process and its children hold."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mib = 0.0
        self._over = threading.Event()

    def __enter__(self) -> Self:
        gc.collect()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        """Until it is over."""
        while not self._over.wait(0.1):
            tasks = Path("/proc/self/task").iterdir()
            ids = [child for task in tasks for child in (task / "children").read_text().split()]
            self.peak_mib = max(self.peak_mib, sum(resident_mib(process) for process in ["self", *ids]))


def resident_mib(process: str) -> float:
    """What a process holds of the machine's memory; 0 when it is gone."""
    with suppress(OSError):
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


def export(master: Master, folder: Path) -> None:
    """One chapter by pydub, which reads it whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    AudioSegment.converter = str(find_ffmpeg().path)
    samples, _ = soundfile.read(master.path, dtype="int16")
    segment = AudioSegment(samples.tobytes(), sample_width=2, frame_rate=RATE_HZ, channels=1)
    segment.export(folder / "pydub.mp3", format="mp3", bitrate="192k")


def encode_plainly(masters: Sequence[Master], kind: str, folder: Path) -> None:
    """Each chapter by one ffmpeg after the other: no treatment, no tags, nothing measured."""
    for master in masters:
        target = folder / f"plain-{master.number}.{kind}"
        command = [find_ffmpeg().path, "-v", "error", "-y", "-i", master.path, *PLAIN[kind], "-threads", "1"]
        subprocess.run([*command, "-f", "ipod", target] if kind == "m4b" else [*command, target], check=True)
        target.unlink()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=1.0)
    hours = parser.parse_args().hours
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, commit {commit.stdout.strip()}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores when this began")
    profile = profile_named("acx")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # the narrator's memory is not delivery's
            masters = apart.submit(book, hours, folder).result()
        hours = sum(master.seconds for master in masters) / 3600
        order = load_order(ROOT / "configs" / "audiobook.yaml")

        def work(formats: Sequence[str], where: str) -> Callable[[], object]:
            elsewhere = order.production.model_copy(
                update={
                    "paths": Paths(output=folder / where),
                    "deliver": tuple(Delivery.model_validate({"format": kind}) for kind in formats),
                    "cover": None,
                }
            )
            chosen = order.model_copy(update={"production": elsewhere})

            def deliver_them() -> None:
                vault = Vault(folder / f"vault {where}")
                made = deliver(masters, chosen, vault=vault, narrators="benchmark", profile=profile)
                rounds = [item.rounds for item in made if item.rounds]
                missed = [item for item in made if item.remarks]
                print(f"  {where}: {len(made)} files, most rounds {max(rounds, default=0)}, {len(missed)} missed")

            return deliver_them

        print(f"{hours:.2f} h in {len(masters)} chapters")
        print(f"{'':<44}{'CPU s':>9}{'CPU s/h':>11}{'wall s':>9}{'x real':>10}")
        measured("first file: compiling, opening", hours, work(("flac",), "warm"))
        for kind in FIVE:
            measured(f"{kind}, decoded and measured", hours, work((kind,), kind))
        wall = time.perf_counter()
        with Memory() as memory:
            all_five = measured("all five in one run", hours, work(FIVE, "five"))
        wall = time.perf_counter() - wall
        print(f"peak memory while all five were made, encoders included: {memory.peak_mib:.0f} MiB")
        plain = 0.0
        for kind in FIVE:
            plain += measured(
                f"plain ffmpeg, {kind}, not measured", hours, lambda kind=kind: encode_plainly(masters, kind, folder)
            )
        measured("pydub export, one chapter, MP3", masters[0].seconds / 3600, lambda: export(masters[0], folder))
        print(f"all five against plain ffmpeg: {plain / all_five:.2f} times its CPU speed, measuring included")
        print(
            f"EXTRAPOLATED, not measured: {BOOK_H} h need {BOOK_H * all_five / 60:.0f} CPU min, "
            f"{BOOK_H * all_five / 60 / 2:.1f} min on 2 cores as fast as this machine was; by this run's wall time "
            f"{BOOK_H * wall / hours / 60:.1f} min"
        )


if __name__ == "__main__":
    main()
