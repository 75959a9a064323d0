"""Pictures are judged by what they are, and a title without one gets one."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery import check_cover
from pipeline.delivery.cover import DRAWN_SIDE, bar_heights, draw_cover, read_cover, settle_cover
from pipeline.errors import InputError
from pipeline.materials import Master
from pipeline.production import Order
from pipeline.vault import Vault

from .delivered import deliver, describe


def paint(path: Path, size: str) -> Path:
    command = [find_ffmpeg().path, "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc=s={size}", "-frames:v", "1"]
    subprocess.run([*command, path], check=True)
    return path


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_size_is_read_from_the_header(tmp_path: Path, suffix: str) -> None:
    cover = read_cover(paint(tmp_path / f"c{suffix}", "320x200"), "book.yaml")
    assert (cover.width, cover.height) == (320, 200)
    assert cover.mime == ("image/png" if suffix == ".png" else "image/jpeg")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_own_covers_reach_every_format(
    masters: Sequence[Master], make_order: Callable[..., Order], vault: Vault, tmp_path: Path, suffix: str
) -> None:
    """The picture's bytes, unchanged; a percent sign in its name is no pattern."""
    path = paint(tmp_path / f"c{suffix}", "1100x1100").rename(tmp_path / f"my cover %03d: final{suffix}")
    for item in deliver(masters, make_order(cover=path), vault=vault, narrators="Low"):
        assert path.read_bytes() in item.path.read_bytes()
        assert describe(item.path)


def test_odd_and_small_pictures_are_noticed(make_order: Callable[..., Order], tmp_path: Path) -> None:
    paint(tmp_path / "c.png", "320x200")
    told = [notice.what for notice in check_cover(make_order(cover=Path("c.png")))]
    assert len(told) == 2 and "want it square" in told[0] and "at least 1024" in told[1]
    assert check_cover(make_order()) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a" + bytes(50), "neither a JPEG nor a PNG"),
        (b"", "neither a JPEG nor a PNG"),
        (b"\x89PNG\r\n\x1a\n", "neither a JPEG nor a PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "neither a JPEG nor a PNG"),
        (b"\xff\xd8\xff\xe0\x00\x00" * 9, "neither a JPEG nor a PNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(10_000_001), "10.0 MB"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_cover_is_refused_before_recording(
    make_order: Callable[..., Order], tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "c.png").write_bytes(content)
    with pytest.raises(InputError, match=said):
        check_cover(make_order(cover=Path("c.png")))


def test_a_cover_is_drawn_square_and_the_same_each_time(
    masters: Sequence[Master], make_order: Callable[..., Order], vault: Vault
) -> None:
    cover = settle_cover(make_order(), masters, vault)
    assert read_cover(cover.path, "").width == read_cover(cover.path, "").height == DRAWN_SIDE
    title = make_order().production.title
    assert cover.path.read_bytes() == draw_cover(title, bar_heights(masters))
    assert cover.path.stat().st_size < 200_000
    command = [find_ffmpeg().path, "-v", "error", "-i", cover.path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    pixels = subprocess.run(command, capture_output=True, check=True)
    assert not pixels.stderr and len(pixels.stdout) == DRAWN_SIDE**2 * 3
    assert len({struct.unpack("3B", pixels.stdout[at : at + 3]) for at in range(0, len(pixels.stdout), 3000)}) > 20
