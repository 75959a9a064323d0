"""Which of a vault's encodings, settlings, measurements and covers a title's deliverables are made from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery import encoding, measured, settling
from pipeline.delivery.cover import COVERS, Cover, cover_key
from pipeline.delivery.ledger import read_ledger
from pipeline.delivery.pieces import Piece
from pipeline.delivery.plan import plan
from pipeline.materials import Master
from pipeline.production import Order
from pipeline.profiles import Profile
from pipeline.vault import Vault


def delivery_keys(
    masters: Sequence[Master], order: Order, *, narrators: str, profile: Profile, vault: Vault
) -> dict[str, set[str]]:
    """The keys in each of delivery's rooms that `deliver` would look for in the next run.

    Args:
        masters: every chapter's, as `deliver` gets them.

    Raises:
        InputError: a bit rate that the format does not have.
        MissingError: there is no ffmpeg.
    """
    nobody = Cover(Path(), "image/png", 1, 1, "")  # no sound depends on the picture
    pieces = plan(masters, order, narrators=narrators, cover=nobody, ffmpeg=find_ffmpeg(), vault=vault)
    keys: dict[str, set[str]] = {room: set() for room in (encoding.ROOM, settling.ROOM, measured.ROOM)}
    for piece in pieces:
        keys[encoding.ROOM].update(_encodings(piece, profile, vault))
        keys[measured.ROOM].update(measured.original_key(programme) for programme in piece.programmes)
        if piece.encodings:
            keys[settling.ROOM].add(settling.settling_key(piece.encodings, profile))
    written = read_ledger(order.output).get(order.name, {})
    keys[measured.ROOM].update(measured.measured_key(file.sha256) for file in written.values())
    keys[COVERS] = set() if order.production.cover else {cover_key(order.production.title, masters)}
    return keys


def _encodings(piece: Piece, profile: Profile, vault: Vault) -> set[str]:
    """The keys of a piece's sounds, as they were settled; as they are first tried, where they were not yet."""
    if not piece.encodings:
        return set()
    known = settling.remembered(vault, settling.settling_key(piece.encodings, profile))
    found = known or settling.beginning(piece.encodings, profile)
    return {
        sound.key if sound.lossy is None else sound.lossy.again(treatment).key
        for sound, treatment in zip(piece.encodings, found.treatments, strict=True)
    }
