"""Judges a take: listens to it as the policy asks, and writes what was found on its card.

What is found depends on the take, its text and the policy alone, so a card that was written under the same policy is
believed and the take is not listened to again.
"""

from __future__ import annotations

import math

from pipeline.audio.files import read_sound
from pipeline.booth.circling import Judged
from pipeline.booth.expecting import Expected
from pipeline.booth.listening import free_checks, measure_take
from pipeline.booth.takes import ROOM, Recorded, verdicts_on, written
from pipeline.engines import Rendition
from pipeline.materials import Verdict
from pipeline.production import Verify
from pipeline.vault import Vault, content_key

CHECKS_VERSION = 1


class Judge:
    """Listens to takes.

    Args:
        vault: where they are.
        verify: the policy.
    """

    def __init__(self, vault: Vault, verify: Verify) -> None:
        self._vault, self._verify = vault, verify
        self._policy = content_key({"checks": CHECKS_VERSION, "mode": verify.mode})

    def __call__(self, recorded: Recorded) -> Judged:
        """Every verdict on one take."""
        known = self.known(recorded)
        if known is not None:
            return known
        verdicts = self._listen(recorded)
        self._vault.annotate(ROOM, recorded.attempt.key, listened=self._policy, verdicts=written(verdicts))
        return self._judged(recorded, verdicts)

    def known(self, recorded: Recorded) -> Judged | None:
        """What was found under this policy before; None where nothing was. A take of another making is as it is."""
        facts = recorded.entry.facts
        if facts.get("listened") != self._policy and recorded.attempt.readings:
            return None
        return self._judged(recorded, verdicts_on(facts))

    def _judged(self, recorded: Recorded, verdicts: tuple[Verdict, ...]) -> Judged:
        facts = recorded.entry.facts
        return Judged(
            attempt=recorded.attempt,
            key=recorded.attempt.key,
            seconds=facts["seconds"],
            seed=facts["seed"],
            verdicts=verdicts,
            off_by=abs(math.log(max(facts["seconds"], 1e-3) / recorded.attempt.cost_s)),
            reused=recorded.reused,
            usable=bool(facts["finite"]),
        )

    def _listen(self, recorded: Recorded) -> tuple[Verdict, ...]:
        if self._verify.mode == "off":
            return ()
        facts = recorded.entry.facts
        if not facts["finite"]:
            return (Verdict("finite", False, 1.0, 0.0, "samples that are not numbers"),)
        rendition = Rendition(
            read_sound(recorded.entry.path),
            truncated=facts["truncated"],
            uncertainty=facts["uncertainty"],
            loops=facts["loops"],
        )
        return free_checks(measure_take(rendition), Expected(recorded.attempt.cost_s))
