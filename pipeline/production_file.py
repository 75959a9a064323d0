"""Reads a production file: YAML with positions and ``base:``; errors give file, line, column and a near miss."""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.production import Order, Production, dotted, is_url

MAX_BASES = 8
MAX_BYTES = 1 << 20  # a production file is written by hand; a megabyte of YAML is something else

PATH_FIELDS = {
    ("script", "path"), ("cover",), ("dialogue", "sheet"),
    ("paths", "output"), ("paths", "vault"), ("paths", "state"),
}  # fmt: skip

Places = dict[str, Place]


def load_order(file: Path) -> Order:
    """The production in ``file``, checked on its own; script, voices and models are not looked at.

    Raises:
        InputError: the file is missing, not YAML, or not a production; every problem found is named with its
            file, line and column.
    """
    file = file.expanduser().absolute()
    values, places = _read_with_bases(file, ())
    try:
        production = Production.model_validate(values)
    except ValidationError as error:
        problems = [_explain(detail, places, file) for detail in error.errors()]
        raise problems[0] if len(problems) == 1 else ProblemsError(problems) from None
    return Order(file=file, production=production, places=places)


def production_schema() -> str:
    """JSON Schema (draft 2020-12) of a production file, for editors."""
    schema = Production.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Chapterhouse production"
    schema["properties"] = {
        "base": {"type": "string", "description": "A production file to inherit from, relative to this one."},
        **schema["properties"],
    }
    schema["required"] = []  # what a file leaves out, its base may give
    formats = schema["$defs"]["Delivery"]["properties"]["format"]
    deliver = schema["properties"]["deliver"]
    deliver["items"] = {"anyOf": [formats, deliver["items"]]}
    return json.dumps(schema, indent=2, ensure_ascii=False)


def _read_with_bases(file: Path, seen: tuple[Path, ...]) -> tuple[dict[str, Any], Places]:
    if file in seen:
        chain = " → ".join(path.name for path in (*seen, file))
        raise InputError(f"'base:' goes in a circle: {chain}", where=str(seen[-1]), next_step="remove one 'base:'")
    if len(seen) == MAX_BASES:
        raise InputError(f"more than {MAX_BASES} files inherit from one another", where=str(file))
    document = _read_yaml(file, inherited_by=seen[-1] if seen else None)
    places: Places = {}
    values = _plain(document, (), file, places)
    base = values.pop("base", None)
    if base is None:
        return values, places
    if not isinstance(base, str):
        raise InputError("'base' must be the path of a production file", where=places["base"])
    base_values, base_places = _read_with_bases((file.parent / base).resolve(), (*seen, file))
    return _merge(base_values, values), base_places | places


def _read_yaml(file: Path, inherited_by: Path | None) -> CommentedMap:
    where = str(file)
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        what = "there is no such production file" + (f" (base of {inherited_by})" if inherited_by else "")
        raise InputError(what, where=where, next_step=_similar_file(file)) from None
    except IsADirectoryError:
        raise InputError(
            "this is a folder, not a production file", where=where, next_step="name a .yaml file in it"
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=where) from None
    if len(raw) > MAX_BYTES:
        raise InputError(f"{len(raw):,} bytes is too large for a production file", where=where)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError("not UTF-8 text", where=Place(where, line), next_step="save the file as UTF-8") from None
    try:
        document = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(where, mark.line + 1, mark.column + 1) if mark else Place(where)
        what = " ".join(str(error.problem or error.context or "not YAML").split())
        raise InputError(
            f"not valid YAML: {what}",
            where=place,
            next_step="look at this line and the one before: indentation (spaces, no tabs), colons and quotes",
        ) from None
    except YAMLError as error:
        raise InputError(f"not valid YAML: {' '.join(str(error).split())}", where=where) from None
    if document is None:
        raise InputError("the file is empty", where=where, next_step="`chapterhouse init` writes one to start from")
    if not isinstance(document, CommentedMap):
        raise InputError("a production file is a list of 'key: value' lines", where=Place(where, 1, 1))
    return document


def _similar_file(file: Path) -> str:
    folder = file.parent
    names = [path.name for path in folder.glob("*.y*ml")] if folder.is_dir() else []
    near = difflib.get_close_matches(file.name, names, n=1)
    return f"did you mean {folder / near[0]}?" if near else "`chapterhouse init FILE` writes one to start from"


