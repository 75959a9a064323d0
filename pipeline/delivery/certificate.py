"""The certificate: every requirement of a profile, held against the very files that somebody receives.

A file is probed, decoded and measured; what it misses is told, what cannot be read is told, and the others go on.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import soundfile

from pipeline import __version__
from pipeline.audio.ffmpeg import Ffmpeg
from pipeline.delivery.measured import measured
from pipeline.delivery.probing import FileFacts, probe, suffixes_of
from pipeline.errors import EngineError, InputError
from pipeline.metering import Measurement, measure_file
from pipeline.profiles import EncodingRule, Profile, Requirement, Source, requirements_of
from pipeline.profiles.catalogue import ACX_SAMPLE, ours
from pipeline.vault import Vault, file_sha256

CERTIFICATE, PAGE = "certificate.json", "certificate.html"
"""The files' names, beside the deliverables."""

SCHEMA = "chapterhouse-certificate/1"
"""Raised when a name of the JSON changes its meaning or goes; new names may come without."""

Kind = Literal["chapter", "title", "sample"]
LENGTH_TOLERANCE_S = 0.1  # ours: containers round lengths, and AAC and Opus end on their frame's grid
DIFFERENCES = {"dBFS": "dB", "dBTP": "dB", "LUFS": "LU"}  # units of a distance between two levels
LIBRARIES = ("numpy", "scipy", "numba", "soundfile", "soxr", "pyloudnorm")

WHOLE = ours("a file that is cut off or contradicts itself is refused or plays wrongly somewhere")
FITTING = ours("stores and players go by the suffix")


@dataclass(frozen=True)
class Subject:
    """A file to certify.

    Attributes:
        path: where it lies.
        name: as the certificate calls it: never a path of this machine.
        kind: a chapter or another section; the whole title in one file; the retail sample.
        for_receiver: it must be in a format that the receiver takes. Files in other formats are for others: of them
            only the sound is asked.
    """

    path: Path
    name: str
    kind: Kind = "chapter"
    for_receiver: bool = True


@dataclass(frozen=True)
class Line:
    """One requirement and what was found.

    Attributes:
        name: for people.
        measured: a number in ``unit``, or words.
        unit: of measured, low and high.
        low: the least it may be.
        high: the most it may be.
        allowed: what it may be, in words, where it is no number.
        met: None where nothing is asked.
        source: who asks.
        at_s: where in the file it was found.
        remark: how far it misses.
    """

    name: str
    measured: float | str
    unit: str
    low: float | None
    high: float | None
    allowed: tuple[str, ...]
    met: bool | None
    source: Source
    at_s: float | None = None
    remark: str = ""


@dataclass(frozen=True)
class FileCertificate:
    """One file, judged.

    Attributes:
        name: see `Subject`.
        kind: see `Subject`.
        sha256: of its bytes; empty when it could not be read.
        bytes: its size.
        facts: what it says of itself; None when it could not be read.
        measurement: of its sound, decoded; None when it could not be.
        lines: every requirement, and every figure of which nothing is asked.
        problem: why it could not be judged; empty when it was.
    """

    name: str
    kind: Kind
    sha256: str
    bytes: int
    facts: FileFacts | None
    measurement: Measurement | None
    lines: tuple[Line, ...]
    problem: str = ""

    @property
    def missed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.met is False)

    @property
    def met(self) -> bool:
        return not self.problem and not self.missed


@dataclass(frozen=True)
class VoiceCredit:
    """Who or what speaks a role, and under which licence."""

    role: str
    engine: str
    voice: str
    licence: str


