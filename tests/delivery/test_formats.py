"""Every format holds the same sound, its marks where the chapters start, and what it says about itself."""

from __future__ import annotations

import base64
import re
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery import aac
from pipeline.delivery.cover import settle_cover
from pipeline.delivery.encoding import Encoding
from pipeline.delivery.mp4 import Book, Chapter, write_book
from pipeline.delivery.ogg import checksum, pages
from pipeline.delivery.programme import Programme, Treatment
from pipeline.delivery.tags import DISCLOSURE
from pipeline.delivery.wav import Cue, cue_chunks, wav_head
from pipeline.materials import Master
from pipeline.metering import measure_file
from pipeline.production import Order
from pipeline.vault import Vault

from .delivered import RATE_HZ, decode, deliver, describe

Make = Callable[..., Master]
MakeOrder = Callable[..., Order]
TITLE = [{"format": kind, "per": "title"} for kind in ("wav", "flac", "mp3", "opus")] + [{"format": "m4b"}]


def riff(blob: bytes) -> dict[bytes, list[bytes]]:
    """An independent reader of RIFF and RF64: chunk bodies by name, those of LISTs under their kind."""
    assert blob[:4] in {b"RIFF", b"RF64"} and blob[8:12] == b"WAVE"
    chunks: dict[bytes, list[bytes]] = {}
    at = 12
    while at < len(blob):
        name, (size,) = blob[at : at + 4], struct.unpack_from("<I", blob, at + 4)
        body = blob[at + 8 : at + 8 + size]
        chunks.setdefault(name if name != b"LIST" else body[:4], []).append(body)
        at += 8 + size + size % 2
    assert at == len(blob)
    return chunks


def boxes(blob: bytes, path: str) -> list[bytes]:
    """An independent reader of MP4: bodies of all boxes at a path such as ``moov/trak/mdia``."""
    name, _, rest = path.partition("/")
    found, at = [], 0
    while at + 8 <= len(blob):
        size, kind = struct.unpack_from(">I4s", blob, at)
        if kind == name.encode("latin-1"):
            body = blob[at + 8 : at + size]
            found += boxes(body, rest) if rest else [body]
        at += size
    return found


def ticked(make_master: Make, count: int) -> list[Master]:
    """Chapters of odd lengths over room tone, each with a click on its first sample."""
    masters = []
    for number in range(1, count + 1):
        master = make_master(number, f"Part {number}", 1.0)
        frames = 20011 + 977 * number
        noise = np.random.default_rng(number).standard_normal(frames) * 1e-4
        noise[0] = 0.6
        soundfile.write(master.path, noise, RATE_HZ, subtype="PCM_16")
        masters.append(replace(master, key=f"tick-{number}", sample_count=frames))
    return masters


def marks_s(path: Path) -> list[float]:
    """Where a file says that its chapters start, by its own format's reader."""
    if path.suffix == ".wav":
        (cues,) = riff(path.read_bytes())[b"cue "]
        (count,) = struct.unpack_from("<I", cues)
        return [struct.unpack_from("<II4sIII", cues, 4 + 24 * n)[5] / RATE_HZ for n in range(count)]
    if path.suffix in {".flac", ".opus"}:
        times = re.findall(rb"CHAPTER\d{3}=(\d\d):(\d\d):(\d\d\.\d{3})", path.read_bytes())
        return [3600 * int(h) + 60 * int(m) + float(s) for h, m, s in times]
    if path.suffix == ".mp3":  # ffmpeg subtracts the encoder's delay, which it trims, once more
        blob = path.read_bytes()
        size = sum(byte << shift for byte, shift in zip(blob[6:10], (21, 14, 7, 0), strict=True))
        bodies = [blob[match.end() + 6 :] for match in re.finditer(b"CHAP", blob[:size])]
        return [struct.unpack_from(">I", body, body.index(b"\0") + 1)[0] / 1000 for body in bodies]
    found = re.findall(r"TIMEBASE=1/(\d+)\nSTART=(\d+)", describe(path))
    return [int(start) / int(base) for base, start in found]


@pytest.fixture
def clicks(make_master: Make) -> list[Master]:
    return ticked(make_master, 12)


