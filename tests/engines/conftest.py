from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engines import Narrator, Settings, find_engine

sys.path.insert(0, str(Path(__file__).parent))
from tiny_bark import write_tiny_bark


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Bark checkpoint; read only."""
    from pipeline.engines.torchaudio_shield import shield_torchaudio

    shield_torchaudio()
    return write_tiny_bark(tmp_path_factory.mktemp("checkpoints") / "tiny-bark")


@pytest.fixture(scope="session")
def bark_settings(tiny_checkpoint: Path) -> Settings:
    return find_engine("bark").check_settings({"model": str(tiny_checkpoint), "device": "cpu"}, Path.cwd())


@pytest.fixture(scope="session")
def bark(bark_settings: Settings) -> Narrator:
    return find_engine("bark").load(bark_settings)


@pytest.fixture(scope="session")
def hibari() -> Narrator:
    return find_engine("hibari").load({})


@pytest.fixture(scope="session")
def kokoro() -> Narrator:
    return find_engine("kokoro").load({})


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tiny models are slower with more."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def empty_model_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hub cache of its own; huggingface_hub reads the environment once, at import."""
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    yield cache
