"""How long the narrator waits for the ears: its idle share in a real recording, by wall clock.

    python benchmarks/idle.py BOOK [--narrator kokoro/bf_emma] [--chunks 60] [--mode all] [--threads 0]

The narrator is idle between asking for the next batch and getting it. Told apart: while there is something left that
was never read, and after that, when only retakes are due and the narrator has to wait for verdicts.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from pipeline.booth import Booth
from pipeline.engines import find_engine
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.production_file import load_order

BATCH = 8  # small, so that a short recording has several


def sheet_of(book: Path, folder: Path, narrator: str, mode: str, threads: int) -> CallSheet:
    """A production of a book with a vault of its own, drawn up."""
    engine, _, voice = narrator.partition("/")
    production = folder / "production.yaml"
    production.write_text(
        f"title: Idle\nlanguage: en\nscript: {{path: '{book.resolve()}'}}\n"
        f"cast: {{NARRATOR: {{engine: {engine}, voice: {voice}}}}}\n"
        f"engines: {{{engine}: {{workers: {threads}}}}}\nverify: {{mode: {mode}}}\n",
        encoding="utf-8",
    )
    return draw_up(load_order(production))


def main() -> None:
    """Record the first chunks of a book, and print where the narrator's time went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", type=Path)
    parser.add_argument("--narrator", default="kokoro/bf_emma")
    parser.add_argument("--chunks", type=int, default=60)
    parser.add_argument("--mode", default="all", choices=("free", "risk", "all"))
    parser.add_argument("--threads", type=int, default=0, help="of the narrator; 0 is one for each core")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sheet = sheet_of(asked.book, Path(folder), asked.narrator, asked.mode, asked.threads)
        voice = sheet.cast["NARRATOR"]
        narrator = find_engine(voice.engine.name).load(voice.settings)
        slots = [slot for chapter in sheet.chapters for slot in sheet.slots(chapter)][: asked.chunks]
        first = {slot.key for slot in slots}
        reading_s, idle_s, last_idle_s, takes = 0.0, 0.0, 0.0, 0
        booth = Booth(slots, vault=sheet.vault, verify=sheet.verify, judge=sheet.judge())
        with booth:
            while True:
                begun = time.monotonic()
                batch = booth.next_batch(BATCH)
                waited_s = time.monotonic() - begun
                idle_s, last_idle_s = (idle_s + waited_s, last_idle_s) if first else (idle_s, last_idle_s + waited_s)
                if not batch:
                    break
                begun = time.monotonic()
                booth.record(batch, narrator)
                reading_s, takes = reading_s + time.monotonic() - begun, takes + len(batch)
                first -= {attempt.slot.key for attempt in batch}
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{asked.narrator}, verify {asked.mode}: {takes} takes of {len(slots)} chunks; load of the machine {load}")
    print(
        f"first takes: the narrator read {reading_s:.1f} s and waited {idle_s:.2f} s: {share(idle_s, reading_s)} idle"
    )
    print(f"waiting for the last verdicts: {last_idle_s:.1f} s; in all {share(idle_s + last_idle_s, reading_s)} idle")


def share(idle_s: float, reading_s: float) -> str:
    """Idle time of all time."""
    return f"{idle_s / max(idle_s + reading_s, 1e-9):.1%}"


if __name__ == "__main__":
    main()
