"""From a chapter mix to a master, in two passes: listen and solve the gain, then render and measure what is written.

The first pass surveys the mix and runs the chain up to the limiter once; the gain is solved from what it heard. The
second renders with that gain and meters the very samples that go to the file. Only where limiter and target pull so
hard against each other that the forecast is off is a render repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.decibels import SILENCE_DB, db_to_gain
from pipeline.audio.dither import FULL_SCALE, FULL_SCALE_24, SHAPED_RATES_HZ, dithered, rounded_24
from pipeline.audio.files import BLOCK_FRAMES, read_mono_blocks, sound_shape, sound_writer, write_float_wav
from pipeline.audio.limiting import Reduction, limited
from pipeline.audio.resampling import resampled
from pipeline.audio.sound import Samples
from pipeline.mastering.chaining import cleaned, finished
from pipeline.mastering.gating import Powers, WeightedCells
from pipeline.mastering.remarks import remarks_on
from pipeline.mastering.room_tone import with_room_tone
from pipeline.mastering.solving import Model, Solution, envelope_of
from pipeline.mastering.surveying import survey
from pipeline.mastering.voices import voices_in, voices_lufs
from pipeline.materials import ChapterMix, Master
from pipeline.metering import Measurement, Meter
from pipeline.profiles import Profile, Requirement, requirements_of
from pipeline.vault import Entry, Vault, content_key

ROOM = "masters"
STAGE = "master/2"  # raise it when the same mix would make another master
RENDERS = 3
NEAR_DB = 0.03  # a render that comes so near the target is not repeated
FLOAT_BITS = 32


def master_chapter(
    mix: ChapterMix, *, number: int, title: str, profile: Profile, room_tone_dbfs: float, vault: Vault
) -> Master:
    """Finish a chapter to a profile, or fetch it from the vault when nothing it is made of has changed.

    A master of 3 s or more meets the profile's target within 0.05 dB, unless the ceiling forbids it; then
    ``requirements`` and ``remarks`` say what was reached and why, measured on the very samples that are kept. Neither
    number, title nor the roles' names are in the key: a chapter that is renamed is not mastered again.

    Args:
        mix: the assembled chapter, mono.
        number: the chapter's number.
        title: the chapter's title.
        profile: what it must meet, and how it is finished.
        room_tone_dbfs: RMS of the noise laid under everything.
        vault: gets the master in ``masters``: a FLAC; under a bare chain a float WAV.

    Raises:
        InputError: the mix holds samples that are no finite number, or has a rate that cannot be measured.
        StorageError: the disk is full or the vault cannot be written.
    """
    bare = profile.chain.bare
    key = master_key(mix, profile=profile, room_tone_dbfs=room_tone_dbfs)
    entry = vault.fetch(ROOM, key)
    if entry is None:

        def finish(path: Path) -> Mapping[str, Any]:
            return _copy(mix, path) if bare else _Finishing(mix, profile, room_tone_dbfs).write(path)

        entry = vault.keep(ROOM, key, ".wav" if bare else ".flac", finish)
    return _master_of(entry, mix, number=number, title=title, profile=profile)


def master_in_vault(
    mix: ChapterMix, *, number: int, title: str, profile: Profile, room_tone_dbfs: float, vault: Vault
) -> Master | None:
    """The master that `master_chapter` would fetch, as its card tells it, or None where the vault has none."""
    entry = vault.find(ROOM, master_key(mix, profile=profile, room_tone_dbfs=room_tone_dbfs))
    return _master_of(entry, mix, number=number, title=title, profile=profile) if entry else None


def master_key(mix: ChapterMix, *, profile: Profile, room_tone_dbfs: float) -> str:
    """The key of the master that `master_chapter` makes of a mix, in the vault's `ROOM`."""
    bare = profile.chain.bare
    return content_key(
        {
            "stage": STAGE,
            "mix": mix.key,
            "voices": voices_in(mix.marks),
            "figures": None if bare else _figures(profile),
            "room_tone_dbfs": None if bare else room_tone_dbfs,
        }
    )


