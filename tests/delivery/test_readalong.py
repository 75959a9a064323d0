"""The read-along: checked by its own rules here, and by EPUBCheck where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.delivery.readalong import clips, heading_length, paragraphs
from pipeline.delivery.timeline import timeline_of
from pipeline.materials import Master
from pipeline.production import NARRATOR, Order, Pauses
from pipeline.vault import Vault

from .delivered import decode, deliver
from .spoken import LONG_TITLE, odd_masters, order_in, spoken, with_sound

OPF, DC = "{http://www.idpf.org/2007/opf}", "{http://purl.org/dc/elements/1.1/}"
XHTML, SMIL = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/ns/SMIL}"
PACE_S = 0.1  # of the odd texts


@pytest.fixture(scope="module")
def epub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    masters = [with_sound(master, folder) for master in odd_masters(PACE_S)]
    (delivered,) = deliver(
        masters, order_in(folder, ["epub"]), vault=Vault(folder / "vault"), narrators="Low & <High> (synthetic)"
    )
    return delivered.path


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def epubcheck() -> list[str] | None:
    """The command, where the program and, for a bare archive such as Debian's, Java are installed."""
    found, java = shutil.which("epubcheck"), shutil.which("java")
    if found is None:
        return None
    if Path(found).read_bytes()[:2] != b"PK":
        return [found]
    return [java, "-jar", found] if java else None


