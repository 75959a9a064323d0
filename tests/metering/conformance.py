"""Every test signal of EBU Tech 3341, Tech 3342 and ITU-R BS.2217 that is defined by formula, and what it must read.

Tech 3341 cases 7 and 8 and Tech 3342 cases 5 and 6 are recordings of programmes, which may not be passed on; they are
not here. BS.2217's signals are files whose names give level, frequency and channels: tones are made from those. Its
gate tests and sweep are given as files alone, so ours are made to the same end: without the gate, or with another
weighting, they read something else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import firwin

from pipeline.metering import Measurement, Meter

LOUDNESS, RANGE, TRUE_PEAK = (-0.1, 0.1), (-1.0, 1.0), (-0.4, 0.2)  # the documents' own tolerances
STEREO = (1.0, 1.0)
RATES_HZ = (22050, 24000, 44100, 48000, 96000)
BLOCK = 50_021  # no divisor of anything


@dataclass(frozen=True)
class Case:
    """One signal and one figure of it.

    Attributes:
        document: who defines it.
        number: of the case, or name of the file.
        signal: what it is.
        figure: what is read.
        expected: what it should be, in LUFS, LU or dBTP.
        tolerance: how far below and above it may be.
        read: every reading at a rate that has to be so.
    """

    document: str
    number: str
    signal: str
    figure: str
    expected: float
    tolerance: tuple[float, float]
    read: Callable[[int], Sequence[float]]

    def measured(self, rate_hz: int) -> float:
        """The reading that is farthest from what is expected."""
        return max(self.read(rate_hz), key=lambda reading: abs(reading - self.expected))

    def passes(self, reading: float) -> bool:
        return self.tolerance[0] <= round(reading - self.expected, 6) <= self.tolerance[1]


def measure(sound: np.ndarray, rate_hz: int) -> Measurement:
    """Measure ``[n, channels]``."""
    meter = Meter(rate_hz, sound.shape[1], len(sound))
    for start in range(0, len(sound), BLOCK):
        meter.add(sound[start : start + BLOCK])
    return meter.measurement()


@functools.cache
def second(hz: int, rate_hz: int) -> np.ndarray:
    """One second of a sine of whole hertz, to be repeated."""
    return np.sin(2 * np.pi * hz * np.arange(rate_hz) / rate_hz)


def tone(
    rate_hz: int,
    steps: Sequence[tuple[float, float]],
    *,
    hz: int = 1000,
    channels: Sequence[float] = STEREO,
) -> np.ndarray:
    """A sine whose level changes, its phase going on.

    Args:
        rate_hz: samples per second.
        steps: level in dBFS (peak) and seconds; a level of -inf is silence.
        hz: frequency.
        channels: each one's factor.
    """
    ends = np.round(np.cumsum([seconds for _, seconds in steps]) * rate_hz).astype(int)
    levels = np.repeat([10 ** (level / 20) for level, _ in steps], np.diff(ends, prepend=0))
    one = (levels * np.resize(second(hz, rate_hz), len(levels))).astype(np.float32)
    return one[:, None] * np.asarray(channels, np.float32)


SILENCE = float("-inf")


def integrated(*steps: tuple[float, float], **more: object) -> Callable[[int], list[float]]:
    return lambda rate_hz: [measure(tone(rate_hz, steps, **more), rate_hz).integrated_lufs]  # type: ignore[arg-type]


def all_three(level: float) -> Callable[[int], list[float]]:
    """Momentary, short-term and integrated of a steady tone."""

    def read(rate_hz: int) -> list[float]:
        found = measure(tone(rate_hz, [(level, 20)]), rate_hz)
        return [found.max_momentary_lufs, found.max_short_term_lufs, found.integrated_lufs]

    return read


def steady_short_term(rate_hz: int) -> list[float]:
    found = measure(tone(rate_hz, [(-20, 1.34), (-30, 1.66)] * 5), rate_hz)
    slice_s = found.seconds / len(found.loudness_curve)
    full = [value for i, value in enumerate(found.loudness_curve) if i * slice_s >= 3.0]
    return [*full, found.max_short_term_lufs]


def steady_momentary(rate_hz: int) -> list[float]:
    """Read over the windows from 1 s on, every 20 ms of one period."""
    sound = tone(rate_hz, [(-20, 0.18), (-30, 0.22)] * 25)
    starts = [round((1 + 0.02 * step) * rate_hz) for step in range(20)]
    windows = [sound[start : start + round(0.4 * rate_hz)] for start in starts]
    found = [measure(window, rate_hz).max_momentary_lufs for window in windows]
    return [*found, measure(sound, rate_hz).max_momentary_lufs]


def late_starts(step_s: float, tone_s: float, figure: str) -> Callable[[int], list[float]]:
    """The largest of 20 files, each of which starts a step later."""

    def read(rate_hz: int) -> list[float]:
        files = [tone(rate_hz, [(SILENCE, step_s * i), (-23, tone_s), (SILENCE, 1)]) for i in range(20)]
        return [float(getattr(measure(file, rate_hz), figure)) for file in files]

    return read


def live(step_s: float, tone_s: float, figure: str) -> Callable[[int], list[float]]:
    """The largest so far after each of 20 segments that rise by 1 dB, less what it should be."""

    def read(rate_hz: int) -> list[float]:
        meter, misses = Meter(rate_hz, 2), []
        for i in range(20):
            meter.add(tone(rate_hz, [(SILENCE, step_s * i), (-38 + i, tone_s), (SILENCE, tone_s - step_s * i)]))
            misses.append(float(getattr(meter.measurement(), figure)) - (-38 + i))
        return misses

    return read


def steady_peak(divisor: int, amplitude: float, degrees: float) -> Callable[[int], list[float]]:
    """A tone at a fraction of the rate; faded in and out, for a hard start is a peak of its own."""

    def read(rate_hz: int) -> list[float]:
        place = np.arange(rate_hz)
        fade = np.minimum(1.0, np.minimum(place, place[::-1]) / (0.05 * rate_hz))
        one = amplitude * fade * np.sin(2 * np.pi * place / divisor + np.radians(degrees))
        return [measure(np.stack([one, one], 1).astype(np.float32), rate_hz).true_peak_dbtp]

    return read


def one_period_peak(offset: int) -> Callable[[int], list[float]]:
    """Made at four times the rate: a tone at a sixth of it with one period of a quarter of it, twice as high."""

    def read(rate_hz: int) -> list[float]:
        period, high = 24, np.sin(2 * np.pi * np.arange(16) / 16)
        low = 0.5 * np.sin(2 * np.pi * np.arange(200 * period) / period)
        fine = np.concatenate([low, high, low])
        fade = np.minimum(1.0, np.minimum(np.arange(len(fine)), np.arange(len(fine))[::-1]) / 1000)
        narrow = np.convolve(fine * fade, firwin(1025, 0.5 / 4 * 2 * 0.98), "same")
        one = narrow[offset::4]
        return [measure(np.stack([one, one], 1).astype(np.float32), rate_hz).true_peak_dbtp]

    return read


def loudness_range(*levels: float) -> Callable[[int], list[float]]:
    return lambda rate_hz: [measure(tone(rate_hz, [(level, 20) for level in levels]), rate_hz).lra_lu]


def k_gain(hz: float | np.ndarray) -> np.ndarray:
    """BS.1770's own filter at 48 kHz, from its tables: magnitude."""
    z = np.exp(-2j * np.pi * np.asarray(hz) / 48000)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.abs(shelf * high_pass)


