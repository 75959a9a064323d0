"""A narrator that goes wrong on purpose: it drops, repeats or invents words, is somebody else, or is drowned out.

What goes wrong with a reading follows from the reading and the seed alone, so it is known beforehand, and another
seed of the reading is another throw of the dice, as with a real engine. Words go wrong in the text that the inner
narrator is given, not in its sound, so that a wrong take sounds as natural as a right one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.audio.resampling import resample
from pipeline.audio.sound import Samples, Sound
from pipeline.engines import Narrator, Reading, Rendition

Chance = np.random.Generator

INVENTED = (
    "Thank you very much.", "And that was all.", "The rain kept falling.", "I never knew her name.",
    "She turned away from the window.", "He could not say why.", "We shall see about that tomorrow.",
    "It was a cold morning in the harbour.", "The old clock struck nine.", "Nobody answered the door.",
    "There were seven of them in the boat.", "Then the music stopped.", "So the lamps were put out, one by one.",
    "Come back another day.", "They had forgotten the key again.", "A dog barked somewhere below.",
    "Please remember to bring the letters.", "What a strange thing to say.", "Oh yes, of course.", "Not at all.",
)  # fmt: skip
"""What is said that stands in no script."""

OTHER_WORDS = (
    "lantern", "seven", "walking", "purple", "river", "never", "garden", "twelve", "bottle", "singing", "yellow",
    "doctor", "morning", "table", "broken", "window", "winter", "captain", "paper", "running", "silver", "mountain",
    "apple", "quiet",
)  # fmt: skip
"""What is said in place of two words of the script."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a take.

    Attributes:
        kind: a key of `KINDS`.
        place: ``start``, ``middle`` or ``end`` where the kind has one.
        what: the words or the sound concerned.
    """

    kind: str
    place: str = ""
    what: str = ""


@dataclass(frozen=True)
class Plan:
    """How a fault is made.

    Attributes:
        text: what the inner narrator reads.
        treat: what is done to its sound.
        intruder: what another voice says.
        where: whether that comes ``before`` the take, ``after`` it or ``instead``.
    """

    fault: Fault
    text: str
    treat: Callable[[Samples, int], Samples] | None = None
    intruder: str = ""
    where: str = ""


@dataclass(frozen=True)
class Kind:
    """A way of going wrong.

    Attributes:
        weight: how often it happens beside the others.
        least_words: that a text needs for it.
        wrong_words: about how many words are wrong; 0 where the words are right.
    """

    weight: float
    least_words: int
    wrong_words: int
    plan: Callable[[str, Chance], Plan]


@dataclass(frozen=True)
class FaultyNarrator:
    """Reads as ``inner`` does, but wrongly in ``share`` of its readings.

    Attributes:
        intruders: narrators and their voices that speak where they should not.
        seed: decides which readings go wrong and how.
    """

    inner: Narrator
    intruders: Sequence[tuple[Narrator, str]]
    seed: int
    share: float = 0.3

    @property
    def sample_rate(self) -> int:
        return self.inner.sample_rate

    def reference(self, voice: str) -> Sound | None:
        """As the inner narrator's."""
        return self.inner.reference(voice)

    def plan(self, reading: Reading) -> Plan | None:
        """What goes wrong with a reading; None where nothing does."""
        chance = self._chance(reading)
        if chance.random() >= self.share:
            return None
        count = len(reading.text.split())
        able = [
            kind
            for name, kind in KINDS.items()
            if count >= kind.least_words and (self.intruders or name not in INTRUDING)
        ]
        weights = np.array([kind.weight for kind in able])
        return able[chance.choice(len(able), p=weights / weights.sum())].plan(reading.text, chance)

    def read(self, readings: Sequence[Reading]) -> Iterator[tuple[int, Rendition]]:
        """Yield ``(index, rendition)`` in the inner narrator's order; its errors are raised."""
        plans = [self.plan(reading) for reading in readings]
        given = [_given(reading, plan) for reading, plan in zip(readings, plans, strict=True)]
        for index, rendition in self.inner.read(given):
            plan = plans[index]
            yield index, rendition if plan is None else self._spoiled(rendition, plan, readings[index])

    def _spoiled(self, rendition: Rendition, plan: Plan, reading: Reading) -> Rendition:
        samples, rate_hz = rendition.sound.samples, rendition.sound.rate_hz
        if plan.treat is not None:
            samples = plan.treat(samples, rate_hz)
        if plan.intruder:
            other = self._intruder(plan.intruder, reading, like=rendition.sound)
            samples = {"before": [other, samples], "after": [samples, other], "instead": [other]}[plan.where]
            samples = np.concatenate(samples)
        return replace(rendition, sound=Sound(np.ascontiguousarray(samples, np.float32), rate_hz))

    def _intruder(self, text: str, reading: Reading, *, like: Sound) -> Samples:
        """Another voice, as loud as the narrator, which a check of levels would otherwise find."""
        chance = self._chance(reading)
        narrator, voice = self.intruders[chance.integers(len(self.intruders))]
        said = Reading(text=text, voice=voice, language=reading.language, seed=reading.seed, speed=reading.speed)
        sound = next(iter(narrator.read([said])))[1]
        sound = resample(getattr(sound, "sound", sound), like.rate_hz)  # SHIM
        return sound.samples * np.float32(speech_rms(like.samples) / max(speech_rms(sound.samples), 1e-9))

    def _chance(self, reading: Reading) -> Chance:
        digest = hashlib.sha256(f"{self.seed}\0{reading.seed}\0{reading.voice}\0{reading.text}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _given(reading: Reading, plan: Plan | None) -> Reading:
    """The reading with the words that are to be heard; pronunciations have their places in the right text alone."""
    if plan is None or plan.text == reading.text:
        return reading
    return replace(reading, text=plan.text, pronunciations=())


def _dropping(least: int, most: int, name: str) -> Callable[[str, Chance], Plan]:
    def plan(text: str, chance: Chance) -> Plan:
        words = text.split()
        count = int(chance.integers(least, most + 1))
        place, start = _somewhere(len(words), count, chance)
        left = [*words[:start], *words[start + count :]]
        if place == "end":
            left[-1] = left[-1].rstrip(",;:.!?—-") + _closing(words[-1])
        return Plan(Fault(name, place, " ".join(words[start : start + count])), " ".join(left))

    return plan


def _closing(word: str) -> str:
    return word[-1] if word[-1] in ".!?" else "."


def _somewhere(words: int, count: int, chance: Chance) -> tuple[str, int]:
    place = str(chance.choice(["start", "middle", "end"]))
    last = words - count
    return place, {"start": 0, "end": last, "middle": int(chance.integers(1, max(2, last)))}[place]


def _repeating(text: str, chance: Chance) -> Plan:
    words = text.split()
    count = int(chance.integers(2, min(6, len(words) - 1) + 1))
    place, start = _somewhere(len(words), count, chance)
    phrase = words[start : start + count]
    return Plan(
        Fault("repeat", place, " ".join(phrase)),
        " ".join([*words[: start + count], *phrase, *words[start + count :]]),
    )


def _replacing(text: str, chance: Chance) -> Plan:
    words = text.split()
    place, start = _somewhere(len(words), 2, chance)
    instead = [str(word) for word in chance.choice(OTHER_WORDS, 2, replace=False)]
    if place == "end":
        instead[-1] += _closing(words[-1])
    said = [*words[:start], *instead, *words[start + 2 :]]
    return Plan(
        Fault("replace-2", place, f"{' '.join(words[start : start + 2])} → {' '.join(instead)}"), " ".join(said)
    )


def _adding(name: str, *, own: bool, before: bool) -> Callable[[str, Chance], Plan]:
    def plan(text: str, chance: Chance) -> Plan:
        invented = str(chance.choice(INVENTED))
        fault = Fault(name, "start" if before else "end", invented)
        if own:
            return Plan(fault, f"{invented} {text}" if before else f"{text} {invented}")
        return Plan(fault, text, intruder=invented, where="before" if before else "after")

    return plan


def _swapping(text: str, chance: Chance) -> Plan:
    return Plan(Fault("voice-swap"), text, intruder=text, where="instead")


def _cutting(name: str, least_s: float, most_s: float) -> Callable[[str, Chance], Plan]:
    def plan(text: str, chance: Chance) -> Plan:
        lost_s = float(chance.uniform(least_s, most_s))

        def treat(samples: Samples, rate_hz: int) -> Samples:
            """Ends at the loudest moment within 0.1 s, which is in a word."""
            end = max(0, speech_end(samples, rate_hz) - round(lost_s * rate_hz))
            span = round(0.1 * rate_hz)
            around = np.abs(samples[max(0, end - span) : end + span])
            return samples[: max(0, end - span) + int(np.argmax(around)) + 1]

        return Plan(Fault(name, "end", f"{lost_s:.2f} s"), text, treat)

    return plan


def _noise(text: str, chance: Chance) -> Plan:
    colour, snr_db, seed = (
        str(chance.choice(["white", "pink", "hum"])),
        float(chance.uniform(15, 25)),
        chance.integers(2**31),
    )

    def treat(samples: Samples, rate_hz: int) -> Samples:
        noise = _noise_of(colour, len(samples), rate_hz, np.random.default_rng(seed))
        return samples + noise * np.float32(speech_rms(samples) * 10 ** (-snr_db / 20))

    return Plan(Fault("noise", "", f"{colour} at {snr_db:.0f} dB"), text, treat)


def _noise_of(colour: str, count: int, rate_hz: int, chance: Chance) -> Samples:
    """``[count]`` with an RMS of 1: white; pink, 3 dB an octave; or a mains hum with its harmonics and some hiss."""
    white = chance.standard_normal(count)
    if colour == "hum":
        time_s = np.arange(count) / rate_hz
        hum = sum(np.sin(2 * np.pi * 50 * n * time_s + chance.uniform(0, 6.28)) / n for n in range(1, 9))
        noise = hum / np.std(hum) + 0.1 * white
    elif colour == "pink":
        spectrum = np.fft.rfft(white)
        noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), count)
    else:
        noise = white
    return (noise / max(float(np.sqrt(np.mean(np.square(noise)))), 1e-9)).astype(np.float32)


