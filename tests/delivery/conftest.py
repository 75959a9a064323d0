"""A title of three short chapters of tones, its order and its vault."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.materials import Mark, Master
from pipeline.production import NARRATOR, CastMember, Order, Production, Rights, Script
from pipeline.profiles import Profile, Requirement
from pipeline.vault import Vault

from .delivered import PROFILE, RATE_HZ


def voice_like(seconds: float, pitch_hz: float, rate_hz: int, channels: int = 1) -> np.ndarray:
    """Harmonics with syllables' rhythm: what codecs and loudness meters take for speech."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    tone = sum(np.sin(2 * np.pi * pitch_hz * k * time + k) / k for k in range(1, 20))
    wave = 0.08 * tone * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * time))
    return np.stack([wave] * channels, axis=1)


@pytest.fixture
def make_master(tmp_path: Path) -> Callable[..., Master]:
    def make(
        number: int,
        title: str,
        seconds: float = 1.0,
        *,
        rate_hz: int = RATE_HZ,
        channels: int = 1,
        pitch_hz: float = 110.0,
    ) -> Master:
        folder = tmp_path / "masters"
        folder.mkdir(exist_ok=True)
        path = folder / f"{number}.flac"
        wave = voice_like(seconds, pitch_hz + 20 * number, rate_hz, channels)
        soundfile.write(path, wave, rate_hz, subtype="PCM_16")
        info = soundfile.info(path)
        return Master(
            number=number,
            title=title,
            key=hashlib.sha256(path.read_bytes()).hexdigest()[:32],
            path=path,
            rate_hz=rate_hz,
            channels=channels,
            sample_count=info.frames,
            lufs=-20.0,
            dbtp=-4.0,
            requirements=(Requirement("RMS", "dB", -20.1, -23.0, -18.0), Requirement("peak", "dB", -4, None, -3.0)),
            waveform=tuple(float(level) for level in np.abs(np.sin(np.arange(200) / 9 + number))),
            marks=(Mark(f"ch{number:02d}-0001", NARRATOR, f"The first words of {title}.", 0.1, 0.6),),
        )

    return make


@pytest.fixture
def profile() -> Profile:
    """What the masters are made to: ACX's level and ceiling."""
    return PROFILE


@pytest.fixture
def masters(make_master: Callable[..., Master]) -> Sequence[Master]:
    return (
        make_master(1, "The Long Road", 1.0),
        make_master(2, "Ünder the Bridge; a #1 = 'tale'", 0.777),
        make_master(3, "Home", 1.203),
    )


@pytest.fixture
def make_order(tmp_path: Path) -> Callable[..., Order]:
    def make(*, output: str = "out", name: str = "book", formats: Sequence[object] = (), **facts: object) -> Order:
        order = {
            "title": "The Road & Other <Tales>",
            "author": "Ada Łęcka",
            "rights": Rights(copyright="1851, public domain", producer="2026 Example House", licence="CC BY 4.0"),
            "script": Script(path=Path("script.md")),
            "cast": {NARRATOR: CastMember(engine="humming", voice="low")},
            "paths": {"output": Path(output)},
        } | facts
        if formats:
            order["deliver"] = list(formats)
        return Order(file=tmp_path / f"{name}.yaml", production=Production.model_validate(order))

    return make


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")
