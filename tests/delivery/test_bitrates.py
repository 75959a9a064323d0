"""A bit rate that nobody asks for is one that the profile's receiver takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.cover import Cover
from pipeline.delivery.pieces import Job
from pipeline.materials import Master
from pipeline.production import Delivery, Order
from pipeline.profiles import Codec
from pipeline.vault import Vault

Make = Callable[..., Master]


@pytest.mark.parametrize(
    ("profile", "codec", "channels", "usual", "chosen"),
    [
        ("acx", "mp3", 1, 192, None),  # 192 or more
        ("librivox", "mp3", 1, 192, 128),  # 128 and nothing else
        ("audiobook", "aac", 1, 96, 128),
        ("audiobook", "mp3", 2, 192, 256),  # 256 or more for two channels
        ("ebu-r128", "mp3", 1, 192, None),  # takes no MP3 at all: whoever wants one takes the usual
    ],
)
def test_the_usual_bit_rate_gives_way_to_the_receivers(
    *,
    profile: str,
    codec: Codec,
    channels: int,
    usual: int,
    chosen: int | None,
    make_master: Make,
    make_order: Callable[..., Order],
    vault: Vault,
) -> None:
    master, order = make_master(1, "A", channels=channels), make_order(master={"profile": profile})
    assert job(master, order, vault).kbps(codec, usual) == chosen


def test_what_is_asked_for_stays(make_master: Make, make_order: Callable[..., Order], vault: Vault) -> None:
    order = make_order(master={"profile": "librivox"})
    master = make_master(1, "A")
    assert job(master, order, vault, bitrate_kbps=320).kbps("mp3", 192) == 320
    assert job(master, order, vault, quality=2).kbps("mp3", 192) is None


def job(master: Master, order: Order, vault: Vault, **settings: int) -> Job:
    cover = Cover(vault.root / "none.png", "image/png", 1, 1, "")
    ffmpeg = Ffmpeg(vault.root / "ffmpeg", "0")
    return Job((master,), order, Delivery(format="mp3", **settings), "Low", cover, ffmpeg, vault)
