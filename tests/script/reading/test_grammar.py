"""docs/script-markup.md keeps its word: every example in it gives what is printed beside it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from pipeline.errors import ProblemsError
from pipeline.materials import Source
from pipeline.script.blocks import Block, Document, Ledger, Mark, Sort
from pipeline.script.reading import tags
from pipeline.script.reading.source import starts_of_lines

PAGE = Path(__file__).parents[3] / "docs" / "script-markup.md"
ROLES = ("NARRATOR", "ANNA", "TOM", "DR. NGUYEN")
SOUNDS = ("theme", "rain", "door")
READERS = {"script": "markdown", "fountain": "fountain", "ssml": "ssml"}
EXAMPLE = re.compile(
    r"^(?P<fence>`{3,})(?P<format>script|fountain|ssml)\n(?P<script>.*?)^(?P=fence)\n+"
    r"^(?P<other>`{3,})(?P<result>\w*)\n(?P<expected>.*?)^(?P=other)$",
    re.MULTILINE | re.DOTALL,
)


def examples() -> list[tuple[str, str, str, str]]:
    page = PAGE.read_text(encoding="utf-8")
    return [match.group("format", "script", "result", "expected") for match in EXAMPLE.finditer(page)]


def read(format: str, script: str) -> tuple[Document, Ledger]:  # noqa: A002
    source = Source(Path("script"), script, starts_of_lines(script))
    ledger = Ledger(source)
    module = import_module(f"pipeline.script.reading.{READERS[format]}")
    return module.read(source, ledger, ROLES, SOUNDS), ledger


def line(block: Block) -> str:
    text = " ".join(block.text.split())
    speaker = f"{block.role or 'NARRATOR'}{f' ({block.delivery})' if block.delivery else ''}:"
    shown = {
        Sort.HEADING: f"{'#' * block.level} {text}",
        Sort.ITEM: f"- {speaker} {text}",
        Sort.VERSE: f"| {speaker} {text}",
        Sort.NOTE: f"note {block.note if block.note[:1] != '^' else '^'}: {text}",
        Sort.TABLE: f"row: {block.text.replace(chr(9), ' | ')}",
        Sort.CAPTION: f"caption: {text}",
        Sort.IMAGE: f"picture: {text}",
        Sort.BREAK: "* * *",
        Sort.CUE: f"{block.role}:" if block.role else "no words:",
    }.get(block.sort, f"{speaker} {text}")
    language = [f"    lang {block.language}"] if block.language else []
    return "\n".join([shown.rstrip(), *language, *(f"    {told(mark, block)}" for mark in block.marks)])


def told(mark: Mark, block: Block) -> str:
    value = "^" if mark.value.startswith("^") else mark.value.replace("\t", ", ").replace("=, ", ", ").rstrip("=")
    name = f"{mark.marking.value} {value}".rstrip()
    if mark.start < mark.end:
        return f"{name}: {block.text[mark.start : mark.end]}"
    before = block.text[: mark.start].split()
    return f"{name}, after '{before[-1]}'" if before else name


def problems(ledger: Ledger) -> str:
    with pytest.raises(ProblemsError) as caught:
        ledger.close()
    found = caught.value.problems
    return "".join(f"{str(p.where).removeprefix('script:')} {p.what}\n    {p.next_step}\n" for p in found)


@pytest.mark.parametrize("format, script, result, expected", examples(), ids=lambda text: text[:40].split("\n")[0])
def test_an_example_gives_what_stands_beside_it(format: str, script: str, result: str, expected: str) -> None:  # noqa: A002
    document, ledger = read(format, script)
    assert result in ("lines", "problems")
    if result == "problems":
        assert problems(ledger) == expected
    else:
        ledger.close()
        assert "".join(line(block) + "\n" for block in document.blocks) == expected


def test_every_example_of_the_page_is_run() -> None:
    page = PAGE.read_text(encoding="utf-8")
    opened = len(re.findall(r"^`{3,}(?:script|fountain|ssml)$", page, re.MULTILINE))
    assert len(examples()) == opened >= 35
    assert any(result == "problems" for _, _, result, _ in examples())


def test_every_tag_option_hint_and_kind_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in (*tags.SOUNDS, *tags._ACTIONS, *tags._OPTIONS, *tags.KEYS, *tags.KINDS):
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", page), name


@pytest.mark.parametrize("format, script, result, expected", examples(), ids=lambda text: text[:40].split("\n")[0])
def test_every_character_of_an_example_is_read_or_markup_or_skipped_by_name(
    format: str,  # noqa: A002
    script: str,
    result: str,
    expected: str,
) -> None:
    document, ledger = read(format, script)
    if result == "problems":
        return
    held = {o for b in document.blocks for o, c in zip(b.offsets, b.text, strict=True) if not c.isspace()}
    assert held == {i for i, fate in enumerate(ledger.fates) if fate == 0 and not script[i].isspace()}
