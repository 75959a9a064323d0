"""From the command line into the flow: the lock, Prefect's server, signals, and what is left behind afterwards."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from pipeline.errors import ProductionError, StoppedError
from pipeline.flows.callsheet import draw_up
from pipeline.flows.progress import Listener, Outcome
from pipeline.flows.run import Run, locked, on_signal, watched
from pipeline.flows.server import prefect_server, settle_environment
from pipeline.production import Order

DRAIN_TIMEOUT_S = 20.0


def render(order: Order, listener: Listener) -> Outcome:
    """Render a production; everything that exists already is used again.

    Raises:
        MissingError: an engine's model is not on this machine.
        ProductionError: of the kind that says what went wrong; what was recorded by then is kept.
        StoppedError: Ctrl-C or SIGTERM; the next run goes on from here.
    """
    started = time.monotonic()
    run = Run(draw_up(order), listener, started=started)
    for chapter in run.sheet.chapters:
        run.sheet.slots(chapter)  # a missing model is told before any server is started
    with locked(order), on_signal(signal.SIGINT, _stopper(run.stop)):
        settle_environment(order.state / "prefect")
        with prefect_server() as server:
            from pipeline.flows.produce import produce  # imports Prefect, while its server is starting

            server.wait_until_ready()
            _run_flow(produce, run, embedded=server.process is not None)
    run.go_on()
    return run.outcomes[0]


def _run_flow(produce: Any, run: Run, *, embedded: bool) -> None:
    from prefect import tags
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    tag = f"chapterhouse:{run.sheet.order.file}"
    if embedded:
        _sweep(tag)
    # the heartbeat's thread sleeps in whole seconds and is joined at the end: nobody listens to it here
    with watched(run), tags(tag), temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        state = produce(str(run.sheet.order.file), return_state=True)
    _drain()
    if state.is_failed() or state.is_crashed():
        error = state.result(raise_on_failure=False)
        if isinstance(error, KeyboardInterrupt):
            raise StoppedError("stopped", where=str(run.sheet.order.file), next_step="run the same command again")
        raise error if isinstance(error, BaseException) else ProductionError(str(state.message))


def _sweep(tag: str) -> None:
    """Mark earlier runs of this production that were killed as crashed. We hold its lock: none of them is alive."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
        FlowRunFilterTags,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    unfinished = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    with get_client(sync_client=True) as client:
        for dead in client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                tags=FlowRunFilterTags(all_=[tag]), state=FlowRunFilterState(type=unfinished)
            )
        ):
            client.set_flow_run_state(dead.id, Crashed(message="its process was killed"), force=True)


def _drain() -> None:
    """Send Prefect everything it still has to hear before its server stops."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (EventsWorker, APILogWorker):
        worker.drain_all(timeout=DRAIN_TIMEOUT_S)


def _stopper(stop: threading.Event) -> Callable[[int, FrameType | None], None]:
    """The first Ctrl-C asks the run to stop after the take in hand; a second one ends it at once."""

    def on_sigint(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    return on_sigint
