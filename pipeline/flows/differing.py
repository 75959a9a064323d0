"""What a change of the script, the cast or the settings will cost, before anything of it is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pipeline.booth import Slot
from pipeline.delivery import TAKE_SHEET, UNDRAWN, Standing, read_take_sheet, settle_cover, standing
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.flows.rendered import Chosen, NotKept, Sealed, chosen_takes, finished
from pipeline.materials import ChapterChunks, Mark, Master
from pipeline.production import Order
from pipeline.script.comparing import ChapterChange, Told, ToldChapter, compare
from pipeline.vault import Vault, content_key

TIMED_TAKES = 400
"""Of one engine, by whose recording times its speed is told: keys are hashes, so the first are a fair sample."""


@dataclass(frozen=True)
class ToRecord:
    """A recording that is not there: its slot's key, and the first chunk that wants it."""

    slate: str
    key: str
    engine: str
    estimated_s: float


@dataclass(frozen=True)
class Revision:
    """What is different, and what will be done about it.

    Attributes:
        changes: every chapter of both versions.
        to_record: each recording once, in the order of the script.
        kept: recordings that the old version had not, but that are in the vault.
        rates: seconds of computing for a second of speech, by engine, as its takes in the vault tell; engines whose
            takes do not tell are missing.
        remade: numbers of the chapters that will be mixed and mastered.
        files: how the output folder stands; None where two scripts are compared.
    """

    changes: tuple[ChapterChange, ...]
    to_record: tuple[ToRecord, ...]
    kept: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    remade: tuple[int, ...] = ()
    files: Standing | None = None

    @property
    def record_s(self) -> Mapping[str, float]:
        """Estimated seconds of speech to record, by engine."""
        seconds: dict[str, float] = defaultdict(float)
        for each in self.to_record:
            seconds[each.engine] += each.estimated_s
        return seconds


@dataclass(frozen=True)
class Version:
    """One version of a script, cut for its narrators.

    Attributes:
        keys: of each chunk of each chapter: equal keys are one recording.
        engines: each chunk's engine, in the same order.
    """

    chapters: tuple[ChapterChunks, ...]
    keys: tuple[tuple[str, ...], ...]
    engines: tuple[tuple[str, ...], ...]

    @property
    def told(self) -> tuple[ToldChapter, ...]:
        return tuple(_told(chapter, keys) for chapter, keys in zip(self.chapters, self.keys, strict=True))

    def recordings(self) -> Iterator[ToRecord]:
        """Every recording once, at its first chunk."""
        seen: set[str] = set()
        for chapter, keys, engines in zip(self.chapters, self.keys, self.engines, strict=True):
            for chunk, key, engine in zip(chapter.chunks, keys, engines, strict=True):
                if key not in seen:
                    seen.add(key)
                    yield ToRecord(chunk.slate, key, engine, chunk.estimated_s)

    def layout(self, number: int) -> object:
        """What the mix of a chapter depends on, as far as the script decides it."""
        at = next(index for index, chapter in enumerate(self.chapters) if chapter.number == number)
        chunks = self.chapters[at].chunks
        return [
            (key, chunk.role, chunk.pause, chunk.asked_s) for key, chunk in zip(self.keys[at], chunks, strict=True)
        ]


def _told(chapter: ChapterChunks, keys: Sequence[str]) -> ToldChapter:
    chunks = tuple(
        Told(chunk.slate, chunk.role, chunk.shown, chunk.spoken, key, chunk.estimated_s, chunk.opens_line)
        for chunk, key in zip(chapter.chunks, keys, strict=True)
    )
    return ToldChapter(chapter.number, chapter.title, chunks)


def version_for(order: Order, script: Path) -> Version:
    """A script as a production's cast, lexicons and policies read it.

    Raises:
        InputError: the script cannot be read.
        MissingError: an engine's model is not on this machine.
    """
    other = order.production.script.model_copy(update={"path": script.resolve(), "format": "auto"})
    production = order.production.model_copy(update={"script": other})
    sheet = draw_up(order.model_copy(update={"production": production}))
    return _version([(chapter, sheet.slots(chapter)) for chapter in sheet.chapters])


def _version(chapters: Iterable[tuple[ChapterChunks, Sequence[Slot]]]) -> Version:
    each = tuple(chapters)
    return Version(
        chapters=tuple(chapter for chapter, _ in each),
        keys=tuple(tuple(slot.recorded_for for slot in slots) for _, slots in each),
        engines=tuple(tuple(slot.engine for slot in slots) for _, slots in each),
    )


def version_without_production(chapters: tuple[ChapterChunks, ...], engine: str, language: str) -> Version:
    """A script cut for one engine that reads every role; what is recorded depends on role and words alone."""
    keys = tuple(
        tuple(
            content_key(
                {
                    "role": chunk.role,
                    "spoken": chunk.spoken,
                    "language": chunk.language or language,
                    "pronunciations": chunk.pronunciations,
                }
            )
            for chunk in chapter.chunks
        )
        for chapter in chapters
    )
    return Version(chapters, keys, tuple((engine,) * len(chapter.chunks) for chapter in chapters))


