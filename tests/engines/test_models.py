from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.engines import models
from pipeline.errors import InputError, MissingError, StorageError

COMMIT = "a" * 40
LARGE = b"weights" * 1000


def fill_cache(cache: Path, repository: str = "suno/bark-small") -> Path:
    """A model as huggingface_hub leaves it: blobs named by hash, a snapshot of links, a ref."""
    home = cache / f"models--{repository.replace('/', '--')}"
    commit = COMMIT if repository == "suno/bark-small" else "b" * 40
    snapshot = home / "snapshots" / commit
    config = b'{"model_type": "bark"}'
    prompt = b"prompt"
    files = {
        "config.json": (config, hashlib.sha1(b"blob %d\0" % len(config) + config).hexdigest()),
        "pytorch_model.bin": (LARGE, hashlib.sha256(LARGE).hexdigest()),
        "speaker_embeddings/v2/a.npy": (prompt, hashlib.sha256(prompt).hexdigest()),
    }
    (home / "blobs").mkdir(parents=True)
    for name, (content, blob) in files.items():
        (home / "blobs" / blob).write_bytes(content)
        link = snapshot / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(Path("../" * (2 + name.count("/"))) / "blobs" / blob)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(commit)
    return snapshot


def test_an_empty_cache_has_no_models(empty_model_cache: Path) -> None:
    assert models.installed() == []
    assert models.snapshot_folder("suno/bark") is None
    with pytest.raises(MissingError, match="not on this machine"):
        models.verify("bark")


def test_a_cached_model_is_listed_with_its_size_and_folder(empty_model_cache: Path) -> None:
    snapshot = fill_cache(empty_model_cache)
    (found,) = models.installed()
    assert (found.name, found.folder, found.revision, found.whole) == ("bark-small", snapshot, COMMIT, True)
    assert found.size_bytes > len(LARGE)
    assert models.snapshot_folder("suno/bark-small") == snapshot


def test_a_model_without_weights_is_not_whole(empty_model_cache: Path) -> None:
    (fill_cache(empty_model_cache) / "pytorch_model.bin").unlink()
    (found,) = models.installed()
    assert not found.whole
    assert "missing" in models.verify("bark-small")[0]


def test_verify_is_content_with_a_whole_model_and_tells_each_file(empty_model_cache: Path) -> None:
    fill_cache(empty_model_cache)
    told: list[str] = []
    assert models.verify("bark-small", told.append) == []
    assert told == ["config.json", "pytorch_model.bin", "speaker_embeddings/v2/a.npy"]


@pytest.mark.parametrize("name", ["config.json", "pytorch_model.bin"])
def test_verify_finds_one_changed_byte(name: str, empty_model_cache: Path) -> None:
    blob = (fill_cache(empty_model_cache) / name).resolve()
    content = bytearray(blob.read_bytes())
    content[3] ^= 1
    blob.write_bytes(content)
    assert models.verify("suno/bark-small") == [f"{name}: its content has changed since it was fetched"]


def test_verify_finds_a_lost_file(empty_model_cache: Path) -> None:
    (fill_cache(empty_model_cache) / "speaker_embeddings/v2/a.npy").resolve().unlink()
    assert any("a.npy" in problem for problem in models.verify("bark-small"))


def test_remove_frees_the_space_and_leaves_other_models(empty_model_cache: Path) -> None:
    fill_cache(empty_model_cache)
    fill_cache(empty_model_cache, "suno/bark")
    assert models.remove("bark-small") >= len(LARGE)
    assert [each.name for each in models.installed()] == ["bark"]
    with pytest.raises(MissingError):
        models.remove("bark-small")


def test_an_unknown_model_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError) as caught:
        models.pull("bark-smal")
    assert "'bark-small'" in (caught.value.next_step or "")


def test_pulling_without_a_network_says_how_to_do_it_by_hand(
    empty_model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx2
    import huggingface_hub

    for error in (ConnectionError("no route"), httpx2.ConnectError("Name or service not known")):

        def fail(_: str, error: Exception = error, **__: object) -> str:
            raise error

        monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
        with pytest.raises(MissingError, match="could not be fetched") as caught:
            models.pull("bark-small")
        assert "chapterhouse models pull bark-small" in (caught.value.next_step or "")
        assert "engines.bark.model" in (caught.value.next_step or "")


def test_pulling_onto_a_full_disk_is_a_storage_error(
    empty_model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def fail(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(StorageError, match="No space"):
        models.pull("bark")


def test_pulling_asks_for_the_needed_files_only_and_tells_what_came(
    empty_model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked: dict[str, object] = {}

    def fetch(repository: str, **wanted: object) -> str:
        asked.update(wanted, repo_id=repository)
        return str(fill_cache(empty_model_cache))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    told: list[str] = []
    assert models.pull("bark-small", told.append).whole
    assert asked["repo_id"] == "suno/bark-small"
    assert "*.pt" not in asked["allow_patterns"] and "speaker_embeddings/v2/*" in asked["allow_patterns"]  # type: ignore[operator]
    assert "MIT" in told[0] and "is here" in told[-1]


def test_a_pull_that_brought_too_little_is_not_called_done(
    empty_model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: str(empty_model_cache))
    with pytest.raises(MissingError, match="not whole"):
        models.pull("bark")


def test_the_hubs_telemetry_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY", raising=False)
    models.quiet_hub()
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1" and os.environ["DO_NOT_TRACK"] == "1"
