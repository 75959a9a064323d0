"""The main job: a production file in, deliverables out. Prefect names, retries and records; the rooms do the work."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.states import Cancelled
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from pipeline.booth import Attempt, Booth
from pipeline.delivery import (
    CERTIFICATE,
    TAKE_SHEET,
    Certificate,
    RunTotals,
    TakesSummary,
    certify_title,
    deliver,
    foresee,
    summarise_takes,
    write_certificate,
    write_report,
    write_take_sheet,
)
from pipeline.errors import Place, ProductionError, StoppedError
from pipeline.flows.drifting import drifting_voices
from pipeline.flows.listened import Unheard, unheard
from pipeline.flows.progress import (
    Certified,
    ChapterResult,
    DeliverableResult,
    Delivering,
    ListeningResult,
    Mastered,
    Outcome,
    Planned,
    Recorded,
    Said,
)
from pipeline.flows.rendered import attempt_cards, lacks_master
from pipeline.flows.repaired import made_again
from pipeline.flows.run import Run, on_signal, the_run
from pipeline.mastering import consistency, master_chapter
from pipeline.materials import ChapterChunks, ChapterMix, Deliverable, Master, Notice, Take
from pipeline.mixing import TakeLost, mix_chapter
from pipeline.production import Order

ARTIFACT_INTERVAL_S = 1.0  # an update costs Prefect some 8 ms

Thing = TypeVar("Thing")


def opaque(thing: Thing) -> Thing:
    """An argument that Prefect passes on as it is, instead of searching it for futures item by item."""
    return cast(Thing, quote(thing))


Takes = dict[int, Sequence[Take]]  # by chapter number


@flow(
    name="produce",
    flow_run_name=lambda: Path(flow_run.parameters["production_file"]).stem,
    task_runner=ThreadPoolTaskRunner(max_workers=max(2, os.cpu_count() or 1)),  # type: ignore[arg-type]
    validate_parameters=False,
)
def produce(production_file: str) -> Any:
    """Read, record, mix, master, deliver, certify and report one production."""
    with the_run(production_file) as run, on_signal(signal.SIGTERM, lambda *_: run.stop.set()):
        # inside the flow: Prefect puts a handler of its own in place before
        try:
            run.sheet.ears.on_trouble = run.note
            progress = announce(run)
            takes: Takes = {}
            finishing: list[Finishing] = []
            for chapter, circled in recorded_chapters(run, progress):
                takes[chapter.number] = circled
                finishing.append(finish_chapter(run, chapter, circled))
                # chapter N is mixed and mastered by other threads while N+1 is recorded on this one
            masters = finished_chapters(run, progress, takes, finishing)
            deliverables = deliver_title(opaque(run), opaque(masters))
            certificate = certify(opaque(run), opaque(masters), opaque(deliverables))
            conclude(run, takes, masters, deliverables, certificate)
        except StoppedError as stopped:
            return Cancelled(message=stopped.what)
        finally:
            run.dismiss()
    return None


def announce(run: Run) -> Progress:
    """Say what there is to do."""
    sheet = run.sheet
    planned = [slot for slots in sheet.settled().values() for slot in slots]
    once = {slot.first_take: slot for slot in planned}
    missing = [slot for key, slot in once.items() if ("takes", key) not in sheet.vault]
    by_engine: dict[str, float] = {}
    for slot in missing:
        by_engine[slot.engine] = by_engine.get(slot.engine, 0.0) + slot.chunk.estimated_s
    run.tell(
        Planned(
            chapters=len(sheet.chapters),
            chunks=len(planned),
            estimated_s=sum(chapter.estimated_s for chapter in sheet.chapters),
            to_record=len(missing),
            by_engine=by_engine,
        )
    )
    for notice in (*sheet.notices, *sheet.refused):
        run.tell(Said(str(notice)))
    return Progress(sum(by_engine.values()))


def recorded_chapters(run: Run, progress: Progress) -> Iterator[tuple[ChapterChunks, Sequence[Take]]]:
    """Every chapter in order, as soon as its takes are circled; the rest is recorded meanwhile, one task a batch."""
    sheet = run.sheet
    slots = {chapter.number: sheet.slots(chapter) for chapter in sheet.chapters}
    waiting = deque(sheet.chapters)
    everything = [slot for chapter in sheet.chapters for slot in slots[chapter.number]]
    with Booth(
        everything,
        vault=sheet.vault,
        verify=sheet.verify,
        judge=sheet.judge(),
        go_on=run.go_on,
        on_check=lambda attempt: run.note(f"sound check of {attempt.slot.engine}/{attempt.voice_name}"),
    ) as booth:
        for number in count(1):
            batch = booth.next_batch()
            while waiting and (takes := booth.circled(slots[waiting[0].number])) is not None:
                for take in takes:
                    if not take.passed:
                        run.tell(Said(f"flagged: {take.slate} still fails a check after {take.attempts} takes"))
                yield waiting.popleft(), takes
            if not batch:
                return
            name = f"record {batch[0].slot.engine} b{number:04d} from {batch[0].slate}"
            record_batch.with_options(task_run_name=name)(opaque(run), opaque(booth), opaque(batch), opaque(progress))


@dataclass(frozen=True)
class Finishing:
    """A chapter in the hands of the task runner's threads."""

    chapter: ChapterChunks
    mixing: PrefectFuture[ChapterMix]
    mastering: PrefectFuture[Master]

    def result(self) -> Master:
        """The master, once it is finished; a mix that failed is told as what it was."""
        self.mixing.result()
        return self.mastering.result()