def diff_versions(old: Version, new: Version, vault: Vault | None = None) -> Revision:
    """What the new version needs that the old one had not.

    Args:
        vault: the production's, whose takes need not be recorded and tell how fast its engines are.
    """
    changes = compare(old.told, new.told)
    had = {each.key for each in old.recordings()}
    wanted = [each for each in new.recordings() if each.key not in had]
    to_record = tuple(each for each in wanted if vault is None or ("takes", each.key) not in vault)
    remade = tuple(
        change.new.number
        for change in changes
        if change.new is not None
        and (change.old is None or old.layout(change.old.number) != new.layout(change.new.number))
    )
    engines = {each.engine for each in to_record}
    return Revision(
        changes=changes,
        to_record=to_record,
        kept=len(wanted) - len(to_record),
        rates=recording_rates(vault, engines) if vault is not None else {},
        remade=remade,
    )


def diff_production(order: Order) -> Revision:
    """What the next run will do that the last one did not: `render` records exactly ``to_record``.

    Raises:
        InputError: nothing has been rendered yet, or the production is wrong.
        MissingError: an engine's model or ffmpeg is not on this machine.
    """
    old = told_by_sheet(order.output / TAKE_SHEET)
    sheet = draw_up(order)
    chosen = chosen_takes(sheet)
    new = _version([(each.chapter, each.slots) for each in chosen])
    missing = {slot.recorded_for for each in chosen for slot in each.missing}
    to_record = tuple(each for each in new.recordings() if each.key in missing)
    had = {chunk.key for chapter in old for chunk in chapter.chunks}
    kept = sum(each.key not in had and each.key not in missing for each in new.recordings())
    masters = [_master(sheet, each) for each in chosen]
    return Revision(
        changes=compare(old, new.told),
        to_record=to_record,
        kept=kept,
        rates=recording_rates(sheet.vault, {each.engine for each in to_record}),
        remade=tuple(each.chapter.number for each, master in zip(chosen, masters, strict=True) if master is None),
        files=_standing(sheet, chosen, masters),
    )


def told_by_sheet(path: Path) -> tuple[ToldChapter, ...]:
    """The chapters of the last run. Raises InputError as `read_take_sheet`."""
    chapters = []
    for (number, title), lines in groupby(read_take_sheet(path), key=lambda line: (line.chapter, line.title)):
        chunks = tuple(
            Told(
                slate=line.slate,
                role=line.role,
                shown=line.shown,
                spoken=line.spoken,
                key=line.slot,
                estimated_s=line.end_s - line.start_s,
                opens_line=line.opens_line,
            )
            for line in lines
        )
        chapters.append(ToldChapter(number, title, chunks))
    return tuple(chapters)


def recording_rates(vault: Vault, engines: Iterable[str]) -> dict[str, float]:
    """Seconds of computing for a second of sound, by engine, as timed takes in the vault tell."""
    wanted = set(engines)
    timed: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for facts in vault.cards("takes") if wanted else ():
        engine, recorded_s = facts["engine"], (facts.get("timings") or {}).get("recorded_s")
        if engine in wanted and recorded_s is not None and facts["seconds"] > 0:
            timed[engine].append((recorded_s, facts["seconds"]))
            if len(timed[engine]) >= TIMED_TAKES:
                wanted.discard(engine)
        if not wanted:
            break
    return {engine: sum(r for r, _ in takes) / sum(s for _, s in takes) for engine, takes in timed.items()}


def _master(sheet: CallSheet, chosen: Chosen) -> Master | None:
    """The chapter's master if the vault holds it."""
    takes = [take for take in chosen.takes if take is not None]
    if len(takes) < len(chosen.slots):
        return None
    try:
        return finished(sheet, chosen.chapter, takes, Sealed(sheet.vault)).master
    except NotKept:
        return None


def _standing(sheet: CallSheet, chosen: Sequence[Chosen], masters: Sequence[Master | None]) -> Standing:
    there = [master for master in masters if master is not None]
    rate_hz = there[0].rate_hz if there else sheet.profile.rate_hz
    all_masters = [
        master or _stand_in(sheet, each.chapter, rate_hz) for each, master in zip(chosen, masters, strict=True)
    ]
    vault = Sealed(sheet.vault)
    cover = UNDRAWN
    if sheet.order.production.cover is not None or len(there) == len(masters):
        with suppress(NotKept):  # it will be drawn
            cover = settle_cover(sheet.order, all_masters, vault)
    narrators, profile = sheet.narrators, sheet.profile
    return standing(all_masters, sheet.order, narrators=narrators, profile=profile, cover=cover, vault=vault)


def _stand_in(sheet: CallSheet, chapter: ChapterChunks, rate_hz: int) -> Master:
    """A master that is yet to be made, as long as it is expected to be."""
    marks, now = [], 0.0
    for chunk in chapter.chunks:
        end = now + chunk.estimated_s
        marks.append(Mark(chunk.slate, chunk.role, chunk.shown, now, end, chunk.sentences, chunk.opens_line))
        now = end
    key = f"to be made {chapter.number}"
    bare = sheet.profile.chain.bare
    return Master(
        number=chapter.number,
        title=chapter.title,
        key=key,
        path=Path(f"{key}.wav" if bare else f"{key}.flac"),
        rate_hz=rate_hz,
        channels=1 if bare else sheet.profile.channels,
        sample_count=max(1, round(now * rate_hz)),
        lufs=sheet.profile.target,
        dbtp=sheet.profile.ceiling_dbtp,
        requirements=(),
        waveform=(),
        marks=tuple(marks),
        bits=sheet.profile.bits,
    )
