"""Masters in, files for the listener out: only what is missing or has changed is made."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery.cover import settle_cover
from pipeline.delivery.encoding import Heard, encoded
from pipeline.delivery.ledger import (
    Written,
    read_ledger,
    refuse_shared_names,
    remove_stale,
    set_aside,
    unchanged,
    write_ledger,
)
from pipeline.delivery.pieces import Piece
from pipeline.delivery.plan import plan
from pipeline.errors import StoppedError
from pipeline.materials import Deliverable, Master
from pipeline.production import Order
from pipeline.vault import Vault, disk_errors, file_sha256, new_file

ReportProgress = Callable[[str, float], None]
REPORT_EVERY_S = 0.25


def deliver(
    masters: Sequence[Master],
    order: Order,
    *,
    vault: Vault,
    narrators: str,
    report_progress: ReportProgress | None = None,
) -> tuple[Deliverable, ...]:
    """Deliver a title in every format that its production lists.

    Files appear under their names only when they are whole. A file that is there, ours and made from the same things
    is left as it is. Encodings are kept in the vault, so a run that was stopped goes on with the file it was at. When
    all is written, files of an earlier run that are not wanted any more are removed, unless somebody changed them.

    Args:
        masters: chapters in order, of one sampling rate and channel count.
        order: where to and in which formats.
        vault: holds the encodings and a drawn cover.
        narrators: the narrator credit for the tags.
        report_progress: called from this thread with a file's name and the share done, 0 … 1.

    Returns:
        Formats in the order of the production, chapters in order.

    Raises:
        InputError: a cover or a bit rate that will not do; a file of that name belongs to another production.
        MissingError: there is no ffmpeg.
        StorageError: the disk is full or the folder cannot be written.
        EngineError: ffmpeg failed.
    """
    assert masters, "a title has at least one chapter"
    assert len({(master.rate_hz, master.channels) for master in masters}) == 1, "masters of one title are alike"
    assert len({master.number for master in masters}) == len(masters), "chapters have numbers of their own"
    output = order.output
    with disk_errors(output):
        output.mkdir(parents=True, exist_ok=True)
    ffmpeg = find_ffmpeg()
    cover = settle_cover(order, masters, vault)
    pieces = plan(masters, order, narrators=narrators, cover=cover, ffmpeg=ffmpeg)
    ledger = read_ledger(output)
    refuse_shared_names(ledger, order.name, (piece.name for piece in pieces), output)
    earlier = ledger.get(order.name, {})

    def note(piece: Piece, written: Written) -> None:
        ledger[order.name] = {**ledger.get(order.name, {}), piece.name: written}
        write_ledger(output, ledger)

    written = _make_all(pieces, output, earlier, vault=vault, note=note, report_progress=report_progress)
    remove_stale(output, earlier, written)
    write_ledger(output, {**ledger, order.name: written})
    return tuple(
        Deliverable(output / piece.name, piece.format, written[piece.name].sha256, written[piece.name].bytes)
        for piece in pieces
    )


def _make_all(
    pieces: Sequence[Piece],
    output: Path,
    earlier: dict[str, Written],
    *,
    vault: Vault,
    note: Callable[[Piece, Written], None],
    report_progress: ReportProgress | None,
) -> dict[str, Written]:
    """Make every piece, as many at a time as there are cores; the first failure stops the others."""
    stop = threading.Event()
    heard_s = dict.fromkeys((piece.name for piece in pieces), 0.0)
    total_s = sum(piece.seconds for piece in pieces) or 1.0
    done: dict[str, Written] = {}

    def listener(name: str) -> Heard:
        def heard(seconds: float) -> None:
            if stop.is_set():
                raise StoppedError("stopped", next_step="run the same command again; it goes on from here")
            heard_s[name] = seconds

        return heard

    with ThreadPoolExecutor(os.cpu_count() or 1, "deliver") as pool:
        # the longest first: one M4B takes as long as many MP3s
        queue = sorted(pieces, key=lambda piece: -piece.seconds)
        making: dict[Future[Written], Piece] = {
            pool.submit(_make, piece, output, earlier.get(piece.name), vault, listener(piece.name)): piece
            for piece in queue
        }
        waiting: set[Future[Written]] = set(making)
        name = queue[0].name
        try:
            while waiting:
                ready, waiting = wait(waiting, timeout=REPORT_EVERY_S, return_when=FIRST_COMPLETED)
                for future in ready:
                    piece = making[future]
                    name = piece.name
                    done[name] = future.result()
                    heard_s[name] = piece.seconds
                    note(piece, done[name])
                if report_progress is not None:
                    report_progress(name, min(sum(heard_s.values()) / total_s, 1.0) if waiting else 1.0)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return done


def _make(piece: Piece, output: Path, earlier: Written | None, vault: Vault, heard: Heard) -> Written:
    """One file, unless it is there as we would write it."""
    path = output / piece.name
    heard(0.0)
    ours = earlier is not None and unchanged(path, earlier)
    if ours and earlier is not None and earlier.key == piece.key:
        return earlier
    sounds = [sound if isinstance(sound, Path) else encoded(vault, sound, heard) for sound in piece.sounds]
    with new_file(path) as making:
        piece.pack(sounds, making)
        written = Written(piece.key, file_sha256(making), making.stat().st_size)
        if not ours and not unchanged(path, written):
            set_aside(path)
    return written
