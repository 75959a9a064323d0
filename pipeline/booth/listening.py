"""What one take sounds like, measured in one pass, and the checks on it that cost no model.

A check that fails has the take read again, so these fail rarely: on good takes of two engines all together under 1 %
(`docs/listening-voice-and-sound.md`). What is merely odd is in the `TakeMeasure`, for whoever decides which takes are
worth a recogniser.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.decibels import SILENCE_DB, db_to_gain, gain_to_db
from pipeline.audio.filtering import butterworth_high_pass, run_sections
from pipeline.audio.sound import Samples, Sound
from pipeline.booth.expecting import Expected
from pipeline.booth.pitch import HOP, RATE_HZ, VOICED_STRENGTH, PitchTrack, track_pitch
from pipeline.booth.verdicts import at_most, judged
from pipeline.engines import Rendition
from pipeline.materials import Verdict

WINDOW_S = 0.010
ACTIVE_GATE = 0.1  # power; windows 10 dB under the mean are not speech (as the relative gate of ITU-R BS.1770)
RUMBLE_HZ = 60.0  # kokoro's bm_fable has 20 Hz at -41 dBFS in all that it says
SPEECH_DB = -35.0  # relative to the active level: the quietest consonants
OVER_FLOOR_DB = 6.0  # and this far above the take's own noise
FLOOR_PERCENTILE = 5.0
FLOOR_WINDOWS = 5  # 50 ms: shorter dips lie inside words
STEADY_WINDOWS = 3  # 30 ms: shorter sounds are clicks, not speech
VOICED_DB = -25.0  # relative to the active level
LEAST_VOICED = 15  # frames of 20 ms in a stretch whose median pitch means something

# Bounds on length / expectation. The duration model errs by 10-17 % at its 95th percentile within one voice; voices
# differ by pace, and short chunks by more. Outside these a take has lost its text or made some up.
SHORTEST_RATIO = 0.35
LONGEST_RATIO = 2.2
SLACK_S = 1.0  # one breath: keeps one-word chunks, whose ratio means little, from failing
FARTHEST_Z = 4.0
LEAST_SPREAD, MOST_SPREAD = 0.07, 0.15  # of ln(measured / expected): eight lines may agree, or not, by chance
SHORT_S = 2.0  # at this length the spread is 1.4 times that of long takes, and at half of it 2.2 times
LAST_STOP_S = 0.2  # the duration model counts the stop at the end, which makes no sound; best over nine voices

MOST_LOOPS = 2  # the third time, a run of 8 tokens is a loop (measured on Bark by its users)
MOST_UNCERTAIN = 1.6  # times the voice's own
NEAR_SILENCE_DBFS = -50.0
LEADING_S = 1.0
INNER_S = 1.2
TRAILING_S = 1.5
PAUSE_S = 0.8  # what a dash or an ellipsis may add to the longest inner silence
TAIL_DB = -12.0  # of the last 10 ms, relative to the active level
CLIPPED_LEVEL = 0.999
CLIPPED_SHARE = 0.001  # a few full-scale samples are loud speech; a thousandth of all is distortion
DC_LIMIT = 0.02
# the noise floor, relative to the active level: this much is nothing, this much over the voice's own and this much
# whatever the voice is not
QUIET_FLOOR_DB, FLOOR_RISE_DB, LOUD_FLOOR_DB = -45.0, 12.0, -18.0
JUMP_SEMITONES = 9.0
OWN_PITCH_SEMITONES = 4.0
OWN_PITCH_SPREADS = 6.0
SHORT_SEMITONES = 4.0  # more for takes under SHORT_S: few syllables, and a question among them

_HESITATION = re.compile(r"\.{3}|…|--|[—–]|[.!?]\s+\S|\n")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TakeMeasure:
    """One take in figures. Times in seconds from its start, levels of silence read `SILENCE_DB`.

    Attributes:
        seconds: length of the sound.
        finite: there is no NaN and no infinity in it; the other figures take those for zero.
        speech_start_s: where speech begins; the take's end where there is none.
        speech_end_s: where it ends.
        gap_s: the longest silence inside it.
        gap_at_s: where that begins.
        tail_10ms_db: level of the last 10 ms relative to the active level.
        tail_50ms_db: of the last 50 ms.
        active_dbfs: RMS of its speech.
        noise_floor_dbfs: RMS of its quietest 50 ms, 5th percentile.
        clipped_share: of its samples, at full scale.
        dc_offset: mean of its samples.
        pitch_hz: median of its voiced frames; None where too few are.
        pitch_course: the same of its first, middle and last third of voiced frames.
        pitch_jump: the largest step between neighbours in that course, semitones.
        voiced_share: of the frames with speech.
        harmonicity: median strength of the pitch in frames with speech, 0 … 1.
        gap_harmonicity: the same between words: music goes on there. 0 where there is nothing between words.
        gap_flatness: flatness of the spectrum between words, 0 … 1: hiss is flat. 0 where there is nothing.
        truncated: the engine was cut off at its limit.
        loops: how often the engine's most frequent run of 8 changing tokens occurs.
        uncertainty: the engine's own; None where it tells none.
    """

    seconds: float
    finite: bool
    speech_start_s: float
    speech_end_s: float
    gap_s: float
    gap_at_s: float
    tail_10ms_db: float
    tail_50ms_db: float
    active_dbfs: float
    noise_floor_dbfs: float
    clipped_share: float
    dc_offset: float
    pitch_hz: float | None
    pitch_course: tuple[float | None, float | None, float | None]
    pitch_jump: float
    voiced_share: float
    harmonicity: float
    gap_harmonicity: float
    gap_flatness: float
    truncated: bool = False
    loops: int = 0
    uncertainty: float | None = None

    @property
    def speech_s(self) -> float:
        """From the first word to the last."""
        return self.speech_end_s - self.speech_start_s

    @property
    def floor_db(self) -> float:
        """Its noise floor relative to the active level."""
        return self.noise_floor_dbfs - self.active_dbfs

    @property
    def read_s(self) -> float:
        """What is held against an estimate: the speech with the stop at its end."""
        return self.speech_s + LAST_STOP_S


def measure_take(rendition: Rendition) -> TakeMeasure:
    """The figures of a rendition; any sound is measured, also an empty one."""
    raw, rate_hz = rendition.sound.samples, rendition.sound.rate_hz
    finite = bool(np.isfinite(raw).all())
    samples = raw if finite else np.nan_to_num(raw, nan=0.0, posinf=0.0, neginf=0.0)
    offset = float(samples.mean(dtype=np.float64)) if len(samples) else 0.0
    levelled = _without_rumble(samples - np.float32(offset), rate_hz)
    powers = _powers(levelled, round(WINDOW_S * rate_hz))
    active = float(powers[powers >= ACTIVE_GATE * powers.mean()].mean()) if powers.any() else 0.0
    active_dbfs, floor_dbfs = _power_db(active), _power_db(_floor(powers))
    start, end, gap_s, gap_at_s = _speech(powers, active_dbfs, floor_dbfs, len(samples) / rate_hz)
    pitch = track_pitch(Sound(levelled, rate_hz))
    speaking = pitch.power >= active * db_to_gain(VOICED_DB) ** 2 if active else np.zeros(len(pitch.power), bool)
    voiced = speaking & (pitch.strength >= VOICED_STRENGTH)
    course = _course(pitch, voiced)
    between = _between(pitch, speaking, start, end)
    return TakeMeasure(
        seconds=len(samples) / rate_hz,
        finite=finite,
        speech_start_s=start,
        speech_end_s=end,
        gap_s=gap_s,
        gap_at_s=gap_at_s,
        tail_10ms_db=_tail_db(levelled, rate_hz, 0.010, active_dbfs),
        tail_50ms_db=_tail_db(levelled, rate_hz, 0.050, active_dbfs),
        active_dbfs=active_dbfs,
        noise_floor_dbfs=floor_dbfs,
        clipped_share=float(np.mean(np.abs(samples) >= CLIPPED_LEVEL)) if len(samples) else 0.0,
        dc_offset=offset,
        pitch_hz=_median_hz(pitch.hz[voiced]),
        pitch_course=course,
        pitch_jump=_jump(course),
        voiced_share=float(voiced.sum() / max(1, speaking.sum())),
        harmonicity=_median(pitch.strength[speaking]),
        gap_harmonicity=_median(pitch.strength[between]),
        gap_flatness=_median(pitch.flatness[between]),
        truncated=rendition.truncated,
        loops=rendition.loops,
        uncertainty=rendition.uncertainty,
    )


def _without_rumble(samples: Samples, rate_hz: int) -> Samples:
    """Voices may come with a rumble that nobody hears; it would pass for noise, or fill the pauses."""
    sections = np.array(butterworth_high_pass(RUMBLE_HZ, 4, rate_hz))
    through = samples.astype(np.float64)
    run_sections(through, sections, np.zeros((len(sections), 4)))
    return through.astype(np.float32)


def _powers(samples: Samples, window: int) -> Floats:
    """Mean square of each whole window; of everything where there is less than one."""
    whole = len(samples) // window * window
    if not whole:
        return np.array([float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0])
    return np.asarray(np.mean(np.square(samples[:whole].reshape(-1, window), dtype=np.float64), axis=1))


def _floor(powers: Floats) -> float:
    width = min(FLOOR_WINDOWS, len(powers))
    smooth = np.convolve(powers, np.full(width, 1 / width), mode="valid")
    return float(np.percentile(smooth, FLOOR_PERCENTILE))


def _power_db(power: float) -> float:
    return gain_to_db(math.sqrt(max(power, 0.0)))


def _speech(
    powers: Floats, active_dbfs: float, floor_dbfs: float, seconds: float
) -> tuple[float, float, float, float]:
    """Start and end of the speech, length and start of the longest silence inside it."""
    noise_dbfs = min(floor_dbfs + OVER_FLOOR_DB, active_dbfs - 2 * OVER_FLOOR_DB)  # no gaps: the floor is speech
    threshold = db_to_gain(max(active_dbfs + SPEECH_DB, noise_dbfs)) ** 2
    loud = powers >= threshold
    lasting = np.convolve(loud, np.ones(STEADY_WINDOWS), mode="same") >= STEADY_WINDOWS - 0.5
    heard = np.flatnonzero(lasting)  # the middle of each lasting stretch's windows
    if active_dbfs <= SILENCE_DB or not len(heard):
        return seconds, seconds, 0.0, seconds
    margin = STEADY_WINDOWS // 2
    start = max(0, int(heard[0]) - margin) * WINDOW_S
    end = min(seconds, (int(heard[-1]) + margin + 1) * WINDOW_S)
    steps = np.diff(heard)
    if not len(steps) or steps.max() <= STEADY_WINDOWS:
        return start, end, 0.0, end
    widest = int(np.argmax(steps))
    return start, end, float((steps[widest] - STEADY_WINDOWS) * WINDOW_S), float((heard[widest] + 2) * WINDOW_S)


def _tail_db(samples: Samples, rate_hz: int, seconds: float, active_dbfs: float) -> float:
    tail = samples[-round(seconds * rate_hz) :]
    if not len(tail) or active_dbfs <= SILENCE_DB:
        return SILENCE_DB
    return max(SILENCE_DB, _power_db(float(np.mean(np.square(tail, dtype=np.float64)))) - active_dbfs)


def _between(pitch: PitchTrack, speaking: NDArray[np.bool_], start_s: float, end_s: float) -> NDArray[np.bool_]:
    """Frames between words: not speech, inside it, and not digital silence."""
    middle_s = np.arange(len(speaking)) * (HOP / RATE_HZ) + 0.025
    return ~speaking & (middle_s > start_s) & (middle_s < end_s) & (pitch.power > 1e-9)


def _course(pitch: PitchTrack, voiced: NDArray[np.bool_]) -> tuple[float | None, float | None, float | None]:
    first, middle, last = np.array_split(pitch.hz[voiced], 3)
    return _median_hz(first), _median_hz(middle), _median_hz(last)


def _jump(course: tuple[float | None, float | None, float | None]) -> float:
    steps = [abs(semitones(b, a)) for a, b in pairwise(course) if a and b]
    return max(steps, default=0.0)


def _median_hz(hz: NDArray[np.float32]) -> float | None:
    return float(np.median(hz)) if len(hz) >= LEAST_VOICED else None


def _median(values: NDArray[np.float32]) -> float:
    return float(np.median(values)) if len(values) else 0.0


def semitones(hz: float, reference_hz: float) -> float:
    """How far a pitch lies above another."""
    return 12.0 * math.log2(hz / reference_hz)


def pause_in(text: str) -> float:
    """Seconds that a text may add to the longest silence in its reading: it hesitates or has several sentences."""
    return PAUSE_S if _HESITATION.search(text) else 0.0


def is_finite(take: TakeMeasure, _expected: Expected) -> Verdict:
    """No NaN and no infinity among the samples."""
    return at_most("finite", 0.0 if take.finite else 1.0, 0.0, "samples that are not numbers")


def is_audible(take: TakeMeasure, _expected: Expected) -> Verdict:
    """Its speech is above near-silence."""
    audible = take.active_dbfs > NEAR_SILENCE_DBFS
    return judged("audible", take.active_dbfs, NEAR_SILENCE_DBFS, "near silence", passed=audible)


def is_whole(take: TakeMeasure, _expected: Expected) -> Verdict:
    """The model came to an end by itself."""
    return at_most("whole", float(take.truncated), 0.0, "cut off at the model's limit")


def is_not_too_short(take: TakeMeasure, expected: Expected) -> Verdict:
    """Words were dropped when a take is far shorter than its text."""
    least = max(expected.seconds * SHORTEST_RATIO - SLACK_S, 0.0)
    return judged("not-too-short", take.speech_s, least, "far shorter than its text", passed=take.speech_s >= least)


def is_not_too_long(take: TakeMeasure, expected: Expected) -> Verdict:
    """Words were invented or repeated when a take is far longer than its text."""
    most = expected.seconds * LONGEST_RATIO + SLACK_S
    return at_most("not-too-long", take.speech_s, most, "far longer than its text")


def has_usual_length(take: TakeMeasure, expected: Expected) -> Verdict | None:
    """Its length is within what the voice's own lines vary by."""
    z = length_z(take, expected)
    if z is None:
        return None
    return at_most("usual-length", abs(z), FARTHEST_Z, f"{'longer' if z > 0 else 'shorter'} than this voice reads it")


