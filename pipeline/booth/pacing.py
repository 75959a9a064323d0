"""What a voice's takes tell of its pace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.booth.takes import ROOM
from pipeline.casting import CastVoice
from pipeline.vault import Vault


def lengths_of(voice: CastVoice, vault: Vault) -> Iterator[tuple[str, str, float]]:
    """Spoken text, language and seconds at the voice's own speed, of each of its takes that passed every check."""
    name = Path(voice.voice).name
    for facts in vault.cards(ROOM):
        is_good = all(verdict["passed"] for verdict in facts["verdicts"])
        if is_good and (facts["engine"], facts["voice"]) == (voice.engine.name, name):
            yield facts["spoken"], facts["language"], facts["seconds"] * facts["speed"]