def finish_chapter(run: Run, chapter: ChapterChunks, takes: Sequence[Take]) -> Finishing:
    """Have a chapter mixed and mastered by the task runner's threads."""
    stem = f"ch{chapter.number:02d}"
    mixing = mix.with_options(task_run_name=f"{stem} mix").submit(opaque(run), opaque(chapter), opaque(takes))
    mixed = cast(ChapterMix, mixing)  # Prefect waits for the mix and hands on its value
    mastering = master.with_options(task_run_name=f"{stem} master").submit(opaque(run), opaque(chapter), mixed)
    return Finishing(chapter, mixing, mastering)


def finished_chapters(run: Run, progress: Progress, takes: Takes, finishing: Sequence[Finishing]) -> list[Master]:
    """Every chapter's master, in order. Where a take was lost after it was circled, it is recorded again, once."""
    masters = []
    for each in finishing:
        try:
            masters.append(each.result())
        except TakeLost as lost:
            run.tell(Said(f"{lost.where}: its take was damaged or removed while the run was at work; recorded again"))
            takes |= {chapter.number: circled for chapter, circled in recorded_chapters(run, progress)}
            masters.append(finish_chapter(run, each.chapter, takes[each.chapter.number]).result())
    return masters


def _worth_another_try(_task: Any, _task_run: Any, state: Any) -> bool:
    """A producer's error stays one however often it is tried; a hiccup of a device or a driver may pass."""
    return not isinstance(state.result(raise_on_failure=False), ProductionError)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2.0, 10.0], retry_condition_fn=_worth_another_try)
def record_batch(run: Run, booth: Booth, batch: Sequence[Attempt], progress: Progress) -> None:
    """Record one batch; a second try of it records what the first one did not."""

    def on_take(attempt: Attempt) -> None:
        estimated_s = attempt.slot.chunk.estimated_s if attempt.number == 1 else 0.0
        progress.add(estimated_s)
        run.tell(Recorded(attempt.slate, attempt.slot.engine, estimated_s))

    booth.record(batch, run.narrator(batch[0].slot.engine), on_take)


@task(cache_policy=NO_CACHE)
def mix(run: Run, chapter: ChapterChunks, takes: Sequence[Take]) -> ChapterMix:
    """Assemble one chapter."""
    run.go_on()
    sheet = run.sheet
    production = sheet.order.production
    return mix_chapter(
        chapter,
        takes,
        gains_db={role: voice.gain_db for role, voice in sheet.cast.items()},
        pauses=production.pauses,
        spec=production.mix,
        vault=sheet.vault,
        needed=lacks_master(sheet, sheet.vault),
    )


@task(cache_policy=NO_CACHE)
def master(run: Run, chapter: ChapterChunks, mixed: ChapterMix) -> Master:
    """Finish one chapter to the profile."""
    run.go_on()
    production = run.sheet.order.production
    mastered = master_chapter(
        mixed,
        number=chapter.number,
        title=chapter.title,
        profile=run.sheet.profile,
        room_tone_dbfs=production.mix.room_tone_dbfs,
        vault=run.sheet.vault,
    )
    run.tell(Mastered(mastered.number, mastered.title, mastered.seconds, mastered.lufs, mastered.dbtp))
    return mastered


@task(task_run_name="deliver", cache_policy=NO_CACHE)
def deliver_title(run: Run, masters: Sequence[Master]) -> tuple[Deliverable, ...]:
    """Encode every format."""
    run.go_on()
    sheet = run.sheet
    return deliver(
        masters,
        sheet.order,
        vault=sheet.vault,
        narrators=sheet.narrators,
        profile=sheet.profile,
        report_progress=lambda name, share: run.tell(Delivering(name, share)),
    )


@task(task_run_name="certify", cache_policy=NO_CACHE)
def certify(run: Run, masters: Sequence[Master], deliverables: Sequence[Deliverable]) -> Certificate:
    """Judge every file by the profile, and write the certificate beside them."""
    run.go_on()
    sheet = run.sheet
    together = consistency(masters, sheet.profile)
    certificate = certify_title(sheet.order, masters, deliverables, sheet.cast, vault=sheet.vault, together=together)
    write_certificate(sheet.order.output, certificate)
    run.tell(Certified(certificate.profile.name, len(certificate.files), certificate.missed))
    return certificate


