"""Settling: a lossy file is decoded and measured, and encoded again until it is what the profile wants.

Encoders shift the level and raise peaks, by how much depends on the sound. So the level of the decoded file is held
against the master's, its true peak against the profile's ceiling; what is missed is made good in what the encoder is
fed. Of a file in segments only those that overshoot are limited further and encoded again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from pipeline.audio.decibels import SILENCE_DB, db_to_gain, gain_to_db
from pipeline.audio.sound import Samples
from pipeline.audio.true_peak import MARGIN, highest_peak
from pipeline.delivery.encoding import Encoding
from pipeline.delivery.programme import Treatment
from pipeline.metering import Measurement, Meter
from pipeline.profiles import Profile
from pipeline.vault import Vault, content_key

ROOM = "settlings"
STAGE = "settle/1"
MOST_ROUNDS = 3
GAIN_STEPS = 4  # of looking for a gain; each costs a pass over what is fed
MOST_GAIN_DB = 3.0  # that a round adds: more is lost in the limiter
NEAR_DB = 0.1  # how far from the master's level a decoded file may be
CLEARANCES_DB = (0.2, 0.6)  # further down than a peak overshot, after each round: another encoding is another noise
GATED_DB = -70.0  # a level at or under BS.1770's absolute gate is no level of anything


@dataclass(frozen=True)
class Settled:
    """How a lossy file came to be.

    Attributes:
        treatments: of each sound it is made of.
        turned_db: by how much its header makes players play it louder.
        rounds: how often it was made and measured.
        level_shift_db: how far the first one's level was from the master's.
        overshoot_db: how far the first one's true peak was over the ceiling; negative is under.
        level_miss_db: how far the last one's level is from the master's.
        true_peak_dbtp: the last one's.
    """

    treatments: tuple[Treatment, ...]
    turned_db: float = 0.0
    rounds: int = 0
    level_shift_db: float = 0.0
    overshoot_db: float = 0.0
    level_miss_db: float = 0.0
    true_peak_dbtp: float = SILENCE_DB


def beginning(sounds: Sequence[Encoding], profile: Profile) -> Settled:
    """The first round: what is known about the encoders is made good from the start."""
    return Settled(tuple(_first_treatment(sound, profile) for sound in sounds))


def level_of(profile: Profile, measurement: Measurement) -> float:
    """The figure that the profile measures level by."""
    return float(getattr(measurement, profile.measure))


def level_miss_db(profile: Profile, decoded: Measurement, master: Measurement) -> float:
    """How much louder the decoded file is than its master; 0 where there is nothing to be heard."""
    levels = level_of(profile, decoded), level_of(profile, master)
    return 0.0 if min(levels) <= GATED_DB else levels[0] - levels[1]


def is_settled(found: Settled, profile: Profile) -> bool:
    """Whether the file is as loud as its master and under the ceiling."""
    return abs(found.level_miss_db) <= NEAR_DB and found.true_peak_dbtp <= profile.ceiling_dbtp


def noted(before: Settled, profile: Profile, miss_db: float, true_peak_dbtp: float) -> Settled:
    """A round's figures entered."""
    first = before.rounds == 0
    over_db = true_peak_dbtp - profile.ceiling_dbtp
    return replace(
        before,
        rounds=before.rounds + 1,
        level_shift_db=round(miss_db if first else before.level_shift_db, 3),
        overshoot_db=round(over_db if first else before.overshoot_db, 3),
        level_miss_db=round(miss_db, 3),
        true_peak_dbtp=round(true_peak_dbtp, 3),
    )


def next_round(
    found: Settled,
    sounds: Sequence[Encoding],
    profile: Profile,
    peaks_dbtp: Sequence[float],
    *,
    can_turn: bool,
    listen: Callable[[Samples], None] = lambda _: None,
) -> Settled:
    """What to do differently.

    Args:
        found: the round that missed.
        sounds: that were encoded for it.
        profile: whose ceiling holds.
        peaks_dbtp: true peak of each sound as it was decoded, exact over the ceiling.
        can_turn: the level is corrected in the file's header, which costs no encoding.
        listen: hears what is measured meanwhile; what it raises stops it.
    """
    raise_db = -found.level_miss_db if abs(found.level_miss_db) > NEAR_DB else 0.0
    overs_db = [peak_dbtp + raise_db - profile.ceiling_dbtp for peak_dbtp in peaks_dbtp]
    if can_turn and max(overs_db) <= 0.0:
        return replace(found, turned_db=round(found.turned_db + raise_db, 3))
    if len(sounds) == 1 and max(overs_db) > 0.0:
        return replace(found, treatments=(_refitted(found, sounds[0], profile, peaks_dbtp[0], listen),))
    treatments = tuple(
        Treatment(
            round(treatment.gain_db + raise_db, 3),
            _lowered(treatment, sound, profile, over_db, found.rounds) if over_db > 0.0 else treatment.ceiling_dbtp,
        )
        for treatment, sound, over_db in zip(found.treatments, sounds, overs_db, strict=True)
    )
    return replace(found, treatments=treatments)


