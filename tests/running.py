"""Whole runs in processes of their own: started, watched, and what they left."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import clean_environment

SLOW_ENGINE = "engines: {humming: {delay_s: 0.3}}\n"


def start(production: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "render", str(production), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(**environment),
        start_new_session=True,
    )


def vault_of(production: Path) -> Path:
    return production.parent / "build" / production.stem / "vault"


def kept(production: Path, room: str) -> int:
    return len(list((vault_of(production) / room).glob("*/*.json")))


def wait_for(condition: Callable[[], bool], run: subprocess.Popen[str], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert run.poll() is None, f"the run ended early: {run.communicate()}"
        assert time.monotonic() < deadline, "the moment did not come"
        time.sleep(0.005)


def checksums(result: dict[str, Any]) -> dict[str, str]:
    return {Path(file["path"]).name: file["sha256"] for file in result["deliverables"]}


def home_of(undisturbed: dict[str, Any]) -> Path:
    return Path(undisturbed["report"]).parents[3]
