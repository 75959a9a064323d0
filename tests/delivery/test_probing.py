"""What a file says of itself, read from its content; checked against what ffmpeg was told to encode."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery.mpeg_audio import scan_mp3
from pipeline.delivery.probing import ChapterMark, FileFacts, probe
from pipeline.errors import InputError

from .narrated import encode, mp3, narration, write_wav

FFMPEG = find_ffmpeg()
MONO, STEREO = narration(1.0, tail_s=1.0), narration(1.0, tail_s=1.0, channels=2)


def facts(path: Path) -> FileFacts:
    return probe(path, FFMPEG)


@pytest.mark.parametrize("kbps", [192, 320])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_constant_mp3_has_the_bit_rate_it_was_encoded_with(kbps: int, channels: int, tmp_path: Path) -> None:
    found = facts(mp3(tmp_path / "a.mp3", STEREO[:, :channels], kbps=kbps))
    assert (found.container, found.codec, found.kbps, found.constant) == ("mp3", "mp3", kbps, True)
    assert (found.rate_hz, found.channels, found.bits) == (44100, channels, None)
    assert found.damages == ()


def test_a_variable_mp3_is_told_by_its_frames(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp3", MONO, "-c:a", "libmp3lame", "-q:a", "0")
    found, scan = facts(path), scan_mp3(path)
    assert scan is not None
    assert found.constant is False
    assert scan.header == "Xing"
    assert found.kbps is not None and 32 < found.kbps < 320
    sound_kbps = 8 * scan.sound_bytes / (scan.samples / 44100) / 1000
    assert found.kbps == pytest.approx(sound_kbps, rel=0.01)  # frames end on whole bytes


def test_the_low_rates_of_mpeg_2_are_walked_too(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", narration(1.0, rate_hz=24000), kbps=64, rate_hz=24000)
    found = facts(path)
    assert (found.rate_hz, found.kbps, found.constant, found.damages) == (24000, 64, True, ())


def test_joint_and_plain_stereo_are_told_apart(tmp_path: Path) -> None:
    joint = facts(mp3(tmp_path / "joint.mp3", STEREO, "-joint_stereo", "1"))
    plain = facts(mp3(tmp_path / "plain.mp3", STEREO, "-joint_stereo", "0"))
    assert (joint.joint_stereo, plain.joint_stereo) == (True, False)


def test_frames_delay_and_padding_give_the_length_to_the_sample(tmp_path: Path) -> None:
    scan = scan_mp3(mp3(tmp_path / "a.mp3", MONO))
    assert scan is not None
    assert scan.claimed_frames == scan.frames
    assert scan.playing_samples == len(MONO)
    assert facts(tmp_path / "a.mp3").seconds == len(MONO) / 44100


def test_tags_before_and_behind_the_sound_are_no_damage(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", MONO, "-metadata", "title=Ünder 🌉 שלום", "-write_id3v1", "1")
    path.write_bytes(path.read_bytes()[:-128] + _ape_tag() + path.read_bytes()[-128:])
    found = facts(path)
    assert found.damages == ()
    assert dict(found.tags)["title"] == "Ünder 🌉 שלום"


def _ape_tag() -> bytes:
    item = struct.pack("<II", 5, 0) + b"Key\x00value"
    size = len(item) + 32
    head = b"APETAGEX" + struct.pack("<IIII8x", 2000, size, 1, 1 << 31 | 1 << 29)
    return head + item + b"APETAGEX" + struct.pack("<IIII8x", 2000, size, 1, 1 << 31)


def test_a_cut_mp3_says_what_is_missing(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", MONO)
    path.write_bytes(path.read_bytes()[:-3000])
    words = " ".join(facts(path).damages)
    assert "last frame is cut" in words
    assert "its header promises" in words


def test_bytes_between_frames_are_counted_and_passed_over(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", MONO)
    whole = scan_mp3(path)
    content = path.read_bytes()
    second = content.index(content[:2] if content[:1] == b"\xff" else b"\xff\xfb", 2000)
    path.write_bytes(content[:second] + b"\x00\x55" * 2000 + content[second:])
    scan = scan_mp3(path)
    assert whole is not None and scan is not None
    assert scan.frames == whole.frames
    assert scan.stray_bytes == 4000
    assert any("4,000 bytes between its frames" in damage for damage in facts(path).damages)


def test_an_mp3_that_changes_from_one_channel_to_two_is_damaged(tmp_path: Path) -> None:
    one = mp3(tmp_path / "1.mp3", MONO, "-write_xing", "0", "-id3v2_version", "0").read_bytes()
    two = mp3(tmp_path / "2.mp3", STEREO, "-write_xing", "0", "-id3v2_version", "0").read_bytes()
    path = tmp_path / "both.mp3"
    path.write_bytes(one + two)
    assert any("between one channel" in damage for damage in facts(path).damages)


@pytest.mark.parametrize(
    ("subtype", "bits"), [("PCM_U8", 8), ("PCM_16", 16), ("PCM_24", 24), ("FLOAT", 32), ("DOUBLE", 64)]
)
def test_the_sample_size_of_a_wav_is_told(subtype: str, bits: int, tmp_path: Path) -> None:
    found = facts(write_wav(tmp_path / "a.wav", STEREO, subtype=subtype))
    assert (found.container, found.codec, found.bits, found.channels) == ("wav", "pcm", bits, 2)
    assert (found.seconds, found.damages) == (len(STEREO) / 44100, ())


def test_a_wav_that_was_cut_says_how_much_is_missing(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", MONO)
    path.write_bytes(path.read_bytes()[:-1000])
    (damage,) = facts(path).damages
    assert damage == f"its header promises {2 * len(MONO):,} bytes of sound, there are {2 * len(MONO) - 1000:,}"


def test_a_wav_that_claims_one_channel_and_has_frames_of_two_contradicts_itself(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", STEREO)
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, 22, 1)  # channels; the 4 bytes a frame stay
    path.write_bytes(content)
    assert any("1 channels of 16 bits, and 4 bytes" in damage for damage in facts(path).damages)


def test_rf64_and_w64_are_wav(tmp_path: Path) -> None:
    for kind in ("RF64", "W64"):
        path = tmp_path / f"{kind}.wav"
        soundfile.write(path, MONO, 44100, format=kind, subtype="PCM_16")
        found = facts(path)
        assert (found.container, found.codec, found.bits, found.damages) == ("wav", "pcm", 16, ())


def test_a_flac_says_its_bits_and_its_length(tmp_path: Path) -> None:
    for subtype, bits in (("PCM_16", 16), ("PCM_24", 24)):
        path = tmp_path / "a.flac"
        soundfile.write(path, MONO, 48000, subtype=subtype)
        found = facts(path)
        assert (found.codec, found.bits, found.rate_hz, found.seconds) == ("flac", bits, 48000, len(MONO) / 48000)


@pytest.mark.parametrize(
    ("name", "options", "codec", "container"),
    [("a.m4a", ("-c:a", "aac", "-b:a", "96k"), "aac", "mp4"), ("a.opus", ("-c:a", "libopus"), "opus", "ogg")],
)
def test_other_containers_are_read_by_ffmpeg(
    name: str, options: tuple[str, ...], codec: str, container: str, tmp_path: Path
) -> None:
    found = facts(encode(tmp_path / name, MONO, *options))
    assert (found.codec, found.container, found.channels, found.bits) == (codec, container, 1, None)
    assert found.seconds == pytest.approx(len(MONO) / 44100, abs=0.06)
    assert found.kbps is not None and 20 < found.kbps < 140


def test_chapters_and_tags_come_out_as_they_went_in(tmp_path: Path) -> None:
    title = "A title = with; # signs \\ and\nlines, 🌊 עברית " + "x" * 300
    chapters = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle=Ch {number} \\= ☂\n"
        for number, (start, end) in enumerate([(0, 500), (500, 1750)], 1)
    )
    told = tmp_path / "in.txt"
    escaped = "".join("\\" + letter if letter in "=;#\\\n" else letter for letter in title)
    told.write_text(f";FFMETADATA1\ntitle={escaped}\n{chapters}")
    path = encode(tmp_path / "a.m4b", MONO, "-i", str(told), "-map_metadata", "1", "-c:a", "aac", "-f", "ipod")
    found = facts(path)
    assert dict(found.tags)["title"] == title
    assert found.chapters[0] == ChapterMark(0.0, 0.5, "Ch 1 = ☂")
    assert len(found.chapters) == 2


@pytest.mark.parametrize("suffix", ["mp3", "m4a"])
def test_a_cover_of_40_mb_is_measured_and_not_read(suffix: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3700, 3700, 3), dtype=np.uint8)
    picture = tmp_path / "cover.png"
    picture.write_bytes(_png(noise))
    assert picture.stat().st_size > 40e6
    codec = {"mp3": "libmp3lame", "m4a": "aac"}[suffix]
    options = ("-i", str(picture), "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic")
    path = encode(tmp_path / f"a.{suffix}", MONO, *options, "-c:a", codec)
    found = facts(path)
    assert found.cover_bytes == pytest.approx(picture.stat().st_size, abs=64)
    assert found.damages == ()


def _png(pixels: np.ndarray) -> bytes:
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\x00" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    body = zlib.compress(rows, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", MONO).rename(tmp_path / "a.wav")
    assert facts(path).codec == "mp3"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Call me Ishmael.\n" * 300, "no known audio format"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.mp3\n", "no sound that can be read"),
        (b"ffconcat version 1.0\nfile a.mp3\n", "no sound that can be read"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "no sound|cannot be understood|no audio"),
        (b"\xff" * 5000, "no known audio format"),
        (b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + bytes(100), "no sound|no known"),
        (bytes(5000), "no known audio format"),
    ],
    ids=["empty", "text", "playlist", "concat", "half a header", "ones", "a tag without end", "zeros"],
)
def test_what_is_no_sound_is_a_clear_error(content: bytes, words: str, tmp_path: Path) -> None:
    mp3(tmp_path / "a.mp3", MONO)
    path = tmp_path / "bad.mp3"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        facts(path)


def test_a_folder_and_a_missing_file_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder"):
        facts(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        facts(tmp_path / "nothing.mp3")


def test_an_m4a_without_its_index_is_a_clear_error(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4a", MONO, "-c:a", "aac")
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(InputError, match="its index is missing"):
        facts(path)
