"""Every chunk gets a take; failed ones are read again; nothing recorded is ever recorded twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.files import read_sound
from pipeline.audio.sound import Sound
from pipeline.booth import Attempt, Booth, Judge, Slot, circled_in_vault, plan_takes, record
from pipeline.engines import Reading, ReadingLimits, Rendition, Unreadable
from pipeline.errors import EngineError, Place
from pipeline.production import RetakeBudget, Verify
from pipeline.vault import Vault
from tests.booth.chunks import chunk, voice

RATE = 24_000
FREELY = RetakeBudget(share=None)


def slots(*texts: str, **changes: object) -> list[Slot]:
    chunks = [chunk(number, text) for number, text in enumerate(texts or ("Hello there, harbour.",), 1)]
    return plan_takes(chunks, {"NARRATOR": voice(**changes)}, "en")


def verify(**changes: object) -> Verify:
    return Verify(**({"mode": "free", "budget": FREELY} | changes))  # type: ignore[arg-type]


class Scripted:
    """A narrator whose n-th reading is ``levels[n]`` loud (0 is silence, NaN is NaN), the last ones like the last."""

    sample_rate = RATE

    def __init__(self, *levels: float, truncated: bool = False) -> None:
        self.levels, self.truncated = levels, truncated
        self.readings: list[Reading] = []

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        for index, reading in enumerate(readings):
            level = self.levels[min(len(self.readings), len(self.levels) - 1)]
            self.readings.append(reading)
            fade = np.minimum(1.0, np.arange(2 * RATE)[::-1] / 1500)  # what breaks off is a fault
            samples = (level * fade * np.sin(np.arange(2 * RATE) / 20)).astype(np.float32)
            yield index, Rendition(Sound(samples, RATE), truncated=self.truncated)

    def reference(self, voice: str) -> None: ...


def test_a_take_is_kept_and_not_recorded_again(tmp_path: Path) -> None:
    vault, planned = Vault(tmp_path), slots()
    assert circled_in_vault(planned, vault, verify=verify(), judge=Judge(vault, verify())) == [None]
    (take,) = record(planned, Scripted(0.3), vault, verify=verify())
    assert take.passed
    assert not take.reused
    again = Scripted(0.0)
    (reused,) = record(planned, again, vault, verify=verify())
    assert reused.reused
    assert again.readings == []
    (known,) = circled_in_vault(planned, vault, verify=verify(), judge=Judge(vault, verify()))
    assert known == reused
    entry = vault.fetch("takes", take.key)
    assert entry is not None
    assert read_sound(entry.path).seconds == pytest.approx(2.0)


def test_a_failed_take_is_read_again_with_another_seed(tmp_path: Path) -> None:
    narrator = Scripted(0.0, 0.0, 0.3)
    (take,) = record(slots(), narrator, Vault(tmp_path), verify=verify(retakes=2))
    assert take.passed
    assert take.attempts == 3
    assert take.slate == "ch01-0001-t3"
    assert len({reading.seed for reading in narrator.readings}) == 3


def test_every_attempt_stays_in_the_vault_with_what_was_found(tmp_path: Path) -> None:
    vault, planned = Vault(tmp_path), slots()
    record(planned, Scripted(0.0, 0.3), vault, verify=verify(retakes=2))
    cards = sorted(vault.cards("takes"), key=lambda card: card["attempt"])
    assert [card["attempt"] for card in cards] == [1, 2]
    assert {card["slot"] for card in cards} == {planned[0].key}
    assert [all(verdict["passed"] for verdict in card["verdicts"]) for card in cards] == [False, True]


def test_when_no_take_passes_the_best_is_kept_and_flagged(tmp_path: Path) -> None:
    (take,) = record(slots(), Scripted(0.0), Vault(tmp_path), verify=verify(retakes=1))
    assert not take.passed
    assert {verdict.check for verdict in take.verdicts if not verdict.passed} == {"audible"}


def test_a_split_chunk_is_read_in_two_and_kept_as_one(tmp_path: Path) -> None:
    planned = slots("They came at nine, and nobody was there.")
    narrator = Scripted(0.0, 0.0, 0.0, 0.3)
    (take,) = record(planned, narrator, Vault(tmp_path), verify=verify())
    assert take.passed
    assert take.attempts == 4
    assert [reading.text for reading in narrator.readings[3:]] == ["They came at nine,", "and nobody was there."]
    assert take.seconds == pytest.approx(4.15, abs=0.05)


def test_samples_that_are_no_numbers_never_reach_a_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    (take,) = record(slots(), Scripted(float("nan"), 0.3), vault, verify=verify())
    assert take.passed
    assert take.attempts == 2
    for card in vault.cards("takes"):
        assert card["finite"] == (card["attempt"] == 2)


def test_retakes_stay_within_their_number(tmp_path: Path) -> None:
    narrator = Scripted(0.0)
    record(slots("One line.", "Another line."), narrator, Vault(tmp_path), verify=verify(retakes=3, split=False))
    assert len(narrator.readings) == 2 * 4


def test_verify_off_reads_once(tmp_path: Path) -> None:
    narrator = Scripted(0.0)
    (take,) = record(slots(), narrator, Vault(tmp_path), verify=verify(mode="off"))
    assert take.verdicts == ()
    assert len(narrator.readings) == 1


def test_another_policy_listens_again_and_records_nothing(tmp_path: Path) -> None:
    vault, planned = Vault(tmp_path), slots()
    record(planned, Scripted(0.3), vault, verify=verify(mode="off"))
    narrator = Scripted(0.3)
    (take,) = record(planned, narrator, vault, verify=verify())
    assert narrator.readings == []
    assert take.verdicts


def test_an_unreadable_text_names_its_chunk_and_its_line(tmp_path: Path) -> None:
    class Refusing(Scripted):
        def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
            yield from super().read(readings[:1])
            raise Unreadable("300 tokens, 256 fit", index=1)

    with pytest.raises(EngineError, match=r"ch01-0002.*300 tokens") as caught:
        record(slots("Hello.", "Too long."), Refusing(0.3), Vault(tmp_path), verify=verify(mode="off"))
    assert caught.value.where == Place("book.md", 2, 1)


def test_what_was_recorded_before_an_interruption_is_kept(tmp_path: Path) -> None:
    vault, planned = Vault(tmp_path), slots("One line.", "Another line.")

    def stop(_attempt: Attempt) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(planned, Scripted(0.3), vault, verify=verify(), on_take=stop)
    narrator = Scripted(0.3)
    record(planned, narrator, vault, verify=verify())
    assert [reading.text for reading in narrator.readings] == ["Another line."]


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"seed": 1}, None), ({"speed": 1.1}, None), ({"voice": "high"}, None), ({}, "Other words.")],
)
def test_the_key_changes_with_all_that_the_sound_depends_on(changes: dict[str, object], text: str | None) -> None:
    assert slots(*([text] if text else []), **changes)[0].key != slots()[0].key


def test_the_key_does_not_change_with_place_pause_or_gain() -> None:
    first, again = slots("The same words.", "The same words.")
    assert again.key == first.key
    assert slots("The same words.", gain_db=-6.0)[0].key == first.key


def test_a_take_cut_off_at_the_models_limit_is_never_passed(tmp_path: Path) -> None:
    (take,) = record(slots(), Scripted(0.3, truncated=True), Vault(tmp_path), verify=verify(retakes=1))
    assert {verdict.check for verdict in take.verdicts if not verdict.passed} == {"whole"}


def test_an_engine_gets_as_many_readings_at_once_as_it_wants(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    for together in (7, 32, 256):
        planned = slots(
            *(f"Line number {number}." for number in range(300)),
            limits=ReadingLimits(8.0, 12.0, together=together),
        )
        with Booth(planned, vault=vault, verify=verify(), judge=Judge(vault, verify())) as booth:
            assert len(booth.next_batch()) == together
            assert len(booth.next_batch(3)) == 3, "who asks for fewer gets fewer"