def _master_of(entry: Entry, mix: ChapterMix, *, number: int, title: str, profile: Profile) -> Master:
    facts = entry.facts
    measured = Measurement.from_facts(facts["measurement"])
    roles = dict.fromkeys(mark.role for mark in mix.marks)
    remarks = remarks_on(profile, measured, facts)
    return Master(
        number=number,
        title=title,
        key=entry.key,
        path=entry.path,
        rate_hz=measured.rate_hz,
        channels=measured.channels,
        sample_count=measured.sample_count,
        lufs=measured.integrated_lufs,
        dbtp=measured.true_peak_dbtp,
        requirements=_explained(requirements_of(profile, measured), remarks),
        waveform=measured.waveform,
        marks=mix.marks,
        bits=FLOAT_BITS if profile.chain.bare else profile.bits,
        source_rate_hz=mix.rate_hz,
        voices_lufs={role: lufs for role, lufs in zip(roles, facts["voices_lufs"], strict=True) if lufs > SILENCE_DB},
        remarks=remarks,
    )


def _explained(requirements: tuple[Requirement, ...], remarks: tuple[str, ...]) -> tuple[Requirement, ...]:
    """The level stands first; where it is missed, it is told why."""
    level, *others = requirements
    return (level if level.met or not remarks else replace(level, remark=remarks[0]), *others)


def _figures(profile: Profile) -> dict[str, Any]:
    """What a master's sound depends on in a profile."""
    return {
        "measure": profile.measure,
        "target": profile.target,
        "ceiling_dbtp": profile.ceiling_dbtp if profile.limiter_dbtp is None else None,
        "limiter_dbtp": profile.limiter_dbtp,
        "rate_hz": profile.rate_hz,
        "channels": profile.channels,
        "bits": profile.bits,
        "chain": repr(profile.chain),
    }


def _copy(mix: ChapterMix, path: Path) -> Mapping[str, Any]:
    """The mix's very samples, looked through and measured."""
    shape = sound_shape(mix.path)
    survey(read_mono_blocks(mix.path), mix.rate_hz, mix.path)
    meter = Meter(mix.rate_hz, 1, shape.frames)
    cells = WeightedCells(mix.rate_hz)

    def heard() -> Iterator[Samples]:
        for block in cells.heard(read_mono_blocks(mix.path)):
            meter.add(block[:, np.newaxis])
            yield block

    write_float_wav(path, mix.rate_hz, shape.frames, heard())
    return {
        "measurement": meter.measurement().to_facts(),
        "voices_lufs": voices_lufs(cells.powers(), mix.marks, channels=1),
    }


