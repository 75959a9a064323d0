"""The sample audiobook under every profile: rendered once, mastered, delivered and certified nine times.

    python benchmarks/profiles.py --to build/profiles

Takes and mixes come from the vault of `make demo` where they are there. Prints a table: profile, files, the level
aimed at and the furthest that any file is from it, the highest true peak and the ceiling, verdict.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.booth import record
from pipeline.delivery import Certificate, certify_title, deliver, write_certificate
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.mastering import consistency, master_chapter
from pipeline.materials import Master, Take
from pipeline.mixing import mix_chapter
from pipeline.production import Order, Production, Verify
from pipeline.production_file import load_order
from pipeline.profiles import PROFILES

ROOT = Path(__file__).parents[1]
FORMATS = {
    "acx": ["acx", "mp3", "m4b"],
    "audiobook": ["mp3", "m4b", "flac", "epub", "lpf"],
    "librivox": ["mp3"],
    "podcast-apple": ["mp3", "m4b", "opus", "vtt", "chapters", "transcript"],
    "podcast-spotify": ["mp3", "opus"],
    "podcast-mono": ["mp3", "opus"],
    "ebu-r128": ["wav", "flac"],
    "atsc-a85": ["wav", "flac"],
    "archive": ["wav", "flac", "labels", "edl"],
}


def order_for(order: Order, profile: str, to: Path) -> Order:
    """The sample's order under a profile, with credits and the room tone that the profile asks for."""
    facts = order.production.model_dump(mode="json", exclude_none=True) | {
        "master": {"profile": profile},
        "deliver": [{"format": name} for name in FORMATS[profile]],
        "credits": {},
        "script": {"path": str(order.script)},
        "paths": {"output": str(to / profile), "vault": str(order.vault), "state": str(to / "state")},
    }
    if profile == "librivox":
        facts["pauses"] = {**facts["pauses"], "tail_s": 5.0}
    return order.model_copy(update={"production": Production.model_validate_json(json.dumps(facts))})


def masters_of(sheet: CallSheet) -> Iterator[Master]:
    """Every chapter, recorded where the vault has no take, mixed and mastered."""
    production, vault = sheet.order.production, sheet.vault
    narrators = {}
    for chapter in sheet.chapters:
        slots = sheet.slots(chapter)
        found: dict[str, Take] = {}
        for engine in dict.fromkeys(slot.engine for slot in slots):
            mine = [slot for slot in slots if slot.engine == engine]
            if engine not in narrators:
                narrators[engine] = mine[0].voice.engine.load(mine[0].voice.settings)
            takes = record(mine, narrators[engine], vault, verify=Verify(mode="free"))
            found |= {slot.chunk.slate: take for slot, take in zip(mine, takes, strict=True)}
        takes = [found[slot.chunk.slate] for slot in slots]
        mix = mix_chapter(
            chapter,
            takes,
            gains_db={role: voice.gain_db for role, voice in sheet.cast.items()},
            pauses=production.pauses,
            spec=production.mix,
            vault=vault,
        )
        yield master_chapter(
            mix,
            number=chapter.number,
            title=chapter.title,
            profile=production.master.resolved(),
            room_tone_dbfs=production.mix.room_tone_dbfs,
            vault=vault,
        )


def row(certificate: Certificate, rounds: int) -> str:
    """One line of the table."""
    profile = certificate.profile
    heard = [file.measurement for file in certificate.files if file.measurement is not None]
    whole = [
        file.measurement for file in certificate.files if file.measurement is not None and file.kind == "chapter"
    ]
    furthest = max((abs(getattr(one, profile.measure) - profile.target) for one in whole), default=0.0)
    peak = max(one.true_peak_dbtp for one in heard)
    unit = "LUFS" if profile.measure == "integrated_lufs" else "dB RMS"
    verdict = "all met" if certificate.met else f"{certificate.missed} missed"
    return (
        f"| `{profile.name}` | {len(heard)} | {profile.target:g} {unit} | {furthest:.3f} | {peak:.2f} | "
        f"{profile.ceiling_dbtp:g} | {rounds} | {verdict} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "profiles")
    parser.add_argument("--only", choices=sorted(FORMATS))
    chosen = parser.parse_args()
    demo = load_order(ROOT / "configs" / "audiobook.yaml")
    names = ("profile", "sound files", "level", "furthest chapter file", "highest true peak", "ceiling", "rounds", "")
    print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}")
    for profile in [chosen.only] if chosen.only else PROFILES:
        order = order_for(demo, profile, chosen.to.absolute())
        sheet = draw_up(order)
        masters = list(masters_of(sheet))
        resolved = order.production.master.resolved()
        files = deliver(masters, order, vault=sheet.vault, narrators=sheet.narrators, profile=resolved)
        together = consistency(masters, resolved)
        certificate = certify_title(order, masters, files, sheet.cast, vault=sheet.vault, together=together)
        write_certificate(order.output, certificate)
        print(row(certificate, max(file.rounds for file in files)), flush=True)
        for line in (line for file in certificate.files for line in file.missed):
            print(f"    missed: {line.name} {line.measured} {line.remark}")
        for line in (line for line in certificate.together if line.met is False):
            print(f"    missed together: {line.name} {line.measured} {line.remark}")


if __name__ == "__main__":
    main()
