"""How an output folder stands to an order: which files are as they would be made, and which would be made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery.cover import DRAWN_SIDE, Cover
from pipeline.delivery.deliver import piece_key
from pipeline.delivery.ledger import read_ledger, unchanged
from pipeline.delivery.plan import plan
from pipeline.materials import Master
from pipeline.production import Order
from pipeline.profiles import Profile
from pipeline.vault import Vault

UNDRAWN = Cover(Path("cover.png"), "image/png", DRAWN_SIDE, DRAWN_SIDE, "not drawn yet")
"""A cover that will be drawn from sound that is not there yet."""


@dataclass(frozen=True)
class Standing:
    """Files by their path in the output folder.

    Attributes:
        files: SHA-256 of those that are there as they would be made.
        anew: those that would be made, in the order of the production.
        gone: those of an earlier run that would be removed.
    """

    files: Mapping[str, str]
    anew: tuple[str, ...]
    gone: tuple[str, ...]


def standing(
    masters: Sequence[Master], order: Order, *, narrators: str, profile: Profile, cover: Cover, vault: Vault
) -> Standing:
    """Hold the output folder against the order. Nothing is made or removed.

    Args:
        masters: chapters in order. One that is yet to be made may stand in with a key of its own: what depends on it
            will be made anew.
        cover: the title's, or `UNDRAWN`.

    Raises:
        InputError: a bit rate that the format does not have.
        MissingError: there is no ffmpeg.
    """
    pieces = plan(masters, order, narrators=narrators, cover=cover, ffmpeg=find_ffmpeg(), vault=vault)
    written = read_ledger(order.output).get(order.name, {})
    files: dict[str, str] = {}
    for piece in pieces:
        earlier = written.get(piece.name)
        if earlier and earlier.key == piece_key(piece, profile) and unchanged(order.output / piece.name, earlier):
            files[piece.name] = earlier.sha256
    names = [piece.name for piece in pieces]
    return Standing(
        files=files,
        anew=tuple(name for name in names if name not in files),
        gone=tuple(name for name in sorted(written) if name not in set(names)),
    )
