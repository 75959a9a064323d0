"""Content keys and checksums."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BLOCK_BYTES = 1 << 18
KEY_LENGTH = 32  # hexadecimal digits: 128 bits, collisions out of reach for any library of takes


def content_key(facts: Mapping[str, Any]) -> str:
    """Key of a material: a hash over everything its content depends on.

    Args:
        facts: JSON-able; the order of keys does not matter.
    """
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal, read in blocks."""
    with path.open("rb", buffering=0) as stream:
        if os.fstat(stream.fileno()).st_size <= BLOCK_BYTES:  # most takes; `file_digest` costs twice as much there
            return hashlib.sha256(stream.read()).hexdigest()
        return hashlib.file_digest(stream, "sha256").hexdigest()
