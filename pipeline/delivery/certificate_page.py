"""The certificate as one HTML page that needs nothing but itself, for the screen and for paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from html import escape
from importlib.resources import files
from pathlib import Path

from pipeline.delivery.certificate import CERTIFICATE, PAGE, Certificate, FileCertificate, Line, certificate_json
from pipeline.delivery.report import clock, timecode
from pipeline.metering import Measurement
from pipeline.profiles import FIGURES, Profile, Source
from pipeline.vault import write_text

DASH = "–"
WIDTH, LEFT, RIGHT = 1000.0, 44.0, 990.0
CURVE_TOP, CURVE_BOTTOM = 14.0, 158.0  # the loudness curve, 0 to `LOWEST` dB
WAVE_MIDDLE, WAVE_REACH = 196.0, 28.0
HEIGHT = 246.0
LOWEST = -48.0
GRID = (0, -12, -24, -36, -48)
TICKS = 6


def write_certificate(folder: Path, certificate: Certificate) -> tuple[Path, Path]:
    """Write ``certificate.json`` and ``certificate.html``.

    Returns:
        Their paths.

    Raises:
        StorageError: the folder cannot be written.
    """
    written = folder / CERTIFICATE, folder / PAGE
    for path, text in zip(written, (certificate_json(certificate), certificate_html(certificate)), strict=True):
        write_text(path, text)
    return written


def certificate_html(certificate: Certificate) -> str:
    """The page."""
    sources = _Sources()
    body = [
        *_head(certificate),
        '<main lang="en">',
        *_stamp(certificate),
        *_overview(certificate),
        *_together(certificate.together, sources),
        *(
            line
            for number, file in enumerate(certificate.files, 1)
            for line in _file(number, file, certificate, sources)
        ),
        *_listed(sources),
        "</main>",
        f"<footer>{_tools(certificate)}</footer>",
    ]
    return _page(certificate, body)


class _Sources:
    """Who asks, each numbered once in the order they are met."""

    def __init__(self) -> None:
        self.numbers: dict[Source, int] = {}

    def mark(self, source: Source) -> str:
        number = self.numbers.setdefault(source, len(self.numbers) + 1)
        return f'<sup><a href="#source-{number}" title="{escape(source.title)}">{number}</a></sup>'


def _page(certificate: Certificate, body: Iterable[str]) -> str:
    room = files("pipeline.delivery")
    style = "".join(room.joinpath(name).read_text(encoding="utf-8") for name in ("report.css", "certificate.css"))
    title = f"{certificate.about.title} {DASH} " if certificate.about.title else ""
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{escape(certificate.about.language)}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}certificate</title>",
            f"<style>{style}</style></head>",
            '<body class="certificate">',
            *body,
            "</body></html>",
            "",
        ]
    )


def _head(certificate: Certificate) -> Iterator[str]:
    about, profile = certificate.about, certificate.profile
    rows = [
        ("by", about.author),
        ("profile", f"{profile.name}: {profile.summary}"),
        ("aimed at", f"{_level(profile)}, true peak not above {_number(profile.ceiling_dbtp)} dBTP"),
        ("speech", about.bandwidth),
        ("narration", about.disclosure),
        *((name, text) for name, text in about.rights.items()),
        *(
            (voice.role.lower(), f"{voice.voice} ({voice.engine}), licence: {voice.licence}")
            for voice in about.voices
        ),
    ]
    if about.disclosure:
        rows.insert(3, ("mastering", _stages(profile)))
    heading = about.title or "Certificate"
    yield f'<header lang="en"><div class="credits"><h1 lang="{escape(about.language)}">'
    yield f'<bdi dir="auto">{escape(heading)}</bdi></h1><dl>'
    for name, value in rows:
        if value:
            yield f'<div><dt>{escape(name)}</dt><dd><bdi dir="auto">{escape(value)}</bdi></dd></div>'
    yield "</dl></div></header>"


def _level(profile: Profile) -> str:
    name, unit = FIGURES[profile.measure]
    return f"{name} {_number(profile.target)} {unit}"


def _stages(profile: Profile) -> str:
    """The stages that the profile's chain has, by their names."""
    on = [field.name.replace("_", " ") for field in fields(profile.chain) if getattr(profile.chain, field.name)]
    limiter = "no limiter" if profile.limiter_dbtp is None else f"limiter at {_number(profile.limiter_dbtp)} dBTP"
    return ", ".join([*on, limiter])