@dataclass(frozen=True)
class TitleFacts:
    """What is known of the title that files belong to; all of it may be unknown.

    Attributes:
        disclosure: that the narration is synthetic, in words.
        rights: the production file's, by its names.
        voices: one for each role.
        source_rate_hz: sampling rate of the speech; 0 when it is not known.
    """

    title: str = ""
    author: str = ""
    language: str = "en"
    disclosure: str = ""
    rights: Mapping[str, str] = field(default_factory=dict)
    voices: tuple[VoiceCredit, ...] = ()
    source_rate_hz: int = 0

    @property
    def bandwidth(self) -> str:
        """What the rate of the speech means for what can be heard; empty when it is not known."""
        if not self.source_rate_hz:
            return ""
        kilohertz = self.source_rate_hz / 1000
        return f"made from {kilohertz:g} kHz speech: nothing above {kilohertz / 2:g} kHz can be in it"


@dataclass(frozen=True)
class Certificate:
    """The judgement on a set of files.

    Attributes:
        profile: what was asked.
        files: in the order they were given.
        together: what is asked of the files as a whole.
        about: the title.
        tools: versions of what measured and made it, by name.
    """

    profile: Profile
    files: tuple[FileCertificate, ...]
    together: tuple[Line, ...]
    about: TitleFacts
    tools: Mapping[str, str]

    @property
    def missed(self) -> int:
        """How many requirements are missed; a file that could not be judged counts as one."""
        of_files = sum(len(file.missed) + bool(file.problem) for file in self.files)
        return of_files + sum(line.met is False for line in self.together)

    @property
    def met(self) -> bool:
        return bool(self.files) and self.missed == 0


def subjects_of(paths: Sequence[Path]) -> tuple[Subject, ...]:
    """Files as somebody named them; those of one name are told apart by their folders' names."""
    names = [path.name for path in paths]
    return tuple(
        Subject(path, path.name if names.count(path.name) == 1 else f"{path.absolute().parent.name}/{path.name}")
        for path in paths
    )


def certify(
    subjects: Sequence[Subject],
    profile: Profile,
    *,
    ffmpeg: Ffmpeg,
    vault: Vault | None = None,
    about: TitleFacts | None = None,
    together: Sequence[Requirement] = (),
) -> Certificate:
    """Judge files by a profile, several at a time.

    Args:
        subjects: the files.
        profile: what is asked.
        ffmpeg: reads and decodes what libsndfile does not.
        vault: keeps the measurements, so that the same bytes are decoded once.
        about: the title that they belong to.
        together: what was found out about the title as a whole, e.g. the spread of its chapters' loudness.

    Raises:
        StorageError: the vault cannot be written.
    """
    judge = partial(_judged, profile=profile, ffmpeg=ffmpeg, vault=vault)
    with ThreadPoolExecutor(max(min(len(subjects), os.cpu_count() or 1), 1)) as pool:
        files = tuple(pool.map(judge, subjects))
    return Certificate(
        profile=profile,
        files=files,
        together=(*(_of_requirement(requirement) for requirement in together), *_alike(files, profile)),
        about=about or TitleFacts(),
        tools=tool_versions(ffmpeg),
    )


def tool_versions(ffmpeg: Ffmpeg) -> Mapping[str, str]:
    """What the figures depend on, by name."""
    return {
        "chapterhouse": __version__,
        "python": platform.python_version(),
        "ffmpeg": ffmpeg.version,
        "libsndfile": soundfile.__libsndfile_version__,
        **{name: version(name) for name in LIBRARIES},
    }


def _judged(subject: Subject, *, profile: Profile, ffmpeg: Ffmpeg, vault: Vault | None) -> FileCertificate:
    try:
        facts = probe(subject.path, ffmpeg)
        size = subject.path.stat().st_size
        sha256 = file_sha256(subject.path)
        measurement = measure_file(subject.path) if vault is None else measured(vault, subject.path, sha256)
    except (InputError, EngineError) as error:
        return FileCertificate(subject.name, subject.kind, "", 0, None, None, (), error.what)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        return FileCertificate(subject.name, subject.kind, "", 0, None, None, (), problem)
    facts = replace(facts, damages=(*facts.damages, *_contradictions(facts, measurement)))
    lines = tuple(_lines(subject, facts, measurement, profile))
    return FileCertificate(subject.name, subject.kind, sha256, size, facts, measurement, lines)


