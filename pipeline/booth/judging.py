"""Judges a take: listens to it as the policy asks, and writes what was found on its card.

What is found depends on the take, its text, its voice's sound check and the policy alone, so a card that was written
under the same policy is believed and the take is not listened to again. Where the policy has changed, the words that
were heard are still those that were said: only what was not asked before is asked of the ears.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.audio.files import read_sound
from pipeline.audio.sound import Sound
from pipeline.booth.auditioning import Audition, Line, Listening, Policy, audition, words_of_take
from pipeline.booth.circling import Judged
from pipeline.booth.expecting import Expected
from pipeline.booth.joining import cut, quietest_near
from pipeline.booth.ladder import Attempt
from pipeline.booth.listening import free_checks, measure_take, pause_in
from pipeline.booth.references import SoundChecks
from pipeline.booth.takes import ROOM, Recorded, keep_part, trimmed_key, verdicts_on, written
from pipeline.booth.words import right_part
from pipeline.engines import Narrator, Rendition
from pipeline.hearing import NOTHING, Heard, Quality, Transcript
from pipeline.hearing.ears import Unheard
from pipeline.materials import Verdict
from pipeline.production import Verify
from pipeline.vault import Vault, content_key

CHECKS_VERSION = 3
"""Of everything but the policy that verdicts depend on: checks, thresholds, models."""
NOT_HEARD: Mapping[str, Any] = {"right_part": None, "words": None, "risk": None}
"""What a card says of a take that nobody has heard; it takes the place of what was heard under another policy."""


class Judge:
    """Listens to takes.

    Args:
        vault: where they are.
        verify: the policy.
        listening: needed for ``risk`` and ``all``.
    """

    def __init__(self, vault: Vault, verify: Verify, listening: Listening | None = None) -> None:
        assert listening is not None or verify.mode in ("off", "free")
        self._vault, self._verify, self._listening = vault, verify, listening
        self._checks = SoundChecks(vault, listening.ears, listening.wording) if listening else None

    def __call__(self, recorded: Recorded) -> Judged:
        """Every verdict on one take.

        Raises:
            MissingError: a model is not on this machine.
            StorageError: the vault cannot be written.
        """
        if given_up := recorded.entry.facts.get("given_up"):
            return _judged(recorded, (Verdict("read", False, 0.0, 1.0, given_up),))
        known = self.known(recorded)
        if known is not None:
            return known
        if not self._hears(recorded.attempt):
            return self._noted(recorded, self._found_free(recorded), NOT_HEARD)
        rendition = _rendition(recorded.entry.facts, read_sound(recorded.entry.path))
        try:
            found = self._audition(recorded.attempt, rendition, known=self._heard_before(recorded))
            right = self._right_part(recorded, rendition, found)
        except Unheard as error:  # not on the card: a rerun tries again
            return _judged(recorded, (*self._found_free(recorded), Verdict("heard", False, 0.0, 1.0, error.what)))
        if right is not None:
            return self._trimmed(recorded, found, right)
        return self._noted(recorded, found.verdicts, self._facts(found))

    def known(self, recorded: Recorded) -> Judged | None:
        """What was found under this policy before; None where nothing was. A take of another making is as it is."""
        facts = recorded.entry.facts
        if not recorded.attempt.readings:
            return _judged(recorded, verdicts_on(facts))
        if facts.get("listened") != self._policy(recorded.attempt):
            return None
        if facts.get("right_part") is None:
            return _judged(recorded, verdicts_on(facts))
        part = self._vault.look_up(ROOM, facts["right_part"])
        return _judged(replace(recorded, entry=part), verdicts_on(part.facts)) if part else None

    def is_ready(self, attempt: Attempt) -> bool:
        """Whether the voice of an attempt has had its sound check, or needs none."""
        return not self._hears(attempt) or self._of_voices.of(attempt) is not None

    def sound_check(self, attempt: Attempt, narrator: Narrator) -> None:
        """Record the sound check of an attempt's voice. Raises as `SoundChecks.record`."""
        self._of_voices.record(attempt, narrator)

    @property
    def _of_voices(self) -> SoundChecks:
        assert self._checks is not None, "only who hears needs sound checks"
        return self._checks

    def _hears(self, attempt: Attempt) -> bool:
        return self._verify.mode in ("risk", "all") and attempt.slot.voice.engine.abilities.speaks

    def _policy(self, attempt: Attempt) -> str:
        mode = self._verify.mode
        facts: dict[str, Any] = {"checks": CHECKS_VERSION, "mode": mode}
        if self._hears(attempt):
            facts |= {"recogniser": self._verify.recogniser, "names": self._line(attempt).names}
            facts |= {"sample": self._verify.sample} if mode == "risk" else {}
        elif mode != "off":
            facts["mode"] = "free"
        return content_key(facts)

    def _line(self, attempt: Attempt) -> Line:
        reading, text = attempt.readings[0], attempt.slot.chunk.spoken
        names = self._listening.names if self._listening else ()
        return Line(text, reading.language, reading.speed, tuple(name for name in names if name in text))

    def _found_free(self, recorded: Recorded) -> tuple[Verdict, ...]:
        if self._verify.mode == "off":
            return ()
        rendition = _rendition(recorded.entry.facts, read_sound(recorded.entry.path))
        attempt = recorded.attempt
        return free_checks(
            measure_take(rendition), Expected(attempt.cost_s, pause_s=pause_in(attempt.slot.chunk.spoken))
        )

    def _audition(
        self, attempt: Attempt, rendition: Rendition, *, known: Heard = NOTHING, every_word: bool = False
    ) -> Audition:
        assert self._listening is not None
        line = self._line(attempt)
        voice = self._of_voices.of(attempt)
        assert voice is not None, f"{attempt.slate} was recorded before its voice's sound check"
        seconds = self._listening.wording.estimate_s(line.text, line.language) * voice.pace / line.speed
        expected = Expected(seconds, voice, pause_in(line.text))
        policy = Policy("all" if every_word else self._verify.mode, self._verify.sample)
        return audition(line, rendition, expected, policy, self._listening, key=attempt.key, known=known)

    def _heard_before(self, recorded: Recorded) -> Heard:
        facts = recorded.entry.facts.get("heard") or {}
        if facts.get("recogniser") != self._verify.recogniser:
            return NOTHING
        transcript, quality = facts.get("transcript"), facts.get("quality")
        return Heard(
            transcript=Transcript(**transcript) if transcript else None,
            quality=Quality(**quality) if quality else None,
        )

    def _right_part(
        self, recorded: Recorded, rendition: Rendition, found: Audition
    ) -> tuple[float, float, Audition] | None:
        """Start and end of the part that is right, and what was found of it, where more was said around it."""
        comparison, listening = found.comparison, self._listening
        if comparison is None or found.passed or comparison.runs or not (comparison.before or comparison.after):
            return None
        assert listening is not None
        line = self._line(recorded.attempt)
        timed = listening.ears.words(rendition.sound, line.language, True)
        part = right_part(words_of_take(line, timed, listening.wording), timed, listening.wording)
        if part is None:
            return None
        start_s = quietest_near(rendition.sound, part[0]) if part[0] else 0.0
        whole_s = rendition.sound.seconds
        end_s = quietest_near(rendition.sound, part[1]) if part[1] < whole_s else whole_s
        of_part = self._audition(recorded.attempt, _part(rendition, start_s, end_s), every_word=True)
        return (start_s, end_s, of_part) if of_part.passed else None

    def _trimmed(self, recorded: Recorded, found: Audition, right: tuple[float, float, Audition]) -> Judged:
        start_s, end_s, of_part = right
        key, facts = trimmed_key(recorded.attempt.key, start_s, end_s), self._facts(of_part)
        entry = keep_part(recorded, key, (start_s, end_s), self._vault, **facts, verdicts=written(of_part.verdicts))
        self._noted(recorded, found.verdicts, self._facts(found) | {"right_part": key})
        return _judged(replace(recorded, entry=entry), of_part.verdicts)

    def _noted(self, recorded: Recorded, verdicts: tuple[Verdict, ...], facts: Mapping[str, Any]) -> Judged:
        facts = {**facts, "verdicts": written(verdicts), "listened": self._policy(recorded.attempt)}
        self._vault.annotate(ROOM, recorded.attempt.key, **facts)
        entry = replace(recorded.entry, facts={**recorded.entry.facts, **facts})
        return _judged(replace(recorded, entry=entry), verdicts)

    def _facts(self, found: Audition) -> dict[str, Any]:
        """What a card says of how a take was listened to."""
        heard, quality, risk = found.heard.transcript, found.heard.quality, found.risk
        facts: dict[str, Any] = {**NOT_HEARD, "heard": {"recogniser": self._verify.recogniser}}
        if heard is not None:
            facts["heard"]["transcript"] = {
                "text": heard.text,
                "log_probability": round(heard.log_probability, 4),
                "no_speech": round(heard.no_speech, 4),
            }
        if quality is not None:
            facts["heard"]["quality"] = {name: round(value, 3) for name, value in vars(quality).items()}
        if risk is not None:
            facts["risk"] = {"score": round(risk.score, 3), "reasons": risk.reasons}
        if found.comparison is not None:
            facts["words"] = {"errors": found.comparison.errors, "sampled": found.sampled}
        return facts


