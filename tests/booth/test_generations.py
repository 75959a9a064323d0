"""What an engine tells of a take goes onto its card, and the tokens it was made of lie in the vault beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.booth import GENERATIONS, Slot, ladder, plan_takes
from pipeline.booth.takes import keep, keep_part, stand_in
from pipeline.engines import Reading, Rendition
from pipeline.production import Verify
from pipeline.vault import Vault, file_sha256
from tests.booth import faulty
from tests.booth.chunks import chunk, voice


def slot(text: str = "They came at nine, and nobody was there.") -> Slot:
    return plan_takes([chunk(1, text)], {"NARRATOR": voice()}, "en")[0]


def rendition(reading: Reading) -> Rendition:
    return Rendition(
        faulty.sound_of(reading),
        facts={"stop": "end", "semantic_tokens": 150},
        generation=faulty.generation_of(reading, 150),
    )


def test_facts_are_on_the_card_and_tokens_in_a_room_of_their_own(tmp_path: Path) -> None:
    vault, attempt = Vault(tmp_path), ladder(slot(), Verify())[0]
    take = keep(attempt, [rendition(attempt.readings[0])], vault)
    assert take.entry.facts["engine_facts"] == {"stop": "end", "semantic_tokens": 150}
    assert take.entry.facts["generation"] is True
    kept = vault.fetch(GENERATIONS, attempt.key)
    assert kept is not None and kept.path.suffix == ".npz"
    with np.load(kept.path, allow_pickle=False) as archive:
        for name, array in faulty.generation_of(attempt.readings[0], 150).items():
            np.testing.assert_array_equal(archive[name], array)


def test_the_same_tokens_are_the_same_bytes(tmp_path: Path) -> None:
    attempt = ladder(slot(), Verify())[0]
    sums = set()
    for name in ("one", "two"):
        vault = Vault(tmp_path / name)
        keep(attempt, [rendition(attempt.readings[0])], vault)
        kept = vault.fetch(GENERATIONS, attempt.key)
        assert kept is not None
        sums.add(file_sha256(kept.path))
    assert len(sums) == 1


def test_tokens_too_large_for_sixteen_bits_are_kept_whole(tmp_path: Path) -> None:
    vault, attempt = Vault(tmp_path), ladder(slot(), Verify())[0]
    large = replace(rendition(attempt.readings[0]), generation={"semantic_prompt": np.array([1, 40_000])})
    keep(attempt, [large], vault)
    kept = vault.fetch(GENERATIONS, attempt.key)
    assert kept is not None
    with np.load(kept.path, allow_pickle=False) as archive:
        assert archive["semantic_prompt"].tolist() == [1, 40_000]


def test_an_engine_without_tokens_leaves_none(tmp_path: Path) -> None:
    vault, attempt = Vault(tmp_path), ladder(slot(), Verify())[0]
    take = keep(attempt, [Rendition(faulty.sound_of(attempt.readings[0]))], vault)
    assert (take.entry.facts["engine_facts"], take.entry.facts["generation"]) == ({}, False)
    assert list(vault.keys(GENERATIONS)) == []


def test_a_chunk_read_in_two_tells_of_both_parts_and_has_no_generation(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    split = next(attempt for attempt in ladder(slot(), Verify()) if attempt.rung == "split")
    take = keep(split, [rendition(reading) for reading in split.readings], vault)
    told = {"stop_1": "end", "semantic_tokens_1": 150, "stop_2": "end", "semantic_tokens_2": 150}
    assert take.entry.facts["engine_facts"] == told
    assert take.entry.facts["generation"] is False
    assert list(vault.keys(GENERATIONS)) == []


def test_neither_a_part_of_a_take_nor_a_stand_in_has_a_generation(tmp_path: Path) -> None:
    vault, attempt = Vault(tmp_path), ladder(slot(), Verify())[0]
    take = keep(attempt, [rendition(attempt.readings[0])], vault)
    assert keep_part(take, "ab" * 16, (0.0, 0.02), vault).facts["generation"] is False
    assert stand_in(attempt, "out of memory", vault).entry.facts["generation"] is False
    assert list(vault.keys(GENERATIONS)) == [attempt.key]
