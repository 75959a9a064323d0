"""The package for ACX: names, lengths, cuts and what it warns of."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery.acx import (
    HEAD_S,
    LONGEST_S,
    PART_S,
    acx_bitrate_kbps,
    foresee_acx,
    parts,
    range_encoding,
    sample_master,
    sections,
)
from pipeline.delivery.encoding import encoded
from pipeline.errors import InputError
from pipeline.materials import Master
from pipeline.production import NARRATOR, Order
from pipeline.vault import Vault

from .delivered import decode, deliver
from .spoken import ODD_TITLES, RATE_HZ, spoken


def pausing(minutes: float, pauses: dict[float, float], title: str = "Long") -> Master:
    """A chapter spoken without a break but for pauses: minute → seconds of pause that begins there."""
    edges = [0.75, *(place for at, long_s in sorted(pauses.items()) for place in (at * 60, at * 60 + long_s))]
    edges.append(minutes * 60 - 3.0)
    words = [(NARRATOR, "Words.", *edges[place : place + 2]) for place in range(0, len(edges), 2)]
    return spoken(1, title, words, seconds=minutes * 60)  # type: ignore[arg-type]


def test_a_chapter_of_120_minutes_stays_whole_and_a_longer_one_does_not() -> None:
    assert list(parts(pausing(120, {60: 2}))) == [(0, LONGEST_S * RATE_HZ)]
    assert len(list(parts(pausing(120.1, {60: 2})))) == 2


def test_a_long_chapter_is_cut_in_the_longest_pause_before_115_minutes() -> None:
    master = pausing(150, {20: 5.0, 90: 1.2, 100: 2.5, 110: 0.8, 118: 9.0})
    (_, end), (start, last) = parts(master)
    assert end == round((100 * 60 + 2.5) * RATE_HZ)  # the whole pause is the first part's tail
    assert start == end - round(HEAD_S * RATE_HZ)  # and its last 0.75 s the second one's head
    assert last == master.sample_count


def test_a_short_pause_is_heard_whole_on_both_sides() -> None:
    master = pausing(150, {100: 0.5})
    (_, end), (start, _) = parts(master)
    assert (start, end) == (100 * 60 * RATE_HZ, round((100 * 60 + 0.5) * RATE_HZ))


def test_a_chapter_that_never_pauses_late_is_cut_earlier_and_one_that_never_pauses_at_the_limit() -> None:
    (_, end), *_ = parts(pausing(150, {30: 1.0}))
    assert end == round((30 * 60 + 1.0) * RATE_HZ)
    assert next(iter(parts(pausing(150, {}))))[1] == PART_S * RATE_HZ


@pytest.mark.parametrize("minutes", [121, 240, 500, 1300])
def test_no_part_is_too_long_and_nothing_is_lost(minutes: int) -> None:
    master = pausing(minutes, {at: 0.5 + at % 7 / 10 for at in range(1, minutes - 1)})
    found = list(parts(master))
    assert found[0][0] == 0 and found[-1][1] == master.sample_count
    assert all(end - start <= LONGEST_S * RATE_HZ for start, end in found)
    assert all(following <= end for (_, end), (following, _) in itertools.pairwise(found))


def test_names_are_ascii_and_in_order_and_tell_the_parts() -> None:
    long = replace(pausing(150, {100: 1.0}), number=2)
    names = [section.name for section in sections([spoken(1, "Opening Credits", [], seconds=20), long])]
    assert names == ["01_opening-credits.mp3", "02_long-part-1.mp3", "02_long-part-2.mp3"]
    odd = [spoken(number, title, [], seconds=5) for number, title in enumerate(ODD_TITLES, 1)]
    named = [section.name for section in sections(odd)]
    assert all(re.fullmatch(r"\d\d_[a-z0-9-]{1,56}\.mp3", name) for name in named)
    assert sorted(set(named)) == named


def test_a_range_is_encoded_as_those_very_frames(make_master: Callable[..., Master], vault: Vault) -> None:
    master = make_master(1, "One", 3.0)
    start, end = 50_000, 110_001
    encoding = range_encoding(master, start, end, 192, find_ffmpeg())
    played = np.frombuffer(decode(encoded(vault, encoding, lambda _: None)), np.int16) / 32768
    samples, _ = soundfile.read(master.path)
    assert len(played) == end - start
    error = played - samples[start:end]
    assert np.sqrt(np.mean(error**2)) < 0.02 * np.sqrt(np.mean(samples**2))  # one sample of shift: 0.1
    assert encoding.seconds == pytest.approx((end - start) / RATE_HZ)
    assert encoding.key != range_encoding(master, start, end - 1, 192, find_ffmpeg()).key
    assert not list((vault.root / "making").iterdir())


def test_the_package_holds_sections_sample_cover_and_what_to_do(
    make_master: Callable[..., Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    titles = ("Opening Credits", "a/b <c>", "Closing Credits")
    masters = [make_master(number, title) for number, title in enumerate(titles, 1)]
    order = make_order(formats=["acx"])
    delivered = deliver(masters, order, vault=vault, narrators="Low")
    names = [str(each.path.relative_to(order.output)) for each in delivered]
    assert names == [
        "acx/01_opening-credits.mp3",
        "acx/02_a-b-c.mp3",
        "acx/03_closing-credits.mp3",
        "acx/sample.mp3",
        "acx/cover.png",
        "acx/README.txt",
    ]
    told = (order.output / "acx/README.txt").read_text()
    assert "01_opening-credits.mp3" in told and "synthetic" in told and "2400 × 2400" in told
    assert "of their own" not in told
    for name in names[:4]:
        frame = mpeg_header((order.output / name).read_bytes())
        assert frame == (192, 44100, "mono")


def mpeg_header(content: bytes) -> tuple[int, int, str]:
    """Bit rate in kbps, sampling rate and channels of the first MPEG-1 layer III frame (ISO/IEC 11172-3, 2.4.1.3)."""
    size = int.from_bytes(bytes([0]), "big")
    for byte in content[6:10]:
        size = size << 7 | byte
    at = 10 + size
    assert content[at] == 0xFF and content[at + 1] & 0xFE == 0xFA
    kbps = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[content[at + 2] >> 4]
    rate_hz = (44100, 48000, 32000)[content[at + 2] >> 2 & 3]
    return kbps, rate_hz, "mono" if content[at + 3] >> 6 == 3 else "stereo"


def test_the_sample_starts_with_narration_not_with_the_credits(make_master: Callable[..., Master]) -> None:
    opening, first = make_master(1, "Opening  Credits"), make_master(2, "One")
    assert sample_master([opening, first]) is first
    assert sample_master([first]) is first
    assert sample_master([opening]) is opening


def test_what_acx_will_refuse_is_foreseen(make_order: Callable[..., Order]) -> None:
    def told(*masters: Master) -> str:
        return "\n".join(notice.what for notice in foresee_acx(masters, make_order()))

    bare = told(pausing(150, {100: 1.0}, "One"))
    assert "opening credits" in bare and "closing credits" in bare and "2 parts" in bare and "human" in bare
    titles = ("opening credits", "x", "Closing Credits")
    whole = told(*(spoken(number, title, [], seconds=9) for number, title in enumerate(titles, 1)))
    assert "of their own" not in whole and "parts" not in whole


@pytest.mark.parametrize(
    ("rate_hz", "settings", "why"),
    [(48000, {}, "44100 Hz only"), (44100, {"bitrate_kbps": 128}, "192 kbps or more")],
)
def test_what_acx_does_not_take_is_an_error(
    make_order: Callable[..., Order], rate_hz: int, settings: dict[str, int], why: str
) -> None:
    order = make_order(formats=[{"format": "acx"} | settings])
    master = spoken(1, "One", [], seconds=9, rate_hz=rate_hz)
    with pytest.raises(InputError, match=why):
        acx_bitrate_kbps(order.production.deliver[0].bitrate_kbps, [master], order)