def _rendition(facts: Mapping[str, Any], sound: Sound) -> Rendition:
    """As the narrator gave it: a file holds zeros where there were no numbers."""
    samples = sound.samples if facts["finite"] else np.full_like(sound.samples, np.nan)
    return Rendition(
        Sound(samples, sound.rate_hz),
        truncated=facts["truncated"],
        uncertainty=facts["uncertainty"],
        loops=facts["loops"],
    )


def _part(rendition: Rendition, start_s: float, end_s: float) -> Rendition:
    """A part of a take: it ends by our doing and not at the engine's limit."""
    return Rendition(cut(rendition.sound, start_s, end_s), uncertainty=rendition.uncertainty)


def _judged(recorded: Recorded, verdicts: tuple[Verdict, ...]) -> Judged:
    facts, attempt = recorded.entry.facts, recorded.attempt
    words = facts.get("words")
    return Judged(
        attempt=attempt,
        key=recorded.entry.key,
        seconds=facts["seconds"],
        seed=facts["seed"],
        verdicts=verdicts,
        off_by=abs(math.log(max(facts["seconds"], 1e-3) / attempt.cost_s)),
        word_errors=words["errors"] if words else None,
        heard=words is not None,
        sampled=bool(words and words["sampled"]),
        reused=recorded.reused,
        usable=bool(facts["finite"]),
        generation=bool(facts.get("generation")),
    )