def _plain(node: Any, path: tuple[str | int, ...], file: Path, places: Places) -> Any:
    """YAML nodes as plain Python values; notes each value's place and makes the file's own paths absolute."""
    if isinstance(node, CommentedMap):
        result: dict[str, Any] = {}
        for key, value in node.items():
            line, column = node.lc.key(key) if key in (node.lc.data or {}) else (node.lc.line, node.lc.col)
            place = Place(str(file), line + 1, column + 1)
            if not isinstance(key, str):
                raise InputError(f"the key {key!r} is not text", where=place, next_step="put it in quotes")
            places[dotted((*path, key))] = place
            result[key] = _plain(value, (*path, key), file, places)
        return result
    if isinstance(node, CommentedSeq):
        for index, _ in enumerate(node):
            line, column = node.lc.item(index)
            places[dotted((*path, index))] = Place(str(file), line + 1, column + 1)
        return [_plain(value, (*path, index), file, places) for index, value in enumerate(node)]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return _absolute(kind(node), path, file)
    if isinstance(node, datetime.date):
        return str(node)
    raise InputError(f"cannot use a value of the YAML type {type(node).__name__}", where=places.get(dotted(path)))


def _absolute(value: Any, path: tuple[str | int, ...], file: Path) -> Any:
    """Paths are relative to the file that says them, also when another file inherits them."""
    if not isinstance(value, str) or (path == ("paths", "vault") and is_url(value)):
        return value
    voice_file = path[:1] == ("cast",) and path[-1:] == ("voice",) and value.endswith(".npz")
    lexicon = path[:1] == ("lexicons",)
    setting = path[:1] == ("engines",) and value.startswith(("./", "../", "~"))
    if path in PATH_FIELDS or voice_file or lexicon or setting:
        return str((file.parent / Path(value).expanduser()).resolve())
    return value


def _merge(base: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """``child`` laid over ``base``: mappings are merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in child.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _explain(detail: ErrorDetails, places: Places, file: Path) -> InputError:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    name = dotted(path)
    where = _nearest(path, places, file)
    match detail["type"]:
        case "extra_forbidden":
            allowed = _keys_at(path[:-1])
            near = difflib.get_close_matches(str(path[-1]), allowed, n=1, cutoff=0.5)
            return InputError(
                f"unknown key '{path[-1]}'" + (f" in '{dotted(path[:-1])}'" if path[:-1] else ""),
                where=where,
                next_step=f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(allowed)}",
            )
        case "missing":
            return InputError(f"'{name}' is missing", where=where, next_step="add it; see `chapterhouse init`")
        case "string_type":
            return InputError(
                f"'{name}' must be text, not {detail['input']!r}", where=where, next_step="put it in quotes"
            )
        case "string_pattern_mismatch" if path[:1] == ("cast",):
            return InputError(
                f"'{path[-1]}' is not a role name",
                where=where,
                next_step="write roles in capitals, as in the script: ANNA, DR. WEST",
            )
        case "literal_error":
            expected = str(detail.get("ctx", {}).get("expected", ""))
            choices = [choice.strip(" '") for choice in expected.replace(" or ", ",").split(",")]
            near = difflib.get_close_matches(str(detail["input"]), choices, n=1)
            return InputError(
                f"'{name}' cannot be {detail['input']!r}",
                where=where,
                next_step=f"did you mean '{near[0]}'?" if near else f"use one of: {expected}",
            )
    message = detail["msg"].removeprefix("Value error, ")
    return InputError(f"'{name}': {message[:1].lower()}{message[1:]} (it is {_short(detail['input'])})", where=where)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _nearest(path: Sequence[str | int], places: Places, file: Path) -> Place:
    for length in range(len(path), 0, -1):
        if dotted(path[:length]) in places:
            return places[dotted(path[:length])]
    return Place(str(file), 1, 1)


def _keys_at(path: Sequence[str | int]) -> list[str]:
    """The keys a production may have at ``path``."""
    model: Any = Production
    for part in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(part))
            model = _model_in(field.annotation) if field else model  # a role or an index: inside a container
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [*model.model_fields, *(["base"] if model is Production else [])]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for found in map(_model_in, get_args(annotation)) if found is not None), None)