def conclude(
    run: Run,
    takes: Takes,
    masters: Sequence[Master],
    deliverables: Sequence[Deliverable],
    certificate: Certificate,
) -> None:
    """Write the take sheet, the report, Prefect's table of chapters and the outcome."""
    sheet = run.sheet
    again = tuple(made_again(sheet.vault))
    for notice in again:
        run.tell(Said(str(notice)))
    everyone = [take for chapter in takes.values() for take in chapter]
    cards = attempt_cards(sheet, takes)
    write_take_sheet(sheet.order.output / TAKE_SHEET, masters=masters, takes_by_chapter=takes, cards=cards)
    missed = unheard(sheet, takes, cards)
    run.tell(Said(missed.told))
    summary = summarise_takes(sheet.order.file.name, masters, takes, estimate=missed.told)
    recorded = len({take.key for take in everyone if not take.reused})
    totals = RunTotals(
        audio_s=sum(master.seconds for master in masters),
        wall_s=time.monotonic() - run.started,
        recorded=recorded,
        reused=len(everyone) - recorded,
        flagged=sum(not take.passed for take in everyone),
    )
    report = write_report(
        sheet.order.output / "report.html",
        order=sheet.order,
        masters=masters,
        deliverables=deliverables,
        takes_by_chapter=takes,
        notices=(
            *sheet.notices,
            *sheet.refused,
            *foresee(masters, sheet.order),
            *_remarks(sheet.order, masters, deliverables),
            *drifting_voices(sheet.chapters, takes),
            *again,
        ),
        certificate=certificate,
        totals=totals,
        summary=summary,
    )
    chapters = tuple(
        ChapterResult(master.title, round(master.seconds, 3), round(master.lufs, 2), round(master.dbtp, 2))
        for master in masters
    )
    create_table_artifact(
        table=[{"chapter": number, **vars(chapter)} for number, chapter in enumerate(chapters, 1)],
        key="chapters",
        description=f"{sheet.order.production.title}: measured on the masters",
    )
    run.outcomes.append(
        Outcome(
            production=sheet.order.name,
            chapters=chapters,
            deliverables=tuple(
                DeliverableResult(str(file.path), file.format, file.sha256, file.bytes) for file in deliverables
            ),
            audio_s=round(totals.audio_s, 3),
            wall_s=round(totals.wall_s, 3),
            recorded=totals.recorded,
            reused=totals.reused,
            flagged=totals.flagged,
            report=report,
            certificate=sheet.order.output / CERTIFICATE,
            missed=certificate.missed,
            listening=_listening(sheet.verify.mode, summary, missed),
        )
    )


def _listening(mode: str, summary: TakesSummary, missed: Unheard) -> ListeningResult:
    estimate = missed.estimate
    return ListeningResult(
        mode=mode,
        first_passed=summary.first_passed,
        retakes=summary.retakes,
        heard=summary.heard,
        unheard=estimate.unheard if estimate else 0,
        sampled=estimate.sample_size if estimate else 0,
        sampled_wrong=estimate.failures if estimate else 0,
        wrong_low=round(estimate.low, 6) if estimate and estimate.unheard else None,
        wrong_high=round(estimate.high, 6) if estimate and estimate.unheard else None,
    )


def _remarks(order: Order, masters: Sequence[Master], deliverables: Sequence[Deliverable]) -> Iterator[Notice]:
    """What masters and files say of themselves, each with its name."""
    place = Place(str(order.file))
    for chapter in masters:
        yield from (Notice(f"chapter {chapter.number}: {remark}", place) for remark in chapter.remarks)
    for file in deliverables:
        yield from (Notice(f"{file.path.name}: {remark}", place) for remark in file.remarks)


@dataclass
class Progress:
    """Prefect's progress artifact for the recording: made at the first take, updated at most once a second."""

    total_s: float
    done_s: float = 0.0
    artifact: UUID | None = None
    updated: float = field(default_factory=time.monotonic)

    def add(self, seconds: float) -> None:
        """Count estimated seconds of speech as recorded."""
        self.done_s += seconds
        share = 100.0 * min(1.0, self.done_s / self.total_s) if self.total_s else 100.0
        if self.artifact is None:
            made = create_progress_artifact(share, key="recording", description="Recording")
            self.artifact = cast(UUID, made)  # a coroutine only where an event loop runs
        elif time.monotonic() - self.updated >= ARTIFACT_INTERVAL_S or share >= 100.0:
            update_progress_artifact(self.artifact, share)
            self.updated = time.monotonic()