def level_for(lufs: float, hz: int, power: float) -> float:
    """Peak level in dBFS of a tone of this loudness in channels whose squared factors, weighted, sum to ``power``."""
    return float(lufs + 0.691 - 20 * np.log10(k_gain(hz)) - 10 * np.log10(power / 2))


def weighted_tone(lufs: float, hz: int) -> Callable[[int], list[float]]:
    return integrated((level_for(lufs, hz, 2.0), 20), hz=hz)


SIDES = (1.0, 1.0, 1.0, 0.0, 1.41, 1.41)  # BS.1770 table 3, in the order L R C LFE Ls Rs


def only(channel: int, lufs: float) -> Callable[[int], list[float]]:
    channels = [float(i == channel) for i in range(6)]
    return integrated((level_for(lufs, 1000, SIDES[channel] or 1.0), 20), channels=channels)


def sweep(rate_hz: int) -> list[float]:
    """20 Hz to 0.4 of the rate (at most 20 kHz) in 20 s, at -18 LUFS at every frequency."""
    top = min(20000.0, 0.4 * rate_hz)
    place = np.arange(20 * rate_hz) / (20 * rate_hz)
    hz = 20.0 * (top / 20.0) ** place
    phase = 2 * np.pi * np.cumsum(hz) / rate_hz
    one = 10 ** ((-18 + 0.691) / 20) / k_gain(hz) * np.sin(phase)
    return [measure(np.stack([one, one], 1).astype(np.float32), rate_hz).integrated_lufs]


