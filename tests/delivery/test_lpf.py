"""The W3C audiobook against the rules of its Recommendation, one by one."""

from __future__ import annotations

import json
import re
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipeline.delivery.timeline import plain
from pipeline.materials import Master
from pipeline.production import Order
from pipeline.vault import Vault

from .delivered import decode, deliver
from .spoken import ODD_TITLES, order_in, spoken, with_sound

ODD = tuple(enumerate(ODD_TITLES, 1))
DURATION = re.compile(r"PT(\d+\.\d{3})S")  # a subset of the manifest's pattern


@pytest.fixture(scope="module")
def lpf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    masters = [with_sound(spoken(number, title, [], seconds=1 + number / 7), folder) for number, title in ODD]
    (delivered,) = deliver(
        masters, order_in(folder, ["lpf"]), vault=Vault(folder / "vault"), narrators="Low (synthetic)"
    )
    return delivered.path


def manifest_of(lpf: Path) -> dict[str, Any]:
    with zipfile.ZipFile(lpf) as archive:
        return dict(json.loads(archive.read("publication.json")))


def test_the_required_terms_are_there_as_the_recommendation_wants_them(lpf: Path) -> None:
    manifest = manifest_of(lpf)
    assert manifest["@context"][:2] == ["https://schema.org", "https://www.w3.org/ns/pub-context"]
    assert manifest["@context"][2] == {"language": "en", "direction": "ltr"}
    assert manifest["conformsTo"] == "https://www.w3.org/TR/audiobooks/"
    assert manifest["type"] == "Audiobook"
    assert manifest["name"] == "The Road & Other <Tales>"
    assert manifest["readingOrder"]


def test_the_recommended_terms_that_a_production_knows_are_there(lpf: Path) -> None:
    manifest = manifest_of(lpf)
    assert uuid.UUID(manifest["id"].removeprefix("urn:uuid:")).version == 5
    assert manifest["author"] == "Ada Łęcka"
    assert manifest["readBy"] == "Low (synthetic)"
    assert manifest["inLanguage"] == "en"
    assert manifest["readingProgression"] == "ltr"
    assert manifest["accessMode"] == ["auditory"]
    assert all(item["type"] == "ItemList" for item in manifest["accessModeSufficient"])
    assert manifest["accessibilityFeature"] and manifest["accessibilityHazard"]
    assert "synthetic" in manifest["accessibilitySummary"]
    assert "synthetic" in manifest["description"]
    assert manifest["license"] == "CC BY 4.0"
    assert "2026 Example House" in manifest["copyrightNotice"]
    relations = {item.get("rel"): item["url"] for item in manifest["resources"]}
    assert relations == {"cover": "cover.png", "contents": "index.html"}


def test_the_reading_order_is_sound_alone_named_once_each_and_in_the_package(lpf: Path) -> None:
    manifest = manifest_of(lpf)
    urls = [item["url"] for item in manifest["readingOrder"]]
    assert len(set(urls)) == len(urls) == len(ODD_TITLES)
    assert all(item["encodingFormat"] == "audio/mpeg" for item in manifest["readingOrder"])
    names = [item["name"] for item in manifest["readingOrder"]]
    assert names == [plain(title) or f"Chapter {number}" for number, title in ODD]
    with zipfile.ZipFile(lpf) as archive:
        resources = [item["url"] for item in manifest["resources"]]
        assert sorted(archive.namelist()) == sorted(["publication.json", *urls, *resources])


def test_durations_are_the_sounds_own_and_add_up_exactly(lpf: Path, tmp_path: Path) -> None:
    manifest = manifest_of(lpf)
    total_ms = 0
    with zipfile.ZipFile(lpf) as archive:
        for item in manifest["readingOrder"]:
            found = DURATION.fullmatch(item["duration"])
            assert found
            sound = tmp_path / "sound.mp3"
            sound.write_bytes(archive.read(item["url"]))
            assert float(found[1]) == pytest.approx(len(decode(sound)) / 2 / 44100, abs=0.001)
            total_ms += round(float(found[1]) * 1000)
    whole = DURATION.fullmatch(manifest["duration"])
    assert whole and round(float(whole[1]) * 1000) == total_ms


def test_sound_and_cover_are_stored_and_text_is_deflated(lpf: Path) -> None:
    with zipfile.ZipFile(lpf) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            text = info.filename.endswith((".json", ".html"))
            assert info.compress_type == (zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED)


def test_the_entry_page_points_to_the_manifest_and_lists_the_chapters(lpf: Path) -> None:
    class Page(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.links: list[str] = []
            self.manifest = ""
            self.inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found = dict(attrs)
            if tag == "link" and found["rel"] == "publication":
                self.manifest = found["href"] or ""
            self.inside |= found.get("role") == "doc-toc"
            if tag == "a" and self.inside:
                self.links.append(found["href"] or "")

    page = Page()
    with zipfile.ZipFile(lpf) as archive:
        page.feed(archive.read("index.html").decode())
    assert page.manifest == "publication.json"
    assert page.links == [item["url"] for item in manifest_of(lpf)["readingOrder"]]


def test_the_identifier_stays_when_the_sound_changes(
    make_master: Callable[..., Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    master = make_master(1, "One")
    ids = []
    for output, key in (("a", master.key), ("b", "another")):
        order = make_order(output=output, formats=["lpf"])
        (delivered,) = deliver([replace(master, key=key)], order, vault=vault, narrators="Low")
        ids.append(manifest_of(delivered.path)["id"])
    assert ids[0] == ids[1]


def test_the_same_title_gives_the_same_bytes(
    make_master: Callable[..., Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    master = make_master(1, "One")
    first, second = (
        deliver([master], make_order(output=output, formats=["lpf"]), vault=vault, narrators="Low")[0]
        for output in ("a", "b")
    )
    assert first.sha256 == second.sha256
