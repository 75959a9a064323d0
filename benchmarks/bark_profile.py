"""Draws what a reading costs, stage by stage, as stacked bars in an SVG file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pipeline.engines.bark.units import STAGES, StageSeconds

COLOURS = {
    "semantic": "#4e79a7",
    "coarse_prefill": "#f28e2b",
    "coarse_decode": "#e15759",
    "fine": "#76b7b2",
    "codec": "#9c755f",
}
WIDTH, LABELS, TOTALS, BAR, GAP, TOP = 1_000, 290, 120, 26, 12, 84
LEAST_LABELLED = 34
"""Pixels: a narrower part has no figure in it."""


@dataclass(frozen=True)
class Bar:
    """One way to read, and what it costs for one reading."""

    label: str
    stages: StageSeconds


def profile_svg(title: str, subtitle: str, bars: Sequence[Bar], audio_s: float) -> str:
    """An SVG document: a bar for each way, its parts the stages, in processor seconds for a second of sound."""
    height = TOP + len(bars) * (BAR + GAP) + GAP
    scale = (WIDTH - LABELS - TOTALS) / max(bar.stages.total for bar in bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="17" font-weight="bold">{escape(title)}</text>',
        f'<text x="16" y="46" font-size="12" fill="#555555">{escape(subtitle)}</text>',
        *_legend(),
    ]
    for number, bar in enumerate(bars):
        parts += _bar(bar, TOP + number * (BAR + GAP), scale, audio_s, bars[0].stages.total)
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    parts, x = [], 16
    for stage in STAGES:
        name = stage.replace("_", " ")
        parts.append(f'<rect x="{x}" y="58" width="12" height="12" fill="{COLOURS[stage]}"/>')
        parts.append(f'<text x="{x + 17}" y="68" font-size="12">{name}</text>')
        x += 40 + 7 * len(name)
    return parts


def _bar(bar: Bar, y: int, scale: float, audio_s: float, first: float) -> list[str]:
    parts = [f'<text x="{LABELS - 8}" y="{y + 18}" font-size="13" text-anchor="end">{escape(bar.label)}</text>']
    x = float(LABELS)
    for stage in STAGES:
        seconds = getattr(bar.stages, stage)
        width = seconds * scale
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[stage]}"/>')
        if width >= LEAST_LABELLED:
            parts.append(
                f'<text x="{x + width / 2:.1f}" y="{y + 18}" font-size="11" fill="#ffffff" text-anchor="middle">'
                f"{seconds / audio_s:.1f}</text>"
            )
        x += width
    total = bar.stages.total
    said = f"{total / audio_s:.1f}" + ("" if total == first else f"  ({first / total:.1f} x less)")
    parts.append(f'<text x="{x + 6:.1f}" y="{y + 18}" font-size="13" font-weight="bold">{said}</text>')
    return parts
