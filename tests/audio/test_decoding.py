"""Any audio file is read in float blocks; what is none, is cut off or damaged is told; no ffmpeg is left behind."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.decoding import AudioFile, open_audio
from pipeline.audio.ffmpeg import run_ffmpeg
from pipeline.errors import EngineError, InputError

RATE_HZ = 44100
Encode = Callable[..., Path]


def sound(seconds: float = 3.0, channels: int = 1) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tones = [np.sin(2 * np.pi * 300 * (k + 1) * time_s) * (0.3 + 0.2 * np.sin(3 * time_s)) for k in range(channels)]
    return np.stack(tones, axis=1).astype(np.float32)


def read(path: Path) -> tuple[AudioFile, np.ndarray]:
    with open_audio(path) as audio:
        blocks = list(audio.blocks())
    assert all(block.dtype == np.float32 and block.shape[1] == audio.channels for block in blocks)
    return audio, np.concatenate(blocks)


@pytest.fixture
def encode(tmp_path: Path) -> Encode:
    """``encode(name, samples, *options)``: a file made by ffmpeg from float samples at 44.1 kHz."""

    def make(name: str, samples: np.ndarray, *options: str) -> Path:
        source, target = tmp_path / "source.wav", tmp_path / name
        soundfile.write(source, samples, RATE_HZ, subtype="FLOAT")
        run_ffmpeg(["-i", str(source), *options, str(target)])
        return target

    return make


LOSSLESS = [
    ("a.wav", "PCM_16", 2**-16),
    ("a.wav", "PCM_24", 2**-24),
    ("a.wav", "PCM_U8", 2**-8),
    ("a.wav", "FLOAT", 0.0),
    ("a.wav", "DOUBLE", 0.0),
    ("a.flac", "PCM_16", 2**-16),
    ("a.flac", "PCM_24", 2**-24),
    ("a.aiff", "PCM_16", 2**-16),
    ("a.rf64", "PCM_16", 2**-16),
    ("a.w64", "PCM_24", 2**-24),
    ("a.caf", "PCM_16", 2**-16),
]


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize(("name", "subtype", "step"), LOSSLESS)
def test_lossless_files_give_the_samples_that_went_in(
    tmp_path: Path, name: str, subtype: str, step: float, channels: int
) -> None:
    """Within half a step, or libsndfile's whole one; 8 bits too."""
    samples = sound(channels=channels)
    soundfile.write(tmp_path / name, samples, RATE_HZ, subtype=subtype)
    audio, found = read(tmp_path / name)
    assert (audio.rate_hz, audio.channels, audio.frames) == (RATE_HZ, channels, len(samples))
    assert audio.codec == subtype
    np.testing.assert_allclose(found, samples, atol=2.1 * step + 1e-7)


def test_sixteen_bits_are_read_as_libsndfile_reads_them(tmp_path: Path) -> None:
    """To the bit, both ends of the scale included: a sample is its number over 32768."""
    numbers = np.concatenate([np.arange(-32768, 32768), np.zeros(100_000)]).astype(np.int16)
    for suffix in ("wav", "flac", "aiff"):
        soundfile.write(tmp_path / f"a.{suffix}", numbers, RATE_HZ)
        _, found = read(tmp_path / f"a.{suffix}")
        np.testing.assert_array_equal(
            found, soundfile.read(tmp_path / f"a.{suffix}", dtype="float32", always_2d=True)[0]
        )
        np.testing.assert_array_equal(found[:, 0], (numbers / 32768.0).astype(np.float32))


LOSSY = [
    ("a.mp3", "mp3", ("-b:a", "192k")),
    ("a.m4a", "aac", ("-b:a", "128k")),
    ("a.m4b", "aac", ("-b:a", "64k", "-movflags", "+faststart", "-f", "ipod")),
    ("a.opus", "opus", ("-b:a", "96k")),
    ("a.ogg", "vorbis", ("-c:a", "libvorbis")),
    ("a.mka", "flac", ("-c:a", "flac")),
]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("name", "codec", "options"), LOSSY)
def test_lossy_files_are_as_long_as_what_went_in_and_lie_where_it_lay(
    encode: Encode, name: str, codec: str, options: tuple[str, ...], channels: int
) -> None:
    """Gapless: what encoders put before and behind is not there. Aligned to the sample, by correlation."""
    samples = sound(2.34, channels)
    audio, found = read(encode(name, samples, *options))
    assert (audio.codec, audio.channels, audio.frames) == (codec, channels, None)
    wanted_rate = 48000 if codec == "opus" else RATE_HZ
    assert audio.rate_hz == wanted_rate
    assert len(found) == pytest.approx(len(samples) * wanted_rate / RATE_HZ, abs=1)
    if wanted_rate == RATE_HZ:
        middle = slice(20_000, 80_000)
        products = [samples[middle, 0] @ found[20_000 + lag : 80_000 + lag, 0] for lag in range(-50, 51)]
        assert int(np.argmax(products)) == 50


