"""How the recording of a title went, as the report tells it: yield, retakes, what was heard, what is flagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from pipeline.delivery.timeline import clock
from pipeline.materials import Master, Take

DASH = "–"


@dataclass(frozen=True)
class FlaggedLine:
    """A chunk whose circled take failed a check and was not approved.

    Attributes:
        chapter: the chapter's number.
        title: the chapter's title.
        shown: its text.
        start_s: where its master has it; None when it is not placed.
        reason: what the checks found, in words.
    """

    slate: str
    chapter: int
    title: str
    role: str
    shown: str
    start_s: float | None
    reason: str


@dataclass(frozen=True)
class TakesSummary:
    """The takes of a title in figures.

    Attributes:
        production: the production file's name, for commands.
        chunks: chunks recorded, each with its circled take.
        first_passed: of them, those whose first take passed every check.
        retakes: takes beside the first ones.
        heard: chunks whose words were compared with the text.
        sampled: of them, those heard only because the sample fell on them.
        approved: takes that a person has accepted.
        estimate: a sentence on the errors in what was not heard; empty for none.
        flagged: in the order of the book.
    """

    production: str
    chunks: int
    first_passed: int
    retakes: int
    heard: int
    sampled: int
    approved: int
    estimate: str
    flagged: tuple[FlaggedLine, ...]


def summarise_takes(
    production: str, masters: Sequence[Master], takes_by_chapter: Mapping[int, Sequence[Take]], *, estimate: str = ""
) -> TakesSummary:
    """The takes of a title in figures; each chunk counts, also those that share a take.

    Args:
        production: the production file's name.
        takes_by_chapter: the circled takes under their chapter's number.
        estimate: a sentence on the errors in what was not heard.
    """
    takes = [take for master in masters for take in takes_by_chapter.get(master.number, ())]
    return TakesSummary(
        production=production,
        chunks=len(takes),
        first_passed=sum(map(_passed_at_once, takes)),
        retakes=sum(take.attempts - 1 for take in takes),
        heard=sum(take.heard for take in takes),
        sampled=sum(take.sampled for take in takes),
        approved=sum(take.approved for take in takes),
        estimate=estimate,
        flagged=tuple(
            line for master in masters for line in _flagged(master, takes_by_chapter.get(master.number, ()))
        ),
    )


def _passed_at_once(take: Take) -> bool:
    """Its first take passed; one that a person chose among several is not the first."""
    return take.attempts == 1 and take.slate.endswith("-t1") and all(verdict.passed for verdict in take.verdicts)


def _flagged(master: Master, takes: Sequence[Take]) -> Iterator[FlaggedLine]:
    marks = {mark.slate: mark for mark in master.marks}
    for take in takes:
        if not take.passed:
            slate = take.slate.rsplit("-t", 1)[0]
            mark = marks.get(slate)
            reasons = [
                verdict.reason or f"{verdict.check}: {verdict.measure:g} against {verdict.threshold:g}"
                for verdict in take.verdicts
                if not verdict.passed
            ]
            yield FlaggedLine(
                slate=slate,
                chapter=master.number,
                title=master.title,
                role=mark.role if mark else "",
                shown=mark.shown if mark else "",
                start_s=mark.start_s if mark else None,
                reason="; ".join(reasons),
            )


def takes_section(summary: TakesSummary) -> Iterator[str]:
    """The report's section 'Takes', line by line of HTML; nothing for a title without chunks."""
    if not summary.chunks:
        return
    yield '<section class="card" id="takes"><h2>Takes</h2><div class="wide"><table><tbody>'
    for name, figure in _figures(summary):
        yield f'<tr><td>{name}</td><td class="n">{figure}</td></tr>'
    yield "</tbody></table></div>"
    if summary.estimate:
        yield f"<p>{escape(summary.estimate)}</p>"
    yield from _flagged_table(summary)
    yield "</section>"


def _figures(summary: TakesSummary) -> Iterator[tuple[str, str]]:
    yield "Chunks", f"{summary.chunks:,}"
    yield "Passed with their first take", _share(summary.first_passed, summary.chunks)
    yield "Retakes", f"{summary.retakes:,} ({summary.retakes / summary.chunks:.2f} a chunk)"
    yield "Words compared with the text", _share(summary.heard, summary.chunks)
    if summary.sampled:
        yield "of them as a sample of the others", f"{summary.sampled:,}"
    if summary.approved:
        yield "Approved by a person", f"{summary.approved:,}"
    yield "Flagged", f"{len(summary.flagged):,}" if summary.flagged else DASH


def _share(count: int, whole: int) -> str:
    """A share never reads as all or as none unless it is."""
    percent = 100 * count / whole
    if 0 < count < whole:
        percent = min(max(percent, 0.1), 99.9)
    return f"{count:,} ({percent:.1f} %)"


def _flagged_table(summary: TakesSummary) -> Iterator[str]:
    if not summary.flagged:
        return
    yield '<h3>Flagged</h3><div class="wide"><table><thead><tr><th class="n">Chapter</th><th>Time</th>'
    yield "<th>Line</th><th>What was found, and how to record it again</th></tr></thead><tbody>"
    for line in summary.flagged:
        when = DASH if line.start_s is None else clock(round(line.start_s * 1000))
        command = f"chapterhouse pickups redo {summary.production} {line.slate}"
        role = f"<b>{escape(line.role)}</b> " if line.role else ""
        yield (
            f'<tr><td class="n"><a href="#chapter-{line.chapter}" title="{escape(line.title)}">'
            f"{line.chapter}</a></td>"
            f"<td>{when}</td><td>{role}{escape(line.shown)}</td>"
            f"<td>{escape(line.reason)}<br><code>{escape(command)}</code></td></tr>"
        )
    yield "</tbody></table></div>"