def _stamp(certificate: Certificate) -> Iterator[str]:
    count = len(certificate.files)
    plural = "file" if count == 1 else "files"
    asked = sum(line.met is not None for file in certificate.files for line in file.lines)
    asked += sum(line.met is not None for line in certificate.together)
    if certificate.met:
        who = "the file meets" if count == 1 else f"all {count} files meet"
        text = f"✓ {who} the profile {certificate.profile.name}"
        yield f'<p class="stamp good">{escape(text)}<small>{asked} requirements, each measured on the file itself, '
        yield f"decoded; {count} {plural}</small></p>"
    else:
        verb = "requirement is" if certificate.missed == 1 else "requirements are"
        yield f'<p class="stamp bad">✗ {certificate.missed} {verb} missed<small>of {asked}, each measured on the '
        yield f"file itself, decoded; {count} {plural}, profile {escape(certificate.profile.name)}</small></p>"


def _overview(certificate: Certificate) -> Iterator[str]:
    measure = certificate.profile.measure
    level, unit = FIGURES[measure]
    level = level[:1].upper() + level[1:]
    yield '<section class="card"><h2>Files</h2><div class="wide"><table class="overview"><thead><tr>'
    yield f'<th class="n">#</th><th>File</th><th class="n">Length</th><th class="n">{level}</th>'
    yield '<th class="n">True peak</th><th class="n">Noise floor</th><th>Verdict</th></tr></thead><tbody>'
    for number, file in enumerate(certificate.files, 1):
        figures = [DASH] * 4
        if (found := file.measurement) is not None:
            figures = [
                clock(found.seconds),
                f"{_number(getattr(found, measure))} {unit}",
                f"{_number(found.true_peak_dbtp)} dBTP",
                f"{_number(found.noise_floor_dbfs)} dBFS",
            ]
        cells = "".join(f'<td class="n">{figure}</td>' for figure in figures)
        yield f'<tr><td class="n">{number}</td><td><a href="#file-{number}"><bdi>{escape(file.name)}</bdi></a></td>'
        yield f"{cells}<td>{_verdict(file.met)}</td></tr>"
    yield "</tbody></table></div></section>"


def _together(lines: Sequence[Line], sources: _Sources) -> Iterator[str]:
    if lines:
        yield '<section class="card"><h2>The title as a whole</h2>'
        yield from _table(lines, sources)
        yield "</section>"


def _file(number: int, file: FileCertificate, certificate: Certificate, sources: _Sources) -> Iterator[str]:
    yield f'<section class="card file" id="file-{number}"><h2><small>{number}</small> <bdi>{escape(file.name)}</bdi> '
    yield f"{_verdict(file.met)}</h2>"
    if file.problem:
        yield f'<p class="problem">{escape(file.problem)}</p></section>'
        return
    if file.facts is not None and file.measurement is not None:
        yield f'<p class="facts">{"".join(f"<span>{escape(fact)}</span>" for fact in _form(file))}</p>'
        yield _chart(file.measurement, certificate.profile)
    yield from _table([line for line in file.lines if line.met is not None], sources)
    also = [line for line in file.lines if line.met is None]
    if also:
        words = " · ".join(f"<span>{escape(line.name)} {escape(written(line))}</span>" for line in also)
        yield f'<p class="also">Also found: {words}</p>'
    yield f'<p class="sum">SHA-256 <code>{file.sha256}</code></p></section>'


