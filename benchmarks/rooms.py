"""What each room costs: CPU seconds and times real time for one chapter of the sample audiobook, in a new vault.

    python benchmarks/rooms.py

CPU seconds are this process's and, for delivery, its encoders' too. Wall time varies with what else the machine does.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pipeline.booth import plan_takes, record
from pipeline.delivery import deliver
from pipeline.flows.callsheet import draw_up
from pipeline.mastering import master_chapter
from pipeline.mixing import mix_chapter
from pipeline.production import Paths, Verify
from pipeline.production_file import load_order
from pipeline.profiles import profile_named
from pipeline.vault import Vault

ROOT = Path(__file__).parents[1]
KOKORO_CHUNKS = 5

Result = TypeVar("Result")


def cpu_s() -> float:
    """User and system time of this process and of the children it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measured(what: str, audio_s: Callable[[Result], float], work: Callable[[], Result]) -> Result:
    """Do ``work`` once and print what it cost per second of audio."""
    wall, cpu = time.perf_counter(), cpu_s()
    result = work()
    wall, cpu, audio = time.perf_counter() - wall, cpu_s() - cpu, audio_s(result)
    print(f"{what:<34}{audio:>8.1f}{cpu:>9.2f}{wall:>9.2f}{cpu / audio:>11.4f}{audio / cpu:>11.1f}")
    return result


def main() -> None:
    """Print the table."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, commit {commit.stdout.strip()}")
    print(f"{'':<34}{'audio s':>8}{'CPU s':>9}{'wall s':>9}{'CPU/audio':>11}{'x real time':>12}")
    sheet = draw_up(load_order(ROOT / "configs" / "audiobook.yaml"))
    chapter = sheet.chapters[0]
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder) / "vault")
        slots = plan_takes(chapter.chunks, sheet.cast, "en")
        narrators = {name: sheet.cast[name].engine.load(sheet.cast[name].settings) for name in ("NARRATOR", "AHAB")}
        kokoro = [replace(chunk, role="AHAB") for chunk in chapter.chunks[:KOKORO_CHUNKS]]
        kokoro_slots = plan_takes(kokoro, sheet.cast, "en")
        record(slots[:1], narrators["NARRATOR"], vault, verify=Verify(mode="free"))  # the first reading also warms up
        takes = measured(
            "record, hibari",
            lambda takes: sum(take.seconds for take in takes),
            lambda: record(slots, narrators["NARRATOR"], vault, verify=Verify(mode="free")),
        )
        measured(
            "record, kokoro",
            lambda takes: sum(take.seconds for take in takes),
            lambda: record(kokoro_slots, narrators["AHAB"], vault, verify=Verify(mode="free")),
        )
        production = sheet.order.production
        mix = measured(
            "mix",
            lambda mix: mix.seconds,
            lambda: mix_chapter(
                chapter, takes, gains_db={}, pauses=production.pauses, spec=production.mix, vault=vault
            ),
        )
        for profile in ("podcast-apple", "acx"):
            master = measured(
                f"master, {profile}",
                lambda master: master.seconds,
                lambda: master_chapter(
                    mix,
                    number=1,
                    title=chapter.title,
                    profile=profile_named(profile),  # noqa: B023
                    room_tone_dbfs=production.mix.room_tone_dbfs,
                    vault=vault,
                ),
            )
        elsewhere = production.model_copy(update={"paths": Paths(output=Path(folder) / "out")})
        order = sheet.order.model_copy(update={"production": elsewhere})
        measured(
            "deliver, FLAC + MP3 + M4B + sample",
            lambda _: master.seconds,
            lambda: deliver(
                [master], order, vault=vault, narrators="benchmark", profile=order.production.master.resolved()
            ),
        )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory, both models loaded: {peak_mb:,.0f} MB")


if __name__ == "__main__":
    main()
