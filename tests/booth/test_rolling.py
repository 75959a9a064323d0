"""Inside a paragraph a chunk goes on from the take before it, and a rerun comes to the very same takes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.booth import GENERATIONS, Judge, Slot, choose, circled_in_vault, ladder, plan_takes, record
from pipeline.booth.recording import Booth, settled_in_vault
from pipeline.engines import Reading, Rendition
from pipeline.errors import EngineError
from pipeline.materials import Chunk, Take
from pipeline.pickups import Pickups, Redo
from pipeline.production import RetakeBudget, Verify
from pipeline.vault import Vault
from tests.booth.chunks import chunk, voice
from tests.booth.rolling import SILENT, TOKENLESS, RollingEngine, RollingNarrator, loaded
from tests.booth.verdicts import play

VERIFY = Verify(mode="free", retakes=1, split=False, budget=RetakeBudget(share=None))


def lines(*paragraphs: Sequence[str]) -> list[Chunk]:
    texts = [(text, at == 0) for paragraph in paragraphs for at, text in enumerate(paragraph)]
    return [replace(chunk(number, text), opens_line=opens) for number, (text, opens) in enumerate(texts, 1)]


def planned(*paragraphs: Sequence[str], **changes: object) -> list[Slot]:
    facts: dict[str, object] = {"engine": RollingEngine(), "rolls": True}
    return plan_takes(lines(*paragraphs), {"NARRATOR": voice(**(facts | changes))}, "en")


def sentences(count: int, begin: str = "Sentence") -> list[str]:
    return [f"{begin} number {number} of the evening is about boats." for number in range(count)]


def recorded(slots: list[Slot], folder: Path, verify: Verify = VERIFY) -> tuple[list[Take], RollingNarrator]:
    narrator = loaded()
    return record(slots, narrator, Vault(folder), verify=verify), narrator


def went_on_from(takes: Sequence[Take], folder: Path) -> list[int | None]:
    """For each take the position of the take that it went on from, as its card tells."""
    cards = [Vault(folder).card("takes", take.key) or {} for take in takes]
    keys = [take.key for take in takes]
    return [keys.index(card["history"]) if card.get("history") else None for card in cards]


def test_two_in_a_row_go_on_from_the_take_before_then_one_is_read_from_the_voice_itself(tmp_path: Path) -> None:
    takes, narrator = recorded(planned(sentences(7)), tmp_path)
    assert went_on_from(takes, tmp_path) == [None, 0, 1, None, 3, 4, None]
    by_text = {reading.text: reading for reading in narrator.read_so_far}
    for text, before in zip(sentences(7), [None, 0, 1, None, 3, 4, None], strict=True):
        kept = Vault(tmp_path).fetch(GENERATIONS, takes[before].key) if before is not None else None
        assert by_text[text].history == (str(kept.path) if kept else None)
        assert by_text[text].voice == "middle"


def test_a_paragraph_begins_from_the_voice_itself(tmp_path: Path) -> None:
    takes, _ = recorded(planned(sentences(2), sentences(2, "Another"), ["One alone is here as well."]), tmp_path)
    assert went_on_from(takes, tmp_path) == [None, 0, None, 2, None]


def test_a_fixed_voice_never_goes_on_from_a_take(tmp_path: Path) -> None:
    takes, narrator = recorded(planned(sentences(3), rolls=False), tmp_path)
    assert went_on_from(takes, tmp_path) == [None] * 3
    assert {reading.history for reading in narrator.read_so_far} == {None}
    assert [take.key for take in takes] == [slot.key for slot in planned(sentences(3))], "its keys are what they were"


@pytest.mark.parametrize("begin", [SILENT, TOKENLESS])
def test_after_a_flagged_take_or_one_without_tokens_the_next_starts_anew(begin: str, tmp_path: Path) -> None:
    texts = sentences(1) + sentences(1, begin) + sentences(1, "Last")
    takes, _ = recorded(planned(texts), tmp_path)
    assert takes[1].passed == (begin == TOKENLESS)
    assert went_on_from(takes, tmp_path) == [None, 0, None]


def test_after_the_understudy_the_next_starts_anew(tmp_path: Path) -> None:
    class Hoarse(RollingNarrator):
        """Only the understudy can say the first sentence, and it does not go on from another's take."""

        def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
            for index, reading in enumerate(readings):
                silent = reading.voice == "middle" and reading.text.startswith("Hoarse")
                text = reading.text.replace("Hoarse", SILENT) if silent else reading.text
                for _, rendition in super().read([replace(reading, text=text)]):
                    yield index, rendition

    texts = sentences(1) + sentences(1, "Hoarse") + sentences(1, "Last")
    narrator = Hoarse(loaded().hums)
    takes = record(planned(texts, understudy="high"), narrator, Vault(tmp_path), verify=VERIFY)
    assert takes[1].passed and takes[1].attempts == 2
    assert went_on_from(takes, tmp_path) == [None, None, None]
    assert [reading.history for reading in narrator.read_so_far if reading.voice == "high"] == [None]


def test_a_rerun_reads_nothing_and_comes_to_the_same_takes(tmp_path: Path) -> None:
    texts = sentences(5) + sentences(1, SILENT) + sentences(3, "Another")
    first, _ = recorded(planned(texts), tmp_path)
    again, narrator = recorded(planned(texts), tmp_path)
    assert narrator.read_so_far == []
    assert [take.key for take in again] == [take.key for take in first]
    vault = Vault(tmp_path)
    known = circled_in_vault(planned(texts), vault, verify=VERIFY, judge=Judge(vault, VERIFY))
    assert [take and take.key for take in known] == [take.key for take in first]