def test_lossy_files_are_not_clipped(encode: Encode) -> None:
    """What a decoder gives beyond full scale is there: it is what a certificate has to tell."""
    square = np.sign(np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.float32)[:, None]
    for name, options in (("a.mp3", ("-b:a", "128k")), ("a.m4a", ("-b:a", "64k"))):
        assert np.abs(read(encode(name, 0.99 * square, *options))[1]).max() > 1.05


def test_the_content_counts_and_not_the_name(encode: Encode, tmp_path: Path) -> None:
    mp3 = encode("a.mp3", sound()).rename(tmp_path / "b.wav")
    assert read(mp3)[0].codec == "mp3"
    soundfile.write(tmp_path / "c.wav", sound(), RATE_HZ)
    assert read((tmp_path / "c.wav").rename(tmp_path / "c.mp3"))[0].container == "WAV"
    assert read(encode("a.m4a", sound()).rename(tmp_path / "no suffix, 100% 'odd': name"))[0].codec == "aac"


def test_a_cover_is_no_sound_and_does_no_harm(encode: Encode, tmp_path: Path) -> None:
    run_ffmpeg(["-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-frames:v", "1", str(tmp_path / "cover.png")])
    plain = encode("a.m4a", sound())
    covered = tmp_path / "b.m4a"
    cover = [
        "-i",
        str(tmp_path / "cover.png"),
        "-map",
        "0",
        "-map",
        "1",
        "-c",
        "copy",
        "-disposition:v:0",
        "attached_pic",
    ]
    run_ffmpeg(["-i", str(plain), *cover, str(covered)])
    np.testing.assert_array_equal(read(covered)[1], read(plain)[1])
    with pytest.raises(InputError, match="is no audio file"):
        read(tmp_path / "cover.png")
    run_ffmpeg(["-i", str(tmp_path / "cover.png"), "-c:v", "mpeg4", str(tmp_path / "silent.mp4")])
    with pytest.raises(InputError, match="holds no sound"):
        read(tmp_path / "silent.mp4")


def test_float_with_inf_and_nan_comes_as_it_is(tmp_path: Path) -> None:
    samples = sound()
    samples[5], samples[6], samples[7] = np.inf, -np.inf, np.nan
    soundfile.write(tmp_path / "a.wav", samples, RATE_HZ, subtype="FLOAT")
    np.testing.assert_array_equal(read(tmp_path / "a.wav")[1], samples)


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def wav(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


FORM = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE_HZ, 2 * RATE_HZ, 2, 16))


@pytest.mark.parametrize("order", ["before", "behind", "odd sizes", "streamed"])
def test_chunks_may_stand_in_any_order(tmp_path: Path, order: str) -> None:
    numbers = np.arange(-3000, 3000, dtype="<i2")
    content, extra = chunk(b"data", numbers.tobytes()), chunk(b"LIST", b"INFOISFT\x05\0\0\0odd\0\0\0")
    whole = {
        "before": wav(extra, chunk(b"bext", bytes(602)), FORM, extra, content),
        "behind": wav(FORM, content, extra, chunk(b"cue ", struct.pack("<I", 0))),
        "odd sizes": wav(chunk(b"junk", bytes(3)), FORM, chunk(b"pad ", bytes(7)), content),
        "streamed": wav(FORM, b"data" + b"\xff" * 4 + numbers.tobytes()),  # the size was never filled in
    }[order]
    (tmp_path / "a.wav").write_bytes(whole)
    np.testing.assert_array_equal(read(tmp_path / "a.wav")[1][:, 0] * 32768, numbers)


