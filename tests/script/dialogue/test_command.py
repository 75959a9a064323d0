"""`chapterhouse cast` as a person runs it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from pipeline.cli.commands import chapterhouse

PRODUCTION = """\
title: The Lamp
script: {path: lamp.md}
cast:
  NARRATOR: {engine: humming, voice: low}
  ANNA: {engine: humming, voice: high}
"""
SCRIPT = """\
# The Lamp

“Who is there?” asked Anna. “Speak!”

“Nobody,” said Tom.

The lamp went out.

“Tom?”
"""


def test_the_command_writes_a_sheet_beside_the_production_and_says_what_is_to_do(tmp_path: Path) -> None:
    (tmp_path / "lamp.yaml").write_text(PRODUCTION, "utf-8")
    (tmp_path / "lamp.md").write_text(SCRIPT, "utf-8")
    result = CliRunner().invoke(chapterhouse, ["cast", str(tmp_path / "lamp.yaml")], catch_exceptions=False)
    assert result.exit_code == 0
    assert "4 lines, 1 undecided" in result.output
    assert "1 roles: TOM" in result.output
    sheet = (tmp_path / "lamp.cast.yaml").read_text("utf-8")
    assert "| ANNA | 0.98 name: ANNA | lamp.md:3:1 | “Who is there?”" in sheet
    assert "TOM: {lines: 1, first: lamp.md:5:1}" in sheet
