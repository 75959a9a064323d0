"""`chapterhouse cast`: the cast sheet of a novel written, or brought up to date."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.table import Table

from pipeline.cli.listings import print_table
from pipeline.production import Order
from pipeline.script import read_manuscript
from pipeline.script.dialogue.drawing import chapters_of, draw_sheet
from pipeline.script.dialogue.sheet import OPEN, CastSheet, sheet_path
from pipeline.script.dialogue.sheet_file import read_sheet, write_sheet


def cast_lines(order: Order, chosen: Path | None = None) -> None:
    """Write or merge the sheet of a production and print what is in it.

    Raises:
        InputError: the script or the sheet cannot be read.
    """
    production = order.production
    manuscript = read_manuscript(
        order.script,
        format=production.script.format,
        language=production.language,
        roles=production.cast,
        policies=production.reading,
    )
    old = read_sheet(chosen or sheet_path(order))
    sheet = draw_sheet(chapters_of(manuscript), production.language, production.dialogue.quotes, old)
    write_sheet(sheet)
    show_sheet(sheet)
    voiceless = [
        role for role, known in sheet.roles.items() if known.lines and sheet.voice(role) not in production.cast
    ]
    if voiceless:
        shown = ", ".join(voiceless[:12]) + (", …" if len(voiceless) > 12 else "")
        click.echo(f"to do: put into 'cast:', or give an 'as:' in the sheet, {len(voiceless)} roles: {shown}")
    if production.dialogue.mode == "off":
        click.echo("note: the sheet is not used until the production file says 'dialogue: {mode: cast}'")


def show_sheet(sheet: CastSheet) -> None:
    """Roles with their lines, and which rules decided."""
    lines = list(sheet.lines.values())
    table = Table("role", "lines", "first", "voice", box=None, pad_edge=False)
    for name, role in sorted(sheet.roles.items(), key=lambda item: -item[1].lines):
        if role.lines:
            table.add_row(name, str(role.lines), role.first, sheet.voice(name))
    print_table(table)
    undecided = sum(line.role == OPEN for line in lines)
    decided = sum(line.decided_by_person for line in lines)
    click.echo(f"{sheet.file}: {len(lines):,} lines, {undecided:,} undecided, {decided:,} decided by hand")
    rules = Counter(line.rule for line in lines)
    if lines:
        click.echo("by rule: " + ", ".join(f"{rule} {count / len(lines):.0%}" for rule, count in rules.most_common()))
