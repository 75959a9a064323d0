"""A take that a person has chosen is the one that is used, whatever the checks say, and nothing else is recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.booth import Judge, Slot, choose, circled_in_vault, ladder, plan_takes, record
from pipeline.errors import ProductionError
from pipeline.materials import Take
from pipeline.pickups import Pickups
from pipeline.production import RetakeBudget, Verify
from pipeline.vault import Vault
from tests.booth.chunks import chunk, voice
from tests.booth.test_recording import Scripted

VERIFY = Verify(mode="free", retakes=2, budget=RetakeBudget(share=None))
CHUNKS = [chunk(1), chunk(2), chunk(3, "Other words stand here.")]


def planned(vault: Vault, refused: list[str] | None = None, **decided: object) -> list[Slot]:
    """The slots of `CHUNKS`, the first two of the same words, with a decision about the first."""
    pickups = Pickups(Path("book.pickups.yaml")).on(CHUNKS)
    if decided:
        pickups = pickups.with_(CHUNKS[0], **decided)
    slots = plan_takes(CHUNKS, {"NARRATOR": voice()}, "en", pickups)
    told = refused if refused is not None else []
    return choose(slots, vault, VERIFY, refused=lambda _slot, why: told.append(why))


def circle(slots: list[Slot], vault: Vault) -> list[Take | None]:
    return circled_in_vault(slots, vault, verify=VERIFY, judge=Judge(vault, VERIFY))


@pytest.fixture
def kept(tmp_path: Path) -> Vault:
    """A vault whose takes of the first line failed, passed; of the third passed at once."""
    vault = Vault(tmp_path)
    record(planned(vault), Scripted(0.0, 0.3), vault, verify=VERIFY)
    return vault


def test_the_chosen_take_is_circled_though_it_failed_and_the_same_words_elsewhere_keep_theirs(kept: Vault) -> None:
    usual = [take.key for take in circle(planned(kept), kept) if take]
    failed = ladder(planned(kept)[0], VERIFY)[0].key
    assert usual[0] == usual[1] != failed
    chosen = planned(kept, use=failed[:8])
    narrator = Scripted(0.3)
    takes = record(chosen, narrator, kept, verify=VERIFY)
    assert [take.key for take in takes] == [failed, *usual[1:]]
    assert circle(chosen, kept) == takes
    assert takes[0].slate == "ch01-0001-t1"
    assert not takes[0].passed, "chosen is not approved: it is still flagged"
    assert narrator.readings == []


def test_a_chosen_take_that_is_lost_is_recorded_again_alone_and_is_the_same(kept: Vault, tmp_path: Path) -> None:
    third = ladder(planned(kept)[0], VERIFY)[2]
    elsewhere = Vault(tmp_path / "elsewhere")
    slots = planned(elsewhere, use=third.key)[:1]
    assert circle(slots, elsewhere) == [None]
    narrator = Scripted(0.0)
    (take,) = record(slots, narrator, elsewhere, verify=VERIFY)
    assert (take.key, take.slate, take.attempts) == (third.key, "ch01-0001-t3", 1)
    assert narrator.readings == list(third.readings), "and whatever it came to, no other is tried"


def test_use_wins_over_redo_and_may_name_a_take_of_either_way_of_reading(kept: Vault) -> None:
    plain = ladder(planned(kept)[0], VERIFY)[0].key
    redone = ladder(planned(kept, redo={"seed": 7})[0], VERIFY)[1].key
    for key in (plain, redone):
        (slot, *_) = planned(kept, redo={"seed": 7}, use=key)
        assert [attempt.key for attempt in ladder(slot, VERIFY)] == [key]
        card = kept.card("takes", key)
        assert card is None or card["slot"] == slot.recorded_for, "so that `diff` finds nothing new in it"


def test_a_take_of_an_earlier_redo_is_used_as_it_is(kept: Vault) -> None:
    (earlier,) = record(planned(kept, redo={"speed": 0.8})[:1], Scripted(0.3), kept, verify=VERIFY)
    slots = planned(kept, redo={"speed": 0.9}, use=earlier.key[:12])
    narrator = Scripted(0.3)
    take = record(slots, narrator, kept, verify=VERIFY)[0]
    assert (take.key, take.verdicts, narrator.readings) == (earlier.key, earlier.verdicts, [])
    assert circle(slots, kept)[0] == take
    card = kept.card("takes", take.key)
    assert card is not None and card["slot"] == slots[0].recorded_for != slots[0].key


@pytest.mark.parametrize(
    ("damage", "why"),
    [("none", ""), ("deleted", "not in the vault any more"), ("changed", "not in the vault any more")],
)
def test_a_take_that_cannot_be_used_is_told_and_the_usual_one_is_taken(damage: str, why: str, kept: Vault) -> None:
    usual = circle(planned(kept), kept)[0]
    (earlier,) = record(planned(kept, redo={"speed": 0.8})[:1], Scripted(0.3), kept, verify=VERIFY)
    entry = kept.fetch("takes", earlier.key)
    assert entry is not None
    if damage == "deleted":
        kept.discard("takes", [earlier.key])
    elif damage == "changed":
        entry.path.write_bytes(b"something else")
    refused: list[str] = []
    takes = circle(planned(kept, refused, use=earlier.key[:12]), kept)
    if damage == "none":
        assert takes[0] and takes[0].key == earlier.key and refused == []
    else:
        assert takes[0] == usual
        assert len(refused) == 1 and why in refused[0] and earlier.key[:12] in refused[0]


def test_a_take_of_other_words_is_not_used(kept: Vault) -> None:
    other = circle(planned(kept), kept)[2]
    assert other is not None
    refused: list[str] = []
    planned(kept, refused, use=other.key)
    assert "of other words, 'Other words stand here.'" in refused[0]


def test_a_chosen_take_that_vanishes_while_the_run_is_at_work_is_never_made_of_something_else(kept: Vault) -> None:
    (earlier,) = record(planned(kept, redo={"speed": 0.8})[:1], Scripted(0.3), kept, verify=VERIFY)
    slots = planned(kept, use=earlier.key)
    kept.discard("takes", [earlier.key])
    with pytest.raises(ProductionError, match="is not there any more"):
        record(slots, Scripted(0.3), kept, verify=VERIFY)
    assert ("takes", earlier.key) not in kept


def test_an_approved_take_is_no_longer_flagged_and_another_one_still_is(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    takes = record(planned(vault), Scripted(0.0), vault, verify=VERIFY)
    assert [take.passed for take in takes] == [False] * 3
    approved = circle(planned(vault, approve=takes[0].key[:8]), vault)
    assert [take is not None and take.passed for take in approved] == [True, False, False]
    assert approved[0] == replace(takes[0], approved=True, reused=True)
    elsewhere = circle(planned(vault, approve="0" * 8), vault)
    assert not any(take is not None and take.passed for take in elsewhere)
