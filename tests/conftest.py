"""What many tests need: a small production that hums, and the real command line in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from pipeline.flows.server import prefect_server, settle_environment

SCRIPT = """\
# The Harbour

It was the 3rd of May, and the harbour lay quiet. Nobody spoke. The boats were in.

ANNA: Did you see the light?

TOM: I saw it twice.

[pause 1s]

They waited a long while for the third.

# The Lamp

At nine the lamp was lit. Its keeper had gone. "Who is there?" asked Anna.

---

No one answered; the sea went on.
"""

PRODUCTION = """\
title: The Harbour Light
author: A. Writer
script: {path: harbour.md}
cast:
  NARRATOR: {engine: humming, voice: middle}
  ANNA: {engine: humming, voice: high}
  TOM: {engine: humming, voice: low}
deliver: [flac, mp3, m4b]
"""


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The last line of standard output, read as JSON."""
        return dict(json.loads(self.out.strip().splitlines()[-1]))


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of one test run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def migrated_prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Prefect home whose database is migrated, made once for all workers: a first start takes 8 s, a next one 3."""
    shared = shared_folder(tmp_path_factory)
    home = shared / "prefect-home"
    with FileLock(shared / "prefect-home.lock"):
        if not (home / "prefect.db").exists():
            code = (
                "import sys; from pathlib import Path; from pipeline.flows.server import *;"
                "settle_environment(Path(sys.argv[1]))\n"
                "with prefect_server() as server: server.wait_until_ready()"
            )
            subprocess.run([sys.executable, "-c", code, str(home)], check=True, env=clean_environment())
    return home


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory, migrated_prefect_home: Path) -> Iterator[str]:
    """The URL of a Prefect server that lives as long as the tests: a user's own, as far as a run can tell.

    Tests that are not about the embedded server use it, because starting one for each run takes seconds.
    """
    home = tmp_path_factory.mktemp("prefect-server")
    shutil.copy(migrated_prefect_home / "prefect.db", home)
    before = dict(os.environ)
    for name in before:
        if name.startswith("PREFECT_"):
            del os.environ[name]
    settle_environment(home)
    with prefect_server() as server:
        os.environ.clear()
        os.environ.update(before)
        server.wait_until_ready()
        yield server.url


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without whatever Prefect settings it holds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return kept | more


@pytest.fixture
def command() -> Callable[..., Finished]:
    """Run ``chapterhouse ARGUMENTS`` in a process of its own."""

    def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> Finished:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=cwd,
            env=clean_environment(**environment),
            timeout=300,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def render(command: Callable[..., Finished], prefect_api: str) -> Callable[..., Finished]:
    """Run ``chapterhouse render ARGUMENTS`` against the tests' own Prefect server."""
    return partial(command, "render", PREFECT_API_URL=prefect_api)


@pytest.fixture
def production(tmp_path: Path, migrated_prefect_home: Path) -> Iterator[Path]:
    """A small production: two chapters, three roles, all humming."""
    (tmp_path / "harbour.md").write_text(SCRIPT)
    file = tmp_path / "harbour.yaml"
    file.write_text(PRODUCTION)
    give_prefect_home(file, migrated_prefect_home)
    yield file


def give_prefect_home(production: Path, home: Path) -> None:
    """Put a migrated Prefect database where the production's own server will look for it."""
    target = production.parent / "build" / production.stem / "state" / "prefect"
    target.mkdir(parents=True)
    shutil.copy(home / "prefect.db", target / "prefect.db")
