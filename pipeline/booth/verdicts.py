"""Verdicts by a threshold: the reason is told only where a check fails."""

from __future__ import annotations

from pipeline.materials import Verdict


def judged(check: str, measure: float, threshold: float, reason: str, *, passed: bool) -> Verdict:
    """The verdict of a check that has its own way of comparing."""
    return Verdict(check, passed, float(measure), float(threshold), "" if passed else reason)


def at_most(check: str, measure: float, most: float, reason: str) -> Verdict:
    """Passed up to ``most``."""
    return judged(check, measure, most, reason, passed=measure <= most)


def at_least(check: str, measure: float, least: float, reason: str) -> Verdict:
    """Passed from ``least`` on."""
    return judged(check, measure, least, reason, passed=measure >= least)