def _contradictions(facts: FileFacts, measurement: Measurement) -> Iterator[str]:
    """Where the decoded sound is not what the headers say."""
    if facts.channels != measurement.channels:
        yield f"it says {facts.channels} channels, and {measurement.channels} come out of it"
    if facts.rate_hz != measurement.rate_hz:
        yield f"it says {facts.rate_hz} Hz, and {measurement.rate_hz} Hz come out of it"
    if facts.seconds is not None and abs(facts.seconds - measurement.seconds) > LENGTH_TOLERANCE_S:
        yield f"it says {facts.seconds:.2f} s, and {measurement.seconds:.2f} s come out of it"


def _lines(subject: Subject, facts: FileFacts, measurement: Measurement, profile: Profile) -> Iterator[Line]:
    rule = profile.encodings.get(facts.codec)  # type: ignore[call-overload]
    asked = _asked_of(subject, profile, taken=rule is not None)
    for requirement in requirements_of(asked, measurement):
        yield _of_requirement(requirement)
    yield from _file_lines(subject, facts, asked)
    yield from _form_lines(facts, rule, profile, for_receiver=subject.for_receiver)


def _asked_of(subject: Subject, profile: Profile, *, taken: bool) -> Profile:
    """The profile as far as it is for this kind of file."""
    limits = dict(profile.limits)
    names = profile.names
    if subject.kind == "sample":
        limits = {figure: limit for figure, limit in limits.items() if figure not in ("head_s", "tail_s")}
        limits["seconds"] = ACX_SAMPLE
    if not taken and not subject.for_receiver:
        limits.pop("seconds", None)
    if subject.kind != "chapter" or not subject.for_receiver:
        names = None
    return replace(profile, limits=limits, names=names)


def _of_requirement(requirement: Requirement) -> Line:
    asked = requirement.low is not None or requirement.high is not None
    return Line(
        name=requirement.name,
        measured=requirement.measured,
        unit=requirement.unit,
        low=requirement.low,
        high=requirement.high,
        allowed=(),
        met=requirement.met if asked else None,
        source=requirement.source,
        at_s=requirement.at_s,
        remark=requirement.remark or _miss(requirement),
    )


def _miss(requirement: Requirement) -> str:
    value, low, high = requirement.measured, requirement.low, requirement.high
    unit = DIFFERENCES.get(requirement.unit, requirement.unit)
    if high is not None and value > high:
        return " ".join(filter(None, (_plain(value - high), unit, "too much")))
    if low is not None and value < low:
        return " ".join(filter(None, (_plain(low - value), unit, "too little")))
    return ""


def _plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value >= 0.01 else f"{value:.2g}"


def _words(
    name: str, measured_words: str, allowed: Sequence[str], source: Source, *, met: bool | None = None
) -> Line:
    """A line about words: one of ``allowed``, unless ``met`` says otherwise."""
    verdict = (measured_words in allowed if allowed else None) if met is None else met
    return Line(name, measured_words, "", None, None, tuple(allowed), verdict, source)


def _file_lines(subject: Subject, facts: FileFacts, profile: Profile) -> Iterator[Line]:
    yield _words("file", "; ".join(facts.damages) or "whole", ("whole",), WHOLE)
    suffix, fitting = subject.path.suffix.lower(), suffixes_of(facts)
    yield _words("suffix", suffix or "none", fitting, FITTING)
    if profile.names is not None:
        name = subject.path.name
        met = re.fullmatch(profile.names.pattern, name, re.ASCII) is not None
        yield _words("file name", name, (profile.names.says,), profile.names.source, met=met)


