"""The models that are too large for a package: fetched once on request, into Hugging Face's own cache.

Nothing else in Chapterhouse downloads anything; engines read what is here and say which command fetches the rest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pipeline.engines.settings import near_miss
from pipeline.errors import CANNOT_WRITE, InputError, MissingError, StorageError

_NEEDED = (
    "config.json",
    "generation_config.json",
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "speaker_embeddings_path.json",
    "speaker_embeddings/v2/*",
    "pytorch_model*.bin",
    "model*.safetensors",
    "*.index.json",
)
WEIGHTS = ("model*.safetensors", "pytorch_model*.bin")


@dataclass(frozen=True)
class CatalogueModel:
    """One model that can be fetched.

    Attributes:
        name: what ``chapterhouse models`` calls it.
        repository: its id on the hub, ``owner/name``.
        patterns: the files of the repository that are needed.
        size: what to expect, for people.
    """

    name: str
    repository: str
    licence: str
    size: str
    description: str
    patterns: tuple[str, ...] = _NEEDED


CATALOGUE = {
    model.name: model
    for model in (
        CatalogueModel("bark", "suno/bark", "MIT", "4.5 GB", "Bark, the large one: the better sound"),
        CatalogueModel("bark-small", "suno/bark-small", "MIT", "1.7 GB", "Bark, the small one: faster"),
    )
}


@dataclass(frozen=True)
class InstalledModel:
    """A model in the cache.

    Attributes:
        folder: where its files are.
        revision: the commit they come from.
        size_bytes: on disk.
        whole: configuration and weights are both there.
    """

    name: str
    repository: str
    folder: Path
    revision: str
    size_bytes: int
    whole: bool

    def __str__(self) -> str:
        return str(self.folder)


def quiet_hub() -> ModuleType:
    """``huggingface_hub``, imported with its telemetry switched off."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    import huggingface_hub

    return huggingface_hub


def _cache() -> Path:
    quiet_hub()
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def catalogue_model(name: str) -> CatalogueModel:
    """The model called ``name``, or with that repository id.

    Raises:
        InputError: there is none.
    """
    for model in CATALOGUE.values():
        if name in (model.name, model.repository):
            return model
    raise InputError(f"there is no model '{name}'", next_step=near_miss(name, CATALOGUE, "the models are"))


def pull(name: str, progress: Callable[[str], None] = lambda _: None) -> InstalledModel:
    """Fetch a model, or what is still missing of it; an interrupted one is taken up again.

    Args:
        progress: is told in sentences what is happening.

    Raises:
        InputError: no such model in the catalogue.
        MissingError: the hub cannot be reached, or did not give all.
        StorageError: the cache cannot be written.
    """
    model = catalogue_model(name)
    hub = quiet_hub()
    progress(f"fetching {model.repository} (about {model.size}, licence {model.licence})")
    try:
        folder = Path(
            hub.snapshot_download(model.repository, cache_dir=_cache(), allow_patterns=list(model.patterns))
        )
    except (OSError, _http_error()) as error:
        raise _failed(model, error) from error
    found = next((each for each in installed() if each.name == model.name), None)
    if found is None or not found.whole:
        raise MissingError(
            f"{model.repository} is not whole in {folder}",
            next_step=f"run again: chapterhouse models pull {model.name}",
        )
    progress(f"{model.name} is here: {found.size_bytes / 1e9:.2f} GB in {found.folder}")
    return found


def _http_error() -> type[Exception]:
    """What huggingface_hub's web client raises when it cannot connect; not an OSError."""
    from huggingface_hub.errors import HfHubHTTPError

    return next(base for base in HfHubHTTPError.__mro__ if base.__module__.partition(".")[0].startswith("httpx"))


def _failed(model: CatalogueModel, error: Exception) -> MissingError | StorageError:
    if isinstance(error, OSError) and error.errno in CANNOT_WRITE:
        return StorageError(
            f"the model cache cannot be written: {error}", next_step="make room, or set HF_HOME to another folder"
        )
    first_line = (str(error).splitlines() or [""])[0]
    return MissingError(
        f"{model.repository} could not be fetched: {type(error).__name__}: {first_line}", next_step=_by_hand(model)
    )


