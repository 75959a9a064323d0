"""What a listener receives, and what a rerun, a failure or a full disk does to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.delivery import delivery_keys, encoding, foresee
from pipeline.delivery.ledger import LEDGER
from pipeline.delivery.tags import DISCLOSURE
from pipeline.errors import EngineError, InputError, StorageError
from pipeline.materials import Deliverable, Master
from pipeline.production import Order
from pipeline.vault import Vault, file_sha256

from .delivered import PROFILE, RATE_HZ, decode, deliver, describe, loudness

Make = Callable[..., Master]
MakeOrder = Callable[..., Order]


def of(format_name: str, deliverables: Sequence[Deliverable]) -> list[Path]:
    return [item.path for item in deliverables if item.format == format_name]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def forbid_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise AssertionError("ffmpeg was run")

    monkeypatch.setattr(encoding, "run_ffmpeg", fail)


def id3_frames(path: Path) -> dict[str, bytes]:
    """An independent reader of ID3v2.3, as id3.org describes it."""
    blob = path.read_bytes()
    assert blob[:5] == b"ID3\x03\x00"
    size = sum(byte << shift for byte, shift in zip(blob[6:10], (21, 14, 7, 0), strict=True))
    frames, at = {}, 10
    while at < 10 + size:
        (length,) = struct.unpack(">I", blob[at + 4 : at + 8])
        frames[blob[at : at + 4].decode()] = blob[at + 10 : at + 10 + length]
        at += 10 + length
    assert at == 10 + size and blob[at] == 0xFF, "an MPEG frame follows the tag"
    return frames


def id3_text(frame: bytes) -> str:
    return frame[1:].decode("utf-16" if frame[0] else "latin-1")


def test_every_format_arrives_named_and_hashed(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    shares: list[float] = []
    order = make_order()
    made = deliver(
        masters, order, vault=vault, narrators="Low", report_progress=lambda _, share: shares.append(share)
    )
    names = [item.path.relative_to(order.output).as_posix() for item in made]
    stems = ["01_the-long-road", "02_under-the-bridge-a-1-tale", "03_home"]
    assert names == [
        *(f"flac/{stem}.flac" for stem in stems),
        *(f"mp3/{stem}.mp3" for stem in stems),
        "the-road-other-tales.m4b",
    ]
    assert all(file_sha256(item.path) == item.sha256 for item in made)
    assert all(item.path.stat().st_size == item.bytes for item in made)
    assert {*tree(order.output)} == {*names, LEDGER}, "nothing else is left in the folder"
    assert shares[-1] == 1.0 and shares == sorted(shares)


def test_flac_is_the_master_sample_for_sample_with_tags(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    made = deliver(masters, make_order(formats=["flac"]), vault=vault, narrators="Low")
    for master, path in zip(masters, of("flac", made), strict=True):
        assert decode(path) == decode(master.path)
        assert path.read_bytes()[8:42] == master.path.read_bytes()[8:42], "STREAMINFO, its MD5 too"
    text = describe(of("flac", made)[1])
    for line in ("ARTIST=Ada Łęcka", "NARRATOR=Low", "GENRE=Audiobook", "LANGUAGE=en", "LICENSE=CC BY 4.0"):
        assert re.search(f"^{line}$", text, re.MULTILINE | re.IGNORECASE), (line, text)
    assert "track=2" in text and "TRACKTOTAL=3" in text and DISCLOSURE in text
    blob = of("flac", made)[1].read_bytes()
    assert b"image/png" in blob and "℗ 2026 Example House".encode() in blob


@pytest.mark.parametrize(("rate_hz", "channels"), [(44100, 1), (44100, 2), (24000, 1), (96000, 1)])
def test_mp3_is_as_long_and_as_loud_as_its_master(
    make_master: Make, make_order: MakeOrder, vault: Vault, rate_hz: int, channels: int
) -> None:
    """Length exact (gapless header), at most one sample off after resampling; loudness within 0.1 LU."""
    master = make_master(1, "One", 4.0, rate_hz=rate_hz, channels=channels)
    (made,) = deliver([master], make_order(formats=["mp3"]), vault=vault, narrators="Low")
    out_hz = min(rate_hz, 48000)
    frames = len(decode(made.path)) // 2 // channels
    assert abs(frames / out_hz - master.seconds) <= (0 if out_hz == rate_hz else 1 / out_hz)
    assert abs(loudness(made.path) - loudness(master.path)) <= 0.1


@pytest.mark.parametrize("kbps", [64, 128, 160, 192, 224, 320])
def test_mp3_loudness_is_compensated_at_every_bitrate(
    make_master: Make, make_order: MakeOrder, vault: Vault, kbps: int
) -> None:
    """RMS within 0.05 dB of the master: LAME alone would be 0.45 dB low at 160 kbps and under."""
    master = make_master(1, "One", 3.0)
    order = make_order(formats=[{"format": "mp3", "bitrate_kbps": kbps}])
    (made,) = deliver([master], order, vault=vault, narrators="Low")

    def rms(path: Path) -> float:
        return float(np.sqrt(np.mean(np.frombuffer(decode(path, "f32le"), np.float32).astype(float) ** 2)))

    assert abs(20 * np.log10(rms(made.path) / rms(master.path))) < 0.05


def test_mp3_has_a_constant_bitrate_in_every_frame(make_master: Make, make_order: MakeOrder, vault: Vault) -> None:
    (made,) = deliver([make_master(1, "One", 2.0)], make_order(formats=["mp3"]), vault=vault, narrators="Low")
    blob = made.path.read_bytes()
    at = 10 + sum(byte << shift for byte, shift in zip(blob[6:10], (21, 14, 7, 0), strict=True))
    count = 0
    while at < len(blob):
        assert blob[at] == 0xFF and blob[at + 1] == 0xFB and blob[at + 2] >> 4 == 11, "MPEG-1 layer III at 192 kbps"
        at += 144 * 192000 // RATE_HZ + (blob[at + 2] >> 1 & 1)
        count += 1
    assert at == len(blob) and count >= 2.0 * RATE_HZ / 1152


def test_mp3_tags_are_what_players_show(masters: Sequence[Master], make_order: MakeOrder, vault: Vault) -> None:
    made = deliver(masters, make_order(formats=["mp3"]), vault=vault, narrators="Low")
    frames = id3_frames(of("mp3", made)[1])
    said = {name: id3_text(frame) for name, frame in frames.items() if name[0] == "T" and name != "TXXX"}
    assert said == {
        "TIT2": masters[1].title,
        "TPE1": "Ada Łęcka",
        "TPE2": "Ada Łęcka",
        "TALB": "The Road & Other <Tales>",
        "TRCK": "2/3",
        "TCON": "Audiobook",
        "TCOM": "Low",
        "TCOP": "1851, public domain; ℗ 2026 Example House",
        "TLAN": "eng",
    }
    assert frames["TXXX"] == b"\x00NARRATOR\x00Low"
    assert frames["COMM"] == f"\x00eng\x00{DISCLOSURE} Licence: CC BY 4.0.".encode("latin-1")
    assert frames["APIC"].startswith(b"\x00image/png\x00\x03\x00\x89PNG")
    assert "comment" in describe(of("mp3", made)[1]), "ffmpeg reads the tag too"


@pytest.mark.parametrize("channels", [1, 2])
def test_m4b_is_one_seamless_run_with_chapters_on_the_sample(
    make_master: Make, make_order: MakeOrder, vault: Vault, channels: int
) -> None:
    masters = [
        make_master(number, f"Chapter {number}; =#", 0.7 + number / 7, channels=channels) for number in (1, 2, 3)
    ]
    (made,) = deliver(masters, make_order(formats=["m4b"]), vault=vault, narrators="Low")
    sound = np.frombuffer(decode(made.path), np.int16).reshape(-1, channels)
    assert len(sound) == sum(master.sample_count for master in masters)
    text = describe(made.path)
    starts = [int(number) for number in re.findall(r"^START=(\d+)", text, re.MULTILINE)]
    assert "TIMEBASE=1/44100" in text
    assert starts == [0, masters[0].sample_count, masters[0].sample_count + masters[1].sample_count]
    assert re.findall(r"^title=(.+)", text, re.MULTILINE)[1:] == [f"Chapter {n}\\; \\=\\#" for n in (1, 2, 3)]
    for line in ("major_brand=M4B ", "media_type=2", "composer=Low", "album_artist=Ada Łęcka", "genre=Audiobook"):
        assert line in text
    blob = made.path.read_bytes()
    assert blob.index(b"moov") < blob.index(b"mdat"), "the index stands first"
    assert b"covr" in blob and b"\x89PNG" in blob


def test_m4b_sounds_like_the_masters_in_order(masters: Sequence[Master], make_order: MakeOrder, vault: Vault) -> None:
    """Aligned to the sample: the error stays 15 dB under the sound at 96 kbps, which no shift would."""
    (made,) = deliver(masters, make_order(formats=["m4b"]), vault=vault, narrators="Low")
    told = np.frombuffer(b"".join(decode(master.path) for master in masters), np.int16).astype(float)
    heard = np.frombuffer(decode(made.path), np.int16).astype(float)
    assert 10 * np.log10(np.mean(told**2) / np.mean((heard - told) ** 2)) > 15


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="no ffprobe on PATH")
def test_m4b_chapters_are_seen_by_ffprobe(masters: Sequence[Master], make_order: MakeOrder, vault: Vault) -> None:
    (made,) = deliver(masters, make_order(formats=["m4b"]), vault=vault, narrators="Low")
    command = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(made.path)]
    probed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert [chapter["tags"]["title"] for chapter in probed["chapters"]] == [master.title for master in masters]


def test_three_hundred_chapters_survive(make_master: Make, make_order: MakeOrder, vault: Vault) -> None:
    """The older chapter list counts to 255; beyond, only the QuickTime track is written."""
    one = make_master(1, "One", 0.05)
    masters = [replace(one, number=number, title=f"T{number}") for number in range(1, 301)]
    (made,) = deliver(masters, make_order(formats=["m4b"]), vault=vault, narrators="Low")
    assert describe(made.path).count("[CHAPTER]") == 300
    assert b"chpl" not in made.path.read_bytes()


def test_equal_inputs_give_equal_bytes(masters: Sequence[Master], make_order: MakeOrder, tmp_path: Path) -> None:
    first, second = make_order(output="a"), make_order(output="b/c")
    deliver(masters, first, vault=Vault(tmp_path / "v1"), narrators="Low")
    deliver(masters, second, vault=Vault(tmp_path / "v2"), narrators="Low")
    assert tree(first.output) == tree(second.output)


def test_a_rerun_makes_nothing(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make_order()
    first = deliver(masters, order, vault=vault, narrators="Low")
    times = {item.path: item.path.stat().st_mtime_ns for item in first}
    forbid_ffmpeg(monkeypatch)
    assert deliver(masters, order, vault=vault, narrators="Low") == first
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_a_run_that_was_stopped_encodes_only_the_rest(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make_order(formats=["mp3"])
    real = encoding.run_ffmpeg
    ran: list[str] = []

    def run(arguments: Sequence[str], **rest: object) -> str:
        ran.append(arguments[-1])
        if len(ran) == 2:
            raise EngineError("the power went")
        return real(arguments, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(encoding, "run_ffmpeg", run)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with pytest.raises(EngineError, match="the power went"):
        deliver(masters, order, vault=vault, narrators="Low")
    kept, tried = vault.count(encoding.ROOM), len(ran)
    assert kept == 1
    assert len(deliver(masters, order, vault=vault, narrators="Low")) == 3
    assert len(ran) - tried == 2, "what was done is not done again"


def test_a_new_title_costs_no_encoding(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(masters, make_order(), vault=vault, narrators="Low")
    monkeypatch.setattr(encoding, "run_ffmpeg", lambda *_, **__: pytest.fail("encoded again"))
    made = deliver(masters, make_order(title="Another Name"), vault=vault, narrators="Low")
    assert id3_text(id3_frames(of("mp3", made)[0])["TALB"]) == "Another Name"
    assert of("m4b", made)[0].name == "another-name.m4b"


def test_a_deleted_or_edited_deliverable_comes_back_and_the_edit_is_kept(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    order = make_order(formats=["mp3"])
    first = deliver(masters, order, vault=vault, narrators="Low")
    first[0].path.unlink()
    first[1].path.write_bytes(b"my own edit")
    assert deliver(masters, order, vault=vault, narrators="Low") == first
    assert file_sha256(first[0].path) == first[0].sha256
    assert first[1].path.with_name("02_under-the-bridge-a-1-tale.kept-1.mp3").read_bytes() == b"my own edit"


def test_a_damaged_encoding_in_the_vault_is_made_again(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    order = make_order(formats=["mp3"])
    first = deliver(masters, order, vault=vault, narrators="Low")
    shutil.rmtree(order.output)
    for blob in (vault.root / encoding.ROOM).rglob("*.mp3"):
        blob.write_bytes(blob.read_bytes()[:-100])
    assert deliver(masters, order, vault=vault, narrators="Low") == first


def test_stale_files_go_unless_they_are_the_producers(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    order = make_order(formats=["flac", "mp3"])
    deliver(masters, order, vault=vault, narrators="Low")
    notes, edited = order.output / "mp3" / "notes.txt", order.output / "mp3" / "03_home.mp3"
    notes.write_text("mine")
    edited.write_bytes(b"mine too")
    deliver([replace(masters[0], title="A New Name")], make_order(formats=["mp3"]), vault=vault, narrators="Low")
    assert {*tree(order.output)} == {LEDGER, "mp3/01_a-new-name.mp3", "mp3/notes.txt", "mp3/03_home.mp3"}
    assert not (order.output / "flac").exists()


def test_nothing_outside_the_folder_is_removed_whatever_the_ledger_says(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault, tmp_path: Path
) -> None:
    order = make_order(formats=["mp3"])
    outside = tmp_path / "precious.txt"
    outside.write_text("x")
    deliver(masters, order, vault=vault, narrators="Low")
    ledger = json.loads((order.output / LEDGER).read_text())
    card = {"key": "0", "sha256": file_sha256(outside), "bytes": 1}
    ledger["productions"]["book"] |= {"../precious.txt": card, str(outside): card}
    (order.output / LEDGER).write_text(json.dumps(ledger))
    deliver(masters, order, vault=vault, narrators="Low")
    assert outside.exists()


def test_a_broken_ledger_only_makes_us_careful(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    order = make_order(formats=["mp3"])
    first = deliver(masters, order, vault=vault, narrators="Low")
    (order.output / LEDGER).write_text('{"productions": [1')
    assert deliver(masters, order, vault=vault, narrators="Low") == first
    assert len(tree(order.output / "mp3")) == 3, "equal files are recognised, none set aside"


def test_two_productions_in_one_folder_do_not_overwrite_each_other(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    deliver(masters, make_order(formats=["m4b"]), vault=vault, narrators="Low")
    with pytest.raises(InputError, match="was written by the production 'book'"):
        deliver(masters, make_order(name="other", formats=["m4b"]), vault=vault, narrators="Low")
    other = make_order(name="other", formats=["m4b"], title="Other")
    deliver(masters, other, vault=vault, narrators="Low")
    assert len([name for name in tree(other.output) if name.endswith(".m4b")]) == 2


def test_a_failing_ffmpeg_leaves_no_file_under_its_name(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    order = make_order(formats=["flac", "m4b"])
    masters[1].path.write_bytes(b"fLaC but not really")
    with pytest.raises((EngineError, StorageError)):
        deliver(masters[:2], order, vault=vault, narrators="Low")
    left = {name for name in tree(order.output) if name != LEDGER}
    assert left <= {"flac/01_the-long-road.flac"}
    assert not [*vault.root.rglob(".making-*")]


def test_a_file_in_place_of_the_output_folder_is_a_storage_error(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("in the way")
    for output in ("out", "out/deeper"):
        with pytest.raises(StorageError, match="cannot write"):
            deliver(masters, make_order(output=output), vault=vault, narrators="Low")
    (tmp_path / "out2").mkdir()
    (tmp_path / "out2" / "mp3").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write"):
        deliver(masters, make_order(output="out2"), vault=vault, narrators="Low")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_output_folder_is_a_storage_error(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault
) -> None:
    order = make_order()
    order.output.mkdir()
    order.output.chmod(0o555)
    with pytest.raises(StorageError):
        deliver(masters, order, vault=vault, narrators="Low")


FULL = """
import pickle, resource, sys
from pathlib import Path
from pipeline.delivery import deliver
from pipeline.errors import StorageError
from pipeline.vault import Vault
order, masters, vault, profile = pickle.load(open(sys.argv[1], "rb"))
resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))
try:
    deliver(masters, order, vault=Vault(vault), narrators="Low", profile=profile)
