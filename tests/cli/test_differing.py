"""`chapterhouse diff` shows what changed and what it costs, for a person and for a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.commands import chapterhouse
from pipeline.errors import InputError
from tests.conftest import PRODUCTION, SCRIPT

EDITED = (
    SCRIPT.replace("I saw it twice.", "I saw it three times.")
    .replace("# The Lamp", "# A Chapter Between\n\nNobody had thought of this before.\n\n# The Lamp")
    .replace("asked Anna", "said Anna")
)


def run(*arguments: str | Path) -> Result:
    """The command in this process; a `ProductionError` is in ``result.exception``."""
    return CliRunner().invoke(chapterhouse, [str(argument) for argument in arguments], standalone_mode=False)


@pytest.fixture
def scripts(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "harbour.yaml").write_text(PRODUCTION)
    (tmp_path / "harbour.md").write_text(SCRIPT)
    (tmp_path / "new.md").write_text(EDITED)
    return tmp_path / "harbour.md", tmp_path / "new.md"


@pytest.mark.parametrize("with_production", [False, True])
def test_two_scripts_differ_in_what_was_edited_and_no_more(with_production: bool, scripts: tuple[Path, Path]) -> None:
    options = ["--production", str(scripts[0].with_suffix(".yaml"))] if with_production else []
    told = json.loads(run("diff", *scripts, *options, "--json").stdout)
    assert [
        (chapter["old_number"], chapter["number"], [line["change"] for line in chapter["lines"]])
        for chapter in told["chapters"]
    ] == [(1, 1, ["changed"]), (None, 2, ["added", "added"]), (2, 3, ["changed"])]
    assert [each["slate"] for each in told["to_record"]] == ["ch01-0004", "ch02-0001", "ch02-0002", "ch03-0002"]
    assert told["chapters_remade"] == [1, 2, 3]
    assert told["record_s"] == pytest.approx(sum(each["estimated_s"] for each in told["to_record"]), abs=0.01)
    assert told["computing_s"] == {"humming" if with_production else "hibari": None}
    assert told["files_anew"] is None


def test_a_chapter_put_in_between_is_the_only_one_that_is_made(scripts: tuple[Path, Path]) -> None:
    old, new = scripts
    new.write_text(SCRIPT.replace("# The Lamp", "# A Chapter Between\n\nNobody had thought of this.\n\n# The Lamp"))
    told = json.loads(run("diff", old, new, "--json").stdout)
    assert told["chapters_remade"] == [2]
    assert {each["slate"].partition("-")[0] for each in told["to_record"]} == {"ch02"}


def test_changed_words_are_marked_where_they_stand(scripts: tuple[Path, Path]) -> None:
    told = run("diff", *scripts).stdout
    assert "ch01-0004 TOM: I saw it [-twice.-] {+three times.+}" in told
    assert "+ chapter 2, A Chapter Between: new, 2 lines" in told
    assert "~ chapter 3, The Lamp (was chapter 2)" in told
    assert "to record: 4 chunks" in told
    assert "hibari unknown, no take of it was timed" in told


def test_a_changed_lexicon_is_told_as_the_same_words_spoken_otherwise(scripts: tuple[Path, Path]) -> None:
    old, new = scripts
    new.write_text(SCRIPT.replace("the harbour lay", "the [harbour](say: HAR-bur) lay"))
    told = run("diff", old, new).stdout
    assert "* ch01-0002 NARRATOR: the same words, spoken otherwise:" in told
    assert "[-harbour-] {+HAR-bur+}" in told
    assert "to record: 1 chunk," in told


def test_equal_scripts_need_nothing(scripts: tuple[Path, Path]) -> None:
    assert run("diff", scripts[0], scripts[0]).stdout == "the script is read as it was\nto record: nothing\n"


def test_what_cannot_be_compared_is_told(scripts: tuple[Path, Path]) -> None:
    for arguments, what in (
        ([scripts[0]], "must be a production"),
        ([*scripts, scripts[0]], "3 files cannot be compared"),
        ([scripts[0].with_suffix(".yaml")], "nothing has been rendered here yet"),
    ):
        error = run("diff", *arguments).exception
        assert isinstance(error, InputError)
        assert what in str(error)