def _form(file: FileCertificate) -> Iterator[str]:
    facts = file.facts
    if facts is None or file.measurement is None:
        return
    yield clock(file.measurement.seconds)
    yield facts.codec.upper() if facts.codec.isalnum() else facts.codec
    yield f"{facts.rate_hz / 1000:g} kHz"
    yield {1: "mono", 2: "stereo"}.get(facts.channels, f"{facts.channels} channels")
    if facts.kbps is not None:
        yield f"{facts.kbps:g} kbps"
    if facts.bits is not None:
        yield f"{facts.bits} bits"
    yield f"{file.bytes / 1e6:.1f} MB" if file.bytes >= 1e6 else f"{file.bytes / 1e3:.1f} kB"
    if facts.chapters:
        yield f"{len(facts.chapters)} chapter marks"
    if facts.cover_bytes:
        yield f"cover of {facts.cover_bytes / 1e3:,.0f} kB"


def _table(lines: Sequence[Line], sources: _Sources) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr><th>Requirement</th><th class="n">Required</th>'
    yield '<th class="n">Measured</th><th class="n">Where</th><th>Verdict</th></tr></thead><tbody>'
    for line in lines:
        numbers = "n" if isinstance(line.measured, float | int) else "words"
        why = f'<span class="why">{escape(line.remark)}</span>' if line.remark and line.met is False else ""
        where = "" if line.at_s is None else timecode(line.at_s)
        yield (
            f'<tr class="{"" if line.met else "missed"}"><td>{escape(line.name)} {sources.mark(line.source)}</td>'
            f'<td class="{numbers}">{escape(required_of(line))}</td>'
            f'<td class="{numbers}">{escape(written(line))}{why}</td><td class="n">{where}</td>'
            f"<td>{_verdict(bool(line.met))}</td></tr>"
        )
    yield "</tbody></table></div>"


def _listed(sources: _Sources) -> Iterator[str]:
    if sources.numbers:
        yield '<section class="card"><h2>Who asks</h2><ol class="sources">'
        for source, number in sources.numbers.items():
            where = ", ".join(part for part in (source.where, f"read {source.read}" if source.read else "") if part)
            rest = f" <span>{escape(where)}</span>" if where else ""
            yield f'<li id="source-{number}">{escape(source.title)}{rest}</li>'
        yield "</ol></section>"


def _tools(certificate: Certificate) -> str:
    return "Measured with " + ", ".join(f"{escape(name)} {escape(text)}" for name, text in certificate.tools.items())


def required_of(line: Line) -> str:
    """What is asked, in words."""
    if line.allowed:
        return " or ".join(line.allowed)
    if line.low is not None and line.high is not None:
        if line.low == line.high:
            return _value(line.low, line.unit)
        return f"{_number(line.low)} … {_value(line.high, line.unit)}"
    if line.low is None and line.high is None:
        return DASH
    return f"≥ {_value(line.low, line.unit)}" if line.low is not None else f"≤ {_value(line.high or 0.0, line.unit)}"


def written(line: Line) -> str:
    """What was found, in words."""
    if isinstance(line.measured, str):
        return line.measured
    text = _value(line.measured, line.unit)
    if line.met is False and text in {
        _value(limit, line.unit) for limit in (line.low, line.high) if limit is not None
    }:
        text = f"{_number(line.measured, 5)} {line.unit}".strip()  # a miss by so little must not look like a hit
    return text


def _value(value: float, unit: str) -> str:
    if unit == "s" and value >= 60:
        return clock(value)
    return f"{_number(value)} {unit}".strip()


def _verdict(met: bool) -> str:
    return '<span class="good">✓ met</span>' if met else '<span class="bad">✗ missed</span>'


