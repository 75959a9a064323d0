"""``chapterhouse certify`` and ``chapterhouse profiles``: files judged by a receiver's profile, and the profiles."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.audio.ffmpeg import find_ffmpeg
from pipeline.delivery.certificate import Certificate, Line, certificate_json, certify, subjects_of
from pipeline.delivery.certificate_page import required_of, write_certificate, written
from pipeline.profiles import FIGURES, PROFILES, EncodingRule, Profile, Source, profile_named

MISSED, UNREADABLE = 1, 3


def certify_files(paths: Sequence[Path], profile: str, *, as_json: bool, folder: Path | None) -> int:
    """Judge files and print the verdict; the command's exit code.

    Args:
        paths: audio files of any origin.
        profile: a profile's name, or a production file, whose ``master:`` is taken.
        as_json: print the certificate as JSON and nothing else.
        folder: gets ``certificate.json`` and ``certificate.html``.

    Returns:
        0, `MISSED` when a requirement is missed, `UNREADABLE` when a file could not be judged.

    Raises:
        InputError: there is no such profile, or the production file is wrong.
        StorageError: the folder cannot be written.
    """
    certificate = certify(subjects_of(paths), _profile(profile), ffmpeg=find_ffmpeg())
    if folder is not None:
        write_certificate(folder, certificate)
    if as_json:
        click.echo(certificate_json(certificate), nl=False)
    else:
        _show(certificate)
        if folder is not None:
            click.echo(f"certificate {folder / 'certificate.html'}")
    if any(file.problem for file in certificate.files):
        return UNREADABLE
    return 0 if certificate.met else MISSED


def _profile(name: str) -> Profile:
    if not name.endswith((".yaml", ".yml")):
        return profile_named(name)
    from pipeline.production_file import load_order

    return load_order(Path(name)).production.master.resolved()


def _show(certificate: Certificate) -> None:
    for file in certificate.files:
        click.echo(f"{file.name}: {_verdict(file.met)}")
        if file.problem:
            click.echo(f"  {file.problem}")
        else:
            _print(_lines_table(file.lines))
    if certificate.together:
        click.echo("the files together")
        _print(_lines_table(certificate.together))
    count = len(certificate.files)
    if certificate.met:
        click.echo(f"{certificate.profile.name}: {count} of {count} files meet it")
    else:
        good = sum(file.met for file in certificate.files)
        missed = "1 requirement is" if certificate.missed == 1 else f"{certificate.missed} requirements are"
        click.echo(f"{certificate.profile.name}: {good} of {count} files meet it; {missed} missed")


def _verdict(met: bool | None) -> str:
    if met is None:
        return ""
    return click.style("met", fg="green") if met else click.style("MISSED", fg="red", bold=True)


def _lines_table(lines: Sequence[Line]) -> Table:
    table = Table("", "required", "measured", "", "", box=None, pad_edge=False)
    for line in lines:
        verdict = Text("")
        if line.met is not None:
            verdict = Text("met", "green") if line.met else Text("MISSED", "bold red")
        words = (f"  {line.name}", required_of(line), written(line))
        table.add_row(*(Text(word) for word in words), verdict, Text(line.remark))  # names may look like markup
    return table


def show_profiles(name: str | None, *, as_json: bool) -> None:
    """Print every profile, or every figure of one with who asks for it.

    Raises:
        InputError: there is no such profile.
    """
    chosen = PROFILES.values() if name is None else (profile_named(name),)
    if as_json:
        click.echo(json.dumps([asdict(profile) for profile in chosen], ensure_ascii=False, indent=2, allow_nan=False))
    elif name is None:
        _print(_overview())
        click.echo("custom: your own figures, under 'master: custom:' in the production file")
        click.echo("`chapterhouse profiles NAME` shows every figure with who asks for it, where and when it was read")
    else:
        _show_profile(profile_named(name))


def _overview() -> Table:
    table = Table("profile", "level", "true peak", "master", "files", "for", box=None, pad_edge=False)
    for profile in PROFILES.values():
        table.add_row(
            profile.name,
            f"{profile.target:g} {FIGURES[profile.measure][1]}" + (" RMS" if profile.measure == "rms_dbfs" else ""),
            f"<= {profile.ceiling_dbtp:g}",
            _form(profile),
            " ".join(profile.encodings),
            profile.summary,
        )
    return table


def _form(profile: Profile) -> str:
    return f"{profile.rate_hz / 1000:g} kHz, {profile.channels} ch, {profile.bits} bits"


def _show_profile(profile: Profile) -> None:
    sources: dict[Source, int] = {}
    click.echo(f"{profile.name}: {profile.summary}")
    for name, text, source in _figures(profile):
        number = sources.setdefault(source, len(sources) + 1)
        click.echo(f"  {name:<20} {text} [{number}]")
    for source, number in sources.items():
        click.echo(f"[{number}] {source.title}" + (f"; {source.where}; read {source.read}" if source.where else ""))


def _figures(profile: Profile) -> Iterator[tuple[str, str, Source]]:
    """Every figure: its name, what is asked, and who asks."""
    level, unit = FIGURES[profile.measure]
    yield f"aim: {level}", f"{profile.target:g} +/- {profile.tolerance:g} {unit}", profile.target_source
    yield "true peak", f"<= {profile.ceiling_dbtp:g} dBTP", profile.ceiling_source
    limiter = "none" if profile.limiter_dbtp is None else f"{profile.limiter_dbtp:g} dBTP"
    yield "limiter", limiter, profile.limiter_source
    yield "master", _form(profile), profile.format_source
    for figure, limit in profile.limits.items():
        name, unit = FIGURES[figure]
        only = f" (files under {limit.under_s:g} s)" if limit.under_s is not None else ""
        yield name, f"{_range(limit.low, limit.high)} {unit}".strip() + only, limit.source
    for codec, rule in profile.encodings.items():
        yield f"files: {codec}", _rule(rule), rule.source
    if profile.names is not None:
        yield "file names", profile.names.says, profile.names.source
    if profile.alike is not None:
        yield "all files", "one rate, one number of channels", profile.alike


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} ... {high:g}"
    return f">= {low:g}" if low is not None else f"<= {high:g}"


def _rule(rule: EncodingRule) -> str:
    parts = []
    if rule.rates_hz is not None:
        parts.append("/".join(f"{rate / 1000:g}" for rate in rule.rates_hz) + " kHz")
    if rule.channels is not None:
        parts.append("/".join(str(count) for count in rule.channels) + " ch")
    if rule.bits is not None:
        parts.append("/".join(str(bits) for bits in rule.bits) + " bits")
    if rule.least_kbps is not None:
        stereo = f", stereo >= {rule.least_stereo_kbps}" if rule.least_stereo_kbps is not None else ""
        most = f" and <= {rule.most_kbps}" if rule.most_kbps is not None else ""
        parts.append(f">= {rule.least_kbps}{most}{stereo} kbps")
    parts += ["constant"] * rule.constant + ["no joint stereo"] * rule.plain_stereo
    return ", ".join(parts) or "as they are"


def _print(table: Table) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=160)
    console.print(table)
