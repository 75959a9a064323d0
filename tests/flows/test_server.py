"""Whose Prefect server is used, and where it keeps what it keeps."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import EngineError, InputError
from pipeline.flows import server as server_module
from pipeline.flows.server import QUIET, prefect_server, settle_environment, users_server


@pytest.fixture(autouse=True)
def no_prefect_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    before = dict(os.environ)
    for name in before:
        if name.startswith("PREFECT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    yield
    for name in set(os.environ) - set(before):
        del os.environ[name]


def test_without_anything_set_there_is_no_server_of_the_users() -> None:
    assert users_server() is None


def test_an_api_url_in_the_environment_is_the_users_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert users_server() == "http://127.0.0.1:9/api"
    settle_environment(Path.home() / "state")
    monkeypatch.setattr(server_module, "USERS_TIMEOUT_S", 0.3)
    with prefect_server() as server:
        assert server.url == "http://127.0.0.1:9/api"
        with pytest.raises(EngineError, match="does not answer"):
            server.wait_until_ready()


def test_an_api_url_in_the_active_profile_is_the_users_server(tmp_path: Path) -> None:
    profiles = tmp_path / "home" / ".prefect" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.write_text(
        'active = "studio"\n[profiles.studio]\nPREFECT_API_URL = "http://127.0.0.1:8/api"\n[profiles.bare]\n'
    )
    assert users_server() == "http://127.0.0.1:8/api"


@pytest.mark.parametrize("text", ["", "not toml [", 'active = "gone"\n', 'active = "local"\n[profiles.local]\n'])
def test_a_profile_without_a_url_is_no_server(text: str, tmp_path: Path) -> None:
    profiles = tmp_path / "home" / ".prefect" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.write_text(text)
    assert users_server() is None


def test_what_prefect_keeps_stays_with_the_production(tmp_path: Path) -> None:
    settle_environment(tmp_path / "state" / "prefect")
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "state" / "prefect")
    assert (tmp_path / "state" / "prefect").is_dir()


def test_a_prefect_home_of_the_users_stays_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "theirs"))
    settle_environment(tmp_path / "state" / "prefect")
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "theirs")


def test_telemetry_is_off_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in QUIET:
        monkeypatch.setenv(name, "true")
    settle_environment(tmp_path / "state")
    assert {name: os.environ[name] for name in QUIET} == dict(QUIET)


def test_an_embedded_server_that_cannot_start_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_environment(tmp_path / "state")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    (tmp_path / "site" / "uvicorn").mkdir(parents=True)
    (tmp_path / "site" / "uvicorn" / "__init__.py").write_text("raise ImportError('broken')")
    with prefect_server() as server, pytest.raises(EngineError, match="did not start") as caught:
        server.wait_until_ready()
    log = Path(str(caught.value.next_step).removeprefix("see "))
    assert "broken" in log.read_text()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    settle_environment(tmp_path / "state")
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(InputError, match="cannot be used"),
        prefect_server(taken.getsockname()[1]),
    ):
        pass
