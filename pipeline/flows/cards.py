"""A vault whose cards are taken at their word: for what is told without a sound being read."""

from __future__ import annotations

from pipeline.vault import Entry, Vault


class Cards(Vault):
    """The vault; its blobs are neither read nor verified."""

    def __init__(self, vault: Vault) -> None:
        super().__init__(vault.root)
        self._vault = vault

    def fetch(self, room: str, key: str) -> Entry | None:
        """The entry, as its card tells it."""
        return self._vault.find(room, key)