def refused(path: Path, match: str, kind: type[Exception] = InputError) -> None:
    with pytest.raises(kind, match=match) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "next:" in str(caught.value)


def test_what_is_no_audio_file_is_told(tmp_path: Path) -> None:
    refused(tmp_path / "missing.wav", "No such file")
    (tmp_path / "empty.wav").write_bytes(b"")
    refused(tmp_path / "empty.wav", "empty")
    refused(tmp_path, "Is a directory")
    for name, content in (("text.mp3", b"hello world\n" * 500), ("noise.m4a", os.urandom(5000)), ("one.wav", b"R")):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, "no audio file|holds no sound")
    (tmp_path / "bare.wav").write_bytes(wav(FORM, chunk(b"data", b"")))
    refused(tmp_path / "bare.wav", "no samples")
    (tmp_path / "head.wav").write_bytes(wav(FORM)[:30])
    refused(tmp_path / "head.wav", "no audio file|cut off")
    run_ffmpeg(["-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-c:v", "mpeg4", str(tmp_path / "film.mp4")])
    refused(tmp_path / "film.mp4", "holds no sound")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wav", ("-c:a", "pcm_s16le")),
        ("a.aiff", ()),
        ("a.flac", ()),
        ("a.mp3", ("-b:a", "128k")),
        ("a.m4a", ()),
        ("a.m4b", ("-movflags", "+faststart", "-f", "ipod")),
        ("a.opus", ()),
        ("a.ogg", ("-c:a", "libvorbis")),
    ],
)
@pytest.mark.parametrize("share", [0.35, 0.8])
def test_what_is_cut_off_is_told(encode: Encode, name: str, options: tuple[str, ...], share: float) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal((5 * RATE_HZ, 1))
    path = encode(name, noise, *options)
    content = path.read_bytes()
    assert len(read(path)[1]) > 4 * RATE_HZ
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "cut off|damaged|no audio file")


def test_an_mp3_that_is_damaged_in_the_middle_is_told(encode: Encode) -> None:
    path = encode("a.mp3", 0.1 * np.random.default_rng(0).standard_normal((5 * RATE_HZ, 1)))
    content = bytearray(path.read_bytes())
    content[20_000:20_400] = b"\xff" * 400
    path.write_bytes(content)
    refused(path, "damaged")


def running(marker: str) -> list[int]:
    """Processes that have this in their command line, but for ours."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in command and b"ffmpeg" in command.split(b"\0")[0]:
                found.append(int(entry.name))
    return found


def test_who_stops_early_leaves_no_ffmpeg_behind(encode: Encode) -> None:
    path = encode("a.mp3", sound(60.0))
    with open_audio(path) as audio:
        next(audio.blocks())
        assert running(str(path))
    assert not running(str(path))


def test_an_ffmpeg_that_is_killed_is_an_engine_error(encode: Encode) -> None:
    path = encode("a.mp3", sound(60.0))
    with pytest.raises(EngineError, match="killed by signal 9"), open_audio(path) as audio:
        for _ in audio.blocks():
            for child in running(str(path)):
                os.kill(child, signal.SIGKILL)


def test_when_the_reader_is_killed_ffmpeg_goes_too(encode: Encode) -> None:
    path = encode("a.mp3", sound(120.0))
    code = (
        "import sys, time; from pathlib import Path; from pipeline.audio.decoding import open_audio\n"
        "with open_audio(Path(sys.argv[1])) as audio:\n"
        "    next(audio.blocks()); print('reading', flush=True); time.sleep(60)\n"
    )
    reader = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert reader.stdout is not None and reader.stdout.readline() == b"reading\n"
    assert running(str(path))
    reader.kill()
    reader.wait()
    reader.stdout.close()
    deadline = time.monotonic() + 10
    while running(str(path)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(str(path))


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    """ffmpeg would follow it: the concat script, an HLS playlist and a DASH manifest name files of their own."""
    soundfile.write(tmp_path / "secret.wav", np.zeros(8000, np.float32), 8000)
    for name, text in {
        "list.mp3": "ffconcat version 1.0\nfile secret.wav\n",
        "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n",
    }.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError, match="is no audio file"), open_audio(tmp_path / name):
            pass
