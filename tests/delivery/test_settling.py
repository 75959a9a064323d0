"""What encoders do to level and peaks is found on the decoded file and made good, no more often than needed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio.true_peak import MARGIN
from pipeline.delivery import aac, deliver, encoding, settling
from pipeline.delivery.encoding import Prior
from pipeline.delivery.ledger import LEDGER
from pipeline.delivery.settling import PeakWatch, Settled, is_settled, next_round
from pipeline.errors import EngineError
from pipeline.materials import Deliverable, Master
from pipeline.metering import measure_file
from pipeline.production import Order
from pipeline.profiles import Profile
from pipeline.vault import Vault

from .delivered import PROFILE, RATE_HZ

Make = Callable[..., Master]
MakeOrder = Callable[..., Order]
LOUDNESS = replace(PROFILE, measure="integrated_lufs")


@pytest.fixture
def hissing(make_master: Make) -> Master:
    """8 s of a tone under bursts of noise that reach -3.05 dBTP: what encoders overshoot on."""
    master = make_master(1, "Hiss", 8.0)
    tone, _ = soundfile.read(master.path)
    noise = np.random.default_rng(3).standard_normal(len(tone))
    noise *= np.sin(np.pi * np.arange(len(tone)) / RATE_HZ) ** 8
    wave = tone + 0.12 * noise
    soundfile.write(master.path, wave / 10, RATE_HZ, subtype="PCM_16")
    gain_db = -3.05 - measure_file(master.path).true_peak_dbtp
    soundfile.write(master.path, wave / 10 * 10 ** (gain_db / 20), RATE_HZ, subtype="PCM_16")
    found = measure_file(master.path)
    return replace(master, key="hiss", dbtp=found.true_peak_dbtp, lufs=found.integrated_lufs)


def one(masters: Sequence[Master], order: Order, vault: Vault, profile: Profile) -> Deliverable:
    (made,) = deliver(masters, order, vault=vault, narrators="Low", profile=profile)
    return made


@pytest.mark.parametrize(
    "item",
    [
        {"format": "mp3"},
        {"format": "mp3", "bitrate_kbps": 64},
        {"format": "mp3", "quality": 6},
        {"format": "m4b"},
        {"format": "m4b", "bitrate_kbps": 48},
        {"format": "opus"},
        {"format": "opus", "bitrate_kbps": 24},
    ],
    ids=str,
)
def test_decoded_files_are_as_loud_as_the_master_and_under_the_ceiling(
    hissing: Master, make_order: MakeOrder, vault: Vault, item: dict[str, object]
) -> None:
    """Whatever the encoder: level within 0.1 LU, true peak of the decoded file never over the ceiling."""
    made = one([hissing], make_order(formats=[item]), vault, LOUDNESS)
    found = measure_file(made.path)
    assert made.measured == found and 1 <= made.rounds <= settling.MOST_ROUNDS
    assert not made.remarks
    assert found.true_peak_dbtp <= LOUDNESS.ceiling_dbtp
    assert abs(found.integrated_lufs - hissing.lufs) <= 0.1


def test_without_what_is_known_of_the_encoder_a_second_round_repairs_it(
    hissing: Master, make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong prior costs rounds, not the result; the rerun begins with what was found and needs none."""
    monkeypatch.setattr(encoding, "mp3_prior", lambda _: Prior(-0.7, 0.0))
    order = make_order(formats=[{"format": "mp3", "bitrate_kbps": 128}])
    made = one([hissing], order, vault, LOUDNESS)
    assert made.rounds > 1 and made.measured is not None and not made.remarks
    assert abs(made.measured.integrated_lufs - hissing.lufs) <= 0.1
    made.path.unlink()
    monkeypatch.setattr(encoding, "feed", lambda *_, **__: pytest.fail("encoded again"))
    assert one([hissing], order, vault, LOUDNESS) == made


