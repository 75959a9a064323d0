"""Every chunk gets a take; failed ones are read again; nothing recorded is ever recorded twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.files import read_sound
from pipeline.audio.sound import Sound
from pipeline.booth import Slot, plan_takes, record, take_in_vault
from pipeline.casting import CastVoice
from pipeline.engines import Reading, Rendition, Unreadable, find_engine
from pipeline.errors import EngineError, Place
from pipeline.materials import Chunk, PauseReason
from pipeline.production import Verify
from pipeline.vault import Vault

RATE = 24_000


def chunk(number: int, spoken: str = "Hello there, harbour.", role: str = "NARRATOR") -> Chunk:
    return Chunk(
        slate=f"ch01-{number:04d}",
        chapter=1,
        role=role,
        shown=spoken,
        spoken=spoken,
        estimated_s=2.0,
        pause=PauseReason.SENTENCE,
        asked_s=None,
        place=Place("book.md", number, 1),
        start=0,
        end=len(spoken),
    )


def voice(**changes: object) -> CastVoice:
    engine = find_engine("humming")
    settings = engine.check_settings({}, Path())
    facts: dict[str, object] = {
        "role": "NARRATOR",
        "engine": engine,
        "voice": "middle",
        "seed": 0,
        "speed": 1.0,
        "gain_db": 0.0,
        "settings": settings,
        "limits": engine.limits(settings),
    }
    return CastVoice(**(facts | changes))  # type: ignore[arg-type]


def slots(*chunks: Chunk, **changes: object) -> list[Slot]:
    return plan_takes(chunks, {"NARRATOR": voice(**changes)}, "en")


class Scripted:
    """A narrator whose n-th attempt at a text is ``levels[n]`` loud (0 is silence)."""

    sample_rate = RATE

    def __init__(self, *levels: float) -> None:
        self.levels = levels
        self.truncated = False
        self.read_texts: list[str] = []
        self.seeds: list[int] = []

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        for index, reading in enumerate(readings):
            attempt = self.read_texts.count(reading.text)
            self.read_texts.append(reading.text)
            self.seeds.append(reading.seed)
            level = self.levels[min(attempt, len(self.levels) - 1)]
            sound = Sound((level * np.sin(np.arange(2 * RATE) / 20)).astype(np.float32), RATE)
            yield index, Rendition(sound, truncated=self.truncated)

    def reference(self, voice: str) -> Sound | None:
        return None


def test_a_take_is_kept_and_not_recorded_again(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    planned = slots(chunk(1))
    assert take_in_vault(planned[0], vault) is None
    (take,) = record(planned, Scripted(0.3), vault, verify=Verify())
    assert take.passed
    assert not take.reused
    again = take_in_vault(planned[0], vault)
    assert again is not None
    assert again.reused
    entry = vault.fetch("takes", take.key)
    assert entry is not None
    assert read_sound(entry.path).seconds == pytest.approx(2.0)


def test_a_failed_take_is_read_again_with_another_seed(tmp_path: Path) -> None:
    narrator = Scripted(0.0, 0.0, 0.3)
    (take,) = record(slots(chunk(1)), narrator, Vault(tmp_path), verify=Verify(retakes=2))
    assert take.passed
    assert take.slate == "ch01-0001-t3"
    assert len(set(narrator.seeds)) == 3


def test_when_no_take_passes_the_best_is_kept_and_flagged(tmp_path: Path) -> None:
    (take,) = record(slots(chunk(1)), Scripted(0.0), Vault(tmp_path), verify=Verify(retakes=1))
    assert not take.passed
    assert {verdict.check for verdict in take.verdicts if not verdict.passed} == {"audible"}


def test_retakes_stay_within_their_budget(tmp_path: Path) -> None:
    narrator = Scripted(0.0)
    record(slots(chunk(1), chunk(2, "Another line.")), narrator, Vault(tmp_path), verify=Verify(retakes=3))
    assert len(narrator.read_texts) == 2 * 4


def test_verify_off_reads_once(tmp_path: Path) -> None:
    narrator = Scripted(0.0)
    (take,) = record(slots(chunk(1)), narrator, Vault(tmp_path), verify=Verify(mode="off"))
    assert take.verdicts == ()
    assert len(narrator.read_texts) == 1


def test_an_unreadable_text_names_its_chunk_and_its_line(tmp_path: Path) -> None:
    class Refusing:
        sample_rate = RATE

        def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
            yield 0, Rendition(Sound(np.full(2 * RATE, 0.15, np.float32), RATE))
            raise Unreadable("300 tokens, 256 fit", index=1)

        def reference(self, voice: str) -> Sound | None:
            return None

    with pytest.raises(EngineError, match=r"ch01-0002.*300 tokens") as caught:
        record(slots(chunk(1), chunk(2, "Too long.")), Refusing(), Vault(tmp_path), verify=Verify(mode="off"))
    assert caught.value.where == Place("book.md", 2, 1)


def test_what_was_recorded_before_an_interruption_is_kept(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    planned = slots(chunk(1), chunk(2, "Another line."))

    def stop(_slot: object, _take: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(planned, Scripted(0.3), vault, verify=Verify(), on_take=stop)
    assert take_in_vault(planned[0], vault) is not None
    assert take_in_vault(planned[1], vault) is None


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"seed": 1}, None), ({"speed": 1.1}, None), ({"voice": "high"}, None), ({}, "Other words.")],
)
def test_the_key_changes_with_all_that_the_sound_depends_on(changes: dict[str, object], text: str | None) -> None:
    before = slots(chunk(1))[0].key
    assert slots(chunk(1, text) if text else chunk(1), **changes)[0].key != before


def test_the_key_does_not_change_with_place_pause_or_gain() -> None:
    before = slots(chunk(1))[0].key
    assert slots(chunk(7))[0].key == before
    assert slots(chunk(1), gain_db=-6.0)[0].key == before


def test_a_take_cut_off_at_the_models_limit_is_never_passed(tmp_path: Path) -> None:
    narrator = Scripted(0.3)
    narrator.truncated = True
    (take,) = record(slots(chunk(1)), narrator, Vault(tmp_path), verify=Verify(retakes=1))
    assert {verdict.check for verdict in take.verdicts if not verdict.passed} == {"whole"}