def _ebu_3341() -> list[Case]:
    def case(number: int, signal: str, figure: str, expected: float, read: Callable[[int], list[float]]) -> Case:
        tolerance = TRUE_PEAK if figure == "true peak" else LOUDNESS
        return Case("EBU Tech 3341", str(number), signal, figure, expected, tolerance, read)

    surround = tuple(10 ** (level / 20) for level in (-28.0, -28.0, -24.0, -30.0, -30.0))
    quarter = [(15, 4, 0.5, 0.0, -6.0), (16, 4, 0.5, 45.0, -6.0), (17, 6, 0.5, 60.0, -6.0), (18, 8, 0.5, 67.5, -6.0)]
    return [
        case(1, "1 kHz, -23 dBFS, 20 s", "M, S, I", -23.0, all_three(-23)),
        case(2, "1 kHz, -33 dBFS, 20 s", "M, S, I", -33.0, all_three(-33)),
        case(3, "-36, -23, -36 dBFS for 10, 60, 10 s", "I", -23.0, integrated((-36, 10), (-23, 60), (-36, 10))),
        case(
            4,
            "-72, -36, -23, -36, -72 dBFS for 10, 10, 60, 10, 10 s",
            "I",
            -23.0,
            integrated((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)),
        ),
        case(
            5, "-26, -20, -26 dBFS for 20, 20.1, 20 s", "I", -23.0, integrated((-26, 20), (-20, 20.1), (-26, 20))
        ),
        case(
            6, "5.0: L R -28, C -24, Ls Rs -30 dBFS, 20 s", "I", -23.0, integrated((0, 20), channels=surround)
        ),
        case(9, "-20 dBFS 1.34 s, -30 dBFS 1.66 s, five times", "S from 3 s on", -23.0, steady_short_term),
        case(
            10, "20 files: silence 0.15·i s, -23 dBFS 3 s", "max S", -23.0,
            late_starts(0.15, 3.0, "max_short_term_lufs"),
        ),
        case(
            11, "live: 20 segments of 3 s, 0.15·i s late, -38 + i dBFS", "max S less i - 38", 0.0,
            live(0.15, 3.0, "max_short_term_lufs"),
        ),
        case(12, "-20 dBFS 0.18 s, -30 dBFS 0.22 s, 25 times", "M from 1 s on", -23.0, steady_momentary),
        case(
            13, "20 files: silence 0.02·i s, -23 dBFS 0.4 s", "max M", -23.0,
            late_starts(0.02, 0.4, "max_momentary_lufs"),
        ),
        case(
            14, "live: 20 segments of 0.4 s, 0.02·i s late, -38 + i dBFS", "max M less i - 38", 0.0,
            live(0.02, 0.4, "max_momentary_lufs"),
        ),
        *(
            case(number, f"rate/{divisor}, amplitude {amplitude}, {degrees:g}°", "true peak", expected,
                 steady_peak(divisor, amplitude, degrees))
            for number, divisor, amplitude, degrees, expected in [*quarter, (19, 4, 1.41, 45.0, 3.0)]
        ),
        *(
            case(20 + offset, f"rate/6 at 0.5, one period of rate/4 at 1.0, offset {offset}", "true peak", 0.0,
                 one_period_peak(offset))
            for offset in range(4)
        ),
    ]  # fmt: skip


