"""The cast sheet as a file: read with places for errors, written so that a person's comments stay."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from pipeline.errors import InputError, Place
from pipeline.script.dialogue.sheet import OPEN, CastSheet, Role, SheetLine, role_name
from pipeline.vault import write_text

HEAD = """\
Who says what. Written by `chapterhouse cast`, which may be run again at any time: it keeps what you write here.

roles   also: other names of the same person; as: the role whose voice it takes (as: ANNA, as: NARRATOR)
quotes  the book's quotation marks
unsure  the role that reads every line whose role is still '?'; 'ask': such lines are an error
lines   line | role | what the rules found | place | first words. Change any role; put one in place of each '?'.
"""
KEYS = ("unsure", "quotes", "roles", "lines")
ROLE_KEYS = ("also", "lines", "first", "as")


def read_sheet(file: Path) -> CastSheet:
    """The sheet in ``file``; an empty one when there is no such file.

    Raises:
        InputError: not a cast sheet; the place is the file's line.
    """
    document = _load(file)
    for key in document:
        if key not in KEYS:
            raise InputError(f"unknown key '{key}'", where=_place(file, document, key), next_step=_known(KEYS))
    unsure = document.get("unsure", "ask")
    lines: dict[str, SheetLine] = {}
    for chapter, table in (document.get("lines") or {}).items():
        for line in _table(str(table), int(chapter), file):
            lines[line.key] = line
    reader = "" if unsure in ("ask", None) else _role(unsure, file)
    return CastSheet(file, _roles(document, file), reader, str(document.get("quotes") or "auto"), lines)


def _load(file: Path) -> CommentedMap:
    try:
        document = YAML(typ="rt").load(file.read_text("utf-8"))
    except FileNotFoundError:
        return CommentedMap()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(file)) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(str(file), mark.line + 1, mark.column + 1) if mark else Place(str(file))
        raise InputError(
            f"not valid YAML: {' '.join(str(error.problem).split())}",
            where=place,
            next_step="look at this line and the one before: indentation (spaces, no tabs), colons and quotes",
        ) from None
    except YAMLError as error:
        raise InputError(f"not valid YAML: {error}", where=str(file)) from None
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise InputError("a cast sheet is a list of 'key: value' lines", where=Place(str(file), 1, 1))
    return document


def _roles(document: CommentedMap, file: Path) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    written = document.get("roles") or CommentedMap()
    for name, values in written.items():
        entry: Mapping[str, Any] = values or {}
        for key in entry:
            if key not in ROLE_KEYS:
                raise InputError(
                    f"unknown key '{key}' in '{name}'", where=_place(file, written, name), next_step=_known(ROLE_KEYS)
                )
        also = entry.get("also") or ()
        speaks_as = entry.get("as") or ""
        roles[_role(name, file)] = Role(
            also=(also,) if isinstance(also, str) else tuple(map(str, also)),
            lines=int(entry.get("lines") or 0),
            first=str(entry.get("first") or ""),
            speaks_as=_role(speaks_as, file) if speaks_as else "",
        )
    return roles


def _role(name: object, file: Path) -> str:
    role = str(name)
    if role != role_name(role):
        raise InputError(f"'{role}' is not a role name", where=str(file), next_step=f"write {role_name(role)}")
    return role


def _table(table: str, chapter: int, file: Path) -> list[SheetLine]:
    lines, remarks = [], []
    for row in table.splitlines():
        if row.lstrip().startswith("#"):
            remarks.append(row.strip())
            continue
        if not row.strip():
            continue
        cells = [cell.strip() for cell in row.split("|", 4)]
        if len(cells) < 3:
            raise InputError(
                f"not a line of the table of chapter {chapter}: {row.strip()[:60]}",
                where=str(file),
                next_step="line | role | what the rules found | place | first words",
            )
        key, role, found, place, words = (*cells, "", "")[:5]
        confidence, _, rest = found.partition(" ")
        rule, _, guess = rest.partition(": ")
        role = OPEN if role in ("", OPEN) else _role(role, file)
        try:
            sure = float(confidence)
        except ValueError:
            sure = 0.0
        lines.append(SheetLine(f"{chapter}:{key}", role, guess, sure, rule, place, words, tuple(remarks)))
        remarks = []
    return lines


def write_sheet(sheet: CastSheet) -> None:
    """Write the sheet over its file; keys and comments that a person put there stay.

    Raises:
        StorageError: the file cannot be written.
    """
    document = _load(sheet.file)
    if not document:
        document.yaml_set_start_comment(HEAD)
    document.setdefault("unsure", "ask")
    document["quotes"] = sheet.quotes
    roles = document.setdefault("roles", CommentedMap())
    for name, role in sheet.roles.items():
        entry = roles.get(name)
        if not isinstance(entry, CommentedMap):
            entry = roles[name] = CommentedMap()
            entry.fa.set_flow_style()
            if role.also:
                entry["also"] = list(role.also)
            if role.speaks_as:
                entry["as"] = role.speaks_as
        entry["lines"] = role.lines
        entry["first"] = role.first
    tables: dict[int, list[str]] = {}
    for line in sheet.lines.values():
        chapter, _, key = line.key.partition(":")
        found = f"{line.confidence:.2f} {line.rule}" + (f": {line.found}" if line.found else "")
        row = f"{key} | {line.role} | {found} | {line.place} | {line.words}"
        tables.setdefault(int(chapter), []).extend((*line.remarks, row))
    document["lines"] = CommentedMap(
        (chapter, LiteralScalarString("\n".join(rows) + "\n")) for chapter, rows in tables.items()
    )
    yaml = YAML(typ="rt")
    yaml.width = 10_000  # a role is one line
    text = io.StringIO()
    yaml.dump(document, text)
    write_text(sheet.file, text.getvalue())


def _place(file: Path, document: CommentedMap, key: str) -> Place:
    line, column = document.lc.key(key)
    return Place(str(file), line + 1, column + 1)


def _known(keys: tuple[str, ...]) -> str:
    return f"known keys: {', '.join(keys)}"
