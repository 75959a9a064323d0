"""Fault injection: a real book by a narrator that goes wrong at known places, and what the booth finds of it.

    python benchmarks/faults.py record FOLDER BOOK [--chunks 1200] [--narrator hibari/heart] [--seed 1]
    python benchmarks/faults.py listen FOLDER      # once: recogniser, speaker model, quality predictor
    python benchmarks/faults.py table FOLDER       # verdicts, found, missed, false alarms, cost; in seconds

FOLDER gets the takes (FLAC, 24 kHz), ``takes.jsonl`` (what was asked for, what went wrong) and ``heard.jsonl``. Each
stage goes on where it was stopped. ``table`` lists every fault missed and every false alarm.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from faulty import Fault, FaultyNarrator

from pipeline.audio.files import write_sound
from pipeline.engines import Narrator, Reading, Unreadable, find_engine
from pipeline.flows.callsheet import draw_up
from pipeline.production_file import load_order
from pipeline.script.duration import estimate_seconds
from pipeline.vault import content_key

INTRUDERS = ("am_michael", "am_fenrir", "bf_emma", "bm_george", "af_sarah", "bf_isabella", "bm_fable")
"""Kokoro's voices, but for af_heart, of which hibari's voice was made."""


@dataclass(frozen=True)
class Recorded:
    """One line of ``takes.jsonl``.

    Attributes:
        estimated_s: of speech, by the script room's duration model at a pace of 1.
        spent_s: CPU seconds that the recording took, the fault's making included.
        fault: what was made wrong; None where nothing was.
    """

    key: str
    slate: str
    text: str
    language: str
    seconds: float
    estimated_s: float
    spent_s: float
    fault: Fault | None


def narrator_of(name: str) -> tuple[Narrator, str]:
    """``hibari/heart``: the loaded narrator, reading on one thread, and the voice."""
    engine_name, _, voice = name.partition("/")
    engine = find_engine(engine_name)
    settings = engine.check_settings({"workers": 1} if engine_name != "humming" else {}, Path())
    return engine.load(settings), engine.check_voice(voice, settings, Path())


def readings_of(book: Path, folder: Path, narrator: str, chunks: int) -> list[tuple[str, Reading]]:
    """The first ``chunks`` chunks of a book as the script room gives them: slate and reading."""
    engine, _, voice = narrator.partition("/")
    production = folder / "production.yaml"
    production.write_text(
        f"title: Faults\nlanguage: en\nscript: {{path: '{book.resolve()}'}}\n"
        f"cast: {{NARRATOR: {{engine: {engine}, voice: {voice}}}}}\n",
        encoding="utf-8",
    )
    sheet = draw_up(load_order(production))
    every = [chunk for chapter in sheet.chapters for chunk in chapter.chunks][:chunks]
    return [
        (chunk.slate, Reading(chunk.spoken, voice, chunk.language or "en", seed=number))
        for number, chunk in enumerate(every)
    ]


def record(folder: Path, book: Path, *, chunks: int, narrator: str, seed: int, share: float) -> None:
    """Record what is not yet there; what the narrator cannot read is left out and named."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = readings_of(book, folder, narrator, chunks)
    done = {take.key for take in recorded(folder)}
    inner, _ = narrator_of(narrator)
    kokoro = narrator_of("kokoro/am_michael")[0] if not narrator.startswith("kokoro") else inner
    intruders = [(kokoro, voice) for voice in INTRUDERS if not narrator.endswith(voice)]
    faulty = FaultyNarrator(inner, intruders, seed, share)
    keys = {key_of(slate, reading, seed): (slate, reading) for slate, reading in asked}
    waiting = [(key, *entry) for key, entry in keys.items() if key not in done]
    with (folder / "takes.jsonl").open("a", encoding="utf-8") as lines:
        for key, slate, reading in waiting:
            try:
                take = _recorded(key, slate, reading, faulty, folder)
            except Unreadable as error:
                print(f"{slate} left out: {error}")
                continue
            lines.write(json.dumps(asdict(take), ensure_ascii=False) + "\n")
            lines.flush()


def key_of(slate: str, reading: Reading, seed: int) -> str:
    """A take's name in the folder."""
    return content_key({"slate": slate, "text": reading.text, "seed": reading.seed, "faults": seed})


def _recorded(key: str, slate: str, reading: Reading, narrator: FaultyNarrator, folder: Path) -> Recorded:
    begun = time.process_time()
    ((_, rendition),) = narrator.read([reading])
    spent_s = time.process_time() - begun
    write_sound(folder / f"{key}.flac", rendition.sound)
    plan = narrator.plan(reading)
    return Recorded(
        key=key,
        slate=slate,
        text=reading.text,
        language=reading.language,
        seconds=rendition.sound.seconds,
        estimated_s=estimate_seconds(reading.text, reading.language),
        spent_s=spent_s,
        fault=plan.fault if plan else None,
    )


def recorded(folder: Path) -> list[Recorded]:
    """What ``takes.jsonl`` holds; nothing where there is none."""
    path = folder / "takes.jsonl"
    if not path.exists():
        return []
    takes = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Recorded(**{**take, "fault": Fault(**take["fault"]) if take["fault"] else None}) for take in takes]


def main() -> None:
    """One stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stages = parser.add_subparsers(dest="stage", required=True)
    recording = stages.add_parser("record")
    recording.add_argument("folder", type=Path)
    recording.add_argument("book", type=Path)
    recording.add_argument("--chunks", type=int, default=1200)
    recording.add_argument("--narrator", default="hibari/heart")
    recording.add_argument("--seed", type=int, default=1)
    recording.add_argument("--share", type=float, default=0.33)
    arguments = vars(parser.parse_args())
    {"record": record}[arguments.pop("stage")](**arguments)


if __name__ == "__main__":
    main()
