"""A delivery profile: what its receiver allows, and what we aim at to be inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.profiles.chain import Chain

Measure = Literal["integrated_lufs", "rms_dbfs"]
"""The figure of a `Measurement` that a programme's level is held against: ACX measures RMS, the others loudness."""

Codec = Literal["pcm", "flac", "mp3", "aac", "opus"]


@dataclass(frozen=True)
class Source:
    """Who says so, where, and when it was read.

    Attributes:
        title: the document and its clause, or ``ours: …`` with the reason for a figure of our own.
        where: site or publisher; empty for a figure of our own.
        read: the date it was read, ISO 8601, as exact as it is known.
    """

    title: str
    where: str = ""
    read: str = ""


@dataclass(frozen=True)
class Limit:
    """What a figure may be; both ends inclusive, None is no limit.

    Attributes:
        low: the least it may be.
        high: the most it may be.
        source: who asks for it.
        under_s: asked only of files shorter than this.
    """

    low: float | None
    high: float | None
    source: Source
    under_s: float | None = None


@dataclass(frozen=True)
class NameRule:
    """What a receiver asks of file names.

    Attributes:
        pattern: regular expression that the whole name, with its suffix, must match.
        says: the same for people.
        source: who asks.
    """

    pattern: str
    says: str
    source: Source


@dataclass(frozen=True)
class EncodingRule:
    """What a receiver asks of files in one codec; None is no rule.

    Attributes:
        codec: ``pcm`` is WAV.
        rates_hz: sampling rates that are taken.
        channels: channel counts that are taken.
        least_kbps: lowest bit rate.
        constant: every frame has the same bit rate.
        bits: sample sizes that are taken.
        source: who asks.
        least_stereo_kbps: lowest bit rate of two channels, where it is not ``least_kbps``.
        most_kbps: highest bit rate.
        plain_stereo: joint stereo is not taken.
    """

    codec: Codec
    source: Source
    rates_hz: tuple[int, ...] | None = None
    channels: tuple[int, ...] | None = None
    least_kbps: int | None = None
    constant: bool = False
    bits: tuple[int, ...] | None = None
    least_stereo_kbps: int | None = None
    most_kbps: int | None = None
    plain_stereo: bool = False


@dataclass(frozen=True)
class Profile:
    """A delivery specification.

    Attributes:
        name: as the production file names it.
        summary: one line for lists.
        measure: the figure that ``target`` is a value of.
        target: the level we aim at, in the unit of ``measure``.
        tolerance: how far from the target our own masters may be. Where ``limits`` name the measure, that window is
            the requirement on files; else it is the target with this tolerance.
        target_source: who asks for target and tolerance.
        ceiling_dbtp: true peak that no delivered file, decoded, may exceed.
        ceiling_source: who asks for it.
        limiter_dbtp: what the limiter of the master holds: under the ceiling, because lossy encoders overshoot; None
            where nothing is limited.
        rate_hz: of the master.
        channels: 1, or 2 for the same sound in both (BS.1770 reads that 3.01 LU louder than one channel).
        bits: of the master's samples.
        chain: the mastering stages.
        limits: the receiver's other limits, by the names of `pipeline.metering.Measurement`'s fields.
        encodings: by codec; a codec that is not in it is not taken.
        limiter_source: why the limiter holds what it holds.
        format_source: who asks for rate, channels and bits.
        names: what files must be called.
        alike: who asks that all files of a title have one rate and one number of channels; None when nobody does.
    """

    name: str
    summary: str
    measure: Measure
    target: float
    tolerance: float
    target_source: Source
    ceiling_dbtp: float
    ceiling_source: Source
    limiter_dbtp: float | None
    rate_hz: int
    channels: int
    bits: int
    chain: Chain = field(default_factory=Chain)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    encodings: Mapping[Codec, EncodingRule] = field(default_factory=dict)
    limiter_source: Source = Source("")
    format_source: Source = Source("")
    names: NameRule | None = None
    alike: Source | None = None


@dataclass(frozen=True)
class Requirement:
    """One line of a profile held against a measurement: ``low`` and ``high`` are inclusive, None is no limit.

    Attributes:
        name: of the figure, for people.
        unit: of the three numbers.
        measured: on the file.
        low: the least it may be.
        high: the most it may be.
        source: who asks for it.
        remark: why it is missed, where that is known.
        at_s: where in the file the figure was found, seconds from its start.
    """

    name: str
    unit: str
    measured: float
    low: float | None
    high: float | None
    source: Source = Source("")
    remark: str = ""
    at_s: float | None = None

    @property
    def met(self) -> bool:
        return (self.low is None or self.measured >= self.low) and (self.high is None or self.measured <= self.high)