def _form_lines(
    facts: FileFacts, rule: EncodingRule | None, profile: Profile, *, for_receiver: bool
) -> Iterator[Line]:
    taken = tuple(sorted(profile.encodings))
    who = rule.source if rule else next(iter(profile.encodings.values())).source
    if rule is None and not for_receiver:
        yield replace(
            _words("format", facts.codec, (), who), remark=f"for others: {profile.name} takes {', '.join(taken)}"
        )
    else:
        yield _words("format", facts.codec, taken, who)
    rule = rule or EncodingRule("mp3", who)  # nothing is asked of what is not taken; its figures are told
    yield _one_of("sampling rate", facts.rate_hz, "Hz", rule.rates_hz, who)
    yield _one_of("channels", facts.channels, "", rule.channels, who)
    if facts.bits is not None:
        yield _one_of("sample size", facts.bits, "bits", rule.bits, who)
    if facts.kbps is not None and facts.bits is None:
        stereo = facts.channels > 1 and rule.least_stereo_kbps is not None
        low = rule.least_stereo_kbps if stereo else rule.least_kbps
        yield _of_requirement(Requirement("bit rate", "kbps", facts.kbps, low, rule.most_kbps, who))
    if facts.constant is not None:
        yield _words(
            "bit rate is", "constant" if facts.constant else "variable", ("constant",) if rule.constant else (), who
        )
    if facts.joint_stereo is not None:
        coding = "one channel" if facts.channels == 1 else ("joint stereo" if facts.joint_stereo else "plain stereo")
        yield _words("stereo coding", coding, ("one channel", "plain stereo") if rule.plain_stereo else (), who)


def _one_of(name: str, value: int, unit: str, allowed: Sequence[int] | None, source: Source) -> Line:
    words = [f"{choice} {unit}".strip() for choice in allowed or ()]
    return _words(name, f"{value} {unit}".strip(), words, source)


def _alike(files: Sequence[FileCertificate], profile: Profile) -> Iterator[Line]:
    """What files of one title must share, among those in a format that the receiver takes."""
    forms = [file.facts for file in files if file.facts is not None and file.facts.codec in profile.encodings]
    if profile.alike is None or len(forms) < 2:
        return
    for name, found in (
        ("channels of all files", sorted({facts.channels for facts in forms})),
        ("sampling rate of all files", sorted({facts.rate_hz for facts in forms})),
    ):
        words = " and ".join(map(str, found))
        yield _words(name, words, ("the same in all",), profile.alike, met=len(found) == 1)


def certificate_json(certificate: Certificate) -> str:
    """The certificate as JSON: UTF-8, finite numbers, always the same order of names; ends with a line's end."""
    about, profile = certificate.about, certificate.profile
    facts = {
        "schema": SCHEMA,
        "verdict": "met" if certificate.met else "missed",
        "missed": certificate.missed,
        "title": about.title,
        "author": about.author,
        "language": about.language,
        "profile": {
            "name": profile.name,
            "summary": profile.summary,
            "measure": profile.measure,
            "target": profile.target,
            "tolerance": profile.tolerance,
            "ceiling_dbtp": profile.ceiling_dbtp,
            "chain": asdict(profile.chain),
        },
        "disclosure": about.disclosure,
        "rights": dict(about.rights),
        "voices": [asdict(voice) for voice in about.voices],
        "source_rate_hz": about.source_rate_hz or None,
        "bandwidth": about.bandwidth,
        "tools": dict(certificate.tools),
        "together": [_line_facts(line) for line in certificate.together],
        "files": [_file_facts(file) for file in certificate.files],
    }
    return json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _file_facts(file: FileCertificate) -> dict[str, Any]:
    measurement = file.measurement
    figures = {} if measurement is None else measurement.to_facts()
    return {
        "name": file.name,
        "kind": file.kind,
        "verdict": "met" if file.met else "missed",
        "problem": file.problem,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "form": None if file.facts is None else {**asdict(file.facts), "tags": dict(file.facts.tags)},
        "measurement": {name: value for name, value in figures.items() if name not in ("waveform", "loudness_curve")},
        "requirements": [_line_facts(line) for line in file.lines],
    }


def _line_facts(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "measured": line.measured,
        "unit": line.unit,
        "low": line.low,
        "high": line.high,
        "allowed": list(line.allowed),
        "met": line.met,
        "at_s": line.at_s,
        "remark": line.remark,
        "source": asdict(line.source),
    }