def length_z(take: TakeMeasure, expected: Expected) -> float | None:
    """How unusual a length is for its voice: 0 as expected, ±2 rare; None without speech or a voice's own lines."""
    if expected.voice is None or not expected.voice.lines or take.speech_s <= 0 or expected.seconds <= 0:
        return None
    spread = min(max(expected.voice.pace_spread, LEAST_SPREAD), MOST_SPREAD)
    return math.log(take.read_s / expected.seconds) / (spread * math.hypot(1, SHORT_S / expected.seconds))


def has_no_loops(take: TakeMeasure, _expected: Expected) -> Verdict:
    """The model did not go round in circles."""
    return at_most("no-loops", float(take.loops), float(MOST_LOOPS), "the model repeats itself")


def is_certain(take: TakeMeasure, expected: Expected) -> Verdict | None:
    """The model was about as sure as it usually is with this voice."""
    if take.uncertainty is None or expected.voice is None or not expected.voice.uncertainty:
        return None
    return at_most("certain", take.uncertainty / expected.voice.uncertainty, MOST_UNCERTAIN, "the model was unsure")


def begins_at_once(take: TakeMeasure, _expected: Expected) -> Verdict:
    """No long silence before the first word."""
    return at_most("begins", take.speech_start_s, LEADING_S, f"{take.speech_start_s:.1f} s of silence before it")


