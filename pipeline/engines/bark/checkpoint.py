"""Where Bark's weights are on this machine, and what they are."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from pipeline.engines.fingerprints import short_hash
from pipeline.engines.models import CATALOGUE, WEIGHTS, catalogue_model, is_whole, snapshot_folder
from pipeline.errors import InputError, MissingError

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
SLICE_BYTES = 1 << 16
SLICES = 64
_SMALL_FILES = ("config.json", "generation_config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json")


def checked_model(model: str, base: Path) -> str:
    """``model`` as settings carry it: a hub id, or the absolute path of a folder.

    A folder next to the production file goes before a hub id of the same name.

    Raises:
        InputError: it is neither.
    """
    if model in CATALOGUE:
        return CATALOGUE[model].repository
    folder = (base / Path(model).expanduser()).resolve()
    if folder.is_dir():
        return str(folder)
    if _HUB_ID.fullmatch(model) and not model.startswith((".", "~")):
        return model
    raise InputError(
        f"engines.bark.model: '{model}' is no folder and no model id",
        next_step="write suno/bark-small, suno/bark, or the path of a folder that holds a checkpoint",
    )


def find_checkpoint(model: str) -> Path:
    """The folder of a checked ``model``; the network is never used.

    Raises:
        MissingError: it is not on this machine, or not whole.
        InputError: it is a checkpoint of something else.
    """
    folder = Path(model) if Path(model).is_absolute() else snapshot_folder(model)
    if folder is None or not is_whole(folder):
        raise MissingError(f"the Bark checkpoint '{model}' is not on this machine", next_step=_how_to_get(model))
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind != "bark":
        raise InputError(f"this checkpoint is of the kind '{kind}', not 'bark'", where=str(folder))
    return folder


def _how_to_get(model: str) -> str:
    if Path(model).is_absolute():
        return f"put config.json, the tokenizer's files and the weights into {model}"
    try:
        command = f"run: chapterhouse models pull {catalogue_model(model).name}"
    except InputError:
        command = f"run: hf download {model}"
    return (
        f"{command} - or, without a network, copy the folder of {model} from a machine that has it "
        "and set engines.bark.model to where it lies"
    )


def checkpoint_fingerprint(folder: Path) -> str:
    """Short hash over the small files and over each weight file's size and 64 slices of 64 kB, evenly spread.

    A full hash of 4.5 GB would take longer than a chapter's check; two trainings differ in every slice, so the
    slices tell checkpoints apart. They do not prove a file whole: that is what ``chapterhouse models verify`` is for.
    """
    parts: list[str] = []
    for name in _SMALL_FILES:
        path = folder / name
        parts.append(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else 'none'}")
    for path in weight_files(folder):
        stat = path.stat()
        parts.append(f"{path.name} {_sampled_hash(path, stat.st_size, stat.st_mtime_ns)}")
    return short_hash(*parts)


def weight_files(folder: Path) -> list[Path]:
    """The weight files that are loaded: safetensors where there are any, else torch's own, sorted by name."""
    for pattern in WEIGHTS:
        found = sorted(folder.glob(pattern))
        if found:
            return found
    return []


@lru_cache(maxsize=64)
def _sampled_hash(path: Path, size: int, _time_ns: int) -> str:
    digest = hashlib.sha256(str(size).encode())
    last = max(0, size - SLICE_BYTES)
    with path.open("rb") as file:
        for number in range(SLICES):
            file.seek(last * number // (SLICES - 1))
            digest.update(file.read(SLICE_BYTES))
    return digest.hexdigest()
