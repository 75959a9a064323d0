"""The booth at work: the narrator reads without a pause, and beside it every take is judged.

The narrator's side takes batches of attempts and puts each take into the vault as it comes. The listening side, a
thread with the ears' process behind it, judges takes in the order in which they come. What fails comes back as a new
attempt, ahead of everything not yet read.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from heapq import heappop, heappush
from types import TracebackType

from pipeline.booth.choosing import check_recordable, is_approved
from pipeline.booth.circling import Circled, Circling, Judged
from pipeline.booth.judging import Judge
from pipeline.booth.ladder import Attempt
from pipeline.booth.narrating import NoSound
from pipeline.booth.rolling import readings_of
from pipeline.booth.slots import Slot
from pipeline.booth.takes import Recorded, in_vault, keep, looked_up, stand_in
from pipeline.engines import Narrator, Rendition, Unreadable
from pipeline.errors import EngineError
from pipeline.materials import Take
from pipeline.production import Verify
from pipeline.vault import Vault

LOOK_S = 0.2  # how often a waiting booth looks whether the run was stopped


class Booth:
    """Records the takes of a whole book.

    Args:
        slots: of every chunk, in the script's order.
        vault: where takes are kept.
        verify: the policy.
        judge: listens to a take; called in a thread of its own. What it raises ends the recording.
        go_on: called often; raises when the run was stopped.
        on_check: told of an attempt before whose reading its voice has its sound check.
    """

    def __init__(
        self,
        slots: Sequence[Slot],
        *,
        vault: Vault,
        verify: Verify,
        judge: Judge,
        go_on: Callable[[], None] = lambda: None,
        on_check: Callable[[Attempt], None] = lambda _attempt: None,
    ) -> None:
        self._circling = Circling(list({slot.identity: slot for slot in slots}.values()), verify)
        self._vault, self._judge, self._go_on, self._on_check = vault, judge, go_on, on_check
        self._due: list[tuple[bool, int, Attempt]] = []  # a heap: retakes first, each in the script's order
        self._ears = ThreadPoolExecutor(1, thread_name_prefix="ears")
        self._told: queue.SimpleQueue[Future[Judged]] = queue.SimpleQueue()
        self._listening = 0
        self._kept: set[str] = set()

    def __enter__(self) -> Booth:
        return self

    def __exit__(self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._ears.shutdown(cancel_futures=kind is not None)

    def next_batch(self, limit: int | None = None) -> list[Attempt]:
        """Attempts to read now, all of one engine, retakes first; empty when every slot is circled.

        As many as ``limit`` says, or as the engine wants at once. Takes that the vault holds are judged and not read
        again. Waits only when nothing can be read before a verdict is known.
        """
        while True:
            self._go_on()
            self._take_in()
            batch = self._from_due(limit)
            if batch or self._circling.is_complete:
                return batch
            if self._listening:
                self._hear_of(self._wait())

    def _take_in(self) -> None:
        while not self._told.empty():
            self._hear_of(self._told.get())
        for attempt in self._circling.wanted():
            heappush(self._due, (attempt.number == 1, self._circling.position(attempt.slot), attempt))

    def _from_due(self, limit: int | None) -> list[Attempt]:
        batch: list[Attempt] = []
        others = []
        while self._due and not (batch and len(batch) >= (limit or batch[0].slot.voice.limits.together)):
            due = heappop(self._due)
            attempt = due[-1]
            if (there := self._can_be_judged(attempt)) is not None:
                self._listen_to(there)
            elif batch and attempt.slot.engine != batch[0].slot.engine:
                others.append(due)
            else:
                batch.append(attempt)
        for due in others:
            heappush(self._due, due)
        return batch

    def _can_be_judged(self, attempt: Attempt) -> Recorded | None:
        """The attempt's take, where the vault holds it; one whose voice must have its sound check first waits."""
        there = looked_up(attempt, self._vault)
        if there is None or self._judge.known(there) is not None:
            return there
        return in_vault(attempt, self._vault) if self._judge.is_ready(attempt) else None

    def record(
        self,
        batch: Sequence[Attempt],
        narrator: Narrator,
        on_take: Callable[[Attempt], None] = lambda _attempt: None,
    ) -> None:
        """Have a batch read; every take is in the vault, and being judged, before the next one is asked for.

        A voice that is new here has its sound check first. An attempt that the narrator gave up (`NoSound`) is judged
        as a take that cannot be used; a silence stands for it in case no other can.

        Args:
            on_take: told of every take once it is safe; whatever it raises ends the recording there.

        Raises:
            EngineError: the narrator cannot read one of the texts, or a voice says nothing at its sound check.
            StorageError: the vault cannot be written.
        """
        batch = [attempt for attempt in batch if attempt.key not in self._kept]  # an earlier try of the batch
        check_recordable(batch)
        for attempt in batch:
            if not self._judge.is_ready(attempt):
                self._on_check(attempt)
                self._judge.sound_check(attempt, narrator)
                self._go_on()
        there = {attempt.key: in_vault(attempt, self._vault) for attempt in batch}
        for recorded in there.values():
            if recorded is not None:
                self._kept.add(recorded.attempt.key)
                self._listen_to(recorded)
        batch = [
            replace(attempt, readings=readings_of(attempt, self._vault, narrator, self._circling.circled))
            for attempt in batch
            if there[attempt.key] is None
        ]
        owners = [(attempt, part) for attempt in batch for part in range(len(attempt.readings))]
        parts: dict[str, dict[int, Rendition]] = {}
        since = time.monotonic()
        for index, rendition in _read(narrator, owners):
            attempt, part = owners[index]
            got = parts.setdefault(attempt.key, {})
            got[part] = rendition
            if len(got) == len(attempt.readings):
                del parts[attempt.key]
                renditions = [got[number] for number in sorted(got)]
                self._kept.add(attempt.key)
                if given_up := [part for part in renditions if isinstance(part, NoSound)]:
                    self._listen_to(stand_in(attempt, given_up[0].reason, self._vault))
                else:
                    recorded = keep(attempt, renditions, self._vault, recorded_s=time.monotonic() - since)
                    self._listen_to(recorded)
                on_take(attempt)
                since = time.monotonic()

    def circled(self, slots: Sequence[Slot]) -> list[Take] | None:
        """The takes of some slots, in their order; None as long as one of them is not circled."""
        found = [self._circling.circled(slot) for slot in slots]
        known = [circled for circled in found if circled is not None]
        if len(known) < len(slots):
            return None
        return [_take(slot, circled) for slot, circled in zip(slots, known, strict=True)]

    def _listen_to(self, recorded: Recorded) -> None:
        self._listening += 1
        self._ears.submit(self._judge, recorded).add_done_callback(self._told.put)

    def _wait(self) -> Future[Judged]:
        while True:
            self._go_on()
            try:
                return self._told.get(timeout=LOOK_S)
            except queue.Empty:
                continue

    def _hear_of(self, told: Future[Judged]) -> None:
        self._listening -= 1
        self._circling.judged(told.result())


