"""The vault: keeps any material under its content key, so that nothing is ever made twice and nothing is lost."""

from pipeline.vault.keys import KEY_LENGTH, content_key, file_sha256
from pipeline.vault.opening import open_vault
from pipeline.vault.shared import SharedVault
from pipeline.vault.shelves import Damage, Entry, Vault
from pipeline.vault.whole_files import MAKING, clear_leftovers, disk_errors, new_file, write_text

__all__ = [
    "KEY_LENGTH",
    "MAKING",
    "Damage",
    "Entry",
    "SharedVault",
    "Vault",
    "clear_leftovers",
    "content_key",
    "disk_errors",
    "file_sha256",
    "new_file",
    "open_vault",
    "write_text",
]
