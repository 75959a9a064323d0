from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.materials import Manuscript
from pipeline.script import load_lexicon, read_manuscript

Read = Callable[..., Manuscript]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a script and read it: ``read(text, name=…, lexicon=…, roles=…, language=…)``."""

    def _read(
        text: str | bytes,
        *,
        name: str = "script.md",
        lexicon: dict[str, str] | None = None,
        roles: tuple[str, ...] = ("NARRATOR", "HOST", "GUEST", "DR. O'NEIL-2"),
        language: str = "en",
        format: str = "auto",  # noqa: A002
    ) -> Manuscript:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        known = load_lexicon((), lexicon or {})
        return read_manuscript(path, format=format, language=language, roles=roles, lexicon=known)

    return _read
