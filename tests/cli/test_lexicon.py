"""`chapterhouse lexicon`: what to look at, what is wrong, one format turned into another."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.commands import chapterhouse
from pipeline.errors import InputError

PRODUCTION = """\
title: The Pequod
script: {path: book.md}
cast: {NARRATOR: {engine: humming, voice: low}}
lexicon: {Bildad: BILL-dad}
lexicons: [house.csv]
"""
SCRIPT = "# One\n\nCaptain Peleg and Captain Bildad sat with Queequeg. Queequeg said no word to Daggoo.\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(chapterhouse, ["lexicon", *map(str, arguments)], standalone_mode=False)


def words_of(done: Result) -> list[str]:
    """The words of the printed table: its rows begin with a count."""
    assert done.exit_code == 0, done.exception
    return [line.split()[1] for line in done.output.splitlines() if line[:1].isdigit()]


@pytest.fixture
def pequod(tmp_path: Path) -> Path:
    (tmp_path / "book.md").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "house.csv").write_text("word,say,ipa\nDaggoo,,ˈdæɡuː\nBildad,wrong,\n", encoding="utf-8")
    (tmp_path / "pequod.yaml").write_text(PRODUCTION, encoding="utf-8")
    return tmp_path / "pequod.yaml"


def test_suggest_lists_words_in_doubt_with_how_they_are_said_and_where(pequod: Path) -> None:
    done = run("suggest", pequod)
    assert words_of(done) == ["Queequeg", "Peleg"]
    assert "KWEE-kweg" in done.output
    assert "book.md:3:1" in done.output


def test_the_table_that_suggest_writes_is_a_lexicon_once_filled_in(pequod: Path) -> None:
    path = pequod.parent / "words.csv"
    assert run("suggest", pequod, "--csv", path).exit_code == 0
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [row["word"] for row in rows] == ["Queequeg", "Peleg"]
    rows[0]["say"] = "KWEE-kweg"
    with path.open("w", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    checked = run("check", path)
    assert "1 entry," in checked.output
    assert "1 word has neither" in checked.output


def test_export_writes_the_whole_lexicon_and_reads_its_own_files(pequod: Path) -> None:
    pls, table = pequod.parent / "all.pls", pequod.parent / "all.csv"
    assert run("export", pequod, "--to", pls).exit_code == 0
    assert run("export", pls, "--to", table).exit_code == 0
    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines == ["word,say,ipa,language,case", "Daggoo,,ˈdæɡuː,,", "Bildad,BILL-dad,,,"]


def test_check_says_what_a_producer_should_know(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("word,say,ipa\nXam,,kǃam\nAhab,AY-hab,\nAhab,A-hab,\n", encoding="utf-8")
    output = run("check", path).output
    assert f"{path}:2: the English voices have no sound like ǃ in 'kǃam'" in output
    assert f"{path}:2: 'Xam' has phonemes alone" in output
    assert f"{path}:4: 'Ahab' stands at {path}:3 too; this one wins" in output


def test_a_bad_file_and_a_bad_target_are_errors_with_a_next_step(tmp_path: Path, pequod: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("word,say\nAhab,—\n", encoding="utf-8")
    error = run("check", path).exception
    assert isinstance(error, InputError)
    assert f"{path}:2" in str(error)
    refused = run("export", pequod, "--to", tmp_path / "all.txt").exception
    assert isinstance(refused, InputError)
    assert "next: name it .pls or .csv" in str(refused)
