"""`chapterhouse script` and `check`: the prepared script as JSON, and the account of its words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.commands import chapterhouse
from pipeline.errors import InputError

SCRIPT = """\
# Chapter IV. The Storm

On 3 May 1984 *Dr. Hale* paid $5.[^1] [laughs] She left.

ANNA (whispering): It is late.

[^1]: In coins.
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(chapterhouse, [str(argument) for argument in arguments], standalone_mode=False)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "storm.md"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def test_json_holds_chapters_lines_sentences_chunks_and_the_account(script: Path) -> None:
    found = json.loads(run("script", script, "--language", "en", "--json").stdout)
    (chapter,) = found["chapters"]
    assert chapter["title"] == "Chapter IV. The Storm"
    assert [(line["role"], line["kind"], line["delivery"]) for line in chapter["lines"]] == [
        ("NARRATOR", "heading", ""),
        ("NARRATOR", "paragraph", ""),
        ("ANNA", "line", "whispering"),
    ]
    slates = [chunk["slate"] for line in chapter["lines"] for chunk in line["chunks"]]
    assert slates == ["ch01-0001", "ch01-0002", "ch01-0003"]
    assert all(chunk["estimated_s"] > 0 for line in chapter["lines"] for chunk in line["chunks"])
    assert found["account"]["read"] == 4 + 10 + 3
    assert found["account"]["skipped"] == {"note_references": 2, "footnotes": 2}


def test_every_word_of_the_json_stands_where_it_says(script: Path) -> None:
    found = json.loads(run("script", script, "--json").stdout)
    text = found["source"]["text"]
    assert text == SCRIPT
    for line in found["chapters"][0]["lines"]:
        for sentence in line["sentences"]:
            words = [text[start:end].strip("*") for start, end in sentence["words"]]
            assert words == sentence["shown"].split()
            assert (sentence["start"], sentence["end"]) == (sentence["words"][0][0], sentence["words"][-1][1])


def test_shown_and_spoken_are_both_kept_and_chunks_hold_the_lines_sentences(script: Path) -> None:
    found = json.loads(run("script", script, "--json").stdout)
    paragraph = found["chapters"][0]["lines"][1]
    first, second = paragraph["sentences"]
    assert first["shown"] == "On 3 May 1984 Dr. Hale paid $5."
    assert first["spoken"].split("[")[0].rstrip(" .") == (
        "On the third of May nineteen eighty-four Doctor Hale paid five dollars"
    )
    assert "[laughs]" in first["spoken"] + second["spoken"]
    chunked = [sentence["spoken"] for chunk in paragraph["chunks"] for sentence in chunk["sentences"]]
    assert " ".join(chunked) == f"{first['spoken']} {second['spoken']}"


def test_an_engine_that_makes_no_sounds_leaves_them_out_and_says_where(script: Path) -> None:
    found = json.loads(run("script", script, "--engine", "kokoro", "--json").stdout)
    assert "laughs" not in json.dumps([line["chunks"] for line in found["chapters"][0]["lines"]])
    notices = {notice["what"]: notice["where"] for notice in found["notices"]}
    where = next(where for what, where in notices.items() if "[laughs]" in what)
    assert where.startswith(f"{script}:3:")
    assert any("no delivery 'whispering'" in what for what in notices)


def test_without_json_lines_are_shown_with_what_is_spoken(script: Path) -> None:
    shown = run("script", script).stdout
    assert "ANNA (whispering):" in shown
    assert "  → On the third of May nineteen eighty-four" in shown
    assert "footnotes 2" in shown


def test_a_production_is_shown_as_its_cast_reads_it_and_without_credits(script: Path) -> None:
    production = script.with_suffix(".yaml")
    production.write_text(
        "title: Storm\nscript: {path: storm.md}\ncredits: {}\nreading: {footnotes: read}\n"
        "cast: {NARRATOR: {engine: humming, voice: low}, ANNA: {engine: humming, voice: high}}\n"
    )
    found = json.loads(run("script", production, "--json").stdout)
    assert [chapter["number"] for chapter in found["chapters"]] == [1]
    assert found["account"]["skipped"] == {"note_references": 2}


def test_check_prints_the_account_of_each_chapter(script: Path) -> None:
    production = script.with_suffix(".yaml")
    production.write_text(
        "title: Storm\nscript: {path: storm.md}\n"
        "cast: {NARRATOR: {engine: humming, voice: low}, ANNA: {engine: humming, voice: high}}\n"
    )
    shown = run("check", production).stdout
    assert "Chapter IV. The Storm" in shown
    assert "note_references 2, footnotes 2" in shown


def test_an_unknown_format_is_told(script: Path) -> None:
    error = run("script", script, "--format", "word").exception
    assert isinstance(error, InputError)
    assert "no format 'word'" in str(error)
