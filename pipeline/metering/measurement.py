"""What a meter has found out about a sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """A sound's figures. All are finite numbers; a level of silence is -120 dB.

    Attributes:
        rate_hz: samples per second.
        channels: of the sound.
        sample_count: per channel.
        integrated_lufs: ITU-R BS.1770-5, gated; -120 when it is shorter than a block of 400 ms.
        max_momentary_lufs: the loudest 400 ms, looked for every 10 ms (EBU Tech 3341).
        max_short_term_lufs: the loudest 3 s, looked for every 10 ms. Before the first sample there is silence, so a
            sound that is shorter than the window reads as a live meter would show it when it ends.
        lra_lu: loudness range, EBU Tech 3342; 0 when it is shorter than 3 s.
        true_peak_dbtp: of the loudest channel.
        sample_peak_dbfs: the largest sample of any channel.
        rms_dbfs: over everything, unweighted, mean of the channels' powers. A full-scale square wave has 0.
        noise_floor_dbfs: RMS of the quietest 500 ms, looked for every 10 ms; of everything when it is shorter.
        dc_offset: the largest magnitude of a channel's mean; full scale is 1.
        clipped_samples: of all channels; see `meter.CLIPPED`.
        invalid_samples: NaN, infinite or beyond +600 dBFS, of all channels. They are measured as 0.
        longest_digital_silence_s: the longest run of samples that are 0 in every channel.
        head_s: seconds before the first 10 ms that is louder than room tone; everything when none is.
        tail_s: seconds after the last such 10 ms.
        channel_difference_dbfs: the largest difference between two channels' samples; -120 when all are the same.
        channel_correlation: -1 … 1, sum of products over root of energies, of the two channels that are least alike;
            1 for mono.
        noise_floor_at_s: where the quietest 500 ms begin.
        true_peak_at_s: where the true peak is.
        max_momentary_at_s: where the loudest 400 ms begin.
        max_short_term_at_s: where the loudest 3 s begin.
        waveform: the largest magnitude of each of 600 equal slices.
        loudness_curve: the largest short-term loudness that ends in each of 600 equal slices, in LUFS.
    """

    rate_hz: int
    channels: int
    sample_count: int
    integrated_lufs: float
    max_momentary_lufs: float
    max_short_term_lufs: float
    lra_lu: float
    true_peak_dbtp: float
    sample_peak_dbfs: float
    rms_dbfs: float
    noise_floor_dbfs: float
    dc_offset: float
    clipped_samples: int
    invalid_samples: int
    longest_digital_silence_s: float
    head_s: float
    tail_s: float
    channel_difference_dbfs: float
    channel_correlation: float
    noise_floor_at_s: float
    true_peak_at_s: float
    max_momentary_at_s: float
    max_short_term_at_s: float
    waveform: tuple[float, ...]
    loudness_curve: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return self.sample_count / self.rate_hz

    def to_facts(self) -> dict[str, Any]:
        """As JSON can carry it."""
        return asdict(self) | {"waveform": list(self.waveform), "loudness_curve": list(self.loudness_curve)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Measurement:
        """What `to_facts` gave, also after it was JSON; other names in it are passed over."""
        own = {field.name: facts[field.name] for field in fields(cls)}
        curves = {name: tuple(own[name]) for name in ("waveform", "loudness_curve")}
        return cls(**{**own, **curves})
