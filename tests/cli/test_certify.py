"""``chapterhouse certify`` and ``chapterhouse profiles``: what they print, and their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli.commands import chapterhouse
from pipeline.errors import InputError
from pipeline.profiles import FIGURES, PROFILES
from tests.delivery.narrated import mp3, narration


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(chapterhouse, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mp3(tmp_path_factory.mktemp("good") / "01_The-Road.mp3", narration(4.0))


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mp3(tmp_path_factory.mktemp("loud") / "02_[red]Loud.mp3", narration(4.0, rms_dbfs=-17.0))


def test_a_file_that_meets_the_profile_ends_with_0(good: Path) -> None:
    done = run("certify", good, "--profile", "acx")
    assert done.exit_code == 0
    assert "MISSED" not in done.output
    assert "acx: 1 of 1 files meet it" in done.output


def test_a_file_that_misses_a_requirement_ends_with_1_and_the_table_says_which(good: Path, loud: Path) -> None:
    done = run("certify", good, loud)
    assert done.exit_code == 1
    assert "02_[red]Loud.mp3: MISSED" in done.output
    (line,) = (line for line in done.output.splitlines() if line.startswith("  RMS level") and "MISSED" in line)
    assert "−23 … −18 dBFS" in line
    assert "1 of 2 files meet it; 2 requirements are missed" in done.output


def test_a_file_that_cannot_be_read_ends_with_3_and_the_others_are_judged(good: Path, tmp_path: Path) -> None:
    text = tmp_path / "01_text.mp3"
    text.write_text("Call me Ishmael.")
    done = run("certify", text, good, tmp_path / "no.mp3")
    assert done.exit_code == 3
    assert "its content is of no known audio format" in done.output
    assert "there is no such file" in done.output
    assert "acx: 1 of 3 files meet it" in done.output
    assert "Traceback" not in done.output


def test_the_process_ends_with_the_same_codes(good: Path, loud: Path) -> None:
    """Through the command's own entry point, which turns errors into codes."""
    code = "import sys; from pipeline.cli import main; main()"
    for path, profile, expected in ((good, "acx", 0), (loud, "acx", 1), (good, "axc", 3)):
        command = [sys.executable, "-c", code, "certify", str(path), "--profile", profile]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == expected, done.stderr
        assert ("did you mean 'acx'?" in done.stderr) == (profile == "axc")


def test_json_is_the_certificate_and_nothing_else(good: Path) -> None:
    facts = json.loads(run("certify", good, "--json").output)
    assert facts["schema"] == "chapterhouse-certificate/1"
    assert (facts["verdict"], len(facts["files"])) == ("met", 1)


def test_a_folder_gets_both_forms(good: Path, tmp_path: Path) -> None:
    done = run("certify", good, "--to", tmp_path / "out", "--json")
    assert (tmp_path / "out" / "certificate.json").read_text() == done.output
    assert "01_The-Road.mp3" in (tmp_path / "out" / "certificate.html").read_text()


def test_a_production_files_own_profile_is_taken(loud: Path, tmp_path: Path) -> None:
    production = tmp_path / "book.yaml"
    production.write_text(
        "title: A Book\nscript: {path: book.md}\ncast: {NARRATOR: {engine: humming, voice: low}}\n"
        "master: {profile: custom, custom: {measure: rms_dbfs, target: -17, tolerance: 1}}\n"
    )
    assert run("certify", loud, "--profile", production).exit_code == 0


def test_an_unknown_profile_is_told_the_nearest(good: Path) -> None:
    error = run("certify", good, "--profile", "podcast-aple").exception
    assert isinstance(error, InputError)
    assert "did you mean 'podcast-apple'?" in str(error)


def test_profiles_are_listed_all(good: Path) -> None:
    done = run("profiles")
    assert done.exit_code == 0
    assert all(name in done.output for name in [*PROFILES, "custom"])


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_shows_every_figure_with_its_source_and_date(name: str) -> None:
    output = run("profiles", name).output
    profile = PROFILES[name]
    for figure, limit in profile.limits.items():
        assert FIGURES[figure][0] in output
        assert limit.source.title in output
        assert limit.source.read in output
    assert profile.target_source.title in output
    assert profile.format_source.where in output


def test_profiles_as_json_have_every_figure() -> None:
    (facts,) = json.loads(run("profiles", "acx", "--json").output)
    assert facts["limits"]["rms_dbfs"]["low"] == -23.0
    assert facts["limits"]["rms_dbfs"]["source"]["read"].startswith("2026-11")
    assert {one["name"] for one in json.loads(run("profiles", "--json").output)} == PROFILES.keys()
