"""Lays the takes of a chapter on its timeline and keeps the mix in the vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio.files import BLOCK_FRAMES, read_sound, sound_shape, write_float_wav
from pipeline.audio.resampling import resample
from pipeline.audio.sound import Samples, Sound
from pipeline.materials import ChapterChunks, ChapterMix, Mark, Take
from pipeline.mixing.lost import TakeLost
from pipeline.mixing.matching import VoiceLevels
from pipeline.mixing.timeline import Timeline, lay_out, pause_after
from pipeline.mixing.trimming import Span, cut, find_speech
from pipeline.production import Mix, Pauses
from pipeline.vault import Entry, Vault, content_key

ROOM = "mixes"
STAGE = "mix/2"  # raise it when the same takes would make another sound


def mix_chapter(
    chapter: ChapterChunks,
    takes: Sequence[Take],
    *,
    gains_db: Mapping[str, float],
    pauses: Pauses,
    spec: Mix,
    vault: Vault,
    needed: Callable[[ChapterMix], bool] = lambda _mix: True,
) -> ChapterMix:
    """Assemble a chapter, or fetch it from the vault when nothing it is made of has changed.

    Takes are trimmed, faded, levelled by role, given their role's gain and laid with exact pauses between them; what
    lies between is silent here, room tone comes with mastering. The mix has the highest rate among the takes; others
    are resampled.

    The key knows what is heard (takes, gains, pauses, trimming) and not what it is called, so that a chapter that is
    moved or renumbered is not mixed again; marks are made anew from the chapter's chunks.

    Args:
        chapter: its chunks; at least one.
        takes: ``takes[i]`` is the circled take of ``chapter.chunks[i]``.
        gains_db: level of each role in dB; a role that is missing has 0 dB.
        pauses: seconds by reason; the head before the first clip and the tail after the last. A chunk's own
            ``asked_s`` comes before its reason's pause, and after the last chunk before the tail.
        spec: trimming and fades.
        vault: holds the takes in ``takes`` and gets the mix in ``mixes`` (mono float32 WAV or RF64).
        needed: asked with a mix that the vault has, as its card tells it, whether its sound is needed; when it is
            not, because its master is there, the sound is neither read nor verified.

    Raises:
        TakeLost: a take is gone from the vault or was damaged; record it again.
        StorageError: the disk is full or the vault cannot be written.
    """
    assert len(takes) == len(chapter.chunks) > 0, "one take for each chunk"
    plan = _plan(chapter, [take.key for take in takes], gains_db=gains_db, pauses=pauses, spec=spec)
    entry = vault.find(ROOM, plan.key)
    if entry is None or needed(_mix_of(entry, chapter)):
        entry = vault.fetch(ROOM, plan.key)
    if entry is None:
        entry = vault.keep(ROOM, plan.key, ".wav", lambda path: _assemble(plan, takes, vault, path))
    return _mix_of(entry, chapter)


def mix_in_vault(
    chapter: ChapterChunks,
    take_keys: Sequence[str],
    *,
    gains_db: Mapping[str, float],
    pauses: Pauses,
    spec: Mix,
    vault: Vault,
) -> ChapterMix | None:
    """The mix that `mix_chapter` would fetch, as its card tells it, or None where the vault has none.

    Args:
        take_keys: ``take_keys[i]`` is the key of the circled take of ``chapter.chunks[i]``.
    """
    plan = _plan(chapter, take_keys, gains_db=gains_db, pauses=pauses, spec=spec)
    entry = vault.find(ROOM, plan.key)
    return _mix_of(entry, chapter) if entry else None


def _plan(
    chapter: ChapterChunks, take_keys: Sequence[str], *, gains_db: Mapping[str, float], pauses: Pauses, spec: Mix
) -> _Plan:
    levels = [gains_db.get(chunk.role, 0.0) for chunk in chapter.chunks]
    *rests, _ = [pause_after(chunk, pauses) for chunk in chapter.chunks]
    asked_s = chapter.chunks[-1].asked_s
    return _Plan(
        take_keys=tuple(take_keys),
        roles=tuple(chunk.role for chunk in chapter.chunks),
        gains_db=tuple(levels),
        head_s=pauses.head_s,
        rests_s=tuple(rests),
        tail_s=pauses.tail_s if asked_s is None else asked_s,
        spec=spec,
    )


@dataclass(frozen=True)
class _Plan:
    """All that a mix depends on, the takes' sound by their keys."""

    take_keys: tuple[str, ...]
    roles: tuple[str, ...]  # of each take
    gains_db: tuple[float, ...]  # of each take
    head_s: float
    rests_s: tuple[float, ...]  # between takes: one fewer
    tail_s: float
    spec: Mix

    @property
    def key(self) -> str:
        return content_key(
            {
                "stage": STAGE,
                "takes": self.take_keys,
                "voices": [self.roles.index(role) for role in self.roles] if self.spec.match_voices else [],
                "gains_db": self.gains_db,
                "pauses_s": [self.head_s, *self.rests_s, self.tail_s],
                "spec": self.spec.model_dump(mode="json", exclude={"room_tone_dbfs"}),  # mastering lays it
            }
        )


