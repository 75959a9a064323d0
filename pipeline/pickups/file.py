"""The file of pickups: read with a place for every error, written so that only what has changed is another line.

Every entry is a block of lines of its own. One that has not changed is written back as it stood, with the comments
above it, whatever its layout.
"""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.pickups.decisions import Line, Pickup, Redo
from pipeline.pickups.matching import Pickups, Written
from pipeline.production import Order
from pipeline.vault import write_text

HEAD = """\
# Decisions about single lines, written by `chapterhouse pickups` and by hand; keep them in git with the script.
# redo: {seed, voice, speed, say}    use: a take's key    approve: a take's key    note: anything
# A line is found by 'role' and 'words', so edits elsewhere change nothing; 'slate' and 'text' are hints.
"""
KEY = "pickups"
KNOWN = (*Pickup.model_fields, *Redo.model_fields)


def pickups_path(order: Order) -> Path:
    """``<production>.pickups.yaml`` beside the production file."""
    return order.file.with_suffix(".pickups.yaml")


def load_pickups(path: Path) -> Pickups:
    """The decisions in ``path``; none when there is no such file.

    Raises:
        InputError: not a file of pickups; every problem is named with its file, line and column.
    """
    try:
        return _read(path.read_text("utf-8-sig"), path)
    except FileNotFoundError:
        return Pickups(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from None


def save_pickups(pickups: Pickups) -> None:
    """Write the decisions to their file; entries that have not changed stay as they are written there.

    Raises:
        StorageError: the file cannot be written.
    """
    text = _composed(pickups, pickups.written)
    write_text(pickups.file, text if _says(text, pickups) else _composed(pickups, {}))


def _says(text: str, pickups: Pickups) -> bool:
    """Whether a text written from pieces says what it should: an alias may have lost its anchor."""
    try:
        return _read(text, pickups.file) == pickups
    except InputError:
        return False


def _composed(pickups: Pickups, written: Mapping[Line, Written]) -> str:
    blocks = [_entry(entry, written.get(entry.line)) for entry in pickups.entries]
    return (pickups.head or HEAD) + (f"{KEY}:\n{''.join(blocks)}" if blocks else f"{KEY}: []\n")


def _entry(entry: Pickup, written: Written | None) -> str:
    """An entry's lines: as they stand if they still say the same, else anew under the comments above them."""
    if written and written.entry == entry and written.text:
        return written.text
    node = CommentedMap(entry.model_dump(exclude_defaults=True))
    if "redo" in node:
        node["redo"] = CommentedMap(node["redo"])
        node["redo"].fa.set_flow_style()
    yaml = YAML(typ="rt")
    yaml.width = 10_000  # a value is one line
    out = io.StringIO()
    yaml.dump(CommentedSeq([node]), out)
    return (written.comments if written else "") + out.getvalue()


def _read(text: str, path: Path) -> Pickups:
    nodes = _nodes(text, path)
    places = [
        Place(str(path), nodes.lc.item(index)[0] + 1, nodes.lc.item(index)[1] + 1) for index in range(len(nodes))
    ]
    blocks = _blocks(text, [place.line or 1 for place in places])
    problems: list[InputError] = []
    written: dict[Line, Written] = {}
    for node, place, block in zip(nodes, places, blocks, strict=True):
        try:
            entry = Pickup.model_validate(_plain(node))
        except ValidationError as error:
            problems += [_explain(detail, node, place) for detail in error.errors()]
            continue
        if entry.line in written:
            what = f"a second decision about the line '{entry.text}'; the first is at {written[entry.line].place}"
            problems.append(InputError(what, where=place, next_step="make one of the two"))
            continue
        written[entry.line] = Written(entry, place, block)
    if problems:
        raise problems[0] if len(problems) == 1 else ProblemsError(problems)
    entries = sorted((each.entry for each in written.values()), key=lambda entry: entry.order)
    head = re.match(rf"(.*?)^{KEY} *:", text, re.DOTALL | re.MULTILINE)
    return Pickups(path, tuple(entries), written, head=head[1] if head else "")


def _nodes(text: str, path: Path) -> CommentedSeq:
    where = str(path)
    try:
        document = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InputError(
            f"not valid YAML: {' '.join(str(error.problem or error.context).split())}",
            where=Place(where, mark.line + 1, mark.column + 1) if mark else where,
            next_step="look at this line and the one before: indentation (spaces, no tabs), colons and quotes",
        ) from None
    except YAMLError as error:
        raise InputError(f"not valid YAML: {' '.join(str(error).split())}", where=where) from None
    if document is None:
        return CommentedSeq()
    if not isinstance(document, CommentedMap) or list(document) not in ([KEY], []):
        raise InputError(f"a file of pickups has one key, '{KEY}:'", where=Place(where, 1, 1))
    nodes = document.get(KEY)
    if nodes is None:
        return CommentedSeq()
    if not isinstance(nodes, CommentedSeq):
        line, column = document.lc.key(KEY)
        raise InputError(f"'{KEY}' is a list of decisions", where=Place(where, line + 1, column + 1))
    return nodes


def _blocks(text: str, starts: Sequence[int]) -> list[str]:
    """The lines of each entry with the comments above it; empty where entries share a line.

    Args:
        starts: line of each entry's first key, from 1.
    """
    lines = text.splitlines(keepends=True)
    tops = []
    for start in starts:
        dash = start - 1
        while dash and not lines[dash].lstrip().startswith("-"):
            dash -= 1
        top = dash
        while top and (not lines[top - 1].strip() or lines[top - 1].lstrip().startswith("#")):
            top -= 1
        tops.append((top, dash))
    blocks = []
    for index, (top, dash) in enumerate(tops):
        end = tops[index + 1][0] if index + 1 < len(tops) else len(lines)
        apart = end > dash and lines[dash].lstrip().startswith("-")
        indent = len(lines[dash]) - len(lines[dash].lstrip())
        block = re.sub(rf"(?m)^ {{0,{indent}}}", "", "".join(lines[top:end]))
        blocks.append(block if block.endswith("\n") else f"{block}\n") if apart else blocks.append("")
    return blocks


def _plain(node: Any) -> Any:
    """YAML nodes as plain Python values."""
    if isinstance(node, CommentedMap):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        return [_plain(value) for value in node]
    kind = next((kind for kind in (bool, int, float, str) if isinstance(node, kind)), None)
    return kind(node) if kind else node


def _explain(detail: ErrorDetails, node: Any, place: Place) -> InputError:
    """What is wrong with one value of an entry, at the place of its key."""
    path = [str(part) for part in detail["loc"]]
    for key in detail["loc"]:
        if not isinstance(node, CommentedMap) or key not in node or key not in (node.lc.data or {}):
            break
        line, column = node.lc.key(key)
        place, node = Place(place.file, line + 1, column + 1), node[key]
    name = ".".join(part for part in path[:2] if part in KNOWN)
    match detail["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(path[-1], KNOWN, n=1, cutoff=0.5)
            known = Redo if len(path) > 1 else Pickup
            step = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(known.model_fields)}"
            return InputError(f"unknown key '{path[-1]}'", where=place, next_step=step)
        case "missing":
            step = "`chapterhouse pickups` writes whole entries"
            return InputError(f"'{name}' is missing", where=place, next_step=step)
        case "string_type":
            what = f"'{name}' must be text, not {detail['input']!r}"
            return InputError(what, where=place, next_step="put it in quotes")
    message = detail["msg"].removeprefix("Value error, ")
    what = f"'{name}': {message[:1].lower()}{message[1:]}" if name else f"{message[:1].lower()}{message[1:]}"
    return InputError(what, where=place)
