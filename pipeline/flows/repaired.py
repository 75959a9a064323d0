"""What was found damaged in the vault and made again, as the producer is told it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import Place
from pipeline.materials import Notice
from pipeline.vault import Vault
from pipeline.vault.shelves import CORRUPT, Damage

TOLD = 20  # by name; the rest is counted
NAMES = {"takes": "take", "mixes": "mix", "masters": "master", "soundchecks": "sound check", "covers": "cover"}


def made_again(vault: Vault) -> Iterator[Notice]:
    """A notice for each damaged entry that this run set aside, with the folder where it lies now."""
    damaged = vault.set_aside
    for one in damaged[:TOLD]:
        yield Notice(_told(one), Place(str(vault.root / CORRUPT / one.room)))
    if len(damaged) > TOLD:
        rest = len(damaged) - TOLD
        yield Notice(f"{rest:,} more were damaged and set aside", Place(str(vault.root / CORRUPT)))


def _told(damage: Damage) -> str:
    name = NAMES.get(damage.room, f"entry of '{damage.room}'")
    shown = str(damage.facts.get("shown", ""))
    line = f" “{shown[:60]}”" if shown else ""
    return f"the {name} {damage.key[:12]}{line} was damaged in the vault ({damage.reason}); it was made again"