@pytest.mark.parametrize("item", TITLE, ids=lambda item: str(item["format"]))
def test_every_chapter_mark_is_within_a_millisecond_of_the_sound(
    clicks: list[Master], make_order: MakeOrder, vault: Vault, item: dict[str, str]
) -> None:
    """A click on each chapter's first sample is found, after decoding, where the mark says, ±1 ms."""
    (made,) = deliver(clicks, make_order(formats=[item]), vault=vault, narrators="Low")
    marks = marks_s(made.path)
    assert len(marks) == len(clicks)
    rate_hz = 48000 if made.path.suffix == ".opus" else RATE_HZ
    sound = np.abs(np.frombuffer(decode(made.path, "f32le"), np.float32))
    for mark in marks:
        first = max(round((mark - 0.2) * rate_hz), 0)
        heard = first + int(np.argmax(sound[first : round((mark + 0.2) * rate_hz)]))
        assert abs(heard / rate_hz - mark) <= 0.001


def test_wav_holds_the_masters_samples_and_what_they_measure(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    """EBU Tech 3285 v2: the loudness fields are hundredths; soundfile and ffmpeg read the same samples."""
    made = deliver(masters, make_order(formats=["wav"]), vault=vault, narrators="Low")
    for master, item in zip(masters, made, strict=True):
        chunks = riff(item.path.read_bytes())
        assert decode(item.path) == decode(master.path) == chunks[b"data"][0]
        assert (soundfile.read(item.path, dtype="int16")[0] == soundfile.read(master.path, dtype="int16")[0]).all()
        (bext,) = chunks[b"bext"]
        assert len(bext) > 602 and bext[602:].startswith(b"A=PCM,F=44100,W=16,M=mono")
        found = measure_file(item.path)
        figures = (
            found.integrated_lufs, found.lra_lu, found.true_peak_dbtp, found.max_momentary_lufs,
            found.max_short_term_lufs,
        )  # fmt: skip
        assert struct.unpack_from("<H", bext, 346) == (2,), "version 2"
        assert struct.unpack_from("<5h", bext, 412) == tuple(round(100 * figure) for figure in figures)
        assert item.measured == found
    second = riff(made[1].path.read_bytes())
    assert struct.unpack_from("<Q", second[b"bext"][0], 338) == (masters[0].sample_count,), "its place in the title"
    info = second[b"INFO"][0]
    assert masters[1].title.encode() in info and DISCLOSURE.encode() in info and b"Low" not in info[:4]
    assert b"ch02-0001" in second[b"adtl"][0]
    assert f"title={masters[1].title}".replace(";", r"\;").replace("#", r"\#").replace("=", r"\=")[7:] in describe(
        made[1].path
    ).replace("title\\=", "title=")


@pytest.mark.parametrize(("subtype", "bits"), [("PCM_24", 24), ("FLOAT", 32)])
def test_deep_masters_are_delivered_with_24_bits(
    make_master: Make, make_order: MakeOrder, vault: Vault, subtype: str, bits: int
) -> None:
    master = make_master(1, "One", 1.0)
    sound, _ = soundfile.read(master.path)
    path = master.path.with_suffix(".wav" if subtype == "FLOAT" else ".flac")
    soundfile.write(path, sound + 1e-6, RATE_HZ, subtype=subtype)
    deep = replace(master, path=path, bits=bits, key=subtype)
    made = deliver([deep], make_order(formats=["wav", "flac"]), vault=vault, narrators="Low")
    told, _ = soundfile.read(path, dtype="float64")
    for item in made:
        assert soundfile.info(item.path).subtype == "PCM_24"
        heard, _ = soundfile.read(item.path, dtype="float64")
        assert np.abs(heard - told).max() <= 2.0**-24, "half a step of 24 bits"


def test_a_wav_past_four_gigabytes_is_rf64() -> None:
    """EBU Tech 3306: the 32-bit sizes are -1, ds64 is the first chunk and holds the true ones."""
    frames = 2**31 + 5
    head = wav_head(rate_hz=RATE_HZ, channels=1, bits=24, frames=frames, chunks=cue_chunks([Cue(7, "x")]))
    assert head[:4] == b"RF64" and head[4:8] == b"\xff\xff\xff\xff" and head[12:16] == b"ds64"
    whole, data, count = struct.unpack_from("<QQQ", head, 20)
    assert (data, count) == (3 * frames, frames) and whole == len(head) - 8 + data + data % 2
    assert head[-8:] == b"data\xff\xff\xff\xff"
    assert wav_head(rate_hz=RATE_HZ, channels=1, bits=24, frames=1000)[:4] == b"RIFF"


@pytest.mark.slow
def test_five_gigabytes_are_read_to_the_last_sample(tmp_path: Path) -> None:
    """A sparse file: its first and last samples are written, what is between is a hole."""
    frames, path = 1_700_000_000, tmp_path / "long.wav"
    head = wav_head(rate_hz=RATE_HZ, channels=1, bits=24, frames=frames)
    with path.open("wb") as target:
        target.write(head + b"\1\0\0")
        target.seek(len(head) + 3 * (frames - 1))
        target.write(b"\3\0\0")
    assert soundfile.info(path).frames == frames
    with soundfile.SoundFile(path) as sound:
        sound.seek(frames - 1)
        assert sound.read(dtype="int32")[-1] >> 8 == 3
    printed = subprocess.run([find_ffmpeg().path, "-hide_banner", "-i", path], capture_output=True, check=False)
    assert b"Duration: 10:42:28" in printed.stderr


def test_opus_says_what_it_is_and_every_page_is_whole(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    (made,) = deliver(masters, make_order(formats=[{"format": "opus", "per": "title"}]), vault=vault, narrators="Low")
    blob = made.path.read_bytes()
    at = 0
    with made.path.open("rb") as stream:
        read = list(pages(stream, made.path))
    for number, page in enumerate(read):
        assert page.sequence == number
        size = 27 + len(page.lacing) + len(page.body)
        raw = blob[at : at + size]
        assert (
            struct.unpack_from("<I", raw, 22) == (checksum(raw[:22] + bytes(4) + raw[26:]),) and raw == page.packed()
        )
        at += size
    text = describe(made.path)
    said = b"".join(page.body for page in read)
    for line in ("ARTIST=Ada Łęcka", "NARRATOR=Low", "LICENSE=CC BY 4.0", f"COMMENT={DISCLOSURE}"):
        assert line.encode() in said, line
    assert re.findall(r"^title=(.+)", text, re.MULTILINE) == [
        re.sub(r"([=;#\\])", r"\\\1", master.title) for master in masters
    ]
    picture = re.search(rb"METADATA_BLOCK_PICTURE=([A-Za-z0-9+/=]+)", said)
    assert picture is not None and b"\x89PNG" in base64.b64decode(picture[1][:400])
    assert abs(len(decode(made.path)) / 2 / 48000 - sum(master.seconds for master in masters)) <= 1 / 48000


def test_ogg_checksum_is_the_polynomial_of_the_standard() -> None:
    """RFC 3533: 0x04c11db7, highest bit first, from 0, not inverted; bit by bit here."""

    def slowly(page: bytes) -> int:
        crc = 0
        for byte in page:
            crc ^= byte << 24
            for _ in range(8):
                crc = (crc << 1 ^ 0x04C11DB7 if crc & 1 << 31 else crc << 1) & 0xFFFFFFFF
        return crc

    for page in (b"", b"OggS", bytes(range(256)) * 3):
        assert checksum(page) == slowly(page)


@pytest.mark.parametrize("quality", [0, 4, 9])
def test_variable_mp3_is_gapless_and_as_loud_as_its_master(
    make_master: Make, make_order: MakeOrder, vault: Vault, quality: int
) -> None:
    master = make_master(1, "One", 4.0)
    (made,) = deliver(
        [master], make_order(formats=[{"format": "mp3", "quality": quality}]), vault=vault, narrators="Low"
    )
    assert len(decode(made.path)) == 2 * master.sample_count
    assert b"Xing" in made.path.read_bytes()
    assert made.measured is not None
    assert abs(made.measured.rms_dbfs - measure_file(master.path).rms_dbfs) <= 0.1


def test_three_hundred_chapters_of_an_mp3_are_all_listed(
    make_master: Make, make_order: MakeOrder, vault: Vault
) -> None:
    """A table of contents counts in one byte: 300 chapters are in two tables below the topmost one, in order."""
    one = make_master(1, "One", 0.05)
    masters = [replace(one, number=number, title=f"T{number}") for number in range(1, 301)]
    (made,) = deliver(masters, make_order(formats=[{"format": "mp3", "per": "title"}]), vault=vault, narrators="Low")
    blob = made.path.read_bytes()
    tables: dict[bytes, tuple[int, list[bytes]]] = {}
    for at in (match.start() for match in re.finditer(b"CTOC", blob)):
        (size,) = struct.unpack_from(">I", blob, at + 4)
        name, rest = blob[at + 10 : at + 10 + size].split(b"\0", 1)
        entries = rest[2:].split(b"\0")[: rest[1]]
        assert len(entries) == rest[1]
        tables[name] = rest[0], entries
    assert tables[b"toc"][0] == 3 and all(flags == 1 for name, (flags, _) in tables.items() if name != b"toc")
    assert [entry for name in tables[b"toc"][1] for entry in tables[name][1]] == [
        f"chp{n}".encode() for n in range(300)
    ]
    text = describe(made.path)
    assert re.findall(r"^title=(T\d+)$", text, re.MULTILINE) == [f"T{number}" for number in range(1, 301)]
    for mark, number in zip(marks_s(made.path), range(300), strict=True):
        assert abs(mark - number * one.sample_count / RATE_HZ) <= 0.001


def test_m4b_says_to_the_sample_where_its_sound_is(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    """The edit list skips the encoder's 1024 samples; packets and durations add up; stik is 2."""
    (made,) = deliver(masters, make_order(formats=["m4b"]), vault=vault, narrators="Low")
    blob = made.path.read_bytes()
    total = sum(master.sample_count for master in masters)
    (edit,) = boxes(blob, "moov/trak/edts/elst")
    assert struct.unpack_from(">IIi", edit, 4) == (1, total, 1024)
    sound, text = boxes(blob, "moov/trak/mdia/minf/stbl/stts")
    runs = struct.iter_unpack(">II", sound[8:])
    assert sum(count * length for count, length in runs) == total + 1024
    assert [length for _, length in struct.iter_unpack(">II", text[8:])] == [
        master.sample_count for master in masters
    ]
    (stik,) = boxes(blob, "moov/udta")
    assert b"stik\x00\x00\x00\x11data\x00\x00\x00\x15\x00\x00\x00\x00\x02" in stik
    assert DISCLOSURE.encode() in stik and b"LICENSE" in stik


def spoken(make_master: Make, seconds: float) -> Master:
    return replace(make_master(1, "One", seconds), key=f"spoken {seconds}")


def joined_aac(programme: Programme, tmp_path: Path) -> np.ndarray:
    blobs = []
    for number, segment in enumerate(aac.aac_segments(programme, 96, find_ffmpeg())):
        assert segment.lossy is not None
        path = tmp_path / f"{number}.aac"
        segment.lossy.again(Treatment()).write(path, lambda _: None)
        blobs.append(path.read_bytes())
    whole = tmp_path / "whole.aac"
    whole.write_bytes(b"".join(blobs))
    heard = np.frombuffer(decode(whole, "f32le"), np.float32)[aac.PRIMING :]
    return heard[: programme.sample_count].astype(float)


def test_segments_of_aac_sound_as_one_run(make_master: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut every 2 s: as near to the master as a serial encode within 0.1 dB, and no click at a seam."""
    master = spoken(make_master, 20.0)
    programme = Programme((master,))
    serial = joined_aac(programme, tmp_path)
    monkeypatch.setattr(aac, "SEGMENT", 86)
    cut = joined_aac(programme, tmp_path)
    told, _ = soundfile.read(master.path)
    errors = [told - heard for heard in (serial, cut)]
    ratios = [10 * np.log10(np.mean(told**2) / np.mean(error**2)) for error in errors]
    assert ratios[1] >= ratios[0] - 0.1
    seams = np.arange(86, len(told) // 1024, 86) * 1024
    at_seams = max(np.abs(errors[1][seam - 2048 : seam + 1024]).max() for seam in seams)
    assert at_seams <= 1.5 * np.abs(errors[0]).max()


def test_an_edit_of_one_chapter_leaves_the_segments_before_it(
    make_master: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal keys are equal bytes, also where the same sound stands elsewhere in another title."""
    monkeypatch.setattr(aac, "SEGMENT", 86)
    one, two, three = (make_master(number, str(number), 5.0) for number in (1, 2, 3))
    ahead = replace(make_master(4, "4", 2.0), sample_count=0)
    soundfile.write(ahead.path, np.zeros(86 * aac.FRAME, np.int16), ahead.rate_hz, subtype="PCM_16")
    ahead = replace(ahead, sample_count=86 * aac.FRAME)
    edited = make_master(5, "5", 5.5)

    def segments(*masters: Master) -> list[Encoding]:
        return list(aac.aac_segments(Programme(masters), 96, find_ffmpeg()))

    usual, after, moved = segments(one, two, three), segments(one, edited, three), segments(ahead, one, two, three)
    assert [old.key == new.key for old, new in zip(usual, after, strict=False)] == [True, True] + 6 * [False]
    assert [old.key == new.key for old, new in zip(usual, moved[1:], strict=True)] == [False] + 7 * [True]
    for number, same in ((1, after[1]), (4, moved[5])):
        paths = [tmp_path / "usual.aac", tmp_path / "same.aac"]
        for segment, path in zip((usual[number], same), paths, strict=True):
            segment.write(path, lambda _: None)
        assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "opus"])
def test_equal_inputs_give_equal_bytes_in_one_file_too(
    masters: Sequence[Master], make_order: MakeOrder, tmp_path: Path, kind: str
) -> None:
    item = {"format": kind, "per": "title"}
    made = [
        deliver(
            masters, make_order(output=name, formats=[item]), vault=Vault(tmp_path / name / "v"), narrators="Low"
        )[0]
        for name in ("a", "b")
    ]
    assert made[0].sha256 == made[1].sha256


ODD = ["x" * 300, "🎧 Straße / ../etc; a=b #1", "שלום עולם", "Same", "Same", "A \N{NULL} control\n"]


@pytest.mark.parametrize("item", TITLE, ids=lambda item: str(item["format"]))
def test_odd_titles_reach_every_format(
    make_master: Make, make_order: MakeOrder, vault: Vault, item: dict[str, str]
) -> None:
    masters = [make_master(number, title, 0.3) for number, title in enumerate(ODD, 1)]
    order = make_order(title="🎧 שלום / " + "y" * 280, formats=[item])
    (made,) = deliver(masters, order, vault=vault, narrators="Low")
    blob = made.path.read_bytes()
    encodings = ("utf-8", "utf-16-le", "latin-1") if made.path.suffix == ".mp3" else ("utf-8",)
    for title in ODD[:5]:
        assert any(title.encode(code, "ignore") in blob for code in encodings), title
    if made.path.suffix in {".m4b", ".mp3", ".opus"}:
        assert describe(made.path).count("[CHAPTER]") == len(ODD)


@pytest.mark.slow
def test_a_book_of_28_hours_keeps_every_chapter_where_it_is(
    make_master: Make, make_order: MakeOrder, vault: Vault, tmp_path: Path
) -> None:
    """More samples than 32 bits count: one encoded segment of 380 s, 265 times; 300 chapters of odd lengths."""
    master = make_master(1, "One", 380.5)
    packets = aac.SEGMENT
    assert master.sample_count > packets * aac.FRAME
    segment = aac.aac_segments(Programme((master,)), 24, find_ffmpeg())[0]
    blob = tmp_path / "segment.aac"
    segment.write(blob, lambda _: None)
    count = 265
    total = (count * packets - 1) * aac.FRAME
    length = total // 300
    chapters = [Chapter(f"T{n}", n * length, length if n < 299 else total - 299 * length) for n in range(300)]
    book = Book(RATE_HZ, 1, total, "eng", tuple(chapters), {}, {}, settle_cover(make_order(), [master], vault))
    path = tmp_path / "long.m4b"
    write_book(book, [blob] * count, path, lambda _: None)
    assert total > 2**32
    starts = marks_s(path)
    assert len(starts) == 300
    assert max(abs(start - n * length / RATE_HZ) for n, start in enumerate(starts)) <= 0.001
    command = [find_ffmpeg().path, "-v", "error", "-ss", "98000", "-i", path, "-map", "0:a", "-f", "s16le", "-"]
    tail = subprocess.run(command, capture_output=True, check=True).stdout
    assert abs(len(tail) / 2 / RATE_HZ - (total / RATE_HZ - 98000)) <= 0.03, "heard to the end"
    with path.open("rb") as stream:
        head = stream.read(64 << 20)
    (edit,) = boxes(head, "moov/trak/edts/elst")
    assert edit[0] == 1 and struct.unpack_from(">Qq", edit, 8) == (total, 1024)