def _assemble(plan: _Plan, takes: Sequence[Take], vault: Vault, mix_path: Path) -> Mapping[str, Any]:
    """Write the mix to ``mix_path`` and return its card. Takes are read twice: to lay them out, then to lay them."""
    paths = [_find(take, vault) for take in takes]
    rate_hz = max(sound_shape(path).rate_hz for path in paths)
    cuts, matched_db = _survey(plan, paths, rate_hz)
    frames = [span.frames for span in cuts]
    timeline = lay_out(frames, plan.rests_s, head_s=plan.head_s, tail_s=plan.tail_s, rate_hz=rate_hz)
    clips = (
        cut(_load(path, rate_hz), span, gain_db=gain_db + matched_db.get(role, 0.0), fade_ms=plan.spec.fade_ms)
        for path, span, role, gain_db in zip(paths, cuts, plan.roles, plan.gains_db, strict=True)
    )
    write_float_wav(mix_path, rate_hz, timeline.frames, _laid(clips, timeline))
    return {"rate_hz": rate_hz, **asdict(timeline)}


def _survey(plan: _Plan, paths: Sequence[Path], rate_hz: int) -> tuple[list[Span], dict[str, float]]:
    """Where the speech is in each take, and what each role must be changed by to be as loud as the leading one."""
    cuts = []
    levels = VoiceLevels(rate_hz)
    for path, role in zip(paths, plan.roles, strict=True):
        sound = _load(path, rate_hz)
        span = find_speech(sound, plan.spec)
        cuts.append(span)
        levels.hear(role, sound.samples[span.start : span.stop])
    return cuts, levels.gains_db() if plan.spec.match_voices else {}


def _find(take: Take, vault: Vault) -> Path:
    entry = vault.fetch("takes", take.key)
    if entry is None:
        raise TakeLost(take.key, take.slate)
    return entry.path


def _load(path: Path, rate_hz: int) -> Sound:
    return resample(read_sound(path), rate_hz)


def _laid(clips: Iterator[Samples], timeline: Timeline) -> Iterator[Samples]:
    """The chapter's samples from start to end: silence, clip, silence, clip, …, silence."""
    now = 0
    for clip, span in zip(clips, timeline.spans, strict=True):
        yield from _silence(span.start - now)
        yield clip
        now = span.stop
    yield from _silence(timeline.frames - now)


def _silence(frames: int) -> Iterator[Samples]:
    for start in range(0, frames, BLOCK_FRAMES):
        yield np.zeros(min(BLOCK_FRAMES, frames - start), np.float32)


def _mix_of(entry: Entry, chapter: ChapterChunks) -> ChapterMix:
    rate_hz = int(entry.facts["rate_hz"])
    spans = [Span(**span) for span in entry.facts["spans"]]
    marks = tuple(
        Mark(
            chunk.slate,
            chunk.role,
            chunk.shown,
            span.start / rate_hz,
            span.stop / rate_hz,
            chunk.sentences,
            chunk.opens_line,
        )
        for chunk, span in zip(chapter.chunks, spans, strict=True)
    )
    return ChapterMix(entry.key, entry.path, rate_hz, int(entry.facts["frames"]) / rate_hz, marks)