def _music(name: str, *, instead: bool) -> Callable[[str, Chance], Plan]:
    def plan(text: str, chance: Chance) -> Plan:
        under_db, seed = float(chance.uniform(6, 15)), chance.integers(2**31)

        def treat(samples: Samples, rate_hz: int) -> Samples:
            played = music(len(samples), rate_hz, np.random.default_rng(seed)) * np.float32(speech_rms(samples))
            return played if instead else samples + played * np.float32(10 ** (-under_db / 20))

        return Plan(Fault(name, "", "" if instead else f"{under_db:.0f} dB under"), text, treat)

    return plan


def music(count: int, rate_hz: int, chance: Chance) -> Samples:
    """``[count]`` with an RMS of 1: arpeggios over four chords, eight plucked notes a bar, each a few harmonics."""
    beat = round(rate_hz * float(chance.uniform(0.18, 0.3)))
    tonic = 55.0 * 2 ** (chance.integers(12, 24) / 12)
    played = np.zeros(count + 8 * beat)
    time_s = np.arange(4 * beat) / rate_hz
    for number in range(-(-count // beat)):
        chord = ((0, 4, 7, 12), (9, 12, 16, 21), (5, 9, 12, 17), (7, 11, 14, 19))[number // 8 % 4]
        for step in (chord[number % 4], *(chord[:3] if number % 8 == 0 else ())):
            hz = tonic * 2 ** (step / 12)
            note = sum(np.sin(2 * np.pi * hz * n * time_s) / n**2 for n in range(1, 6)) * np.exp(-3 * time_s)
            played[number * beat : number * beat + len(note)] += note[: len(played) - number * beat]
    played = played[:count]
    return (played / max(float(np.sqrt(np.mean(np.square(played)))), 1e-9)).astype(np.float32)


def _silent(text: str, chance: Chance) -> Plan:
    return Plan(Fault("silent"), text, lambda samples, _rate_hz: np.zeros_like(samples))


def _dropping_out(text: str, chance: Chance) -> Plan:
    where = float(chance.uniform(0.2, 0.6))

    def treat(samples: Samples, rate_hz: int) -> Samples:
        start, span = round(where * len(samples)), round(1.5 * rate_hz)
        muted = samples.copy()
        muted[start : start + span] = 0
        return muted

    return Plan(Fault("dropout", "middle", "1.5 s"), text, treat)


def speech_rms(samples: Samples) -> float:
    """RMS of the louder half of a take's stretches of 20 ms at 24 kHz."""
    frames = samples[: len(samples) // 480 * 480].reshape(-1, 480).astype(np.float64)
    powers = np.sort(np.mean(np.square(frames), axis=1))
    return float(np.sqrt(np.mean(powers[len(powers) // 2 :]))) if len(powers) else 0.0


def speech_end(samples: Samples, rate_hz: int) -> int:
    """The sample after the last one within 35 dB of the peak."""
    loud = np.flatnonzero(np.abs(samples) > np.max(np.abs(samples), initial=0.0) * 10 ** (-35 / 20))
    return int(loud[-1]) + 1 if len(loud) else len(samples)


KINDS = {
    "drop-1": Kind(6, 4, 1, _dropping(1, 1, "drop-1")),
    "drop-2": Kind(11, 6, 2, _dropping(2, 2, "drop-2")),
    "drop-3": Kind(9, 8, 3, _dropping(3, 6, "drop-3")),
    "repeat": Kind(9, 4, 2, _repeating),
    "append-own": Kind(8, 1, 2, _adding("append-own", own=True, before=False)),
    "append-other": Kind(8, 1, 2, _adding("append-other", own=False, before=False)),
    "prepend-own": Kind(4, 1, 2, _adding("prepend-own", own=True, before=True)),
    "prepend-other": Kind(4, 1, 2, _adding("prepend-other", own=False, before=True)),
    "replace-2": Kind(8, 5, 2, _replacing),
    "cut-word": Kind(3, 4, 1, _cutting("cut-word", 0.3, 0.6)),
    "cut-words": Kind(7, 9, 2, _cutting("cut-words", 1.0, 2.2)),
    "dropout": Kind(5, 12, 2, _dropping_out),
    "voice-swap": Kind(12, 3, 0, _swapping),
    "noise": Kind(4, 3, 0, _noise),
    "music-under": Kind(3, 3, 0, _music("music-under", instead=False)),
    "music-instead": Kind(2, 1, 2, _music("music-instead", instead=True)),
    "silent": Kind(2, 1, 2, _silent),
}
"""Every way of going wrong, by name."""

INTRUDING = frozenset({"append-other", "prepend-other", "voice-swap"})
"""Kinds that need another voice."""
