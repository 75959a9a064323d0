"""The report tells everything, works offline, and cannot be written by what a script says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from pipeline.delivery import RunTotals, summarise_takes, write_report
from pipeline.delivery.certificate import Certificate, FileCertificate, TitleFacts
from pipeline.delivery.certificate_page import write_certificate
from pipeline.delivery.report import clock, timecode
from pipeline.errors import Place
from pipeline.materials import Mark, Master, Notice, Take, Verdict
from pipeline.production import Order
from pipeline.profiles import Requirement, profile_named
from pipeline.vault import Vault

from .delivered import deliver

EVIL = '<script>alert("x")</script> & "quotes" \'too\''
VOID = {"meta", "img", "br", "stop", "rect", "path", "link"}


class Page(HTMLParser):
    """Collects what a browser would load, and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "srcset"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def certificate_of(*names: str, problem: str = "") -> Certificate:
    files = tuple(FileCertificate(name, "chapter", "", 0, None, None, (), problem) for name in names)
    return Certificate(profile_named("acx"), files, (), TitleFacts(), {})


@pytest.fixture
def report(masters: Sequence[Master], make_order: Callable[..., Order], vault: Vault) -> Path:
    order = make_order(title=EVIL, author=EVIL, formats=["mp3", "m4b"])
    mark = Mark("ch03-0002", "NARRATOR", EVIL, 61.5, 63.25)
    missed = Requirement(EVIL, "dB", -17.0, -23.0, -18.0)
    last = replace(masters[2], title=EVIL, requirements=(missed,), marks=(*masters[2].marks, mark))
    masters = (*masters[:2], last)
    bad = Verdict("length", False, 9.0, 4.0, EVIL)
    takes = {
        1: [Take("k1", "ch01-0001-t1", 1.0, 0, (), True)],
        3: [Take("k2", "ch03-0001-t1", 1.0, 0, (), False), Take("k3", "ch03-0002-t3", 1.0, 0, (bad,), False)],
    }
    certificate = certificate_of("one.mp3", "two.mp3")
    write_certificate(order.output, certificate)
    return write_report(
        order.output / "report.html",
        order=order,
        masters=masters,
        deliverables=deliver(masters, order, vault=vault, narrators="Low"),
        takes_by_chapter=takes,
        notices=[Notice(EVIL, Place("/somebody/private/script.md", 12))],
        totals=RunTotals(audio_s=3723.0, wall_s=100.0, recorded=2, reused=1, flagged=1),
        certificate=certificate,
        summary=summarise_takes(EVIL, masters, takes, estimate=EVIL),
    )


def test_nothing_from_the_script_becomes_markup(report: Path) -> None:
    page = Page()
    page.feed(report.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert not page.open, "every element is closed"


def test_nothing_is_loaded_from_elsewhere_and_links_are_relative(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert (
        "http:" not in text
        and "https:" not in text
        and "@import" not in text
        and "url(" not in text.replace("url(#", "")
    )
    for link in page.links:
        assert link.startswith("#") or (report.parent / unquote(link)).is_file(), link
    assert any(link.endswith(".mp3") for link in page.links) and any(link.endswith(".m4b") for link in page.links)
    assert "/somebody/private" not in text and str(report.parent) not in text


def test_every_chapter_figure_and_flag_is_told(report: Path, masters: Sequence[Master]) -> None:
    text = report.read_text(encoding="utf-8")
    for number in (1, 2, 3):
        assert f'id="chapter-{number}"' in text and f'href="#chapter-{number}"' in text
    assert text.count('<svg class="wave"') == 3
    assert "1:02:03" in text and ">37.2<" in text, "length and times real time"
    assert "<td>00:01:01.500</td>" in text and "ch03-0002</code>" in text
    assert text.count('id="takes"') == 1 and "2 (66.7 %)" in text, "passed with their first take"
    assert "−23 … −18 dB" in text and "✗ missed" in text and "✗ 1 requirement is missed" in text
    assert "≤ −3 dB" in text and "✓ met" in text
    assert "2 recorded" in text and "1 re-used" in text
    assert "script.md:12" in text
    assert "2 delivered files, decoded and measured: all meet acx" in text and 'href="certificate.html"' in text
    assert len(re.findall(r"<code>[0-9a-f]{64}</code>", text)) == 4


def test_a_report_without_chapters_or_takes_is_still_a_page(make_order: Callable[..., Order], tmp_path: Path) -> None:
    path = write_report(
        tmp_path / "r.html",
        order=make_order(),
        masters=(),
        deliverables=(),
        takes_by_chapter={},
        notices=(),
        totals=RunTotals(0.0, 0.0, 0, 0, 0),
        certificate=certificate_of(),
        summary=summarise_takes("book.yaml", (), {}),
    )
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert not page.open


def test_files_that_miss_their_profile_are_told(make_order: Callable[..., Order], tmp_path: Path) -> None:
    path = write_report(
        tmp_path / "r.html",
        order=make_order(),
        masters=(),
        deliverables=(),
        takes_by_chapter={},
        notices=(),
        totals=RunTotals(0.0, 0.0, 0, 0, 0),
        certificate=certificate_of("one.mp3", "two.mp3", problem="cannot be read"),
        summary=summarise_takes("book.yaml", (), {}),
    )
    assert "✗ 2 requirements of acx missed by the delivered files" in path.read_text(encoding="utf-8")


def test_clocks_round_without_sixty_seconds() -> None:
    assert [clock(s) for s in (2.34, 59.99, 60, 3599.6, 3723)] == ["2.3 s", "1:00", "1:00", "1:00:00", "1:02:03"]
    assert timecode(59.9996) == "0:01:00.000"
