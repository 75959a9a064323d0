"""Prefect's server, embedded: started and stopped by us, private to a production unless the user has their own.

Prefect's stock ephemeral server shares the terminal's process group and dies first on Ctrl-C, is orphaned by
SIGTERM, and drops what it has not recorded yet when the flow ends. This one does none of that: it has its own process
group, ends when its parent ends, and is drained before it is stopped.

Nothing here imports Prefect: its settings must be in the environment before that.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import EngineError
from pipeline.vault import disk_errors

START_TIMEOUT_S = 180.0  # 8 s for an empty database on a quiet machine; loaded ones took over 30 s
STOP_TIMEOUT_S = 10.0

QUIET: Mapping[str, str] = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""Telemetry off, always: also for a user's own server, as far as this process speaks to it."""

EMBEDDED: Mapping[str, str] = {
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the command line shows its own progress and errors
    "PREFECT_TASKS_DISABLE_CACHING": "true",  # the vault keeps everything, by content
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
}
"""Defaults for a run; what the user's environment says goes first."""


def users_server() -> str | None:
    """The API URL of the user's own Prefect server, from the environment or their active profile."""
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    with suppress(OSError, tomllib.TOMLDecodeError, KeyError, AttributeError):
        profiles = tomllib.loads((home / "profiles.toml").read_text(encoding="utf-8"))
        active = os.environ.get("PREFECT_PROFILE", profiles.get("active", ""))
        url = profiles["profiles"][active].get("PREFECT_API_URL")
        return str(url) if url else None
    return None


def settle_environment(home: Path) -> None:
    """Put Prefect's settings into this process's environment; ``home`` unless the user has a Prefect home.

    Raises:
        StorageError: the state folder cannot be made.
    """
    os.environ.update(QUIET)
    for name, value in EMBEDDED.items():
        os.environ.setdefault(name, value)
    with disk_errors(home):
        home.mkdir(parents=True, exist_ok=True)  # Prefect's server hangs when its home's parent is missing
    os.environ.setdefault("PREFECT_HOME", str(home))


@contextmanager
def prefect_server(port: int = 0) -> Iterator[str]:
    """The API URL of a server for the duration of the block: the user's own, or an embedded one.

    The block is entered at once, while the embedded server is still starting: call `wait_until_ready` before the
    first use.

    Args:
        port: TCP port on 127.0.0.1; 0 takes a free one.
    """
    if url := users_server():
        os.environ["PREFECT_API_URL"] = url
        yield url
        return
    with socket.create_server(("127.0.0.1", port)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        log = Path(os.environ["PREFECT_HOME"]) / "server.log"
        with log.open("ab") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "pipeline.flows.server_process", str(listening.fileno()), str(os.getpid())],
                pass_fds=[listening.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C in the terminal is ours to deal with, not the server's
            )
    os.environ["PREFECT_API_URL"] = url
    try:
        yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        try:
            server.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_ready(url: str) -> None:
    """Wait for a server's health check.

    Raises:
        EngineError: it did not answer in time; names its log.
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, TimeoutError, ConnectionError):
            # straight to the server: a proxy from the environment has no business with the loopback
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{url}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        time.sleep(0.1)
    raise EngineError(
        "the Prefect server did not start",
        where=url,
        next_step=f"see {os.environ['PREFECT_HOME']}/server.log; if PREFECT_API_URL is set, start that server",
    )