def has_no_hole(take: TakeMeasure, expected: Expected) -> Verdict:
    """No silence inside it that its text does not explain."""
    reason = f"{take.gap_s:.1f} s of silence at {take.gap_at_s:.1f} s"
    return at_most("no-hole", take.gap_s, INNER_S + expected.pause_s, reason)


def stops_in_time(take: TakeMeasure, _expected: Expected) -> Verdict:
    """No long silence after the last word."""
    after_s = take.seconds - take.speech_end_s
    return at_most("stops", after_s, TRAILING_S, f"{after_s:.1f} s of silence after it")


def ends_quietly(take: TakeMeasure, _expected: Expected) -> Verdict:
    """It does not break off in the middle of a sound."""
    return at_most("ends-quietly", take.tail_10ms_db, TAIL_DB, "breaks off in the middle of a sound")


def is_not_clipped(take: TakeMeasure, _expected: Expected) -> Verdict:
    """Hardly any sample stands at full scale."""
    return at_most("not-clipped", take.clipped_share, CLIPPED_SHARE, "clipped")


def has_no_offset(take: TakeMeasure, _expected: Expected) -> Verdict:
    """The mean of the samples is near zero."""
    return at_most("no-offset", abs(take.dc_offset), DC_LIMIT, "DC offset")


