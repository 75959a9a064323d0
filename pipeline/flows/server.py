"""Prefect's server, embedded: started and stopped by us, private to a production unless the user has their own.

Prefect's stock ephemeral server shares the terminal's process group and dies first on Ctrl-C, is orphaned by
SIGTERM, and drops what it has not recorded yet when the flow ends. This one does none of that: it has its own process
group, ends when its parent ends, and is drained before it is stopped.

Nothing here imports Prefect: its settings must be in the environment before that.
"""

from __future__ import annotations

import errno
import http.client
import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import EngineError, InputError
from pipeline.vault import disk_errors

START_TIMEOUT_S = 180.0  # 8 s for an empty database on a quiet machine; loaded ones took over 30 s
USERS_TIMEOUT_S = 20.0  # a server that runs already answers at once
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


@dataclass(frozen=True)
class PrefectServer:
    """A Prefect server: our own, or the user's.

    Attributes:
        url: of its API.
        process: the embedded server's process; None where the server is the user's.
    """

    url: str
    process: subprocess.Popen[bytes] | None

    def wait_until_ready(self) -> None:
        """Wait for the server's health check.

        Raises:
            EngineError: it did not answer in time, or its process has ended; says where to look.
        """
        deadline = time.monotonic() + (START_TIMEOUT_S if self.process else USERS_TIMEOUT_S)
        while time.monotonic() < deadline and (self.process is None or self.process.poll() is None):
            if self._answers():
                return
            time.sleep(0.1)
        if self.process is None:
            raise EngineError(
                "this Prefect server does not answer",
                where=self.url,
                next_step="start it, or unset PREFECT_API_URL (or your Prefect profile's) to use the embedded one",
            )
        raise EngineError("the embedded Prefect server did not start", next_step=f"see {_log_file()}")

    def _answers(self) -> bool:
        # straight to the embedded server: a proxy from the environment has no business with the loopback
        proxies = urllib.request.ProxyHandler({} if self.process else None)
        opener = urllib.request.build_opener(proxies)
        try:
            with opener.open(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, http.client.HTTPException):
            return False


def _log_file() -> Path:
    return Path(os.environ["PREFECT_HOME"]) / "server.log"


@contextmanager
def prefect_server(port: int = 0) -> Iterator[PrefectServer]:
    """A server for the duration of the block: the user's own, or an embedded one.

    The block is entered at once, while the embedded server is still starting: call `wait_until_ready` before the
    first use.

    Args:
        port: TCP port on 127.0.0.1; 0 takes a free one.

    Raises:
        InputError: the port is taken.
    """
    if url := users_server():
        os.environ["PREFECT_API_URL"] = url
        yield PrefectServer(url, None)
        return
    with _listening(port) as listening, _log_file().open("ab") as log:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.flows.server_process", str(listening.fileno()), str(os.getpid())],
            pass_fds=[listening.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C in the terminal is ours to deal with, not the server's
        )
    os.environ["PREFECT_API_URL"] = url
    try:
        yield PrefectServer(url, process)
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise InputError(
            f"port {port} cannot be used: {error.strerror}", next_step="choose another one with --port"
        ) from None
