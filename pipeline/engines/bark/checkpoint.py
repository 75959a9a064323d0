"""Where Bark's weights are on this machine, and what they are."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.engines.fingerprints import short_hash
from pipeline.engines.models import CATALOGUE, catalogue_model, is_whole, snapshot_folder
from pipeline.errors import EngineError, InputError, MissingError

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
SLICE_BYTES = 1 << 16
SLICES = 64
_SMALL_FILES = ("config.json", "generation_config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json")
_ORIGINALS = (("text_2.pt", "coarse_2.pt", "fine_2.pt"), ("text.pt", "coarse.pt", "fine.pt"))
"""The large Bark's and the small one's, as suno-ai/bark ``generation.py`` names them; the large goes first."""
_META_CODEC = "encodec_24khz*.th"  # facebookresearch/encodec, model.py: encodec_24khz-d7cc33bc.th
_CODEC_FOLDERS = ("encodec", "codec")
_AGAIN = "fetch the checkpoint again"


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
    """The folder of a checked ``model``: as transformers lays it out, or with Suno's original files; no network.

    Raises:
        MissingError: it is not on this machine, or not whole.
        InputError: it is a checkpoint of something else.
    """
    folder = Path(model) if Path(model).is_absolute() else snapshot_folder(model)
    if folder is not None and is_original(folder):
        original_files(folder)
        original_codec(folder)
        _require_tokenizer(folder)
        return folder
    if folder is None or not is_whole(folder):
        raise MissingError(f"the Bark checkpoint '{model}' is not on this machine", next_step=_how_to_get(model))
    kind = read_json(folder / "config.json").get("model_type")
    if kind != "bark":
        raise InputError(f"this checkpoint is of the kind '{kind}', not 'bark'", where=str(folder))
    return folder


def is_original(folder: Path) -> bool:
    """Whether ``folder`` holds Suno's ``.pt`` files and no checkpoint of transformers', which would go first."""
    return not is_whole(folder) and any((folder / name).is_file() for names in _ORIGINALS for name in names)


def original_files(folder: Path) -> tuple[Path, Path, Path]:
    """Suno's files of the semantic, the coarse and the fine stage, all of one size: the large where both are whole.

    Raises:
        MissingError: neither size is whole.
    """
    for names in _ORIGINALS:
        text, coarse, fine = (folder / name for name in names)
        if text.is_file() and coarse.is_file() and fine.is_file():
            return text, coarse, fine
    begun = max(_ORIGINALS, key=lambda names: sum((folder / name).is_file() for name in names))
    absent = [name for name in begun if not (folder / name).is_file()]
    raise MissingError(
        f"of Suno's files {' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not there",
        where=str(folder),
        next_step=f"run: hf download suno/bark {' '.join(absent)} --local-dir {folder}",
    )


def original_codec(folder: Path) -> Path:
    """The codec beside Suno's files: Meta's file, or a folder as transformers lays Encodec out.

    Raises:
        MissingError: there is none.
    """
    files = sorted(folder.glob(_META_CODEC))
    if files:
        return files[0]
    for name in _CODEC_FOLDERS:
        if is_whole(folder / name):
            return folder / name
    raise MissingError(
        "there is no codec beside Suno's files",
        where=str(folder),
        next_step=f"run: hf download facebook/encodec_24khz --local-dir {folder}/encodec - or copy "
        "Meta's encodec_24khz-d7cc33bc.th into the folder",
    )


def _require_tokenizer(folder: Path) -> None:
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.txt")):
        raise MissingError(
            "there is no vocab.txt and no tokenizer.json beside Suno's files",
            where=str(folder),
            next_step=f"run: hf download suno/bark vocab.txt tokenizer_config.json --local-dir {folder}"
            " - it is BERT's own, bert-base-multilingual-cased",
        )


def read_json(path: Path) -> dict[str, Any]:
    """What a checkpoint says of itself.

    Raises:
        EngineError: the file cannot be read, or is not a JSON object.
    """
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(
            f"this file of the checkpoint cannot be read: {error}", where=str(path), next_step=_AGAIN
        ) from None
    if not isinstance(read, dict):
        raise EngineError(
            "this file of the checkpoint should hold names and values", where=str(path), next_step=_AGAIN
        )
    return read


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
    beside = [f"{name}/config.json" for name in _CODEC_FOLDERS] if is_original(folder) else []
    for name in (*_SMALL_FILES, *beside):
        path = folder / name
        parts.append(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else 'none'}")
    for path in weight_files(folder):
        stat = path.stat()
        name = path.relative_to(folder).as_posix()
        parts.append(f"{name} {_sampled_hash(path, stat.st_size, stat.st_mtime_ns)}")
    return short_hash(*parts)


def weight_files(folder: Path) -> list[Path]:
    """The weight files that are loaded; of originals, the codec's too.

    Raises:
        EngineError: an index of weight files cannot be read, or names one that is not there.
        MissingError: originals are not whole.
    """
    if not is_original(folder):
        return hub_weight_files(folder)
    codec = original_codec(folder)
    return [*original_files(folder), *([codec] if codec.is_file() else hub_weight_files(codec))]


def hub_weight_files(folder: Path) -> list[Path]:
    """One file or the parts that an index names; safetensors where there are any, else torch's own.

    Raises:
        EngineError: there are none, an index cannot be read, or names one that is not there.
    """
    for name in ("model.safetensors", "pytorch_model.bin"):
        index = folder / f"{name}.index.json"
        if (folder / name).is_file():
            return [folder / name]
        if index.is_file():
            return _parts(index)
    raise EngineError(
        "there is no model.safetensors and no pytorch_model.bin, whole or in parts with an index",
        where=str(folder),
        next_step=_AGAIN,
    )


def _parts(index: Path) -> list[Path]:
    named = read_json(index).get("weight_map")
    names = sorted({str(name) for name in named.values()}) if isinstance(named, dict) else []
    for name in names:
        if Path(name).name != name or not (index.parent / name).is_file():
            raise EngineError(
                f"the part '{name}' of the weights is not there",
                where=str(index),
                next_step="fetch the checkpoint again",
            )
    return [index.parent / name for name in names]


@lru_cache(maxsize=64)
def _sampled_hash(path: Path, size: int, _time_ns: int) -> str:
    digest = hashlib.sha256(str(size).encode())
    last = max(0, size - SLICE_BYTES)
    with path.open("rb") as file:
        for number in range(SLICES):
            file.seek(last * number // (SLICES - 1))
            digest.update(file.read(SLICE_BYTES))
    return digest.hexdigest()