def has_quiet_background(take: TakeMeasure, expected: Expected) -> Verdict | None:
    """Between its words it is about as quiet as the voice's own lines are."""
    voice = expected.voice
    if voice is None:
        return None  # some voices leave no silence around their words
    own = voice.noise_floor_dbfs - voice.level_dbfs
    most = min(max(own + FLOOR_RISE_DB, QUIET_FLOOR_DB), LOUD_FLOOR_DB)
    return at_most("quiet-background", take.floor_db, most, "noise or music between the words")


def keeps_its_pitch(take: TakeMeasure, _expected: Expected) -> Verdict:
    """The voice does not become another's within the take."""
    reason = f"the pitch jumps by {take.pitch_jump:.0f} semitones"
    return at_most("steady-pitch", take.pitch_jump, JUMP_SEMITONES + _short(take), reason)


def _short(take: TakeMeasure) -> float:
    return SHORT_SEMITONES if take.speech_s < SHORT_S else 0.0


def has_its_own_pitch(take: TakeMeasure, expected: Expected) -> Verdict | None:
    """The voice is about as high as it was at its sound check."""
    voice = expected.voice
    if voice is None or voice.pitch_hz is None or take.pitch_hz is None:
        return None
    off = semitones(take.pitch_hz, voice.pitch_hz)
    most = max(OWN_PITCH_SEMITONES, OWN_PITCH_SPREADS * voice.pitch_spread) + _short(take)
    return at_most(
        "own-pitch", abs(off), most, f"{abs(off):.0f} semitones {'above' if off > 0 else 'below'} its voice"
    )


Check = Callable[[TakeMeasure, Expected], Verdict | None]
"""None where there is nothing to hold the take against."""

FREE_CHECKS: tuple[Check, ...] = (
    is_audible,
    is_whole,
    is_not_too_short,
    is_not_too_long,
    has_usual_length,
    has_no_loops,
    is_certain,
    begins_at_once,
    has_no_hole,
    stops_in_time,
    ends_quietly,
    is_not_clipped,
    has_no_offset,
    has_quiet_background,
    keeps_its_pitch,
    has_its_own_pitch,
)


def free_checks(measured: TakeMeasure, expected: Expected) -> tuple[Verdict, ...]:
    """Every check that can be made, in order; a take that is not finite or near silence gets no further ones."""
    verdicts = [is_finite(measured, expected), is_audible(measured, expected)]
    if not all(verdict.passed for verdict in verdicts):
        return tuple(verdicts)
    made = (check(measured, expected) for check in FREE_CHECKS[1:])
    return (*verdicts, *(verdict for verdict in made if verdict is not None))