@pytest.mark.slow
@pytest.mark.skipif(epubcheck() is None, reason="no epubcheck on PATH")
def test_epubcheck_finds_nothing_in_a_book_of_odd_titles_and_texts(epub: Path) -> None:
    command = epubcheck()
    assert command is not None
    done = subprocess.run([*command, str(epub)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 fatals / 0 errors / 0 warnings" in done.stdout


def test_the_mimetype_comes_first_stored_and_without_extra_field(epub: Path) -> None:
    head = epub.read_bytes()[:58]
    assert head[30:38] == b"mimetype" and head[38:58] == b"application/epub+zip"  # EPUB 3.3, 4.2.7.2
    with zipfile.ZipFile(epub) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            if info.filename.endswith((".mp3", ".png")):
                assert info.compress_type == zipfile.ZIP_STORED


def test_every_file_is_in_the_manifest_once_and_every_reference_is_there(epub: Path) -> None:
    with zipfile.ZipFile(epub) as archive:
        names = archive.namelist()
        package = ElementTree.fromstring(archive.read("EPUB/package.opf"))
        items = {item.attrib["id"]: item.attrib for item in package.iter(f"{OPF}item")}
        listed = [f"EPUB/{item['href']}" for item in items.values()]
        assert sorted([*listed, "mimetype", "META-INF/container.xml", "EPUB/package.opf"]) == sorted(names)
        assert len(set(names)) == len(names)
        for reference in package.iter(f"{OPF}itemref"):
            assert items[reference.attrib["idref"]]["media-type"] == "application/xhtml+xml"


def test_overlays_touch_and_are_as_long_as_the_sound_to_the_millisecond(epub: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(epub) as archive:
        package = ElementTree.fromstring(archive.read("EPUB/package.opf"))
        items = {item.attrib["id"]: item.attrib for item in package.iter(f"{OPF}item")}
        durations = {
            meta.attrib.get("refines"): seconds(meta.text or "")
            for meta in package.iter(f"{OPF}meta")
            if meta.attrib.get("property") == "media:duration"
        }
        total_s = 0.0
        for text in (item for item in items.values() if "media-overlay" in item):
            overlay = items[text["media-overlay"]]
            page = ElementTree.fromstring(archive.read(f"EPUB/{text['href']}"))
            ids = {element.attrib["id"] for element in page.iter() if "id" in element.attrib}
            smil = ElementTree.fromstring(archive.read(f"EPUB/{overlay['href']}"))
            at_s = 0.0
            for par in smil.iter(f"{SMIL}par"):
                target = par.find(f"{SMIL}text").attrib["src"]  # type: ignore[union-attr]
                audio = par.find(f"{SMIL}audio").attrib  # type: ignore[union-attr]
                assert target.partition("#")[0] == f"../{text['href']}"
                assert target.partition("#")[2] in ids
                assert seconds(audio["clipBegin"]) == pytest.approx(at_s, abs=1e-9)
                at_s = seconds(audio["clipEnd"])
            sound = tmp_path / "sound.mp3"
            sound.write_bytes(archive.read(f"EPUB/overlay/{audio['src']}".replace("overlay/../", "")))
            assert at_s == pytest.approx(len(decode(sound)) / 2 / 44100, abs=0.001)
            assert durations[f"#{text['media-overlay']}"] == pytest.approx(at_s, abs=1e-9)
            total_s += at_s
        assert durations[None] == pytest.approx(total_s, abs=1e-6)


def test_every_word_is_in_the_text_and_lights_up_when_it_is_said(epub: Path) -> None:
    master = odd_masters(PACE_S)[0]
    with zipfile.ZipFile(epub) as archive:
        (name,) = (name for name in archive.namelist() if re.search(r"text/01_.*xhtml", name))
        page = ElementTree.fromstring(archive.read(name))
        smil = ElementTree.fromstring(archive.read(name.replace("text/", "overlay/").replace("xhtml", "smil")))
    said = [span.text for span in page.iter(f"{XHTML}span") if "id" in span.attrib]
    assert said == [cue.text for cue in timeline_of([master]).chapters[0].cues]
    begins = [seconds(audio.attrib["clipBegin"]) for audio in smil.iter(f"{SMIL}audio")]
    spoken_at_s = [mark.start_s for mark in master.marks if mark.shown.replace("\x01", "").strip()]
    assert begins == [0.0, *(round(at_s, 3) for at_s in spoken_at_s[1:])]


def test_the_package_says_whose_it_is_and_that_the_voice_is_synthetic(epub: Path) -> None:
    with zipfile.ZipFile(epub) as archive:
        package = ElementTree.fromstring(archive.read("EPUB/package.opf"))
        title_page = archive.read("EPUB/title.xhtml").decode()
    metas = [(meta.attrib.get("property"), meta.text) for meta in package.iter(f"{OPF}meta")]
    assert package.find(f".//{DC}title").text == "The Road & Other <Tales>"  # type: ignore[union-attr]
    assert package.find(f".//{DC}creator").text == "Ada Łęcka"  # type: ignore[union-attr]
    assert "2026 Example House" in (package.find(f".//{DC}rights").text or "")  # type: ignore[union-attr]
    assert "synthetic" in (package.find(f".//{DC}description").text or "")  # type: ignore[union-attr]
    assert ("media:narrator", "Low & <High> (synthetic)") in metas
    assert ("schema:accessibilityFeature", "synchronizedAudioText") in metas
    assert "synthetic speech" in title_page and "CC BY 4.0" in title_page


def test_the_mp3_of_the_read_along_is_the_one_that_is_delivered_too(
    make_master: Callable[..., Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    order = make_order(formats=["mp3", "epub"])
    deliver([make_master(1, LONG_TITLE)], order, vault=vault, narrators="Low")
    assert vault.count("deliverables") == 1


def test_the_same_title_gives_the_same_bytes_and_another_text_another_file(
    make_master: Callable[..., Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    master = make_master(1, "One")
    bytes_of = []
    for output, shown in (("a", "Words."), ("b", "Words."), ("c", "Other words.")):
        changed = replace(master, marks=(replace(master.marks[0], shown=shown),))
        (delivered,) = deliver([changed], make_order(output=output, formats=["epub"]), vault=vault, narrators="Low")
        bytes_of.append(delivered.path.read_bytes())
    assert bytes_of[0] == bytes_of[1] != bytes_of[2]


def test_a_right_to_left_language_turns_pages_to_the_right(
    make_master: Callable[..., Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    order = make_order(formats=["epub"], language="ar")
    (delivered,) = deliver([make_master(1, "مرحبا")], order, vault=vault, narrators="Low")
    with zipfile.ZipFile(delivered.path) as archive:
        assert b'page-progression-direction="rtl"' in archive.read("EPUB/package.opf")
        assert b'dir="rtl"' in archive.read("EPUB/text/01_chapter.xhtml")


def test_a_paragraph_begins_where_a_line_of_the_script_does() -> None:
    words = [
        (NARRATOR, "A.", 0.0, 1.0),
        (NARRATOR, "B.", 2.45, 2.6),  # a long pause in the same paragraph
        (NARRATOR, "C.", 2.8, 3.0),
        ("ANNA", "D.", 3.5, 4.0),
        (NARRATOR, "E.", 5.8, 6.0),  # a scene's pause
    ]
    master = spoken(1, "x", words, seconds=7)
    marks = tuple(replace(mark, opens_line=mark.shown != "B.") for mark in master.marks)
    timeline = timeline_of([replace(master, marks=marks)])
    found = [
        ("".join(cue.text for cue in cues), scene)
        for cues, scene in paragraphs(timeline.chapters[0].cues, Pauses(), timeline.rate_hz)
    ]
    assert found == [("A.B.", False), ("C.", False), ("D.", False), ("E.", True)]


def test_a_title_that_is_read_aloud_is_the_heading_itself() -> None:
    def length(*texts: str) -> int:
        words = [(NARRATOR, text, place, place + 0.5) for place, text in enumerate(texts)]
        return heading_length(timeline_of([spoken(1, "The Harbour: Part 2", words, seconds=9)]).chapters[0])

    assert length("The harbour.", "Part 2", "It rained.") == 2
    assert length("The Harbour – Part 2!", "It rained.") == 1
    assert length("It rained.", "The Harbour: Part 2") == 0
    assert length() == 0


def test_a_chunk_of_no_millisecond_gets_no_clip() -> None:
    words = [(NARRATOR, "A.", 0.0, 1.0), (NARRATOR, "B.", 1.0, 1.0002), (NARRATOR, "C.", 1.0002, 2.0)]
    timeline = timeline_of([spoken(1, "x", words, seconds=3)])
    found = list(clips(timeline, timeline.chapters[0]))
    assert found == [("c0001", 0, 1000), ("c0003", 1000, 3000)]
