"""The producer's report: one HTML page that needs nothing but itself, for the screen and for paper."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from pipeline.delivery.certificate import PAGE, Certificate
from pipeline.delivery.cover import bar_heights, palette
from pipeline.delivery.names import chapter_stems
from pipeline.delivery.pictures import banner, waveform
from pipeline.delivery.tags import DISCLOSURE
from pipeline.delivery.takes_summary import TakesSummary, takes_section
from pipeline.materials import Deliverable, Mark, Master, Notice, Take
from pipeline.production import Order
from pipeline.profiles import Requirement
from pipeline.vault import write_text

DASH = "–"


@dataclass(frozen=True)
class RunTotals:
    """What one run did.

    Attributes:
        audio_s: length of the finished title.
        wall_s: how long the run took by the clock.
        recorded: takes read in this run.
        reused: takes that were in the vault already.
        flagged: circled takes that failed a check.
    """

    audio_s: float
    wall_s: float
    recorded: int
    reused: int
    flagged: int

    @property
    def times_real_time(self) -> float:
        """Seconds of finished sound per second of the clock."""
        return self.audio_s / self.wall_s if self.wall_s > 0 else 0.0


def write_report(
    path: Path,
    *,
    order: Order,
    masters: Sequence[Master],
    deliverables: Sequence[Deliverable],
    takes_by_chapter: Mapping[int, Sequence[Take]],
    notices: Sequence[Notice],
    totals: RunTotals,
    certificate: Certificate,
    summary: TakesSummary,
) -> Path:
    """Write the report; links to deliverables are relative to it, so the folder can be moved or sent.

    Args:
        path: the page, e.g. ``report.html`` in the output folder.
        certificate: of the deliverables; its page lies beside the report.
        takes_by_chapter: the circled takes under their chapter's number.
        summary: of those takes, and of what was not heard.

    Returns:
        ``path``.

    Raises:
        StorageError: it cannot be written.
    """
    stems = dict(zip((master.number for master in masters), chapter_stems(masters) if masters else (), strict=True))
    chapters = [
        _Chapter(
            master,
            tuple(takes_by_chapter.get(master.number, ())),
            tuple(item for item in deliverables if item.path.stem == stems[master.number] and item.format != "m4b"),
        )
        for master in masters
    ]
    body = [
        *_head(order, masters),
        *_totals(order, totals, chapters),
        *_verdict_of(certificate),
        *_notices(notices),
        *_overview(chapters),
        *takes_section(summary),
        *(line for chapter in chapters for line in _chapter(chapter, path.parent)),
        *_deliverables(deliverables, path.parent),
        f"<footer>{escape(DISCLOSURE)}</footer>",
    ]
    write_text(path, _page(order.production.title, order.production.language, body))
    return path


@dataclass(frozen=True)
class _Chapter:
    master: Master
    takes: tuple[Take, ...]
    files: tuple[Deliverable, ...]

    @property
    def met(self) -> bool:
        return all(requirement.met for requirement in self.master.requirements)

    @property
    def flagged(self) -> tuple[tuple[Take, Mark | None], ...]:
        marks = {mark.slate: mark for mark in self.master.marks}
        return tuple((take, marks.get(take.slate.rsplit("-t", 1)[0])) for take in self.takes if not take.passed)


def _page(title: str, language: str, body: Iterable[str]) -> str:
    style = files("pipeline.delivery").joinpath("report.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{escape(language)}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)} {DASH} report</title>",
            f"<style>{style}</style></head>",
            "<body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def _head(order: Order, masters: Sequence[Master]) -> Iterator[str]:
    production = order.production
    cast = ", ".join(f"{role}: {member.voice} ({member.engine})" for role, member in production.cast.items())
    lines = [
        ("by", production.author),
        ("read by", production.narrator),
        ("cast", cast),
        ("profile", production.master.profile),
        ("rights", production.rights.copyright),
    ]
    yield '<header lang="en">'
    yield banner(bar_heights(masters), palette(production.title))
    yield f'<div class="credits"><h1 lang="{escape(production.language)}">{escape(production.title)}</h1><dl>'
    for name, value in lines:
        if value:
            yield f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"
    yield "</dl></div></header>"
    yield '<main lang="en">'


def _totals(order: Order, totals: RunTotals, chapters: Sequence[_Chapter]) -> Iterator[str]:
    missed = sum(not requirement.met for chapter in chapters for requirement in chapter.master.requirements)
    voices = len({(member.engine, member.voice) for member in order.production.cast.values()})
    figures = [
        ("audio", clock(totals.audio_s), ""),
        ("run time", clock(totals.wall_s), ""),
        ("× real time", f"{totals.times_real_time:.1f}", ""),
        ("recorded", f"{totals.recorded}", ""),
        ("re-used", f"{totals.reused}", ""),
        ("flagged", f"{totals.flagged}", "warn" if totals.flagged else ""),
        ("voices", f"{voices}", ""),
    ]
    yield '<section class="totals" aria-label="Totals">'
    for name, figure, kind in figures:
        yield f'<div class="figure {kind}"><b>{figure}</b><span>{name}</span></div>'
    yield "</section>"
    if missed:
        verb = "requirement is" if missed == 1 else "requirements are"
        yield f'<p class="verdict bad">✗ {missed} {verb} missed</p>'
    else:
        yield '<p class="verdict good">✓ every chapter meets its profile</p>'


def _verdict_of(certificate: Certificate) -> Iterator[str]:
    """What the certificate says, and the way to it."""
    link = f'<a href="{PAGE}">certificate</a>'
    count, name = len(certificate.files), escape(certificate.profile.name)
    if certificate.met:
        yield f'<p class="verdict good">✓ {count} delivered files, decoded and measured: all meet {name} ({link})</p>'
    else:
        missed = certificate.missed
        verb = "requirement of" if missed == 1 else "requirements of"
        yield f'<p class="verdict bad">✗ {missed} {verb} {name} missed by the delivered files ({link})</p>'


def _notices(notices: Sequence[Notice]) -> Iterator[str]:
    if notices:
        yield f'<section class="card"><h2>Notices <small>{len(notices)}</small></h2><ul class="notices">'
        for notice in notices:
            yield f"<li><code>{escape(_short(notice))}</code> {escape(notice.what)}</li>"
        yield "</ul></section>"


def _short(notice: Notice) -> str:
    """The place with its file's name alone: the report is sent to others, whom our folders do not concern."""
    place = notice.place
    return ":".join(str(part) for part in (Path(place.file).name, place.line, place.column) if part is not None)


