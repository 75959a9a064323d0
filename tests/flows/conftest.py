"""A run that nothing disturbed, made once for all workers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.conftest import PRODUCTION, SCRIPT, Finished, give_prefect_home, shared_folder
from tests.running import home_of, start


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, migrated_prefect_home: Path) -> dict[str, Any]:
    """The result of a run that nothing disturbed, in a folder of its own."""
    folder = shared_folder(tmp_path_factory) / "undisturbed"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "result.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "harbour.md").write_text(SCRIPT)
            (folder / "harbour.yaml").write_text(PRODUCTION)
            give_prefect_home(folder / "harbour.yaml", migrated_prefect_home)
            run = start(folder / "harbour.yaml")
            out, err = run.communicate(timeout=600)
            assert run.returncode == 0, err
            (folder / "result.json").write_text(json.dumps(Finished(0, out, err).result))
    return dict(json.loads((folder / "result.json").read_text()))


@pytest.fixture
def rendered(tmp_path: Path, undisturbed: dict[str, Any]) -> Path:
    """A copy of the production that nothing disturbed, vault and all, as its run left it."""
    folder = tmp_path / "rendered"
    shutil.copytree(home_of(undisturbed), folder)
    return folder / "harbour.yaml"
