"""Captions, texts and packages as they are delivered: names, and nothing made twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.delivery.texts import TEXT_FORMATS
from pipeline.materials import Master
from pipeline.production import Order
from pipeline.vault import Vault

from .delivered import deliver
from .spoken import ODD_TITLES

TEXTS = ["vtt", "srt", "chapters", "transcript", "labels", "edl"]


def names_of(order: Order) -> set[str]:
    found = (path for path in order.output.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(order.output).as_posix() for path in found}


def test_every_text_format_of_the_production_file_is_drawn() -> None:
    assert set(TEXT_FORMATS) == {*TEXTS, "epub", "lpf", "acx"}


def test_each_chapter_and_the_title_have_their_files_under_the_sounds_own_names(
    masters: Sequence[Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    order = make_order(formats=["flac", *TEXTS])
    deliver(masters[:1], order, vault=vault, narrators="Low")
    title, chapter = "the-road-other-tales", "01_the-long-road"
    assert names_of(order) == {
        f"flac/{chapter}.flac",
        f"{title}.vtt",
        f"captions/{chapter}.vtt",
        f"{title}.srt",
        f"captions/{chapter}.srt",
        f"{title}.chapters.json",
        f"{title}.transcript.json",
        f"transcripts/{chapter}.json",
        f"{title}.labels.txt",
        f"labels/{chapter}.txt",
        f"{title}.edit-list.csv",
        f"{title}.reaper.csv",
    }
    assert f"flac/{chapter}.flac" in (order.output / f"{title}.edit-list.csv").read_text()


def test_two_chapters_of_one_name_and_odd_titles_have_files_of_their_own(
    make_master: Callable[..., Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    masters = [make_master(number, title, 0.7) for number, title in enumerate(ODD_TITLES, 1)]
    order = make_order(formats=TEXTS)
    delivered = deliver(masters, order, vault=vault, narrators="Low")
    assert len({each.path for each in delivered}) == len(delivered) == len(names_of(order))


def test_a_corrected_word_makes_its_own_texts_anew_and_no_others(
    masters: Sequence[Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    order = make_order(formats=["vtt", "transcript", "chapters"])
    deliver(masters, order, vault=vault, narrators="Low")
    before = {name: (order.output / name).stat().st_mtime_ns for name in names_of(order)}
    corrected = replace(masters[1], marks=(replace(masters[1].marks[0], shown="Corrected."),))
    deliver([masters[0], corrected, masters[2]], order, vault=vault, narrators="Low")
    changed = {name for name, made in before.items() if (order.output / name).stat().st_mtime_ns != made}
    others = ("chapters.json", "01_the-long-road.vtt", "01_the-long-road.json", "03_home.vtt", "03_home.json")
    assert changed == {name for name in before if not name.endswith(others)}
    transcript = json.loads((order.output / "the-road-other-tales.transcript.json").read_text())
    assert transcript["segments"][1]["body"] == "Corrected."


def test_texts_say_the_same_bytes_wherever_they_are_made(
    masters: Sequence[Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    def made(output: str) -> list[tuple[str, str]]:
        order = make_order(output=output, formats=TEXTS)
        delivered = deliver(masters, order, vault=vault, narrators="Low")
        return [(Path(each.path).name, each.sha256) for each in delivered]

    assert made("a") == made("b")