def _number(value: float, decimals: int = 2) -> str:
    """At most so many decimals, and a true minus sign."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text == "-0" else text).replace("-", "−")


def _chart(found: Measurement, profile: Profile) -> str:
    """Short-term loudness over the target's band, and the waveform; true peak and quietest half second marked."""
    name, unit = FIGURES[profile.measure]
    window = profile.limits.get(profile.measure)
    low, high = profile.target - profile.tolerance, profile.target + profile.tolerance
    if window is not None and window.low is not None and window.high is not None:
        low, high = window.low, window.high
    label = f"Short-term loudness between {_number(min(found.loudness_curve, default=0))} and "
    label += f"{_number(found.max_short_term_lufs)} LUFS, true peak {_number(found.true_peak_dbtp)} dBTP"
    parts = [
        f'<rect class="target" x="{LEFT:.0f}" y="{_level_y(high):.1f}" width="{RIGHT - LEFT:.0f}" '
        f'height="{max(_level_y(low) - _level_y(high), 1.5):.1f}"/>',
        *(
            f'<path class="grid" d="M{LEFT:.0f} {_level_y(level):.1f}H{RIGHT:.0f}"/>'
            f'<text x="{LEFT - 6:.0f}" y="{_level_y(level) + 4:.1f}" text-anchor="end">{_number(level)}</text>'
            for level in GRID
        ),
        f'<path class="curve" d="{_curve(found.loudness_curve)}"/>',
        _bars(found.waveform),
        _marker(found, found.noise_floor_at_s, f"{_number(found.noise_floor_dbfs)} dBFS", "quiet", CURVE_BOTTOM - 6),
        _marker(found, found.true_peak_at_s, f"{_number(found.true_peak_dbtp)} dBTP", "peak", CURVE_TOP - 3),
        *_times(found.seconds),
        f'<text x="{RIGHT:.0f}" y="{CURVE_TOP + 15:.0f}" text-anchor="end">line: loudness of 3 s, LUFS; band: '
        f"{name} {_number(low)} … {_number(high)} {unit}</text>",
    ]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _level_y(level: float) -> float:
    share = min(max(level / LOWEST, 0.0), 1.0)
    return CURVE_TOP + share * (CURVE_BOTTOM - CURVE_TOP)


def _time_x(at_s: float, seconds: float) -> float:
    return LEFT + (RIGHT - LEFT) * min(max(at_s / max(seconds, 1e-9), 0.0), 1.0)


def _curve(levels: Sequence[float]) -> str:
    step = (RIGHT - LEFT) / max(len(levels), 1)
    points = (f"{LEFT + (place + 1) * step:.1f} {_level_y(level):.1f}" for place, level in enumerate(levels))
    return "M" + "L".join(points) if levels else ""


def _bars(tops: Sequence[float]) -> str:
    step = (RIGHT - LEFT) / max(len(tops), 1)
    strokes = "".join(
        f"M{LEFT + (place + 0.5) * step:.1f} {WAVE_MIDDLE - reach:.1f}V{WAVE_MIDDLE + reach:.1f}"
        for place, reach in enumerate(max(min(top, 1.0) * WAVE_REACH, 0.4) for top in tops)
    )
    return f'<path class="wave-bars" d="{strokes}" stroke-width="{step * 0.75:.2f}"/>'


def _marker(found: Measurement, at_s: float, label: str, kind: str, label_y: float) -> str:
    x = _time_x(at_s, found.seconds)
    side, anchor = (-4.0, "end") if x > WIDTH * 0.85 else (4.0, "start")
    return (
        f'<path class="{kind}" d="M{x:.1f} {CURVE_TOP:.0f}V{WAVE_MIDDLE + WAVE_REACH:.0f}"/>'
        f'<text class="{kind}-label" x="{x + side:.1f}" y="{label_y:.0f}" text-anchor="{anchor}">{label}</text>'
    )


def _times(seconds: float) -> Iterator[str]:
    for tick in range(TICKS + 1):
        at_s = seconds * tick / TICKS
        anchor = "start" if tick == 0 else ("end" if tick == TICKS else "middle")
        x = _time_x(at_s, seconds)
        yield f'<text x="{x:.1f}" y="{HEIGHT - 6:.0f}" text-anchor="{anchor}">{clock(at_s)}</text>'
