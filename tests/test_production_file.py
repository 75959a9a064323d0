"""A wrong production file is told with file, line, column and a near miss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import InputError, Place, ProblemsError
from pipeline.production_file import load_order, production_schema

GOOD = """\
title: A Book
script: {path: book.md}
cast:
  NARRATOR: {engine: humming, voice: middle}
"""

CONFIGS = Path(__file__).parent.parent / "configs"


def load(tmp_path: Path, text: str | bytes) -> InputError:
    file = tmp_path / "book.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_order(file)
    return caught.value


BAD: dict[str, tuple[str | bytes, int | None, int | None, str]] = {
    "an unknown key": (GOOD + "titel: x\n", 5, 1, "did you mean 'title'?"),
    "an unknown key further down": (
        GOOD.replace("voice: middle", "voice: middle, sped: 1.1"),
        4,
        46,
        "did you mean 'speed'?",
    ),
    "a missing key": ("title: A Book\nscript: {path: book.md}\n", 1, 1, "'cast' is missing"),
    "a missing narrator": (GOOD.replace("NARRATOR", "ANNA"), 3, 1, "needs a NARRATOR"),
    "a number for a text": (GOOD.replace("A Book", "1984"), 1, 1, "put it in quotes"),
    "a number out of range": (
        GOOD.replace("voice: middle", "voice: middle, speed: 9"),
        4,
        46,
        "less than or equal to 2",
    ),
    "a wrong choice": (GOOD + "master: {profile: podcats-mono}\n", 5, 10, "did you mean 'podcast-mono'?"),
    "a role in small letters": (GOOD + "  anna: {engine: humming, voice: low}\n", 5, 3, "in capitals"),
    "broken YAML": (GOOD + "rights: [a: b\n", 6, 1, "not valid YAML"),
    "a tab for an indentation": ("title: x\nscript:\n\tpath: x.md\n", 3, 1, "not valid YAML"),
    "a key given twice": (GOOD + "title: Another\n", 5, 1, "duplicate key"),
    "an empty file": ("", None, None, "empty"),
    "a list": ("- a\n- b\n", 1, 1, "'key: value'"),
    "not UTF-8": (b"title: caf\xe9\n", 1, None, "UTF-8"),
    "a wrong cron": (GOOD + "schedule: {cron: every day}\n", 5, 12, "cron"),
    "a wrong time zone": (GOOD + "schedule: {cron: '0 6 * * 1', timezone: Mars}\n", 5, 31, "time zone"),
    "a format twice": (GOOD + "deliver: [mp3, mp3]\n", 5, 1, "twice"),
    "a bit rate for FLAC": (GOOD + "deliver: [{format: flac, bitrate_kbps: 128}]\n", 5, 11, "lossless"),
    "a custom profile without figures": (GOOD + "master: {profile: custom}\n", 5, 1, "at least a target"),
    "figures for another profile": (GOOD + "master: {custom: {target: -18}}\n", 5, 1, "is for 'profile: custom'"),
    "a limit that limits nothing": (
        GOOD + "master: {profile: custom, custom: {target: -18, limits: {lra_lu: {}}}}\n",
        5,
        58,
        "a low or a high",
    ),
    "an old name of an override": (
        GOOD + "master: {overrides: {target_lufs: -20}}\n",
        5,
        22,
        "did you mean 'target'?",
    ),
    "a base that is not there": (GOOD + "base: other.yaml\n", None, None, "no such production file"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_mistake_is_told_with_its_place(kind: str, tmp_path: Path) -> None:
    text, line, column, words = BAD[kind]
    error = load(tmp_path, text)
    assert words in str(error)
    assert error.exit_code == 3
    if line is not None:
        assert isinstance(error.where, Place)
        assert (error.where.line, error.where.column) == (line, column)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    error = load(tmp_path, GOOD + "titel: x\nmaster: {profil: acx}\n")
    assert isinstance(error, ProblemsError)
    assert len(error.problems) == 2


def test_a_missing_file_is_told_with_a_near_miss(tmp_path: Path) -> None:
    (tmp_path / "harbour.yaml").write_text(GOOD)
    with pytest.raises(InputError, match=r"did you mean .*harbour\.yaml"):
        load_order(tmp_path / "harbor.yaml")


def test_a_file_inherits_from_its_base_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(GOOD + "pauses: {sentence_s: 0.3, line_s: 0.2}\n")
    (tmp_path / "child.yaml").write_text("base: base.yaml\ntitle: Another\npauses: {line_s: 0.9}\n")
    production = load_order(tmp_path / "child.yaml").production
    assert production.title == "Another"
    assert (production.pauses.sentence_s, production.pauses.line_s) == (0.3, 0.9)


def test_inherited_paths_are_relative_to_the_file_that_says_them(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "base.yaml").write_text(GOOD)
    (tmp_path / "child.yaml").write_text("base: shared/base.yaml\n")
    assert load_order(tmp_path / "child.yaml").script == tmp_path / "shared" / "book.md"


def test_a_mistake_in_the_base_is_told_in_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(GOOD + "titel: x\n")
    (tmp_path / "book.yaml").write_text("base: base.yaml\n")
    with pytest.raises(InputError) as caught:
        load_order(tmp_path / "book.yaml")
    assert caught.value.where == Place(str(tmp_path / "base.yaml"), 5, 1)


def test_bases_that_go_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("base: b.yaml\n")
    (tmp_path / "b.yaml").write_text("base: a.yaml\n")
    with pytest.raises(InputError, match="circle"):
        load_order(tmp_path / "a.yaml")


def test_the_schema_in_docs_is_the_one_the_code_has() -> None:
    written = (CONFIGS.parent / "docs" / "production.schema.json").read_text()
    assert written == production_schema() + "\n"


@pytest.mark.parametrize("name", ["audiobook", "audiobook-bark", "podcast"])
def test_the_shipped_productions_are_good(name: str) -> None:
    from pipeline.flows.callsheet import draw_up

    sheet = draw_up(load_order(CONFIGS / f"{name}.yaml"))
    assert len(sheet.chapters) >= 2
    assert {chunk.role for chapter in sheet.chapters for chunk in chapter.chunks} == set(sheet.cast)


def test_the_schema_allows_what_the_shipped_productions_say() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from ruamel.yaml import YAML

    for file in CONFIGS.glob("*.yaml"):
        jsonschema.validate(YAML(typ="safe").load(file.read_text()), json.loads(production_schema()))