def record(
    slots: Sequence[Slot],
    narrator: Narrator,
    vault: Vault,
    *,
    verify: Verify,
    on_take: Callable[[Attempt], None] = lambda _attempt: None,
) -> list[Take]:
    """The circled takes of slots of one engine, recorded from the first to the last.

    Raises:
        EngineError: the narrator cannot read one of the texts; names the chunk.
        StorageError: the vault cannot be written.
    """
    with Booth(slots, vault=vault, verify=verify, judge=Judge(vault, verify)) as booth:
        while batch := booth.next_batch():
            booth.record(batch, narrator, on_take)
        takes = booth.circled(slots)
    assert takes is not None, "the booth ended with a slot that is not circled"
    return takes


def circled_in_vault(slots: Sequence[Slot], vault: Vault, *, verify: Verify, judge: Judge) -> list[Take | None]:
    """What a run would circle from what is in the vault for each slot; None where it must record or listen.

    Nothing is recorded, listened to or written.

    Raises:
        MissingError: an understudy's engine is not on this machine.
    """
    circling = _circling_in_vault(slots, vault, verify, judge)
    found = [circling.circled(slot) for slot in slots]
    return [None if circled is None else _take(slot, circled) for slot, circled in zip(slots, found, strict=True)]


def settled_in_vault(slots: Sequence[Slot], vault: Vault, *, verify: Verify, judge: Judge) -> list[Slot]:
    """The slots, those that go on from another's take with its key, as far as the vault tells which that is.

    Nothing is recorded, listened to or written. Raises as `circled_in_vault`.
    """
    if all(slot.history is not None for slot in slots):
        return list(slots)
    circling = _circling_in_vault(slots, vault, verify, judge)
    return [circling.settled(slot) for slot in slots]


def _circling_in_vault(slots: Sequence[Slot], vault: Vault, verify: Verify, judge: Judge) -> Circling:
    once = {slot.identity: slot for slot in slots}
    circling = Circling(list(once.values()), verify)
    while attempts := list(circling.wanted()):
        for attempt in attempts:
            there = looked_up(attempt, vault)
            known = judge.known(there) if there is not None else None
            if known is not None:
                circling.judged(known)
    return circling


def _take(slot: Slot, circled: Circled) -> Take:
    best = circled.best
    return Take(
        key=best.key,
        slate=f"{slot.chunk.slate}-t{best.attempt.number}",
        seconds=best.seconds,
        seed=best.seed,
        verdicts=best.verdicts,
        reused=best.reused,
        attempts=len(circled.tried),
        heard=best.heard,
        sampled=best.sampled,
        approved=is_approved(slot, best.key),
        tried=tuple(take.attempt.key for take in circled.tried),
    )


def _read(narrator: Narrator, owners: Sequence[tuple[Attempt, int]]) -> Iterator[tuple[int, Rendition]]:
    done: set[int] = set()
    readings = [attempt.readings[part] for attempt, part in owners]
    try:
        for index, rendition in narrator.read(readings):
            assert index not in done, f"the narrator read {owners[index][0].slate} twice"
            done.add(index)
            yield index, rendition
    except Unreadable as error:
        attempt = owners[error.index][0]
        raise EngineError(
            f"{attempt.slot.engine} cannot read chunk {attempt.slot.chunk.slate}: {error.what}",
            where=attempt.slot.chunk.place,
            next_step=error.next_step or "rewrite the sentence, or give its role another voice",
        ) from error
    missing = [owners[index][0].slate for index in range(len(owners)) if index not in done]
    if missing:
        raise EngineError(f"the narrator gave no sound for {', '.join(missing)}", next_step="run again")
