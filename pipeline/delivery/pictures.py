"""Pictures of sound as SVG inside a page: no files, sharp on paper."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.delivery.cover import Colour, Palette
from pipeline.materials import Mark, Master

WIDTH, HEIGHT = 1000.0, 120.0


def waveform(master: Master, flagged: Sequence[Mark]) -> str:
    """A chapter's level from left to right, flagged takes as bands behind it."""
    length = max(master.seconds, 1e-9)
    bands = "".join(
        f'<rect class="band" x="{mark.start_s / length * WIDTH:.1f}" y="0" height="{HEIGHT:.0f}" '
        f'width="{max((mark.end_s - mark.start_s) / length * WIDTH, 3.0):.1f}"/>'
        for mark in flagged
    )
    step = WIDTH / max(len(master.waveform), 1)
    middle = HEIGHT / 2
    tallest = max(master.waveform, default=0.0) or 1.0
    strokes = "".join(
        f"M{(place + 0.5) * step:.1f} {middle - reach:.1f}V{middle + reach:.1f}"
        for place, reach in enumerate(max(level / tallest, 0.008) * (middle - 4) for level in master.waveform)
    )
    return (
        f'<svg class="wave" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" preserveAspectRatio="none" role="img" '
        f'aria-label="Waveform, {len(flagged)} flagged">{bands}'
        f'<path d="{strokes}" stroke-width="{step * 0.72:.2f}"/></svg>'
    )


def banner(bars: Sequence[float], colours: Palette) -> str:
    """The title's own colours and waveform, as on a drawn cover."""
    top, bottom, light = colours
    pitch = WIDTH / (len(bars) + 6)
    strokes = "".join(
        f"M{(place + 3.5) * pitch:.1f} {90 - bar * 55:.1f}V{90 + bar * 55:.1f}" for place, bar in enumerate(bars)
    )
    return (
        f'<svg class="banner" viewBox="0 0 {WIDTH:.0f} 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f'<defs><linearGradient id="ground" x2="0.4" y2="1"><stop stop-color="{_hex(top)}"/>'
        f'<stop offset="1" stop-color="{_hex(bottom)}"/></linearGradient></defs>'
        f'<rect width="{WIDTH:.0f}" height="180" fill="url(#ground)"/>'
        f'<path d="{strokes}" stroke="{_hex(light)}" stroke-width="{pitch * 0.55:.1f}" stroke-linecap="round"/></svg>'
    )


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