def _ebu_3342() -> list[Case]:
    steps = {1: (-20, -30), 2: (-20, -15), 3: (-40, -20), 4: (-50, -35, -20, -35, -50)}
    expected = {1: 10.0, 2: 5.0, 3: 20.0, 4: 15.0}
    return [
        Case(
            "EBU Tech 3342",
            str(number),
            ", ".join(map(str, levels)) + " dBFS, 20 s each",
            "LRA",
            expected[number],
            RANGE,
            loudness_range(*levels),
        )
        for number, levels in steps.items()
    ]


def _bs_2217() -> list[Case]:
    def case(name: str, signal: str, expected: float, read: Callable[[int], list[float]]) -> Case:
        return Case("ITU-R BS.2217", name, signal, "I", expected, LOUDNESS, read)

    cases = [
        case(f"{-lufs}LKFS {hz}Hz 2ch", f"{hz} Hz in two channels", lufs, weighted_tone(lufs, hz))
        for lufs in (-23, -24)
        for hz in (25, 100, 500, 1000, 2000, 10000)
    ]
    for lufs in (-23, -24):
        names = {0: "Left", 1: "Right", 2: "Centre", 4: "Ls", 5: "Rs"}
        cases += [
            case(f"{-lufs}LKFS ChannelCheck{name}", f"1 kHz in {name} of 5.1", lufs, only(channel, lufs))
            for channel, name in names.items()
        ]
        cases += [
            case(f"{-lufs}LKFS ChannelCheckLFE", "1 kHz in LFE of 5.1", -120.0, only(3, lufs)),
            case(
                f"{-lufs}LKFS SummingTest",
                "1 kHz in all of 5.1",
                lufs,
                integrated((level_for(lufs, 1000, sum(SIDES)), 20), channels=[1.0] * 6),
            ),
        ]
    loud, quiet, faint, too_faint = (level_for(lufs, 1000, 2.0) for lufs in (-10.0, -24.0, -69.5, -70.2))
    return [
        *cases,
        case("RelGateTest (ours)", "-10.0, -24.0 LUFS, 20 s each", -10.0, integrated((loud, 20), (quiet, 20))),
        case("AbsGateTest (ours)", "-69.5, -70.2 LUFS, 20 s each", -69.5, integrated((faint, 20), (too_faint, 20))),
        case("18LKFS FrequencySweep (ours)", "20 Hz … 20 kHz, alike loud", -18.0, sweep),
    ]


CASES = (*_ebu_3341(), *_ebu_3342(), *_bs_2217())


def table() -> str:
    """Every case at 48 kHz, and the worst of the other rates, as Markdown."""
    others = [rate_hz for rate_hz in RATES_HZ if rate_hz != 48000]
    lines = [
        "| document | case | signal | reads | expected | tolerance | at 48 kHz | worst of other rates | verdict |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for case in CASES:
        first = case.measured(48000)
        readings = {rate_hz: case.measured(rate_hz) for rate_hz in others if applies(case, rate_hz)}
        worst = max(readings, key=lambda rate_hz: abs(readings[rate_hz] - case.expected))
        verdict = "met" if all(case.passes(reading) for reading in (first, *readings.values())) else "**missed**"
        low, high = case.tolerance
        tolerance = f"±{high:g}" if high == -low else f"{low:g} +{high:g}"
        lines.append(
            f"| {case.document} | {case.number} | {case.signal} | {case.figure} | {case.expected:.1f} | {tolerance} "
            f"| {first:.3f} | {readings[worst]:.3f} ({worst / 1000:g} kHz) | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def applies(case: Case, rate_hz: int) -> bool:
    """Whether a tone of the case lies below half the rate, with room for its sidebands."""
    return "10000 Hz" not in case.signal or rate_hz > 22050
