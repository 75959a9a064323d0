"""Sound files: what is written comes back, and a full disk is a StorageError."""

from __future__ import annotations

import resource
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.files import (
    float_wav_header,
    read_blocks,
    read_sound,
    sound_shape,
    sound_writer,
    write_float_wav,
    write_sound,
)
from pipeline.audio.sound import Sound
from pipeline.errors import InputError, StorageError
from pipeline.vault import Vault

NOISE = Sound(np.random.default_rng(7).uniform(-0.9, 0.9, 50_000).astype(np.float32), 24000)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The operating system refuses to let a file grow beyond ``size`` bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_a_sound_comes_back_within_half_a_step_of_24_bits(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"take{suffix}"
    write_sound(path, NOISE)
    back = read_sound(path)
    assert back.rate_hz == NOISE.rate_hz
    assert np.abs(back.samples - NOISE.samples).max() <= 1.0 / 2**23
    assert soundfile.info(path).subtype == "PCM_24"


def test_a_float_wav_comes_back_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    write_float_wav(path, 24000, len(NOISE.samples), [NOISE.samples[:777], NOISE.samples[777:]])
    assert soundfile.info(path).subtype == "FLOAT"
    np.testing.assert_array_equal(np.concatenate(list(read_blocks(path, 1000)))[:, 0], NOISE.samples)


def test_beyond_4_gib_the_header_is_rf64_with_64_bit_sizes() -> None:
    """EBU Tech 3306: RIFF and data sizes are 0xFFFFFFFF, the true ones stand in ds64."""
    frames = 2**31
    header = float_wav_header(96000, frames)
    assert header[:4] == b"RF64" and header[12:16] == b"ds64"
    riff, body, samples = struct.unpack("<QQQ", header[20:44])
    assert (body, samples) == (4 * frames, frames)
    assert riff == len(header) - 8 + 4 * frames
    assert header[-8:] == b"data\xff\xff\xff\xff"


def test_an_rf64_header_is_understood_by_libsndfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.audio.files.RIFF_LIMIT", 1000)
    header = float_wav_header(24000, 5000).replace(struct.pack("<I", 1000), b"\xff\xff\xff\xff")
    path = tmp_path / "long.wav"
    path.write_bytes(header + NOISE.samples[:5000].tobytes())
    assert soundfile.info(path).format == "RF64"
    np.testing.assert_array_equal(read_sound(path).samples, NOISE.samples[:5000])


def test_two_channels_are_averaged_by_the_mono_reader(tmp_path: Path) -> None:
    path = tmp_path / "two.wav"
    soundfile.write(path, np.stack([np.full(100, 0.5), np.full(100, -0.25)], axis=1), 24000, subtype="FLOAT")
    np.testing.assert_allclose(read_sound(path).samples, 0.125)
    assert sound_shape(path).channels == 2


def test_what_is_no_sound_is_an_input_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    path.write_text("la la la")
    with pytest.raises(InputError, match=r"song\.flac"):
        read_sound(path)


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
def test_a_disk_that_fills_up_is_a_storage_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"take{suffix}"
    with files_of_at_most(40_000), pytest.raises(StorageError) as caught:
        write_sound(path, NOISE)
    assert caught.value.exit_code == 5
    assert str(path) in str(caught.value)


def test_a_disk_that_fills_up_while_blocks_are_written_stops_the_writing(tmp_path: Path) -> None:
    block = (NOISE.samples[:, None] * 32767).astype(np.int16)
    blocks = 0
    with (
        files_of_at_most(40_000),
        pytest.raises(StorageError),
        sound_writer(tmp_path / "master.flac", 44100, channels=1, subtype="PCM_16") as write,
    ):
        while blocks < 100:
            write(block)
            blocks += 1
    assert blocks < 10


def test_a_float_wav_on_a_full_disk_is_a_storage_error(tmp_path: Path) -> None:
    with files_of_at_most(40_000), pytest.raises(StorageError):
        write_float_wav(tmp_path / "mix.wav", 24000, len(NOISE.samples), [NOISE.samples])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_the_operating_systems_reason_is_told(tmp_path: Path) -> None:
    path = tmp_path / "full.wav"
    path.symlink_to("/dev/full")
    with pytest.raises(StorageError, match="No space left on device"):
        write_float_wav(path, 24000, len(NOISE.samples), [NOISE.samples])


def test_a_vault_on_a_full_disk_keeps_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path)

    def write(path: Path) -> dict[str, object]:
        write_sound(path, NOISE)
        return {}

    with files_of_at_most(40_000), pytest.raises(StorageError):
        vault.keep("takes", "ab" * 16, ".flac", write)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_folder_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        write_sound(tmp_path / "nowhere" / "take.flac", NOISE)
