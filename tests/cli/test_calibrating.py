"""``calibrate`` tells each role's pace from the takes in the vault, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest
from click.testing import CliRunner

from pipeline.booth import record
from pipeline.cli.calibrating import paces_of
from pipeline.cli.commands import chapterhouse
from pipeline.flows.callsheet import CallSheet, draw_up
from pipeline.production import Verify
from pipeline.production_file import load_order
from pipeline.script import estimate_seconds

PRODUCTION = """\
title: The Harbour Light
author: A. Writer
script: {path: harbour.md}
cast:
  NARRATOR: {engine: humming, voice: middle}
  ANNA: {engine: humming, voice: high, speed: 0.5}
  TOM: {engine: humming, voice: low}
deliver: [flac]
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> CallSheet:
    """A production whose takes are in its vault; Tom says little."""
    folder = tmp_path_factory.mktemp("harbour")
    said = [f"The boats were out all night and nobody in harbour {word} knew it." for word in _words(34)]
    script = "\n\n".join(f"{line}\n\nANNA: {line}" for line in said)
    (folder / "harbour.md").write_text(f"# One\n\n{script}\n\nTOM: I saw it twice last night, in the east.\n")
    (folder / "harbour.yaml").write_text(PRODUCTION)
    sheet = draw_up(load_order(folder / "harbour.yaml"))
    for chapter in sheet.chapters:
        for slot in sheet.slots(chapter):
            voice = sheet.cast[slot.chunk.role]
            settings = voice.engine.check_settings({"rate_hz": 8_000}, Path())
            record([slot], voice.engine.load(settings), sheet.vault, verify=Verify(mode="free"))
    return sheet


def _words(count: int) -> list[str]:
    return [f"{first}{vowel}n" for first in "bcdfgh" for vowel in "aeiouy"][:count]


def test_a_roles_pace_is_that_of_its_takes_at_the_voices_own_speed(recorded: CallSheet) -> None:
    found = {finding.role: finding for finding in paces_of(recorded)}
    takes = list(recorded.vault.cards("takes"))
    for role in ("NARRATOR", "ANNA"):
        lengths = [
            take["seconds"] * take["speed"] / estimate_seconds(take["spoken"], "en")
            for take in takes
            if take["role"] == role and estimate_seconds(take["spoken"], "en") >= 3.0
        ]
        assert found[role].pace == pytest.approx(median(lengths), abs=0.005)
    assert found["ANNA"].pace == pytest.approx(found["NARRATOR"].pace, rel=0.05)


def test_whole_lines_come_out_as_they_are_at_any_pace_near_the_usual_one(recorded: CallSheet) -> None:
    narrator = next(finding for finding in paces_of(recorded) if finding.role == "NARRATOR")
    assert (narrator.chunks, narrator.again) == (35, 0)


def test_a_much_slower_voice_would_have_its_lines_cut_and_recorded_anew(
    recorded: CallSheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.calibrating.calibrate", lambda _takes: 9.0)
    anna = next(finding for finding in paces_of(recorded) if finding.role == "ANNA")
    assert anna.again == anna.chunks > 34


def test_too_few_takes_tell_nothing(recorded: CallSheet) -> None:
    tom = next(finding for finding in paces_of(recorded) if finding.role == "TOM")
    assert (tom.takes, tom.pace) == (1, None)


def test_the_command_shows_what_a_pace_would_change_and_writes_nothing(recorded: CallSheet) -> None:
    folder = recorded.order.folder
    before = sorted(folder.rglob("*"))
    done = CliRunner().invoke(chapterhouse, ["calibrate", str(folder / "harbour.yaml")], standalone_mode=False)
    assert done.exception is None
    assert "humming/middle" in done.output and "TOM: 1 takes are too few" in done.output
    assert sorted(folder.rglob("*")) == before
