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
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fault_table import table
from fault_takes import PARTS, Recorded, lines_of, recorded
from faulty import FaultyNarrator

from pipeline.audio.files import read_sound, write_sound
from pipeline.audio.sound import Sound
from pipeline.booth.expecting import VoiceReference
from pipeline.booth.listening import measure_take
from pipeline.booth.soundcheck import passage, reference_from
from pipeline.engines import Narrator, Reading, Rendition, Unreadable, find_engine
from pipeline.flows.callsheet import draw_up
from pipeline.hearing import Heard
from pipeline.hearing.quality import QualityModel
from pipeline.hearing.recogniser import Recogniser, find_model
from pipeline.hearing.speakers import SpeakerModel
from pipeline.production_file import load_order
from pipeline.script.duration import estimate_seconds
from pipeline.vault import content_key

INTRUDERS = ("am_michael", "am_fenrir", "bf_emma", "bm_george", "af_sarah", "bf_isabella", "bm_fable")
"""Kokoro's voices, but for af_heart, of which hibari's voice was made."""


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
    facts = {"book": book.name, "narrator": narrator, "seed": seed, "share": share, "chunks": chunks}
    (folder / "book.json").write_text(json.dumps(facts), encoding="utf-8")
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


Ear = Callable[[Recorded, Sound], Mapping[str, Any]]


def listen(folder: Path, recogniser: str, parts: str) -> None:
    """Everything the ears find of every take, once; each part goes into a file of its own, a line for each take.

    Takes with a fault come first, for they are few; the others in no order, so that those of a run that was stopped
    are a fair sample.
    """
    if not (folder / "voice.json").exists():
        reference = reference_of(folder, SpeakerModel(), QualityModel())
        (folder / "voice.json").write_text(json.dumps(asdict(reference)), encoding="utf-8")
    ears = {part: ear for part, ear in _ears(recogniser).items() if part in parts.split(",")}
    done = {part: {line["key"] for line in lines_of(folder / f"{part}.jsonl")} for part in ears}
    for take in sorted(recorded(folder), key=lambda take: (take.fault is None, take.key)):
        missing = [part for part in ears if take.key not in done[part]]
        sound = read_sound(folder / f"{take.key}.flac") if missing else None
        for part in missing:
            assert sound is not None
            begun = time.process_time()
            found = ears[part](take, sound)
            line = {"key": take.key, "spent_s": time.process_time() - begun, **found}
            with (folder / f"{part}.jsonl").open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def _ears(recogniser: str) -> dict[str, Ear]:
    """By part, in the order of `PARTS`."""
    speakers, qualities, hearing = SpeakerModel(), QualityModel(), Recogniser(find_model(recogniser))
    followed: list[str] = []

    def follow(take: Recorded, sound: Sound) -> Mapping[str, Any]:
        followed[:] = [take.key]
        return {"follow": [asdict(word) for word in hearing.follow(sound, take.text, take.language)]}

    return {
        "free": lambda _take, sound: asdict(measure_take(Rendition(sound))),
        "voice": lambda _take, sound: dict(zip(("voice", "unity"), speakers.hear(sound), strict=True)),
        "follow": follow,
        "words": lambda take, sound: {
            **asdict(hearing.hear(sound, take.language)),
            "after_follow": followed == [take.key],
        },
        "quality": lambda _take, sound: asdict(qualities.judge(sound)),
    }


def reference_of(folder: Path, speakers: SpeakerModel, qualities: QualityModel) -> VoiceReference:
    """The narrator's sound check, without faults."""
    name = json.loads((folder / "book.json").read_text(encoding="utf-8"))["narrator"]
    narrator, voice = narrator_of(name)
    lines = passage("en")
    assert lines is not None
    read = dict(narrator.read([Reading(line, voice, seed=seed) for seed, line in enumerate(lines)]))
    spoken = [(estimate_seconds(line, "en"), read[index]) for index, line in enumerate(lines)]
    heard = [
        Heard(voice=speakers.embed(rendition.sound), quality=qualities.judge(rendition.sound))
        for _, rendition in spoken
    ]
    return reference_from(spoken, heard)


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
    listening = stages.add_parser("listen")
    listening.add_argument("folder", type=Path)
    listening.add_argument("--recogniser", default="base")
    listening.add_argument("--parts", default=",".join(PARTS))
    telling = stages.add_parser("table")
    telling.add_argument("folder", type=Path)
    arguments = vars(parser.parse_args())
    {"record": record, "listen": listen, "table": table}[arguments.pop("stage")](**arguments)


if __name__ == "__main__":
    main()
