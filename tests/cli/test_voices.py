"""`chapterhouse voices save`: a take that was liked becomes a voice, and says where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from pipeline.booth import GENERATIONS
from pipeline.booth.takes import keep_generation
from pipeline.cli.commands import chapterhouse
from pipeline.engines import Reading, find_engine
from pipeline.engines.bark.prompts import read_prompt
from pipeline.errors import InputError
from pipeline.flows.callsheet import draw_up
from pipeline.production_file import load_order
from pipeline.vault import Vault
from tests.booth.faulty import generation_of

PRODUCTION = """\
title: The Harbour Light
script: {path: harbour.md}
cast: {NARRATOR: {engine: humming, voice: middle}}
"""
LINE = "ch01-0002"
TOKENS = generation_of(Reading("", "", seed=1), 150)


def save(production: Path, line: str, path: Path) -> Result:
    arguments = ["voices", "save", str(production), line, str(path)]
    return CliRunner().invoke(chapterhouse, arguments, standalone_mode=False)


def error(*arguments: Any) -> str:
    done = save(*arguments)
    assert isinstance(done.exception, InputError), (done.exception, done.output)
    return str(done.exception)


@pytest.fixture
def production(tmp_path: Path) -> Path:
    (tmp_path / "harbour.md").write_text("# One\n\nThe boats were out all night.\n")
    (tmp_path / "harbour.yaml").write_text(PRODUCTION)
    return tmp_path / "harbour.yaml"


def keep(production: Path, key: str, *, generation: bool = True, attempt: int = 1, **facts: Any) -> Vault:
    sheet = draw_up(load_order(production))
    (chunk,) = [chunk for chapter in sheet.chapters for chunk in chapter.chunks if chunk.slate == LINE]
    card: dict[str, Any] = {"shown": chunk.shown, "spoken": chunk.spoken, "role": chunk.role, "language": "en"}
    card |= {"engine": "bark", "engine_fingerprint": "ab12", "voice": "v2/en_speaker_6", "voice_fingerprint": "cd34"}
    card |= {"seed": 7, "speed": 1.0, "sampling": {}, "attempt": attempt, "rung": "first", "seconds": 3.0}
    card |= {"verdicts": [], "generation": generation, **facts}

    def write(path: Path) -> dict[str, Any]:
        path.write_bytes(key.encode())
        return card

    sheet.vault.keep("takes", key, ".flac", write)
    if generation:
        keep_generation(key, TOKENS, sheet.vault)
    return sheet.vault


def test_a_take_becomes_a_voice_that_bark_takes_and_that_knows_where_it_comes_from(
    production: Path, tmp_path: Path
) -> None:
    keep(production, "ab" * 16)
    done = save(production, LINE, tmp_path / "anna.npz")
    assert done.exception is None, done.exception
    assert "anna.npz: 3.0 s" in done.output
    voice = read_prompt(tmp_path / "anna.npz")
    np.testing.assert_array_equal(voice.semantic, TOKENS["semantic_prompt"])
    np.testing.assert_array_equal(voice.fine, TOKENS["fine_prompt"])
    assert find_engine("bark").check_voice("anna.npz", {}, tmp_path) == str(tmp_path / "anna.npz")
    with np.load(tmp_path / "anna.npz", allow_pickle=False) as archive:
        told = json.loads(str(archive["provenance"]))
    assert told["spoken"] == "The boats were out all night."
    assert (told["engine_fingerprint"], told["seed"], told["take"]) == ("ab12", 7, "ab" * 16)


def test_one_of_several_takes_is_named_by_its_number(production: Path, tmp_path: Path) -> None:
    keep(production, "ab" * 16, generation=False)
    keep(production, "cd" * 16, attempt=2)
    assert "2 takes" in error(production, LINE, tmp_path / "anna.npz")
    assert save(production, f"{LINE}-t2", tmp_path / "anna.npz").exception is None


def test_a_flawed_take_becomes_a_voice_with_a_warning(production: Path, tmp_path: Path) -> None:
    verdict = {"check": "words", "passed": False, "value": 1.0, "limit": 0.1, "reason": "2 words missing"}
    keep(production, "ab" * 16, verdicts=[verdict])
    assert "note: this take fails a check" in save(production, LINE, tmp_path / "anna.npz").output


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"rung": "split"}, "it was read in two"),
        ({"part_of": "ef" * 16}, "the right part of a longer take"),
        ({"engine": "kokoro"}, "kokoro gave none"),
    ],
)
def test_a_take_without_tokens_says_why_it_has_none(
    facts: dict[str, Any], why: str, production: Path, tmp_path: Path
) -> None:
    keep(production, "ab" * 16, generation=False, **facts)
    assert why in error(production, LINE, tmp_path / "anna.npz")
    assert not (tmp_path / "anna.npz").exists()


def test_tokens_that_are_damaged_are_told_and_nothing_is_written(production: Path, tmp_path: Path) -> None:
    vault = keep(production, "ab" * 16)
    kept = vault.find(GENERATIONS, "ab" * 16)
    assert kept is not None
    kept.path.write_bytes(b"garbage")
    assert "damaged, or removed" in error(production, LINE, tmp_path / "anna.npz")
    assert not (tmp_path / "anna.npz").exists()


def test_no_file_is_overwritten_and_none_gets_another_suffix(production: Path, tmp_path: Path) -> None:
    keep(production, "ab" * 16)
    (tmp_path / "anna.npz").write_bytes(b"mine")
    assert "already" in error(production, LINE, tmp_path / "anna.npz")
    assert (tmp_path / "anna.npz").read_bytes() == b"mine"
    assert ".npz" in error(production, LINE, tmp_path / "anna.wav")
    assert "no line ch09-0001" in error(production, "ch09-0001", tmp_path / "other.npz")