def _refitted(
    found: Settled, sound: Encoding, profile: Profile, peak_dbtp: float, listen: Callable[[Samples], None]
) -> Treatment:
    """A lower ceiling takes level away, more gain brings peaks back: the gain is found before anything is encoded."""
    (before,) = found.treatments
    assert sound.lossy is not None
    programme = sound.lossy.programme

    def level_db(treatment: Treatment) -> float:
        meter = Meter(programme.rate_hz, programme.channels)
        for block in programme.treated(treatment):
            listen(block)
            meter.add(block)
        return level_of(profile, meter.measurement())

    wanted_db = level_db(before) - found.level_miss_db
    over_db = max(peak_dbtp - profile.ceiling_dbtp, 0.0)
    ceiling_dbtp = _lowered(before, sound, profile, over_db, found.rounds)
    gain_db = before.gain_db - found.level_miss_db
    for _ in range(GAIN_STEPS):
        missed_db = wanted_db - level_db(Treatment(gain_db, ceiling_dbtp))
        gain_db = min(gain_db + missed_db, before.gain_db + MOST_GAIN_DB)
        if abs(missed_db) < NEAR_DB / 5:
            break
    return Treatment(round(gain_db, 3), ceiling_dbtp)


def _lowered(treatment: Treatment, sound: Encoding, profile: Profile, over_db: float, rounds: int) -> float:
    """The ceiling that what is fed had, less what came out over it."""
    assert sound.lossy is not None
    fed_dbtp = min(profile.ceiling_dbtp, sound.lossy.programme.highest_dbtp + treatment.gain_db)
    held = fed_dbtp if treatment.ceiling_dbtp is None else treatment.ceiling_dbtp
    clearance_db = CLEARANCES_DB[min(rounds, len(CLEARANCES_DB)) - 1] if over_db > 0.0 else 0.0
    return round(held - over_db - clearance_db, 3)


def remark_on(name: str, found: Settled, profile: Profile) -> str:
    """What a producer is told when the rounds did not suffice."""
    return (
        f"{name}: after {found.rounds} encodings the decoded file is {found.level_miss_db:+.2f} dB from its master "
        f"and its true peak is {found.true_peak_dbtp:.2f} dBTP where {profile.ceiling_dbtp:g} are allowed; "
        "a lower level or ceiling of the master leaves the encoder more room"
    )


def remembered(vault: Vault, key: str) -> Settled | None:
    """How these sounds were settled last time."""
    entry = vault.fetch(ROOM, key)
    if entry is None:
        return None
    facts = dict(entry.facts)
    treatments = tuple(Treatment(**treatment) for treatment in facts.pop("treatments"))
    return Settled(treatments, **facts)


def remember(vault: Vault, key: str, found: Settled) -> None:
    """Keep it, so that the next run begins where this one ended."""

    def write(making: Path) -> Mapping[str, object]:
        making.write_text(json.dumps(asdict(found)), encoding="utf-8")
        return asdict(found)

    vault.keep(ROOM, key, ".settling", write)


def settling_key(sounds: Sequence[Encoding], profile: Profile) -> str:
    """Of what a settling depends on."""
    aims = {"measure": profile.measure, "ceiling_dbtp": profile.ceiling_dbtp}
    return content_key({"stage": STAGE, "sounds": [sound.key for sound in sounds], **aims})


@dataclass
class PeakWatch:
    """Listens to a decoded file and knows the true peak of each of its parts, exact where it is over the ceiling.

    Attributes:
        rate_hz: of what is decoded.
        ceiling_dbtp: over which peaks are wanted exactly.
        ends_s: where each part ends, in seconds.
    """

    ceiling_dbtp: float
    ends_s: Sequence[float]
    rate_hz: int
    _peaks: list[float] = field(default_factory=list)
    _tail: Samples | None = None
    _heard: int = 0  # samples that have been looked at

    def __post_init__(self) -> None:
        self._peaks = [0.0] * len(self.ends_s)

    def add(self, block: Samples) -> None:
        """Append ``[n, channels]``."""
        if self._tail is None:
            self._tail = np.zeros((MARGIN, block.shape[1]), np.float32)
        self._look(np.concatenate([self._tail, block]))

    def peaks_dbtp(self) -> tuple[float, ...]:
        """Of each part; silence where none is over the ceiling. Call it once, at the end."""
        if self._tail is not None:
            self._look(np.concatenate([self._tail, np.zeros((MARGIN, self._tail.shape[1]), np.float32)]))
        return tuple(gain_to_db(peak) for peak in self._peaks)

    def _look(self, joined: Samples) -> None:
        """Look at all but the last `MARGIN` samples of what there is; they are the next call's first."""
        inner = len(joined) - 2 * MARGIN
        if inner <= 0:
            self._tail = joined
            return
        floor = db_to_gain(self.ceiling_dbtp)
        for part, (start, end) in enumerate(self._parts()):
            first, last = max(start - self._heard, 0), min(end - self._heard, inner)
            if first < last:
                for channel in joined[first : last + 2 * MARGIN].T:
                    peak, at = highest_peak(np.ascontiguousarray(channel), floor)
                    if at >= 0:
                        self._peaks[part] = max(self._peaks[part], peak)
        self._heard += inner
        self._tail = joined[inner:].copy()

    def _parts(self) -> Iterator[tuple[int, int]]:
        """From which sample to which; the last one takes what comes after it too."""
        ends = [round(end_s * self.rate_hz) for end_s in self.ends_s[:-1]] + [1 << 62]
        return zip([0, *ends[:-1]], ends, strict=True)


def _first_treatment(sound: Encoding, profile: Profile) -> Treatment:
    if sound.lossy is None:
        return Treatment()
    prior = sound.lossy.prior
    fed_dbtp = profile.ceiling_dbtp - prior.margin_db
    highest_dbtp = sound.lossy.programme.highest_dbtp + prior.gain_db
    return Treatment(prior.gain_db, round(fed_dbtp, 3) if highest_dbtp > fed_dbtp else None)