def test_opus_is_turned_up_in_its_header_without_encoding_again(
    hissing: Master, make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = replace(hissing, dbtp=-9.0)
    real, fed = encoding.feed, []

    def feed(*arguments: object, **rest: object) -> None:
        fed.append(1)
        real(*arguments, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(encoding, "feed", feed)
    profile = replace(LOUDNESS, ceiling_dbtp=-0.1)
    monkeypatch.setattr(encoding, "opus_prior", lambda _: Prior(-1.5, 0.5))
    made = one([quiet], make_order(formats=["opus"]), vault, profile)
    assert made.rounds == 2 and len(fed) == 1
    assert abs(measure_file(made.path).integrated_lufs - hissing.lufs) <= 0.1


def test_only_the_segment_that_overshoots_is_encoded_again(
    make_master: Make, make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One burst in the third of five segments; the others keep their encodings. The level is not looked at here."""
    monkeypatch.setattr(settling, "NEAR_DB", 1.0)
    monkeypatch.setattr(aac, "SEGMENT", 86)
    monkeypatch.setattr(aac, "aac_prior", lambda *_: Prior(0.19, 0.0))
    master = make_master(1, "One", 9.5)
    wave, _ = soundfile.read(master.path)
    burst = slice(int(4.8 * RATE_HZ), int(4.83 * RATE_HZ))
    wave[burst] = 0.2 * np.clip(3 * np.random.default_rng(1).standard_normal(burst.stop - burst.start), -1, 1)
    soundfile.write(master.path, wave, RATE_HZ, subtype="PCM_16")
    found = measure_file(master.path)
    master = replace(master, key="burst", dbtp=found.true_peak_dbtp)
    profile = replace(LOUDNESS, ceiling_dbtp=found.true_peak_dbtp)
    ends: list[str] = []
    real = aac.feed

    def feed(*arguments: object, **rest: object) -> None:
        ends.append("fed")
        real(*arguments, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(aac, "feed", feed)
    made = one([master], make_order(formats=[{"format": "m4b", "bitrate_kbps": 48}]), vault, profile)
    assert made.rounds > 1 and not made.remarks
    assert measure_file(made.path).true_peak_dbtp <= profile.ceiling_dbtp
    assert len(ends) == 5 + made.rounds - 1


def test_what_three_rounds_do_not_reach_is_delivered_with_its_figures(
    hissing: Master, make_order: MakeOrder, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ceiling of 12 dB under the peaks cannot be met at the master's level."""
    made = one([hissing], make_order(formats=["mp3"]), vault, replace(LOUDNESS, ceiling_dbtp=-15.0))
    assert made.path.is_file() and made.rounds == settling.MOST_ROUNDS
    (remark,) = made.remarks
    assert "01_hiss.mp3" in remark and "-15" in remark


def test_peaks_are_found_in_the_part_they_are_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the blocks; over the ceiling the figure is exact."""
    wave = np.zeros((5000, 2), np.float32)
    wave[1200, 1], wave[3999, 0] = 0.9, 0.8
    for size in (1, MARGIN, 700, 5000):
        watch = PeakWatch(-3.0, [0.1, 0.2, 0.4, 0.5], 10000)
        for start in range(0, len(wave), size):
            watch.add(wave[start : start + size])
        peaks = watch.peaks_dbtp()
        assert peaks[1] == pytest.approx(20 * np.log10(0.9), abs=0.01)
        assert peaks[2] == pytest.approx(20 * np.log10(0.8), abs=0.01)
        assert peaks[0] <= -3.0 and peaks[3] <= -3.0


def test_a_round_lowers_only_what_was_over() -> None:
    found = Settled((encoding.Treatment(0.1), encoding.Treatment(0.1, -3.2)), 0.0, 1, 0.0, 0.0, -0.05, -2.0)
    assert not is_settled(found, PROFILE)
    programme = encoding.Programme((Master(1, "", "k", Path("x"), 1, 1, 1, -20.0, -4.0, (), (), ()),))
    sounds = [
        encoding.Encoding("k", "", 1.0, lambda *_: None, encoding.Lossy(programme, treatment, Prior(0.0, 0.0), None))  # type: ignore[arg-type]
        for treatment in found.treatments
    ]
    following = next_round(found, sounds, PROFILE, (-3.4, -2.0), can_turn=False)
    assert following.treatments[0] == found.treatments[0]
    assert following.treatments[1].ceiling_dbtp == pytest.approx(-3.2 - 1.0 - settling.CLEARANCES_DB[0])


@pytest.mark.parametrize("kind", ["m4b", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("mp3", "opus"))])
def test_an_encoder_that_is_killed_is_told_and_a_rerun_finishes(
    make_master: Make, make_order: MakeOrder, vault: Vault, kind: str
) -> None:
    master = make_master(1, "Long", 40.0)
    order = make_order(formats=[kind])
    over = threading.Event()

    def kill_one() -> None:
        while not over.is_set():
            for task in Path("/proc/self/task").iterdir():
                for child in (task / "children").read_text().split():
                    words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                    if b"pipe:0" in words:
                        os.kill(int(child), signal.SIGKILL)
                        return
            time.sleep(0.005)

    killer = threading.Thread(target=kill_one)
    killer.start()
    try:
        with pytest.raises(EngineError, match="killed by signal 9"):
            one([master], order, vault, PROFILE)
    finally:
        over.set()
        killer.join()
    assert {path.name for path in order.output.rglob("*") if path.is_file()} <= {LEDGER}
    assert not [*vault.root.rglob(".making-*")]
    assert one([master], order, vault, PROFILE).path.is_file()
