"""A material's card: its blob's name and checksum, and what its maker and later listeners wrote of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.vault.whole_files import new_file


@dataclass(frozen=True)
class Card:
    """What is written beside a blob.

    Attributes:
        blob: the blob's file name.
        sha256: its checksum, hexadecimal.
        facts: JSON-able.
    """

    blob: str
    sha256: str
    facts: dict[str, Any]

    @property
    def text(self) -> str:
        """As it is written."""
        return json.dumps(vars(self), ensure_ascii=False, indent=1)


class CardUnreadable(Exception):
    """A card is there, and is none."""


def card_in(text: bytes | str) -> Card:
    """The card that ``text`` is.

    Raises:
        CardUnreadable: it is none.
    """
    try:
        card = Card(**json.loads(text))
    except (ValueError, TypeError):
        raise CardUnreadable("its card cannot be read") from None
    if not (isinstance(card.blob, str) and isinstance(card.sha256, str) and isinstance(card.facts, dict)):
        raise CardUnreadable("its card cannot be read")
    return card


def read_card(path: Path) -> Card | None:
    """The card at ``path``, or None where there is none.

    Raises:
        CardUnreadable: what is there is no card.
    """
    try:
        return card_in(path.read_bytes())
    except FileNotFoundError:
        return None


def write_card(path: Path, card: Card, workshop: Path) -> None:
    """Put a card in place, whole, made in ``workshop``."""
    with new_file(path, workshop) as making:
        making.write_text(card.text, encoding="utf-8")
