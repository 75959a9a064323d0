"""The vault that a production asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pipeline.vault.shared import SharedVault
from pipeline.vault.shelves import Vault


class Housed(Protocol):
    """What has a place for its vault: `pipeline.production.Order`."""

    @property
    def vault(self) -> Path:
        """The folder, or the working copy."""

    @property
    def vault_url(self) -> str | None:
        """The URL, where the vault is behind one."""


def open_vault(order: Housed) -> Vault:
    """The vault of a production: its folder, or what is behind its URL with a working copy in front.

    Nothing is read, written or reached yet. One vault serves a whole run: it remembers what it has verified and what
    it has set aside.
    """
    return SharedVault(order.vault_url, order.vault) if order.vault_url else Vault(order.vault)
