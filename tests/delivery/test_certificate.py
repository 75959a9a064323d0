"""Files are judged one by one: a file that breaks one rule misses exactly that one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio.decoding import AudioFile, open_audio
from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery import certificate as certificates
from pipeline.delivery.certificate import (
    SCHEMA,
    Certificate,
    FileCertificate,
    Subject,
    TitleFacts,
    VoiceCredit,
    certificate_json,
    certify,
    subjects_of,
)
from pipeline.delivery.certificate_page import certificate_html, required_of, write_certificate, written
from pipeline.delivery.measured import measured
from pipeline.metering import measure_file
from pipeline.production import CustomProfile, Mastering
from pipeline.profiles import PROFILES, Limit, Profile, Requirement, Source
from pipeline.vault import Vault, file_sha256

from .narrated import RATE_HZ, encode, mp3, narration, write_wav

FFMPEG = find_ffmpeg()
ACX = PROFILES["acx"]
GOOD = narration(4.0)
STEREO = narration(4.0, channels=2)
CUSTOM = Mastering(profile="custom", custom=CustomProfile(target=-20.0, tolerance=3.0)).resolved()


def judged(path: Path, profile: Profile = ACX) -> FileCertificate:
    return certify(subjects_of([path]), profile, ffmpeg=FFMPEG).files[0]


def missed(file: FileCertificate) -> set[str]:
    assert not file.problem
    return {line.name for line in file.missed}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mp3(tmp_path_factory.mktemp("good") / "01_The-Road.mp3", GOOD)


def test_a_good_file_meets_acx_and_everything_that_is_asked_was_measured(good: Path) -> None:
    file = judged(good)
    assert file.met
    assert {line.name for line in file.lines if line.met} >= {
        "RMS level", "true peak", "sample peak", "noise floor", "head", "tail", "length", "digital silence",
        "invalid samples", "file", "suffix", "file name", "format", "sampling rate", "bit rate", "bit rate is",
    }  # fmt: skip
    assert file.sha256 == file_sha256(good)
    assert file.bytes == good.stat().st_size


BETWEEN = round(1.75 * RATE_HZ)  # between two syllables


def with_intersample_peak(sound: np.ndarray) -> np.ndarray:
    """A burst at a quarter of the rate, sampled at 45°: samples 3 dB under its peaks (Tech 3341, case 16)."""
    peaky = sound.copy()
    turn = np.pi / 2 * np.arange(400) + np.pi / 4
    peaky[BETWEEN - 200 : BETWEEN + 200, 0] += 0.85 * np.sin(turn) * np.hanning(400)
    return peaky


def with_silence(sound: np.ndarray) -> np.ndarray:
    gap = sound.copy()
    gap[-RATE_HZ:] = 0.0
    return gap


SOUNDS: dict[str, tuple[np.ndarray, set[str]]] = {
    "too loud": (narration(4.0, rms_dbfs=-17.0) * 0.999, {"RMS level"}),
    "too quiet": (narration(4.0, rms_dbfs=-24.0), {"RMS level"}),
    "a peak between samples": (with_intersample_peak(GOOD), {"true peak"}),
    "a noisy room": (narration(4.0, floor_dbfs=-57.0), {"noise floor"}),
    "a head too short": (narration(4.0, head_s=0.3), {"head"}),
    "a head too long": (narration(4.0, head_s=1.4), {"head"}),
    "a tail too short": (narration(4.0, tail_s=0.6), {"tail"}),
    "a tail too long": (narration(6.0, tail_s=5.5), {"tail"}),
    "digital silence": (with_silence(GOOD), {"digital silence"}),
}


@pytest.mark.parametrize("kind", SOUNDS)
def test_a_sound_that_breaks_one_rule_of_acx_misses_that_one(kind: str, tmp_path: Path) -> None:
    sound, names = SOUNDS[kind]
    assert missed(judged(mp3(tmp_path / "01_a.mp3", sound))) == names


def test_a_peak_of_a_sample_is_a_true_peak_too(tmp_path: Path) -> None:
    """No sample is above the true peak, so the two are missed together."""
    sound = GOOD.copy()
    sound[BETWEEN - 50 : BETWEEN + 50, 0] += 0.8 * np.hanning(100)
    assert missed(judged(mp3(tmp_path / "01_a.mp3", sound))) == {"sample peak", "true peak"}


def test_a_file_that_is_too_long_misses_the_length(good: Path) -> None:
    short = replace(ACX, limits={**ACX.limits, "seconds": Limit(None, 5.0, Source("x"))})
    file = judged(good, short)
    assert missed(file) == {"length"}
    assert file.missed[0].remark == f"{file.measurement.seconds - 5:.2f} s too much"  # type: ignore[union-attr]


def changing_rate(path: Path) -> Path:
    """Two constant streams after each other, without header frames: variable, both rates allowed."""
    half = len(GOOD) // 2
    plain = ("-write_xing", "0", "-id3v2_version", "0")
    parts = [
        mp3(path.with_name(f"{kbps}.mp3"), sound, *plain, kbps=kbps).read_bytes()
        for kbps, sound in ((192, GOOD[:half]), (256, GOOD[half:]))
    ]
    path.write_bytes(b"".join(parts))
    return path


def cut(path: Path) -> Path:
    mp3(path, GOOD)
    path.write_bytes(path.read_bytes()[:-700])
    return path


FORMS: dict[str, tuple[Callable[[Path], Path], set[str]]] = {
    "another sampling rate": (
        lambda folder: mp3(folder / "01_a.mp3", narration(4.0, rate_hz=48000), rate_hz=48000),
        {"sampling rate"},
    ),
    "too low a bit rate": (lambda folder: mp3(folder / "01_a.mp3", GOOD, kbps=128), {"bit rate"}),
    "a variable bit rate": (lambda folder: changing_rate(folder / "01_a.mp3"), {"bit rate is"}),
    "joint stereo": (lambda folder: mp3(folder / "01_a.mp3", STEREO, "-joint_stereo", "1"), {"stereo coding"}),
    "plain stereo, which is taken": (
        lambda folder: mp3(folder / "01_a.mp3", STEREO, "-joint_stereo", "0"),
        set(),
    ),
    "another format": (lambda folder: encode(folder / "01_a.flac", GOOD, "-c:a", "flac"), {"format"}),
    "a wrong suffix": (lambda folder: mp3(folder / "01_a.mp3", GOOD).rename(folder / "01_a.wav"), {"suffix"}),
    "a name with a space": (lambda folder: mp3(folder / "01_Chapter One.mp3", GOOD), {"file name"}),
    "a name without a number": (lambda folder: mp3(folder / "Chapter.mp3", GOOD), {"file name"}),
    "a name in Hebrew": (lambda folder: mp3(folder / "01_פרק.mp3", GOOD), {"file name"}),
    "a cut file": (lambda folder: cut(folder / "01_a.mp3"), {"file"}),
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_that_breaks_one_rule_of_acx_misses_that_one(kind: str, tmp_path: Path) -> None:
    build, names = FORMS[kind]
    assert missed(judged(build(tmp_path))) == names


def unsteady() -> np.ndarray:
    """Three seconds 9 dB above the rest, in all at -23 LUFS: loud for a moment, in the middle as a whole."""
    sound = narration(24.0, channels=2)
    sound[: 20 * RATE_HZ] *= 10 ** (-9 / 20)
    return sound


OTHERS: dict[str, tuple[str, Callable[[Path], Path], set[str]]] = {
    "librivox takes one channel": (
        "librivox",
        lambda folder: mp3(folder / "a.mp3", narration(4.0, rms_dbfs=-23.0, tail_s=5.0, channels=2), kbps=128),
        {"channels"},
    ),
    "librivox takes 128 kbps and no more": (
        "librivox",
        lambda folder: mp3(folder / "a.mp3", narration(4.0, rms_dbfs=-20.0, tail_s=5.0), kbps=192),
        {"bit rate"},
    ),
    "an archive has 24 bits": (
        "archive",
        lambda folder: write_wav(folder / "a.wav", narration(4.0, rms_dbfs=-28.8, rate_hz=48000), 48000),
        {"sample size"},
    ),
    "an archive in 24 bits": (
        "archive",
        lambda folder: write_wav(folder / "a.wav", narration(4.0, rms_dbfs=-28.8, rate_hz=48000), 48000, "PCM_24"),
        set(),
    ),
    "a podcast below its loudness": (
        "podcast-mono",
        lambda folder: mp3(folder / "a.mp3", narration(4.0, rms_dbfs=-24.5)),
        {"loudness"},
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_that_breaks_one_rule_of_another_profile_misses_that_one(kind: str, tmp_path: Path) -> None:
    profile, build, names = OTHERS[kind]
    assert missed(judged(build(tmp_path), PROFILES[profile])) == names


def test_a_short_programme_with_a_loud_passage_misses_the_loudest_three_seconds_of_r128(tmp_path: Path) -> None:
    sound = unsteady()
    path = write_wav(tmp_path / "a.wav", sound, 48000, "PCM_24")
    sound *= 10 ** ((-23.0 - measure_file(path).integrated_lufs) / 20)
    write_wav(path, sound, 48000, "PCM_24")
    assert missed(judged(path, PROFILES["ebu-r128"])) == {"loudest 3 s"}


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_samples_that_are_no_number_are_missed_and_the_rest_stays_finite(bad: float, tmp_path: Path) -> None:
    sound = GOOD.copy()
    sound[50000] = bad
    certificate = certify(subjects_of([write_wav(tmp_path / "a.wav", sound, subtype="FLOAT")]), CUSTOM, ffmpeg=FFMPEG)
    assert missed(certificate.files[0]) == {"invalid samples"}
    json.loads(certificate_json(certificate), parse_constant=pytest.fail)


def test_clipped_sound_is_counted_where_somebody_asks(tmp_path: Path) -> None:
    sound = narration(4.0, rms_dbfs=-20.0, rate_hz=48000)
    sound[84000:84040] = 1.0
    file = judged(write_wav(tmp_path / "a.wav", sound, 48000, "PCM_24"), PROFILES["archive"])
    assert missed(file) >= {"clipped samples", "true peak"}


def test_eight_bits_and_a_wrong_channel_count_are_judged(tmp_path: Path) -> None:
    eight = judged(write_wav(tmp_path / "8.wav", GOOD, subtype="PCM_U8"), PROFILES["audiobook"])
    assert "sample size" in missed(eight)
    path = write_wav(tmp_path / "1.wav", STEREO)
    content = bytearray(path.read_bytes())
    content[22:24] = b"\x01\x00"
    path.write_bytes(content)
    assert "file" in missed(judged(path, CUSTOM))


def test_files_that_cannot_be_judged_do_not_keep_others_from_it(good: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.mp3"
    text.write_text("no sound")
    empty = tmp_path / "empty.mp3"
    empty.touch()
    paths = [text, good, tmp_path / "nothing.mp3", tmp_path, empty, good]
    certificate = certify(subjects_of(paths), ACX, ffmpeg=FFMPEG)
    assert [file.met for file in certificate.files] == [False, True, False, False, False, True]
    words = [file.problem for file in certificate.files]
    assert "no known audio format" in words[0]
    assert (words[2], words[4]) == ("there is no such file", "the file is empty")
    assert "folder" in words[3]
    assert certificate.missed == 4
    assert str(tmp_path) not in certificate_json(certificate) + certificate_html(certificate)


def test_files_of_one_title_must_be_alike(good: Path, tmp_path: Path) -> None:
    stereo = mp3(tmp_path / "02_b.mp3", STEREO, "-joint_stereo", "0")
    certificate = certify(subjects_of([good, stereo]), ACX, ffmpeg=FFMPEG)
    assert [(line.name, line.met) for line in certificate.together] == [
        ("channels of all files", False),
        ("sampling rate of all files", True),
    ]
    assert all(file.met for file in certificate.files)
    assert not certificate.met
    assert certify(subjects_of([good, good]), ACX, ffmpeg=FFMPEG).met


def test_the_sample_needs_no_room_tone_and_is_five_minutes_at_most(tmp_path: Path) -> None:
    path = mp3(tmp_path / "sample.mp3", narration(4.0, tail_s=0.7, head_s=0.1))
    file = certify([Subject(path, "sample.mp3", "sample")], ACX, ffmpeg=FFMPEG).files[0]
    assert file.met
    assert next(line for line in file.lines if line.name == "length").high == 300.0
    assert missed(judged(path)) == {"head", "tail", "file name"}


def test_of_files_for_others_only_the_sound_is_asked(tmp_path: Path) -> None:
    path = encode(tmp_path / "book.flac", GOOD, "-c:a", "flac")
    file = certify([Subject(path, "book.flac", for_receiver=False)], ACX, ffmpeg=FFMPEG).files[0]
    assert file.met
    form = next(line for line in file.lines if line.name == "format")
    assert (form.met, form.remark) == (None, "for others: acx takes mp3")
    loud = encode(tmp_path / "loud.flac", narration(4.0, rms_dbfs=-17.5), "-c:a", "flac")
    assert missed(certify([Subject(loud, "x", for_receiver=False)], ACX, ffmpeg=FFMPEG).files[0]) == {"RMS level"}


def test_the_same_bytes_are_decoded_once(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.delivery import measured as room

    decoded: list[Path] = []

    def counted(path: Path) -> AbstractContextManager[AudioFile]:
        decoded.append(path)
        return open_audio(path)

    monkeypatch.setattr(room, "open_audio", counted)
    vault = Vault(tmp_path)
    first = measured(vault, good, file_sha256(good))
    assert measured(vault, good, file_sha256(good)) == first == measure_file(good)
    assert len(decoded) == 1


ABOUT = TitleFacts(
    title="The Road & Other <Tales> 🌊 שלום " + "long " * 60,
    author="Ada <b>Łęcka</b>",
    language="en",
    disclosure="The narration is synthetic speech.",
    rights={"copyright": "1851, public domain", "licence": "CC BY 4.0"},
    voices=(VoiceCredit("NARRATOR", "hibari", "heart", "Apache-2.0"),),
    source_rate_hz=24000,
)


@pytest.fixture(scope="module")
def certificate(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    bad = mp3(tmp_path_factory.mktemp("bad") / "02_[red]<i>.mp3", narration(4.0, rms_dbfs=-15.0, head_s=2.0))
    spread = Requirement("spread of chapters", "dB", 0.4, None, 1.0, Source("ours: a book sounds of one piece"))
    return certify(subjects_of([good, bad]), ACX, ffmpeg=FFMPEG, about=ABOUT, together=[spread])


def test_the_json_has_stable_names_and_comes_back_as_it_went(certificate: Certificate) -> None:
    text = certificate_json(certificate)
    facts = json.loads(text)
    assert text == json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    assert list(facts) == [
        "schema", "verdict", "missed", "title", "author", "language", "profile", "disclosure", "rights", "voices",
        "source_rate_hz", "bandwidth", "tools", "together", "files",
    ]  # fmt: skip
    assert (facts["schema"], facts["verdict"]) == (SCHEMA, "missed")
    assert facts["bandwidth"] == "made from 24 kHz speech: nothing above 12 kHz can be in it"
    assert facts["voices"][0]["licence"] == "Apache-2.0"
    file = facts["files"][0]
    assert list(file) == [
        "name", "kind", "verdict", "problem", "sha256", "bytes", "form", "measurement", "requirements",
    ]  # fmt: skip
    assert list(file["requirements"][0]) == [
        "name", "measured", "unit", "low", "high", "allowed", "met", "at_s", "remark", "source",
    ]  # fmt: skip
    assert {"chapterhouse", "ffmpeg", "libsndfile", "numba", "numpy", "soxr"} <= facts["tools"].keys()
    assert all(line["source"]["title"] for one in facts["files"] for line in one["requirements"])


def test_the_same_files_give_the_same_bytes(certificate: Certificate, good: Path) -> None:
    one, two = (certify(subjects_of([good]), ACX, ffmpeg=FFMPEG) for _ in range(2))
    assert certificate_json(one) == certificate_json(two)
    assert certificate_html(one) == certificate_html(two)


def test_the_page_shows_every_requirement_of_every_file(certificate: Certificate) -> None:
    import html

    page = certificate_html(certificate)
    for file in certificate.files:
        assert html.escape(file.name) in page
        assert file.sha256 in page
        for line in file.lines:
            assert html.escape(line.name) in page
            assert html.escape(written(line)) in page
            if line.met is not None:
                assert html.escape(required_of(line)) in page
                assert html.escape(line.source.title) in page
    assert "spread of chapters" in page
    assert (
        page.count("✗ missed") == sum(len(file.missed) for file in certificate.files) + 2
    )  # in the overview, heading


def test_the_page_needs_nothing_but_itself_and_quotes_what_people_wrote(certificate: Certificate) -> None:
    page = certificate_html(certificate)
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert not re.search(r"@import|url\(|<script|<link", page)
    assert "<i>" not in page and "<b>Ł" not in page and "<Tales>" not in page
    assert "🌊" in page and "nothing above 12 kHz" in page and "synthetic speech" in page
    assert len(re.findall(r"<svg", page)) == 2


def test_a_miss_by_less_than_is_shown_does_not_look_like_a_hit(good: Path) -> None:
    line = judged(good).lines[0]
    barely = replace(line, measured=-17.9999, low=-23.0, high=-18.0, met=False)
    assert written(barely) == "−17.9999 dBFS"
    assert written(replace(barely, measured=-17.5)) == "−17.5 dBFS"


def test_both_files_are_written_whole(certificate: Certificate, tmp_path: Path) -> None:
    paths: Sequence[Path] = write_certificate(tmp_path / "out", certificate)
    assert [path.name for path in paths] == ["certificate.json", "certificate.html"]
    assert paths[0].read_text() == certificate_json(certificate)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["certificate.html", "certificate.json"]


def test_no_file_is_no_pass() -> None:
    assert not certify([], ACX, ffmpeg=FFMPEG).met
    assert certificates.SCHEMA.endswith("/1")
