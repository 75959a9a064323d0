"""Sentence sets: see README.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent


def cases(name: str) -> Iterator[tuple[str, list[str], str]]:
    """Language, sentences and text of every case of a set."""
    for path in sorted((FOLDER / name).glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            sentences = line.split("\t")
            yield path.stem, sentences, ("" if path.stem == "ja" else " ").join(sentences)
