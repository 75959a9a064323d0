"""Masters in, files for the listener out: only what is missing or has changed is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.audio.sound import Samples
from pipeline.delivery.cover import settle_cover
from pipeline.delivery.crew import ReportProgress, Task, work_off
from pipeline.delivery.encoding import Encoding, Heard, encoded
from pipeline.delivery.ledger import (
    Ledger,
    Written,
    read_ledger,
    refuse_shared_names,
    remove_stale,
    set_aside,
    unchanged,
    write_ledger,
)
from pipeline.delivery.measured import measured, original
from pipeline.delivery.pieces import Piece
from pipeline.delivery.plan import plan
from pipeline.delivery.programme import Programme
from pipeline.delivery.settling import (
    MOST_ROUNDS,
    PeakWatch,
    Settled,
    beginning,
    is_settled,
    level_miss_db,
    next_round,
    noted,
    remark_on,
    remember,
    remembered,
    settling_key,
)
from pipeline.materials import Deliverable, Master
from pipeline.metering import Measurement
from pipeline.production import Order
from pipeline.profiles import Profile
from pipeline.vault import Vault, content_key, disk_errors, file_sha256, new_file

MEASURING = 0.2  # what measuring a second of sound costs, in seconds of encoding it; for the progress only
LOOK, FINISH, ENCODE = 0.0, 1.0, 2.0  # urgencies: what is begun is ended first, so that no long piece is left alone


def deliver(
    masters: Sequence[Master],
    order: Order,
    *,
    vault: Vault,
    narrators: str,
    profile: Profile,
    report_progress: ReportProgress | None = None,
) -> tuple[Deliverable, ...]:
    """Deliver a title in every format that its production lists.

    Files appear under their names only when they are whole. A file that is there, ours and made from the same things
    is left as it is. Encodings are kept in the vault, so a run that was stopped goes on with the file it was at, or
    with the segment of it. Every sound file is decoded and measured; a lossy one that is not as loud as its master,
    or whose true peak is over the profile's ceiling, is encoded again (`pipeline.delivery.settling`). When all is
    written, files of an earlier run that are not wanted any more are removed, unless somebody changed them.

    Args:
        masters: chapters in order, of one sampling rate and channel count.
        order: where to and in which formats.
        vault: holds the encodings, their measurements and a drawn cover.
        narrators: the narrator credit for the tags.
        profile: what the masters were made to.
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
    cover = settle_cover(order, masters, vault)
    pieces = plan(masters, order, narrators=narrators, cover=cover, ffmpeg=find_ffmpeg(), vault=vault)
    ledger = read_ledger(output)
    refuse_shared_names(ledger, order.name, (piece.name for piece in pieces), output)
    earlier = ledger.get(order.name, {})
    delivery = _Delivery(output, order.name, ledger, earlier, vault, profile)
    foreseen_s = sum(piece.seconds + piece.packed_s + MEASURING * _measured_s(piece) for piece in pieces)
    work_off((delivery.look(piece) for piece in pieces), foreseen_s, report_progress)
    written = {name: made.written for name, made in delivery.made.items()}
    remove_stale(output, earlier, written)
    write_ledger(output, {**ledger, order.name: written})
    return tuple(_deliverable(output, piece, delivery.made[piece.name]) for piece in pieces)


@dataclass(frozen=True)
class _Made:
    """A file that is there, what it measures and how it came to be."""

    written: Written
    measured: Measurement | None
    settled: Settled | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Round:
    """What is wanted next for a piece: its sounds with the treatment that they get now, or got in an earlier run."""

    settled: Settled
    encodings: tuple[Encoding, ...]
    as_before: bool


