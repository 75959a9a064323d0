"""BERT's multilingual tokenizer, from the files in a checkpoint's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.engines.bark.checkpoint import is_original
from pipeline.errors import EngineError


def load_tokenizer(folder: Path) -> Any:
    """transformers' tokenizer of a found checkpoint; upper and lower case are kept apart.

    Raises:
        EngineError: its files cannot be read.
    """
    from transformers import AutoTokenizer, BertTokenizer

    try:
        if is_original(folder):  # nothing there says that it is BERT's
            return BertTokenizer.from_pretrained(folder, local_files_only=True, do_lower_case=False)
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise EngineError(
            f"the Bark checkpoint's tokenizer cannot be read: {error}",
            where=str(folder),
            next_step="check its files: vocab.txt, tokenizer.json, tokenizer_config.json",
        ) from error
