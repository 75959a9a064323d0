"""``chapterhouse serve`` is a server and a runner in one command: a schedule fires, and Ctrl-C ends all of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import PRODUCTION, clean_environment


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.slow
def test_a_schedule_fires_and_renders(production: Path) -> None:
    """Every minute: a report and an MP3 are there within two, and Ctrl-C leaves no process behind."""
    production.write_text(PRODUCTION.replace("[flac, mp3, m4b]", "[mp3]") + 'schedule: {cron: "* * * * *"}\n')
    port = free_port()
    serving = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "serve", str(production), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=clean_environment(),
        start_new_session=True,
    )
    report = production.parent / "build" / "harbour" / "deliverables" / "report.html"
    deadline = time.monotonic() + 150
    while not report.exists() and time.monotonic() < deadline:
        assert serving.poll() is None, serving.communicate()[0]
        time.sleep(0.5)
    assert report.exists()
    assert list(report.parent.glob("mp3/*.mp3"))
    os.kill(serving.pid, signal.SIGINT)
    said, _ = serving.communicate(timeout=60)
    assert "The Harbour Light: * * * * * (UTC)" in said
    assert "Traceback" not in said, said
    assert serving.returncode in (0, 130)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
