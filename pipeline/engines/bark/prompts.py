"""History prompts: what a Bark voice is. Three arrays of tokens of some seconds of speech, as Suno saves them."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.fingerprints import short_hash
from pipeline.errors import InputError, MissingError

Tokens = NDArray[np.int64]
SEMANTIC_VOCABULARY = 10_000  # suno-ai/bark generation.py
CODEBOOK_SIZE = 1_024
CODEBOOKS = 8
COARSE_CODEBOOKS = 2
SEMANTIC_RATE_HZ = 49.9
FRAME_RATE_HZ = 75
MIN_PROMPT_S = 1.0
MAX_PROMPT_S = 14.0  # the longest of Suno's presets; of what a prompt holds Bark hears the last 6.83 s (512 frames)
FRAMES_PER_SEMANTIC = 1.5  # 75 / 49.9 to one place, as suno-ai/bark's generate_coarse asserts of a prompt
_SHAPES = {"semantic_prompt": "[T]", "coarse_prompt": f"[{COARSE_CODEBOOKS}, T]", "fine_prompt": f"[{CODEBOOKS}, T]"}


@dataclass(frozen=True, eq=False)
class HistoryPrompt:
    """A voice.

    Attributes:
        semantic: ``[S]`` int64, 0 … 9999, 49.9 a second.
        coarse: ``[2, T]`` int64, 0 … 1023, 75 frames a second; the first two rows of ``fine``.
        fine: ``[8, T]`` int64, 0 … 1023.
    """

    semantic: Tokens
    coarse: Tokens
    fine: Tokens

    @property
    def fingerprint(self) -> str:
        """Short hash over the three arrays, whatever integer type they were saved with."""
        arrays = (self.semantic, self.coarse, self.fine)
        return short_hash(*(part for array in arrays for part in (str(array.shape), array.astype("<i8").tobytes())))


def read_prompt(path: Path) -> HistoryPrompt:
    """The prompt in an ``.npz`` file as Suno's ``save_as_prompt`` writes it. Pickled objects are refused, other
    arrays left alone.

    Raises:
        InputError: no such file, not an npz, an array missing, of a wrong shape, or out of range.
    """
    if not path.is_file():
        raise InputError("there is no such voice file", where=str(path))
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("a single array")
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"this is not a Bark history prompt (.npz): {error}", where=str(path), next_step=_NEXT_STEP
        ) from None
    return checked_prompt(arrays, str(path))


_NEXT_STEP = "give a file that Bark's save_as_prompt has written"


def checked_prompt(arrays: Mapping[str, NDArray[np.generic]], where: str) -> HistoryPrompt:
    """A prompt from its arrays.

    Raises:
        InputError: an array is missing, of a wrong shape, or out of range, or the arrays are not of the same speech;
            ``where`` says whose they are.
    """
    for name, shape in _SHAPES.items():
        if name not in arrays:
            raise InputError(f"the history prompt has no '{name}'", where=where, next_step=_NEXT_STEP)
        wanted = {"semantic_prompt": (), "coarse_prompt": (COARSE_CODEBOOKS,), "fine_prompt": (CODEBOOKS,)}[name]
        array = arrays[name]
        if array.ndim != len(wanted) + 1 or array.shape[:-1] != wanted:
            raise InputError(f"'{name}' should be {shape}, not {list(array.shape)}", where=where)
        if not np.issubdtype(array.dtype, np.integer):
            raise InputError(f"'{name}' should hold whole numbers, not {array.dtype}", where=where)
        top = SEMANTIC_VOCABULARY if name == "semantic_prompt" else CODEBOOK_SIZE
        if array.size and not 0 <= int(array.min()) <= int(array.max()) < top:
            raise InputError(
                f"'{name}' should lie between 0 and {top - 1}; it has {array.min()} … {array.max()}", where=where
            )
    semantic, coarse, fine = (np.ascontiguousarray(arrays[name], np.int64) for name in _SHAPES)
    if coarse.shape[1] != fine.shape[1] or not np.array_equal(coarse, fine[:COARSE_CODEBOOKS]):
        raise InputError("'coarse_prompt' should be the first two rows of 'fine_prompt'", where=where)
    if len(semantic) and round(fine.shape[1] / len(semantic), 1) != FRAMES_PER_SEMANTIC:
        raise InputError(
            f"{len(semantic)} semantic tokens and {fine.shape[1]} frames are not of the same speech: "
            f"{len(semantic) / SEMANTIC_RATE_HZ:.2f} s and {fine.shape[1] / FRAME_RATE_HZ:.2f} s",
            where=where,
            next_step=_NEXT_STEP,
        )
    if min(len(semantic) / SEMANTIC_RATE_HZ, fine.shape[1] / FRAME_RATE_HZ) < MIN_PROMPT_S:
        raise InputError(f"the history prompt is shorter than {MIN_PROMPT_S:g} s", where=where)
    return HistoryPrompt(semantic, coarse, fine)


def prompt_of_generation(generation: Mapping[str, NDArray[np.generic]], where: str) -> HistoryPrompt:
    """A voice from the tokens of a take: all of it, so that it ends as the take does, or its last 14 s.

    Args:
        generation: as `Rendition.generation` has it.

    Raises:
        InputError: as `checked_prompt`.
    """
    whole = checked_prompt(generation, where)
    semantic, frames = int(MAX_PROMPT_S * SEMANTIC_RATE_HZ), int(MAX_PROMPT_S * FRAME_RATE_HZ)
    return HistoryPrompt(whole.semantic[-semantic:], whole.coarse[:, -frames:], whole.fine[:, -frames:])


def write_prompt(path: Path, prompt: HistoryPrompt, provenance: Mapping[str, object]) -> None:
    """Write a voice as Suno's ``save_as_prompt`` does, with where it comes from as JSON in a fourth array.

    Args:
        path: to a file with whatever suffix; an ``.npz`` all the same.

    Raises:
        OSError: it cannot be written.
    """
    told = json.dumps(dict(provenance), ensure_ascii=False)
    with path.open("wb") as file:  # given a path, numpy would add a suffix of its own
        np.savez(
            file,
            semantic_prompt=prompt.semantic,
            coarse_prompt=prompt.coarse,
            fine_prompt=prompt.fine,
            provenance=np.array(told),
        )


def preset_prompt(checkpoint: Path, preset: str) -> HistoryPrompt:
    """A preset of a checkpoint, laid out as on the hub: ``speaker_embeddings_path.json`` names three ``.npy`` files.

    Raises:
        MissingError: the checkpoint has no presets, or not this one.
        InputError: its arrays are wrong.
    """
    index = checkpoint / "speaker_embeddings_path.json"
    try:
        paths = json.loads(index.read_text(encoding="utf-8"))[preset]
        arrays = {name: np.load(_inside(checkpoint, paths[name]), allow_pickle=False) for name in _SHAPES}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise MissingError(
            f"the voice '{preset}' is not in the checkpoint ({type(error).__name__}: {error})",
            where=str(checkpoint),
            next_step="fetch the checkpoint with its speaker_embeddings: chapterhouse models pull bark-small",
        ) from None
    return checked_prompt(arrays, f"{checkpoint}, {preset}")


def _inside(folder: Path, name: str) -> Path:
    """``folder / name``, never outside the folder. Links are not followed: the hub's cache links every file."""
    path = os.path.abspath(folder / name)  # noqa: PTH100 - Path.resolve would follow the links
    if os.path.commonpath([os.path.abspath(folder), path]) != os.path.abspath(folder):  # noqa: PTH100
        raise ValueError(f"'{name}' is outside the checkpoint")
    return Path(path)