except StorageError as error:
    print("told:", error.what)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize(
    "format_name", ["flac", "m4b", *(pytest.param(name, marks=pytest.mark.slow) for name in ("wav", "mp3", "opus"))]
)
def test_a_disk_that_fills_is_told_and_leaves_no_file(
    make_master: Make, make_order: MakeOrder, vault: Vault, tmp_path: Path, format_name: str
) -> None:
    """No file may grow over 30 kB, ffmpeg's own included: as on a full disk, writing fails in the middle."""
    import pickle

    order = make_order(formats=[format_name])
    masters = [make_master(1, "One", 8.0)]
    deliver(
        masters, make_order(output="elsewhere", formats=["flac"]), vault=vault, narrators="Low"
    )  # draws the cover
    (tmp_path / "case").write_bytes(pickle.dumps((order, masters, vault.root, PROFILE)))
    ran = subprocess.run([sys.executable, "-c", FULL, tmp_path / "case"], capture_output=True, text=True, check=False)
    assert ran.returncode == StorageError.exit_code and "told: " in ran.stdout, ran.stderr
    assert not tree(order.output)
    assert not [*vault.root.rglob(".making-*")]


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (["🎧🎙️", "第一章"], ["01_chapter", "02_chapter"]),
        (["AC/DC: ../../etc", "Don’t"], ["01_ac-dc-etc", "02_dont"]),
        (["Same", "Same"], ["01_same", "02_same"]),
        (["x" * 300, "word " * 60], [f"01_{'x' * 56}", f"02_{'-'.join(['word'] * 11)}"]),
        (["", "Straße Æther"], ["01_chapter", "02_strasse-aether"]),
    ],
)
def test_names_are_plain_short_and_unique(
    make_master: Make, make_order: MakeOrder, vault: Vault, titles: list[str], names: list[str]
) -> None:
    masters = [make_master(number, title, 0.1) for number, title in enumerate(titles, start=1)]
    made = deliver(masters, make_order(formats=["mp3"]), vault=vault, narrators="Low")
    assert [item.path.stem for item in made] == names
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,60}\.mp3", item.path.name) for item in made)


