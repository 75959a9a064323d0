"""What a run tells whoever watches it: a few frozen events, from any of its threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Planned:
    """The script is read: what there is, and what of it must still be recorded.

    Attributes:
        by_engine: estimated seconds of speech that each engine must still record.
    """

    chapters: int
    chunks: int
    estimated_s: float
    to_record: int
    by_engine: Mapping[str, float]

    @property
    def to_record_s(self) -> float:
        """Estimated seconds of speech to record, in all."""
        return sum(self.by_engine.values())


@dataclass(frozen=True)
class Recorded:
    """One more take is safe in the vault.

    Attributes:
        estimated_s: seconds of speech that need not be recorded any more; 0 for a retake.
    """

    slate: str
    engine: str
    estimated_s: float


@dataclass(frozen=True)
class Mastered:
    """One more chapter is finished."""

    number: int
    title: str
    seconds: float
    lufs: float
    dbtp: float


@dataclass(frozen=True)
class Delivering:
    """Files are being made: ``name`` was finished last, ``share`` of all the encoding is done, 0 … 1."""

    name: str
    share: float


@dataclass(frozen=True)
class Certified:
    """Every file is judged by a profile: ``missed`` requirements, of all of them together, are not met."""

    profile: str
    files: int
    missed: int


@dataclass(frozen=True)
class Said:
    """A remark for the producer."""

    text: str


Event = Planned | Recorded | Mastered | Delivering | Certified | Said
Listener = Callable[[Event], None]


def deaf(_event: Event) -> None:
    """A listener that does not care."""


@dataclass(frozen=True)
class ChapterResult:
    """A chapter in the result line: names stay stable."""

    title: str
    seconds: float
    lufs: float
    dbtp: float


@dataclass(frozen=True)
class DeliverableResult:
    """A deliverable in the result line: names stay stable."""

    path: str
    format: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class ListeningResult:
    """How the title was listened to, in the result line: names stay stable.

    Attributes:
        mode: the policy.
        first_passed: chunks whose first take passed every check.
        retakes: takes beside the first ones, of this run and those before it.
        heard: chunks whose words were compared with the text.
        unheard: circled takes whose words were not, though they could have been.
        sampled: takes that were heard only as a sample of those.
        sampled_wrong: of them, those with wrong words.
        wrong_low: lower end of the estimated share of wrong takes among the unheard, with 95 % confidence; None where
            there is no estimate.
        wrong_high: its upper end.
    """

    mode: str
    first_passed: int
    retakes: int
    heard: int
    unheard: int
    sampled: int
    sampled_wrong: int
    wrong_low: float | None
    wrong_high: float | None


@dataclass(frozen=True)
class Outcome:
    """What a run came to; ``render --json`` ends with it as one line of JSON. Its names stay stable.

    Attributes:
        audio_s: length of all chapters.
        wall_s: from the start of the run to its end.
        recorded: takes recorded by this run.
        reused: chunks whose take was in the vault already.
        flagged: chunks whose best take still fails a check.
        certificate: the certificate's JSON; its page lies beside it.
        missed: requirements of the profile that are not met, over all files.
        listening: how takes were listened to.
    """

    production: str
    chapters: tuple[ChapterResult, ...]
    deliverables: tuple[DeliverableResult, ...]
    audio_s: float
    wall_s: float
    recorded: int
    reused: int
    flagged: int
    report: Path
    certificate: Path
    missed: int
    listening: ListeningResult
