"""``chapterhouse serve``: productions rendered on their schedules by Prefect, server and runner in one command."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.flows.callsheet import draw_up
from pipeline.flows.server import prefect_server, settle_environment
from pipeline.production import Order


def serve(orders: Sequence[Order], *, port: int, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM. Runs of one production never overlap; each is a process of its own.

    Args:
        port: of the embedded Prefect server; a user's own server (PREFECT_API_URL) is used where there is one.

    Raises:
        InputError: a production has no ``schedule:``, or would not render.
    """
    for order in orders:
        if order.production.schedule is None:
            raise InputError(
                "this production has no schedule",
                where=str(order.file),
                next_step="add 'schedule: {cron: \"0 6 * * 1\", timezone: Europe/Berlin}'",
            )
        draw_up(order)
    settle_environment(_home(orders))
    with prefect_server(port) as server:
        server.wait_until_ready()
        _serve(orders, server.url, say)


def _home(orders: Sequence[Order]) -> Path:
    """Where the server that fires the schedules keeps its database: with the first production's state."""
    return orders[0].state / "serve"


def _serve(orders: Sequence[Order], url: str, say: Callable[[str], None]) -> None:
    from prefect import serve as prefect_serve
    from prefect.schedules import Cron

    from pipeline.flows.produce import produce

    logging.getLogger("prefect").setLevel(logging.WARNING)
    deployments: list[Any] = []
    for order in orders:
        schedule = order.production.schedule
        assert schedule is not None, "checked by serve()"
        deployments.append(
            produce.to_deployment(
                name=order.name,
                parameters={"production_file": str(order.file)},
                schedule=Cron(schedule.cron, timezone=schedule.timezone),
                concurrency_limit=1,
                tags=[f"chapterhouse:{order.file}"],
            )
        )
        say(f"{order.production.title}: {schedule.cron} ({schedule.timezone})")
    say(f"serving; Prefect's page is at {url.removesuffix('/api')}; Ctrl-C ends it")
    prefect_serve(*deployments, print_starting_message=False)