@dataclass
class _Delivery:
    """One title's delivery: the tasks of each piece, in their order. Its own thread alone changes it."""

    output: Path
    name: str
    ledger: Ledger
    earlier: dict[str, Written]
    vault: Vault
    profile: Profile
    made: dict[str, _Made] = field(default_factory=dict)
    blocked: dict[str, tuple[Piece, _Round, set[str]]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    ready: set[str] = field(default_factory=set)

    def look(self, piece: Piece) -> Task:
        """Whether the file is there as we would write it; else how its sounds were settled last time."""
        key = piece_key(piece, self.profile)
        earlier = self.earlier.get(piece.name)

        def work(heard: Heard) -> _Made | _Round:
            heard(0.0)
            path = self.output / piece.name
            if earlier is not None and earlier.key == key and unchanged(path, earlier):
                return self._as_before(piece, path, earlier, heard)
            known = remembered(self.vault, settling_key(piece.encodings, self.profile)) if piece.encodings else None
            start = beginning(piece.encodings, self.profile) if known is None else known
            return self._round(piece, start, as_before=known is not None)

        return Task(piece.name, LOOK, 0.0, work, partial(self._after, piece))

    def _as_before(self, piece: Piece, path: Path, written: Written, heard: Heard) -> _Made:
        found = measured(self.vault, path, written.sha256, lambda _: heard(0.0)) if piece.is_audio else None
        settled = remembered(self.vault, settling_key(piece.encodings, self.profile)) if piece.encodings else None
        return _Made(written, found, settled, _remarks(piece, settled, self.profile))

    def _round(self, piece: Piece, settled: Settled, *, as_before: bool = False) -> _Round:
        encodings = tuple(
            encoding if encoding.lossy is None else encoding.lossy.again(treatment)
            for encoding, treatment in zip(piece.encodings, settled.treatments, strict=True)
        )
        return _Round(settled, encodings, as_before)

    def _after(self, piece: Piece, result: _Made | _Round) -> list[Task]:
        if isinstance(result, _Made):
            self.made[piece.name] = result
            self.ledger[self.name] = {**self.ledger.get(self.name, {}), piece.name: result.written}
            write_ledger(self.output, self.ledger)
            return []
        return self._tasks_of(piece, result)

    def _tasks_of(self, piece: Piece, wanted: _Round) -> list[Task]:
        """What must be there before the piece can be finished, each thing once for all pieces that want it."""
        needs = {
            **{encoding.key: self._encode(piece, encoding) for encoding in wanted.encodings},
            **{_original_key(programme): self._measure(piece, programme) for programme in piece.programmes},
        }
        missing = needs.keys() - self.ready
        if not missing:
            return [self._finish(piece, wanted)]
        self.blocked[piece.name] = piece, wanted, set(missing)
        tasks = [needs[key] for key in needs if key in missing - self.asked]
        self.asked |= missing
        return tasks

    def _is_ready(self, key: str) -> list[Task]:
        """Finish what waited for this alone."""
        self.ready.add(key)
        tasks = []
        for name, (piece, wanted, missing) in list(self.blocked.items()):
            missing.discard(key)
            if not missing:
                del self.blocked[name]
                tasks.append(self._finish(piece, wanted))
        return tasks

    def _encode(self, piece: Piece, encoding: Encoding) -> Task:
        def work(heard: Heard) -> None:
            encoded(self.vault, encoding, heard)

        # the longest first: one M4B takes as long as many MP3s
        urgency = ENCODE - piece.seconds / (piece.seconds + 1.0)
        return Task(piece.name, urgency, encoding.seconds, work, lambda _: self._is_ready(encoding.key))

    def _measure(self, piece: Piece, programme: Programme) -> Task:
        def work(heard: Heard) -> None:
            original(self.vault, programme, lambda _: heard(0.0))

        key = _original_key(programme)
        return Task(piece.name, ENCODE, MEASURING * programme.seconds, work, lambda _: self._is_ready(key))

    def _finish(self, piece: Piece, wanted: _Round) -> Task:
        """Pack it and measure the file; under its name it is put only when it is right, or when we have tried."""
        seconds = piece.packed_s + MEASURING * _measured_s(piece)

        def work(heard: Heard) -> _Made | _Round:
            by_key = {encoding.key: encoded(self.vault, encoding, heard) for encoding in wanted.encodings}
            paths = iter(by_key[encoding.key] for encoding in wanted.encodings)
            sounds = [sound if isinstance(sound, Path) else next(paths) for sound in piece.sounds]
            try:
                with new_file(self.output / piece.name) as making:
                    return self._packed(piece, wanted, sounds=sounds, making=making, heard=heard)
            except _AnotherRound as another:
                return self._round(piece, another.settled)

        return Task(piece.name, FINISH, seconds, work, partial(self._after, piece))

    def _packed(self, piece: Piece, wanted: _Round, *, sounds: Sequence[Path], making: Path, heard: Heard) -> _Made:
        settled = wanted.settled
        if piece.packed_s:
            piece.pack(sounds, making, heard=heard)
        else:
            piece.pack(sounds, making)
        if settled.turned_db and piece.turn is not None:
            piece.turn(making, settled.turned_db)
        found: Measurement | None = None
        while True:
            sha256 = file_sha256(making)
            peaks: tuple[float, ...] = ()
            if piece.is_audio:
                found, peaks = self._heard(piece, making, sha256, heard)
            if not piece.encodings or not all(encoding.lossy for encoding in piece.encodings):
                break
            settled, following = self._judged(
                piece, settled, encodings=wanted.encodings, found=found, peaks=peaks, sounds=sounds, heard=heard
            )
            if wanted.as_before and settled == replace(wanted.settled, rounds=wanted.settled.rounds + 1):
                settled = wanted.settled  # the same file as then
                break
            if following is None:
                remember(self.vault, settling_key(piece.encodings, self.profile), settled)
                break
            if following.treatments != settled.treatments or piece.turn is None:
                raise _AnotherRound(following)
            piece.turn(making, following.turned_db - settled.turned_db)
            settled = following
        written = Written(piece_key(piece, self.profile), sha256, making.stat().st_size)
        path = self.output / piece.name
        before = self.earlier.get(piece.name)
        if not (before is not None and unchanged(path, before)) and not unchanged(path, written):
            set_aside(path)
        return _Made(written, found, settled if piece.encodings else None, _remarks(piece, settled, self.profile))

    def _heard(self, piece: Piece, making: Path, sha256: str, heard: Heard) -> tuple[Measurement, tuple[float, ...]]:
        """What the file measures, and the true peak of each of its sounds."""
        parts = [encoding for encoding in piece.encodings if encoding.lossy is not None]
        if len(parts) < 2:
            found = measured(self.vault, making, sha256, lambda _: heard(piece.packed_s))
            return found, (found.true_peak_dbtp,) * len(parts)
        ends_s = np.cumsum([part.seconds for part in parts]).tolist()
        watch = PeakWatch(self.profile.ceiling_dbtp, ends_s, piece.programmes[0].rate_hz)

        def listen(block: Samples) -> None:
            heard(piece.packed_s)
            watch.add(block)

        found = measured(self.vault, making, sha256, listen)
        peaks = watch.peaks_dbtp()
        if max(peaks) < found.true_peak_dbtp:  # it was measured before, and nothing was heard now
            peaks = (found.true_peak_dbtp,) * len(parts)
        return found, peaks

    def _judged(
        self,
        piece: Piece,
        settled: Settled,
        *,
        encodings: Sequence[Encoding],
        found: Measurement | None,
        peaks: tuple[float, ...],
        sounds: Sequence[Path],
        heard: Heard,
    ) -> tuple[Settled, Settled | None]:
        """This round's figures, and the next round where one is needed and there is one left.

        A package of sounds is judged by the sounds in it, each against its own master; the worst one counts.
        """
        programmes = [encoding.lossy.programme for encoding in piece.encodings if encoding.lossy is not None]
        if found is not None:
            miss_db = level_miss_db(self.profile, found, original(self.vault, programmes[0]))
            peak_dbtp = found.true_peak_dbtp
        else:
            each = [measured(self.vault, sound, file_sha256(sound), lambda _: heard(0.0)) for sound in sounds]
            misses = [
                level_miss_db(self.profile, one, original(self.vault, programme))
                for one, programme in zip(each, programmes, strict=True)
            ]
            miss_db = max(misses, key=abs)
            peaks = tuple(one.true_peak_dbtp for one in each)
            peak_dbtp = max(peaks)
        settled = noted(settled, self.profile, miss_db, peak_dbtp)
        if is_settled(settled, self.profile) or settled.rounds >= MOST_ROUNDS:
            return settled, None
        following = next_round(
            settled,
            encodings,
            self.profile,
            peaks,
            can_turn=piece.turn is not None and found is not None,
            listen=lambda _: heard(piece.packed_s),
        )
        return settled, following


class _AnotherRound(Exception):
    """The file is not right yet: nothing is put under its name."""

    def __init__(self, settled: Settled) -> None:
        super().__init__()
        self.settled = settled


def piece_key(piece: Piece, profile: Profile) -> str:
    """The piece's key; of a lossy file it holds what it is settled to."""
    if not piece.encodings:
        return piece.key
    return content_key({"piece": piece.key, "settling": settling_key(piece.encodings, profile)})


def _original_key(programme: Programme) -> str:
    return content_key({"original": programme.facts()})


def _measured_s(piece: Piece) -> float:
    """Seconds of sound that are measured when it is finished."""
    return piece.seconds or piece.packed_s


def _remarks(piece: Piece, settled: Settled | None, profile: Profile) -> tuple[str, ...]:
    if settled is None or not settled.rounds or is_settled(settled, profile):
        return ()
    return (remark_on(piece.name, settled, profile),)


def _deliverable(output: Path, piece: Piece, made: _Made) -> Deliverable:
    rounds = made.settled.rounds if made.settled is not None else 0
    path = output / piece.name
    return Deliverable(
        path, piece.format, made.written.sha256, made.written.bytes, made.measured, rounds, made.remarks
    )
