"""Takes in the vault: kept as soon as they are recorded, judged afterwards, found again by the attempt's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.files import read_sound, write_sound
from pipeline.audio.sound import Sound
from pipeline.booth.joining import cut, join
from pipeline.booth.ladder import Attempt
from pipeline.engines import Rendition
from pipeline.materials import Verdict
from pipeline.vault import Entry, Vault, content_key

ROOM = "takes"
GENERATIONS = "generations"
"""The room of the tokens that takes were made of, under the takes' keys."""
STAND_IN_HZ = 24_000


@dataclass(frozen=True)
class Recorded:
    """A take that is safe in the vault and not yet judged.

    Attributes:
        reused: it was there before this run.
    """

    attempt: Attempt
    entry: Entry
    reused: bool = False


def keep(
    attempt: Attempt, renditions: Sequence[Rendition], vault: Vault, *, recorded_s: float | None = None
) -> Recorded:
    """Put an attempt's take into the vault, and beside it the tokens it was made of, where its engine gives them.

    Args:
        renditions: one for each of the attempt's readings.
        recorded_s: seconds that the narrator took for it, where it is known.

    Raises:
        StorageError: the vault cannot be written.
    """
    whole = renditions[0] if len(renditions) == 1 else _joined(renditions)
    if whole.generation:  # before the take: whoever finds that finds these
        keep_generation(attempt.key, whole.generation, vault)

    def write(path: Path) -> Mapping[str, Any]:
        finite = bool(np.isfinite(whole.sound.samples).all())
        samples = np.nan_to_num(whole.sound.samples, nan=0.0, posinf=0.0, neginf=0.0)
        write_sound(path, Sound(samples, whole.sound.rate_hz))
        return _facts(attempt) | {
            "seconds": whole.sound.seconds,
            "finite": finite,
            "truncated": whole.truncated,
            "uncertainty": whole.uncertainty,
            "loops": whole.loops,
            "engine_facts": dict(whole.facts),
            "generation": bool(whole.generation),
            "verdicts": [],
            "timings": {} if recorded_s is None else {"recorded_s": round(recorded_s, 3)},
        }

    return Recorded(attempt, vault.keep(ROOM, attempt.key, ".flac", write))


def stand_in(attempt: Attempt, reason: str, vault: Vault) -> Recorded:
    """A silence in place of a take that the narrator gave up: never under the attempt's key, so a rerun tries again.

    Args:
        reason: why it was given up; a short phrase.

    Raises:
        StorageError: the vault cannot be written.
    """

    def write(path: Path) -> Mapping[str, Any]:
        write_sound(path, Sound(np.zeros(round(attempt.cost_s * STAND_IN_HZ), np.float32), STAND_IN_HZ))
        facts: dict[str, Any] = {"seconds": attempt.cost_s, "finite": False, "truncated": False, "loops": 0}
        facts |= {"uncertainty": None, "engine_facts": {}, "generation": False, "verdicts": [], "timings": {}}
        return _facts(attempt) | facts | {"given_up": reason}

    return Recorded(attempt, vault.keep(ROOM, content_key({"stands_for": attempt.key}), ".flac", write))


def _facts(attempt: Attempt) -> dict[str, Any]:
    chunk, reading = attempt.slot.chunk, attempt.readings[0]
    return {
        "shown": chunk.shown,
        "spoken": chunk.spoken,
        "role": chunk.role,
        **attempt.fingerprints,
        "voice": Path(reading.voice).name,
        "language": reading.language,
        "speed": reading.speed,
        "seed": reading.seed,
        "sampling": dict(reading.sampling),
        "slot": attempt.slot.key,
        "attempt": attempt.number,
        "rung": attempt.rung,
        **({"history": attempt.history} if attempt.history else {}),
    }


def _joined(renditions: Sequence[Rendition]) -> Rendition:
    """Two renditions as one; what the engine told of each goes by its number, and there is no one generation."""
    first, second = renditions
    known = [made.uncertainty for made in renditions if made.uncertainty is not None]
    return Rendition(
        join(first.sound, second.sound),
        truncated=first.truncated or second.truncated,
        uncertainty=max(known, default=None),
        loops=max(first.loops, second.loops),
        facts={
            f"{name}_{part}": told for part, made in enumerate(renditions, 1) for name, told in made.facts.items()
        },
    )


def keep_generation(key: str, generation: Mapping[str, NDArray[np.int64]], vault: Vault) -> Entry:
    """Put the tokens of a take into the vault, as an ``.npz`` of integers as small as they fit in.

    Args:
        key: the take's.

    Raises:
        StorageError: the vault cannot be written.
    """

    def write(path: Path) -> Mapping[str, Any]:
        arrays: dict[str, Any] = {name: _small(array) for name, array in generation.items()}
        with path.open("wb") as file:  # given a path, numpy would add a suffix of its own
            np.savez_compressed(file, **arrays)
        return {"shapes": {name: list(array.shape) for name, array in arrays.items()}}

    return vault.keep(GENERATIONS, key, ".npz", write)


def _small(array: NDArray[np.int64]) -> NDArray[np.integer[Any]]:
    limits = np.iinfo(np.int16)
    fits = not array.size or (limits.min <= array.min() and array.max() <= limits.max)
    return array.astype(np.int16) if fits else array


def in_vault(attempt: Attempt, vault: Vault) -> Recorded | None:
    """The attempt's take if the vault holds it whole, else None."""
    entry = vault.fetch(ROOM, attempt.key)
    return Recorded(attempt, entry, reused=True) if entry else None


def looked_up(attempt: Attempt, vault: Vault) -> Recorded | None:
    """The same, but that a take which lies only behind a URL is not downloaded: good for what its card tells."""
    entry = vault.look_up(ROOM, attempt.key)
    return Recorded(attempt, entry, reused=True) if entry else None


def keep_part(whole: Recorded, key: str, part_s: tuple[float, float], vault: Vault, **facts: Any) -> Entry:
    """Cut a part out of a take, and put it into the vault.

    Args:
        key: of the part.
        part_s: where it starts and ends in the take.
        facts: for its card, in place of the take's own.

    Raises:
        StorageError: the vault cannot be written.
    """

    def write(path: Path) -> Mapping[str, Any]:
        sound = cut(read_sound(whole.entry.path), *part_s)
        write_sound(path, sound)
        part = {"seconds": sound.seconds, "part_of": whole.entry.key, "trimmed": list(part_s), "generation": False}
        return {**whole.entry.facts, **part, **facts}

    return vault.keep(ROOM, key, ".flac", write)


def trimmed_key(key: str, start_s: float, end_s: float) -> str:
    """Key of the part of a take that is right."""
    return content_key({"take": key, "trimmed": [round(start_s, 3), round(end_s, 3)]})


def verdicts_on(facts: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """What is written on a take's card."""
    return tuple(Verdict(**verdict) for verdict in facts["verdicts"])


def written(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Verdicts as a card holds them."""
    return [asdict(verdict) for verdict in verdicts]
