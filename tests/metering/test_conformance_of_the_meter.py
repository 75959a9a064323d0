"""The meter reads what EBU Tech 3341, EBU Tech 3342 and ITU-R BS.2217 say, within their own tolerances."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metering.conformance import CASES, RATES_HZ, Case, applies, table

TABLE = Path(__file__).parents[2] / "docs" / "conformance.md"
OURS_HZ = (24000, 48000)  # our speech, and the rate of the documents; the others are slow tests


def name(case: Case) -> str:
    return f"{case.document} {case.number}"


@pytest.mark.parametrize(
    "rate_hz", [pytest.param(hz, marks=() if hz in OURS_HZ else pytest.mark.slow) for hz in RATES_HZ]
)
@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_document_is_met(case: Case, rate_hz: int) -> None:
    if not applies(case, rate_hz):
        pytest.skip("the tone is too near to half the rate")
    reading = case.measured(rate_hz)
    assert case.passes(reading), f"{case.signal}: {reading:.3f}, wanted {case.expected} {case.tolerance}"


def verdicts(text: str) -> list[list[str]]:
    """Of each row the document, case, signal, figure, expected, tolerance and verdict: not the readings."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return [row[:6] + row[-1:] for row in rows[2:]]


def test_the_published_table_lists_every_case_as_met() -> None:
    """That they are met is the tests' above; a case that is added, or missed when it was written, shows here."""
    published = verdicts(TABLE.read_text(encoding="utf-8"))
    assert [row[:3] for row in published] == [[case.document, case.number, case.signal] for case in CASES]
    assert [float(row[4]) for row in published] == [case.expected for case in CASES]
    assert {row[-1] for row in published} == {"met"}


@pytest.mark.slow
def test_the_published_table_is_what_is_measured() -> None:
    assert verdicts(TABLE.read_text(encoding="utf-8")) == verdicts(table())
