"""Verdicts on every take of `faults`, and the tables: found, missed, false alarms and cost under each policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from fault_takes import PARTS, Recorded, lines_of, recorded
from faulty import KINDS

from pipeline.audio.files import read_sound
from pipeline.audio.sound import Sound
from pipeline.booth.auditioning import Audition, Line, Listening, Policy, audition
from pipeline.booth.estimating import unheard_errors
from pipeline.booth.expecting import Expected, VoiceReference
from pipeline.booth.listening import free_checks, pause_in
from pipeline.engines import Rendition
from pipeline.flows.wording import WORDING
from pipeline.hearing import FollowedWord, Quality, Transcript
from pipeline.materials import Verdict

MODES = ("free", "risk", "all")
SAMPLE = 0.05  # production.Verify's own
GROUPS: dict[str, Callable[[str], bool]] = {
    "words, two or more": lambda kind: KINDS[kind].wrong_words >= 2,
    "words, one": lambda kind: KINDS[kind].wrong_words == 1,
    "every fault": lambda kind: True,
}
AFTER_FOLLOWING = 0.77
"""CPU of hearing words that were followed before, of what it costs otherwise (60 takes): the encoder is done."""
RECORDING_COST = {"hibari": 0.017, "kokoro": 0.6}
"""CPU seconds of recording per second of sound: hibari's takes without a fault here; kokoro's own summary."""


@dataclass(frozen=True)
class Judged:
    """A take with everything that was found.

    Attributes:
        failed: the checks that it fails under each mode.
        found: everything that was found under `all` and `risk`.
        spent: CPU seconds of listening under each mode.
    """

    take: Recorded
    failed: dict[str, list[Verdict]]
    found: dict[str, Audition]
    heard_as: str
    spent: dict[str, float]

    @property
    def listened(self) -> bool:
        """Whether its words are heard under ``risk``."""
        return self.found["risk"].comparison is not None

    @property
    def words_are_wrong(self) -> bool:
        """By what was heard under ``all``."""
        comparison = self.found["all"].comparison
        return comparison is not None and not comparison.passes


class Remembered:
    """Ears that heard one take before; what they are asked costs what it cost then."""

    def __init__(self, found: dict[str, dict[str, Any]]) -> None:
        self._found = found
        self._followed = False
        self.spent_s = 0.0

    def voice(self, _sound: Sound) -> tuple[tuple[float, ...], float | None]:
        facts = self._asked("voice")
        return tuple(facts["voice"]), facts["unity"]

    def quality(self, _sound: Sound) -> Quality:
        return Quality(**self._asked("quality"))

    def words(self, _sound: Sound, _language: str, times: bool = False) -> Transcript:
        facts = self._found["words"]
        share = AFTER_FOLLOWING if self._followed else 1.0
        self.spent_s += facts["spent_s"] * share / (AFTER_FOLLOWING if facts.get("after_follow") else 1.0)
        return Transcript(facts["text"], (), facts["log_probability"], facts["no_speech"])

    def follow(self, _sound: Sound, _text: str, _language: str) -> tuple[FollowedWord, ...]:
        self._followed = True
        return tuple(FollowedWord(**word) for word in self._asked("follow")["follow"])

    def _asked(self, part: str) -> dict[str, Any]:
        facts = dict(self._found[part])
        self.spent_s += facts.pop("spent_s")
        return facts


def table(folder: Path) -> None:
    """Print everything, and write it to ``table.md`` in the folder."""
    judged = judge(folder)
    facts = json.loads((folder / "book.json").read_text(encoding="utf-8"))
    text = "\n".join([*heading(facts, judged), "", *findings(judged), "", *costs(judged), "", *slips(judged)])
    (folder / "table.md").write_text(text + "\n", encoding="utf-8")
    print(text)


def judge(folder: Path) -> list[Judged]:
    """Verdicts on all takes of which every part has been listened to."""
    voice = _reference(json.loads((folder / "voice.json").read_text(encoding="utf-8")))
    found: dict[str, dict[str, Any]] = {}
    for part in PARTS:
        for line in lines_of(folder / f"{part}.jsonl"):
            found.setdefault(line.pop("key"), {})[part] = line
    return [
        _judged(take, voice, found[take.key], read_sound(folder / f"{take.key}.flac"))
        for take in recorded(folder)
        if set(found.get(take.key, ())) >= set(PARTS)
    ]


def _reference(facts: dict[str, Any]) -> VoiceReference:
    quality = Quality(**facts["quality"]) if facts["quality"] else None
    return VoiceReference(**{**facts, "quality": quality, "embedding": tuple(facts["embedding"])})


def _judged(take: Recorded, voice: VoiceReference, found: dict[str, dict[str, Any]], sound: Sound) -> Judged:
    """As `Judge` does it: the same function with the same policy, the ears alone remember."""
    expected = Expected(take.estimated_s * voice.pace, voice, pause_in(take.text))
    line, free_s = Line(take.text, take.language), found["free"]["spent_s"]
    heard, spent = {}, {"free": free_s}
    for mode in ("risk", "all"):
        ears = Remembered(found)
        policy = Policy(mode, SAMPLE)
        heard[mode] = audition(line, Rendition(sound), expected, policy, Listening(ears, WORDING), key=take.key)
        spent[mode] = free_s + ears.spent_s
    verdicts = {mode: heard[mode].verdicts for mode in heard}
    verdicts["free"] = free_checks(heard["all"].measured, Expected(take.estimated_s))
    failed = {mode: [verdict for verdict in verdicts[mode] if not verdict.passed] for mode in MODES}
    return Judged(take, failed, heard, found["words"]["text"], spent)


def wilson(found: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share: Wilson, Journal of the American Statistical Association 22 (1927)."""
    z = 1.959964
    middle, width = found + z * z / 2, z * sqrt(found * (count - found) / count + z * z / 4)
    return (middle - width) / (count + z * z), (middle + width) / (count + z * z)