def _overview(chapters: Sequence[_Chapter]) -> Iterator[str]:
    yield '<section class="card"><h2>Chapters</h2><div class="wide"><table class="overview"><thead><tr>'
    yield '<th class="n">#</th><th>Title</th><th class="n">Length</th><th class="n">Loudness</th>'
    yield '<th class="n">True peak</th><th class="n">Flagged</th><th>Profile</th></tr></thead><tbody>'
    for chapter in chapters:
        master = chapter.master
        yield (
            f'<tr><td class="n">{master.number}</td>'
            f'<td><a href="#chapter-{master.number}">{escape(master.title)}</a></td>'
            f'<td class="n">{clock(master.seconds)}</td><td class="n">{_number(master.lufs)} LUFS</td>'
            f'<td class="n">{_number(master.dbtp)} dBTP</td><td class="n">{len(chapter.flagged) or DASH}</td>'
            f"<td>{_verdict(chapter.met)}</td></tr>"
        )
    yield "</tbody></table></div></section>"


def _chapter(chapter: _Chapter, folder: Path) -> Iterator[str]:
    master = chapter.master
    recorded = sum(not take.reused for take in chapter.takes)
    flagged = chapter.flagged
    yield f'<section class="card chapter" id="chapter-{master.number}">'
    yield f"<h2><small>{master.number}</small> {escape(master.title)} {_verdict(chapter.met)}</h2>"
    yield (
        f'<p class="facts"><span>{clock(master.seconds)}</span><span>{_number(master.lufs)} LUFS</span>'
        f"<span>{_number(master.dbtp)} dBTP</span><span>{master.rate_hz / 1000:g} kHz "
        f"{'mono' if master.channels == 1 else 'stereo'}</span><span>{recorded} recorded</span>"
        f"<span>{len(chapter.takes) - recorded} re-used</span><span>{len(flagged)} flagged</span></p>"
    )
    yield waveform(master, [mark for _, mark in flagged if mark is not None])
    for item in chapter.files:
        if item.format == "mp3":
            label = escape(f"Listen to {master.title}")
            yield f'<audio controls preload="none" src="{_link(item.path, folder)}" aria-label="{label}"></audio>'
    yield from _requirements(master.requirements)
    yield "</section>"


def _requirements(requirements: Sequence[Requirement]) -> Iterator[str]:
    if requirements:
        yield '<div class="wide"><table><thead><tr><th>Requirement</th><th class="n">Required</th>'
        yield '<th class="n">Measured</th><th>Verdict</th></tr></thead><tbody>'
        for requirement in requirements:
            yield (
                f'<tr><td>{escape(requirement.name)}</td><td class="n">{escape(_required(requirement))}</td>'
                f'<td class="n">{_number(requirement.measured)} {escape(requirement.unit)}</td>'
                f"<td>{_verdict(requirement.met)}</td></tr>"
            )
        yield "</tbody></table></div>"


def _required(requirement: Requirement) -> str:
    low, high, unit = requirement.low, requirement.high, requirement.unit
    if low is not None and high is not None:
        both = _number(low) if low == high else f"{_number(low)} … {_number(high)}"
        return f"{both} {unit}"
    if low is None and high is None:
        return DASH
    return f"≥ {_number(low)} {unit}" if low is not None else f"≤ {_number(high or 0.0)} {unit}"


def _deliverables(deliverables: Sequence[Deliverable], folder: Path) -> Iterator[str]:
    yield '<section class="card"><h2>Deliverables</h2><div class="wide"><table class="files"><thead><tr>'
    yield '<th>File</th><th class="n">Size</th><th>SHA-256</th></tr></thead><tbody>'
    for item in deliverables:
        name = Path(os.path.relpath(item.path, folder)).as_posix()
        yield (
            f'<tr><td><a href="{_link(item.path, folder)}">{escape(name)}</a></td>'
            f'<td class="n">{_size(item.bytes)}</td><td><code>{escape(item.sha256)}</code></td></tr>'
        )
    yield "</tbody></table></div></section></main>"


def _link(path: Path, folder: Path) -> str:
    return escape(quote(Path(os.path.relpath(path, folder)).as_posix()))


def _verdict(met: bool) -> str:
    return '<span class="good">✓ met</span>' if met else '<span class="bad">✗ missed</span>'


def _number(value: float) -> str:
    """At most two decimals and a true minus sign."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace("-", "−")


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


def clock(seconds: float) -> str:
    """``1:02:03``, or ``2:03`` under an hour; under a minute with a tenth, ``2.3 s``."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def timecode(seconds: float) -> str:
    """``0:02:03.456``: where to look in an editor."""
    thousandths = round(seconds * 1000)
    rest, thousandths = divmod(thousandths, 1000)
    minutes, rest = divmod(rest, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}.{thousandths:03d}"