class _Finishing:
    """One mix on its way to a master."""

    def __init__(self, mix: ChapterMix, profile: Profile, room_tone_dbfs: float) -> None:
        self._mix = mix
        self._profile = profile
        self._tone_dbfs = room_tone_dbfs
        self._survey = survey(cleaned(self._read(), profile.chain, mix.rate_hz), mix.rate_hz, mix.path)

    def write(self, path: Path) -> Mapping[str, Any]:
        """Render to ``path`` until the level is right; the last render stays, and its facts are returned."""
        model, solution = self._solve()
        renders = 0
        while renders < RENDERS:
            renders += 1
            measured, reduction, powers = self._render(solution.gain_db, path)
            again = self._corrected(model, solution, measured)
            if again is None:
                break
            solution = again
        needed_db = None
        if solution.gain_db >= solution.most_db:
            needed_db = model.needed_db(self._profile.target, solution.plain_db)
        return {
            "measurement": measured.to_facts(),
            "renders": renders,
            "gain_db": round(solution.gain_db, 4),
            "plain_gain_db": round(solution.plain_db, 4),
            "most_gain_db": round(solution.most_db, 4),
            "needed_gain_db": needed_db,
            "limited_most_db": round(reduction.most_db, 3),
            "limited_mean_db": round(reduction.mean_db, 3),
            "limited_share": round(reduction.share, 5),
            "speech_dbfs": round(self._survey.speech_dbfs, 3),
            "voices_lufs": voices_lufs(powers, self._mix.marks, self._profile.channels),
        }

    def _solve(self) -> tuple[Model, Solution]:
        """The first pass."""
        profile, surveyed = self._profile, self._survey
        envelope = envelope_of(self._finished(), self._mix.rate_hz, profile.rate_hz)
        model = Model(envelope, profile, self._tone_dbfs)
        if surveyed.speech_dbfs == SILENCE_DB:  # nothing to bring anywhere
            return model, Solution(0.0, 0.0, 0.0, SILENCE_DB, 1.0)
        return model, model.solve(profile.target)

    def _corrected(self, model: Model, solution: Solution, measured: Measurement) -> Solution | None:
        """The next gain to try, by the model's slope; None when this one is right or none is better."""
        profile = self._profile
        level = getattr(measured, profile.measure)
        if SILENCE_DB in (level, self._survey.speech_dbfs):
            return None
        gain_db = min(solution.gain_db + (profile.target - level) / solution.slope, solution.most_db)
        if profile.limiter_dbtp is None:
            gain_db = min(gain_db, solution.gain_db + profile.ceiling_dbtp - measured.true_peak_dbtp)
        if abs(gain_db - solution.gain_db) * solution.slope <= NEAR_DB:
            return None
        return model.foretold(gain_db, solution.plain_db, solution.most_db)

    def _render(self, gain_db: float, path: Path) -> tuple[Measurement, Reduction, Powers]:
        """The second pass: write the master, and measure what is written."""
        profile, rate_hz = self._profile, self._profile.rate_hz
        reduction, cells = Reduction(), WeightedCells(rate_hz)
        gain = np.float32(db_to_gain(gain_db))
        louder = (block * gain for block in resampled(self._finished(), self._mix.rate_hz, rate_hz))
        blocks = with_room_tone(louder, self._tone_dbfs, rate_hz, self._seed("room tone"))
        if profile.limiter_dbtp is not None:
            blocks = limited(blocks, profile.limiter_dbtp, rate_hz, reduction)
        meter = Meter(rate_hz, profile.channels, round(self._mix.seconds * rate_hz))
        with sound_writer(path, rate_hz, channels=profile.channels, subtype=f"PCM_{profile.bits}") as write:

            def written() -> Iterator[Samples]:
                for steps, block in self._quantised(blocks):
                    meter.add(np.broadcast_to(block[:, np.newaxis], (len(block), profile.channels)))
                    write(np.repeat(steps[:, np.newaxis], profile.channels, axis=1))
                    yield block

            for _ in cells.heard(written()):
                pass
        return meter.measurement(), reduction, cells.powers()

    def _quantised(self, blocks: Iterable[Samples]) -> Iterator[tuple[np.ndarray[Any, Any], Samples]]:
        """What goes to the file, and the same as a reader of it will see it."""
        if self._profile.bits == 16:
            shaped = self._profile.chain.shaped_dither and self._profile.rate_hz in SHAPED_RATES_HZ
            for steps in dithered(blocks, self._seed("dither"), shaped=shaped):
                yield steps, steps.astype(np.float32) / np.float32(FULL_SCALE)
        else:
            for steps_24 in rounded_24(blocks):
                yield steps_24 << 8, steps_24.astype(np.float32) / np.float32(FULL_SCALE_24)

    def _read(self) -> Iterator[Samples]:
        return read_mono_blocks(self._mix.path, BLOCK_FRAMES)

    def _finished(self) -> Iterator[Samples]:
        return finished(self._read(), self._profile.chain, self._survey, self._mix.rate_hz)

    def _seed(self, purpose: str) -> int:
        """A seed of its own for each noise, so that the same mix always gets the same."""
        return int.from_bytes(hashlib.sha256(f"{self._mix.key} {purpose}".encode()).digest()[:8], "big")
