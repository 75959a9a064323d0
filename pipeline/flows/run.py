"""One run of one production: who watches it, how it is stopped, and the lock that keeps a second one out."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from pipeline.booth import NarratorAside
from pipeline.engines import Narrator
from pipeline.engines.held import load_narrator
from pipeline.engines.machine import Sized
from pipeline.errors import BusyError, StoppedError
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.flows.progress import Event, Listener, Outcome, Said, deaf
from pipeline.production import Order
from pipeline.production_file import load_order
from pipeline.vault import clear_leftovers, disk_errors, open_vault


@dataclass(frozen=True)
class Run:
    """What the stages of a run share.

    Attributes:
        sheet: the production, drawn up.
        stop: set by Ctrl-C or SIGTERM; looked at after every take and between stages.
        narrators: of the engines that were asked for, by name.
        started: `time.monotonic` at the start.
        outcomes: the outcome, once there is one.
    """

    sheet: CallSheet
    listener: Listener = deaf
    stop: threading.Event = field(default_factory=threading.Event)
    narrators: dict[str, NarratorAside] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    outcomes: list[Outcome] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Tell whoever watches, and stop here if the run was stopped.

        Raises:
            StoppedError: Ctrl-C or SIGTERM came.
        """
        self.listener(event)
        self.go_on()

    def go_on(self) -> None:
        """Raise `StoppedError` if the run was stopped."""
        if self.stop.is_set():
            raise StoppedError(
                "stopped", where=str(self.sheet.order.file), next_step="run the same command again to go on from here"
            )

    def note(self, what: str) -> None:
        """Tell whoever watches, and go on whatever comes."""
        self.listener(Said(what))

    def narrator(self, engine: str) -> Narrator:
        """The narrator of an engine, in a process of its own; its model is loaded at the first reading."""
        if engine not in self.narrators:
            voice = next(voice for voice in self.sheet.cast.values() if voice.engine.name == engine)
            limit_s = self.sheet.verify.engine_limit_s
            if isinstance(voice.engine, Sized):
                self.note(f"{engine} will take {voice.engine.memory(voice.settings)} of memory")
            self.narrators[engine] = NarratorAside(
                load_narrator, engine, voice.settings, limit_s=limit_s, on_trouble=self.note
            )
        return self.narrators[engine]

    def dismiss(self) -> None:
        """End the processes of narrators and ears."""
        for narrator in self.narrators.values():
            narrator.stop()
        self.sheet.ears.stop()


_CURRENT: ContextVar[Run | None] = ContextVar("current_run", default=None)


@contextmanager
def on_signal(number: signal.Signals, handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have a signal handled inside the block; only the main thread may ask for that, elsewhere nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@contextmanager
def watched(run: Run) -> Iterator[None]:
    """Make ``run`` the one that `the_run` finds; the caller holds its lock."""
    token = _CURRENT.set(run)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def the_run(production_file: str) -> Iterator[Run]:
    """The run that the command line set up, or, where Prefect started the flow, a run of its own with its lock.

    Raises:
        InputError: the production file is wrong.
        BusyError: another run is at work on this production.
    """
    run = _CURRENT.get()
    if run is not None:
        yield run
        return
    run = Run(draw_up(load_order(Path(production_file))))
    with locked(run.sheet.order):
        yield run


@contextmanager
def locked(order: Order) -> Iterator[None]:
    """Keep every other run of this production out, and clear away what a killed one was making.

    The lock is the operating system's and goes with the process, however that ends; the card beside it only says
    who holds it.

    Raises:
        BusyError: another run is at work on this production.
        StorageError: the state folder cannot be written.
    """
    with disk_errors(order.state):
        order.state.mkdir(parents=True, exist_ok=True)
        lock = FileLock(order.state / "run.lock", timeout=0)
        card = order.state / "run.json"
        try:
            lock.acquire()
        except Timeout:
            raise BusyError(
                f"another run is at work on this production{_holder(card)}",
                where=str(order.file),
                next_step="wait for it to end, or stop it with Ctrl-C where it runs",
            ) from None
    try:
        with disk_errors(card):
            open_vault(order).clear_leftovers()
            clear_leftovers(order.output)
            card.write_text(json.dumps({"pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}))
        yield
    finally:
        card.unlink(missing_ok=True)
        lock.release()


def _holder(card: Path) -> str:
    try:
        holder = json.loads(card.read_text())
        return f" (process {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return ""