def test_a_bitrate_that_mp3_lacks_is_refused(masters: Sequence[Master], make_order: MakeOrder, vault: Vault) -> None:
    order = make_order(formats=[{"format": "mp3", "bitrate_kbps": 100}])
    with pytest.raises(InputError, match="no bit rate of 100 kbps") as caught:
        deliver(masters, order, vault=vault, narrators="Low")
    assert "128" in str(caught.value.next_step)


def test_a_title_over_23_hours_is_foreseen(make_master: Make, make_order: MakeOrder) -> None:
    long = replace(make_master(1, "One"), sample_count=RATE_HZ * 3600 * 24)
    (notice,) = foresee([long], make_order())
    assert "24.0 h" in notice.what
    assert not foresee([long], make_order(formats=["mp3"]))


def test_an_interrupt_stops_every_encoder_and_leaves_nothing(
    make_master: Make, make_order: MakeOrder, vault: Vault
) -> None:
    masters = [make_master(number, "Long", 60.0) for number in (1, 2)]
    order = make_order(formats=["mp3", "m4b"])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(masters, order, vault=vault, narrators="Low", report_progress=interrupt)
    assert not [*vault.root.rglob(".making-*")]
    assert not [name for name in tree(order.output) if name.endswith(".m4b")]
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if children.exists():
        running = [Path(f"/proc/{child}/comm").read_text() for child in children.read_text().split()]
        assert not [name for name in running if name.startswith("ffmpeg")]


def test_what_a_title_uses_is_what_it_has_made_and_no_more(
    masters: Sequence[Master], make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else lies in delivery's rooms may go: the title is then delivered again without encoding anything."""
    order = make_order(formats=["flac", "mp3", "sample"])
    made = deliver(masters, order, vault=vault, narrators="Low", profile=PROFILE)
    used = delivery_keys(masters, order, narrators="Low", profile=PROFILE, vault=vault)
    for room, keys in used.items():
        assert keys
        vault.discard(room, set(vault.keys(room)) - keys)
    shutil.rmtree(order.output)
    monkeypatch.setattr(encoding, "run_ffmpeg", lambda *_, **__: pytest.fail("encoded again"))
    assert deliver(masters, order, vault=vault, narrators="Low", profile=PROFILE) == made