def _by_hand(model: CatalogueModel) -> str:
    return (
        f"check the network and run again: chapterhouse models pull {model.name} - or, without a network, "
        f"copy the files of {model.repository} into a folder and set engines.bark.model to that folder"
    )


def snapshot_folder(repository: str) -> Path | None:
    """The folder of a repository's main revision in the cache, None if it is not there. Never uses the network."""
    found = quiet_hub().try_to_load_from_cache(repository, "config.json", cache_dir=_cache())
    return Path(found).parent if isinstance(found, str) else None


def is_whole(folder: Path) -> bool:
    """Whether ``folder`` has a configuration and weights, all parts of them."""
    weights = [path for pattern in WEIGHTS for path in folder.glob(pattern)]
    return (folder / "config.json").is_file() and any(path.stat().st_size for path in weights if path.exists())


def installed() -> list[InstalledModel]:
    """The catalogue's models that are in the cache, whole or not, by name."""
    found = [_installed(model) for _, model in sorted(CATALOGUE.items())]
    return [each for each in found if each is not None]


def _installed(model: CatalogueModel) -> InstalledModel | None:
    """Read from the folder itself: huggingface_hub's own scan passes over a cache in which one file is lost."""
    home = _home(model)
    snapshots = sorted((home / "snapshots").glob("*"), key=lambda folder: folder.stat().st_mtime)
    main = home / "refs" / "main"
    revision = main.read_text(encoding="utf-8").strip() if main.is_file() else ""
    folder = home / "snapshots" / revision if revision else (snapshots[-1] if snapshots else home)
    if folder not in snapshots:
        return None
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return InstalledModel(model.name, model.repository, folder, folder.name, size_bytes, is_whole(folder))


def _home(model: CatalogueModel) -> Path:
    """The folder that huggingface_hub keeps a repository in."""
    return _cache() / f"models--{model.repository.replace('/', '--')}"


def _installed_or_missing(name: str) -> InstalledModel:
    model = catalogue_model(name)
    for each in installed():
        if each.name == model.name:
            return each
    raise MissingError(
        f"the model '{model.name}' is not on this machine", next_step=f"run: chapterhouse models pull {model.name}"
    )


def verify(name: str, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Hash a cached model's files again and compare with the hashes that the cache names them by.

    Returns:
        What is wrong, a sentence for each file; empty when all is well.

    Raises:
        InputError: no such model in the catalogue.
        MissingError: it is not on this machine.
    """
    model = _installed_or_missing(name)
    problems = [] if model.whole else [f"{model.name}: its configuration or its weights are missing"]
    for path in sorted(path for path in model.folder.rglob("*") if path.is_symlink() or path.is_file()):
        shown = str(path.relative_to(model.folder))
        progress(shown)
        if not path.exists():
            problems.append(f"{shown}: the file behind the link is gone")
        elif path.is_symlink() and not _is_named_by_its_hash(path):
            problems.append(f"{shown}: its content has changed since it was fetched")
    return problems


def _is_named_by_its_hash(link: Path) -> bool:
    """Large files are named by their SHA-256, small ones by git's SHA-1 (of a header and the content)."""
    expected = link.readlink().name.lower()
    if len(expected) == 64:
        with link.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == expected
    content = link.read_bytes()
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest() == expected


def remove(name: str) -> int:
    """Delete a model from the cache.

    Returns:
        Bytes freed.

    Raises:
        InputError: no such model in the catalogue.
        MissingError: it is not on this machine.
    """
    model = catalogue_model(_installed_or_missing(name).name)
    home = _home(model)
    before = _bytes_under(home)
    for repository in quiet_hub().scan_cache_dir(_cache()).repos:
        if repository.repo_id == model.repository and repository.repo_type == "model":
            commits = [revision.commit_hash for revision in repository.revisions]
            quiet_hub().scan_cache_dir(_cache()).delete_revisions(*commits).execute()
    shutil.rmtree(home, ignore_errors=True)  # what the scan passed over: a cache with a lost file
    return before - _bytes_under(home)


def _bytes_under(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