def test_another_take_before_it_is_another_take(tmp_path: Path) -> None:
    """What went on from a take is recorded again when that take is another; what did not, is not."""
    texts = sentences(4)
    first, _ = recorded(planned(texts), tmp_path)
    changed = [texts[0], "Quite other words are in this one now.", *texts[2:]]
    second, narrator = recorded(planned(changed), tmp_path)
    assert [reading.text for reading in narrator.read_so_far] == changed[1:3]
    assert [a.key == b.key for a, b in zip(first, second, strict=True)] == [True, False, False, True]


def test_settled_slots_tell_the_keys_that_a_run_looks_for(tmp_path: Path) -> None:
    vault, slots = Vault(tmp_path), planned(sentences(3))
    judge = Judge(vault, VERIFY)
    before = settled_in_vault(slots, vault, verify=VERIFY, judge=judge)
    assert [slot.history for slot in before] == ["", None, None]
    takes, _ = recorded(slots, tmp_path)
    after = settled_in_vault(slots, vault, verify=VERIFY, judge=judge)
    assert [slot.first_take for slot in after] == [take.key for take in takes]
    assert [take.tried for take in takes] == [(take.key,) for take in takes]


def test_lost_tokens_are_made_again_when_somebody_goes_on_from_them(tmp_path: Path) -> None:
    texts = sentences(3)
    first, _ = recorded(planned(texts), tmp_path)
    for path in (tmp_path / GENERATIONS).rglob("*.npz"):
        path.write_bytes(b"garbage")
    (tmp_path / "takes" / first[2].key[:2] / f"{first[2].key}.json").unlink()
    again, narrator = recorded(planned(texts), tmp_path)
    assert [take.key for take in again] == [take.key for take in first]
    assert [reading.text for reading in narrator.read_so_far] == [texts[0], texts[1], texts[2]]
    assert [take.reused for take in again] == [True, True, False]


def test_lost_tokens_that_cannot_be_made_again_are_told(tmp_path: Path) -> None:
    recorded(planned(sentences(1)), tmp_path)
    vault, slots = Vault(tmp_path), planned(sentences(2))
    (_, last) = settled_in_vault(slots, vault, verify=VERIFY, judge=Judge(vault, VERIFY))
    for path in (tmp_path / GENERATIONS).rglob("*.npz"):
        path.unlink()
    with pytest.raises(EngineError, match="ch01-0002 goes on from are not in the vault"):
        record([last], loaded(), vault, verify=VERIFY)


def test_chunks_that_go_on_come_before_later_chapters(tmp_path: Path) -> None:
    slots = planned(*[sentences(2, f"Chapter {number}") for number in range(10)])
    vault = Vault(tmp_path)
    narrator = loaded()
    with Booth(slots, vault=vault, verify=VERIFY, judge=Judge(vault, VERIFY)) as booth:
        while batch := booth.next_batch(2):
            booth.record(batch, narrator)
    order = [reading.text for reading in narrator.read_so_far]
    last_of_first = order.index(slots[1].reading.text)
    assert last_of_first < order.index(slots[-2].reading.text)


def test_a_chosen_take_is_what_the_next_chunk_goes_on_from(tmp_path: Path) -> None:
    slots = planned(sentences(2))
    vault = Vault(tmp_path)
    takes, _ = recorded(slots, tmp_path)
    other = ladder(slots[0], VERIFY)[1]
    chunks = [slot.chunk for slot in slots]
    decided = Pickups(tmp_path / "none.yaml").on(chunks).with_(chunks[0], use=other.key[:12])
    cast = {"NARRATOR": voice(engine=RollingEngine(), rolls=True)}
    chosen = choose(plan_takes(chunks, cast, "en", decided), vault, VERIFY, refused=_refuse)
    again, _ = recorded(chosen, tmp_path)
    assert again[0].key == other.key != takes[0].key
    assert went_on_from(again, tmp_path) == [None, 0]


def test_a_line_redone_by_another_voice_is_followed_by_one_from_the_voice_itself(tmp_path: Path) -> None:
    chunks = lines(sentences(2))
    redone = Pickups(tmp_path / "none.yaml").on(chunks).with_(chunks[0], redo=Redo(voice="high"))
    cast = {"NARRATOR": voice(engine=RollingEngine(), rolls=True)}
    takes, _ = recorded(plan_takes(chunks, cast, "en", redone), tmp_path)
    assert went_on_from(takes, tmp_path) == [None, None]


def _refuse(slot: Slot, why: str) -> None:
    raise AssertionError(f"{slot.chunk.slate}: {why}")


@settings(deadline=None, max_examples=40)
@given(good=st.lists(st.integers(0, 3), min_size=8, max_size=8), seed=st.integers(0, 1000))
def test_the_order_of_verdicts_changes_nothing(good: list[int], seed: int) -> None:
    slots = planned(sentences(5), sentences(3, "Another"))
    wanted = {slot.key: number for slot, number in zip(slots, good, strict=True)}
    verify = Verify(retakes=2, budget=RetakeBudget(retakes=4, share=None))
    one, other = (play(slots, verify, wanted, random.Random(seed + more)) for more in (0, 1))
    for slot in slots:
        circled, again = one.circled(slot), other.circled(slot)
        assert circled is not None and again is not None
        assert [take.key for take in circled.tried] == [take.key for take in again.tried]
        history = circled.slot.history
        before = one.circled(slot.follows) if slot.follows is not None else None
        assert history == (before.best.key if before is not None and before.best.passed else "")
