"""A vault behind a URL: what one machine keeps another finds, and nothing is lost when the network is."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs

from pipeline.errors import StorageError
from pipeline.production import Order, Production
from pipeline.production_file import load_order
from pipeline.vault import SharedVault, Vault, open_vault
from pipeline.vault.shelves import TO_UPLOAD

BUCKET = "takes-of-the-house"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 server on this machine. Its tests are slow ones: server and client cost 2 s to begin."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_environment(s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a producer has set: an endpoint and credentials; nothing of it is in a production file."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))


@pytest.fixture(params=["memory", "file", pytest.param("s3", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A remote of each kind, empty."""
    match request.param:
        case "memory":
            return f"memory://{tmp_path.name}"
        case "file":
            return f"file://{tmp_path}/remote"
        case _:
            request.getfixturevalue("s3_environment")
            system, _path = url_to_fs(f"s3://{BUCKET}")
            if not system.exists(BUCKET):
                system.mkdir(BUCKET)
            return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture(params=["memory", "file"])
def near_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A remote without a server, empty."""
    return f"memory://{tmp_path.name}" if request.param == "memory" else f"file://{tmp_path}/remote"


def keep(vault: Vault, key: str, content: bytes = b"sound") -> None:
    def write(path: Path) -> dict[str, int]:
        path.write_bytes(content)
        return {"length": len(content)}

    vault.keep("takes", key, ".flac", write)


def place(url: str, path: str) -> tuple[AbstractFileSystem, str]:
    system, root = url_to_fs(url, use_listings_cache=False)
    return system, f"{root}/{path}"


def content(url: str, path: str) -> bytes:
    system, name = place(url, path)
    return bytes(system.cat_file(name))


def put(url: str, path: str, written: bytes) -> None:
    system, name = place(url, path)
    system.pipe_file(name, written)


def test_another_machine_finds_what_one_has_kept(url: str, tmp_path: Path) -> None:
    one, other = SharedVault(url, tmp_path / "one"), SharedVault(url, tmp_path / "other")
    assert ("takes", "ab12") not in one
    assert one.fetch("takes", "ab12") is None
    keep(one, "ab12")
    assert ("takes", "ab12") in other
    assert other.card("takes", "ab12") == {"length": 5}
    assert not (tmp_path / "other" / "takes").exists()  # a card costs no blob
    entry = other.fetch("takes", "ab12")
    assert entry is not None
    assert entry.path.is_relative_to(tmp_path / "other")
    assert entry.path.read_bytes() == b"sound"
    assert entry.facts == {"length": 5}
    assert list(other.cards("takes")) == [{"length": 5}]
    assert other.rooms() == ["takes"]


def test_the_remote_is_laid_out_as_a_folder_is(url: str, tmp_path: Path) -> None:
    keep(SharedVault(url, tmp_path / "one"), "ab12")
    assert content(url, "takes/ab/ab12.flac") == b"sound"
    assert content(url, "takes/ab/ab12.json") == (tmp_path / "one/takes/ab/ab12.json").read_bytes()


def test_what_one_machine_heard_the_other_reads(url: str, tmp_path: Path) -> None:
    one, other = SharedVault(url, tmp_path / "one"), SharedVault(url, tmp_path / "other")
    keep(one, "ab12")
    other.annotate("takes", "ab12", heard="sound")  # not in its working copy
    one.annotate("takes", "ab12", passed=True)  # its own card does not know yet what was heard
    assert SharedVault(url, tmp_path / "third").card("takes", "ab12") == {
        "length": 5,
        "heard": "sound",
        "passed": True,
    }


@pytest.mark.parametrize("damage", ["flip", "cut", "delete", "swap"])
def test_a_damaged_working_copy_is_fetched_again(damage: str, near_url: str, tmp_path: Path) -> None:
    url = near_url
    vault = SharedVault(url, tmp_path / "one")
    keep(vault, "ab12")
    keep(vault, "ab34", b"other")
    blob = tmp_path / "one/takes/ab/ab12.flac"
    match damage:
        case "flip":
            blob.write_bytes(b"sOund")
        case "cut":
            blob.write_bytes(b"")
        case "delete":
            blob.unlink()
        case "swap":
            blob.write_bytes(b"other")
    entry = vault.fetch("takes", "ab12")
    assert entry is not None
    assert entry.path.read_bytes() == b"sound"
    assert [(damaged.room, damaged.key) for damaged in vault.set_aside] == [("takes", "ab12")]


@pytest.mark.parametrize("damage", ["flip", "delete", "card of another"])
def test_what_is_damaged_in_the_remote_is_set_aside_there(damage: str, near_url: str, tmp_path: Path) -> None:
    url = near_url
    keep(SharedVault(url, tmp_path / "one"), "ab12")
    keep(SharedVault(url, tmp_path / "one"), "ab34", b"other")
    match damage:
        case "flip":
            put(url, "takes/ab/ab12.flac", b"sOund")
        case "delete":
            system, name = place(url, "takes/ab/ab12.flac")
            system.rm_file(name)
        case "card of another":
            put(url, "takes/ab/ab12.json", content(url, "takes/ab/ab34.json"))
    other = SharedVault(url, tmp_path / "other")
    assert other.fetch("takes", "ab12") is None
    assert [(damaged.room, damaged.key) for damaged in other.set_aside] == [("takes", "ab12")]
    assert ("takes", "ab12") not in SharedVault(url, tmp_path / "other")
    assert content(url, "corrupt/takes/ab12.json")
    keep(other, "ab12")
    assert SharedVault(url, tmp_path / "third").fetch("takes", "ab12") is not None


@pytest.mark.slow
def test_a_bucket_of_s3_sets_aside_too(s3_environment: None, tmp_path: Path) -> None:
    url_to_fs(f"s3://{BUCKET}-2")[0].mkdir(f"{BUCKET}-2")
    url = f"s3://{BUCKET}-2"
    keep(SharedVault(url, tmp_path / "one"), "ab12")
    put(url, "takes/ab/ab12.flac", b"sOund")
    assert SharedVault(url, tmp_path / "other").fetch("takes", "ab12") is None
    assert content(url, "corrupt/takes/ab12.flac") == b"sOund"
    assert ("takes", "ab12") not in SharedVault(url, tmp_path / "other")


def test_a_garbage_card_in_the_remote_is_written_anew(tmp_path: Path) -> None:
    url = f"memory://{tmp_path.name}"
    keep(SharedVault(url, tmp_path / "one"), "ab12")
    put(url, "takes/ab/ab12.json", b"{half")
    other = SharedVault(url, tmp_path / "other")
    assert other.card("takes", "ab12") is None
    assert other.fetch("takes", "ab12") is None
    keep(other, "ab12")
    assert SharedVault(url, tmp_path / "third").fetch("takes", "ab12") is not None


class Cut(OSError):
    """The network is gone."""


def test_what_could_not_be_uploaded_is_uploaded_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"memory://{tmp_path.name}"
    vault = SharedVault(url, tmp_path / "one")
    keep(vault, "ab34")

    def fails(*_arguments: Any, **_options: Any) -> None:
        raise Cut("the network is gone")

    with monkeypatch.context() as patched:
        patched.setattr(type(vault.remote._system), "pipe_file", fails)
        patched.setattr(type(vault.remote._system), "put_file", fails)
        with pytest.raises(StorageError, match="network is gone"):
            keep(vault, "ab12")
        with pytest.raises(StorageError, match="network is gone"):
            vault.annotate("takes", "ab34", heard="sound")
    assert SharedVault(url, tmp_path / "other").fetch("takes", "ab12") is None
    SharedVault(url, tmp_path / "one").clear_leftovers()
    assert SharedVault(url, tmp_path / "other").fetch("takes", "ab12") is not None
    assert SharedVault(url, tmp_path / "other").card("takes", "ab34") == {"length": 5, "heard": "sound"}
    assert not [path for path in (tmp_path / "one" / TO_UPLOAD).rglob("*") if path.is_file()]


def test_two_runs_on_two_machines_share_one_remote(tmp_path: Path) -> None:
    """Two real processes, a working copy each, keep and annotate the same keys; a third machine finds all whole."""
    code = (
        "import sys; from pathlib import Path; from pipeline.vault import SharedVault\n"
        "url, working, name = sys.argv[1:]\n"
        "vault = SharedVault(url, Path(working))\n"
        "vault.clear_leftovers()\n"
        "for number in range(25):\n"
        "    key = f'{number % 5:02d}-{number}'\n"
        "    if not vault.fetch('takes', key):\n"
        "        vault.keep('takes', key, '.flac', lambda p: p.write_bytes(key.encode() * 999) and {'n': number})\n"
        "    vault.annotate('takes', key, **{name: number})\n"
        "assert not vault.set_aside, vault.set_aside\n"
    )
    url = f"file://{tmp_path}/remote"
    runs = [
        subprocess.Popen([sys.executable, "-c", code, url, str(tmp_path / name), name]) for name in ("one", "other")
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    third = SharedVault(url, tmp_path / "third")
    assert third.count("takes") == 25
    for number in range(25):
        entry = third.fetch("takes", f"{number % 5:02d}-{number}")
        assert entry is not None
        assert entry.facts["n"] == number
        assert {"one", "other"} & entry.facts.keys()
    assert not third.set_aside


@pytest.mark.slow
def test_a_bucket_that_is_not_there_is_told_before_anything_is_recorded(s3_environment: None, tmp_path: Path) -> None:
    vault = SharedVault("s3://no-such-bucket/vault", tmp_path)
    with pytest.raises(StorageError, match="bucket does not exist") as caught:
        vault.clear_leftovers()
    assert caught.value.exit_code == 5
    assert "make the bucket" in (caught.value.next_step or "")
    with pytest.raises(StorageError, match="bucket does not exist"):
        vault.fetch("takes", "ab12")


@pytest.mark.slow
def test_missing_credentials_are_told(s3_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    url_to_fs("s3://any")[0].clear_instance_cache()
    with pytest.raises(StorageError, match="credentials") as caught:
        SharedVault(f"s3://{BUCKET}/vault", tmp_path).clear_leftovers()
    assert "AWS_ACCESS_KEY_ID" in (caught.value.next_step or "")
    url_to_fs("s3://any")[0].clear_instance_cache()


def test_a_library_that_is_not_installed_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.registry import _registry

    monkeypatch.setitem(sys.modules, "s3fs", None)  # importing it fails now
    monkeypatch.delitem(_registry, "s3", raising=False)
    with pytest.raises(StorageError, match="not installed") as caught:
        SharedVault("s3://bucket/vault", tmp_path).fetch("takes", "ab12")
    assert caught.value.next_step == "pip install 'chapterhouse[s3]'"


def test_a_url_of_an_unknown_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="URL cannot be used"):
        SharedVault("gopher://bucket/vault", tmp_path).fetch("takes", "ab12")


@pytest.mark.parametrize("vault", [None, "takes", "s3://bucket/prefix"])
def test_a_production_says_where_its_vault_is(vault: str | None, tmp_path: Path) -> None:
    file = tmp_path / "book.yaml"
    text = "title: A\nscript: {path: a.md}\ncast: {NARRATOR: {engine: humming, voice: low}}\n"
    file.write_text(text + (f"paths: {{vault: '{vault}'}}\n" if vault else ""))
    opened = open_vault(load_order(file))
    assert opened.root == (tmp_path / "takes" if vault == "takes" else tmp_path / "build/book/vault")
    assert isinstance(opened, SharedVault) == (vault is not None and "://" in vault)
    if isinstance(opened, SharedVault):
        assert opened.remote.url == "s3://bucket/prefix"


def test_a_production_made_in_python_may_name_its_folder_as_a_path(tmp_path: Path) -> None:
    production = Production.model_validate(
        {
            "title": "A",
            "script": {"path": tmp_path / "a.md"},
            "cast": {"NARRATOR": {"engine": "humming", "voice": "low"}},
            "paths": {"vault": tmp_path / "takes"},
        }
    )
    assert open_vault(Order(file=tmp_path / "a.yaml", production=production)).root == tmp_path / "takes"
