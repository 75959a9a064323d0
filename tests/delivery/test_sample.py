"""The retail sample is a chapter's opening that ends in a pause, never in a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.delivery.sample import opening
from pipeline.materials import Master
from pipeline.production import Order
from pipeline.vault import Vault

from .delivered import RATE_HZ, decode, deliver


@pytest.fixture
def spoken(make_master: Callable[..., Master]) -> Master:
    """40 s of tone with a pause of 0.5 s at 27 s, over room tone."""
    master = make_master(1, "Chapter 1", 40.0)
    samples, rate = soundfile.read(master.path)
    samples[27 * rate : 27 * rate + rate // 2] = 0
    samples += 3e-4 * np.random.default_rng(0).standard_normal(len(samples))
    soundfile.write(master.path, samples, rate, subtype="PCM_16")
    return master


def test_a_sample_ends_in_the_last_pause_before_its_limit(spoken: Master) -> None:
    sample = opening(spoken, 30)
    assert len(sample) / RATE_HZ == pytest.approx(27.25, abs=0.02)
    original = soundfile.read(spoken.path, dtype="int16", always_2d=True)[0]
    before_fade = len(sample) - RATE_HZ // 2
    np.testing.assert_array_equal(sample[:before_fade], original[:before_fade])
    assert np.abs(sample[-10:]).max() <= 1, "faded out"


def test_without_a_pause_it_ends_at_the_limit(make_master: Callable[..., Master]) -> None:
    assert len(opening(make_master(1, "Chapter 1", 40.0), 30)) == 30 * RATE_HZ


def test_a_short_chapter_is_its_own_sample(make_master: Callable[..., Master]) -> None:
    master = make_master(1, "Chapter 1", 12.0)
    original = soundfile.read(master.path, dtype="int16", always_2d=True)[0]
    np.testing.assert_array_equal(opening(master, 30), original)


def test_a_sample_is_delivered_as_an_mp3(spoken: Master, make_order: Callable[..., Order], tmp_path: Path) -> None:
    order = make_order(formats=[{"format": "sample", "seconds": 30}])
    (sample,) = deliver([spoken], order, vault=Vault(tmp_path / "vault"), narrators="A. Voice")
    assert (sample.format, sample.path.name) == ("sample", "sample.mp3")
    assert len(decode(sample.path)) / 2 / RATE_HZ == pytest.approx(27.25, abs=0.02)