def heading(facts: dict[str, Any], judged: Sequence[Judged]) -> Iterator[str]:
    """What was recorded."""
    hours = sum(one.take.seconds for one in judged) / 3600
    faulty = sum(one.take.fault is not None for one in judged)
    yield (
        f"{facts['book']} by {facts['narrator']}: {len(judged)} takes, {hours:.2f} h, {faulty} with a fault "
        f"(seed {facts['seed']}), {len(judged) - faulty} without."
    )


def findings(judged: Sequence[Judged]) -> Iterator[str]:
    """Found, missed and recall by kind; false alarms among the clean."""
    yield "| fault | n |" + "".join(f" {mode}: found | missed | recall (95 %) |" for mode in MODES)
    yield "|---|---|" + "---|---|---|" * len(MODES)
    faulty = [(one.take.fault.kind, one) for one in judged if one.take.fault is not None]
    for kind in KINDS:
        yield from _row(kind, [one for name, one in faulty if name == kind])
    for group, belongs in GROUPS.items():
        yield from _row(f"**{group}**", [one for name, one in faulty if belongs(name)])
    clean = [one for one in judged if one.take.fault is None]
    alarms = [sum(bool(one.failed[mode]) for one in clean) for mode in MODES]
    cells = (f" {count} | | {_share(count, len(clean))} |" for count in alarms)
    yield f"| **false alarms** | {len(clean)} |" + "".join(cells)


def _row(name: str, takes: Sequence[Judged]) -> Iterator[str]:
    if takes:
        found = [sum(bool(one.failed[mode]) for one in takes) for mode in MODES]
        cells = (f" {count} | {len(takes) - count} | {_share(count, len(takes))} |" for count in found)
        yield f"| {name} | {len(takes)} |" + "".join(cells)


def _share(count: int, of: int) -> str:
    low, high = wilson(count, of)
    return f"{count / of:.1%} ({low:.1%} to {high:.1%})"


def costs(judged: Sequence[Judged]) -> Iterator[str]:
    """CPU seconds of listening per second of sound, in the mix and on the clean takes alone."""
    yield "| CPU s of listening per s of sound | free | risk | all | risk / all | words heard under risk |"
    yield "|---|---|---|---|---|---|"
    clean = [one for one in judged if one.take.fault is None]
    for name, takes in (("all takes", judged), ("takes without a fault", clean)):
        seconds = sum(one.take.seconds for one in takes)
        share = {mode: sum(one.spent[mode] for one in takes) / seconds for mode in MODES}
        cells = " | ".join(f"{share[mode]:.3f}" for mode in MODES)
        heard = sum(one.listened for one in takes) / len(takes)
        yield f"| {name} | {cells} | {share['risk'] / share['all']:.1%} | {heard:.1%} |"
    seconds = sum(one.take.seconds for one in judged)
    for engine, cost in RECORDING_COST.items():
        ratios = ", ".join(f"{mode} {sum(o.spent[mode] for o in judged) / seconds / cost:.2f}" for mode in MODES)
        yield f"\nListening / recording where that takes {cost} CPU s per s, as {engine} does: {ratios}."
    sample = [one for one in judged if one.found["risk"].sampled]
    wrong = sum(one.words_are_wrong for one in sample)
    unheard = [one for one in judged if not one.listened and not one.failed["risk"]]
    really = sum(one.words_are_wrong for one in unheard)
    yield f"\nUnder risk: {unheard_errors(len(sample), wrong, len(unheard))}. With all heard: {really}."


def slips(judged: Sequence[Judged]) -> Iterator[str]:
    """Every fault missed under ``all``, every false alarm, and what ``risk`` alone missed."""
    for title, mode, of_fault in (
        ("Missed under all", "all", True),
        ("False alarms under all", "all", False),
        ("Missed under risk", "risk", True),
    ):
        yield f"\n## {title}\n"
        for one in judged:
            slipped = (one.take.fault is not None) == of_fault and bool(one.failed[mode]) != of_fault
            if slipped and (mode != "risk" or one.failed["all"]):
                yield _told(one, mode)


def _told(one: Judged, mode: str) -> str:
    fault = one.take.fault
    what = f"{fault.kind} {fault.place} {fault.what!r}" if fault else ""
    why = "; ".join(f"{verdict.check} {verdict.measure:.2f} ({verdict.reason})" for verdict in one.failed[mode])
    sign = one.found["risk"].risk
    risk = f"risk {sign.score:.2f} {', '.join(sign.reasons)}" if sign else "no speech"
    return f"- {one.take.slate} {what or why} [{risk}]\n  - {one.take.text}\n  - {one.heard_as}"
